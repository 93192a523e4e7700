//! Walks through a whole ceremony with made-up answers and hands every view to a check: what people will actually read.

pub use super::walk_text::{lines, text_of};

use crate::ceremony::{Asks, Body, ChoiceId, Event, Input, Machine, Question, Request, View, ViewContext};
use crate::clerk::{Act, Outcome, acts};
use crate::fields::FieldKind;
use crate::folder::names;
use crate::names::ItemName;
use crate::paper::made_up;
use crate::plan::{Custody, Plan};
use crate::record::{
    CeremonyKind, Defect, DepartedOutcome, Entry, Fact, HeldKey, InBackup, KeyOfCertificate, KnownShare, NotWrapped,
    PinChange, PinRules, RefusedKey, ResetRule, StoredKey, ThrowAwayKey,
};
use crate::terms::{DeviceRole, Digest, DkekShareNumber, HostFinding, Kcv, MOST_DKEK_SHARES, Quorum, Scheme, Serial};
use Defect::{DecimalId, HexadecimalId, LeadingZero, ShortValue, SmallPrime, WrongShare};

const PRIME: &str = "cf:f2:6c:cf:af:f0:1d:63";
const SET: &str = "2b1 f3c";
const KCV: Kcv = Kcv([0x3f; 8]);

/// The example plan with another quorum.
pub fn plan(threshold: u8, custodians: u8, prove_restore: bool) -> Plan {
    let mut plan = Plan::parse(include_str!("../../assets/plan.example.json")).unwrap();
    plan.dkek_shares = vec![Custody::Quorum {
        custodians: (1..=custodians).map(|number| format!("Custodian With Number {number}")).collect(),
        quorum: Quorum::new(threshold, custodians).unwrap(),
        scheme: Scheme::ScHsmTool,
    }];
    plan.prove_restore = prove_restore;
    plan
}

/// Everything that a plan can choose, with as many DKEK shares as there can be.
pub fn full_plan() -> Plan {
    let mut plan = Plan::parse(include_str!("../../assets/plan.full.json")).unwrap();
    for number in plan.dkek_shares.len()..usize::from(MOST_DKEK_SHARES) {
        plan.dkek_shares.push(Custody::Password { holder: format!("Holder Of Password {number}") });
    }
    plan
}

/// The context of every view.
pub fn around() -> ViewContext {
    ViewContext {
        rehearsal: true,
        shortened: false,
        mark: "07·3fa9".into(),
        digest: Digest([0x5a; 32]).in_lines(),
        digest_words: Digest([0x5a; 32]).numbered_words(),
        folder: "ceremony-records/REHEARSAL-2026-11-23-establish-0123".into(),
        signed: None,
        copies: Vec::new(),
    }
}

fn serial(role: DeviceRole) -> Serial {
    let number = role.further().unwrap_or(if role == DeviceRole::Original { 1 } else { 2 });
    Serial::new(&format!("REH{number:010}")).unwrap()
}

const fn set_of(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::ScHsmTool => PRIME,
        Scheme::Words => SET,
    }
}

