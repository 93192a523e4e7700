//! A table with real readers: a pcscd of its own with two virtual readers, software cards in them, and the real tools.
//!
//! Nothing here meets a pcscd, reader or card that this test did not start: pcscd runs in a mount namespace of its own,
//! where `/run/pcscd` is a folder of the test (it need not exist outside), and everything else finds its socket through
//! `PCSCLITE_CSOCK_NAME`. That variable must be set before the process starts, so [`at_readers`] runs the test's body
//! in a second process.

pub mod answering;
pub mod any_screen;
pub mod bags;
pub mod binary;
mod called;
pub mod day;
pub mod disks;
pub mod gate;
pub mod hanging;
pub mod memory;
mod opensc;
mod owned;
mod person;
mod place;
mod ports;
pub mod schema;
pub mod seen;
pub mod sentences;
pub mod so_pin;
mod talk;
pub mod walk;
pub mod wizard;

pub use opensc::{PIN, SO_PIN, Written, after, private_key, so_pin, user_pin};
pub use owned::Owned;
pub use talk::talk;

use hsm_ceremony::card::transport::{Readers, TransportError};
use hsm_ceremony::card::{Change, Device, PcscReaders};
use pcsc::{Context, ReaderState, Scope, State};
use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where libpcsclite finds the service.
const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";
/// Where the service listens, in the table's folder.
const SOCKET: &str = "run/pcscd.comm";
/// Marks the second process as such, and tells it where its folder is.
const FOLDER_VARIABLE: &str = "CEREMONY_TEST_TABLE";
/// The driver of the virtual readers.
const DRIVERS: [&str; 2] =
    ["/usr/lib/pcsc/drivers/serial/libifdvpcd.so", "/usr/lib/x86_64-linux-gnu/pcsc/drivers/serial/libifdvpcd.so"];
/// Peers of the tests; all but the first two come from Debian's opensc and openssl.
const PEERS: [&str; 8] =
    ["pcscd", "unshare", "setpriv", "sc-hsm-tool", "pkcs11-tool", "pkcs15-tool", "opensc-tool", "openssl"];
/// Nothing here takes this long; anything that does is hanging.
pub const FOREVER: Duration = Duration::from_mins(8);
/// Starts pcscd in a mount namespace: the table's folder, then pcscd. No Debian package has `/run/pcscd`: the system
/// creates it when it starts the service. So it may be missing, and then `/run` becomes an empty one, in which only the
/// table's folder is mounted again, in case it lies there (via `.`: its path no longer leads to it).
const SERVICE: &str = r#"
set -e
cd "$1"
if [ ! -d /run/pcscd ]; then
    mount -t tmpfs tmpfs /run
    mkdir /run/pcscd
    [ -d "$1" ] || { mkdir -p "$1"; mount --no-canonicalize --bind . "$1"; cd "$1"; }
fi
mount --bind "$1/run" /run/pcscd
exec "$2" --foreground --config "$1/readers"
"#;

/// Whether this is the long run (`make torture`), in which nothing is left out. Otherwise long tests take a part of
/// their cases, always the same.
pub fn torture() -> bool {
    std::env::var_os("CEREMONY_TORTURE").is_some()
}

/// Most tests at readers wait, for people and for a card. Each has a pcscd of its own; so many are at work at once.
const TABLES: usize = 4;
static TAKEN: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// One of the tables, until it is dropped.
struct Turn;

impl Turn {
    fn take() -> Self {
        let taken = TAKEN.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = TAKEN.1.wait_while(taken, |taken| *taken == TABLES).unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        TAKEN.1.notify_one();
    }
}

/// Runs `body` at a table of its own. `test` is the full name of the calling test.
pub fn at_readers(test: &str, body: impl FnOnce(&mut Table)) {
    let turn = Turn::take();
    let output = at_table(&["--exact", test, "--nocapture", "--test-threads=1"], Stdio::piped(), body);
    drop(turn);
    let Some(output) = output else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{test} is not the name of this test:\n{text}");
}

