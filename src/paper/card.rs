//! The blank cards, to be filled in by hand: one for everyone who holds a share or a password.

use super::frame::Frame;
use super::wrap::join;
use crate::folder::names;
use crate::plan::Plan;
use crate::script::{chapters, words};
use crate::terms::{CustodianNumber, DkekShareNumber, Quorum, Scheme};

/// What a card is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// A share of the sc-hsm-tool scheme: prime, id, value and check bytes.
    Numbers {
        /// Whose share it is.
        custodian: CustodianNumber,
        /// M of N.
        quorum: Quorum,
    },
    /// A share of the password of a share file, as 33 words.
    Words {
        /// Whose share it is.
        custodian: CustodianNumber,
        /// M of N.
        quorum: Quorum,
    },
    /// A share of the SO-PIN, as 16 words.
    SoPin {
        /// Whose share it is.
        custodian: CustodianNumber,
        /// M of N.
        quorum: Quorum,
    },
    /// The whole password of a share file.
    Password,
    /// The SO-PIN of a device, if one person holds it.
    WholeSoPin,
    /// The user PIN of a device.
    UserPin {
        /// Wrong tries before it is blocked.
        tries: u8,
    },
}

/// Everything that is printed on a card beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardOf<'a> {
    /// What the ceremony is for.
    pub title: &'a str,
    /// Who keeps the card.
    pub holder: &'a str,
    /// What is written on it.
    pub holding: Holding,
    /// Which DKEK share; meaningless on a card or sheet with a PIN.
    pub dkek_share: DkekShareNumber,
    /// How many DKEK shares there are.
    pub dkek_shares: u8,
}

/// The cards and sheets that *establish* asks for by a plan, in the order in which they are handed out: each device has PINs
/// of its own, and a sheet for each.
pub fn cards_of(plan: &Plan) -> Vec<CardOf<'_>> {
    let sheets = (0..=usize::from(plan.prove_restore)).flat_map(|_| pin_sheets(plan));
    dealt_cards(plan).into_iter().chain(sheets).collect()
}

/// The cards for what is dealt by a plan: shares and passwords.
pub fn dealt_cards(plan: &Plan) -> Vec<CardOf<'_>> {
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

/// The sheets for the PINs of one device.
pub fn pin_sheets(plan: &Plan) -> Vec<CardOf<'_>> {
    let dkek_shares = u8::try_from(plan.dkek_shares.len()).unwrap_or(u8::MAX);
    let sheet = |holder, holding| CardOf {
        title: &plan.title,
        holder,
        holding,
        dkek_share: DkekShareNumber::FIRST,
        dkek_shares,
    };
    let so_pin = plan.so_pin_share().is_none().then(|| sheet(plan.so_pin_holder.as_str(), Holding::WholeSoPin));
    let user_pin = sheet(plan.pin_holder.as_str(), Holding::UserPin { tries: plan.user_pin_tries });
    so_pin.into_iter().chain([user_pin]).collect()
}

/// Cards as one text, a page each, separated by form feeds.
pub fn cards_text(cards: &[CardOf]) -> String {
    join(cards.iter().map(card).collect())
}

/// One card: a page of at most 60 lines of 78 columns.
pub fn card(of: &CardOf) -> Vec<String> {
    let card = Card { frame: Frame::new(), of };
    match of.holding {
        Holding::Numbers { custodian, quorum } => card.numbers(custodian, quorum),
        Holding::Words { custodian, quorum } => card.words(custodian, quorum),
        Holding::SoPin { custodian, quorum } => card.so_pin(custodian, quorum),
        Holding::Password => card.password(),
        Holding::WholeSoPin => card.whole_so_pin(),
        Holding::UserPin { tries } => card.user_pin(tries),
    }
}

struct Card<'a> {
    frame: Frame,
    of: &'a CardOf<'a>,
}

