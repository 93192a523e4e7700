//! Looks for bytes in the memory of another process, contiguous or spread out.
//!
//! Spread out, because a screen's cells and a ring of key events keep one character every so many bytes.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

/// The widest spread that is searched, in bytes from one character to the next.
const WIDEST: usize = 96;

/// What is looked for: bytes, some of which may be anything.
pub struct Needle {
    /// Its name in reports.
    pub name: &'static str,
    places: Vec<(usize, u8)>,
    /// The widest spread that is searched.
    widest: usize,
    /// Not as a part of a time of day.
    but_in_times: bool,
}

impl Needle {
    /// All of the bytes.
    pub fn exact(name: &'static str, bytes: &[u8]) -> Self {
        Self { name, places: bytes.iter().copied().enumerate().collect(), widest: WIDEST, but_in_times: false }
    }

    /// The bytes except spaces, in whose place anything may be.
    pub fn spaced(name: &'static str, bytes: &[u8]) -> Self {
        let places = bytes.iter().copied().enumerate().filter(|(_, byte)| *byte != b' ').collect();
        Self { name, places, widest: WIDEST, but_in_times: false }
    }

    /// Every form in which a share value could be in memory.
    pub fn share_value(value: &str) -> Vec<Self> {
        let groups: Vec<&str> = value.split(':').collect();
        let mut raw: Vec<u8> = groups.iter().map(|group| u8::from_str_radix(group, 16).unwrap()).collect();
        let mut needles = vec![
            Self::exact("with colons", value.as_bytes()),
            Self::exact("without colons", groups.concat().as_bytes()),
            Self::exact("in upper case", groups.concat().to_uppercase().as_bytes()),
            Self::spaced("as it is shown", groups.join(" : ").as_bytes()),
            Self::exact("raw", &raw),
        ];
        raw.reverse();
        needles.push(Self::exact("raw, least byte first", &raw));
        needles
    }

    /// Check bytes as text. So few characters occur by chance spread out in any large memory, and, if they are decimal, in the
    /// hundreds of times that stand in the record.
    pub fn check_bytes(check: &str) -> Self {
        Self { widest: 1, but_in_times: true, ..Self::exact("check bytes", check.as_bytes()) }
    }

    /// Check bytes as shown on the screen, with their label.
    pub fn shown_check_bytes(check: &str) -> Self {
        let shown = format!("Check bytes   {}", check.replace(':', " : "));
        Self::spaced("check bytes as shown", shown.as_bytes())
    }
}

/// One find.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Find {
    /// Which needle.
    pub name: &'static str,
    /// From one byte to the next.
    pub stride: usize,
    /// In which region of memory.
    pub region: String,
}

/// Searches all memory that the process can write to.
///
/// # Errors
/// If the memory cannot be read: the process is not dumpable, so that takes root.
pub fn scan(pid: u32, needles: &[Needle]) -> io::Result<Vec<Find>> {
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let mut finds = Vec::new();
    let mut looked_at = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let name = words.nth(3).unwrap_or("anonymous");
        if !rights.starts_with("rw") || name.starts_with("[v") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|number| u64::from_str_radix(number, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // a region may have disappeared since it was listed; then what was read of it counts
        let Ok(length) = memory.read_at(&mut bytes, from) else { continue };
        looked_at += length;
        look(&bytes[..length], needles, name, &mut finds);
    }
    if looked_at == 0 {
        return Err(io::Error::other("no memory could be read"));
    }
    Ok(finds)
}

fn look(bytes: &[u8], needles: &[Needle], region: &str, finds: &mut Vec<Find>) {
    // By first byte, so that memory is gone through once for all of them.
    let mut beginning: Vec<Vec<&Needle>> = vec![Vec::new(); 256];
    for needle in needles {
        beginning[usize::from(needle.places[0].1)].push(needle);
    }
    let begins: Vec<bool> = beginning.iter().map(|with| !with.is_empty()).collect();
    for (page, content) in bytes.chunks(4096).enumerate() {
        // most of a process is zeros
        if content.iter().all(|byte| *byte == 0) {
            continue;
        }
        for (place, first) in content.iter().enumerate() {
            if !begins[usize::from(*first)] {
                continue;
            }
            let at = page * 4096 + place;
            for needle in &beginning[usize::from(*first)] {
                if needle.but_in_times && is_in_a_time(bytes, at) {
                    continue;
                }
                let here = |stride: usize| {
                    needle.places.iter().all(|(offset, byte)| bytes.get(at + offset * stride) == Some(byte))
                };
                finds.extend((1..=needle.widest).filter(|stride| here(*stride)).map(|stride| Find {
                    name: needle.name,
                    stride,
                    region: region.to_owned(),
                }));
            }
        }
    }
}

/// Whether five bytes are hours and minutes, or minutes and seconds, of a time like 08:05:30.
fn is_in_a_time(bytes: &[u8], at: usize) -> bool {
    [Some(at), at.checked_sub(3)].into_iter().flatten().any(|from| {
        let time = bytes.get(from..from + 8).unwrap_or_default();
        time.len() == 8
            && (0..8).all(|place| if place % 3 == 2 { time[place] == b':' } else { time[place].is_ascii_digit() })
    })
}

#[test]
fn the_scanner_sees_what_is_spread_out() {
    let mut bytes = vec![7; 3 * 4096];
    for (place, byte) in b"a3:0f".iter().enumerate() {
        bytes[4090 + place * 24] = *byte;
    }
    let needles =
        [Needle::exact("all", b"a3:0f"), Needle::spaced("with a gap", b"a :"), Needle::exact("another", b"a3-")];
    let mut finds = Vec::new();
    look(&bytes, &needles, "region", &mut finds);
    let find = |name| Find { name, stride: 24, region: "region".to_owned() };
    finds.sort();
    assert_eq!(finds, [find("all"), find("with a gap")]);
}

#[test]
fn check_bytes_are_not_seen_in_times_and_are_seen_everywhere_else() {
    let found = |check: &str, memory: &[u8]| {
        let mut finds = Vec::new();
        look(memory, &[Needle::check_bytes(check)], "region", &mut finds);
        finds.len()
    };
    assert_eq!(found("05:30", b"at 2026-11-28T08:05:30Z and 05:30:59"), 0);
    assert_eq!(found("05:30", b"05:30, :05:30, 5:05:30 and 05:30:5"), 4);
    assert_eq!(found("a3:0f", b"a3:0f:77:12 and 77:a3:0f and \0a3:0fe"), 3);
}
