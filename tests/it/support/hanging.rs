//! A card in a virtual reader that hangs up at a command, in this process.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hsm_ceremony::softcard::SoftCard;

use super::answering::{Answers, answer};
use super::{FOREVER, Table, events, is_empty};

/// What a card of the JCOP 3 generation answers to reset.
const JCOP_3: &str = "3BDE18FF8191FE1FC38031815448534D317380214081071C";

/// The polling interval.
const A_MOMENT: Duration = Duration::from_millis(20);

/// When the card hangs up: at the n-th command (0: never), before it is carried out or after, without answering.
#[derive(Clone, Copy, Debug, Default)]
pub struct HangUp {
    pub at: usize,
    pub performed: bool,
    /// What it answers as another device does.
    pub answers: Answers,
    /// What it answers to reset, in hexadecimal; none: as a card of the JCOP 3 generation.
    pub answer_to_reset: Option<&'static str>,
    /// Whether its reader breaks off at every extended command, which it claims to transfer.
    pub short_only: bool,
    /// At which command it stands still.
    pub halts: Option<Halt>,
}

/// A card stands still when it has carried out the n-th command with this instruction, counted from 1, and answers only when the
/// test says so. What only asks for the state of the DKEK does not count.
#[derive(Clone, Copy, Debug)]
pub struct Halt {
    pub instruction: u8,
    pub nth: usize,
}

impl Halt {
    const fn is(self, command: &[u8]) -> bool {
        let asks = command[1] == 0x52 && command.len() <= 5;
        command[1] == self.instruction && !asks
    }
}

/// What a card was asked for.
#[derive(Default)]
struct Seen {
    commands: AtomicUsize,
    /// The number of the first command that initialises.
    initialises_at: AtomicUsize,
    /// How often it was initialised.
    initialised: AtomicUsize,
    /// The number of the command at which it hangs up and stays away; 0 for none.
    gone_at: AtomicUsize,
    /// How many commands could have been the one at which it stands still.
    like_the_halt: AtomicUsize,
    /// Whether it stands still.
    halted: AtomicBool,
    /// Whether it need not any longer.
    goes_on: AtomicBool,
}

/// Why a connection is over.
#[derive(PartialEq, Eq)]
enum Over {
    /// The reader ended it, or the test.
    Closed,
    HungUp,
    Gone,
}

/// A card in the first reader that hangs up and comes back, or stays away.
pub struct HangingCard {
    card: Arc<Mutex<SoftCard>>,
    seen: Arc<Seen>,
    stop: Arc<AtomicBool>,
    served: Option<JoinHandle<()>>,
}

impl HangingCard {
    /// Inserts it. After a hang-up it comes back only once pcscd has noticed that it was gone: pcscd polls, and would
    /// miss a card that is back sooner, which nobody can achieve by pulling out a card and inserting it again.
    pub fn insert(table: &mut Table, serial: &str, hang_up: HangUp) -> Self {
        Self::insert_card(table, SoftCard::new(serial).unwrap(), hang_up)
    }

    /// The same with this card.
    pub fn insert_card(table: &mut Table, card: SoftCard, hang_up: HangUp) -> Self {
        let card = Arc::new(Mutex::new(card));
        let (seen, stop) = (Arc::<Seen>::default(), Arc::<AtomicBool>::default());
        let ours = (Arc::clone(&card), Arc::clone(&seen), Arc::clone(&stop));
        let port = table.port();
        let served = thread::spawn(move || {
            let (card, seen, stop) = ours;
            while !stop.load(Ordering::Relaxed) {
                let Ok(mut reader) = TcpStream::connect(("127.0.0.1", port)) else {
                    thread::sleep(A_MOMENT);
                    continue;
                };
                card.lock().unwrap().reset();
                match serve(&mut reader, &card, hang_up, &seen, &stop) {
                    Over::Closed => thread::sleep(A_MOMENT),
                    Over::Gone => return,
                    Over::HungUp => {
                        let before = events(0);
                        drop(reader);
                        let seen_to_go = || is_empty(0) && events(0) != before;
                        while !stop.load(Ordering::Relaxed) && !seen_to_go() {
                            thread::sleep(A_MOMENT);
                        }
                    }
                }
            }
        });
        table.wait_for(0, true);
        Self { card, seen, stop, served: Some(served) }
    }

