//! A stranger with the folder and the cards, and nothing else: does what `RESTORE.txt` says, line by line, with
//! `sc-hsm-tool`, `python3` and `openssl`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use hsm_ceremony::record::Manifest;

use crate::ceremonies::{Cards, Day, Guard, dkek_share};
use crate::rebuild::typed_from;
use crate::schemes_at_readers::{PASSWORD, established};
use crate::support::{PIN, SO_PIN, after, at_readers, talk};

/// Copies what a ceremony left, without the software cards: those were devices.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("keys")).unwrap();
    for folder in ["", "keys"] {
        let files = fs::read_dir(from.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            fs::copy(&file, to.join(folder).join(file.file_name().unwrap())).unwrap();
        }
    }
}

/// The commands of a page, in their order.
fn commands(page: &str) -> Vec<Vec<&str>> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("    "));
    lines.map(|line| line.split_whitespace().collect()).collect()
}

/// Runs a command of the page in its folder; returns its output.
fn run(folder: &Path, command: &[&str], typed: &str) -> String {
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// The number of the DKEK share of a share file.
fn number(file: &str) -> usize {
    file.strip_prefix("dkek-").and_then(|rest| rest.strip_suffix(".pbe")).unwrap().parse().unwrap()
}

/// What two custodians of a set of numbers type into `sc-hsm-tool`: the id as it says, and the value.
fn typed_numbers<'a>(cards: &'a Cards, share: u8, custodians: [(u8, &'a str); 2]) -> Vec<(&'a str, &'a str)> {
    let noted = |number: u8| &cards[&(dkek_share(share), number)];
    let mut answers = vec![("Please enter prime", noted(custodians[0].0).prime.as_deref().unwrap())];
    for (number, id) in custodians {
        answers.extend([
            ("Press <enter> to enter share", ""),
            ("Please enter share ID", id),
            ("Please enter share value", noted(number).text.as_str()),
        ]);
    }
    answers
}

#[test]
fn the_page_in_the_folder_and_the_cards_are_enough_to_restore() {
    at_readers("stranger::the_page_in_the_folder_and_the_cards_are_enough_to_restore", |table| {
        let day = Day::of(&[Guard::Words(2, 3), Guard::Numbers(2, 12), Guard::Password]);
        let (made, cards) = established(day.text(), &table.file("records"));
        let folder = table.file("left");
        copied(&made, &folder);
        fs::remove_dir_all(table.file("records")).unwrap();
        let page = fs::read_to_string(folder.join("RESTORE.txt")).unwrap();
        let manifest = Manifest::parse(&fs::read_to_string(folder.join("manifest.json")).unwrap()).unwrap();
        let of = |tool: &str| {
            let all = commands(&page).into_iter();
            all.filter(|command| command[0] == tool).collect::<Vec<_>>()
        };

        // Is it undamaged? And way 3: the passwords, with nothing but python3 and openssl.
        let mut passwords = std::collections::BTreeMap::new();
        let python = of("python3");
        assert_eq!(python.len(), 3, "two sets, and the check of the folder: {page}");
        for command in python {
            if command[1] == "verify.py" {
                assert!(run(&folder, &command, "").contains("as they were written"));
                continue;
            }
            let share = number(command[2]);
            let comes: &[u8] = if share == 1 { &[3, 1] } else { &[12, 4] };
            let typed = typed_from(&cards, dkek_share(u8::try_from(share).unwrap()), comes).join("\n") + "\n\n";
            let said = run(&folder, &command, &typed);
            let kcv = format!("Key check value: {}", manifest.dkek_shares[share - 1].kcv.unwrap());
            assert!(said.lines().any(|line| line == kcv), "{said}");
            let password =
                said.lines().find_map(|line| line.strip_prefix("Password").and_then(|l| l.split(": ").nth(1)));
            passwords.insert(share, password.unwrap().to_owned());
        }

        // Way 2: a new device, with sc-hsm-tool.
        let card = table.insert(0, "REH0000001");
        let mut imported = 0;
        for command in of("sc-hsm-tool") {
            let answers = match command.get(1).copied() {
                Some("--initialize") => vec![("Enter SO-PIN", SO_PIN), ("Enter initial User-PIN", PIN)],
                Some("--import-dkek-share") => {
                    imported += 1;
                    match (number(command[2]), command.contains(&"--pwd-shares-total")) {
                        (1, false) => vec![("Enter password to decrypt DKEK share", passwords[&1].as_str())],
                        (2, true) => typed_numbers(&cards, 2, [(12, "C"), (4, "4")]),
                        (3, false) => vec![("Enter password to decrypt DKEK share", PASSWORD)],
                        other => panic!("{other:?}: {page}"),
                    }
                }
                Some("--unwrap-key") => vec![("Enter User PIN", PIN)],
                None => Vec::new(),
                Some(other) => panic!("{other}: {page}"),
            };
            let (said, ok) = talk(&folder, "sc-hsm-tool", &command[1..], &answers, "");
            assert!(ok, "{command:?}: {said}");
            if command.len() == 1 {
                assert_eq!(after(&said, "DKEK key check value"), Some(manifest.kcv.to_string().as_str()), "{said}");
            }
        }
        assert_eq!(imported, 3, "{page}");
        for key in &manifest.keys {
            fs::copy(folder.join(&key.public), table.file("key.pem")).unwrap();
            table.sign_and_verify("EC:secp256r1", &key.id.to_string(), "key.pem");
        }
        drop(card);
    });
}
