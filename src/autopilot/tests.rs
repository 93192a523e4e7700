//! What the autopilot notes and types.

use super::*;
use crate::ceremony::{CardView, Header};
use crate::fields::ExpectedWords;
use crate::names::{FieldName, ItemName};
use crate::secret::WipingBytes;
use crate::terms::{CustodianNumber, DkekShareNumber, Handle, Seat};

fn custodian(number: u8) -> CustodianNumber {
    CustodianNumber::new(number).unwrap()
}

fn share(number: u8) -> DkekShareNumber {
    DkekShareNumber::new(number).unwrap()
}

fn view(body: Body) -> View {
    let header = Header {
        ceremony: String::new(),
        rehearsal: true,
        shortened: false,
        number: "1.1".to_owned(),
        title: String::new(),
        act: String::new(),
        screen: None,
        mark: String::new(),
    };
    View { header, body, device: None, steps: vec![], so_far: None, takes_decisions: true, notice: None }
}

fn shown(number: u8, card: CardView) -> View {
    view(Body::Reveal {
        before: vec![],
        during: vec![],
        owner: String::new(),
        custodian: Some(custodian(number)),
        card,
        shown: true,
        seconds_left: 120,
        seen: true,
    })
}

fn numbers(of: u8, number: u8) -> CardView {
    CardView::Numbers {
        purpose: Purpose::DkekShare(share(of)),
        prime: format!("p{of}"),
        id: number.to_string(),
        value: Handle::DealtShare(Purpose::DkekShare(share(of)), custodian(number)),
        check: Handle::DealtCheck(share(of), custodian(number)),
        labels: ["", "", "", ""].map(str::to_owned),
    }
}

fn name_of(kind: &FieldKind) -> FieldName {
    match kind {
        FieldKind::Prime { .. } => FieldName::Prime,
        FieldKind::ShareId { .. } => FieldName::ShareId,
        FieldKind::ShareValue => FieldName::ShareValue,
        FieldKind::CheckBytes { .. } => FieldName::CheckBytes,
        FieldKind::ShareWords { .. } => FieldName::ShareWords,
        FieldKind::Dice { .. } => FieldName::Dice,
        FieldKind::NewPassword => FieldName::NewPassword,
        FieldKind::Password => FieldName::Password,
        FieldKind::KeyFilePassword => FieldName::KeyFilePassword,
        FieldKind::UserPin => FieldName::UserPin,
        FieldKind::NewUserPin { .. } | FieldKind::NextUserPin { .. } => FieldName::NewUserPin,
        FieldKind::SoPin { .. } => FieldName::SoPin,
        FieldKind::NewSoPin | FieldKind::NextSoPin => FieldName::NewSoPin,
        FieldKind::DrawnSoPin => FieldName::DrawnSoPin,
        FieldKind::DrawnUserPin => FieldName::DrawnUserPin,
        FieldKind::Again(_) => FieldName::Again,
        FieldKind::Serial(_) => FieldName::Serial,
        FieldKind::Sign(_) => FieldName::Sign,
        FieldKind::Copy(_) => FieldName::Keyboard,
        FieldKind::Word(_) => FieldName::Override,
        FieldKind::KeyReference { .. } => FieldName::KeyReference,
        FieldKind::Reason => FieldName::Reason,
        FieldKind::Line => FieldName::Note,
        FieldKind::Decider { .. } => FieldName::DecidedBy,
        FieldKind::CheckWords { .. } => FieldName::CheckWords,
        FieldKind::Confirmer { .. } => FieldName::ComparedBy,
        FieldKind::Bag { .. } => FieldName::Bag,
        FieldKind::Medium { .. } => FieldName::Medium,
        FieldKind::Place { .. } => FieldName::RehearsedAt,
    }
}

fn field(kind: FieldKind, state: FieldState) -> FieldView {
    FieldView {
        name: name_of(&kind),
        label: String::new(),
        hint: String::new(),
        masked: kind.is_secret(),
        kind,
        state,
        wrong_at: None,
        note: None,
    }
}