/// What an act would find out.
fn facts(act: &Act, plan: &Plan, initialised: bool) -> Vec<Fact> {
    let digest = Digest([0x5a; 32]);
    match act {
        Act::ExamineRoom(_) => {
            let findings =
                [HostFinding::Swap, HostFinding::InsideTmux, HostFinding::NoReaderService, HostFinding::FolderFull];
            vec![Fact::Room { findings: findings.map(|finding| (finding, "detail".to_owned())).to_vec() }]
        }
        Act::ReadFolder(_) => vec![Fact::From {
            folder: "REHEARSAL-2026-11-23-establish-0123".into(),
            title: plan.title.clone(),
            kcv: Some(KCV),
            dkek_shares: plan
                .dkek_shares
                .iter()
                .map(|custody| KnownShare {
                    file: "dkek-1.pbe".into(),
                    set: custody.scheme().map(|scheme| set_of(scheme).into()),
                    kcv: Some(KCV),
                })
                .collect(),
            so_pin_set: plan.so_pin_share().map(|_| SET.into()),
            serial: Some(serial(DeviceRole::Original)),
            record_sha256: Some(digest),
            shares_elsewhere: false,
        }],
        Act::ReadCustody(_) => {
            let shares = plan.dkek_shares.iter().map(acts::guarded).collect();
            vec![Fact::Guarded { shares, keys: plan.keys.iter().map(made_up::surveyed).collect() }]
        }
        Act::FindDevice(acts::FindDevice { role, .. }) => vec![made_up::device(*role, serial(*role), initialised)],
        Act::KeepCertificates(acts::KeepCertificates { serial }) => {
            vec![Fact::Written { file: names::device_certificates(serial.as_str()), bytes: 64, sha256: digest }]
        }
        Act::ProveDevice(acts::ProveDevice { role, serial, .. }) => vec![Fact::ThrowAwayKey(ThrowAwayKey {
            role: *role,
            serial: serial.clone(),
            outcome: KeyOfCertificate::Held,
            certificates_sha256: None,
            genuineness: None,
        })],
        Act::ProvePinRules(acts::ProvePinRules { role, serial, user_pin_tries, .. }) => {
            vec![Fact::PinRules(PinRules {
                role: *role,
                serial: serial.clone(),
                pin_reset: Some(ResetRule::Off),
                user_pin_tries: Some(*user_pin_tries),
                so_pin_tries: Some(15),
            })]
        }
        Act::MixEntropy(_) => vec![Fact::Seeded { sources: vec!["device".into(), "host".into()] }],
        Act::Deal(acts::Deal { dkek_shares, dkek, so_pin }) => {
            let dealt = |(share, custody): (DkekShareNumber, &Custody)| match custody {
                Custody::Quorum { quorum, scheme, .. } => {
                    Fact::Dealt { share, quorum: *quorum, scheme: *scheme, set: set_of(*scheme).into(), kcv: KCV }
                }
                Custody::Password { .. } => Fact::UnderPassword { share, kcv: KCV },
            };
            let shares = u8::try_from(dkek_shares.len()).unwrap();
            let all = DkekShareNumber::up_to(dkek_shares.len()).zip(dkek_shares).map(dealt);
            let so_pin = so_pin.map(|quorum| Fact::SoPinDealt { quorum, set: SET.into() });
            let drawn = (*dkek != acts::DealtDkek::Opened).then_some(Fact::DkekDrawn { shares, kcv: KCV });
            all.chain(drawn).chain(so_pin).collect()
        }
        Act::WriteShareFile(acts::WriteShareFile { share }) | Act::CopyShareFile(acts::CopyShareFile { share, .. }) => {
            vec![Fact::Written { file: names::share_file(*share), bytes: 64, sha256: digest }]
        }
        Act::TakeShare(acts::TakeShare { card, seat, .. }) => {
            vec![Fact::Given { card: *card, seat: *seat, ids: vec![seat.0] }]
        }
        Act::TryWrongShare(acts::TryWrongShare { share, seats, .. }) => {
            vec![Fact::WrongShareRefused { share: *share, seat: seats[0].0 }]
        }
        Act::TryDepartedShare(acts::TryDepartedShare { share, .. }) => {
            vec![Fact::DepartedShare { share: *share, outcome: DepartedOutcome::Refused }]
        }
        Act::SetNextDrill(acts::SetNextDrill { months }) => {
            vec![Fact::NextDrill { day: "2027-11-23".parse().unwrap(), months: *months }]
        }
        Act::OpenWithPassword(acts::OpenWithPassword { share, .. }) => vec![Fact::Opened {
            share: *share,
            file: names::share_file(*share),
            kcv: KCV,
            right: Vec::new(),
            wrong: Vec::new(),
            defects: Vec::new(),
            needed: None,
            people: Vec::new(),
        }],
        Act::OpenShareFile(acts::OpenShareFile { share, seats, .. }) => {
            let right = seats.iter().map(|(seat, _)| *seat).collect();
            let defects = vec![LeadingZero, HexadecimalId, DecimalId, SmallPrime, ShortValue, WrongShare];
            let file = names::share_file(*share);
            vec![Fact::Opened {
                share: *share,
                file,
                kcv: KCV,
                right,
                wrong: Vec::new(),
                defects,
                needed: Some(3),
                people: Vec::new(),
            }]
        }
        Act::ReadDkek(acts::ReadDkek { role, .. }) => {
            let kcv = initialised.then_some(KCV);
            vec![Fact::DkekState {
                role: *role,
                shares: Some(1),
                outstanding: 0,
                kcv,
                without: None,
                domains: Vec::new(),
            }]
        }
        Act::CompareDkek(acts::CompareDkek { role, shares, .. }) => {
            vec![Fact::DkekState {
                role: *role,
                shares: Some(*shares),
                outstanding: 0,
                kcv: Some(KCV),
                without: None,
                domains: Vec::new(),
            }]
        }
        Act::SurveyKeys(acts::SurveyKeys { role, .. }) => vec![
            Fact::Listed { role: *role, keys: vec![made_up::held("root", 1), made_up::held("session", 9)] },
            Fact::Surveyed {
                role: *role,
                keys: plan.keys.iter().map(made_up::surveyed).collect(),
                refused: vec![RefusedKey { key: made_up::held("session", 9), why: NotWrapped::NotExportable }],
            },
        ],
        Act::CompareKeys(acts::CompareKeys { role, .. }) => vec![Fact::Held {
            role: *role,
            keys: [("the label of a key, 24…", InBackup::Perhaps), ("issuing", InBackup::No)]
                .iter()
                .zip(1..)
                .map(|((label, backup), number)| HeldKey { key: made_up::held(label, number), backup: *backup })
                .collect(),
            same_dkek: true,
        }],
        Act::TraceKeys(acts::TraceKeys { role, .. }) => {
            let keys = if initialised { made_up::traced() } else { Vec::new() };
            vec![Fact::Traced { role: *role, keys, mac_not_verified: false }]
        }
        Act::ListKeys(acts::ListKeys { role, .. }) => vec![Fact::Listed { role: *role, keys: Vec::new() }],
        Act::ReadPins(acts::ReadPins { role, .. }) => vec![Fact::PinsRead {
            role: *role,
            user_pin_tries: Some(3),
            so_pin_tries: Some(15),
            pin_reset: Some(ResetRule::Set),
            options: Some("0001".into()),
        }],
        Act::ChangeUserPin(acts::ChangeUserPin { role, serial, .. }) => {
            vec![Fact::PinChanged { role: *role, serial: serial.clone(), change: PinChange::ChangeUserPin }]
        }
        Act::ReadTries(acts::ReadTries { role, pin, .. }) => vec![Fact::Tries { role: *role, pin: *pin, left: 1 }],
        Act::Initialise(acts::Initialise { role, serial, .. }) => {
            vec![Fact::Initialised { role: *role, serial: serial.clone(), dkek_shares: 1 }]
        }
        Act::MakeKey(acts::MakeKey { key, .. }) => {
            let made = Fact::Made {
                label: key.label.clone(),
                reference: key.reference,
                public_key_sha256: digest,
                attested: true,
            };
            vec![made, Fact::Written { file: names::public_key(&key.label), bytes: 451, sha256: digest }]
        }
        Act::ReadKeyFile(acts::ReadKeyFile { key }) => vec![made_up::key_file(key)],
        Act::ImportKey(acts::ImportKey { key, form, .. }) => made_up::imported(key, *form),
        Act::TakeInventory(acts::TakeInventory { role, expected, .. }) => {
            let stored = |key: &crate::plan::PlannedKey| StoredKey {
                reference: key.reference,
                label: Some(key.label.to_string()),
                id: Some(key.id.clone()),
                key_type: Some("RSA-2048".into()),
                domain: None,
                uses_left: None,
            };
            vec![Fact::Listed { role: *role, keys: expected.iter().map(stored).collect() }]
        }
        Act::BackUp(acts::BackUp { key, .. })
        | Act::CarryKey(acts::CarryKey { key, .. })
        | Act::RewrapKey(acts::RewrapKey { key, .. }) => {
            let file = names::wrapped_key(&key.label);
            vec![Fact::BackedUp { label: key.label.clone(), file, sha256: digest, mac_not_verified: false }]
        }
        Act::VerifyUserPin(acts::VerifyUserPin { role, .. }) | Act::LogIn(acts::LogIn { role, .. }) => {
            vec![Fact::LoggedIn { role: *role }]
        }
        Act::ReadySigner(acts::ReadySigner { signer }) => vec![Fact::RecordSigner {
            label: signer.label.clone(),
            reference: signer.reference,
            serial: signer.serial.clone(),
        }],
        Act::CopyFolder(acts::CopyFolder { number, label, .. }) => vec![Fact::Copied {
            number: *number,
            label: label.clone(),
            folder: format!("/media/copy/{}", around().folder),
            files: 27,
            bytes: 123_456,
        }],
        Act::ProveKey(acts::ProveKey { label, role, at, .. }) => vec![Fact::Proven {
            label: label.clone(),
            reference: *at,
            signature_file: names::proof_signature(label, *role),
            role: *role,
        }],
        _ => Vec::new(),
    }
}

