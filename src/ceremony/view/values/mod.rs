//! The values of the placeholders in the script's sentences at a step: on paper, what the plan alone determines; on
//! screens, the current values. Every value is looked up by name; a new one in the script does not compile until it is
//! handled here.

mod device_notes;
mod devices;
mod drilled;
mod fleet;
mod genuine;
pub(in crate::ceremony) mod host;
mod keys;
mod media;
mod people;
mod pins;
mod planned;
mod restored;
mod shares;
mod signing;
mod surveyed;
mod traced;

pub use devices::key_table;
pub use genuine::{advisory, genuineness, key_of_certificate};
pub use host::finding;
pub use keys::key_file_form;
pub use pins::changed;
pub use planned::role as device_role;
pub use shares::asked;
pub use surveyed::surveyed;

use crate::ceremony::known::Known;
use crate::ceremony::steps::{Step, check_values};
use crate::ceremony::view::ended::{fate_of_the_cards, what_was_changed};
use crate::ceremony::view::sentences::Sentences;
use crate::names::ValueName as Name;
use crate::plan::Plan;
use crate::script::words;
use crate::terms::{Digest, KeyLabel, Quorum};

/// The value of a placeholder as far as the plan determines it, in a ceremony of which no more is `known`; `None`: it is only
/// known on the day.
pub fn planned(known: &Known, step: &Step, name: Name) -> Option<String> {
    // Who comes to the keyboard, how they show it, and which keys there are, is in the plan unless the day changes it.
    if name == Name::Next {
        step.person(known).map(str::to_owned)
    } else if name == Name::Sign {
        people::sign(known, step)
    } else if name == Name::KeysPlanned {
        Some(keys::planned(known))
    } else {
        value(&known.plan, step, None, name)
    }
}

impl Sentences<'_> {
    /// The value of a placeholder; `None`: not known yet.
    pub(super) fn value(&self, name: Name) -> Option<String> {
        value(&self.machine.known().plan_at(self.step.whose), self.step, Some(self), name)
    }
}

