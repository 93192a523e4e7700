//! What the script needs lies beside it, and a slip is corrected without beginning again.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use hsm_ceremony::share::deal;

use super::{Ended, Stranger, cards_of_numbers, generator, quorum, sealed, share, typed_from, with_a_wrong_digit};
use crate::ceremonies::{Day, Guard, dkek_share, established};

#[test]
fn a_slip_is_corrected_by_typing_the_line_again() {
    let stranger = Stranger::new();
    let dealt = deal(quorum(2, 12), &mut generator(7)).unwrap();
    stranger.file("dkek-1.pbe", &sealed(dealt.password.expose()));
    let kcv = format!("Key check value: {}", share().kcv());
    let prime = |text: &str| {
        text.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap().to_owned()).collect::<Vec<_>>().join(":")
    };
    for with_check in [true, false] {
        let (right, cards) = cards_of_numbers(&dealt, with_check);
        let wrong = right.replacen(|c: char| c != '0', "0", 1);
        let (right, wrong) = (prime(&right), prime(&wrong));
        let (one, last, none) = (&cards[0], &cards[11], String::new());
        // The prime. With check bytes the cards are refused at once, and typed again; without, the file does not open.
        let again = if with_check { vec![one, last] } else { vec![] };
        let typed: Vec<String> =
            [&wrong, one, last, &none, &right].into_iter().chain(again).chain([&none]).cloned().collect();
        let ended = stranger.opens(&typed, "dkek-1.pbe", &[]);
        ended.has(&kcv);
        assert_eq!(ended.said.contains("of 19 is wrong"), with_check, "{}", ended.said);
        // A value, and an id: the card with the wrong id is left out.
        let slip = with_a_wrong_digit(last);
        stranger.opens(&[&right, one, &slip, &none, last, &none].map(Clone::clone), "dkek-1.pbe", &[]).has(&kcv);
        if !with_check {
            let other_id = last.replacen("12", "11", 1);
            let typed = [&right, one, &other_id, &none, last, &"11".to_owned(), &none].map(Clone::clone);
            stranger.opens(&typed, "dkek-1.pbe", &[]).has(&kcv);
            let typed = [&right, one, &other_id, &none, last, &none, &none].map(Clone::clone);
            stranger.opens(&typed, "dkek-1.pbe", &[]).refused("do not open this file");
        }
    }
    // What is no prime, and a card that lost a group, take nothing's place.
    let (right, cards) = cards_of_numbers(&dealt, true);
    let typed = ["00:00", &right, &cards[0], "no:prime", &cards[1][..cards[1].len() - 3], &cards[1]].map(str::to_owned);
    stranger.opens(&typed, "dkek-1.pbe", &[]).has(&kcv);
}

#[test]
fn what_it_needs_lies_beside_it() {
    // Two sets and a password: the manifest says which file belongs to which set, and how many rounds it has.
    let plan = Day::of(&[Guard::Words(2, 3), Guard::Numbers(2, 3), Guard::Password]);
    let made = established(&plan.prove_restore(false).text());
    let stranger = Stranger::new();
    fs::remove_file(stranger.folder.path().join("CEREMONY.md")).unwrap();
    stranger.file("words.txt", include_bytes!("../../../assets/words/english.txt"));
    for name in ["manifest.json", "dkek-1.pbe", "dkek-2.pbe", "dkek-3.pbe"] {
        stranger.file(name, &fs::read(made.folder.join(name)).unwrap());
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let from_elsewhere = |arguments: &[&str], typed: &str| {
        let mut child = Command::new("python3")
            .arg(stranger.folder.path().join("rebuild.py"))
            .args(arguments)
            .current_dir(elsewhere.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code().unwrap(), printed: text(output.stdout), said: text(output.stderr) }
    };
    let kcv = |number: usize| format!("Key check value: {}", made.manifest.dkek_shares[number - 1].kcv.unwrap());
    for number in [1, 2] {
        let typed = typed_from(&made.cards, dkek_share(number), &[3, 1]).join("\n") + "\n\n";
        from_elsewhere(&[], &typed).has(&kcv(usize::from(number)));
        // Of the wrong file, it says so.
        let other = if number == 1 { "dkek-2.pbe" } else { "dkek-1.pbe" };
        from_elsewhere(&[other], &typed).refused("do not open this file");
    }
    let ended = from_elsewhere(&["dkek-3.pbe", "--password"], "four custodians hold this rehearsal\n");
    assert!(ended.printed.contains(&kcv(3)), "{}{}", ended.printed, ended.said);
    from_elsewhere(&["dkek-3.pbe", "--password"], "another\n").refused("do not open this file");
    from_elsewhere(&["dkek-9.pbe"], "").refused("There is no file dkek-9.pbe");
    // Without the list, words are refused with the reason, and numbers still work.
    fs::remove_file(stranger.folder.path().join("words.txt")).unwrap();
    let words = typed_from(&made.cards, dkek_share(1), &[3, 1]).join("\n") + "\n\n";
    from_elsewhere(&[], &words).refused("the word list, words.txt or CEREMONY.md, is missing");
    let numbers = typed_from(&made.cards, dkek_share(2), &[2, 1]).join("\n") + "\n\n";
    from_elsewhere(&[], &numbers).has(&kcv(2));
}
