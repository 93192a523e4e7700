//! What the middle of the screen shows and asks at a stage.

use crate::ceremony::machine::recovery::Recovery;
use crate::ceremony::machine::{Asking, Machine, Mode};
use crate::ceremony::steps::{Question, Stage, StageKind};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::{Body, OptionView};
use crate::script::words;
use crate::terms::{CustodianNumber, Quorum};

impl Machine {
    pub(super) fn body(&self, sentences: &Sentences<'_>) -> Body {
        if let Some(ending) = self.known().progress.ended {
            return self.ended(ending, sentences);
        }
        if let Some(interlude) = &self.interlude {
            return self.between(interlude, sentences);
        }
        let Some(stage) = self.stage() else { return Body::Read { text: Vec::new() } };
        match &self.mode {
            Mode::Asking(asking) => self.asking(stage, asking, sentences),
            Mode::Working { act, progress, since, waiting } => Body::Working {
                text: match waiting {
                    None => sentences.stage(stage.name),
                    Some(fault) => {
                        let (happened, truth) = sentences.fault(fault);
                        happened.into_iter().chain(truth).chain([words::GOES_ON_BY_ITSELF.to_owned()]).collect()
                    }
                },
                progress: *progress,
                seconds: self.now.saturating_sub(*since),
                may_stop: act.may_be_stopped(),
            },
            Mode::Faulted { fault, choices, .. } => {
                let (happened, truth) = sentences.fault(fault);
                let choices = choices.iter().map(|choice| OptionView::open(choice_text(*choice))).collect();
                Body::Fault { happened, truth, choices }
            }
        }
    }

    fn asking(&self, stage: &Stage, asking: &Asking, sentences: &Sentences<'_>) -> Body {
        let text = sentences.stage(stage.name);
        let ticks = || asking.ticks.iter().copied();
        match stage.kind {
            StageKind::Read | StageKind::Do(_) | StageKind::Deviates(_) => Body::Read { text },
            StageKind::Tick => {
                let items = sentences.items(stage.name).into_iter().zip(ticks()).collect();
                Body::Tick { text, items, enough: ticks().all(|tick| tick) }
            }
            StageKind::RollCall => {
                let called = self.known().called().into_iter().map(|called| called.text);
                Body::Tick { text, items: called.zip(ticks()).collect(), enough: self.enough(&asking.ticks) }
            }
            StageKind::Choose(question) => Body::Choose {
                text,
                options: match question {
                    Question::Loss | Question::CurrentSoPin | Question::HiddenKcv => {
                        sentences.items(stage.name).into_iter().map(OptionView::open).collect()
                    }
                    Question::Device => {
                        self.known().devices.seen.iter().map(|serial| OptionView::open(serial.to_string())).collect()
                    }
                    Question::Sitter(_) => self.sitters(sentences),
                },
                custodians: match question {
                    Question::Sitter(_) => true,
                    Question::Loss | Question::CurrentSoPin | Question::HiddenKcv | Question::Device => false,
                },
                may_leave: false,
            },
            StageKind::Form(_) => self.form(text, asking, sentences, false, false),
            StageKind::FromCard(_) => self.form(text, asking, sentences, false, true),
            StageKind::Danger(_) => self.form(text, asking, sentences, true, false),
            StageKind::Reveal { card, note } => {
                self.reveal(asking, card, (text, sentences.stage(note)), sentences.step)
            }
        }
    }

    /// The custodians who may take this step's seat; whoever sat at another has given their share.
    fn sitters(&self, sentences: &Sentences<'_>) -> Vec<OptionView> {
        let (known, step) = (self.known(), sentences.step);
        let option = |number: CustodianNumber| {
            let name = known.plan.custodian(step.share, number);
            let elsewhere = known.seats.seated.iter().any(|(seat, who)| *who == number && Some(*seat) != step.seat());
            let note = if elsewhere { words::HAS_GIVEN } else { "" };
            OptionView { text: format!("{name}{note}"), closed: elsewhere }
        };
        known.plan.quorum(step.share).into_iter().flat_map(Quorum::numbers).map(option).collect()
    }
}

impl OptionView {
    pub(super) fn open(text: impl Into<String>) -> Self {
        Self { text: text.into(), closed: false }
    }
}

const fn choice_text(choice: Recovery) -> &'static str {
    match choice {
        Recovery::TryAgain => words::CHOICE_TRY_AGAIN,
        Recovery::TypeAgain => words::CHOICE_TYPE_AGAIN,
        Recovery::FromStart => words::CHOICE_FROM_START,
        Recovery::LogIn => words::CHOICE_LOG_IN,
        Recovery::SeatsAgain => words::CHOICE_SEATS_AGAIN,
        Recovery::AnotherCustodian => words::CHOICE_ANOTHER_CUSTODIAN,
        Recovery::PinsAgain => words::CHOICE_PINS_AGAIN,
        Recovery::LeaveHidden => words::CHOICE_LEAVE_HIDDEN,
        Recovery::AnotherDevice => words::CHOICE_ANOTHER_DEVICE,
        Recovery::Stop => words::CHOICE_STOP,
    }
}