impl Card<'_> {
    /// The upper part: which card, whose, and for what.
    fn head(&mut self, title: &str, opens: &str) {
        let name = self.of.holder;
        self.frame.ends(title, words::PRINT_REAL);
        self.frame.text(name);
        self.frame.line("");
        for text in [self.of.title, opens, &words::CardSecret { name }.to_string()] {
            self.frame.text(text);
        }
        self.frame.rule();
    }

    /// The head of a custodian's card.
    fn custodian_head(&mut self, custodian: CustodianNumber, quorum: Quorum) {
        let (threshold, custodians) = (quorum.threshold(), quorum.custodians());
        let (share, shares) = (self.of.dkek_share, self.of.dkek_shares);
        let (title, opens) = if shares > 1 {
            (
                words::CardTitleSeveral { custodian, custodians, share, shares }.to_string(),
                words::CardQuorumSeveral { threshold, custodians, share, shares }.to_string(),
            )
        } else {
            (
                words::CardTitle { custodian, custodians }.to_string(),
                words::CardQuorum { threshold, custodians }.to_string(),
            )
        };
        self.head(&title, &opens);
    }

    /// What is written by hand besides the secret. `first` labels what the secret belongs to: a KCV or a device.
    fn blanks(&mut self, first: &str) {
        let blank = |label: &str, length: usize| format!("{label} {}", "_".repeat(length));
        let (date, bag) = (words::CARD_DATE, words::CARD_BAG);
        let row = [blank(first, 23_usize.saturating_sub(first.chars().count())), blank(date, 14), blank(bag, 20)];
        self.frame.line(&row.join("   "));
    }

    /// The lower part: how to use the card with this program and without it, and how to keep it.
    fn foot(mut self, with: &[&str], without: &[String], keep: &[String]) -> Vec<String> {
        self.frame.rule();
        for paragraph in with.iter().copied().chain(without.iter().chain(keep).map(String::as_str)) {
            self.frame.text(paragraph);
        }
        self.frame.finish()
    }

    /// The name of the share file that the card opens.
    fn file(&self) -> String {
        names::share_file(self.of.dkek_share)
    }

    fn numbers(mut self, custodian: CustodianNumber, quorum: Quorum) -> Vec<String> {
        let number = custodian.get();
        self.custodian_head(custodian, quorum);
        self.frame.line("");
        self.frame.groups(words::CARD_PRIME, 8, "");
        self.frame.line("");
        let same = match number {
            ..10 => words::CARD_ID_SAME.to_owned(),
            10.. => words::CardOldTool { letter: format!("{number:X}") }.to_string(),
        };
        self.frame.labelled(words::CARD_ID, &format!("[ {number} ]   {same}"));
        self.frame.line("");
        self.frame.groups(words::CARD_VALUE, 8, "");
        self.frame.line("");
        self.frame.groups(words::CARD_CHECK, 2, words::CARD_CHECK_OURS);
        self.frame.line("");
        self.blanks(words::CARD_KCV);
        self.frame.line("");
        let without = chapters::CardWithout { file: self.file(), threshold: quorum.threshold() }.paragraphs();
        self.foot(chapters::CARD_WITH, &without, &owned(chapters::CARD_KEEP))
    }

    fn words(mut self, custodian: CustodianNumber, quorum: Quorum) -> Vec<String> {
        self.custodian_head(custodian, quorum);
        self.set_line(custodian, quorum);
        self.frame.words(11, 3);
        self.frame.text(words::CARD_WORDS_CHECK);
        self.frame.line("");
        self.blanks(words::CARD_KCV);
        let without = chapters::CardWithoutWords { file: self.file(), threshold: quorum.threshold() }.paragraphs();
        self.foot(chapters::CARD_WITH_WORDS, &without, &owned(chapters::CARD_KEEP))
    }

    fn so_pin(mut self, custodian: CustodianNumber, quorum: Quorum) -> Vec<String> {
        let (threshold, custodians) = (quorum.threshold(), quorum.custodians());
        let title = words::CardTitleSoPin { custodian, custodians }.to_string();
        self.head(&title, &words::CardQuorumSoPin { threshold, custodians }.to_string());
        self.set_line(custodian, quorum);
        self.frame.words(8, 2);
        self.frame.text(words::CARD_SO_PIN_CHECK);
        self.frame.line("");
        self.blanks(words::CARD_DEVICE);
        let without = chapters::CardWithoutSoPin { threshold }.paragraphs();
        self.foot(chapters::CARD_WITH_SO_PIN, &without, &owned(chapters::CARD_KEEP))
    }

    /// Sixteen digits in groups of four, as the screen shows them.
    fn whole_so_pin(mut self) -> Vec<String> {
        self.head(words::CARD_TITLE_WHOLE_SO_PIN, words::CARD_WHOLE_SO_PIN);
        self.frame.line("");
        self.frame.line(&format!("SO-PIN   {}", ["_ _ _ _"; 4].join("     ")));
        self.frame.line("");
        self.blanks(words::CARD_DEVICE);
        self.frame.line("");
        let (without, keep) = (owned(chapters::CARD_WITHOUT_WHOLE_SO_PIN), owned(chapters::CARD_KEEP_PIN));
        self.foot(chapters::CARD_WITH_WHOLE_SO_PIN, &without, &keep)
    }

    /// As many characters as a user PIN can have.
    fn user_pin(mut self, tries: u8) -> Vec<String> {
        self.head(words::CARD_TITLE_USER_PIN, &words::CardUserPin { tries }.to_string());
        self.frame.line("");
        self.frame.line(&format!("User PIN   {}", ["_ _ _ _", "_ _ _ _", "_ _ _ _", "_ _ _"].join("     ")));
        self.frame.line("");
        self.blanks(words::CARD_DEVICE);
        self.frame.line("");
        let (without, keep) = (owned(chapters::CARD_WITHOUT_USER_PIN), owned(chapters::CARD_KEEP_PIN));
        self.foot(chapters::CARD_WITH_USER_PIN, &without, &keep)
    }

    /// The set, M of N, and the number. The set id is known only on the day.
    fn set_line(&mut self, custodian: CustodianNumber, quorum: Quorum) {
        let (threshold, custodians) = (quorum.threshold(), quorum.custodians());
        self.frame.line("");
        self.frame.line(&words::CardSet { threshold, custodians, custodian }.to_string());
        self.frame.line("");
    }

    fn password(mut self) -> Vec<String> {
        let (share, shares) = (self.of.dkek_share, self.of.dkek_shares);
        let title = words::CardTitlePassword { share, shares }.to_string();
        self.head(&title, &words::CardPasswordSeveral { share, shares }.to_string());
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
        let without = chapters::CardWithoutPassword { file: self.file() }.paragraphs();
        self.foot(chapters::CARD_WITH_PASSWORD, &without, &chapters::CardKeepPassword { share }.paragraphs())
    }
}

fn owned(chapter: &[&str]) -> Vec<String> {
    chapter.iter().map(|text| (*text).to_owned()).collect()
}
