//! The blank cards: one for everybody who holds something that brings a secret back, to be written on by hand.

use super::frame::Frame;
use super::wrap::join;
use crate::folder::names;
use crate::plan::Plan;
use crate::script::words;
use crate::script::{Script, fill};
use crate::terms::{CustodianNumber, DkekShareNumber, Quorum, Scheme};

/// What somebody holds on a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// A share of the sc-hsm-tool scheme: prime, id, value and check bytes.
    Numbers {
        /// Whose share of the set.
        custodian: CustodianNumber,
        /// M of N of the set.
        quorum: Quorum,
    },
    /// A share of the password of a share file, as 33 words.
    Words {
        /// Whose share of the set.
        custodian: CustodianNumber,
        /// M of N of the set.
        quorum: Quorum,
    },
    /// A share of the SO-PIN, as 16 words.
    SoPin {
        /// Whose share of the set.
        custodian: CustodianNumber,
        /// M of N of the set.
        quorum: Quorum,
    },
    /// A whole password of a share file.
    Password,
}

/// All that is printed on one card before the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardOf<'a> {
    /// What the ceremony is for.
    pub title: &'a str,
    /// Who keeps the card.
    pub holder: &'a str,
    /// What stands on it.
    pub holding: Holding,
    /// Which DKEK share; without meaning on an SO-PIN's card.
    pub dkek_share: DkekShareNumber,
    /// Of how many.
    pub dkek_shares: u8,
}

/// The cards that a plan asks for, in the order in which they are handed out.
pub fn cards_of(plan: &Plan) -> Vec<CardOf<'_>> {
    let count = u8::try_from(plan.dkek_shares.len()).unwrap_or(u8::MAX);
    let mut cards = Vec::new();
    for share in plan.numbers() {
        let card =
            |holder, holding| CardOf { title: &plan.title, holder, holding, dkek_share: share, dkek_shares: count };
        let (Some(quorum), Some(scheme)) = (plan.quorum(share), plan.scheme(share)) else {
            cards.push(card(plan.holder(share), Holding::Password));
            continue;
        };
        for custodian in quorum.numbers() {
            let holder = plan.custodian(share, custodian);
            cards.push(card(
                holder,
                match scheme {
                    Scheme::ScHsmTool => Holding::Numbers { custodian, quorum },
                    Scheme::Words => Holding::Words { custodian, quorum },
                },
            ));
            if plan.so_pin_share() == Some(share) {
                cards.push(card(holder, Holding::SoPin { custodian, quorum }));
            }
        }
    }
    cards
}

/// Cards as one text, a page each, with a form feed between two.
pub fn cards_text(cards: &[CardOf], script: &Script) -> String {
    join(cards.iter().map(|of| card(of, script)).collect())
}

/// One card: a page of at most 60 lines of 78 columns.
pub fn card(of: &CardOf, script: &Script) -> Vec<String> {
    match of.holding {
        Holding::Numbers { custodian, quorum } => Card::new(of, script, Some((custodian, quorum))).numbers(),
        Holding::Words { custodian, quorum } => Card::new(of, script, Some((custodian, quorum))).words(),
        Holding::SoPin { custodian, quorum } => Card::new(of, script, Some((custodian, quorum))).so_pin(),
        Holding::Password => Card::new(of, script, None).password(),
    }
}

struct Card<'a> {
    frame: Frame,
    of: &'a CardOf<'a>,
    script: &'a Script,
    values: Vec<(&'static str, String)>,
}

impl<'a> Card<'a> {
    fn new(of: &'a CardOf<'a>, script: &'a Script, member: Option<(CustodianNumber, Quorum)>) -> Self {
        let mut values = vec![
            ("name", of.holder.to_owned()),
            ("share", of.dkek_share.to_string()),
            ("shares", of.dkek_shares.to_string()),
            ("file", names::share_file(of.dkek_share)),
        ];
        if let Some((custodian, quorum)) = member {
            values.push(("custodian", custodian.to_string()));
            values.push(("letter", format!("{:X}", custodian.get())));
            values.push(("custodians", quorum.custodians().to_string()));
            values.push(("threshold", quorum.threshold().to_string()));
        }
        Self { frame: Frame::new(), of, script, values }
    }

    /// A sentence of the script with this card's values.
    fn fill(&self, text: &str) -> String {
        fill(text, &self.values)
    }

