//! Walks through a whole ceremony with made-up answers and hands every view to a check: what people will actually read.

use crate::ceremony::{Asks, Body, ChoiceId, Event, Input, Machine, Question, Request, View, ViewContext};
use crate::clerk::{Act, Outcome, acts};
use crate::fields::FieldKind;
use crate::folder::names;
use crate::names::ItemName;
use crate::plan::{Custody, Plan, PlannedKey};
use crate::record::{
    CeremonyKind, Defect, Entry, Fact, HeldKey, InBackup, KeyToBackUp, KnownShare, NotWrapped, Peculiar, RefusedKey,
    StoredKey,
};
use crate::terms::{
    DeviceRole, Digest, DkekShareNumber, HostFinding, Kcv, KeyReference, MOST_DKEK_SHARES, Quorum, Scheme, Serial,
};

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
        digest_words: Digest([0x5a; 32]).words_in_lines(),
        folder: "ceremony-records/REHEARSAL-2026-11-23-establish-0123".into(),
    }
}

fn serial(role: DeviceRole) -> Serial {
    Serial::new(if role == DeviceRole::Original { "REH0000000001" } else { "REH0000000002" }).unwrap()
}

const fn set_of(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::ScHsmTool => PRIME,
        Scheme::Words => SET,
    }
}

fn held(label: &str, number: u8) -> StoredKey {
    StoredKey {
        reference: KeyReference::least(number),
        label: Some(label.to_owned()),
        id: None,
        key_type: None,
        domain: None,
        uses_left: None,
    }
}

