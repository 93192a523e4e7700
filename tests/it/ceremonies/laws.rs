//! Walks through every step of both ceremonies for several M-of-N and checks the laws of the design along the way.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hsm_ceremony::ceremony::{Actor, Body, Cards, Ceremony};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::{CeremonyKind, Entry, Fact};
use hsm_ceremony::secret::TypedText;
use hsm_ceremony::softcard::Faults;
use hsm_ceremony::terms::{DeviceRole, DkekShareNumber, Handle, Kcv, Purpose};

use super::rig::{Rig, Sight, both, plan_text, used_card};

const QUORUMS: [(u8, u8); 6] = [(2, 2), (2, 3), (2, 4), (3, 5), (9, 11), (16, 16)];

fn facts(entries: &[Entry]) -> Vec<&Fact> {
    entries.iter().filter_map(|entry| if let Entry::Learned { fact, .. } = entry { Some(fact) } else { None }).collect()
}

fn place(entries: &[Entry], what: &str, found: impl Fn(&Entry) -> bool) -> usize {
    entries.iter().position(found).unwrap_or_else(|| panic!("no {what} in the record"))
}

/// Law 2: who sits at the terminal, and what may be in the vault at that time.
fn vault_holds_only_what_this_turn_needs(ceremony: CeremonyKind, sight: &Sight<'_>) {
    // What stands for a person is typed in sight of everybody.
    let is_secret = |handle: &Handle| *handle != Handle::Entry(FieldName::Sign);
    let held: Vec<Handle> = sight.vault.holds().into_iter().filter(is_secret).collect();
    let Some(step) = sight.machine.step() else {
        assert!(held.is_empty(), "at the end: {held:?}");
        return;
    };
    let facts = facts(sight.entries);
    let last = |found: fn(&Fact) -> bool| facts.iter().rposition(|fact| found(fact));
    let joined = last(|fact| matches!(fact, Fact::Joined { .. }));
    let so_pin_rebuilt = last(|fact| matches!(fact, Fact::SoPinRebuilt { .. }));
    let loaded = last(|fact| matches!(fact, Fact::Loaded { .. }));
    // After this nothing needs the DKEK until a quorum comes again.
    let no_longer = last(|fact| matches!(fact, Fact::VaultEmpty | Fact::Loaded { role: DeviceRole::Replacement, .. }));
    // DKEK shares that were opened but are not yet combined.
    let opened: Vec<DkekShareNumber> = facts
        .iter()
        .skip(joined.map_or(0, |place| place + 1))
        .filter_map(|fact| if let Fact::Opened { share, .. } = fact { Some(*share) } else { None })
        .collect();
    let so_pin_share = sight.machine.known().plan.so_pin_share();
    for handle in &held {
        let allowed = match handle {
            Handle::GeneratorSeed => matches!(step.id.word(), "entropy" | "password" | "deal"),
            // A custodian who has left leaves nothing behind.
            Handle::DealtShare(card, number) => match step.actor {
                Actor::Custodian(present) => match card {
                    Purpose::DkekShare(share) => (*share, *number) >= (step.share, present),
                    Purpose::SoPin => so_pin_share == Some(step.share) && *number >= present,
                },
                _ => step.id.word() == "deal",
            },
            Handle::DealtCheck(share, number) => match step.actor {
                Actor::Custodian(present) => (*share, *number) >= (step.share, present),
                _ => step.id.word() == "deal",
            },
            Handle::Dice => matches!(step.id.word(), "dice" | "entropy"),
            Handle::SharePassword(_) => matches!(step.id.word(), "password" | "deal"),
            Handle::DkekShare(share) => {
                opened.contains(share)
                    && matches!(step.id.word(), "seat" | "open" | "password-open")
                    && *share <= step.share
            }
            Handle::Suggestion(_) => matches!(sight.view.body, Body::Form { .. }),
            Handle::SeatShare(card, seat) => {
                (*card == Purpose::SoPin || *card == Purpose::DkekShare(step.share))
                    && match step.actor {
                        Actor::Seat(present) => *seat <= present,
                        _ => step.id.word() == "open",
                    }
            }
            Handle::Dkek => joined.is_some() && (joined > no_longer || step.id.word() == "load"),
            Handle::SoPin => matches!(step.id.word(), "so-pin" | "so-pin-quorum" | "user-pin" | "initialise"),
            Handle::NewSoPin if so_pin_share.is_some() => {
                so_pin_rebuilt.is_some() && (so_pin_rebuilt > loaded || step.id.word() == "load")
            }
            Handle::NewSoPin => matches!(step.id.word(), "so-pin" | "user-pin" | "initialise"),
            Handle::UserPin => matches!(step.id.word(), "user-pin" | "initialise" | "log-in"),
            Handle::KeyFilePassword => step.id.word() == "import-key",
            Handle::NewUserPin | Handle::EarlierDkek => false,
            Handle::Entry(_) => matches!(sight.view.body, Body::Form { .. }),
        };
        assert!(allowed, "{handle:?} in the vault at {} {} of {ceremony:?}", step.number, step.id.word());
    }
    let after_the_last_custodian = matches!(step.id.word(), "share-file");
    if after_the_last_custodian || matches!(step.id.word(), "vault" | "not-proven" | "close") {
        assert!(held.is_empty(), "at {}: {held:?}", step.id.word());
    }
}

