//! The machine time of the whole day: today's manual with the real tools, and the wizard's rehearsal at the same
//! readers.

use super::support::{PIN, Table};
use super::{Row, median, timed};

/// How often each is measured; the median counts, because generating RSA keys takes a random time.
const TIMES: usize = 3;

pub fn measure(table: &mut Table) -> [Row; 1] {
    let (mut tools, mut wizard) = (Vec::new(), Vec::new());
    for round in 0..TIMES {
        eprintln!("the whole day, {} of {TIMES} …", round + 1);
        let name = |card: usize| format!("REH{:07}", 100 + round * 10 + card);
        let cards = [table.insert(0, &name(1)), table.insert(1, &name(2))];
        tools.push(timed(|| by_tools(table, round)).0);
        drop(cards);
        (0..2).for_each(|slot| table.wait_for(slot, false));

        let cards = [table.insert(0, &name(3)), table.insert(1, &name(4))];
        let records = format!("records-{round}");
        let rehearse = ["rehearse", "--auto", "--pcsc", "--records", &records];
        wizard.push(timed(|| table.run(env!("CARGO_BIN_EXE_ceremony"), &rehearse)).0);
        drop(cards);
        (0..2).for_each(|slot| table.wait_for(slot, false));
    }
    let [wizard, tools] = [wizard, tools].map(median);
    [Row {
        ratio: format!("time × {:.2}", wizard.as_secs_f64() / tools.as_secs_f64()),
        ..Row::times(
            "the whole scenario, 2 of 4, one RSA-2048 key, against the real tools",
            wizard,
            tools,
            "",
            "≤ 0.33",
        )
    }]
}

/// The manual's commands: 2 of 4, one RSA key, its backup, and the second device.
fn by_tools(table: &Table, round: usize) {
    let [share, wrapped] = ["pbe", "wrapped"].map(|kind| format!("day-{round}.{kind}"));
    let shares = table.create_share(&share, 2, 4);
    let tool =
        |arguments: &[&str], reader: &str| table.run("sc-hsm-tool", &[arguments, &["--reader", reader]].concat());
    let initialise = ["--initialize", "--so-pin", "3537363231383830", "--pin", PIN, "--dkek-shares", "1"];
    tool(&initialise, "0");
    table.import_share(&share, &[shares[1].clone(), shares[3].clone()]);
    table.generate("rsa:2048", "10", "rsa-root");
    table.run("pkcs15-tool", &["-D"]);
    tool(&["--wrap-key", &wrapped, "--key-reference", "1", "--pin", PIN], "0");
    tool(&initialise, "1");
    table.import_share_at(1, &share, &[shares[2].clone(), shares[0].clone()]);
    tool(&["--unwrap-key", &wrapped, "--key-reference", "10", "--pin", PIN], "1");
    table.run("pkcs15-tool", &["--reader", "1", "-D"]);
}
