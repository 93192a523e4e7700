//! Steps: numbered, generated from a plan, each a short sequence of stages.

pub mod bags;
pub mod check_values;
pub mod closing;
pub mod condition;
pub mod copies;
pub mod device;
pub mod hand_over;
pub mod keys;
pub mod opening;
pub mod people;
pub mod provisioning;
pub mod question;
mod screens;
pub mod share_files;
pub mod source;
mod stage;
pub mod turns;

use crate::ceremony::known::custodians::Whose;
pub use crate::ceremony::steps::condition::{Condition, Need};
pub use crate::ceremony::steps::question::{Answer, Question};
pub use crate::ceremony::steps::stage::{Fields, MakeAct, Stage, StageKind};
use crate::names::{StageName, StepName};
use crate::terms::Holder;
use crate::terms::{CustodianNumber, DeviceRole, DkekShareNumber, Handle, KeyLabel, Number, Seat};

/// Who acts at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The ceremony administrator.
    Administrator,
    /// A custodian of this step's DKEK share by number.
    Custodian(CustodianNumber),
    /// Any custodian who takes this seat.
    Seat(Seat),
    /// The SO-PIN holder.
    SoPinHolder,
    /// The PIN holder.
    PinHolder,
    /// The holder of the password of this step's DKEK share.
    PasswordHolder,
}

impl Actor {
    /// Whether they have a part of the step's DKEK share.
    pub const fn has_a_part(self) -> bool {
        match self {
            Self::Custodian(_) | Self::Seat(_) | Self::PasswordHolder => true,
            Self::Administrator | Self::SoPinHolder | Self::PinHolder => false,
        }
    }
}

/// A part of a ceremony that people may choose to leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// None: the step is never left out with others.
    Always,
    /// Left out if nobody opens the share files.
    IfOpened,
    /// Left out unless a drill goes as far as a spare device.
    OnSpare,
    /// Left out if the old device is not here to be erased.
    OldDevice,
    /// Left out from where people go on without this further device of a fleet.
    OfDevice(DeviceRole),
}

/// One numbered step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number.
    pub number: Number,
    /// Its name in the script.
    pub id: StepName,
    /// Who acts.
    pub actor: Actor,
    /// Which key in the plan it is about.
    pub key: Option<KeyLabel>,
    /// Which device it is about.
    pub role: DeviceRole,
    /// Which DKEK share it is about; the first if it is not about any.
    pub share: DkekShareNumber,
    /// Which copy of the folder it is about, from 1.
    pub medium: Option<u8>,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// When it is needed; none: always.
    pub need: Option<Need>,
    /// The part of the ceremony that it belongs to.
    pub part: Part,
    /// Whose custodians it is about.
    pub whose: Whose,
    /// Whose card, or password on paper, is put away here.
    pub puts_away: Option<Holder>,
    /// What the vault forgets when the step ends.
    pub forgets: Vec<Handle>,
    /// Its end frees the seats: everyone who sat there has opened what they came for.
    pub frees_seats: bool,
    /// From here on the device gets its PINs: people return here if the PINs are typed again.
    pub begins_pins: bool,
}

impl Step {
    /// Whether it is left out on some days.
    pub fn may_be_left_out(&self) -> bool {
        self.need.is_some()
            || match self.part {
                // People go on without it only if it fails.
                Part::Always | Part::OfDevice(_) => false,
                Part::IfOpened | Part::OnSpare | Part::OldDevice => true,
            }
    }

    /// Whether anything in it cannot be undone.
    pub fn is_irreversible(&self) -> bool {
        self.stages.iter().any(|stage| stage.kind.is_irreversible())
    }

    /// The seat of the person who acts, where any custodian may sit.
    pub const fn seat(&self) -> Option<Seat> {
        match self.actor {
            Actor::Seat(seat) => Some(seat),
            Actor::Administrator
            | Actor::Custodian(_)
            | Actor::SoPinHolder
            | Actor::PinHolder
            | Actor::PasswordHolder => None,
        }
    }

    /// The place of its first stage after a hand-over.
    pub fn begins_at(&self) -> usize {
        usize::from(self.stages.first().is_some_and(|stage| stage.name == StageName::HandOver))
    }