fn surveyed(key: &PlannedKey) -> KeyToBackUp {
    KeyToBackUp {
        label: key.label.clone(),
        id: key.id.clone(),
        key_type: key.key_type,
        reference: key.reference,
        described: Some(key.label.to_string()),
        described_id: Some(key.id.clone()),
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
        Act::FindDevice(acts::FindDevice { role, .. }) => vec![Fact::Device {
            role: *role,
            serial: serial(*role),
            version: "3.5".into(),
            platform: initialised.then(|| "jcop".into()),
            user_pin_tries: initialised.then_some(3),
            user_pin: None,
            so_pin_tries: initialised.then_some(15),
            so_pin: None,
            initialised,
            keys: if initialised { 2 } else { 0 },
            certificates: Vec::new(),
            data_objects: Vec::new(),
            reader: None,
            certified_by: None,
            peculiar: Peculiar::default(),
        }],
        Act::MixEntropy(_) => vec![Fact::Seeded { sources: vec!["device".into(), "host".into()] }],
        Act::Deal(acts::Deal { dkek_shares, so_pin }) => {
            let dealt = |(share, custody): (DkekShareNumber, &Custody)| match custody {
                Custody::Quorum { quorum, scheme, .. } => {
                    Fact::Dealt { share, quorum: *quorum, scheme: *scheme, set: set_of(*scheme).into(), kcv: KCV }
                }
                Custody::Password { .. } => Fact::UnderPassword { share, kcv: KCV },
            };
            let shares = u8::try_from(dkek_shares.len()).unwrap();
            let all = DkekShareNumber::up_to(dkek_shares.len()).zip(dkek_shares).map(dealt);
            let so_pin = so_pin.map(|quorum| Fact::SoPinDealt { quorum, set: SET.into() });
            all.chain([Fact::DkekDrawn { shares, kcv: KCV }]).chain(so_pin).collect()
        }
        Act::WriteShareFile(acts::WriteShareFile { share }) | Act::CopyShareFile(acts::CopyShareFile { share, .. }) => {
            vec![Fact::Written { file: names::share_file(*share), bytes: 64, sha256: digest }]
        }
        Act::TakeShare(acts::TakeShare { card, seat, .. }) => {
            vec![Fact::Given { card: *card, seat: *seat, ids: vec![seat.0] }]
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
            let defects = vec![
                Defect::LeadingZero,
                Defect::HexadecimalId,
                Defect::DecimalId,
                Defect::SmallPrime,
                Defect::ShortValue,
                Defect::WrongShare,
            ];
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
            Fact::Listed { role: *role, keys: vec![held("root", 1), held("session", 9)] },
            Fact::Surveyed {
                role: *role,
                keys: plan.keys.iter().map(surveyed).collect(),
                refused: vec![RefusedKey { key: held("session", 9), why: NotWrapped::NotExportable }],
            },
        ],
        Act::CompareKeys(acts::CompareKeys { role, .. }) => vec![Fact::Held {
            role: *role,
            keys: [("the label of a key, 24…", InBackup::Perhaps), ("issuing", InBackup::No)]
                .iter()
                .zip(1..)
                .map(|((label, backup), number)| HeldKey { key: held(label, number), backup: *backup })
                .collect(),
            same_dkek: true,
        }],
        Act::ListKeys(acts::ListKeys { role, .. }) => vec![Fact::Listed { role: *role, keys: Vec::new() }],
        Act::ReadTries(acts::ReadTries { role, pin, .. }) => vec![Fact::Tries { role: *role, pin: *pin, left: 1 }],
        Act::Initialise(acts::Initialise { role, serial, .. }) => {
            vec![Fact::Initialised { role: *role, serial: serial.clone(), dkek_shares: 1 }]
        }
        Act::MakeKey(acts::MakeKey { key, .. }) => {
            let made = Fact::Made { label: key.label.clone(), reference: key.reference, public_key_sha256: digest };
            vec![made, Fact::Written { file: names::public_key(&key.label), bytes: 451, sha256: digest }]
        }
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
        Act::BackUp(acts::BackUp { key, .. }) => {
            let file = names::wrapped_key(&key.label);
            vec![Fact::BackedUp { label: key.label.clone(), file, sha256: digest, mac_not_verified: false }]
        }
        Act::ProveKey(acts::ProveKey { label, at, .. }) => {
            vec![Fact::Proven { label: label.clone(), reference: *at, signature_file: names::proof_signature(label) }]
        }
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
            // A stolen device has a screen of its own, and an inspection logs in to see the KCV; everywhere else, the last
            // option that is open.
            let choice = match asks {
                Asks::Step(Question::Loss) => ChoiceId::Item(ItemName::Stolen),
                Asks::Step(Question::HiddenKcv) => ChoiceId::Item(ItemName::LogIn),
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
                    FieldKind::Line | FieldKind::Decider { .. } | FieldKind::Bag { .. } | FieldKind::Reason
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

/// The text of a view, and how many lines it takes at 76 columns, together with what it asks.
pub fn text_of(body: &Body) -> (Vec<String>, usize) {
    let (text, more) = match body {
        Body::Read { text } | Body::Working { text, .. } | Body::Ended { text } => (text.clone(), 0),
        Body::Tick { text, items, .. } => {
            let all: Vec<String> = text.iter().chain(items.iter().map(|item| &item.text)).cloned().collect();
            return (all, lines(text) + 1 + items.iter().map(|item| wrapped(&item.text, 70)).sum::<usize>());
        }
        Body::Choose { text, options, .. } => {
            let all = text.iter().chain(options.iter().map(|option| &option.text)).cloned().collect();
            return (all, lines(text) + 1 + options.len());
        }
        Body::Form { text, fields, .. } => {
            let words = fields.iter().flat_map(|field| [field.label.clone(), field.hint.clone()]);
            return (text.iter().cloned().chain(words).collect(), lines(text) + 3 * fields.len());
        }
        Body::Reveal { before, during, shown, .. } => (if *shown { during } else { before }.clone(), 0),
        Body::Fault { happened, truth, choices } => {
            let all: Vec<String> = happened.iter().chain(truth).cloned().collect();
            return (all, lines(happened) + lines(truth) + 3 + choices.len());
        }
    };
    let count = lines(&text) + more;
    (text, count)
}

/// How many lines paragraphs take in the terminal: a blank line between two, but not within a table.
pub fn lines(text: &[impl AsRef<str>]) -> usize {
    let mut count = 0;
    let mut table = false;
    for paragraph in text.iter().flat_map(|paragraph| paragraph.as_ref().split('\n')) {
        let kept = paragraph.starts_with("  ");
        count += usize::from(count > 0 && !(kept && table)) + wrapped(paragraph, 76);
        table = kept;
    }
    count
}

fn wrapped(text: &str, most: usize) -> usize {
    super::wrap::wrap(text, most).len()
}
