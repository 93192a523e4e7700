//! The autopilot of `rehearse --auto`: answers every view as attentive people would, and keeps in memory what they
//! noted on paper. For rehearsals only; its PINs are not secret.

mod dice;
mod known;
mod paper;

use std::io::{self, Write};
use std::time::Duration;

use self::known::known;
use self::paper::Paper;
use crate::ceremony::{
    Answer, Asks, Body, CardView, ChoiceId, FieldState, FieldView, Input, OptionView, Question, View,
};
use crate::fields::FieldKind;
use crate::names::{FieldName, ItemName};
use crate::record::{ChangeCause, Deviation, Loss, PinChange};
use crate::secret::{TypedText, WipingBytes};
use crate::terms::{CustodianNumber, Drill, Handle, Purpose, Serial, in_sight};
use crate::vault::Vault;

/// The user PIN of every automatic rehearsal.
const USER_PIN: &[u8] = b"27182818";

/// The user PIN that takes its place.
const NEXT_USER_PIN: &[u8] = b"16180339";

/// The SO-PIN that every automatic rehearsal sets.
const SO_PIN: &[u8] = b"3141592653589793";

/// The SO-PIN that takes its place.
const NEXT_SO_PIN: &[u8] = b"2718281828459045";

/// The SO-PIN that vendors and manuals leave on devices that were initialised before.
const PUBLISHED_SO_PIN: &[u8] = b"3537363231383830";

/// The password of every DKEK share that one person holds in an automatic rehearsal.
const PASSWORD: &[u8] = b"four custodians hold this rehearsal";

/// Why it decides anything that needs a reason.
const REASON: &[u8] = b"This is an automatic rehearsal.";

/// How people in an automatic rehearsal are identified.
const IDENTIFIED_BY: &[u8] = b"passport";

/// Why the autopilot cannot continue.
#[derive(Debug)]
pub enum AutopilotError {
    /// It has no answer to this screen.
    Stuck(String),
    /// Its lines cannot be printed.
    Output(io::Error),
}

/// Which custodians come when any M may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    /// The first of those who are free.
    First,
    /// The last available ones.
    Last,
}

/// How long people look at a screen before they press a key, and how long they then wait.
pub const A_MOMENT: Duration = Duration::from_secs(1);

/// The autopilot.
pub struct Autopilot {
    out: Box<dyn Write>,
    comes: Comes,
    drill: Drill,
    papers: Vec<Paper>,
    /// PINs that were drawn, by device.
    pins: Vec<(Serial, Handle, WipingBytes)>,
    sitter: Option<u8>,
    /// The words of a check value, as they were read aloud.
    heard: Vec<String>,
    /// The device being initialised, and those that now have the PINs of this autopilot or of its cards.
    initialising: Option<(Serial, String)>,
    initialised: Vec<Serial>,
    step: Option<(String, String)>,
    /// The last screen is up, or was, and the step that it names.
    ended: bool,
    last: String,
}

impl Autopilot {
    /// An autopilot that prints what happens as plain lines.
    pub fn new(out: Box<dyn Write>) -> Self {
        Self {
            out,
            comes: Comes::First,
            drill: Drill::Quorum,
            papers: Vec::new(),
            pins: Vec::new(),
            sitter: None,
            heard: Vec::new(),
            initialising: None,
            initialised: Vec::new(),
            step: None,
            ended: false,
            last: String::new(),
        }
    }

    /// Who comes from now on.
    pub fn prefer(&mut self, comes: Comes) {
        self.comes = comes;
    }

    /// How far a drill goes from now on.
    pub fn drill(&mut self, drill: Drill) {
        self.drill = drill;
    }

    /// Prints a line of its own.
    pub fn say(&mut self, line: &str) -> Result<(), AutopilotError> {
        writeln!(self.out, "{}", in_sight(line)).and_then(|()| self.out.flush()).map_err(AutopilotError::Output)
    }

    /// Takes a view: prints a step's number, title and outcome once it has ended.
    pub fn see(&mut self, view: &View) -> Result<(), AutopilotError> {
        let ended = matches!(view.body, Body::Ended { .. });
        if self.ended && !ended && view.header.number == self.last {
            // Somebody confirms the digest: the last step has ended.
            return Ok(());
        }
        self.ended = ended;
        self.last.clone_from(&view.header.number);
        let now = (view.header.number.clone(), view.header.title.clone());
        match self.step.take() {
            Some(step) if ended || step.0 != now.0 => {
                self.say(&format!("{:>5}  {:<58} done", step.0, step.1))?;
            }
            _ => {}
        }
        if !ended {
            self.step = Some(now);
        }
        Ok(())
    }

