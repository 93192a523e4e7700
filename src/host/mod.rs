//! Whether this machine is fit for secrets: memory locked, no core files, no swap, no network, nobody recording. What
//! can be fixed is fixed here; the rest is detected and named.

mod confine;

pub use confine::{MEDIA, Made, Reach, confine};

use std::fs;
use std::time::{Duration, SystemTime};

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit, set_dumpable_behavior, setrlimit,
};

use crate::terms::HostFinding;

/// What became of locking the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryLock {
    /// All memory, including future allocations, stays out of swap.
    Locked,
    /// There is a limit (in bytes) that may not be raised. Nothing was locked: under a limit the lock itself would
    /// succeed, but the next thread or buffer would fail.
    SmallLimit(u64),
    /// The system refused.
    Refused,
}

/// Locks all memory of the process, present and future. Call it before the first secret and before the first thread.
pub fn lock_memory() -> MemoryLock {
    if let Some(limit) = getrlimit(Resource::Memlock).current {
        // root may raise it; so may everybody if the hard limit is already unlimited
        let unlimited = Rlimit { current: None, maximum: None };
        if setrlimit(Resource::Memlock, unlimited).is_err() {
            return MemoryLock::SmallLimit(limit);
        }
    }
    match mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE) {
        Ok(()) => MemoryLock::Locked,
        Err(_) => MemoryLock::Refused,
    }
}

/// Disables core files, and stops other processes of the same user from reading this one's memory. `false` when the
/// system refuses.
pub fn disable_cores() -> bool {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let limited = setrlimit(Resource::Core, none).is_ok();
    // a core dump piped to a program ignores the limit, but not this flag
    set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok() && limited
}

/// What was found, and its detail; empty where there is nothing to name.
type Finding = (HostFinding, String);

/// Examines the machine. What cannot be read is not reported; call it after [`lock_memory`] and [`disable_cores`].
pub fn examine() -> Vec<Finding> {
    let status = read("/proc/self/status");
    let ancestors = ancestors();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut findings = Vec::new();
    if number_of(&status, "VmLck:").unwrap_or(0) == 0 {
        findings.push(plain(HostFinding::MemoryNotLocked));
    }
    let undumpable = matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    if getrlimit(Resource::Core).current != Some(0) || !undumpable {
        findings.push(plain(HostFinding::CoresEnabled));
    }
    let swaps = swaps(&read("/proc/swaps"));
    if !swaps.is_empty() {
        findings.push((HostFinding::Swap, swaps.join(", ")));
    }
    let network = connected();
    if !network.is_empty() {
        findings.push((HostFinding::Network, network.join(", ")));
    }
    findings.extend(terminal_findings(variable, &ancestors));
    if number_of(&status, "TracerPid:").unwrap_or(0) != 0 {
        findings.push(plain(HostFinding::Traced));
    }
    if confine::files_are_open() {
        findings.push(plain(HostFinding::FilesOpen));
    }
    if confine::calls_are_open() {
        findings.push(plain(HostFinding::CallsOpen));
    }
    if SystemTime::now() < SystemTime::UNIX_EPOCH + WRITTEN {
        findings.push(plain(HostFinding::ClockUnset));
    }
    findings
}

const fn plain(finding: HostFinding) -> Finding {
    (finding, String::new())
}

/// From 1970 to 2026-01-01: no true clock stands before it.
const WRITTEN: Duration = Duration::from_hours(490_896);

/// What the environment and the parent processes reveal about the terminal.
fn terminal_findings(variable: impl Fn(&str) -> Option<String>, ancestors: &[String]) -> Vec<Finding> {
    let any = |names: &[&str]| names.iter().any(|name| variable(name).is_some());
    let runs = |names: &[&str]| ancestors.iter().find(|name| names.contains(&name.as_str())).cloned();
    let mut findings = Vec::new();
    if any(&["TMUX"]) || ancestors.iter().any(|name| name.starts_with("tmux")) {
        findings.push(plain(HostFinding::InsideTmux));
    }
    if any(&["STY"]) || runs(&["screen", "SCREEN"]).is_some() {
        findings.push(plain(HostFinding::InsideScreen));
    }
    let remote = ["sshd", "sshd-session", "sshd-auth", "dropbear", "mosh-server", "in.telnetd", "telnetd"];
    if any(&["SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"]) || runs(&remote).is_some() {
        findings.push(plain(HostFinding::OverSsh));
    }
    let recorder = runs(&["script", "asciinema", "ttyrec", "termrec", "tlog-rec", "tlog-rec-sessio", "termtosvg"]);
    if let Some(program) = recorder {
        findings.push((HostFinding::Recorded, program));
    } else if any(&["ASCIINEMA_REC", "ASCIINEMA_SESSION"]) {
        findings.push((HostFinding::Recorded, "asciinema".to_owned()));
    } else if any(&["SCRIPT"]) {
        findings.push((HostFinding::Recorded, "script".to_owned()));
    }
    findings
}

