//! Turns the machine's state into a view: the script's sentences with their values, and what is asked.

use crate::ceremony::known::holders::Place;
use crate::ceremony::machine::interlude::Interlude;
use crate::ceremony::machine::{Asking, Machine, Mode, REVEAL_SECONDS};
use crate::ceremony::steps::{Actor, Kind, Question, Stage, Step};
use crate::ceremony::view::values::Values;
use crate::ceremony::view::{Body, CardView, FieldState, FieldView, Header, OptionView, StepLine, StepState, View};
use crate::faults::Fault;
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::record::{CeremonyKind, Ending};
use crate::script::words;
use crate::script::{self, fill};
use crate::terms::{CustodianNumber, Handle, Purpose, Quorum, Scheme, Serial};

/// What a view needs that the machine does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// A rehearsal.
    pub rehearsal: bool,
    /// A binary with a short key derivation.
    pub shortened: bool,
    /// Where the record stands, in short: `07·3fa9`.
    pub mark: String,
    /// The record's last digest in groups, to read aloud.
    pub digest: String,
    /// Where the files of this sitting are.
    pub folder: String,
}

impl Machine {
    /// What the screen shows now.
    pub fn view(&self, around: &Surroundings) -> View {
        View { header: self.header(around), body: self.body(around), steps: self.step_lines() }
    }

    fn header(&self, around: &Surroundings) -> Header {
        let kind = match self.state().ceremony {
            CeremonyKind::Establish => "ceremony-establish",
            CeremonyKind::Restore => "ceremony-restore",
            CeremonyKind::Inspect => "ceremony-inspect",
        };
        let ended = self.step().is_none() || self.state().ended.is_some();
        let last = self.steps().last();
        let (title, act) = match self.step().filter(|_| !ended).or(last) {
            Some(_) if ended => (words::ENDED_TITLE.to_owned(), words::ENDED_ACT.to_owned()),
            Some(step) => self.titles(step),
            None => Default::default(),
        };
        Header {
            ceremony: format!("{} · {}", self.script.word(kind), self.state().plan.title),
            rehearsal: around.rehearsal,
            shortened: around.shortened,
            number: self.number().to_string(),
            title,
            act,
            mark: around.mark.clone(),
        }
    }

    fn titles(&self, step: &Step) -> (String, String) {
        let values = self.values(step);
        let text = self.script.step(step.id);
        let title = text.map(|text| fill(&text.title, &values)).unwrap_or_default();
        let act = text.map(|text| fill(&text.act, &values)).unwrap_or_default();
        let title = match step.actor {
            Actor::Seat(seat) if self.state().sitter(seat).is_none() => {
                title.rsplit_once(" · ").map_or(title.clone(), |(seat, _)| seat.to_owned())
            }
            _ => title,
        };
        (title, act)
    }

    fn step_lines(&self) -> Vec<StepLine> {
        let here = self.state().cursor;
        let line = |(place, step): (usize, &Step)| StepLine {
            number: step.number.to_string(),
            title: self.titles(step).0,
            state: match place.cmp(&here) {
                _ if self.state().not_needed.contains(&step.number) && place < here => StepState::NotNeeded,
                std::cmp::Ordering::Less => StepState::Done,
                std::cmp::Ordering::Equal => StepState::Current,
                std::cmp::Ordering::Greater if step.if_needed => StepState::IfNeeded,
                std::cmp::Ordering::Greater => StepState::Ahead,
            },
            irreversible: step.is_irreversible(),
        };
        self.steps().iter().enumerate().map(line).collect()
    }

    fn body(&self, around: &Surroundings) -> Body {
        if let Some(ending) = self.state().ended {
            return self.ended(ending, around);
        }
        if let Some(interlude) = &self.interlude {
            return self.interlude_body(interlude);
        }
        let (Some(step), Some(stage)) = (self.step(), self.stage()) else {
            return Body::Read { text: Vec::new() };
        };
        let mut values = self.values(step);
        values.push(("folder", around.folder.clone()));
        match &self.mode {
            Mode::Asking(asking) => self.asking(step, stage, asking, &values),
            Mode::Working { act, progress, since, waiting } => Body::Working {
                text: match waiting {
                    None => self.paragraphs(step, stage, &values),
                    Some(fault) => {
                        let (happened, truth) = self.fault_text(fault, &values);
                        happened.into_iter().chain(truth).chain([words::GOES_ON_BY_ITSELF.to_owned()]).collect()
                    }
                },
                progress: *progress,
                seconds: self.now.saturating_sub(*since),
                may_stop: act.may_be_stopped(),
            },
            Mode::Faulted { fault, choices, .. } => {
                let (happened, truth) = self.fault_text(fault, &values);
                let choices = choices.iter().map(|choice| self.option(&format!("choice-{}", choice.word()))).collect();
                Body::Fault { happened, truth, choices }
            }
        }
    }

