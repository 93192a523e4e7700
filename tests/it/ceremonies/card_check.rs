//! A custodian checks their card alone: the program says whether it agrees with itself, and keeps nothing.

use std::time::Duration;

use hsm_ceremony::app::{FrontEnd, FrontError, check_cards};
use hsm_ceremony::ceremony::{Body, ChoiceId, FieldState, Input, View};
use hsm_ceremony::names::{FieldName, ItemName};
use hsm_ceremony::terms::HostFinding;
use hsm_ceremony::vault::Vault;

use super::plans::{Cards, Day, Guard, Noted, dkek_share, note};
use super::rig::Rig;

/// Somebody who types what is on a card, in this order, and reads what is said.
struct Alone {
    chooses: ItemName,
    types: Vec<(FieldName, String)>,
    typed: usize,
    said: Vec<String>,
    wrong: Vec<String>,
    overrides: usize,
    wiped: usize,
    held: bool,
}

impl Alone {
    fn with(chooses: ItemName, types: &[(FieldName, &str)]) -> Self {
        let types = types.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        Self { chooses, types, typed: 0, said: Vec::new(), wrong: Vec::new(), overrides: 0, wiped: 0, held: false }
    }

    fn checks(mut self, findings: Vec<(HostFinding, String)>) -> Self {
        check_cards(&mut self, findings).unwrap();
        self
    }

    fn answer(&mut self, view: &View, vault: &mut Vault) -> Input {
        let item = |item| Input::Chose(ChoiceId::Item(item));
        match &view.body {
            Body::Choose { text, options, may_leave, .. } => {
                self.held |= !vault.is_empty();
                assert!(may_leave, "whoever is alone can always leave");
                let has = |name| options.iter().any(|option| option.id == ChoiceId::Item(name));
                if !has(self.chooses) {
                    self.said.push(text.join(" "));
                }
                match (self.said.len() > 1 || !self.wrong.is_empty(), has(ItemName::Alone)) {
                    (true, _) => item(ItemName::LeaveCard),
                    (false, true) => item(ItemName::Alone),
                    (false, false) => item(self.chooses),
                }
            }
            Body::Form { fields, .. } if fields.iter().any(|field| field.name == FieldName::Override) => {
                self.overrides += 1;
                if vault.typed(FieldName::Override).is_some_and(|typed| typed.expose() == b"OVERRIDE") {
                    return Input::GoOn;
                }
                b"OVERRIDE".iter().for_each(|byte| vault.typing(FieldName::Override).push(*byte).unwrap());
                Input::Edited(FieldName::Override)
            }
            Body::Form { fields, .. } => {
                let masked = |field: &&hsm_ceremony::ceremony::FieldView| field.masked;
                assert!(fields.iter().any(|field| masked(&field)), "what is secret appears as dots: {fields:?}");
                if let Some((name, text)) = self.types.get(self.typed) {
                    self.typed += 1;
                    text.bytes().for_each(|byte| vault.typing(*name).push(byte).unwrap());
                    return Input::Edited(*name);
                }
                let wrong = fields.iter().filter_map(|field| match &field.state {
                    FieldState::Wrong(sentence) => Some(sentence.clone()),
                    _ => None,
                });
                self.wrong = wrong.collect();
                if self.wrong.is_empty() && fields.iter().all(|field| field.state.is_good()) {
                    Input::GoOn
                } else {
                    Input::Leave
                }
            }
            body => panic!("nothing of this is asked of somebody alone: {body:?}"),
        }
    }
}

impl FrontEnd for Alone {
    fn show(&mut self, _: &View, _: &Vault) -> Result<(), FrontError> {
        Ok(())
    }

    fn next(&mut self, view: &View, vault: &mut Vault, _: Duration) -> Result<Option<Input>, FrontError> {
        Ok(Some(self.answer(view, vault)))
    }