    /// What people do next. While an operation is running, it can only wait.
    pub fn answer(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, AutopilotError> {
        match &view.body {
            Body::Read { text } => {
                self.passes(view);
                self.hear(text);
                Ok(Some(Input::GoOn))
            }
            Body::Tick { items, .. } => {
                let open = items.iter().find(|item| !item.ticked);
                Ok(Some(open.map_or(Input::GoOn, |item| Input::Tick(item.id))))
            }
            Body::Choose { options, asks, .. } => self.choose(view, options, *asks).map(Some),
            Body::Form { fields, .. } => self.fill(view, fields, vault).map(Some),
            Body::Reveal { shown: true, card, custodian, .. } => {
                match (card, custodian) {
                    (CardView::Pin { digits, .. }, _) => self.note_pin(view.device.as_ref(), *digits, vault),
                    (CardView::Numbers { .. } | CardView::Words { .. }, custodian) => {
                        let number = custodian.map_or(0, CustodianNumber::get);
                        self.papers.extend(Paper::note(number, card, vault));
                    }
                }
                Ok(Some(Input::Hide))
            }
            Body::Reveal { seen, .. } => Ok(Some(if *seen { Input::GoOn } else { Input::Show })),
            Body::Working { .. } => {
                std::thread::sleep(wait);
                Ok(None)
            }
            Body::Fault { happened, truth, .. } => {
                let (number, title) = (view.header.number.clone(), view.header.title.clone());
                self.say(&format!("{number:>5}  {title:<58} failed"))?;
                for line in happened.iter().chain(truth) {
                    self.say(&format!("       {line}"))?;
                }
                Err(AutopilotError::Stuck(number))
            }
            Body::Ended { text, confirms: true } => {
                self.hear(text);
                Ok(Some(Input::GoOn))
            }
            Body::Ended { text, confirms: false } => {
                for line in text.iter().filter(|line| !line.is_empty()) {
                    self.say(&format!("       {line}"))?;
                }
                self.say("")?;
                Ok(Some(Input::Close))
            }
        }
    }

    /// Notes numbered words that are read aloud.
    fn hear(&mut self, text: &[String]) {
        let mut words: Vec<String> = Vec::new();
        for line in text.iter().flat_map(|paragraph| paragraph.lines()) {
            let mut tokens = line.split_whitespace();
            while let (Some(number), Some(word)) = (tokens.next(), tokens.next()) {
                if number != (words.len() + 1).to_string() {
                    break;
                }
                words.push(word.to_owned());
            }
        }
        if !words.is_empty() {
            self.heard = words;
        }
    }

    /// Notes a PIN that is drawn for a device.
    fn note_pin(&mut self, device: Option<&Serial>, pin: Handle, vault: &Vault) {
        let (Some(device), Some(digits)) = (device, vault.lend(pin)) else { return };
        self.pins.retain(|(of, noted, _)| (of, *noted) != (device, pin));
        self.pins.push((device.clone(), pin, WipingBytes::from_slice(digits)));
    }

    /// A PIN that was drawn for the device of a screen.
    fn noted_pin(&self, view: &View, pin: Handle) -> Option<&[u8]> {
        let noted = self.pins.iter().find(|(of, noted, _)| Some(of) == view.device.as_ref() && *noted == pin);
        noted.map(|(.., digits)| digits.expose())
    }

    /// Something to read in a later step, about the device that was to be initialised: by then it was.
    fn passes(&mut self, view: &View) {
        let number = |text: &str| {
            let (section, step) = text.split_once('.')?;
            Some((section.parse::<u8>().ok()?, step.parse::<u8>().ok()?))
        };
        let later = self.initialising.as_ref().is_some_and(|(serial, step)| {
            view.device.as_ref() == Some(serial) && number(&view.header.number) > number(step)
        });
        if later {
            self.now_initialised();
        }
    }

    fn now_initialised(&mut self) {
        self.initialised.extend(self.initialising.take().map(|(serial, _)| serial));
    }

    /// Whether a screen is about a device that this autopilot has initialised before.
    fn knows(&self, view: &View) -> bool {
        view.device.as_ref().is_some_and(|serial| self.initialised.contains(serial))
    }

    fn choose(&mut self, view: &View, options: &[OptionView], asks: Asks) -> Result<Input, AutopilotError> {
        let mut open = options.iter().filter(|option| !option.closed).map(|option| &option.id);
        let mut answering = |question: Question, answer: Answer| {
            open.find(|id| matches!(id, ChoiceId::Item(item) if question.answer(*item) == Some(answer)))
        };
        let chosen = match asks {
            Asks::Step(loss @ Question::Loss) => answering(loss, Answer::Loss(Loss::Broken)),
            Asks::Step(old @ Question::OldDevice) => answering(old, Answer::Loss(Loss::Nothing)),
            // It was set from the cards, unless nobody here ever set it.
            Asks::Step(whose @ Question::CurrentSoPin) => answering(whose, Answer::OnCards(self.knows(view))),
            Asks::Step(opening @ Question::Opening) => answering(opening, Answer::Opens(true)),
            Asks::Step(drill @ Question::Drill) => answering(drill, Answer::Drill(self.drill)),
            Asks::Step(change @ Question::PinChange) => answering(change, Answer::PinChange(PinChange::ChangeUserPin)),
            Asks::Step(hidden @ Question::HiddenKcv) => answering(hidden, Answer::LogIn(true)),
            Asks::Step(found @ (Question::RightDevice | Question::Missing)) => answering(found, Answer::GoOn),
            Asks::Step(unusable @ Question::UnusableKeys) => {
                answering(unusable, Answer::Without(Deviation::WrappedKeysLeftOut))
            }
            // It keeps the cards of one set.
            Asks::Step(departed @ Question::Departed) => answering(departed, Answer::Departed(false)),
            Asks::Step(cause @ Question::Cause) => answering(cause, Answer::Cause(ChangeCause::CardLost)),
            Asks::Step(old @ Question::OldCards) => answering(old, Answer::OldCards(true)),
            Asks::Step(files @ Question::KeyFiles) => answering(files, Answer::KeyFiles(true)),
            Asks::Step(Question::Device | Question::Dkek) => open.next(),
            Asks::Step(Question::Sitter(_)) => match self.comes {
                Comes::First => open.next(),
                Comes::Last => open.next_back(),
            },
            // Whoever comes is identified. It raises no other question in between, and is never asked the last.
            Asks::Between => open.find(|id| matches!(id, ChoiceId::Item(ItemName::AsPlanned | ItemName::InThisWay))),
            Asks::Ceremony => None,
        };
        let chosen = chosen.ok_or_else(|| AutopilotError::Stuck("choose".to_owned()))?;
        if let ChoiceId::Custodian(number) = chosen {
            self.sitter = Some(number.get());
        }
        Ok(Input::Chose(chosen.clone()))
    }

    /// The paper of the person at the keyboard for a field of this form.
    fn paper(&self, fields: &[FieldView], kind: &FieldKind) -> Option<&Paper> {
        let of_form = |field: &FieldView| match &field.kind {
            FieldKind::ShareId { share, .. } => Some((Purpose::DkekShare(*share), None)),
            FieldKind::CheckBytes { of, .. } => of.map(|(share, id)| (Purpose::DkekShare(share), Some(id))),
            _ => None,
        };
        let (card, number) = match kind {
            FieldKind::ShareWords { card, expected, .. } => (*card, expected.number),
            _ => fields.iter().find_map(of_form)?,
        };
        let number = number.or(self.sitter)?;
        Paper::of_person(&self.papers, (card, number), fields)
    }

    /// Fills the first field that is not good yet, or continues.
    fn fill(&mut self, view: &View, fields: &[FieldView], vault: &mut Vault) -> Result<Input, AutopilotError> {
        for field in fields {
            match &field.kind {
                FieldKind::Serial(serial) => {
                    self.initialising = Some((serial.clone(), view.header.number.clone()));
                }
                // If the new PIN is asked for, the device has been initialised.
                FieldKind::UserPin => self.now_initialised(),
                _ => {}
            }
        }
        // anyone who has noted check bytes types them even where they may be left out
        let left_out = |field: &FieldView| {
            matches!(field.kind, FieldKind::CheckBytes { optional: true, .. })
                && vault.typed(field.name).is_none_or(TypedText::is_empty)
                && self.paper(fields, &field.kind).is_some_and(|paper| paper.check.is_some())
        };
        // Bags without numbers are possible, and files without a password; these have some.
        let bag = |field: &FieldView| {
            matches!(field.kind, FieldKind::Bag { .. } | FieldKind::KeyFilePassword)
                && vault.typed(field.name).is_none_or(TypedText::is_empty)
        };
        let open = fields.iter().find(|field| !field.state.is_good() || left_out(field) || bag(field));
        let Some(field) = open else { return Ok(Input::GoOn) };
        let stuck = || AutopilotError::Stuck(format!("field {}", field.name.word()));
        // Text that was typed and is not good does not improve by typing it again.
        if !(field.state == FieldState::Empty || field.state.is_good()) {
            return Err(stuck());
        }
        let paper = self.paper(fields, &field.kind);
        let thrown;
        let (digits, number, words);
        let text: &[u8] = match &field.kind {
            FieldKind::Prime { .. } => paper.and_then(|paper| paper.prime.as_ref()).ok_or_else(stuck)?.as_bytes(),
            FieldKind::ShareId { .. } => {
                digits = paper.ok_or_else(stuck)?.number.to_string();
                digits.as_bytes()
            }
            FieldKind::ShareValue | FieldKind::ShareWords { .. } => paper.ok_or_else(stuck)?.share.expose(),
            FieldKind::CheckBytes { .. } => paper.and_then(|paper| paper.check.as_ref()).ok_or_else(stuck)?.expose(),
            FieldKind::Dice { throws } => {
                thrown = dice::throws(usize::from(*throws));
                &thrown
            }
            FieldKind::Serial(serial) => serial.as_str().as_bytes(),
            FieldKind::SoPin { .. } if self.knows(view) => self.noted_pin(view, Handle::NewSoPin).unwrap_or(SO_PIN),
            FieldKind::DrawnSoPin => self.noted_pin(view, Handle::NewSoPin).ok_or_else(stuck)?,
            FieldKind::DrawnUserPin => self.noted_pin(view, Handle::UserPin).ok_or_else(stuck)?,
            FieldKind::UserPin => self.noted_pin(view, Handle::UserPin).unwrap_or(USER_PIN),
            FieldKind::Word(word) | FieldKind::Copy(word) => word.as_bytes(),
            FieldKind::Reason => REASON,
            FieldKind::Line if field.name == FieldName::IdentifiedBy => IDENTIFIED_BY,
            FieldKind::Sign(signs) => signs.first().ok_or_else(stuck)?.as_bytes(),
            FieldKind::CheckWords { places } => {
                let noted = |place: u8| self.heard.get(usize::from(place).checked_sub(1)?).cloned();
                let noted: Option<Vec<String>> = places.iter().map(|place| noted(*place)).collect();
                words = noted.ok_or_else(stuck)?.join(" ");
                words.as_bytes()
            }
            FieldKind::Confirmer { people, .. } => {
                let short = people.iter().rev().find_map(|one| one.initials.as_ref());
                let who = short.or_else(|| people.last().map(|one| &one.name));
                who.ok_or_else(stuck)?.as_bytes()
            }
            FieldKind::Bag { taken } => {
                let free = |number: &String| !taken.contains(number);
                number = (1..=u8::MAX).map(|bag| format!("B-{bag:04}")).find(free).ok_or_else(stuck)?;
                number.as_bytes()
            }
            FieldKind::Medium { taken, .. } => {
                number = format!("MEDIUM-{}", taken.len() + 1);
                number.as_bytes()
            }
            FieldKind::Again(of) => {
                let of = fields.iter().find(|field| field.name == *of).ok_or_else(stuck)?;
                known(&of.kind).ok_or_else(stuck)?
            }
            kind => known(kind).ok_or_else(stuck)?,
        };
        let typing = vault.typing(field.name);
        typing.clear();
        text.iter().try_for_each(|byte| typing.push(*byte)).map_err(|_| stuck())?;
        Ok(Input::Edited(field.name))
    }
}

#[cfg(test)]
mod tests;
