//! The virtual card hangs up at a command of establish or restore, at real readers: the ceremony goes on to its end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hsm_ceremony::app::{Front, FrontError, Occasion, Setting, Sitting, latest_establish};
use hsm_ceremony::audience::{Audience, Quorum};
use hsm_ceremony::card::PcscReaders;
use hsm_ceremony::ceremony::{Body, People, View};
use hsm_ceremony::dkek::Rounds;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::Ending;
use hsm_ceremony::script::Script;
use hsm_ceremony::softcard::SoftCard;
use hsm_ceremony::vault::Vault;

use crate::ceremonies::plan_text;
use crate::support::{Table, at_readers};

/// How often the hung-up card is looked for.
const A_MOMENT: Duration = Duration::from_millis(100);

/// When the card hangs up: at the n-th command (0: never), before it is performed or after, without its answer.
#[derive(Clone, Copy, Debug)]
struct HangUp {
    at: usize,
    performed: bool,
}

/// A card in a virtual reader that hangs up once and comes back.
struct Card {
    commands: Arc<AtomicUsize>,
    erased: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    served: Option<JoinHandle<()>>,
}

impl Card {
    fn insert(table: &mut Table, serial: &str, hang_up: HangUp) -> Self {
        let card = Arc::new(Mutex::new(SoftCard::new(serial).unwrap()));
        let (commands, erased) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let stop = Arc::<AtomicBool>::default();
        let counters = (Arc::clone(&commands), Arc::clone(&erased), Arc::clone(&stop));
        let port = table.port();
        let served = thread::spawn(move || {
            let (commands, erased, stop) = counters;
            while !stop.load(Ordering::Relaxed) {
                if let Ok(reader) = TcpStream::connect(("127.0.0.1", port)) {
                    card.lock().unwrap().reset();
                    serve(reader, &card, hang_up, &commands, &erased, &stop);
                }
                thread::sleep(A_MOMENT);
            }
        });
        table.wait_for(0, true);
        Self { commands, erased, stop, served: Some(served) }
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(served) = self.served.take() {
            let _ = served.join();
        }
    }
}

fn serve(
    mut reader: TcpStream,
    card: &Mutex<SoftCard>,
    hang_up: HangUp,
    commands: &AtomicUsize,
    erased: &AtomicUsize,
    stop: &AtomicBool,
) {
    reader.set_read_timeout(Some(A_MOMENT)).unwrap();
    reader.set_nodelay(true).unwrap();
    let fill = |reader: &mut TcpStream, buffer: &mut [u8]| {
        let mut have = 0;
        while have < buffer.len() {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let _ = rustix::net::sockopt::set_tcp_quickack(&*reader, true);
            match reader.read(&mut buffer[have..]) {
                Ok(0) => return false,
                Ok(count) => have += count,
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                }
                Err(_) => return false,
            }
        }
        true
    };
    loop {
        let mut length = [0; 2];
        if !fill(&mut reader, &mut length) {
            return;
        }
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        if !fill(&mut reader, &mut message) {
            return;
        }
        let answer = match message.as_slice() {
            [0..=2] => {
                card.lock().unwrap().reset();
                continue;
            }
            // What a card of the JCOP 3 generation answers to reset.
            [4] => b"\x3B\xDE\x18\xFF\x81\x91\xFE\x1F\xC3\x80\x31\x81\x54\x48\x53\x4D\x31\x73\x80\x21\x40\x81\x07\x1C"
                .to_vec(),
            [] | [_] => continue,
            command => {
                let number = commands.fetch_add(1, Ordering::Relaxed) + 1;
                if number == hang_up.at && !hang_up.performed {
                    return;
                }
                erased.fetch_add(usize::from(command.starts_with(&[0x80, 0x50])), Ordering::Relaxed);
                let answer = card.lock().unwrap().execute(command);
                if number == hang_up.at {
                    return;
                }
                answer
            }
        };
        let mut out = u16::try_from(answer.len()).unwrap().to_be_bytes().to_vec();
        out.extend(answer);
        if reader.write_all(&out).is_err() {
            return;
        }
    }
}

/// People who, when something fails, wait a moment and then take the first way on.
struct Patient {
    audience: Audience,
    faults: usize,
}

impl Front for Patient {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        self.audience.show(view, vault)
    }
    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<People>, FrontError> {
        if let Body::Fault { happened, choices, .. } = &view.body {
            assert!(!happened.is_empty() && !choices.is_empty());
            self.faults += 1;
            assert!(self.faults < 200, "it goes on and on: {happened:?}");
            thread::sleep(A_MOMENT);
            return Ok(Some(People::Chose(0)));
        }
        Front::next(&mut self.audience, view, vault, wait)
    }
    fn wipe(&mut self) -> Result<(), FrontError> {
        self.audience.wipe()
    }
}

fn run(occasion: Occasion, at_readers: bool, front: &mut Patient) {
    let Occasion { ceremony, plan, plan_text, mut office } = occasion;
    if at_readers {
        office.readers = Box::new(PcscReaders::new());
        office.hands = None;
    }
    office.rounds = Rounds(1000);
    let script = Rc::new(Script::load().unwrap());
    let mut sitting = Sitting::begin(ceremony, plan, &plan_text, &script, office).unwrap();
    assert_eq!(sitting.run(front).unwrap().ended, Some(Ending::Complete));
}

fn establish(records: &Path) -> Occasion {
    let text = plan_text(2, 3, &[("EC:secp256r1", 10)], false);
    Occasion::establish(Plan::parse(&text).unwrap(), text, records, Setting::SoftwareCards).unwrap()
}

/// One ceremony with one hang-up; how many commands went to the card.
fn with_hang_up(table: &mut Table, restore: bool, hang_up: HangUp) -> usize {
    let records = tempfile::tempdir().unwrap();
    let mut front = Patient { audience: Audience::new(Box::new(std::io::sink())), faults: 0 };
    let serial = if restore { "REH0000002" } else { "REH0000001" };
    let occasion = if restore {
        run(establish(records.path()), false, &mut front);
        front.audience.prefer(Quorum::Last);
        let from = latest_establish(records.path()).unwrap();
        Occasion::restore(&from, None, records.path(), Setting::SoftwareCards).unwrap()
    } else {
        establish(records.path())
    };
    let card = Card::insert(table, serial, hang_up);
    run(occasion, true, &mut front);
    assert_eq!(card.erased.load(Ordering::Relaxed), 1, "{hang_up:?}: initialised once");
    assert_eq!(front.faults > 0, hang_up.at > 0, "{hang_up:?}: a screen names it");
    let commands = card.commands.load(Ordering::Relaxed);
    drop(card);
    table.wait_for(0, false);
    commands
}

#[test]
fn a_card_that_hangs_up_at_any_command_comes_back_and_the_ceremony_goes_on() {
    at_readers("hangups::a_card_that_hangs_up_at_any_command_comes_back_and_the_ceremony_goes_on", |table| {
        let every = std::env::var_os("CEREMONY_TORTURE").is_some();
        for restore in [false, true] {
            let commands = with_hang_up(table, restore, HangUp { at: 0, performed: false });
            assert!(commands > 20, "{commands} commands");
            for performed in [false, true] {
                let step = if every { 1 } else { 13 };
                let first = if every { 1 } else { 3 + usize::from(performed) * 5 };
                for at in (first..=commands).step_by(step) {
                    with_hang_up(table, restore, HangUp { at, performed });
                }
            }
        }
    });
}
