//! What was made, found and used: devices with their settings, DKEK shares with their strength, keys, files.

use std::collections::BTreeMap;

use super::imported::imported;
use super::{Told, grouped, text};
use crate::ceremony::{advisory, custody, device_role, genuineness, key_of_certificate};
use crate::paper::day::table;
use crate::paper::document::{Block, Cell, Room, Sheet};
use crate::record::{
    ChangeCause, DepartedOutcome, Entry, Fact, GuardedShare, LivesOn, PinChange, ResetRule, Settings, TracedKey,
};
use crate::script::{chapters, words};
use crate::terms::{DeviceRole, Digest, KeyLabel, Scheme, Serial};

impl Told<'_> {
    pub(super) fn inventory(&self) -> Sheet {
        let mut sheet = Sheet::new(words::REPORT_INVENTORY);
        sheet.blocks.push(Block::Heading(words::REPORT_DEVICES.to_owned()));
        for role in DeviceRole::all() {
            sheet.blocks.extend(self.devices(role));
        }
        sheet.blocks.push(Block::Heading(words::REPORT_DKEK.to_owned()));
        sheet.blocks.push(Block::Facts(self.dkek()));
        sheet.blocks.push(Block::Heading(words::REPORT_STRENGTH.to_owned()));
        sheet = sheet.saying(chapters::REPORT_STRENGTH);
        sheet.blocks.push(self.strength());
        sheet.blocks.push(Block::Heading(words::PRINT_KEYS.to_owned()));
        let keys = self.keys();
        if keys.is_empty() {
            sheet.blocks.push(Block::Text(words::REPORT_NO_KEYS.to_owned()));
        }
        for (label, said) in keys {
            let said = said.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect();
            sheet.blocks.extend([Block::Heading(words::ReportKey { label }.to_string()), Block::Facts(said)]);
        }
        for (line, fact) in self.facts() {
            if let Fact::FingerprintsCompared { keys, sha256, words: places, by } = fact {
                let (line, asked) = (line.line, places.iter().map(u8::to_string).collect::<Vec<_>>().join(", "));
                let keys = keys.iter().map(KeyLabel::to_string).collect::<Vec<_>>().join(", ");
                let (digest, words) = (sha256.in_groups().join(" "), sha256.in_words().join(" "));
                let said = words::ReportFingerprints { line, by, keys, asked, digest, words };
                sheet.blocks.push(Block::Text(said.to_string()));
            }
        }
        for (line, fact) in self.facts() {
            if let Fact::Traced { keys, mac_not_verified, .. } = fact {
                let heading = words::ReportTraced { line: line.line }.to_string();
                sheet.blocks.extend([Block::Heading(heading), traced(keys, *mac_not_verified)]);
            }
        }
        sheet
    }

    /// Every device that was found in a role, with what was done to it.
    fn devices(&self, which: DeviceRole) -> Vec<Block> {
        let mut blocks = Vec::new();
        for (line, fact) in self.facts() {
            let line = line.line;
            match fact {
                Fact::Device {
                    role,
                    serial,
                    version,
                    platform,
                    reader,
                    certified_by,
                    genuineness: found,
                    advisories,
                    token_label,
                    initialised,
                    keys,
                    ..
                } if *role == which => {
                    let what = device_role(*role);
                    let platform = platform.as_deref().unwrap_or_default();
                    let version = words::ReportFirmware { version, platform }.to_string();
                    let state = if *initialised {
                        words::ReportHeld { keys }.to_string()
                    } else {
                        words::REPORT_EMPTY.to_owned()
                    };
                    let mut facts = vec![
                        (words::ReportDevice { what, line }.to_string(), text(serial.to_string())),
                        (words::REPORT_VERSION.to_owned(), text(version.trim_end())),
                        (words::REPORT_FOUND.to_owned(), text(state)),
                    ];
                    let genuine = found.as_ref().map_or_else(|| words::GENUINE_NOT_CHECKED.to_owned(), genuineness);
                    facts.push((words::REPORT_GENUINE.to_owned(), text(genuine)));
                    let against = advisories.iter().map(|known| advisory(*known));
                    facts.extend(against.map(|said| (words::REPORT_ADVISORY.to_owned(), text(said))));
                    let further = [
                        (words::PRINT_READER, reader),
                        (words::REPORT_CERTIFIED_BY, certified_by),
                        (words::REPORT_TOKEN_LABEL, token_label),
                    ];
                    facts.extend(
                        further
                            .into_iter()
                            .filter_map(|(name, value)| value.as_ref().map(|value| (name.to_owned(), text(value)))),
                    );
                    blocks.push(Block::Facts(facts));
                }
                _ => {
                    if let Some((role, done)) = done(fact)
                        && role == which
                    {
                        blocks.push(Block::Facts(vec![(words::ReportLine { line }.to_string(), text(done))]));
                    }
                }
            }
        }
        // What belongs to one device stays in one table.
        let mut joined: Vec<Block> = Vec::new();
        for block in blocks {
            match (joined.last_mut(), block) {
                (Some(Block::Facts(before)), Block::Facts(more)) => before.extend(more),
                (_, block) => joined.push(block),
            }
        }
        joined
    }

    /// The DKEK, its shares, and who opened them.
    fn dkek(&self) -> Vec<(String, Cell)> {
        let mut facts = Vec::new();
        for (line, fact) in self.facts() {
            let said = match fact {
                Fact::Seeded { sources } => words::ReportSeeded { sources: sources.join(", ") }.to_string(),
                Fact::Dealt { share, quorum, scheme, set, kcv } => {
                    words::ReportDealt { share, kcv, quorum, scheme, set }.to_string()
                }
                Fact::UnderPassword { share, kcv } => words::ReportUnderPassword { share, kcv }.to_string(),
                Fact::SoPinDealt { quorum, set } => words::ReportSoPinDealt { quorum, set }.to_string(),
                Fact::DkekDrawn { shares, kcv } => words::ReportDrawn { shares, kcv }.to_string(),
                Fact::Opened { share, file, kcv, right, people, .. } => {
                    let names: Vec<&str> =
                        people.iter().filter(|sat| right.contains(&sat.seat)).map(|sat| sat.name.as_str()).collect();
                    let seats = right.len();
                    match names.as_slice() {
                        [] if seats == 0 => words::ReportOpenedPassword { file, share, kcv }.to_string(),
                        [] => words::ReportOpenedSeats { file, share, kcv, seats }.to_string(),
                        names => words::ReportOpened { share, file, kcv, names: names.join(", ") }.to_string(),
                    }
                }
                Fact::CustodiansChange { cause } => match cause {
                    ChangeCause::CardLost => words::REPORT_CHANGE_CARD_LOST.to_owned(),
                    ChangeCause::CustodianLeaves => words::REPORT_CHANGE_LEAVES.to_owned(),
                    ChangeCause::Other => words::REPORT_CHANGE_OTHER.to_owned(),
                },
                Fact::Guarded { shares, .. } => {
                    let one = |share: &GuardedShare| {
                        words::ReportGuarded { custody: custody(share).word(), people: share.people.join(", ") }
                            .to_string()
                    };
                    let all = shares.iter().map(one).collect::<Vec<_>>().join("; ");
                    words::ReportGuardedBefore { all }.to_string()
                }
                Fact::NewCustodians => words::REPORT_NEW_CUSTODIANS.to_owned(),
                Fact::WrongShareRefused { share, seat } => words::ReportWrongShare { share, seat }.to_string(),
                Fact::DepartedShare { share, outcome: DepartedOutcome::Refused } => {
                    words::ReportDepartedRefused { share }.to_string()
                }
                Fact::DepartedShare { share, outcome: DepartedOutcome::NotHere } => {
                    words::ReportDepartedNotTried { share }.to_string()
                }
                Fact::Joined { kcv } => words::ReportJoined { kcv }.to_string(),
                Fact::Compared { kcv, words: places, by } => {
                    let asked = places.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
                    let words = kcv.in_words().join(" ");
                    words::ReportCompared { kcv: kcv.in_groups(), words, asked, by }.to_string()
                }
                Fact::SoPinRebuilt { right, people, .. } => {
                    let names: Vec<&str> =
                        people.iter().filter(|sat| right.contains(&sat.seat)).map(|sat| sat.name.as_str()).collect();
                    words::ReportSoPinRebuilt { names: names.join(", ") }.to_string()
                }
                _ => continue,
            };
            facts.push((words::ReportLine { line: line.line }.to_string(), text(said)));
        }
        facts
    }

    /// How much work it is to guess what guards each DKEK share, for somebody who has its file.
    fn strength(&self) -> Block {
        let mut rows = Vec::new();
        for line in &self.proof.lines {
            let Entry::Began { custody, .. } = &line.entry else { continue };
            for (share, custody) in (1_u8..).zip(custody) {
                let scheme = custody.split_once(' ').and_then(|(_, scheme)| Scheme::parse(scheme));
                let bits = match scheme {
                    Some(Scheme::ScHsmTool) => words::REPORT_BITS_SC_HSM_TOOL,
                    Some(Scheme::Words) => words::REPORT_BITS_WORDS,
                    None => words::REPORT_BITS_PASSWORD,
                };
                let name = words::ReportShare { share }.to_string();
                rows.push(vec![text(name), text(custody.as_str()), text(bits)]);
            }
        }
        let heads = [(words::REPORT_WHAT, 20), (words::PRINT_QUORUM, 24), (words::REPORT_BITS, 56)];
        table(&heads, rows, Room::Text)
    }

    /// What is known of each key, in the order in which they appear.
    fn keys(&self) -> Vec<(&KeyLabel, Vec<(&'static str, String)>)> {
        let mut keys: Vec<(&KeyLabel, Vec<(&'static str, String)>)> = Vec::new();
        let planned = |label: &KeyLabel| {
            let key = self.plan.and_then(|plan| plan.keys.iter().find(|key| key.label == *label));
            key.map(|key| {
                let (key_type, id, reference) = (key.key_type.name(), key.id.shown(), key.reference);
                words::PrintKey { key_type, id, reference, restore_to: key.restore_to }.to_string()
            })
        };
        let mut made = None;
        for (line, fact) in self.facts() {
            let line = line.line;
            let (label, said) = match fact {
                // The file of the public key is written right after its key was made.
                Fact::Written { file, sha256, .. } => match made.take() {
                    Some(label) if crate::folder::names::public_key(label) == *file => (
                        label,
                        vec![
                            (words::REPORT_PUBLIC_FILE, grouped(sha256)),
                            (words::REPORT_PUBLIC_WORDS, sha256.in_words().join(" ")),
                        ],
                    ),
                    Some(_) | None => continue,
                },
                Fact::Made { label, reference, public_key_sha256, attested } => {
                    made = Some(label);
                    let at = words::ReportMadeAt { reference, line }.to_string();
                    let public = grouped(public_key_sha256);
                    let by = if *attested { words::REPORT_ATTESTED_BY } else { words::REPORT_ATTESTED_NOT };
                    let attested = (words::REPORT_ATTESTED, by.to_owned());
                    (label, vec![(words::REPORT_MADE, at), attested, (words::REPORT_PUBLIC_KEY, public)])
                }
                Fact::Imported(key) => {
                    made = Some(&key.label);
                    (&key.label, imported(key, line))
                }
                Fact::BackedUp { label, file, sha256, mac_not_verified } => {
                    let not_verified =
                        mac_not_verified.then(|| (words::REPORT_VERIFIED, words::REPORT_MAC_NOT_VERIFIED.to_owned()));
                    let backup = [
                        (words::REPORT_BACKUP, words::ReportBackupIn { file, line }.to_string()),
                        (words::REPORT_BACKUP_DIGEST, grouped(sha256)),
                    ];
                    (label, backup.into_iter().chain(not_verified).collect())
                }
                Fact::Rewrapped { label, from_sha256, under } => {
                    let from = words::ReportCarriedFrom { kcv: under, line }.to_string();
                    (label, vec![(words::REPORT_CARRIED, from), (words::REPORT_CARRIED_DIGEST, grouped(from_sha256))])
                }
                Fact::Verified { label, mac_not_verified: false } => {
                    (label, vec![(words::REPORT_VERIFIED, words::ReportVerifiedIn { line }.to_string())])
                }
                Fact::Verified { label, mac_not_verified: true } => {
                    (label, vec![(words::REPORT_VERIFIED, words::REPORT_MAC_NOT_VERIFIED.to_owned())])
                }
                Fact::Unwrapped { label, reference, role } => {
                    let at = words::ReportRestoredAt { reference, line }.to_string();
                    (label, vec![(words::REPORT_RESTORED, on_device(*role, at))])
                }
                Fact::Proven { label, signature_file, role, .. } => {
                    let by = words::ReportProvenBy { file: signature_file, line }.to_string();
                    (label, vec![(words::REPORT_PROVEN, on_device(*role, by))])
                }
                Fact::NotProvable { label, role, .. } => {
                    let not = words::ReportNotProven { line }.to_string();
                    (label, vec![(words::REPORT_PROVEN, on_device(*role, not))])
                }
                _ => continue,
            };
            if let Some((_, known)) = keys.iter_mut().find(|(known, _)| *known == label) {
                known.extend(said);
            } else {
                let planned = planned(label).map(|planned| (words::REPORT_AS_PLANNED, planned));
                keys.push((label, planned.into_iter().chain(said).collect()));
            }
        }
        keys
    }

    /// Every file that the record names, with the digest that it had when it was last written, as `sha256sum` prints it.
    pub(super) fn files(&self) -> Block {
        let mut files: BTreeMap<&str, (&Digest, u32)> = BTreeMap::new();
        for line in &self.proof.lines {
            match &line.entry {
                Entry::Began { plan_sha256, files: laid_out, .. } => {
                    files.insert(crate::folder::names::PLAN, (plan_sha256, line.line));
                    files.extend(laid_out.iter().map(|file| (file.file.as_str(), (&file.sha256, line.line))));
                }
                Entry::Learned {
                    fact: Fact::Written { file, sha256, .. } | Fact::BackedUp { file, sha256, .. },
                    ..
                } => {
                    files.insert(file, (sha256, line.line));
                }
                _ => {}
            }
        }
        let row = |(file, (sha256, line)): (&str, (&Digest, u32))| {
            vec![text(file), text(line.to_string()), text(sha256.to_string())]
        };
        let heads = [(words::REPORT_FILE, 28), (words::REPORT_LINE_HEAD, 8), (words::REPORT_SHA256, 64)];
        table(&heads, files.into_iter().map(row).collect(), Room::Text)
    }
}

/// What was done on one device of a fleet, after its name.
fn on_device(role: Option<DeviceRole>, said: String) -> String {
    match role {
        Some(role) => words::ReportOnDevice { device: device_role(role), said }.to_string(),
        None => said,
    }
}

/// Where each key of a device that was retired lives on.
fn traced(keys: &[TracedKey], mac_not_verified: bool) -> Block {
    let row = |traced: &TracedKey| {
        let label = traced.key.label.as_deref().unwrap_or(words::TRACED_UNNAMED);
        let (lives, digest) = match &traced.lives {
            LivesOn::In(copy) if mac_not_verified => {
                (words::LivesInUnopened { file: copy.place() }.to_string(), grouped(&copy.sha256))
            }
            LivesOn::In(copy) => (words::LivesIn { file: copy.place() }.to_string(), grouped(&copy.sha256)),
            LivesOn::Perhaps(copy) => (words::LivesPerhaps { file: copy.place() }.to_string(), grouped(&copy.sha256)),
            LivesOn::Nowhere => (words::LIVES_NOWHERE.to_owned(), String::new()),
        };
        vec![text(format!("{} {label}", traced.key.reference)), text(lives), text(digest)]
    };
    let heads = [(words::REPORT_KEY_HEAD, 22), (words::REPORT_LIVES_ON, 40), (words::REPORT_SHA256, 38)];
    table(&heads, keys.iter().map(row).collect(), Room::Text)
}

/// What was done to a device, in a sentence.
fn done(fact: &Fact) -> Option<(DeviceRole, String)> {
    let known = |value: &Option<u8>| value.map_or_else(|| words::REPORT_NOT_SAID.to_owned(), |value| value.to_string());
    Some(match fact {
        Fact::Initialised { role, serial, dkek_shares } => {
            (*role, words::ReportInitialised { serial, shares: dkek_shares }.to_string())
        }
        Fact::Settings(settings) => {
            let Settings { role, user_pin_tries, so_pin_tries, pin_reset, options, dkek_shares, token_label } =
                settings;
            let user = known(user_pin_tries);
            let (so, shares) = (known(so_pin_tries), known(dkek_shares));
            let reset = reset_rule(*pin_reset);
            let options = options.as_deref().unwrap_or(words::REPORT_NOT_SAID);
            let settings = words::ReportSettings { user, so, reset, options, shares }.to_string();
            let said = match token_label {
                Some(label) => words::ReportSettingsLabel { settings, label }.to_string(),
                None => settings,
            };
            (*role, said)
        }
        Fact::PinsRead { role, user_pin_tries, so_pin_tries, pin_reset, .. } => {
            let (user, so, reset) = (known(user_pin_tries), known(so_pin_tries), reset_rule(*pin_reset));
            (*role, words::ReportPinsRead { user, so, reset }.to_string())
        }
        Fact::PinChanged { role, change, .. } => (*role, pin_change(*change).to_owned()),
        Fact::SoPinChanged { role } => (*role, words::REPORT_SO_PIN_CHANGED.to_owned()),
        Fact::PinRules(rules) => {
            let said = match rules.pin_reset {
                Some(rule) => words::ReportPinRules { reset: reset_rule(Some(rule)) }.to_string(),
                None => words::PIN_RULES_NOT_TRIED.to_owned(),
            };
            (rules.role, said)
        }
        Fact::ThrowAwayKey(proven) => (proven.role, key_of_certificate(proven.outcome).to_owned()),
        Fact::Loaded { role, kcv } => (*role, words::ReportLoaded { kcv }.to_string()),
        Fact::DeviceLeftOut { role, serial, decided_by, .. } => {
            let serial = serial.as_ref().map_or(words::REPORT_NEVER_FOUND, Serial::as_str);
            (*role, words::ReportDeviceLeftOut { serial, decided_by }.to_string())
        }
        Fact::Listed { role, keys } => (*role, words::ReportListed { keys: keys.len() }.to_string()),
        _ => return None,
    })
}

const fn reset_rule(rule: Option<ResetRule>) -> &'static str {
    match rule {
        Some(ResetRule::Off) => words::REPORT_RESET_OFF,
        Some(ResetRule::Unblock) => words::REPORT_RESET_UNBLOCK,
        Some(ResetRule::Set) => words::REPORT_RESET_SET,
        None => words::REPORT_NOT_SAID,
    }
}

const fn pin_change(change: PinChange) -> &'static str {
    match change {
        PinChange::ChangeUserPin => words::REPORT_USER_PIN_CHANGED,
        PinChange::UnblockUserPin => words::REPORT_USER_PIN_UNBLOCKED,
        PinChange::SetUserPin => words::REPORT_USER_PIN_SET,
        PinChange::ChangeSoPin => words::REPORT_SO_PIN_CHANGED,
    }
}
