//! The first frame, and memory.

use super::support::Table;
use super::{Row, median};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 20;
/// Every frame ends with the sequence that hides the cursor, or shows it at its position.
const CURSOR: [&[u8]; 2] = [b"\x1b[?25l", b"\x1b[?25h"];
/// The last word of the first screen that appears before anything is chosen.
const ON_SCREEN: &[u8] = b"REHEARSAL";

pub fn measure(table: &Table) -> [Row; 3] {
    eprintln!("the first frame …");
    let mut memory = 0;
    let starts = (0..STARTS).map(|_| {
        let (time, used) = start(&table.file(""));
        memory = memory.max(used);
        time
    });
    let first = median(starts.collect());
    eprintln!("memory …");
    let row = |what: &str, ours: String, target| Row {
        what: what.to_owned(),
        ours,
        theirs: "–".to_owned(),
        ratio: "–".to_owned(),
        target,
    };
    let mebibytes = |bytes: u64| format!("{:.1} MB", f64::from(u32::try_from(bytes).unwrap()) / 1e6);
    [
        row("from the start to the first whole frame", format!("{:.1} ms", first.as_secs_f64() * 1e3), "≤ 50 ms"),
        row("most memory, in the menu", mebibytes(memory), "< 32 MB"),
        row("most memory, `rehearse --auto`", mebibytes(rehearse(&table.file(""))), "< 32 MB"),
    ]
}

/// Starts the wizard in a terminal: the time to its first complete frame, and its memory a moment later.
fn start(folder: &Path) -> (Duration, u64) {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ceremony"));
    command.args(["rehearse", "--records", "first-frame"]);
    command.cwd(folder);
    command.env("TERM", "xterm-256color");
    let mut screen = pair.master.try_clone_reader().unwrap();
    let began = Instant::now();
    let child = pair.slave.spawn_command(command).unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 1 << 14];
    while !is_whole_frame(&seen) {
        let count = screen.read(&mut buffer).unwrap();
        assert!(count > 0, "no frame: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..count]);
    }
    let time = began.elapsed();
    std::thread::sleep(Duration::from_millis(100));
    let used = most_memory(child.process_id().unwrap()).unwrap();
    end(child, pair.master);
    (time, used)
}

fn is_whole_frame(seen: &[u8]) -> bool {
    let Some(place) = find(seen, ON_SCREEN) else { return false };
    CURSOR.iter().any(|order| find(&seen[place..], order).is_some())
}

fn find(seen: &[u8], wanted: &[u8]) -> Option<usize> {
    seen.windows(wanted.len()).position(|bytes| bytes == wanted)
}

fn end(mut child: Box<dyn Child + Send + Sync>, master: Box<dyn MasterPty + Send>) {
    child.kill().unwrap();
    child.wait().unwrap();
    drop(master);
}

/// The peak memory of a whole automatic rehearsal on software cards.
fn rehearse(folder: &Path) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ceremony"));
    command.args(["rehearse", "--auto", "--records", "memory"]).current_dir(folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    loop {
        most = most_memory(child.id()).map_or(most, |now| most.max(now));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return most;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `VmHWM` of a process: its peak memory, in bytes.
fn most_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}
