//! Out of bounds: what the program cannot reach although its user could, and every file that a ceremony writes.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use hsm_ceremony::host::{Reach, confine, examine};
use hsm_ceremony::terms::HostFinding;
use serde_json::Value;

use crate::support::binary;

/// Tells a second process of a test where its folder is.
const PLACE: &str = "CEREMONY_TEST_CONFINED";

/// Runs `body` in a process of its own, in an empty folder.
fn apart(test: &str, body: impl FnOnce(&Path)) {
    if let Some(place) = std::env::var_os(PLACE) {
        return body(Path::new(&place));
    }
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(PLACE, place.path());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_confined_program_opens_its_own_files_and_no_socket_and_starts_nothing() {
    apart("confined::a_confined_program_opens_its_own_files_and_no_socket_and_starts_nothing", |place| {
        let [records, backup, other] = ["records", "backup", "other"].map(|name| place.join(name));
        for folder in [&backup, &other] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("file"), "text").unwrap();
        }
        let listener = std::os::unix::net::UnixListener::bind(other.join("service")).unwrap();
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = |found: &[(HostFinding, String)]| {
            found.iter().filter(|(f, _)| matches!(f, HostFinding::FilesOpen | HostFinding::CallsOpen)).count()
        };
        assert_eq!(open(&examine()), 2, "it is found that nothing confines it");
        TcpStream::connect(server.local_addr().unwrap()).unwrap();

        let _made = confine(&Reach { written: vec![records.clone()], read: vec![backup.clone()] });
        assert_eq!(open(&examine()), 0, "nothing is found any more");

        // its own
        fs::create_dir(records.join("sitting")).unwrap();
        fs::write(records.join("sitting/new"), "text").unwrap();
        fs::rename(records.join("sitting/new"), records.join("moved")).unwrap();
        fs::OpenOptions::new().write(true).truncate(true).open(records.join("moved")).unwrap();
        assert_eq!(fs::read_to_string(backup.join("file")).unwrap(), "text");
        fs::read("/proc/self/status").unwrap();
        let (one, _) = (UnixStream::connect(other.join("service")).unwrap(), listener.accept().unwrap());
        drop(one);

        // not its own
        let denied = |what: &str, result: std::io::Result<()>| {
            assert_eq!(result.map_err(|error| error.kind()), Err(ErrorKind::PermissionDenied), "{what}");
        };
        denied("reads another file", fs::read(other.join("file")).map(|_| ()));
        denied("reads a list of users", fs::read("/etc/passwd").map(|_| ()));
        denied("lists another folder", fs::read_dir(&other).map(|_| ()));
        denied("writes into a backup", fs::write(backup.join("new"), ""));
        denied("writes another file", fs::write(other.join("new"), ""));
        denied("removes another file", fs::remove_file(other.join("file")));
        denied("moves a file out", fs::rename(records.join("moved"), other.join("moved")));
        denied("connects", TcpStream::connect(server.local_addr().unwrap()).map(|_| ()));
        denied("opens a network socket", UdpSocket::bind("127.0.0.1:0").map(|_| ()));
        denied("starts a program", Command::new("/bin/true").status().map(|_| ()));
        // and the threads that it starts from now on
        std::thread::spawn(move || {
            denied("a thread reads another file", fs::read(other.join("file")).map(|_| ()));
            denied("a thread opens a network socket", UdpSocket::bind("127.0.0.1:0").map(|_| ()));
        })
        .join()
        .unwrap();
    });
}

/// The system calls that make, change, rename or remove files, and what they were given.
struct Trace(Vec<String>);

impl Trace {
    /// Every path that was written: made, opened for writing, or a side of a renaming. Calls that failed do not count.
    fn written(&self) -> BTreeSet<PathBuf> {
        let quoted = |line: &str| line.split('"').skip(1).step_by(2).map(PathBuf::from).collect::<Vec<_>>();
        let writes = |line: &&String| {
            let call = line.split_once(' ').map_or("", |(_, call)| call.trim_start());
            let opens =
                call.starts_with("open") && ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|how| call.contains(how));
            let changes = ["mkdir", "rename", "unlink", "rmdir", "link", "symlink", "truncate", "mknod", "creat"];
            !call.contains(" = -1 ") && (opens || changes.iter().any(|name| call.starts_with(name)))
        };
        self.0.iter().filter(writes).flat_map(|line| quoted(line)).collect()
    }

    fn count(&self, what: &str) -> usize {
        self.0.iter().filter(|line| line.contains(what)).count()
    }
}

/// Everything below a folder.
fn all_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(all_below(&entry));
        }
        found.insert(entry);
    }
    found
}

#[test]
fn everything_that_is_written_lies_in_the_records_and_only_card_files_hold_secrets() {
    let place = tempfile::tempdir().unwrap();
    let (records, trace) = (place.path().join("records"), place.path().join("trace"));
    let calls = "trace=%file,socket,execve,execveat,seccomp,landlock_restrict_self";
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-s", "4096", "-e", calls, "-o"]).arg(&trace);
    command.arg(binary::short()).args(["rehearse", "establish", "--auto", "--records"]).arg(&records);
    let output = command.output().expect("strace; `make test` installs what the tests need");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let trace = Trace(fs::read_to_string(&trace).unwrap().lines().map(str::to_owned).collect());

    let written = trace.written();
    let outside: Vec<_> = written.iter().filter(|path| !path.starts_with(&records)).collect();
    assert!(outside.is_empty(), "written outside the records: {outside:?}");
    // unfinished files are renamed, and the room is tried out with files that are removed again
    let left = all_below(&records);
    let unseen: Vec<_> = left.difference(&written).collect();
    assert!(unseen.is_empty() && left.len() > 15, "the test sees what is written: {unseen:?} of {left:?}");
    assert_eq!(trace.count("execve("), 1, "no program is started");
    let opened = trace.0.iter().filter(|line| line.contains(" socket(") && !line.contains(" = -1 EPERM")).count();
    assert_eq!(opened, 0, "on built-in cards, no socket is opened: the room step tries, and must fail");
    assert!(trace.count("landlock_restrict_self(") > 0 && trace.count("seccomp(") > 0, "it is confined");

    let is_card = |path: &Path| path.to_string_lossy().contains("REHEARSAL-card-");
    let mut secrets = Vec::new();
    for card in left.iter().filter(|path| is_card(path)) {
        let text = fs::read_to_string(card).unwrap();
        assert!(
            text.lines().nth(1).is_some_and(|line| line.contains("holds the PINs, the DKEK and the keys")),
            "{text}"
        );
        let state: Value = serde_json::from_str(&text).unwrap();
        for secret in [&state["pins"]["user"]["value"], &state["pins"]["so"]["value"], &state["dkek"]["value"]] {
            let text = secret.as_str().unwrap();
            let raw = base16ct::mixed::decode_vec(text).unwrap();
            secrets.extend([text.as_bytes().to_vec(), text.to_uppercase().into_bytes(), raw]);
        }
        let private = state["keys"].as_object().unwrap().values().next().unwrap()["p"].as_str().map(str::to_owned);
        secrets.extend(private.map(|prime| base16ct::mixed::decode_vec(prime).unwrap()));
    }
    assert!(secrets.len() >= 10, "the test has the secrets of a card");
    for file in left.iter().filter(|path| path.is_file() && !is_card(path)) {
        let content = fs::read(file).unwrap();
        for secret in &secrets {
            let found = content.windows(secret.len()).any(|bytes| bytes == secret);
            assert!(!found, "a secret of the card is in {}", file.display());
        }
    }
}
