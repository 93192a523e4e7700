//! What the placeholders in the script's sentences stand for at a step, as things stand now. Every value is asked for by its
//! name; a new one in the script does not compile until it is decided here.

mod devices;
mod host;
mod people;
pub mod planned;
mod restored;
mod shares;

use crate::ceremony::view::ended::{fate_of_the_cards, what_was_changed};
use crate::ceremony::view::sentences::Sentences;
use crate::ceremony::view::texts;
use crate::ceremony::view::values::planned::planned;
use crate::names::ValueName as Name;
use crate::terms::Digest;

impl Sentences<'_> {
    /// What a placeholder stands for; none: nobody knows yet.
    pub(super) fn value(&self, name: Name) -> Option<String> {
        let (known, step, context) = (self.machine.known(), self.step, self.context);
        let device = || known.devices.get(step.role);
        let origin = || known.restored.from.as_ref();
        let planned = || planned(&known.plan, step, name);
        match name {
            Name::Administrator
            | Name::Custodians
            | Name::Custody
            | Name::Dice
            | Name::Guards
            | Name::Holder
            | Name::KeyId
            | Name::KeyType
            | Name::KeysPlanned
            | Name::Label
            | Name::OfShare
            | Name::PinHolder
            | Name::PinReset
            | Name::Reference
            | Name::Role
            | Name::Scheme
            | Name::Seat
            | Name::Share
            | Name::Shares
            | Name::SoPinCustody
            | Name::SoPinHolder
            | Name::Threshold
            | Name::Title
            | Name::TriesPlanned => planned(),

            Name::Custodian => planned().or_else(|| people::sitter(known, step).map(|number| number.to_string())),
            Name::Name => planned().or_else(|| {
                people::sitter(known, step).map(|number| known.plan.custodian(step.share, number).to_owned())
            }),
            Name::SeatsNeeded => people::seats_needed(known, step),
            Name::StillNeeded => Some(people::still_needed(self.machine)),
            Name::WrongSeats => Some(people::wrong_seats(known, step)),
            Name::Former => people::former(self.machine),

            Name::Serial => device().map(|device| device.serial.to_string()),
            Name::Version => device().map(|device| device.version.clone()),
            Name::Model => device().map(devices::model),
            Name::KeysHeld => device().map(|device| device.keys.to_string()),
            Name::DeviceState => device().map(devices::condition),
            Name::UserTries => device().map(|device| devices::user_tries(known, step, device)),
            Name::SoTries => device().map(|device| devices::so_tries(known, step, device)),
            Name::SoPinHint => device().map(|_| devices::so_pin_hint(known, step)),
            Name::DkekState => devices::dkek_state(known, step),
            Name::Listed => Some(devices::key_table(&known.keys.listed)),

            Name::Sources => Some(known.shares.sources.join(", ")),
            Name::Prime => shares::set(known, step),
            Name::Sets => Some(shares::sets(known)),
            Name::Kcv => known.shares.dkek_kcv.map(|kcv| kcv.to_string()),
            Name::OpenedFile => known.shares.opened_file.clone(),
            Name::Defects => Some(shares::defects(known)),

            Name::RestoreTo => known.key(step.key.as_ref()).map(|key| known.restore_to(key).to_string()),
            Name::PublicSha256 => known.keys.made.get(step.key.as_ref()?.as_str()).map(Digest::in_lines),
            Name::Proof => known.keys.proof.clone(),
            Name::File => known.written.as_ref().map(|(file, _)| file.clone()),
            Name::Sha256 => known.written.as_ref().map(|(_, digest)| digest.in_lines()),

            Name::SourceFolder => origin().map(|origin| origin.folder.clone()),
            Name::SourceSerial => origin().map(restored::devices),
            Name::SourceLines => origin().map(|origin| origin.not_sealed.unwrap_or_default().to_string()),
            Name::SourceRecord => origin().map(restored::record),
            Name::PassedOver => origin().map(restored::passed_over),
            Name::Damaged => origin().map(restored::damaged),

            Name::Room => Some(host::findings(known)),
            Name::Deviations => Some(known.progress.deviations.to_string()),
            Name::Folder => Some(context.folder.clone()),
            Name::Digest => Some(context.digest.clone()),
            Name::Changed => Some(what_was_changed(known)),
            Name::CardsFate => Some(fate_of_the_cards(known).to_owned()),
            Name::Keep => Some(texts::of_ceremony(known.ceremony).keep.to_owned()),
        }
    }
}
