//! Files on the card, and its state file.

use super::*;

#[test]
fn a_state_file_restores_the_card() {
    let mut card = ready(field(wrapped("rsa-2048"), "dkek"));
    for (reference, name) in [(1, "rsa-2048"), (2, "ec-prime256v1"), (3, "ec-brainpoolP256r1")] {
        assert_eq!(card.send_bytes(&unwrap_command(reference, &hex(field(wrapped(name), "blob")))).1, 0x9000);
    }
    card.expect("00D72F03 0C 54020000 5306 616263646566".replace(' ', "").as_str(), 0x9000);
    card.expect(SELECT, 0x9000);
    card.expect("0020008106313131313131", 0x63C2);
    card.faults.empty_coefficient = true;
    let json = card.to_json();
    let (first, notice) = json.as_object().unwrap().iter().next().unwrap();
    assert!(first == "notice" && notice.as_str().unwrap().contains("Rehearsal only"));
    let back = SoftCard::from_json(&serde_json::from_str(&json.to_string()).unwrap()).ok().unwrap();
    assert!(back.state == card.state && back.faults == card.faults);
    assert_eq!(back.to_json(), json);

    let mut fork = back.clone();
    fork.expect(SELECT, 0x9000);
    fork.expect("00200081", 0x63C2);
    fork.expect(VERIFY, 0x9000);
    assert!(fork.state != back.state, "a fork goes its own way");
    assert_eq!(SoftCard::from_json(&Value::Null).err(), Some(StateError::OtherFormat));
    let mut broken = json.clone();
    broken["keys"]["01"]["p"] = Value::String("10".into());
    assert_eq!(SoftCard::from_json(&broken).err(), Some(StateError::Field("keys")));
}

#[test]
fn files_are_written_read_and_deleted() {
    let mut card = ready(&"11".repeat(32));
    card.expect("00D7C40106540200005300", 0x9000);
    card.expect("00D700000A54020000530461626364", 0x9000);
    card.expect("00D700000A54020002530478797A7A", 0x9000);
    assert_eq!(card.expect("00B1C401045402000006", 0x9000), b"abxyzz");
    assert_eq!(card.expect("00B1C40104540200040A", 0x6282), b"zz");
    assert_eq!(card.expect("00B1C401045402000600", 0x6282), b"");
    card.expect("00B1C401045402000700", 0x6B00);
    card.expect("00D7C4010A54020009530478797A7A", 0x6B00);
    card.expect("00D7CD01075402000053 01 61".replace(' ', "").as_str(), 0x9000);
    assert_eq!(card.expect("80580000000000", 0x9000), hex("CC00C401"));
    for fid in ["CC00", "2F02"] {
        card.expect(&format!("00E4020002{fid}"), 0x6982);
        card.expect(&format!("00D7{fid}06540200005300"), 0x6982);
    }
    card.expect("00E4020002C401", 0x9000);
    card.expect("00E4020002C401", 0x6A82);
    card.expect(SELECT, 0x9000);
    card.expect("00B1CD01045402000000", 0x6982);
    card.expect("00B12F02045402000010", 0x9000);
}
