//! A tool in a terminal: waits for its prompts and types the answers, as people do.

use super::FOREVER;
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What is typed when a text appears, in this order. The last may appear any number of times.
pub type Answers<'a> = &'a [(&'a str, &'a str)];

/// How a prompt of the tools begins whose answer is not shown. After such a prompt they switch the terminal's echo off,
/// and what was typed before that is thrown away (OpenSC's `util_getpass`: `TCSAFLUSH`).
const HIDDEN: &str = "Enter ";
/// `ECHO` among a terminal's local modes (Linux, `termbits.h`).
const ECHO: u32 = 0o10;

/// Runs a tool in a terminal, in `folder`. Each answer is typed, with Enter, once its prompt has appeared after the
/// previous one; `always` is answered wherever it appears. Returns everything on the screen, and whether it succeeded.
pub fn talk(folder: &Path, tool: &str, arguments: &[&str], mut answers: Answers<'_>, always: &str) -> (String, bool) {
    let size = PtySize { rows: 24, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("setpriv");
    command.args(["--pdeathsig", "KILL", tool]);
    command.args(arguments);
    command.cwd(folder);
    command.env("TERM", "vt100");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut keyboard = pair.master.take_writer().unwrap();
    let (sender, screen) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });

    let began = Instant::now();
    let mut seen = String::new();
    let mut answered = 0;
    loop {
        match screen.recv_timeout(FOREVER.saturating_sub(began.elapsed())) {
            Ok(bytes) => seen.push_str(&String::from_utf8_lossy(&bytes)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                panic!("{tool} waits for something else than {answers:?}:\n{seen}");
            }
        }
        loop {
            let new = &seen[answered..];
            let asked = answers.first().and_then(|(question, answer)| Some((new.find(question)?, *question, *answer)));
            let passed = new.find(always).filter(|_| !always.is_empty());
            let (place, question, answer) = match (asked, passed) {
                (Some(asked), passed) if passed.is_none_or(|place| asked.0 < place) => {
                    answers = &answers[1..];
                    asked
                }
                (_, Some(place)) => (place, always, ""),
                _ => break,
            };
            answered += place + question.len();
            if question.starts_with(HIDDEN) {
                wait_until_hidden(pair.master.as_ref(), began);
            }
            keyboard.write_all(answer.as_bytes()).and_then(|()| keyboard.write_all(b"\r")).unwrap();
        }
    }
    let ended = child.wait().unwrap();
    assert!(answers.is_empty(), "{tool} never asked for {answers:?}:\n{seen}");
    (seen.replace('\r', ""), ended.success())
}

/// Waits until the terminal shows no more what is typed: from then on nothing typed is lost.
fn wait_until_hidden(terminal: &dyn MasterPty, began: Instant) {
    while terminal.get_termios().is_some_and(|modes| modes.local_flags.bits() & ECHO != 0) {
        assert!(began.elapsed() < FOREVER, "a prompt for a PIN or password still shows what is typed");
        std::thread::sleep(Duration::from_millis(5));
    }
}