/// In the second process: runs `body`, and there is no output. In the first: starts the second with these arguments.
pub fn at_table(arguments: &[&str], errors: Stdio, body: impl FnOnce(&mut Table)) -> Option<Output> {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
        let mut table = Table::set(Path::new(&folder));
        body(&mut table);
        return None;
    }
    let missing: Vec<_> = PEERS.into_iter().filter(|peer| find(peer).is_none()).collect();
    assert!(missing.is_empty(), "missing: {}; `make test` installs what the tests need", missing.join(", "));
    assert!(driver().is_some(), "missing: the driver of vsmartcard-vpcd; `make test` installs what the tests need");

    let folder = place::folder_for(SOCKET);
    let mut command = Command::new("setpriv");
    // In there cargo would look for its packages in a different HOME.
    command.envs(binary::if_built().map(|binary| (binary::SHORT_VARIABLE, binary)));
    let output = command
        .args(["--pdeathsig", "KILL"])
        .arg(std::env::current_exe().unwrap())
        .args(arguments)
        .env(FOLDER_VARIABLE, folder.path())
        .env(SOCKET_VARIABLE, folder.path().join(SOCKET))
        .env("HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("LC_ALL", "C")
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(errors)
        .output()
        .unwrap();
    Some(output)
}

/// Whether pcscd sees no card in a reader. One that hung up while it was being reset counts as mute until then.
fn is_empty(slot: u16) -> bool {
    state(slot).is_some_and(|state| state.event_state().contains(State::EMPTY))
}

/// How often pcscd has seen a card enter or leave a reader.
fn events(slot: u16) -> Option<u32> {
    state(slot).map(|state| state.event_count())
}

/// pcscd's state of a reader.
fn state(slot: u16) -> Option<ReaderState> {
    let mut states = [ReaderState::new(CString::new(Table::reader(slot)).unwrap(), State::UNAWARE)];
    let service = Context::establish(Scope::User).ok()?;
    service.get_status_change(Duration::ZERO, &mut states).ok()?;
    states.into_iter().next()
}

/// A tool on the path, or in the directories of system services.
fn find(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(tool)).find(|file| file.is_file())
}

fn driver() -> Option<&'static str> {
    DRIVERS.into_iter().find(|driver| Path::new(driver).exists())
}

/// Two readers, the cards in them, and a folder for everything.
pub struct Table {
    folder: PathBuf,
    port: u16,
    pcscd: Option<Owned>,
    /// Sees the readers as the product does.
    pub readers: PcscReaders,
}

impl Table {
    fn set(folder: &Path) -> Self {
        for part in ["run", "readers", "work"] {
            fs::create_dir(folder.join(part)).unwrap();
        }
        let mut table = Self { folder: folder.to_owned(), port: 0, pcscd: None, readers: PcscReaders::new() };
        // Another program may take a port before pcscd does; then a reader is missing.
        for _ in 0..10 {
            table.port = ports::free_pair();
            table.configure();
            table.start_service();
            if Self::has_both_readers() {
                return table;
            }
            table.kill_service();
        }
        panic!("the virtual readers never came up:\n{}", table.log());
    }