fn read(path: &str) -> String {
    // names in these files need not be UTF-8
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// The number after a key in `/proc/self/status`.
fn number_of(status: &str, key: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

/// Devices and files in `/proc/swaps`; the first line is a heading.
fn swaps(text: &str) -> Vec<String> {
    text.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// The name and the parent in `/proc/PID/stat`. The name is in parentheses and may itself contain parentheses and
/// spaces.
fn name_and_parent(stat: &str) -> Option<(String, u32)> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let parent = after.split_whitespace().nth(1)?.parse().ok()?;
    Some((name.to_owned(), parent))
}

/// The names of the parent processes, nearest first.
fn ancestors() -> Vec<String> {
    let mut names = Vec::new();
    let Some((_, mut process)) = name_and_parent(&read("/proc/self/stat")) else { return names };
    // bounded: process ids may be reused during the walk
    while process > 0 && names.len() < 64 {
        let Some((name, parent)) = name_and_parent(&read(&format!("/proc/{process}/stat"))) else { break };
        names.push(name);
        process = parent;
    }
    names
}

/// Interfaces other than loopback that have a carrier: a cable, a radio, a tunnel. An interface that is up without a
/// carrier reads 0; one that is down cannot be read.
fn connected() -> Vec<String> {
    let Ok(folder) = fs::read_dir("/sys/class/net") else { return Vec::new() };
    let mut names: Vec<String> = folder
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "lo" && read(&format!("/sys/class/net/{name}/carrier")).trim() == "1")
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(variables: &[&str], ancestors: &[&str]) -> Vec<String> {
        let ancestors: Vec<String> = ancestors.iter().map(|&name| name.to_owned()).collect();
        let variable = |name: &str| variables.contains(&name).then(|| "1".to_owned());
        let findings = terminal_findings(variable, &ancestors);
        findings.iter().map(|(finding, _)| finding.word().trim_start_matches("room-").to_owned()).collect()
    }

    #[test]
    fn finds_who_else_sees_the_terminal() {
        assert_eq!(around(&[], &["bash", "login", "systemd"]), [""; 0]);
        assert_eq!(around(&["TMUX"], &[]), ["tmux"]);
        assert_eq!(around(&[], &["bash", "tmux: server"]), ["tmux"]);
        assert_eq!(around(&["STY"], &[]), ["screen"]);
        assert_eq!(around(&[], &["bash", "sshd"]), ["ssh"], "also after sudo cleaned the environment");
        assert_eq!(around(&["SSH_CONNECTION"], &["bash", "script"]), ["ssh", "recorded"]);
        assert_eq!(around(&["ASCIINEMA_REC"], &[]), ["recorded"]);
        assert_eq!(around(&[], &["typescript"]), [""; 0], "a name that merely contains another");
    }

    #[test]
    fn reads_what_the_kernel_writes() {
        assert_eq!(name_and_parent("812 (tmux: server) S 1 812 812 0 -1"), Some(("tmux: server".to_owned(), 1)));
        assert_eq!(name_and_parent("9 (a) b) (c) R 44 9 9"), Some(("a) b) (c".to_owned(), 44)));
        assert_eq!(name_and_parent("9 (cut"), None);
        assert_eq!(name_and_parent(""), None);
        let table = "Filename\t\t\tType\t\tSize\n/dev/dm-1    partition\t999\t0\t-2\n/swap\\040file   file\t1\t0\t-3\n";
        assert_eq!(swaps(table), ["/dev/dm-1", "/swap\\040file"]);
        assert_eq!(swaps("Filename\t\tType\n"), [""; 0]);
        let status = "Name:\tx\nTracerPid:\t17\nVmLck:\t  2048 kB\nOdd:\n";
        assert_eq!(number_of(status, "VmLck:"), Some(2048));
        assert_eq!(number_of(status, "TracerPid:"), Some(17));
        assert_eq!((number_of(status, "Odd:"), number_of(status, "None:")), (None, None));
    }

    #[test]
    fn without_cores_no_core_is_found() {
        assert!(disable_cores());
        assert!(!examine().iter().any(|(finding, _)| *finding == HostFinding::CoresEnabled));
    }
}