/// Every secret that has been in the vault so far, in the forms in which it could appear in text.
#[derive(Default)]
struct Secrets {
    /// Values, passwords, PINs and throws as they are typed; keys and seeds in hexadecimal and as a list of numbers.
    texts: BTreeSet<String>,
    /// Check bytes: short, so only when delimited by other characters.
    check_bytes: BTreeSet<String>,
    /// Three consecutive words of a share.
    words: BTreeSet<[String; 3]>,
    /// What was dealt: which shares, and how many check bytes.
    dealt: BTreeSet<Handle>,
    /// New passwords and dice that were typed: the step, and the number of the DKEK share.
    typed: BTreeSet<(&'static str, u8)>,
    entries: usize,
}

impl Secrets {
    fn note(&mut self, handle: Handle, sight: &Sight<'_>) {
        let bytes = match handle {
            Handle::Entry(name) => {
                let Body::Form { fields, .. } = &sight.view.body else { return };
                let Some(field) = fields.iter().find(|field| field.name == name && field.kind.is_secret()) else {
                    return;
                };
                if let (FieldKind::NewPassword | FieldKind::Dice { .. }, Some(step)) =
                    (&field.kind, sight.machine.step())
                {
                    self.typed.insert((step.id.word(), step.share.get()));
                }
                sight.vault.typed(name).map(TypedText::expose)
            }
            // A single word is in every dictionary.
            Handle::Suggestion(_) => None,
            handle => sight.vault.lend(handle),
        };
        let Some(bytes) = bytes else { return };
        if matches!(handle, Handle::DealtShare(..) | Handle::DealtCheck(..)) {
            self.dealt.insert(handle);
        }
        let number = matches!(handle, Handle::SeatShare(..)) && bytes.len() == 8;
        if number || matches!(handle, Handle::GeneratorSeed | Handle::Dkek | Handle::DkekShare(_)) {
            for secret in bytes.chunks(32) {
                let list = format!("{secret:?}");
                let (lower, upper) = (base16ct::lower::encode_string(secret), base16ct::upper::encode_string(secret));
                self.texts.extend([lower, upper, list.trim_matches(['[', ']']).to_owned()]);
            }
            return;
        }
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        // What vendors and manuals publish is not secret.
        if text.is_empty() || text == "3537363231383830" {
            return;
        }
        let words: Vec<&str> = text.split(' ').collect();
        match text.len() {
            5 if text.as_bytes()[2] == b':' => {
                self.check_bytes.insert(text);
            }
            _ if words.len() == 33 || words.len() == 16 => {
                let three = |three: &[&str]| [three[0].to_owned(), three[1].to_owned(), three[2].to_owned()];
                self.words.extend(words.windows(3).map(three));
            }
            _ => {
                if matches!(handle, Handle::Dice) {
                    self.texts.insert(text[..30].to_owned());
                }
                self.texts.insert(text.replace(':', ""));
                self.texts.insert(text);
            }
        }
    }