    /// From now on: hangs up when the next command arrives, without carrying it out, and stays away.
    pub fn go_at_the_next_command(&self) {
        self.seen.gone_at.store(self.commands() + 1, Ordering::Relaxed);
    }

    /// The number of commands received.
    pub fn commands(&self) -> usize {
        self.seen.commands.load(Ordering::Relaxed)
    }

    /// The number of the first command that initialises; 0 for none.
    pub fn initialises_at(&self) -> usize {
        self.seen.initialises_at.load(Ordering::Relaxed)
    }

    /// How often it was initialised.
    pub fn initialised(&self) -> usize {
        self.seen.initialised.load(Ordering::Relaxed)
    }

    /// Waits until it stands still.
    pub fn wait_until_halted(&self) {
        let until = Instant::now() + FOREVER;
        while !self.seen.halted.load(Ordering::Acquire) {
            assert!(Instant::now() < until, "the command never came");
            thread::sleep(A_MOMENT);
        }
    }

    /// It answers now, and no longer stands still.
    pub fn answer_now(&self) {
        self.seen.goes_on.store(true, Ordering::Release);
    }

    /// Takes it out, and puts its state where [`Table::insert`] finds it.
    pub fn take_out(mut self, table: &Table) {
        self.leave();
        let card = self.card.lock().unwrap();
        card.save(&table.file(&format!("{}.json", card.serial()))).unwrap();
    }

    fn leave(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(served) = self.served.take() {
            let _ = served.join();
        }
    }
}

impl Drop for HangingCard {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Fills the buffer; fails if the reader is gone or the test ends.
fn fill(reader: &mut TcpStream, buffer: &mut [u8], stop: &AtomicBool) -> bool {
    let mut have = 0;
    while have < buffer.len() {
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        let _ = rustix::net::sockopt::set_tcp_quickack(&*reader, true);
        match reader.read(&mut buffer[have..]) {
            Ok(0) => return false,
            Ok(count) => have += count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return false,
        }
    }
    true
}

fn serve(reader: &mut TcpStream, card: &Mutex<SoftCard>, hang_up: HangUp, seen: &Seen, stop: &AtomicBool) -> Over {
    reader.set_read_timeout(Some(A_MOMENT)).unwrap();
    reader.set_nodelay(true).unwrap();
    loop {
        let mut length = [0; 2];
        if !fill(reader, &mut length, stop) {
            return Over::Closed;
        }
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        if !fill(reader, &mut message, stop) {
            return Over::Closed;
        }
        let answer = match message.as_slice() {
            [0..=2] => {
                card.lock().unwrap().reset();
                continue;
            }
            [4] => base16ct::mixed::decode_vec(hang_up.answer_to_reset.unwrap_or(JCOP_3)).unwrap(),
            [] | [_] => continue,
            command => {
                let number = seen.commands.fetch_add(1, Ordering::Relaxed) + 1;
                let initialises = command.starts_with(&[0x80, 0x50]);
                if initialises {
                    let _ = seen.initialises_at.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
                }
                if number == seen.gone_at.load(Ordering::Relaxed) {
                    return Over::Gone;
                }
                let extended = command.len() > 5 && command[4] == 0;
                if (number == hang_up.at && !hang_up.performed) || (hang_up.short_only && extended) {
                    return Over::HungUp;
                }
                seen.initialised.fetch_add(usize::from(initialises), Ordering::Relaxed);
                let own = card.lock().unwrap().execute(command);
                if let Some(halt) = hang_up.halts.filter(|halt| halt.is(command))
                    && seen.like_the_halt.fetch_add(1, Ordering::Relaxed) + 1 == halt.nth
                {
                    seen.halted.store(true, Ordering::Release);
                    while !seen.goes_on.load(Ordering::Acquire) && !stop.load(Ordering::Relaxed) {
                        thread::sleep(A_MOMENT);
                    }
                }
                let answer = answer(hang_up.answers, command).unwrap_or(own);
                if number == hang_up.at {
                    return Over::HungUp;
                }
                answer
            }
        };
        let mut out = u16::try_from(answer.len()).unwrap().to_be_bytes().to_vec();
        out.extend(answer);
        if reader.write_all(&out).is_err() {
            return Over::Closed;
        }
    }
}