    fn asking(&self, step: &Step, stage: &Stage, asking: &Asking, values: &Values) -> Body {
        let text = self.paragraphs(step, stage, values);
        match stage.kind {
            Kind::Read | Kind::Do(_) | Kind::Deviates(_) => Body::Read { text },
            Kind::Tick => {
                let items = self.items(step, stage, values);
                let enough = asking.ticks.iter().all(|tick| *tick);
                Body::Tick { text, items: items.into_iter().zip(asking.ticks.iter().copied()).collect(), enough }
            }
            Kind::RollCall => {
                let called = self.called().into_iter().map(|called| called.text);
                let items = called.zip(asking.ticks.iter().copied()).collect();
                Body::Tick { text, items, enough: self.enough(&asking.ticks) }
            }
            Kind::Choose(Question::Loss | Question::CurrentSoPin | Question::HiddenKcv) => {
                let open = |text| OptionView { text, closed: false };
                Body::Choose {
                    text,
                    options: self.items(step, stage, values).into_iter().map(open).collect(),
                    custodians: false,
                    may_leave: false,
                }
            }
            Kind::Choose(Question::Device) => {
                let open = |serial: &Serial| OptionView { text: serial.to_string(), closed: false };
                let options = self.state().seen.iter().map(open).collect();
                Body::Choose { text, options, custodians: false, may_leave: false }
            }
            Kind::Choose(Question::Sitter(_)) => {
                Body::Choose { text, options: self.sitters(), custodians: true, may_leave: false }
            }
            Kind::Form(_) => self.form(text, asking, false, self.may_leave(stage)),
            Kind::Danger(_) => self.form(text, asking, true, false),
            Kind::Reveal(card) => self.reveal(step, stage, asking, card, values),
        }
    }

    fn paragraphs(&self, step: &Step, stage: &Stage, values: &Values) -> Vec<String> {
        let text = self.script.step(step.id).and_then(|text| text.stages.get(stage.name));
        lines(text.map(|text| text.text.as_slice()).unwrap_or_default(), values)
    }

    fn items(&self, step: &Step, stage: &Stage, values: &Values) -> Vec<String> {
        let text = self.script.step(step.id).and_then(|text| text.stages.get(stage.name));
        text.map(|text| text.items.iter().map(|item| fill(item, values)).collect()).unwrap_or_default()
    }

    fn option(&self, word: &str) -> OptionView {
        OptionView { text: self.script.word(word).to_owned(), closed: false }
    }

    fn sitters(&self) -> Vec<OptionView> {
        let state = self.state();
        let Some(step) = self.step() else { return Vec::new() };
        let here = match step.actor {
            Actor::Seat(seat) => Some(seat),
            _ => None,
        };
        let option = |number: CustodianNumber| {
            let name = state.plan.custodian(step.share, number);
            let given = state.seated.iter().any(|(seat, who)| *who == number && Some(*seat) != here);
            let note = if given { words::HAS_GIVEN } else { "" };
            OptionView { text: format!("{name}{note}"), closed: given }
        };
        state.plan.quorum(step.share).into_iter().flat_map(Quorum::numbers).map(option).collect()
    }

    fn form(&self, text: Vec<String>, asking: &Asking, irreversible: bool, may_leave: bool) -> Body {
        let mut fields: Vec<FieldView> =
            asking.fields.iter().zip(&asking.checks).map(|(field, check)| self.field(field, check)).collect();
        for check in &asking.checks {
            if let FieldCheck::Wrong { marks: Some((name, group)), .. } = check
                && let Some(other) = fields.iter_mut().find(|field| field.name == *name)
            {
                // Check bytes that do not fit find the slip in another field: it is marked where it is.
                other.wrong_at = Some(*group);
                other.note = Some(words::FieldValueLook { in_group: group }.to_string());
            }
        }
        Body::Form { text, fields, irreversible, may_leave, may_deviate: true }
    }