/// The value of a placeholder. A value that asks `now` or `known` is only known on the day.
fn value(plan: &Plan, step: &Step, now: Option<&Sentences<'_>>, name: Name) -> Option<String> {
    let known = now.map(|now| now.machine.known());
    let device = || known?.devices.get(step.role);
    let origin = || known?.restored.from.as_ref();
    let written = || known?.written.last();
    let key = || plan.keys.iter().find(|key| Some(&key.label) == step.key.as_ref());
    let put_away = || step.puts_away.and_then(|holder| holder.custodian);
    let custodian = || step.custodian().or_else(put_away).or_else(|| known?.seats.sitter(step.seat()?));
    let text = |text: &str| Some(text.to_owned());
    let rehearsed = |said: &'static str| if known.is_some_and(|known| known.rehearsal) { said } else { "" };
    match name {
        Name::Title => text(&plan.title),
        Name::Administrator => text(&plan.administrator),
        Name::SoPinHolder => text(&plan.so_pin_holder),
        Name::PinHolder => text(&plan.pin_holder),
        Name::Holder => text(plan.holder(step.share)),
        Name::Threshold => Some(planned::quorum(plan, step, Quorum::threshold)),
        Name::Custodians => Some(planned::quorum(plan, step, Quorum::custodians)),
        Name::TriesPlanned => Some(plan.user_pin_tries.to_string()),
        Name::Dice => Some(plan.dice.to_string()),
        Name::Shares => Some(plan.dkek_shares.len().to_string()),
        Name::Share => Some(step.share.to_string()),
        Name::OfShare => Some(planned::of_share(plan, step.share)),
        Name::Custody => Some(planned::custody(plan)),
        Name::Scheme => Some(planned::schemes(plan)),
        Name::PinReset => text(planned::pin_reset(plan.pin_reset)),
        Name::Guards => text(planned::guards(plan)),
        Name::SoPinCustody => text(planned::so_pin_custody(plan)),
        Name::Role => text(planned::role(step.role)),
        Name::KeysPlanned => Some(keys::planned(known?)),
        Name::Label => key().map(|key| known.map_or_else(|| key.label.to_string(), |known| keys::name(known, key))),
        Name::KeyType => key().map(|key| key.key_type.name()),
        Name::KeyId => key().map(|key| known.map_or_else(|| key.id.shown(), |known| keys::id(known, key))),
        Name::KeyFile => keys::file(key()?, known),
        Name::KeyFiles => Some(keys::files(plan, known)),
        Name::KeyFileForm => text(keys::form(known?)?),
        Name::ThrowAway => text(keys::throw_away(known?, key()?)),
        Name::BesideKey => text(keys::beside(known?, key()?)),
        Name::WhyNotProven => Some(keys::why_not_proven(known?, key()?)),
        Name::Reference => {
            key().map(|key| known.map_or_else(|| key.reference.to_string(), |known| keys::reference(known, key)))
        }
        Name::KeysExpected => text(known.map_or(words::KEYS_OF_THE_PLAN, keys::expected)),
        Name::PlannedTo => key().map(|key| key.restore_to.to_string()),
        Name::RestoreTo => key().map(|key| known.map_or(key.restore_to, |known| known.restore_to(key)).to_string()),

        Name::Fleet => Some(fleet::planned(plan)),
        Name::FleetDone => Some(fleet::done(known?)),
        Name::SerialPlanned => Some(fleet::serial(plan, step.role)),

        Name::Custodian => custodian().map(|number| number.to_string()),
        Name::Name => custodian().map(|number| plan.custodian(step.share, number).to_owned()),
        Name::TheCards => text(planned::the_cards(plan, step)),
        Name::Seat => step.seat().map(|seat| seat.to_string()),
        Name::SeatsNeeded => match known {
            Some(known) => people::seats_needed(known, step),
            None => planned::seats_needed(plan, step),
        },
        Name::StillNeeded => Some(people::still_needed(now?.machine)),
        Name::WrongSeats => Some(people::wrong_seats(known?, step)),
        Name::Next => step.person(known?).map(str::to_owned),
        Name::Sign => people::sign(known?, step),
        Name::Former => people::former(now?.machine),
        Name::FormerRole => people::former_role(now?.machine),
        Name::StandIn => people::stand_in(now?.machine),
        Name::Checking => people::checking(now?.machine),
        Name::Deciders => Some(people::deciders(now?.machine)),
        Name::Newcomer => people::newcomer(now?.machine),
        Name::PlannedIdentity => people::planned_identity(now?.machine),
        Name::ToBeIdentified => Some(people::to_be_identified(known?)),
        Name::PeopleHere => Some(people::here(known?)),
        Name::Clashes => Some(people::clashes(plan)),

        Name::DeviceFound => {
            Some(known.map_or_else(|| planned::found(step.role).to_owned(), |known| devices::found(known, step)))
        }
        Name::Serial => device().map(|device| device.serial.to_string()),
        Name::Version => device().map(|device| device.version.clone()),
        Name::Genuineness => device().map(genuine::of_device),
        Name::Advisories => device().map(genuine::advisories),
        Name::WhyNotGenuine => genuine::why_of_device(known?, step),
        Name::PinRules => text(pins::tried(known, step)),
        Name::CertificateKey => text(genuine::certificate_key(known, step)),
        Name::Attested => text(genuine::attested(known, step)),
        Name::Model => device().map(devices::model),
        Name::KeysHeld => device().map(|device| device.keys.to_string()),
        Name::HeldKeys => devices::held_keys(known?, step),
        Name::SameAsBackup => text(devices::same_as_backup(known?, step)),
        Name::DeviceNotes => {
            let inspected = step.id == crate::names::StepName::InspectDevice;
            device().map(|device| device_notes::notes(device, inspected, device_notes::other_label(known, step)))
        }
        Name::OtherObjects => device().map(devices::other_objects),
        Name::DeviceState => device().map(devices::condition),
        Name::UserTries => Some(devices::user_tries(known?, step, device()?)),
        Name::SoTries => Some(devices::so_tries(known?, step, device()?)),
        Name::SoPinMay => Some(pins::so_pin_may(known?)),
        Name::PinsWiped => text(fleet::pins_wiped(known?)),
        Name::SoPinHint => Some(devices::so_pin_hint(known?, step)),
        Name::DkekState => devices::dkek_state(known?, step),
        Name::RefusedKeys => Some(surveyed::refused(&known?.keys.refused)),
        Name::KeysChosen => Some(surveyed::chosen(known?)),
        Name::Traced => Some(traced::keys(known?)),
        Name::Listed => Some(devices::key_table(&known?.keys.listed)),

        Name::Sources => Some(known?.shares.sources.join(", ")),
        Name::Prime => shares::set(known?, step),
        Name::Sets => Some(shares::sets(known?)),
        Name::Kcv => known?.shares.dkek_kcv.map(|kcv| kcv.to_string()),
        Name::EarlierKcv => known?.restored.earlier_kcv.map(|kcv| kcv.to_string()),
        Name::KcvGroups => known?.shares.dkek_kcv.map(|kcv| kcv.in_groups()),
        Name::KcvWords => known?.shares.dkek_kcv.map(|kcv| shares::numbered(&kcv.in_words())),
        Name::KcvAsked => known?.shares.dkek_kcv.map(|kcv| shares::asked(check_values::asked(kcv))),
        Name::PublicKeys => Some(shares::public_keys(known?)),
        Name::Fingerprint => known?.fingerprint().as_ref().map(Digest::in_lines),
        Name::FingerprintWords => known?.fingerprint().as_ref().map(Digest::numbered_words),
        Name::FingerprintAsked => {
            known?.fingerprint().map(|digest| shares::asked(check_values::asked_of_digest(digest)))
        }
        Name::OpenedFile => known?.shares.opened_file.clone(),
        Name::Needed => known?.shares.needed.map(|needed| needed.to_string()),
        Name::Defects => Some(shares::defects(known?)),

        Name::Proof => known?.keys.proof.clone(),
        Name::File => written().map(|(file, _)| file.clone()),
        Name::Sha256 => written().map(|(_, digest)| digest.in_lines()),
        Name::Sha256Words => written().map(|(_, digest)| digest.words_in_lines()),

        Name::SourceFolder => origin().map(|origin| origin.folder.clone()),
        Name::SourceDevices => Some(restored::not_these_devices(known?)),
        Name::SourceSerial => origin().map(restored::devices),
        Name::AlsoFrom => Some(restored::also_from(known?)),
        Name::OlderKeysIn => known?.restored.older_keys_in.clone(),
        Name::SourceLines => origin().map(|origin| origin.not_sealed.unwrap_or_default().to_string()),
        Name::SourceRecord => origin().map(restored::record),
        Name::PassedOver => origin().map(restored::passed_over),
        Name::PublicUnusable => origin().map(restored::public_unusable),
        Name::Loss => restored::loss(known?.restored.loss?),
        Name::LossFollows => text(restored::loss_follows(known?.restored.loss?)),
        Name::DrillPlanned => text(drilled::planned(plan.drill)),
        Name::SharesProven => Some(drilled::proven(known?)),
        Name::SharesNotProven => Some(drilled::not_proven(known?)),
        Name::Departed => Some(drilled::departed(known?)),
        Name::NextDrill => known?.drilled.next.map(|day| day.to_string()),
        Name::Copies => origin().map(restored::copies),
        Name::Undescribed => origin().map(restored::undescribed),
        Name::Damaged => origin().map(restored::damaged),
        Name::WrappedUnusable => origin().map(restored::wrapped_unusable),
        Name::Dkeks => Some(restored::dkeks(known?)),

        Name::Medium => step.medium.map(|number| number.to_string()),
        Name::MediaPlanned => Some(plan.arrangements.media.len().to_string()),
        Name::MediumPlanned => step.medium.map(|number| media::planned(plan, number)),
        Name::MediumLabel => known?.medium_label(step.medium?).map(str::to_owned),
        Name::CopiedTo => Some(media::copy(known?, step)?.folder.clone()),
        Name::CopiedFiles => Some(media::copy(known?, step)?.files.to_string()),
        Name::FolderName => Some(media::folder_name(&now?.context.folder)),
        Name::AfterClose => text(media::after_close(plan)),
        Name::Signer => plan.arrangements.sign_record.as_ref().map(KeyLabel::to_string),
        Name::EndedCopies => Some(said(&[&media::ended(now?.context), rehearsed(words::REHEARSAL_KEPT)], " ")),

        Name::Room => Some(said(&[&host::findings(&known?.host.findings), rehearsed(words::REHEARSAL_CARDS)], "\n")),
        Name::Missing => Some(host::missing(known?)),
        Name::Unfit => Some(host::unfit(&known?.host.findings)),
        Name::Deviations => Some(known?.progress.deviations.to_string()),
        Name::Folder => Some(now?.context.folder.clone()),
        Name::PlanDigest => known?.plan_sha256.as_ref().map(Digest::in_lines),
        Name::Digest => Some(now?.context.digest.clone()),
        Name::DigestWords => Some(now?.context.digest_words.clone()),
        Name::Changed => Some(what_was_changed(known?)),
        Name::CardsFate => text(fate_of_the_cards(known?)),
        Name::Keep => {
            let (known, context) = (known?, now?.context);
            let signed = signing::ended(plan, known, context);
            let kept = rehearsed(words::REHEARSAL_KEPT);
            Some(said(&[&signed, &media::ended(context), known.ceremony.text.keep, kept], " "))
        }
    }
}

/// The parts that have something to say.
fn said(parts: &[&str], between: &str) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}
