//! The script of the day: what people need at the table, from the cover to the blank cards.

mod bring;
mod registers;
mod rows;
mod sheets;

pub(super) use sheets::table;

use super::card::{CardOf, card, dealt_cards, pin_sheets};
use super::document::{Block, Cell, Document, Sheet};
use super::steps::{PaperStep, PaperSteps};
use crate::ceremony::{Cards, Ceremony, Character, DeviceUse, role};
use crate::names::{CeremonyKind, StepName};
use crate::plan::{Custody, Plan};
use crate::script::{self, chapters, words};
use crate::terms::{DeviceRole, Digest};

/// The printed script of a ceremony for a plan; `plan_sha256` is the digest of the plan file. It comes with the blank cards
/// and sheets that are filled in that day.
pub fn days_script(ceremony: CeremonyKind, plan: &Plan, plan_sha256: &Digest) -> Document {
    let day = Day { character: &Ceremony::by(ceremony, plan).character, plan, steps: PaperSteps::new(ceremony, plan) };
    let mut sheets = vec![day.cover(plan_sha256), sheets::emergency(), day.people(), day.bring(), day.registers()];
    sheets.push(day.all_steps());
    sheets.extend([day.end(), sheets::exceptions(), sheets::alphabet()]);
    sheets.extend(day.cards().iter().map(|of| Sheet { heading: None, blocks: vec![Block::Form(card(of))] }));
    let heading = day.character.text.heading;
    let digest = plan_sha256.in_groups().into_iter().take(4).collect::<Vec<_>>().join(" ");
    Document {
        title: words::PrintHeading { ceremony: heading }.to_string(),
        foot: words::PrintFoot { ceremony: heading, plan: &plan.title, digest }.to_string(),
        sheets,
    }
}

/// What the sheets of a day are made of.
struct Day<'a> {
    character: &'static Character,
    plan: &'a Plan,
    steps: PaperSteps,
}

impl Day<'_> {
    fn cover(&self, plan_sha256: &Digest) -> Sheet {
        let plan = self.plan;
        let text = |text: &str| Cell::Text(text.to_owned());
        let fact = |label: &str, value: Cell| (label.to_owned(), value);
        let mode = [words::PRINT_MODE_REAL, words::PRINT_MODE_REHEARSAL].map(str::to_owned).to_vec();
        let custody: Vec<String> = plan.dkek_shares.iter().map(Custody::word).collect();
        let mut facts = vec![fact(words::PRINT_TITLE, text(&plan.title)), fact(words::PRINT_MODE, Cell::Boxes(mode))];
        let arranged = &plan.arrangements;
        let known = |text: &Option<String>| Cell::known(text.as_deref());
        if let Some(approval) = &arranged.approval {
            facts.push(fact(words::PRINT_APPROVED, text(&approval.by)));
            facts.push(fact(words::PRINT_APPROVAL, known(&approval.reference)));
            facts.push(fact(words::PRINT_APPROVAL_DATE, known(&approval.date)));
        }
        let blanks = [words::PRINT_DATE, words::PRINT_BEGINS, words::PRINT_ENDS, words::PRINT_CLOCK];
        facts.extend(blanks.map(|label| fact(label, Cell::Blank)));
        facts.push(fact(words::PRINT_PLACE, known(&arranged.place)));
        facts.push(fact(words::PRINT_MACHINE, Cell::Blank));
        facts.push(fact(words::PRINT_VIDEO, known(&arranged.video_reference)));
        let all = self.minutes();
        let (hours, minutes) = (all / 60, all % 60);
        facts.push(fact(words::PRINT_MINUTES, text(&words::PrintHours { hours, minutes }.to_string())));
        if self.character.cards != Cards::None {
            facts.push(fact(words::PRINT_QUORUM, text(&custody.join(", "))));
        }
        if let Some(label) = &arranged.token_label {
            facts.push(fact(words::PRINT_TOKEN, text(label)));
        }
        if self.character.cards == Cards::Dealt {
            let proven = if plan.prove_restore { words::PRINT_YES } else { words::PRINT_NO };
            facts.push(fact(words::PRINT_RESTORE, text(proven)));
        }
        let digest = |digest: Digest| text(&digest.in_groups().join(" "));
        facts.push(fact(words::PRINT_PLAN_DIGEST, digest(*plan_sha256)));
        facts.push(fact(words::PRINT_SCRIPT_DIGEST, digest(Digest(script::digest()))));
        let live = arranged.live_image.map(digest);
        facts.push(fact(words::PRINT_LIVE_DIGEST, live.unwrap_or(Cell::Blank)));
        facts.push(fact(words::PRINT_PROGRAM, text(concat!("ceremony ", env!("CARGO_PKG_VERSION")))));
        let mut sheet = Sheet { heading: None, blocks: vec![Block::Facts(facts)] };
        sheet.blocks.extend(plan.clashes().into_iter().map(|clash| {
            let [one, other] = clash.roles.map(|person| role(plan, person));
            Block::Text(words::PrintClash { name: clash.name, one, other }.to_string())
        }));
        let mut sheet = sheet.saying(chapters::PRINT_COVER);
        if self.character.cards != Cards::None {
            sheet.blocks.push(Block::Heading(words::PRINT_KEYS.to_owned()));
            let keys = plan.keys.iter().map(|key| {
                let (key_type, id, reference) = (key.key_type.name(), key.id.shown(), key.reference);
                let said = words::PrintKey { key_type, id, reference, restore_to: key.restore_to };
                (key.label.to_string(), Cell::Text(said.to_string()))
            });
            sheet.blocks.push(Block::Facts(keys.collect()));
        }
        sheet
    }

    /// How many minutes the day takes if nothing is needed that is only there in case.
    fn minutes(&self) -> u32 {
        let always = self.steps.steps.iter().filter(|step| !step.if_needed);
        always.map(|step| u32::from(self.plan.minutes(step.step.id))).sum()
    }

    /// The devices that are erased and set up.
    fn set_up(&self) -> Vec<DeviceRole> {
        let mut roles = Vec::new();
        match self.character.devices {
            // It gets no PIN that anybody keeps.
            DeviceUse::Retires => return roles,
            DeviceUse::Provisions
            | DeviceUse::Fleet
            | DeviceUse::Keeps
            | DeviceUse::Adds
            | DeviceUse::ChangesPins
            | DeviceUse::None => {}
        }
        // Nor does one that is erased because another one has taken its place.
        let set_up = |step: &&PaperStep| step.step.is_irreversible() && step.step.id != StepName::RetireErase;
        for step in self.steps.steps.iter().filter(set_up) {
            if !roles.contains(&step.step.role) {
                roles.push(step.step.role);
            }
        }
        roles
    }

    /// The devices that the day is about: those that are set up or, if none is, the one that is looked at.
    fn devices(&self) -> Vec<DeviceRole> {
        let set_up = self.set_up();
        if set_up.is_empty() { vec![DeviceRole::Original] } else { set_up }
    }

    /// The cards and sheets that are filled in: each device has PINs of its own.
    fn cards(&self) -> Vec<CardOf<'_>> {
        let dealt = if self.character.cards.are_dealt() { dealt_cards(self.plan) } else { Vec::new() };
        let sheets = self.set_up().into_iter().flat_map(|_| pin_sheets(self.plan));
        dealt.into_iter().chain(sheets).collect()
    }
}