    fn field(&self, field: &Field, check: &FieldCheck) -> FieldView {
        let values: Values = match &field.kind {
            FieldKind::KeyReference { planned, .. } => vec![("planned", planned.to_string())],
            FieldKind::Word(word) => vec![("word", (*word).to_owned())],
            FieldKind::ShareWords { card, expected, .. } => {
                let set = self.state().set(*card).filter(|_| expected.set.is_some());
                let of_set = set.map(|set| words::OfSet { set }.to_string());
                vec![("of_set", of_set.unwrap_or_default())]
            }
            _ => Vec::new(),
        };
        let text = script::field(field.name);
        let state = match check {
            FieldCheck::Empty => FieldState::Empty,
            FieldCheck::Good | FieldCheck::Strength { .. } => FieldState::Good,
            FieldCheck::Typing { done, all } => {
                let values = [("done", done.to_string()), ("all", all.to_string())];
                FieldState::Typing(fill(self.script.word("field-typing"), &values))
            }
            FieldCheck::Wrong { fault, .. } => FieldState::Wrong(self.fault_text(fault, &Vec::new()).0.join(" ")),
        };
        FieldView {
            name: field.name,
            label: fill(text.label, &values),
            hint: fill(text.hint, &values),
            masked: field.kind.is_secret(),
            kind: field.kind.clone(),
            state,
            wrong_at: match check {
                FieldCheck::Wrong { at, .. } => *at,
                _ => None,
            },
            note: match check {
                FieldCheck::Strength { bits } => Some(words::FieldStrength { bits }.to_string()),
                _ => None,
            },
        }
    }

    fn reveal(&self, step: &Step, stage: &Stage, asking: &Asking, card: Purpose, values: &Values) -> Body {
        let Actor::Custodian(custodian) = step.actor else { return Body::Read { text: Vec::new() } };
        let left =
            asking.shown_at.map_or(REVEAL_SECONDS, |at| REVEAL_SECONDS.saturating_sub(self.now.saturating_sub(at)));
        let note = if stage.name == "reveal" { "note" } else { "note-words" };
        let during = self.script.step(step.id).and_then(|text| text.stages.get(note));
        Body::Reveal {
            before: self.paragraphs(step, stage, values),
            during: lines(during.map(|text| text.text.as_slice()).unwrap_or_default(), values),
            owner: self.state().plan.custodian(step.share, custodian).to_owned(),
            custodian,
            card: self.card(step, custodian, card),
            shown: asking.shown_at.is_some(),
            seconds_left: left,
            seen: asking.seen,
        }
    }

    /// What the custodian notes: where the vault has it, and all that is public of it.
    fn card(&self, step: &Step, custodian: CustodianNumber, card: Purpose) -> CardView {
        let (state, number) = (self.state(), custodian.get());
        let set = state.set(card).unwrap_or_default().to_owned();
        let value = Handle::DealtShare(card, custodian);
        if card == Purpose::SoPin || state.plan.scheme(step.share) == Some(Scheme::Words) {
            let quorum = state.plan.quorum(step.share);
            let values = [
                ("set", set),
                ("threshold", quorum.map(|quorum| quorum.threshold().to_string()).unwrap_or_default()),
                ("custodians", quorum.map(|quorum| quorum.custodians().to_string()).unwrap_or_default()),
                ("number", number.to_string()),
            ];
            let heading = fill(self.script.word("words-heading"), &values);
            return CardView::Words { purpose: card, words: value, count: card.words(), heading };
        }
        let old_tool = [("id", number.to_string()), ("letter", format!("{number:X}"))];
        let id = if number < 10 { number.to_string() } else { fill(self.script.word("id-old-tool"), &old_tool) };
        let label = |name: &str| self.script.word(&format!("field-{name}-label")).to_owned();
        CardView::Numbers {
            purpose: card,
            prime: set,
            id,
            value,
            check: Handle::DealtCheck(step.share, custodian),
            labels: ["prime", "share-id", "share-value", "check-bytes"].map(label),
        }
    }

    /// What happened and what is true now.
    pub fn fault_text(&self, fault: &Fault, more: &Values) -> (Vec<String>, Vec<String>) {
        let values: Values = fault.values.iter().cloned().chain(more.iter().cloned()).collect();
        match self.script.fault(fault.name.word()) {
            Some(text) => (lines(&text.happened, &values), lines(&text.truth, &values)),
            None => (vec![fault.name.word().to_owned()], Vec::new()),
        }
    }

