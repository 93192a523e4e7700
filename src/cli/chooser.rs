//! The screens of the program that belong to no ceremony: the menu of `rehearse`, and what becomes of an open sitting.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::app::{FrontEnd, FrontError, OpenSitting, ROUNDS, Screen, latest_backup};
use crate::ceremony::{
    Asks, Body, CEREMONIES, Ceremony, Character, ChoiceId, Deliberate, DeviceUse, Header, Input, Machine, Needs,
    Notice, OpenSittingChoice, OptionView, Resumption, View, ViewContext,
};
use crate::dkek::Rounds;
use crate::names::ItemName;
use crate::record::CeremonyKind;
use crate::script::{chapters, words};
use crate::terms::Number;
use crate::vault::Vault;

/// How often such a screen looks at the time.
const A_MOMENT: Duration = Duration::from_millis(50);

/// The menu of `rehearse`: every ceremony, and a way out.
pub fn menu(screen: &mut Screen, records: &Path, made: bool) -> Result<Option<CeremonyKind>, FrontError> {
    let backup = latest_backup(records).is_some();
    let option = |ceremony: &&Ceremony| {
        let Character { kind, text, needs, devices, .. } = ceremony.character;
        let id = ChoiceId::Ceremony(kind);
        let after_another = match needs {
            Needs::Backup | Needs::PlanAndBackup | Needs::NewKeysAndBackup => true,
            Needs::Plan | Needs::PlanIfAny => devices == DeviceUse::ChangesPins,
        };
        match text.menu_later {
            Some(later) if after_another && !backup => OptionView { id, text: later.to_owned(), closed: true },
            Some(_) | None => OptionView::open(id, text.menu),
        }
    };
    let leave = OptionView::open(ChoiceId::Item(ItemName::Back), words::MENU_LEAVE);
    let header = header(words::MENU_CEREMONY.to_owned(), words::MENU_TITLE, true);
    // Who has made something knows what a rehearsal is; with both, the list does not fit the smallest screen.
    let text = if made { vec![words::MENU_NEXT] } else { chapters::MENU.to_vec() };
    let text = text.into_iter().map(str::to_owned).collect();
    let options = CEREMONIES.iter().map(option).chain([leave]).collect();
    match choose(screen, header, text, options)? {
        Some(ChoiceId::Ceremony(kind)) => Ok(Some(kind)),
        _ => Ok(None),
    }
}

/// What becomes of a sitting whose program ended. `begins`: another ceremony begins after it.
pub fn open_sitting(
    screen: &mut Screen,
    open: &OpenSitting,
    machine: &Machine,
    begins: bool,
) -> Result<OpenSittingChoice, FrontError> {
    let kind = machine.known().ceremony.text;
    let header = header(kind.name.to_uppercase(), words::RESUME_TITLE, open.rehearsal);
    let leaves = if begins { words::RESUME_LEAVE_AND_BEGIN } else { words::RESUME_LEAVE };
    let options = [
        (OpenSittingChoice::GoOn, words::RESUME_GO_ON),
        (OpenSittingChoice::Close, words::RESUME_CLOSE),
        (OpenSittingChoice::Leave, leaves),
    ];
    let options = options.map(|(choice, text)| OptionView::open(ChoiceId::OpenSitting(choice), text)).into();
    match choose(screen, header, what_is_true(open, machine), options)? {
        Some(ChoiceId::OpenSitting(choice)) => Ok(choice),
        _ => Ok(OpenSittingChoice::Leave),
    }
}

/// Where a sitting stood, and how it goes on.
fn what_is_true(open: &OpenSitting, machine: &Machine) -> Vec<String> {
    let title = |number: Number| {
        let steps = machine.view(&ViewContext::default()).steps;
        let line = steps.into_iter().find(|step| step.number == number.to_string());
        format!("{number}, {}", line.map(|line| line.title).unwrap_or_default())
    };
    let Resumption { stood, to, again, void, .. } = machine.resumption();
    let last = open.proof.lines.last();
    let when = last.and_then(|line| line.around.as_ref()).map_or("-", |around| &around.local);
    let known = machine.known();
    let mut text = vec![
        words::ResumeWhich { title: &known.plan.title, folder: open.folder.path().display() }.to_string(),
        words::ResumeStood { lines: open.proof.mark.line, when, step: title(stood) }.to_string(),
    ];
    text.extend(void.then(|| words::RESUME_VOID.to_owned()));
    let erased = known.doubt.devices().map(|serial| words::ResumeErased { serial }.to_string());
    text.extend(erased);
    for steps in again {
        text.push(words::ResumeAgain { from: title(steps.from), until: title(steps.until) }.to_string());
    }
    text.push(words::ResumeGoesOn { step: title(to) }.to_string());
    text
}

fn header(ceremony: String, title: &str, rehearsal: bool) -> Header {
    Header {
        ceremony,
        rehearsal,
        shortened: ROUNDS != Rounds::PRODUCT,
        number: "0.0".to_owned(),
        title: title.to_owned(),
        act: words::MENU_ACT.to_owned(),
        screen: None,
        mark: String::new(),
    }
}

/// One choice, by a key that was pressed once. `None`: people leave.
fn choose(
    screen: &mut Screen,
    header: Header,
    text: Vec<String>,
    options: Vec<OptionView>,
) -> Result<Option<ChoiceId>, FrontError> {
    let mut view = View {
        header,
        body: Body::Choose { text, options, asks: Asks::Ceremony, may_leave: true },
        device: None,
        steps: Vec::new(),
        so_far: None,
        takes_decisions: false,
        notice: None,
    };
    let (mut vault, mut keys, appeared) = (Vault::new(), Deliberate::default(), Instant::now());
    let now = || u64::try_from(appeared.elapsed().as_millis()).unwrap_or(u64::MAX);
    loop {
        match keys.ripe(now()) {
            Some(Input::Chose(choice)) => return Ok(Some(choice)),
            Some(_) => return Ok(None),
            None => {}
        }
        view.takes_decisions = keys.stands(now());
        view.notice = keys.ignored().then_some(Notice::PressOnce);
        screen.show(&view, &vault)?;
        match screen.next(&view, &mut vault, A_MOMENT)? {
            Some(chosen @ Input::Chose(_)) => keys.press(chosen, now()),
            Some(Input::Stop | Input::Leave) => return Ok(None),
            _ => {}
        }
    }
}
