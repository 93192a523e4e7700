//! No secret is in memory when people have stopped, nor where the program ends by a signal or by a bug: before the kernel takes
//! its memory.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Scheme, all_gone, nothing_left, sees, start, until_it_would_be_erased};
use crate::support::walk::{self, fill};
use crate::support::wizard::Wizard;
use crate::support::{FOREVER, Owned, at_readers, binary};

/// What makes the program panic.
const MISHAP: &str = "CEREMONY_MISHAP";

/// A program that cannot end: whatever calls for its end has been done, and its memory is still there.
struct Held(Owned);

impl Held {
    fn before_its_end(w: &Wizard) -> Self {
        let pid = w.pid().to_string();
        let mut command = Command::new("strace");
        let hour = "inject=exit_group:delay_enter=3600000000";
        command.args(["-f", "-qq", "-e", "trace=exit_group", "-e", hour, "-o", "/dev/null", "-p", &pid]);
        let held = Self(Owned::start(command.stderr(Stdio::null()).stdout(Stdio::null())));
        wait("every thread is held", || {
            tasks(&pid).all(|task| {
                let status = fs::read_to_string(task.join("status")).unwrap_or_default();
                !status.contains("TracerPid:\t0\n")
            })
        });
        held
    }

    /// It wants to end.
    fn wait_for_its_end(&self, w: &Wizard) {
        let pid = w.pid().to_string();
        let call = format!("{} ", libc::SYS_exit_group);
        wait("it ends", || {
            tasks(&pid).any(|task| fs::read_to_string(task.join("syscall")).is_ok_and(|now| now.starts_with(&call)))
        });
        let _ = &self.0;
    }
}

fn tasks(pid: &str) -> impl Iterator<Item = PathBuf> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks.flatten().map(|task| task.path())
}

fn wait(what: &str, done: impl Fn() -> bool) {
    let until = Instant::now() + FOREVER;
    while !done() {
        assert!(Instant::now() < until, "{what}: never");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn people_who_stop_and_a_signal_leave_no_secret_in_memory() {
    binary::short();
    at_readers("memory_at_readers::ends::people_who_stop_and_a_signal_leave_no_secret_in_memory", |table| {
        let card = table.insert(0, "REH0000001");
        let mut w = start(table, Scheme::Words, "establish", &[]);
        let (cards, set) = until_it_would_be_erased(table, &mut w, Scheme::Words);
        w.keys(b"\x03");
        w.wait_for("Stop the ceremony? Its record is then sealed");
        fill(&mut w, &["ABORT", "the fire alarm"]);
        w.wait_for("The ceremony was stopped. Every secret in the program is wiped.");
        all_gone(&w, &cards, &set, "after people stopped");
        w.leave();
        assert_eq!(w.exit(), 1);
        drop(w);
        table.wait_until_free(0);

        let mut w = start(table, Scheme::Numbers, "establish", &[]);
        let (cards, set) = until_it_would_be_erased(table, &mut w, Scheme::Numbers);
        let held = Held::before_its_end(&w);
        w.signal(Signal::TERM);
        held.wait_for_its_end(&w);
        all_gone(&w, &cards, &set, "after a signal");
        drop(held);
        assert_eq!(w.exit(), 3);
        w.assert_given_back();
        drop(card);
    });
}

#[test]
fn a_panic_while_a_share_is_shown_leaves_nothing_of_it_in_memory() {
    binary::short();
    at_readers("memory_at_readers::ends::a_panic_while_a_share_is_shown_leaves_nothing_of_it_in_memory", |table| {
        let (asked, part) = (table.file("mishap"), table.file("part"));
        let card = table.insert(0, "REH0000001");
        let mut w = start(table, Scheme::Numbers, "establish", &[(MISHAP, asked.to_str().unwrap())]);
        walk::to_the_custodians(&mut w, false);
        let shown = Scheme::Numbers.shown(&mut w, 1);
        sees(&w, &shown.needles(), &["with colons", "as it is shown"]);
        let held = Held::before_its_end(&w);
        // The message of a panic is the program's own: this one must not have the share.
        fs::write(&part, "silent").unwrap();
        fs::rename(&part, &asked).unwrap();
        held.wait_for_its_end(&w);
        nothing_left(&w, &shown.needles(), "after a panic");
        drop(held);
        assert_eq!(w.exit(), 3);
        shown.assert_gone(&w);
        drop(card);
    });
}
