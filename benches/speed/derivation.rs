//! Opening a share file: the key derivation with all its rounds.

use super::support::Table;
use super::{Row, median, timed};
use fast_md5::transform;
use hsm_ceremony::dkek::{Rounds, ShareFile, derive, open};
use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;

const PASSWORD: &str = "0123456789abcdef";
/// How often each is measured; the median counts.
const TIMES: usize = 3;

pub fn measure(table: &mut Table) -> [Row; 2] {
    eprintln!("opening a share file …");
    let card = table.insert(0, "REH0000001");
    table.run("sc-hsm-tool", &["--create-dkek-share", "dkek.pbe", "--password", PASSWORD]);
    let file = ShareFile::parse(&fs::read(table.file("dkek.pbe")).unwrap()).unwrap();
    let ours = || {
        let watch = &mut |_| ControlFlow::Continue(());
        let key = derive(PASSWORD.as_bytes(), file.salt(), Rounds::PRODUCT, watch).unwrap();
        assert!(open(&file, &key).is_ok());
    };
    let (mut of_ours, mut of_tool, mut of_floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        of_ours.push(timed(ours).0);
        table.initialise("1");
        let (time, said) =
            timed(|| table.run("sc-hsm-tool", &["--import-dkek-share", "dkek.pbe", "--password", PASSWORD]));
        assert!(said.contains("DKEK share imported"), "{said}");
        of_tool.push(time);
        of_floor.push(timed(|| black_box(floor(3 * Rounds::PRODUCT.0))).0);
    }
    drop(card);
    table.wait_for(0, false);
    let [ours, tool, floor] = [of_ours, of_tool, of_floor].map(median);
    [
        Row::times("opening a share file, against `sc-hsm-tool --import-dkek-share`", ours, tool, "faster ×", "≥ 2.5"),
        Row {
            ratio: format!("time × {:.2}", ours.as_secs_f64() / floor.as_secs_f64()),
            ..Row::times("the same, against 30,000,000 MD5 compressions in a row", ours, floor, "", "≤ 1.25")
        },
    ]
}

/// This many compressions, each of the previous result.
fn floor(count: u32) -> [u32; 4] {
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let block = [black_box(0x42); 64];
    for _ in 0..count {
        transform(&mut state, &block);
    }
    state
}