fn form(kinds: Vec<(FieldKind, FieldState)>) -> View {
    let fields = kinds.into_iter().map(|(kind, state)| field(kind, state)).collect();
    view(Body::Form { text: vec![], fields, irreversible: false, may_leave: false, may_deviate: true })
}

/// An autopilot that has seen the cards of custodians 1 and 2 for two sets of numbers and for the words of the SO-PIN.
fn attentive() -> (Autopilot, Vault) {
    let (mut autopilot, mut vault) = (Autopilot::new(Box::new(io::sink())), Vault::new());
    for number in 1..=2 {
        for of in 1..=2 {
            let card = numbers(of, number);
            let CardView::Numbers { value, check, .. } = card else { panic!("numbers") };
            vault.keep(value, WipingBytes::from_slice(format!("value {of} {number}").as_bytes()));
            vault.keep(check, WipingBytes::from_slice(format!("check {of} {number}").as_bytes()));
            autopilot.answer(&shown(number, card), &mut vault, Duration::ZERO).unwrap();
        }
        let words = Handle::DealtShare(Purpose::SoPin, custodian(number));
        vault.keep(words, WipingBytes::from_slice(format!("words {number}").as_bytes()));
        let card = CardView::Words { purpose: Purpose::SoPin, words, count: 16, heading: String::new() };
        autopilot.answer(&shown(number, card), &mut vault, Duration::ZERO).unwrap();
    }
    vault.forget_all();
    (autopilot, vault)
}

fn typed(autopilot: &mut Autopilot, vault: &mut Vault, view: &View) -> Option<(FieldName, Vec<u8>)> {
    match autopilot.answer(view, vault, Duration::ZERO).unwrap() {
        Some(Input::Edited(place)) => Some((place, vault.typed(place).unwrap().expose().to_vec())),
        other => {
            assert_eq!(other, Some(Input::GoOn));
            None
        }
    }
}

#[test]
fn everybody_types_from_the_card_of_the_set_at_hand() {
    let (mut autopilot, mut vault) = attentive();
    let id = |of| FieldKind::ShareId { share: share(of), taken: vec![] };
    let check = || FieldKind::CheckBytes { optional: true, prime: None, of: None };
    // the second custodian of the set sits down
    let choose = view(Body::Choose {
        text: vec![],
        options: [(1, true), (2, false)]
            .map(|(number, closed)| {
                let id = ChoiceId::Custodian(CustodianNumber::new(number).unwrap());
                OptionView { id, text: String::new(), closed }
            })
            .into(),
        asks: Asks::Step(Question::Sitter(Seat(1))),
        may_leave: false,
    });
    assert_eq!(
        autopilot.answer(&choose, &mut vault, Duration::ZERO).unwrap(),
        Some(Input::Chose(ChoiceId::Custodian(CustodianNumber::new(2).unwrap())))
    );
    for of in 1..=2 {
        vault.forget_all();
        let seat = |states: [FieldState; 4]| {
            let [one, two, three, four] = states;
            form(vec![
                (FieldKind::Prime { expected: None }, one),
                (id(of), two),
                (FieldKind::ShareValue, three),
                (check(), four),
            ])
        };
        let (empty, good) = (|| FieldState::Empty, || FieldState::Good);
        let mut next = |states| typed(&mut autopilot, &mut vault, &seat(states));
        assert_eq!(next([empty(), empty(), empty(), good()]), Some((FieldName::Prime, format!("p{of}").into_bytes())));
        assert_eq!(next([good(), empty(), empty(), good()]), Some((FieldName::ShareId, b"2".to_vec())));
        assert_eq!(
            next([good(), good(), empty(), good()]),
            Some((FieldName::ShareValue, format!("value {of} 2").into_bytes()))
        );
        assert_eq!(
            next([good(), good(), good(), good()]),
            Some((FieldName::CheckBytes, format!("check {of} 2").into_bytes()))
        );
        assert_eq!(next([good(), good(), good(), good()]), None);
    }
    let words = |number| FieldKind::ShareWords {
        card: Purpose::SoPin,
        words: 16,
        expected: ExpectedWords { set: None, threshold: None, number, taken: vec![] },
    };
    for (number, text) in [(None, &b"words 2"[..]), (Some(1), b"words 1")] {
        let view = form(vec![(words(number), FieldState::Empty)]);
        assert_eq!(typed(&mut autopilot, &mut vault, &view), Some((FieldName::ShareWords, text.to_vec())));
    }
    let strange = form(vec![(words(Some(3)), FieldState::Empty)]);
    assert!(autopilot.answer(&strange, &mut vault, Duration::ZERO).is_err(), "nobody has that card");
}