    fn look_for(&self, public: &str) {
        for secret in &self.texts {
            assert!(!public.contains(secret.as_str()), "a secret of {} characters is public", secret.len());
        }
        for check in &self.check_bytes {
            for (place, _) in public.match_indices(check.as_str()) {
                let beside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b':');
                let (before, after) = (place.checked_sub(1), place + check.len());
                let before = before.and_then(|before| public.as_bytes().get(before));
                assert!(beside(before) || beside(public.as_bytes().get(after)), "check bytes are public");
            }
        }
        let mut three = <[String; 3]>::default();
        for word in public.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty()) {
            three.rotate_left(1);
            word.clone_into(&mut three[2]);
            assert!(!self.words.contains(&three), "words of a share are public: the last is at {word}");
        }
    }

    /// Laws 1 and 7: nothing that the machine, the screens or the record consist of carries a secret.
    fn nothing_public_carries_one(&mut self, sight: &Sight<'_>) {
        sight.vault.holds().into_iter().for_each(|handle| self.note(handle, sight));
        if matches!(sight.view.body, Body::Working { .. }) {
            return;
        }
        self.look_for(&format!("{:?}", sight.view));
        if sight.entries.len() != self.entries {
            self.look_for(&format!("{:?}", sight.machine.known()));
            self.look_for(&format!("{:?}", sight.entries.get(self.entries..).unwrap_or(sight.entries)));
            self.entries = sight.entries.len();
        }
    }

    /// The same for every file of the folders, except the software cards.
    fn no_file_carries_one(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true if entry.file_name() == "cards" => {}
                true => self.no_file_carries_one(&entry.path()),
                false => self.look_for(&String::from_utf8_lossy(&fs::read(entry.path()).unwrap())),
            }
        }
    }
}

/// Laws 3 and 4, read from the record.
fn nothing_is_erased_before_the_way_back_is_proven(entries: &[Entry], ceremony: CeremonyKind) {
    let fact =
        |found: fn(&Fact) -> bool| move |entry: &Entry| matches!(entry, Entry::Learned { fact, .. } if found(fact));
    let joined = place(entries, "joining", fact(|fact| matches!(fact, Fact::Joined { .. })));
    let intent = place(entries, "intent", |entry| matches!(entry, Entry::Intent { .. }));
    let initialised = place(entries, "initialising", fact(|fact| matches!(fact, Fact::Initialised { .. })));
    let loaded = place(entries, "loading", fact(|fact| matches!(fact, Fact::Loaded { .. })));
    assert!(joined < intent && intent < initialised && initialised < loaded);
    kcvs_agree(entries, joined);
    match Ceremony::of(ceremony).character.cards {
        Cards::Dealt => {
            let written = |fact: &Fact| matches!(fact, Fact::Written { file, .. } if file.starts_with("dkek-"));
            let last_written = facts(&entries[..joined]).iter().rposition(|fact| written(fact)).unwrap();
            let opened = facts(entries).iter().position(|fact| matches!(fact, Fact::Opened { .. })).unwrap();
            let made = place(entries, "key", fact(|fact| matches!(fact, Fact::Made { .. })));
            let backed_up = place(entries, "backup", fact(|fact| matches!(fact, Fact::BackedUp { .. })));
            assert!(last_written < opened && loaded < made && made < backed_up);
            let said = facts(entries).iter().any(|fact| matches!(fact, Fact::RestoreNotProven));
            let proven = facts(entries).iter().any(|fact| matches!(fact, Fact::Proven { .. }));
            assert!(said != proven, "whether a restore was proven is stated");
        }
        Cards::Replaced => panic!("only a plan that carries old keys over replaces cards"),
        Cards::Changed | Cards::None => panic!("with new cards for an old DKEK, or without cards, nothing is erased"),
        Cards::Earlier => {
            let verified = place(entries, "verification", fact(|fact| matches!(fact, Fact::Verified { .. })));
            let proven = place(entries, "proof", fact(|fact| matches!(fact, Fact::Proven { .. })));
            assert!(joined < verified && verified < intent && loaded < proven);
        }
    }
}