    /// The custodian who acts, if it is a custodian's turn.
    pub const fn custodian(&self) -> Option<CustodianNumber> {
        match self.actor {
            Actor::Custodian(custodian) => Some(custodian),
            Actor::Administrator | Actor::Seat(_) | Actor::SoPinHolder | Actor::PinHolder | Actor::PasswordHolder => {
                None
            }
        }
    }
}

/// A list of steps that numbers itself.
#[derive(Default)]
pub struct List {
    steps: Vec<Step>,
    section: u8,
    step: u8,
}

impl List {
    /// Starts the next section.
    pub fn section(&mut self) {
        self.section += 1;
        self.step = 0;
    }

    /// Adds a step to the section.
    pub fn add(&mut self, mut step: Step) {
        self.step += 1;
        step.number = Number { section: self.section, step: self.step };
        self.steps.push(step);
    }

    /// Adds the steps of a part that people may choose to leave out.
    pub fn part(&mut self, part: Part, add: impl FnOnce(&mut Self)) {
        let from = self.steps.len();
        add(self);
        for step in self.steps.iter_mut().skip(from) {
            step.part = part;
        }
    }

    /// Adds steps of those who guarded the DKEK shares before this sitting changes that.
    pub fn of_those_before(&mut self, add: impl FnOnce(&mut Self)) {
        let from = self.steps.len();
        add(self);
        for step in self.steps.iter_mut().skip(from) {
            step.whose = Whose::OfBefore;
        }
    }

    /// The device that steps are about last.
    pub fn last_role(&self) -> DeviceRole {
        self.steps.iter().map(|step| step.role).max().unwrap_or(DeviceRole::Original)
    }

    /// The finished list.
    pub fn finish(mut self) -> Vec<Step> {
        hand_over::insert(&mut self.steps);
        self.steps
    }
}

/// A step that is not yet numbered.
pub fn step(id: StepName, actor: Actor) -> Step {
    Step {
        number: Number { section: 0, step: 0 },
        id,
        actor,
        key: None,
        role: DeviceRole::Original,
        share: DkekShareNumber::FIRST,
        medium: None,
        stages: Vec::new(),
        need: None,
        part: Part::Always,
        whose: Whose::OfThePlan,
        puts_away: None,
        forgets: Vec::new(),
        frees_seats: false,
        begins_pins: false,
    }
}

impl Step {
    /// Adds a stage.
    #[must_use]
    pub fn then(self, name: StageName, kind: StageKind) -> Self {
        self.then_when(Condition::Always, name, kind)
    }

    /// Adds a stage that is due only on a condition.
    #[must_use]
    pub fn then_when(mut self, when: Condition, name: StageName, kind: StageKind) -> Self {
        self.stages.push(Stage { name, kind, when });
        self
    }

    /// Sets the device.
    #[must_use]
    pub fn on(mut self, role: DeviceRole) -> Self {
        self.role = role;
        self
    }

    /// Sets the DKEK share.
    #[must_use]
    pub fn of(mut self, share: DkekShareNumber) -> Self {
        self.share = share;
        self
    }

    /// Sets the key.
    #[must_use]
    pub fn about(mut self, key: &KeyLabel) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// Sets the copy.
    #[must_use]
    pub const fn on_medium(mut self, number: u8) -> Self {
        self.medium = Some(number);
        self
    }

    /// Marks it as only if needed.
    #[must_use]
    pub const fn only_if(mut self, need: Need) -> Self {
        self.need = Some(need);
        self
    }

    /// Sets whose card, or password on paper, is put away.
    #[must_use]
    pub const fn putting_away(mut self, holder: Holder) -> Self {
        self.puts_away = Some(holder);
        self
    }

    /// Sets what the vault forgets when the step ends.
    #[must_use]
    pub fn forgetting(mut self, handles: impl IntoIterator<Item = Handle>) -> Self {
        self.forgets.extend(handles);
        self
    }

    /// Frees the seats when it ends.
    #[must_use]
    pub const fn freeing_seats(mut self) -> Self {
        self.frees_seats = true;
        self
    }

    /// Marks where the device starts to get its PINs.
    #[must_use]
    pub const fn where_pins_begin(mut self) -> Self {
        self.begins_pins = true;
        self
    }
}
