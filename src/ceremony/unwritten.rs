//! A line of the record cannot be written: which screens people see until it is, or until they end the sitting without a seal.
//! They lie over the ceremony, and nothing of it goes on below them.

use crate::ceremony::Known;
use crate::ceremony::machine::Machine;
use crate::ceremony::machine::deliberate::Deliberate;
use crate::ceremony::machine::event::Event;
use crate::ceremony::machine::input::{ChoiceId, Input, UnwrittenChoice};
use crate::ceremony::view::ended::{fate_of_the_cards, what_was_changed};
use crate::ceremony::view::form::field_view;
use crate::ceremony::view::sentences::in_words;
use crate::ceremony::view::{Asks, Body, Notice, OptionView, View, ViewContext};
use crate::faults::Fault;
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::FieldName;
use crate::record::Mark;
use crate::script::{self, FaultTexts, fill, words};

/// What people decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnwrittenRequest {
    /// Write the line again.
    TryAgain,
    /// Move the folder of the sitting to this place, and go on there.
    MoveTo(String),
    /// Wipe every secret: the last screen is up.
    Stop,
    /// The screens are over: the line is written, or people have left the last one.
    Leave,
}

/// Which screen is up.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Screen {
    /// What happened, and what can be done.
    Asks,
    /// Where to move the record.
    Where(FieldCheck, Option<String>),
    /// Stop, really?
    Stops,
    /// It was moved.
    Moved { old: String, marked: bool },
    /// The last one.
    Ended,
}

/// The screens around a line that cannot be written.
pub struct Unwritten {
    fault: Fault,
    /// Why the line itself was not written; the fault on the screen may be one of a move.
    line_fault: Fault,
    times: u32,
    /// The last line that is on the disk.
    mark: Mark,
    screen: Screen,
    deliberate: Deliberate,
    now: u64,
    request: Option<UnwrittenRequest>,
}

impl Unwritten {
    /// It could not be written for the first time; `mark` is the last line that is on the disk, `now` the time in milliseconds.
    pub fn new(fault: Fault, mark: Mark, now: u64) -> Self {
        Self {
            line_fault: fault.clone(),
            fault,
            times: 1,
            mark,
            screen: Screen::Asks,
            deliberate: Deliberate::appeared(now),
            now,
            request: None,
        }
    }

    /// What people decided, once.
    pub const fn request(&mut self) -> Option<UnwrittenRequest> {
        self.request.take()
    }

