//! Golden traces of OpenSC 0.23 against Pico HSM, replayed against the software card.
//!
//! Before each trace the card is brought into the state that the tool run assumed: anything the trace reads or uses
//! before writing it must have been there. Status words must be equal, and so must values, unless they are random; then
//! their shape must be equal. Every other difference is in `vectors/pico.json` with its reason.

use hsm_ceremony::softcard::{Faults, SoftCard};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SELECT: &str = "00A404000BE82B0601040181C31F020100";
const VERIFY: &str = "0020008106363438323139";

struct Exchange {
    command: String,
    data: Vec<u8>,
    status: String,
}

struct Trace {
    name: String,
    exchanges: Vec<Exchange>,
}

struct Difference {
    value: Value,
    used: bool,
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).unwrap()
}

fn shown(bytes: &[u8]) -> String {
    base16ct::upper::encode_string(bytes)
}

fn traces() -> Vec<Trace> {
    let mut paths: Vec<_> =
        std::fs::read_dir(vectors().join("apdu-traces")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let exchange = |entry: &Value| {
        let response = hex(entry["response"].as_str().unwrap());
        let (data, status) = response.split_at(response.len() - 2);
        let command = entry["command"].as_str().unwrap().to_uppercase();
        Exchange { command, data: data.to_vec(), status: shown(status) }
    };
    let trace = |path: &PathBuf| Trace {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        exchanges: json(path).as_array().unwrap().iter().map(exchange).collect(),
    };
    paths.iter().map(trace).collect()
}

fn send(card: &mut SoftCard, command: &str) -> (Vec<u8>, String) {
    let mut answer = card.execute(&hex(command));
    let status = answer.split_off(answer.len() - 2);
    (answer, shown(&status))
}

fn must(card: &mut SoftCard, command: &str) {
    assert_eq!(send(card, command).1, "9000", "preparing with {command}");
}

/// An extended command with data.
fn extended(header: &str, data: &str) -> String {
    format!("{header}00{:04X}{data}", data.len() / 2)
}

/// What must have been on the card before the trace started.
#[derive(Default)]
struct Before {
    keys: BTreeSet<u8>,
    files: BTreeMap<String, Vec<u8>>,
    shares: u8,
    missing: u8,
    check_value: Option<String>,
    tries: Option<u8>,
}

/// Files that belong to the device, not to what its users keep on it.
fn of_the_device(fid: &str) -> bool {
    fid.starts_with("2F") || fid == "C400" || fid == "CE00" || fid == "CC00"
}

fn before(trace: &Trace) -> Before {
    let mut state = Before { shares: 1, ..Before::default() };
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut selected = String::new();
    let mut asked_shares = false;
    for Exchange { command, data, status } in &trace.exchanges {
        let done = status == "9000";
        let key = |position: usize| u8::from_str_radix(&command[position..position + 2], 16).unwrap();
        match &command[..4] {
            "00A4" if command.starts_with("00A4000002") => {
                command[10..14].clone_into(&mut selected);
                if done && !made.contains(&selected) && !of_the_device(&selected) {
                    state.files.entry(selected.clone()).or_default();
                }
                if let Some(content) = state.files.get_mut(&selected).filter(|content| done && content.is_empty()) {
                    content.resize(usize::from(u16::from_be_bytes([data[4], data[5]])), 0);
                }
            }
            "00B1" if !made.contains(&selected) && !of_the_device(&selected) => {
                let offset = usize::from_str_radix(&command[14..18], 16).unwrap();
                let content = state.files.entry(selected.clone()).or_default();
                content.truncate(offset);
                content.extend(data);
            }
            "00D7" if done && &command[4..8] != "0000" => {
                made.insert(command[4..8].to_owned());
            }
            "00E4" if done => {
                let (kind, number) = (&command[10..12], &command[12..14]);
                if kind == "CC" {
                    state.keys.insert(key(12));
                    for described in ["C4", "CE"] {
                        state.files.entry(format!("{described}{number}")).or_default();
                    }
                }
            }
            "8058" => {
                let keys = data.chunks(2).filter(|fid| fid[0] == 0xCC && fid[1] != 0).map(|fid| fid[1]);
                state.keys.extend(keys.filter(|number| !made.contains(&format!("CC{number:02X}"))));
            }
            "0046" | "8074" if done => {
                for kind in ["CC", "C4", "CE"] {
                    made.insert(format!("{kind}{}", &command[4..6]));
                }
                if &command[..4] == "8074" {
                    state.check_value = Some(command[14..30].to_owned());
                }
            }
            "8072" if done => {
                state.check_value = Some(shown(&data[..8]));
                state.keys.insert(key(4));
            }
            "8052" if done && !asked_shares => {
                asked_shares = true;
                let imports = command.len() > 10;
                (state.shares, state.missing) = (data[0], data[1] + u8::from(imports));
            }
            "0020" if command == "00200081" && status.starts_with("63C") && state.tries.is_none() => {
                state.tries = Some(u8::from_str_radix(&status[3..], 16).unwrap());
            }
            _ => {}
        }
    }
    // A name that a trace opens by selecting it and a key it generates itself are not files from before.
    state.files.retain(|fid, _| fid.starts_with('C'));
    state
}

/// A card as the trace found it.
fn prepared(trace: &Trace, wrapped: &[Value]) -> SoftCard {
    let before = before(trace);
    let check_value = before.check_value.unwrap_or_else(|| {
        // A trace with a foreign blob must not find its DKEK here.
        if trace.name.ends_with("wrong-dkek") { "6A0929435008CD8C" } else { "0BC2711959226D21" }.to_owned()
    });
    let ours: Vec<_> =
        wrapped.iter().filter(|entry| entry["kcv"].as_str().unwrap().eq_ignore_ascii_case(&check_value)).collect();
    let dkek = ours[0]["dkek"].as_str().unwrap();

    let mut card = SoftCard::new("REH00000001").unwrap();
    must(&mut card, SELECT);
    must(&mut card, &format!("805000001C800200018106363438323139820835373632313838309101039201{:02X}", before.shares));
    for number in 0..before.shares - before.missing {
        let share = if number == 0 { dkek.to_owned() } else { "00".repeat(32) };
        must(&mut card, &format!("8052000020{share}00"));
    }
    must(&mut card, VERIFY);
    for number in &before.keys {
        let request = before.files.get(&format!("CE{number:02X}"));
        let of_request = |entry: &&&Value| {
            request.is_some_and(|request| !request.is_empty() && hex(entry["cert"].as_str().unwrap()) == *request)
        };
        // If the trace does not show which key it was, any key will do.
        let entry = ours.iter().find(of_request).unwrap_or(&ours[0]);
        must(&mut card, &extended(&format!("8074{number:02X}93"), entry["blob"].as_str().unwrap()));
    }
    for (fid, content) in &before.files {
        let data = format!("5402000053 82{:04X}{}", content.len(), shown(content)).replace(' ', "");
        must(&mut card, &extended(&format!("00D7{fid}"), &data));
    }
    if before.tries == Some(2) {
        assert_eq!(send(&mut card, "0020008106313131313131").1, "63C2");
    }
    card.reset();
    card
}

/// Answers that are random, or signed with random numbers: only their shape can be compared.
fn is_random(command: &str) -> bool {
    ["0084", "0046", "8072"].contains(&&command[..4]) || (command.starts_with("8068") && &command[6..8] != "20")
}

/// Whether two answers that differ each time have the same shape. A challenge has none, however much it may look like
/// TLV.
fn alike(command: &str, ours: &[u8], pico: &[u8]) -> bool {
    if command.starts_with("0084") { ours.len() == pico.len() } else { shape(ours) == shape(pico) }
}

/// Tags and lengths of everything that is TLV; DER integers (of a signature) may differ in length by a few bytes.
fn shape(bytes: &[u8]) -> String {
    let Some(objects) = objects(bytes) else { return format!("{} bytes", bytes.len()) };
    let one = |(tag, value): &(Vec<u8>, &[u8])| match tag[0] {
        0x30 => format!("30 {{ {} }} ", shape(value)),
        0x02 => "integer ".to_owned(),
        lead if lead & 0x20 != 0 => format!("{} {} {{ {} }} ", shown(tag), value.len(), shape(value)),
        _ => format!("{} {} ", shown(tag), value.len()),
    };
    objects.iter().map(one).collect()
}

fn objects(mut bytes: &[u8]) -> Option<Vec<(Vec<u8>, &[u8])>> {
    let mut objects = Vec::new();
    while let [lead, rest @ ..] = bytes {
        let (tag, rest) =
            if lead & 0x1F == 0x1F { (vec![*lead, *rest.first()?], &rest[1..]) } else { (vec![*lead], rest) };
        let (length, rest) = match rest {
            [length @ 0..=0x7F, rest @ ..] | [0x81, length, rest @ ..] => (usize::from(*length), rest),
            [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        objects.push((tag, value));
        bytes = rest;
    }
    Some(objects)
}

fn matches(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}

/// What the list of differences says about the data.
fn data_agrees(rule: &str, pico: &[u8], ours: &[u8]) -> bool {
    let identifiers = |bytes: &[u8]| {
        let listed = bytes.chunks(2).filter(|fid| **fid != [0xC4, 0x00] && fid[0] != 0xCA).map(<[u8]>::to_vec);
        listed.collect::<BTreeSet<_>>()
    };
    match rule {
        "equal" => pico == ours,
        "none" => ours.is_empty(),
        "differs" => !ours.is_empty() && pico != ours,
        "first 2 bytes equal" => pico.len() == ours.len() && pico[..2] == ours[..2],
        "begins with Pico's" => ours.len() > pico.len() && ours.starts_with(pico),
        "same identifiers but C400 and CAxx" => identifiers(pico) == identifiers(ours),
        other => panic!("no rule for data: {other}"),
    }
}

/// Replays one trace; returns whatever was neither equal nor listed.
fn replay(trace: &Trace, card: &mut SoftCard, differences: &mut [Difference]) -> Vec<String> {
    let mut surprises = Vec::new();
    let mut selected = String::new();
    for (index, exchange) in trace.exchanges.iter().enumerate() {
        let Exchange { command, data, status } = exchange;
        if command.starts_with("00A4") {
            selected = if command.starts_with("00A404") { String::new() } else { command[10..14].to_owned() };
        }
        let listed = |difference: &&mut Difference, ours: &str, data_rule: &dyn Fn(&str) -> bool| {
            let value = &difference.value;
            matches(value["traces"].as_str().unwrap(), &trace.name)
                && value.get("selected").is_none_or(|fid| *fid == *selected)
                && matches(value["command"].as_str().unwrap(), command)
                && value["pico"] == **status
                && value["ours"] == *ours
                && data_rule(value["data"].as_str().unwrap())
        };
        if let Some(difference) = differences.iter_mut().find(|entry| listed(entry, "not sent", &|_| true)) {
            difference.used = true;
            continue;
        }
        let (our_data, our_status) = send(card, command);
        let same =
            our_status == *status && (our_data == *data || (is_random(command) && alike(command, &our_data, data)));
        if same {
            continue;
        }
        let agrees = |rule: &str| data_agrees(rule, data, &our_data);
        let Some(difference) = differences.iter_mut().find(|entry| listed(entry, &our_status, &agrees)) else {
            surprises.push(format!(
                "{} #{index} {command}:\n  Pico {} {status}\n  ours {} {our_status}",
                trace.name,
                shown(data),
                shown(&our_data)
            ));
            continue;
        };
        difference.used = true;
        if let Some(then) = difference.value.get("then") {
            must(card, &then.as_str().unwrap().replace("{fid}", &selected));
        }
        if difference.value.get("ends").is_some() {
            break;
        }
    }
    surprises
}

/// The list of differences; if `played`, without those that the card plays on request.
fn differences(played: bool) -> Vec<Difference> {
    let listed = json(&vectors().join("pico.json"));
    let kept = |value: &&Value| !played || value.get("fault").is_none();
    listed
        .as_array()
        .unwrap()
        .iter()
        .filter(kept)
        .map(|value| Difference { value: value.clone(), used: false })
        .collect()
}

#[test]
fn golden_traces_replay() {
    let wrapped = json(&vectors().join("wrapped-keys.json"));
    let mut differences = differences(false);
    let traces = traces();
    assert_eq!(traces.len(), json(&vectors().join("apdu-traces-index.json")).as_object().unwrap().len());
    let mut surprises = Vec::new();
    for trace in &traces {
        let mut card = prepared(trace, wrapped.as_array().unwrap());
        surprises.extend(replay(trace, &mut card, &mut differences));
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    for difference in &differences {
        assert!(difference.used, "no trace shows this difference (any more): {}", difference.value);
        assert!(difference.value["reason"].as_str().unwrap().len() > 10);
    }
}

#[test]
fn played_differences_match_those_in_the_traces() {
    let wrapped = json(&vectors().join("wrapped-keys.json"));
    let mut differences = differences(true);
    // Generating RSA keys shows none of them and takes long.
    for trace in traces().iter().filter(|trace| !trace.name.contains("keypairgen-rsa")) {
        let mut card = prepared(trace, wrapped.as_array().unwrap());
        card.faults = Faults::PICO;
        let surprises = replay(trace, &mut card, &mut differences);
        assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    }
}