/// Every DKEK share that was opened has the KCV it was drawn with, all were opened before they were combined, and the
/// DKEK has the same KCV from beginning to end.
fn kcvs_agree(entries: &[Entry], joined: usize) {
    let (mut shares, mut dkek) = (BTreeSet::new(), BTreeSet::new());
    for fact in facts(entries) {
        match fact {
            Fact::Dealt { share, kcv, .. } | Fact::UnderPassword { share, kcv } | Fact::Opened { share, kcv, .. } => {
                shares.insert((*share, kcv.0));
            }
            Fact::From { kcv, dkek_shares, .. } => {
                dkek.extend(kcv.map(|kcv| kcv.0));
                shares.extend(DkekShareNumber::up_to(8).zip(dkek_shares).map(|(share, known)| {
                    let Kcv(kcv) = known.kcv.unwrap();
                    (share, kcv)
                }));
            }
            Fact::DkekDrawn { kcv, .. } | Fact::Joined { kcv } | Fact::Loaded { kcv, .. } => {
                dkek.insert(kcv.0);
            }
            _ => {}
        }
    }
    let opened = facts(&entries[..joined]).iter().filter(|fact| matches!(fact, Fact::Opened { .. })).count();
    assert_eq!(shares.len(), opened, "one KCV a DKEK share, and each opened");
    assert_eq!(dkek.len(), 1, "every KCV is the one computed at the beginning");
}

/// Law 5: the tries left are read before every PIN; nothing is initialised twice.
pub fn no_guess_costs_a_try(log: &[Vec<u8>], devices: usize) {
    let verify = [0x00, 0x20, 0x00, 0x81];
    for (place, command) in log.iter().enumerate() {
        if command.starts_with(&verify) && command.len() > 4 {
            let before = &log[..place];
            let asked = before.iter().rposition(|command| *command == verify).expect("PIN sent without asking");
            let typed = before.iter().rposition(|command| command.starts_with(&verify) && command.len() > 4);
            assert!(typed.is_none_or(|typed| typed < asked), "a PIN was sent twice after asking once");
        }
    }
    let erased = log.iter().filter(|command| command.starts_with(&[0x80, 0x50])).count();
    assert_eq!(erased, devices, "initialised once");
}

