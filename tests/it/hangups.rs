//! The virtual card hangs up at a command of establish or restore, at real readers: the ceremony goes on to its end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

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
use crate::support::{FOREVER, Table, at_readers};

/// How often the hung-up card is looked for.
const A_MOMENT: Duration = Duration::from_millis(100);
/// How long a card that hung up is away. pcscd looks every 400 ms; one that is back before it looked stays unseen,
/// which nobody who pulls out a card and puts it in again can do.
const AWAY: Duration = Duration::from_millis(1200);

/// When the card hangs up: at the n-th command (0: never), before it is performed or after, without its answer.
#[derive(Clone, Copy, Debug)]
struct HangUp {
    at: usize,
    performed: bool,
}

/// What a card was asked for.
#[derive(Default)]
struct Seen {
    commands: AtomicUsize,
    /// The number of the first command that initialises.
    initialises_at: AtomicUsize,
    /// How often it was initialised.
    initialised: AtomicUsize,
}

/// A card in a virtual reader that hangs up once and comes back.
struct Card {
    seen: Arc<Seen>,
    stop: Arc<AtomicBool>,
    served: Option<JoinHandle<()>>,
}

impl Card {
    fn insert(table: &mut Table, serial: &str, hang_up: HangUp) -> Self {
        let card = Arc::new(Mutex::new(SoftCard::new(serial).unwrap()));
        let (seen, stop) = (Arc::<Seen>::default(), Arc::<AtomicBool>::default());
        let ours = (Arc::clone(&seen), Arc::clone(&stop));
        let port = table.port();
        let served = thread::spawn(move || {
            let (seen, stop) = ours;
            while !stop.load(Ordering::Relaxed) {
                if let Ok(reader) = TcpStream::connect(("127.0.0.1", port)) {
                    card.lock().unwrap().reset();
                    serve(reader, &card, hang_up, &seen, &stop);
                }
                let back = Instant::now() + AWAY;
                while !stop.load(Ordering::Relaxed) && Instant::now() < back {
                    thread::sleep(A_MOMENT);
                }
            }
        });
        table.wait_for(0, true);
        Self { seen, stop, served: Some(served) }
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

fn serve(mut reader: TcpStream, card: &Mutex<SoftCard>, hang_up: HangUp, seen: &Seen, stop: &AtomicBool) {
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
                let number = seen.commands.fetch_add(1, Ordering::Relaxed) + 1;
                let initialises = command.starts_with(&[0x80, 0x50]);
                if initialises {
                    let _ = seen.initialises_at.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
                }
                if number == hang_up.at && !hang_up.performed {
                    return;
                }
                seen.initialised.fetch_add(usize::from(initialises), Ordering::Relaxed);
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
    /// What a screen says that names what is missing and looks again by itself.
    by_itself: String,
    waited: bool,
    waiting_since: Option<Instant>,
}

impl Patient {
    fn new() -> Self {
        Self {
            audience: Audience::new(Box::new(std::io::sink())),
            faults: 0,
            by_itself: Script::load().unwrap().word("goes-on-by-itself").to_owned(),
            waited: false,
            waiting_since: None,
        }
    }
}

impl Front for Patient {
    fn show(&mut self, view: &View, vault: &Vault) -> Result<(), FrontError> {
        self.audience.show(view, vault)
    }
    fn next(&mut self, view: &View, vault: &mut Vault, wait: Duration) -> Result<Option<People>, FrontError> {
        match &view.body {
            Body::Fault { happened, choices, .. } => {
                assert!(!happened.is_empty() && !choices.is_empty());
                self.faults += 1;
                assert!(self.faults < 200, "it goes on and on: {happened:?}");
                thread::sleep(A_MOMENT);
                return Ok(Some(People::Chose(0)));
            }
            Body::Working { text, .. } => {
                self.waited |= text.contains(&self.by_itself);
                let since = *self.waiting_since.get_or_insert_with(Instant::now);
                assert!(since.elapsed() < FOREVER, "{} {} never ends", view.header.number, view.header.title);
            }
            _ => self.waiting_since = None,
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

/// One ceremony with one hang-up; how many commands went to the card, and which of them initialised it.
fn with_hang_up(table: &mut Table, restore: bool, hang_up: HangUp) -> (usize, usize) {
    let records = tempfile::tempdir().unwrap();
    let mut front = Patient::new();
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
    assert_eq!(card.seen.initialised.load(Ordering::Relaxed), 1, "{hang_up:?}: initialised once");
    assert_eq!(front.faults > 0 || front.waited, hang_up.at > 0, "{hang_up:?}: a screen names it");
    let seen = (card.seen.commands.load(Ordering::Relaxed), card.seen.initialises_at.load(Ordering::Relaxed));
    drop(card);
    table.wait_for(0, false);
    seen
}

#[test]
fn a_card_that_hangs_up_at_any_command_comes_back_and_the_ceremony_goes_on() {
    at_readers("hangups::a_card_that_hangs_up_at_any_command_comes_back_and_the_ceremony_goes_on", |table| {
        let every = std::env::var_os("CEREMONY_TORTURE").is_some();
        for restore in [false, true] {
            let (commands, initialises) = with_hang_up(table, restore, HangUp { at: 0, performed: false });
            assert!(initialises > 5 && commands > initialises + 10, "{commands} commands");
            // Few of them, with the one that may never be repeated unseen.
            let few = [(3, false), (initialises, false), (initialises, true), (commands - 4, true)];
            let all = (1..=commands).flat_map(|at| [(at, false), (at, true)]);
            let chosen = if every { all.collect() } else { few.to_vec() };
            for (at, performed) in chosen {
                with_hang_up(table, restore, HangUp { at, performed });
            }
        }
    });
}