    /// Whether there are other DKEK shares.
    const fn several(&self) -> bool {
        self.of.dkek_shares > 1
    }

    /// The upper part: which card, whose, of what.
    fn head(&mut self, title: &str, opens: &str) {
        let (title, opens) = (self.fill(title), self.fill(opens));
        let secret = self.fill(self.script.word("card-secret"));
        self.frame.ends(&title, words::PRINT_REAL);
        self.frame.line(self.of.holder);
        self.frame.line("");
        for text in [self.of.title, &opens, &secret] {
            self.frame.text(text);
        }
        self.frame.rule();
    }

    /// The head of a custodian's card.
    fn custodian_head(&mut self) {
        let script = self.script;
        if self.several() {
            self.head(script.word("card-title-several"), script.word("card-quorum-several"));
        } else {
            self.head(script.word("card-title"), script.word("card-quorum"));
        }
    }

    /// What is written by hand beside the secret: `first` is the name of what it belongs to.
    fn blanks(&mut self, first: &str) {
        let blank = |label: &str, length: usize| format!("{label} {}", "_".repeat(length));
        let (date, bag) = (words::CARD_DATE, words::CARD_BAG);
        let row = [blank(first, 23_usize.saturating_sub(first.chars().count())), blank(date, 14), blank(bag, 20)];
        self.frame.line(&row.join("   "));
    }

    /// The lower part: how it is used, and how it is kept.
    fn foot(mut self, chapters: [&str; 3]) -> Vec<String> {
        self.frame.rule();
        for paragraph in chapters.iter().flat_map(|chapter| self.script.chapter(chapter)) {
            let text = self.fill(paragraph);
            self.frame.text(&text);
        }
        self.frame.finish()
    }

    fn numbers(mut self) -> Vec<String> {
        let script = self.script;
        let Holding::Numbers { custodian, .. } = self.of.holding else { return Vec::new() };
        let number = custodian.get();
        self.custodian_head();
        self.frame.line("");
        self.frame.groups(words::CARD_PRIME, 8, "");
        self.frame.line("");
        let same = self.fill(script.word(if number < 10 { "card-id-same" } else { "card-old-tool" }));
        self.frame.labelled(words::CARD_ID, &format!("[ {number} ]   {same}"));
        self.frame.line("");
        self.frame.groups(words::CARD_VALUE, 8, "");
        self.frame.line("");
        self.frame.groups(words::CARD_CHECK, 2, words::CARD_CHECK_OURS);
        self.frame.line("");
        self.blanks(words::CARD_KCV);
        self.frame.line("");
        self.foot(["card-with", "card-without", "card-keep"])
    }

    fn words(mut self) -> Vec<String> {
        self.custodian_head();
        self.set_line();
        self.frame.words(11, 3);
        let note = self.fill(words::CARD_WORDS_CHECK);
        self.frame.text(&note);
        self.frame.line("");
        self.blanks(words::CARD_KCV);
        self.foot(["card-with-words", "card-without-words", "card-keep"])
    }

    fn so_pin(mut self) -> Vec<String> {
        let script = self.script;
        self.head(script.word("card-title-so-pin"), script.word("card-quorum-so-pin"));
        self.set_line();
        self.frame.words(8, 2);
        let note = self.fill(words::CARD_SO_PIN_CHECK);
        self.frame.text(&note);
        self.frame.line("");
        self.blanks(words::CARD_DEVICE);
        self.foot(["card-with-so-pin", "card-without-so-pin", "card-keep"])
    }

    /// Which set, M of N, which number: the set's name is known only on the day.
    fn set_line(&mut self) {
        let line = self.fill(self.script.word("card-set"));
        self.frame.line("");
        self.frame.line(&line);
        self.frame.line("");
    }

    fn password(mut self) -> Vec<String> {
        let script = self.script;
        self.head(script.word("card-title-password"), script.word("card-password-several"));
        self.frame.line("");
        self.frame.line(words::CARD_PASSWORD_ENVELOPE);
        self.frame.line("");
        self.frame.line(words::CARD_PASSWORD_HERE);
        for _ in 0..3 {
            self.frame.line("");
            self.frame.line(&format!("    {}", "_".repeat(66)));
        }
        self.frame.line("");
        self.blanks(words::CARD_KCV);
        self.frame.line("");
        self.foot(["card-with-password", "card-without-password", "card-keep-password"])
    }
}