/// What was seen along the way.
pub struct Kept {
    pub establish: Vec<Entry>,
    pub restore: Vec<Entry>,
    /// Shares and check bytes that were dealt.
    pub dealt: BTreeSet<Handle>,
    /// New passwords and dice that were typed: the step, and the number of the DKEK share.
    pub typed: BTreeSet<(&'static str, u8)>,
}

/// Holds both ceremonies with a plan, and checks every law at every step.
pub fn keep_the_laws(plan: &str) -> Kept {
    let records = tempfile::tempdir().unwrap();
    let mut secrets = Secrets::default();
    let (establish, restore) = both(plan, records.path(), |ceremony, sight| {
        vault_holds_only_what_this_turn_needs(ceremony, sight);
        secrets.nothing_public_carries_one(sight);
    });
    secrets.no_file_carries_one(records.path());
    nothing_is_erased_before_the_way_back_is_proven(&establish, CeremonyKind::Establish);
    nothing_is_erased_before_the_way_back_is_proven(&restore, CeremonyKind::Restore);
    let Secrets { dealt, typed, .. } = secrets;
    Kept { establish, restore, dealt, typed }
}

#[test]
fn both_ceremonies_keep_the_laws_for_every_quorum() {
    for (threshold, custodians) in QUORUMS {
        let kept = keep_the_laws(&plan_text(threshold, custodians, &[("EC:secp256r1", 10)], false));
        assert_eq!(kept.dealt.len(), 2 * usize::from(custodians), "every share was seen, and looked for");
        let read_back = facts(&kept.establish).iter().filter(|fact| matches!(fact, Fact::ReadBack { .. })).count();
        assert_eq!(read_back, usize::from(custodians), "every custodian typed their share from paper");
    }
}

#[test]
fn pins_are_never_guessed_and_devices_erased_once() {
    let records = tempfile::tempdir().unwrap();
    let mut establish = Rig::establish(&plan_text(2, 3, &[("EC:secp256r1", 10)], false), records.path());
    establish.run(|_| {});
    no_guess_costs_a_try(&establish.log.lock().unwrap(), 1);
    let mut restore = Rig::restore(records.path()).with_papers_of(establish);
    restore.run(|_| {});
    no_guess_costs_a_try(&restore.log.lock().unwrap(), 1);
    assert!(restore.faults.is_empty());
}

#[test]
fn several_keys_of_several_kinds_are_restored_and_the_restore_can_be_proven_in_the_same_sitting() {
    let kinds = [
        ("rsa:2048", 10),
        ("EC:secp256r1", 21),
        ("EC:secp384r1", 3),
        ("EC:secp521r1", 4),
        ("EC:brainpoolP256r1", 255),
        ("EC:brainpoolP384r1", 6),
        ("EC:secp256k1", 7),
    ];
    let records = tempfile::tempdir().unwrap();
    let (establish, restore) = both(&plan_text(2, 3, &kinds, true), records.path(), |ceremony, sight| {
        if let Some(step) = sight.machine.step().filter(|step| step.id.word() == "close") {
            assert!(sight.vault.is_empty(), "{} of {ceremony:?}", step.number);
        }
    });
    for entries in [&establish, &restore] {
        let proven = facts(entries).iter().filter(|fact| matches!(fact, Fact::Proven { .. })).count();
        assert_eq!(proven, kinds.len());
        assert!(matches!(entries.last(), Some(Entry::Sealed { deviations: 0, .. })));
    }
    let references: Vec<u8> = facts(&restore)
        .iter()
        .filter_map(|fact| if let Fact::Unwrapped { reference, .. } = fact { Some(reference.get()) } else { None })
        .collect();
    assert_eq!(references, kinds.map(|(_, to)| to));
}

#[test]
fn devices_that_differ_from_the_genuine_one_complete_both_ceremonies() {
    let records = tempfile::tempdir().unwrap();
    let plan = plan_text(2, 3, &[("rsa:2048", 10), ("EC:secp256r1", 11), ("EC:secp521r1", 12)], false);
    let card = used_card("REH0000001", Faults::PICO);
    let mut establish = Rig::establish_on(card, &plan, records.path(), |readers| readers);
    establish.run(|_| {});
    assert!(establish.faults.is_empty(), "{:?}", establish.faults);
    let changed = |entries: &[Entry]| facts(entries).iter().any(|fact| matches!(fact, Fact::SoPinChanged { .. }));
    assert!(changed(&establish.entries), "the published SO-PIN was changed");
    let card = used_card("REH0000002", Faults::PICO);
    let mut restore = Rig::restore_on(card, records.path(), |readers| readers).with_papers_of(establish);
    restore.run(|_| {});
    assert!(restore.faults.is_empty() && changed(&restore.entries), "{:?}", restore.faults);
}
