//! What a screen shows, as data. It cannot hold a secret: secrets are referred to by handle and drawn from the vault.
//!
//! All sentences come ready from the script; a front end arranges them and adds none of its own.

mod between;
mod body;
pub(in crate::ceremony) mod ended;
pub(in crate::ceremony) mod form;
mod header;
mod reveal;
pub(in crate::ceremony) mod sentences;
mod so_far;
pub mod values;

pub use so_far::{Shown, SoFar};

use crate::ceremony::machine::Machine;
use crate::ceremony::machine::input::{ChoiceId, TickId};
use crate::ceremony::steps::Question;
use crate::ceremony::view::sentences::Sentences;
use crate::fields::FieldKind;
use crate::names::FieldName;
use crate::terms::{CustodianNumber, Handle, KeyLabel, Purpose, Serial};

/// What a view needs that the machine does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewContext {
    /// A rehearsal.
    pub rehearsal: bool,
    /// A binary with a short key derivation.
    pub shortened: bool,
    /// The state of the record, in short: `07·3fa9`.
    pub mark: String,
    /// The record's last digest in groups, to read aloud.
    pub digest: String,
    /// The same in words.
    pub digest_words: String,
    /// Where the files of this sitting are.
    pub folder: String,
    /// What became of the signature of the sealed record; `None`: no key was to sign it.
    pub signed: Option<Result<KeyLabel, String>>,
    /// The copies of its folder, once the record is sealed.
    pub copies: Vec<FinishedCopy>,
}

/// A copy of the folder after the seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedCopy {
    /// What is written on its medium.
    pub label: String,
    /// Why it does not hold the sealed record; `None`: it does.
    pub why_not: Option<String>,
}

impl Machine {
    /// What the screen shows now.
    pub fn view(&self, context: &ViewContext) -> View {
        let body = match self.step().or(self.steps().last()) {
            Some(step) => self.body(&Sentences { machine: self, step, context }),
            None => Body::Read { text: Vec::new() },
        };
        View {
            header: self.header(context),
            body,
            device: self.step().and_then(|step| self.known.devices.serial(step.role)),
            steps: self.step_lines(context),
            so_far: Some(self.so_far(context)),
            takes_decisions: self.takes_decisions(),
            notice: self.notice(),
        }
    }
}

impl Machine {
    fn notice(&self) -> Option<Notice> {
        if self.ignored_a_key() { Some(Notice::PressOnce) } else { self.was_left_alone().then_some(Notice::LeftAlone) }
    }
}

/// One screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// What the top lines show.
    pub header: Header,
    /// What the middle shows and asks.
    pub body: Body,
    /// The device that the step is about, if it has been found.
    pub device: Option<Serial>,
    /// Every step of the ceremony, for screens with room beside the body.
    pub steps: Vec<StepLine>,
    /// What has been shown to everybody so far; none: nothing has begun.
    pub so_far: Option<SoFar>,
    /// The screen has stood long enough for what reveals, confirms, decides or ends.
    pub takes_decisions: bool,
    /// What people at the keyboard must be told about their keys.
    pub notice: Option<Notice>,
}

/// What people at the keyboard are told about their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// The last key came too early or was held, and did nothing.
    PressOnce,
    /// What was typed here was wiped, because it had been left alone.
    LeftAlone,
}

/// The top lines and the right edge of the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// For example `ESTABLISH · Example Root CA`.
    pub ceremony: String,
    /// A rehearsal must never be mistaken for the real thing: every screen says so.
    pub rehearsal: bool,
    /// The binary derives keys with fewer rounds (a test build); every screen says so.
    pub shortened: bool,
    /// For example `4.2`.
    pub number: String,
    /// For example `Custodian 2 of 4 · Grace Hopper`.
    pub title: String,
    /// For example `reveal a share`.
    pub act: String,
    /// Which screen of its step this is, from 1, and how many there are, where there are several and that is certain.
    pub screen: Option<(usize, usize)>,
    /// The record's last line number and the start of its digest, for example `07·3fa9`.
    pub mark: String,
}

/// The state of a step, for the step list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Completed.
    Done,
    /// Skipped, because it was not needed.
    NotNeeded,
    /// The current one.
    Current,
    /// Still ahead.
    Ahead,
    /// Still ahead, and only if needed.
    IfNeeded,
}

/// One line of the step list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    /// For example `4.2`.
    pub number: String,
    /// The step's title.
    pub title: String,
    /// Its state.
    pub state: StepState,
    /// Cannot be undone.
    pub irreversible: bool,
}

/// What a choice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A question of the step.
    Step(Question),
    /// What should be recorded in between.
    Between,
    /// Which ceremony.
    Ceremony,
}

/// One thing to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickView {
    /// What it is.
    pub id: TickId,
    /// What it says.
    pub text: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionView {
    /// What it is.
    pub id: ChoiceId,
    /// The sentence to choose.
    pub text: String,
    /// Cannot be chosen now (for example a custodian who has given their share); the text says why.
    pub closed: bool,
}

/// The state of the text in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldState {
    /// Nothing typed.
    Empty,
    /// Right so far; more is needed. The note says how much, for example `3 of 8 groups`.
    Typing(String),
    /// Complete; the note says what will tell whether it is right.
    Complete(String),
    /// Complete and, as far as can be told here, right.
    Good,
    /// Wrong; the sentence says what and where (never the right value).
    Wrong(String),
}