    fn interlude_body(&self, interlude: &Interlude) -> Body {
        let name = match interlude {
            Interlude::Stop | Interlude::StopTyped => "stop",
            Interlude::Menu => "menu",
            Interlude::Note(_) => "note",
            Interlude::Break => "break",
            Interlude::Who => "who",
            Interlude::Name(place, _) if self.state().knows_the_share(*place).is_some() => "substitute-known",
            Interlude::Name(..) => "substitute",
        };
        let mut values = self.step().map(|step| self.values(step)).unwrap_or_default();
        if let Interlude::Name(place, _) = interlude {
            values.push(("former", self.state().name_at(*place).to_owned()));
        }
        let texts = self.script.step("in-between").and_then(|text| text.stages.get(name));
        let text = lines(texts.map(|text| text.text.as_slice()).unwrap_or_default(), &values);
        let items = texts.map(|text| text.items.clone()).unwrap_or_default();
        let open = |text| OptionView { text, closed: false };
        match interlude {
            Interlude::Menu => {
                let options = items.into_iter().map(open).collect();
                Body::Choose { text, options, custodians: false, may_leave: true }
            }
            Interlude::Who => {
                let name = |place: &Place| self.state().name_at(*place).to_owned();
                let names: Vec<String> = self.replaceable().iter().map(name).collect();
                let options = names.into_iter().chain(items).map(open).collect();
                Body::Choose { text, options, custodians: false, may_leave: true }
            }
            Interlude::Break => Body::Read { text },
            Interlude::Stop | Interlude::StopTyped | Interlude::Note(_) | Interlude::Name(..) => {
                let fields = interlude.field().iter().map(|field| self.field(field, &self.between)).collect();
                Body::Form { text, fields, irreversible: false, may_leave: true, may_deviate: false }
            }
        }
    }

    fn ended(&self, ending: Ending, around: &Surroundings) -> Body {
        let name = match ending {
            Ending::Complete if self.state().deviations == 0 => "complete",
            Ending::Complete => "deviations",
            Ending::Aborted => "aborted",
        };
        let keep = match self.state().ceremony {
            CeremonyKind::Establish => "keep-establish",
            CeremonyKind::Restore => "keep-restore",
            CeremonyKind::Inspect => "keep-inspect",
        };
        let mut values = vec![
            ("folder", around.folder.clone()),
            ("digest", around.digest.clone()),
            ("deviations", self.state().deviations.to_string()),
            ("changed", self.what_was_changed()),
            ("cards_fate", self.fate_of_the_cards()),
            ("keep", self.script.word(keep).to_owned()),
        ];
        values.extend(self.steps().last().map(|step| self.values(step)).unwrap_or_default());
        let text = self.script.step("ended").and_then(|text| text.stages.get(name));
        Body::Ended { text: lines(text.map(|text| text.text.as_slice()).unwrap_or_default(), &values) }
    }

    /// What becomes of the cards when people stop in the middle: those of an SO-PIN that a device has, or may have, are all
    /// there is of it. Only *establish* deals cards.
    fn fate_of_the_cards(&self) -> String {
        let state = self.state();
        let erased = !state.initialised.is_empty() || self.perhaps_erased().next().is_some();
        self.script
            .word(match state.ceremony {
                CeremonyKind::Restore | CeremonyKind::Inspect => "cards-keep-all",
                CeremonyKind::Establish if erased && state.plan.so_pin_share().is_some() => "cards-keep-so-pin",
                CeremonyKind::Establish if state.sets.is_empty() && state.share_kcvs.is_empty() => "cards-none",
                CeremonyKind::Establish => "cards-destroy",
            })
            .to_owned()
    }

    /// Devices of which the record does not say whether they were erased.
    fn perhaps_erased(&self) -> impl Iterator<Item = &Serial> {
        self.state().perhaps_erased.iter().chain(&self.state().intended)
    }

    /// Which devices this sitting changed, for whoever stops in the middle.
    fn what_was_changed(&self) -> String {
        let (state, mut said) = (self.state(), Vec::new());
        let mut say = |word, serials: Vec<String>| {
            if !serials.is_empty() {
                said.push(fill(self.script.word(word), &[("serials", serials.join(", "))]));
            }
        };
        let erased: Vec<Serial> = state.initialised.iter().filter_map(|role| state.serial(*role)).collect();
        let perhaps = self.perhaps_erased().filter(|serial| !erased.contains(serial));
        say("changed-devices", erased.iter().map(Serial::to_string).collect());
        say("changed-perhaps", perhaps.map(Serial::to_string).collect());
        if said.is_empty() { words::CHANGED_NOTHING.to_owned() } else { said.join(" ") }
    }
}

/// Paragraphs with their values; a value of several lines becomes several paragraphs.
fn lines(text: &[String], values: &Values) -> Vec<String> {
    text.iter().flat_map(|line| fill(line, values).split('\n').map(str::to_owned).collect::<Vec<_>>()).collect()
}