    fn wipe(&mut self) -> Result<(), FrontError> {
        self.wiped += 1;
        Ok(())
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// The cards that a day left.
fn cards(guard: Guard) -> Cards {
    let records = tempfile::tempdir().unwrap();
    let (mut rig, mut cards) =
        (Rig::establish(&Day::of(&[guard]).so_pin_under_quorum().text(), records.path()), Cards::new());
    rig.run(|sight| note(&mut cards, sight.view, sight.vault));
    assert!(rig.complete());
    cards
}

fn numbers(card: &Noted) -> [(FieldName, &str); 4] {
    let (prime, check) = (card.prime.as_deref().unwrap(), card.check.as_deref().unwrap());
    [
        (FieldName::Prime, prime),
        (FieldName::ShareId, "2"),
        (FieldName::ShareValue, &card.text),
        (FieldName::CheckBytes, check),
    ]
}

/// The same text with another last character.
fn slip(text: &str) -> String {
    let (rest, last) = text.split_at(text.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

#[test]
fn numbers_agree_with_their_check_bytes_or_the_wrong_group_is_named() {
    let cards = cards(Guard::Numbers(2, 3));
    let card = &cards[&(dkek_share(1), 2)];
    let right = Alone::with(ItemName::CardNumbers, &numbers(card)).checks(Vec::new());
    assert!(right.wrong.is_empty() && right.said[1].contains("agrees with itself"), "{:?}", right.said);
    assert!(right.wiped > 3 && !right.held, "nothing that was typed is there when the result is read");
    let mut types = numbers(card);
    let spoilt = slip(&card.text);
    types[2].1 = &spoilt;
    let wrong = Alone::with(ItemName::CardNumbers, &types).checks(Vec::new());
    assert!(wrong.said.len() == 1 && wrong.wrong.iter().any(|said| said.contains("Group 8")), "{:?}", wrong.wrong);
    assert!(!wrong.wrong.join(" ").contains(card.text.rsplit(':').next().unwrap()), "never the right value");
    types[2].1 = &card.text;
    types[1].1 = "3";
    let others = Alone::with(ItemName::CardNumbers, &types).checks(Vec::new());
    assert!(others.said.len() == 1 && !others.wrong.is_empty(), "an id of somebody else: {:?}", others.said);
}

#[test]
fn of_numbers_without_check_bytes_it_says_what_cannot_be_checked() {
    let cards = cards(Guard::Numbers(2, 3));
    let card = &cards[&(dkek_share(1), 2)];
    let spoilt = slip(&card.text);
    for text in [&card.text, &spoilt] {
        let mut types = numbers(card);
        types[2].1 = text;
        let alone = Alone::with(ItemName::CardNumbersAlone, &types[..3]).checks(Vec::new());
        assert!(alone.said[1].contains("This is what cannot"), "{:?}", alone.said);
    }
    let mut types = numbers(card);
    types[2].1 = "ff:ff:ff:ff:ff:ff:ff:ff";
    let alone = Alone::with(ItemName::CardNumbersAlone, &types[..3]).checks(Vec::new());
    assert!(alone.said[1].contains("not below the prime"), "{:?}", alone.said);
}

#[test]
fn words_agree_with_their_check_words_or_the_wrong_one_is_named() {
    let cards = cards(Guard::Words(2, 3));
    for (purpose, item) in
        [(dkek_share(1), ItemName::CardWords), (hsm_ceremony::terms::Purpose::SoPin, ItemName::CardSoPinWords)]
    {
        let card = &cards[&(purpose, 3)];
        let right = Alone::with(item, &[(FieldName::ShareWords, &card.text)]).checks(Vec::new());
        assert!(right.wrong.is_empty() && right.said[1].contains("fit its check words"), "{:?}", right.said);
        let mut words: Vec<&str> = card.text.split(' ').collect();
        words[5] = if words[5] == "abandon" { "ability" } else { "abandon" };
        let wrong = Alone::with(item, &[(FieldName::ShareWords, &words.join(" "))]).checks(Vec::new());
        assert!(wrong.wrong.join(" ").contains('6') && wrong.said.len() == 1, "{:?}", wrong.wrong);
    }
}

#[test]
fn on_an_unfit_machine_it_is_a_typed_decision() {
    let cards = cards(Guard::Numbers(2, 3));
    let types = numbers(&cards[&(dkek_share(1), 2)]);
    let found = vec![(HostFinding::InsideTmux, String::new())];
    let alone = Alone::with(ItemName::CardNumbers, &types).checks(found);
    assert!(alone.overrides > 0 && alone.said[0].contains("tmux"), "{:?}", alone.said);
}