/// Walks through a ceremony to its end; `look` sees every view.
pub fn walk(kind: CeremonyKind, plan: &Plan, initialised: bool, look: impl FnMut(&View)) {
    walk_recorded(kind, plan, initialised, look, |_| {});
}

/// Walks through a ceremony to its end; `look` sees every view, and `note` every entry of the record.
pub fn walk_recorded(
    kind: CeremonyKind,
    plan: &Plan,
    initialised: bool,
    mut look: impl FnMut(&View),
    mut note: impl FnMut(&Entry),
) {
    let mut machine = Machine::new(kind, plan.clone(), false);
    machine.begin(Entry::Began {
        ceremony: kind,
        title: plan.title.clone(),
        custody: plan.dkek_shares.iter().map(Custody::word).collect(),
        program: "0".into(),
        program_sha256: None,
        plan_sha256: Digest([0; 32]),
        script_sha256: Digest([0; 32]),
        short_derivation: false,
        files: Vec::new(),
    });
    for _ in 0..5000 {
        let mut act = None;
        while let Some(request) = machine.poll() {
            match request {
                Request::Perform(what) => act = Some(what),
                Request::Record(_, entry) => note(&entry),
                _ => {}
            }
        }
        let view = machine.view(&around());
        look(&view);
        match (act, &view.body) {
            (Some(act), _) => {
                machine.handle(Event::Outcome(Outcome::Done(facts(&act, plan, initialised))));
            }
            (None, body) => {
                if !answer(&mut machine, body) {
                    return;
                }
            }
        }
    }
    panic!("the ceremony does not come to its end");
}