impl FieldState {
    /// Whether the form can continue with it.
    pub const fn is_good(&self) -> bool {
        match self {
            Self::Complete(_) | Self::Good => true,
            Self::Empty | Self::Typing(_) | Self::Wrong(_) => false,
        }
    }
}

/// One field of a form. Its text is in the vault under [`Handle::Entry`] with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldView {
    /// Which field it is.
    pub name: FieldName,
    /// What is entered, for example `Share value`.
    pub label: String,
    /// How it is written, for example `8 groups of two characters`.
    pub hint: String,
    /// Drawn as dots unless its owner asks to see it for a moment.
    pub masked: bool,
    /// What is checked.
    pub kind: FieldKind,
    /// Its state.
    pub state: FieldState,
    /// Which word or group is wrong, from 1, if known.
    pub wrong_at: Option<u8>,
    /// Shown instead of the plain word when the field is good: how strong a password is.
    pub note: Option<String>,
}

/// What a custodian notes on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardView {
    /// A share of sc-hsm-tool's scheme.
    Numbers {
        /// What its set gives back.
        purpose: Purpose,
        /// The public prime of the set, 8 groups.
        prime: String,
        /// The id, for example `3` or `10 (type A into sc-hsm-tool)`.
        id: String,
        /// The vault's handle for the share value: ASCII, 8 groups with colons.
        value: Handle,
        /// The vault's handle for the check bytes: ASCII, 2 groups with a colon.
        check: Handle,
        /// Labels for prime, id, value and check bytes, as on the card.
        labels: [String; 4],
    },
    /// A share as words.
    Words {
        /// What its set gives back.
        purpose: Purpose,
        /// The vault's handle for the words: ASCII, separated by single spaces.
        words: Handle,
        /// How many there are.
        count: u8,
        /// Set, M of N and number, on one line; public.
        heading: String,
    },
    /// A PIN that was drawn.
    Pin {
        /// The vault's handle for its digits: ASCII, without separators.
        digits: Handle,
        /// What it is called.
        label: String,
    },
}

/// What the middle of the screen shows and asks. `text` is a list of paragraphs, each unwrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Read; Enter continues ([`super::Input::GoOn`]).
    Read {
        /// Paragraphs; one that starts with two spaces is kept as it is (tables, values).
        text: Vec<String>,
    },
    /// Tick every item ([`super::Input::Tick`]), then Enter continues; not every item is needed if a quorum is enough.
    Tick {
        /// Paragraphs.
        text: Vec<String>,
        /// Items and whether each is ticked.
        items: Vec<TickView>,
        /// The ceremony can continue as it is ([`super::Input::GoOn`]).
        enough: bool,
    },
    /// Choose one ([`super::Input::Chose`]).
    Choose {
        /// Paragraphs.
        text: Vec<String>,
        /// What can be chosen.
        options: Vec<OptionView>,
        /// What is asked.
        asks: Asks,
        /// Esc leaves without doing anything ([`super::Input::Leave`]); the question is asked in between, so no
        /// deviation can be recorded.
        may_leave: bool,
    },
    /// Fill in every field; Enter on the last continues ([`super::Input::GoOn`]) when all are good.
    Form {
        /// Paragraphs.
        text: Vec<String>,
        /// The fields in order.
        fields: Vec<FieldView>,
        /// Draw the double frame: what follows cannot be undone (the text says so in words).
        irreversible: bool,
        /// Esc leaves without doing anything ([`super::Input::Leave`]): deviation notes, stop questions.
        may_leave: bool,
        /// A deviation may be recorded: everywhere except in the questions in between, which are there to record one.
        may_deviate: bool,
    },
    /// A share for its owner alone. Hidden until [`super::Input::Show`]; hidden again by `Hide`, which
    /// continues, and by time or `Cover`, which do not.
    Reveal {
        /// Paragraphs while hidden: call the owner, send the others away.
        before: Vec<String>,
        /// Paragraphs while shown: how to note it.
        during: Vec<String>,
        /// Whose it is.
        owner: String,
        /// Which custodian; none: somebody who holds a PIN.
        custodian: Option<CustodianNumber>,
        /// What is noted.
        card: CardView,
        /// Whether it is shown now.
        shown: bool,
        /// Seconds until it hides by itself.
        seconds_left: u32,
        /// Whether it was shown at least once, so that Enter continues.
        seen: bool,
    },
    /// Something takes a while.
    Working {
        /// Paragraphs: what is being done, and that no action is needed.
        text: Vec<String>,
        /// Units done and in total, if known.
        progress: Option<(u64, u64)>,
        /// Seconds since it began.
        seconds: u32,
        /// Ctrl-C asks whether to stop; otherwise people must wait.
        may_stop: bool,
    },
    /// Something failed. What happened, what is true now, and what can be done ([`super::Input::Chose`]).
    Fault {
        /// What happened.
        happened: Vec<String>,
        /// What is true now.
        truth: Vec<String>,
        /// What can be done.
        choices: Vec<OptionView>,
    },
    /// The ceremony has ended; a key of its own leaves the last screen ([`super::Input::Close`]).
    Ended {
        /// Paragraphs: outcome, digest to read aloud, where the files are.
        text: Vec<String>,
        /// Enter asks for two words of the digest ([`super::Input::GoOn`]), which nobody has confirmed yet.
        confirms: bool,
    },
}