#[test]
fn dice_and_passwords_are_typed_and_repeated() {
    let (mut autopilot, mut vault) = attentive();
    let view = form(vec![(FieldKind::Dice { throws: 250 }, FieldState::Empty)]);
    let (_, throws) = typed(&mut autopilot, &mut vault, &view).unwrap();
    assert!(throws.len() == 250 && throws.iter().all(|throw| (b'1'..=b'6').contains(throw)));
    let twice = |state| {
        form(vec![(FieldKind::NewPassword, state), (FieldKind::Again(FieldName::NewPassword), FieldState::Empty)])
    };
    let (_, password) = typed(&mut autopilot, &mut vault, &twice(FieldState::Empty)).unwrap();
    assert!(password.len() >= 16);
    assert_eq!(typed(&mut autopilot, &mut vault, &twice(FieldState::Good)), Some((FieldName::Again, password.clone())));
    let old = form(vec![(FieldKind::Password, FieldState::Empty)]);
    assert_eq!(typed(&mut autopilot, &mut vault, &old), Some((FieldName::Password, password)));
    let wrong = form(vec![(FieldKind::Password, FieldState::Wrong("No.".to_owned()))]);
    assert!(autopilot.answer(&wrong, &mut vault, Duration::ZERO).is_err(), "once wrong, it is not typed again");
}

#[test]
fn a_device_that_was_initialised_here_has_the_so_pin_that_was_set_here() {
    let (mut autopilot, mut vault) = attentive();
    let about = |kind, serial: &str| {
        let Body::Form { fields, .. } = form(vec![(kind, FieldState::Empty)]).body else { panic!("a form") };
        let view = view(Body::Form { text: vec![], fields, irreversible: false, may_leave: false, may_deviate: true });
        View { device: Serial::new(serial).ok(), ..view }
    };
    let whose = |serial: &str| {
        let options =
            [ItemName::OnCards, ItemName::Held].map(|item| OptionView::open(ChoiceId::Item(item), item.word()));
        let asks = Asks::Step(Question::CurrentSoPin);
        let view = view(Body::Choose { text: vec![], options: options.into(), asks, may_leave: false });
        View { device: Serial::new(serial).ok(), ..view }
    };
    let (ours, other) = ("REH0000001", "REH0000002");
    let serial = || FieldKind::Serial(Serial::new(ours).unwrap());
    let mut answer = |autopilot: &mut Autopilot, view: &View| {
        let answer = autopilot.answer(view, &mut vault, Duration::ZERO).unwrap();
        (answer, vault.typed(FieldName::SoPin).map(|text| text.expose().to_vec()).unwrap_or_default())
    };
    let so_pin = |autopilot: &mut Autopilot, answer: &mut dyn FnMut(&mut Autopilot, &View) -> _, serial| {
        let (_, typed): (Option<Input>, Vec<u8>) =
            answer(autopilot, &about(FieldKind::SoPin { chosen_here: false }, serial));
        typed
    };
    answer(&mut autopilot, &about(serial(), ours));
    assert_eq!(so_pin(&mut autopilot, &mut answer, ours), PUBLISHED_SO_PIN, "it may have been refused");
    answer(&mut autopilot, &about(FieldKind::UserPin, ours));
    for (serial, pin, item) in [(ours, SO_PIN, ItemName::OnCards), (other, PUBLISHED_SO_PIN, ItemName::Held)] {
        assert_eq!(so_pin(&mut autopilot, &mut answer, serial), pin);
        assert_eq!(answer(&mut autopilot, &whose(serial)).0, Some(Input::Chose(ChoiceId::Item(item))));
    }
}