/// What attentive people decide: they look at the screen first, and press the key once.
fn decide(machine: &mut Machine, input: Input) {
    let now = machine.now();
    machine.handle(Event::Time(now + 1000));
    machine.handle(Event::Input(input));
    machine.handle(Event::Time(now + 2000));
}

/// Answers what a screen asks; false at the end of the ceremony.
fn answer(machine: &mut Machine, body: &Body) -> bool {
    match body {
        Body::Tick { items, .. } => {
            for item in items.iter().filter(|item| !item.ticked) {
                decide(machine, Input::Tick(item.id));
            }
            decide(machine, Input::GoOn);
        }
        Body::Choose { options, asks, .. } => {
            // A stolen device has a screen of its own. Otherwise, the last option that is open and leads on.
            let choice = match asks {
                Asks::Step(Question::Loss) => ChoiceId::Item(ItemName::Stolen),
                Asks::Step(Question::OldDevice) => ChoiceId::Item(ItemName::EraseNow),
                Asks::Step(Question::HiddenKcv) => ChoiceId::Item(ItemName::LogIn),
                Asks::Step(Question::PinChange) => {
                    let changes = options.iter().filter(|option| option.id != ChoiceId::Item(ItemName::AnotherDevice));
                    changes.rev().find(|option| !option.closed).unwrap().id.clone()
                }
                Asks::Step(Question::Opening) => ChoiceId::Item(ItemName::ByQuorum),
                Asks::Step(Question::RightDevice | Question::Missing) => ChoiceId::Item(ItemName::GoOn),
                _ => options.iter().rfind(|option| !option.closed).unwrap().id.clone(),
            };
            decide(machine, Input::Chose(choice));
        }
        Body::Form { fields, .. } => {
            let names: std::collections::BTreeSet<_> = fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), fields.len(), "no two fields of one form have the same name: {fields:?}");
            for field in fields {
                let check = crate::fields::FieldCheck::Good;
                // Every line gets some text: an empty one would count as no answer.
                let open = matches!(
                    field.kind,
                    FieldKind::Line
                        | FieldKind::Decider { .. }
                        | FieldKind::Bag { .. }
                        | FieldKind::Medium { .. }
                        | FieldKind::Place { .. }
                        | FieldKind::Reason
                )
                .then(|| "1".to_owned());
                machine.handle(Event::Checked { field: field.name, check, open });
            }
            decide(machine, Input::GoOn);
        }
        Body::Reveal { shown: false, .. } => decide(machine, Input::Show),
        Body::Reveal { .. } => machine.handle(Event::Input(Input::Hide)),
        Body::Read { .. } => decide(machine, Input::GoOn),
        Body::Ended { .. } => return false,
        Body::Working { .. } | Body::Fault { .. } => panic!("nothing to answer: {body:?}"),
    }
    true
}
