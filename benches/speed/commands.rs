//! How many APDUs an operation takes: counted in a rehearsal on software cards, against the recorded runs of OpenSC.

use super::Row;
use hsm_ceremony::app::{Environment, FrontEnd, FrontError, Setup, Sitting, latest_backup};
use hsm_ceremony::autopilot::Autopilot;
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Input, View};
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Ending};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::vault::Vault;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PLAN: &str = include_str!("../../assets/plan.example.json");
const TRACES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/apdu-traces");
/// The tools first look for two foreign applications; these probes do no work on this device and are not counted.
const FOREIGN_PROBES: [&str; 2] = ["00A40400076276", "00A4040006A000"];

/// The operation, the name of the wizard's step for it, and the tool's run that does the same.
const OPERATIONS: [(&str, &str, &str); 6] = [
    ("initialise", "Initialise the device", "sc-hsm-tool-initialize"),
    ("import the DKEK share", "DKEK into the device", "sc-hsm-tool-import-dkek-share"),
    ("generate an RSA-2048 key", "Key rsa-root", "pkcs11-tool-keypairgen-rsa-2048"),
    ("list three keys", "List of keys", "pkcs15-tool-dump"),
    ("wrap an RSA-2048 key", "Backup of rsa-root", "sc-hsm-tool-wrap-key-rsa2048"),
    ("unwrap an RSA-2048 key", "Restore rsa-root", "sc-hsm-tool-unwrap-key-new"),
];

/// The tools' runs for what the wizard does here in *establish* and *restore*, and how often each. No run that restores
/// an elliptic-curve key was recorded; that of an RSA key stands in for it.
const WHOLE: [(&str, usize); 8] = [
    ("sc-hsm-tool-initialize", 2),
    ("sc-hsm-tool-import-dkek-share", 2),
    ("pkcs11-tool-keypairgen-rsa-2048", 1),
    ("pkcs11-tool-keypairgen-ec-prime256v1", 2),
    ("pkcs15-tool-dump", 2),
    ("sc-hsm-tool-wrap-key-rsa2048", 1),
    ("sc-hsm-tool-wrap-key-ec-p256", 2),
    ("sc-hsm-tool-unwrap-key-new", 3),
];

/// Commands and the step in which they were sent.
type Log = Arc<Mutex<(String, Vec<(String, String)>)>>;

struct CountedReaders(Box<dyn Readers>, Log);
struct Counted(Box<dyn Transport>, Log);

impl Readers for CountedReaders {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Counted(self.0.connect(reader)?, Arc::clone(&self.1))))
    }
}

impl Transport for Counted {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        // The step on the screen may be a moment behind the command.
        std::thread::sleep(Duration::from_millis(5));
        let mut log = self.1.lock().unwrap();
        let head = base16ct::upper::encode_string(&command.expose()[..command.expose().len().min(8)]);
        let step = log.0.clone();
        log.1.push((step, head));
        drop(log);
        self.0.transmit(command)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

struct Watching(Autopilot, Log);

impl FrontEnd for Watching {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        self.1.lock().unwrap().0.clone_from(&view.header.title);
        self.0.show(view, vault)
    }
    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<Input>, FrontError> {
        self.0.next(view, vault, wait)
    }
    fn wipe(&mut self) -> Result<(), FrontError> {
        self.0.wipe()
    }
    fn pause(&self) -> Duration {
        FrontEnd::pause(&self.0)
    }
}

pub fn measure() -> Vec<Row> {
    eprintln!("counting commands …");
    let records = tempfile::tempdir().unwrap();
    let log = Log::default();
    let mut front = Watching(Autopilot::new(Box::new(std::io::sink())), Arc::clone(&log));
    let (plan, environment) = (plan(), Environment::SoftwareCards);
    let establish =
        Setup::by_plan(CeremonyKind::Establish, Plan::parse(&plan).unwrap(), plan, records.path(), environment);
    run(establish.unwrap(), &mut front, &log);
    let from = latest_backup(records.path()).unwrap();
    run(Setup::from_backup(CeremonyKind::Restore, &from, None, records.path(), environment).unwrap(), &mut front, &log);
    let log = log.lock().unwrap();
    if std::env::var_os("SHOW_COMMANDS").is_some() {
        log.1.iter().for_each(|(step, head)| eprintln!("{step:32} {head}"));
    }
    let row = |what: &str, ours: usize, theirs: usize| {
        let share = |count: usize| f64::from(u32::try_from(count).unwrap());
        Row {
            what: format!("APDUs: {what}"),
            ours: ours.to_string(),
            theirs: theirs.to_string(),
            ratio: format!("{:.2} of them", share(ours) / share(theirs)),
            target: "≤ 1",
        }
    };
    let mut rows: Vec<Row> = Vec::new();
    for (what, step, trace) in OPERATIONS {
        let ours = log.1.iter().filter(|(title, _)| title == step).count();
        assert!(ours > 0, "no step {step}");
        rows.push(row(what, ours, recorded(trace)));
    }
    let theirs = WHOLE.iter().map(|(trace, times)| recorded(trace) * times).sum();
    rows.push(row("establish and restore of three keys, everything counted", log.1.len(), theirs));
    rows
}

/// The example with as many keys as the recorded card listed.
fn plan() -> String {
    let mut plan: serde_json::Value = serde_json::from_str(PLAN).unwrap();
    let keys = plan["keys"].as_array_mut().unwrap();
    for (label, id) in [("p256-root", 11), ("p256-sub", 12)] {
        keys.push(serde_json::json!({ "label": label, "type": "EC:secp256r1", "id": id.to_string() }));
    }
    plan.to_string()
}

/// How many commands a recorded run took, without the probes.
fn recorded(name: &str) -> usize {
    let trace = std::fs::read_to_string(format!("{TRACES}/{name}.json")).unwrap();
    let trace: Vec<serde_json::Value> = serde_json::from_str(&trace).unwrap();
    let command = |exchange: &serde_json::Value| exchange["command"].as_str().unwrap().to_owned();
    trace.iter().map(command).filter(|command| !FOREIGN_PROBES.iter().any(|probe| command.starts_with(probe))).count()
}

fn run(setup: Setup, front: &mut Watching, log: &Log) {
    let Setup { ceremony, plan, plan_text, mut context } = setup;
    context.rounds = Rounds(1000);
    context.readers = Box::new(CountedReaders(context.readers, Arc::clone(log)));
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, context).unwrap();
    assert_eq!(sitting.run(front).unwrap().progress.ended, Some(Ending::Complete));
}