    /// Takes in one event.
    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Time(now) => {
                self.now = now;
                if let Some(input) = self.deliberate.ripe(now) {
                    self.act_on(&input);
                }
            }
            Event::Checked { check, open, .. } => {
                if let Screen::Where(known, place) = &mut self.screen {
                    (*known, *place) = (check, open);
                }
            }
            Event::Input(input) if input.decides() => self.deliberate.press(input, self.now),
            Event::Input(input) => self.act_on(&input),
            Event::Outcome(_) | Event::Sealed(_) | Event::DigestHeard(_) => {}
        }
    }

    /// It still cannot be written.
    pub fn failed(&mut self, fault: Fault) {
        self.times += 1;
        self.line_fault = fault.clone();
        self.fault = fault;
        self.show(Screen::Asks);
    }

    /// The record could not be moved.
    pub fn not_moved(&mut self, fault: Fault) {
        self.fault = fault;
        self.show(Screen::Asks);
    }

    /// The record goes on in another place. `marked`: nobody takes the one in the old folder for an open record.
    pub fn moved(&mut self, old: String, marked: bool) {
        self.show(Screen::Moved { old, marked });
    }

    fn act_on(&mut self, input: &Input) {
        match (&self.screen, input) {
            (Screen::Asks, Input::Chose(ChoiceId::Unwritten(UnwrittenChoice::Again))) => {
                self.request = Some(UnwrittenRequest::TryAgain);
            }
            (Screen::Asks, Input::Chose(ChoiceId::Unwritten(UnwrittenChoice::Move))) => {
                self.show(Screen::Where(field().untouched(), None));
            }
            (Screen::Asks, Input::Stop | Input::Chose(ChoiceId::Unwritten(UnwrittenChoice::Stop))) => {
                self.show(Screen::Stops);
            }
            (Screen::Where(..) | Screen::Stops, Input::Leave)
            | (Screen::Stops, Input::Chose(ChoiceId::Unwritten(UnwrittenChoice::Back))) => self.show(Screen::Asks),
            (Screen::Where(check, Some(place)), Input::GoOn) if check.is_good() => {
                self.request = Some(UnwrittenRequest::MoveTo(place.clone()));
            }
            (Screen::Stops, Input::Chose(ChoiceId::Unwritten(UnwrittenChoice::Stop))) => {
                self.show(Screen::Ended);
                self.request = Some(UnwrittenRequest::Stop);
            }
            (Screen::Moved { .. }, Input::Leave | Input::Chose(ChoiceId::Unwritten(UnwrittenChoice::Back)))
            | (Screen::Ended, Input::Close) => {
                self.request = Some(UnwrittenRequest::Leave);
            }
            (
                Screen::Asks | Screen::Where(..) | Screen::Stops | Screen::Moved { .. } | Screen::Ended,
                Input::GoOn
                | Input::Tick(_)
                | Input::Chose(_)
                | Input::Show
                | Input::Hide
                | Input::Cover
                | Input::Edited(_)
                | Input::Leave
                | Input::Deviation
                | Input::StandIn(_)
                | Input::Identify(_)
                | Input::Stop
                | Input::Close,
            ) => {}
        }
    }

    fn show(&mut self, screen: Screen) {
        self.screen = screen;
        self.deliberate = Deliberate::appeared(self.now);
    }

    /// What is on the screen, over that of the machine.
    pub fn view(&self, machine: &Machine, around: &ViewContext) -> View {
        let mut view = machine.view(around);
        words::UNWRITTEN_TITLE.clone_into(&mut view.header.title);
        words::UNWRITTEN_ACT.clone_into(&mut view.header.act);
        (view.header.screen, view.device) = (None, None);
        view.body = self.body(machine.known(), &around.folder);
        view.takes_decisions = self.deliberate.stands(self.now);
        view.notice = self.deliberate.ignored().then_some(Notice::PressOnce);
        view
    }

    fn body(&self, known: &Known, folder: &str) -> Body {
        match &self.screen {
            Screen::Asks => {
                let FaultTexts { happened, truth } = script::fault(self.fault.name);
                let say = |texts: &[&str]| texts.iter().map(|text| fill(text, &self.fault.values)).collect::<Vec<_>>();
                let tried = (self.times > 1 && self.fault == self.line_fault)
                    .then(|| words::UnwrittenTried { times: self.times }.to_string());
                let choices = [
                    (UnwrittenChoice::Again, words::UNWRITTEN_AGAIN),
                    (UnwrittenChoice::Move, words::UNWRITTEN_MOVE),
                    (UnwrittenChoice::Stop, words::UNWRITTEN_STOP),
                ];
                Body::Fault {
                    happened: say(happened).into_iter().chain(tried).collect(),
                    truth: say(truth),
                    choices: choices.map(option).into(),
                }
            }
            Screen::Where(check, _) => Body::Form {
                text: vec![words::UNWRITTEN_WHERE.to_owned()],
                fields: vec![field_view(&field(), check, |_| None, in_words)],
                irreversible: false,
                may_leave: true,
                may_deviate: false,
            },
            Screen::Stops => Body::Choose {
                text: vec![words::UnwrittenStops { line: self.mark.line }.to_string()],
                options: [
                    (UnwrittenChoice::Back, words::UNWRITTEN_BACK),
                    (UnwrittenChoice::Stop, words::UNWRITTEN_STOP),
                ]
                .map(option)
                .into(),
                asks: Asks::Ceremony,
                may_leave: true,
            },
            Screen::Moved { old, marked } => Body::Choose {
                text: vec![
                    words::UnwrittenMoved { folder }.to_string(),
                    if *marked {
                        words::UnwrittenMovedOld { folder: old }.to_string()
                    } else {
                        words::UnwrittenMovedBoth { folder: old }.to_string()
                    },
                ],
                options: vec![option((UnwrittenChoice::Back, words::UNWRITTEN_GO_ON))],
                asks: Asks::Ceremony,
                may_leave: true,
            },
            Screen::Ended => Body::Ended { text: self.ended(known, folder), confirms: false },
        }
    }

    /// What holds now that nobody will write the line today.
    fn ended(&self, known: &Known, folder: &str) -> Vec<String> {
        let why = self.why();
        let changed = what_was_changed(known);
        let mut text = vec![words::UnwrittenEnded { why, changed, line: self.mark.line }.to_string()];
        if self.mark.line == 0 {
            text.push(words::UNWRITTEN_NO_LINE.to_owned());
        } else {
            text.push(words::UnwrittenDigest { line: self.mark.line }.to_string());
            let Mark { digest, .. } = self.mark;
            text.extend(digest.in_lines().lines().map(str::to_owned));
            text.extend(digest.numbered_words().lines().map(str::to_owned));
            let resume = words::UnwrittenResume { folder }.to_string();
            text.extend(resume.lines().map(str::to_owned));
        }
        let fate = fate_of_the_cards(known);
        text.push(if fate == words::CARDS_NONE || fate == words::CARDS_KEEP_ALL {
            fate.to_owned()
        } else {
            words::UnwrittenCards { cards_fate: fate }.to_string()
        });
        text
    }

    /// Why the line is not written, without the rest of the sentence.
    pub fn why(&self) -> String {
        let why = self.line_fault.values.iter().find(|(name, _)| *name == "why").map(|(_, why)| why.clone());
        why.unwrap_or_else(|| in_words(&self.line_fault).trim_end_matches('.').to_owned())
    }
}

fn field() -> Field {
    Field::new(FieldName::MovedTo, FieldKind::Place { optional: false })
}

fn option((choice, text): (UnwrittenChoice, &'static str)) -> OptionView {
    OptionView::open(ChoiceId::Unwritten(choice), text)
}