    /// Tells pcscd which ports the readers have.
    fn configure(&self) {
        let (port, driver) = (self.port, driver().unwrap());
        let configuration =
            format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port}\nLIBPATH {driver}\nCHANNELID {port}\n");
        fs::write(self.folder.join("vpcd"), configuration).unwrap();
        self.plug_in(true);
    }

    /// Whether pcscd lists both readers, and so listens on both ports. It opens them before it answers anybody.
    fn has_both_readers() -> bool {
        let listed = Context::establish(Scope::User).and_then(|service| service.list_readers_owned());
        let listed = listed.unwrap_or_default();
        [0, 1].into_iter().all(|slot| listed.iter().any(|name| name.to_str() == Ok(&Self::reader(slot))))
    }

    /// pcscd's log.
    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("pcscd.log")).unwrap_or_default()
    }

    /// Starts pcscd and waits until it answers.
    pub fn start_service(&mut self) {
        let mut command = Command::new("unshare");
        // Without root, the test becomes root in a user namespace, if the system lets everybody create one.
        command.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-Urm" });
        command.args(["setpriv", "--pdeathsig", "KILL", "sh", "-c", SERVICE, "sh"]);
        command.arg(&self.folder).arg(find("pcscd").unwrap());
        let log = fs::File::create(self.folder.join("pcscd.log")).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let mut pcscd = Owned::start(&mut command);
        let began = Instant::now();
        while self.readers.occupied() == Err(TransportError::NoService) {
            if let Some(status) = pcscd.ended() {
                panic!(
                    "pcscd cannot run in a mount namespace of its own ({status}); root may make one, others where \
                     user namespaces are permitted:\n{}",
                    self.log()
                );
            }
            assert!(began.elapsed() < FOREVER, "pcscd does not answer:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.pcscd = Some(pcscd);
    }

    /// Sets whether the readers are present when pcscd starts the next time.
    pub fn plug_in(&self, plugged: bool) {
        let plug = self.folder.join("readers/vpcd");
        if plugged {
            fs::copy(self.folder.join("vpcd"), plug).unwrap();
        } else {
            fs::remove_file(plug).unwrap();
        }
    }

    /// Kills pcscd at once.
    pub fn kill_service(&mut self) {
        self.pcscd = None;
    }

    /// The port of the first virtual reader.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A file of the test.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join("work").join(name)
    }

    /// The reader's name, counted from 0.
    pub fn reader(slot: u16) -> String {
        format!("Virtual PCD 00 0{slot}")
    }

    /// Inserts a card into a reader: a new one, or the one stored in this state file.
    pub fn insert(&mut self, slot: u16, serial: &str) -> Owned {
        let mut command = Command::new("setpriv");
        command.args([
            "--pdeathsig",
            "KILL",
            env!("CARGO_BIN_EXE_ceremony"),
            "softcard",
            "--serial",
            serial,
            "--state",
        ]);
        command.arg(self.file(&format!("{serial}.json")));
        command.args(["--vpcd", &format!("127.0.0.1:{}", self.port + slot)]);
        command.stdout(Stdio::null());
        let card = Owned::start(&mut command);
        self.wait_for(slot, true);
        card
    }

    /// Waits until a reader holds a card, or none.
    pub fn wait_for(&mut self, slot: u16, card: bool) {
        let began = Instant::now();
        let name = Self::reader(slot);
        while !(if card { self.readers.occupied().unwrap_or_default().contains(&name) } else { is_empty(slot) }) {
            assert!(
                began.elapsed() < FOREVER,
                "reader {slot} never became {card}: {:?}\n{}",
                state(slot).map(|state| state.event_state()),
                self.log()
            );
            assert!(matches!(self.readers.wait(Duration::from_secs(1)), Change::Some | Change::None));
        }
    }

    /// Waits until no program uses the card in a reader. A ceremony that is over lets go of it from a thread of its own;
    /// if the card is gone by then, pcscd fails to reset it and calls the reader empty before it has seen the card go.
    /// Then it takes the next card for the same one, and never sees it.
    pub fn wait_until_free(&self, slot: u16) {
        let began = Instant::now();
        let used = |state: ReaderState| state.event_state().intersects(State::INUSE | State::EXCLUSIVE);
        while state(slot).is_none_or(used) {
            assert!(began.elapsed() < FOREVER, "reader {slot} is never free:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The device in a reader, opened by our driver.
    pub fn device(&mut self, slot: u16) -> Device {
        let began = Instant::now();
        loop {
            match self.readers.connect(&Self::reader(slot)) {
                Ok(transport) => return Device::open(transport).unwrap(),
                // A program that has just ended may still hold the card for a moment.
                Err(TransportError::Busy) if began.elapsed() < FOREVER => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    /// Runs a tool that must succeed; returns standard output and error.
    pub fn run(&self, tool: &str, arguments: &[&str]) -> String {
        let (output, text) = self.try_run(tool, arguments);
        assert!(output.status.success(), "{tool} {arguments:?}: {}\n{text}", output.status);
        text
    }

    /// Runs a tool in the folder of the test.
    pub fn try_run(&self, tool: &str, arguments: &[&str]) -> (Output, String) {
        let mut command = Command::new("timeout");
        command.arg(FOREVER.as_secs().to_string()).arg(tool).args(arguments).current_dir(self.folder.join("work"));
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
        (output, text)
    }
}

#[test]
fn a_port_taken_before_pcscd_gets_it_is_noticed() {
    at_readers("support::a_port_taken_before_pcscd_gets_it_is_noticed", |table| {
        assert!(Table::has_both_readers());
        table.kill_service();
        for taken in [0, 1] {
            table.port = ports::free_pair();
            let somebody = std::net::TcpListener::bind(("0.0.0.0", table.port + taken)).unwrap();
            table.configure();
            table.start_service();
            assert!(!Table::has_both_readers(), "{}", table.log());
            table.kill_service();
            drop(somebody);
        }
    });
}
