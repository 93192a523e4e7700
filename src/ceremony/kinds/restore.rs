//! *Restore*: a quorum restores the backed-up keys to a replacement device.

use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::ceremony::known::character::{Cards, Character, DeviceUse, KeySource, Needs, Unattended};
use crate::ceremony::known::roll_call::Attendance;
use crate::ceremony::steps::{
    Actor, Condition, List, Question, StageKind, Step, bags, check_values, closing, device, keys, opening, people,
    provisioning, source, step,
};
use crate::fields::{Field, FieldKind};
use crate::names::{CeremonyKind, FieldName, StageName, StepName};
use crate::plan::Plan;
use crate::record::Loss;
use crate::script::ceremonies;
use crate::terms::{DeviceRole, Handle};

/// The entry for *restore*.
pub static CEREMONY: Ceremony = Ceremony {
    character: Character {
        kind: CeremonyKind::Restore,
        text: &ceremonies::RESTORE,
        needs: Needs::Backup,
        cards: Cards::Earlier,
        keys: KeySource::Known,
        devices: DeviceUse::Provisions,
        unattended: Unattended::AfterOthers,
    },
    steps,
};

/// The steps of *restore* for the plan of the sitting that is being restored.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut list = List::default();
    list.section();
    list.add(source::backup());
    list.add(
        step(StepName::Loss, Actor::Administrator)
            .then(StageName::Ask, StageKind::Choose(Question::Loss))
            .then(StageName::Confirm, StageKind::Confirm(confirm_loss))
            .then_when(Condition::Stolen, StageName::Stolen, StageKind::Tick),
    );
    people::people_and_room(&mut list, Attendance::Quorum);

    opening::open_all(&mut list, plan, Cards::Earlier);
    check_values::compare_kcv(&mut list);
    bags::new_bags(&mut list, plan);

    list.section();
    for key in &plan.keys {
        list.add(
            step(StepName::VerifyBackup, Actor::Administrator)
                .about(&key.label)
                .then_when(Condition::LeftOut(false), StageName::Verify, StageKind::Do(keys::verify_backup))
                .then_when(Condition::LeftOut(false), StageName::Verified, StageKind::Read)
                .then_when(Condition::LeftOut(true), StageName::LeftOut, StageKind::Read),
        );
    }

    list.section();
    list.add(device::device(DeviceRole::Replacement));
    provisioning::provision(&mut list, plan, DeviceRole::Replacement);
    provisioning::load(&mut list, DeviceRole::Replacement, &[Handle::Dkek, Handle::NewSoPin]);
    keys::bring_keys_back(&mut list, plan);
    check_values::compare_fingerprints(&mut list);
    closing::close(&mut list, plan);
    list.finish()
}

/// What became of the old device, typed as a word: a slip in a list of four must not decide it.
fn confirm_loss(known: &Known, _: &Step) -> Vec<Field> {
    let word = known.restored.loss.map(|loss| match loss {
        Loss::Broken => "BROKEN",
        Loss::Lost => "LOST",
        Loss::Stolen => "STOLEN",
        Loss::Nothing => "PROOF",
    });
    word.map(|word| Field::new(FieldName::Loss, FieldKind::Word(word))).into_iter().collect()
}
