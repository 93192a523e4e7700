//! Text typed into all kinds of fields.

use super::*;
use crate::faults;
use crate::secret::WipingBytes;
use crate::terms::{DkekShareNumber, Serial};
use crate::vault::Vault;

fn check_text(kind: &FieldKind, text: &str) -> FieldCheck {
    let mut vault = Vault::new();
    for byte in text.bytes() {
        let _ = vault.typing(FieldName::Note).push(byte);
    }
    check(kind, FieldName::Note, &vault)
}

fn fault(check: FieldCheck) -> &'static str {
    match check {
        FieldCheck::Wrong { fault, .. } => fault.name.word(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_share_is_checked_while_it_is_typed() {
    let value = FieldKind::ShareValue;
    assert_eq!(check_text(&value, "4c:40:1b"), FieldCheck::Typing { done: 3, all: 8 });
    assert_eq!(check_text(&value, "4C401be2 94:7a 18 0b"), FieldCheck::Complete);
    assert_eq!(fault(check_text(&value, "4c:4o")), "entry-not-hex");
    assert_eq!(fault(check_text(&value, "4c:40:1b:e2:94:7a:18:0b:0")), "entry-too-long");
    assert_eq!(fault(check_text(&value, "4c:4:1b")), "entry-odd");
    let prime = FieldKind::Prime { expected: Some("cf:f2:6c:cf:af:f0:1d:63".into()) };
    assert_eq!(check_text(&prime, "CFf26c"), FieldCheck::Typing { done: 3, all: 8 });
    let differs = check_text(&prime, "cf:f2:7");
    assert_eq!(differs, FieldCheck::wrong_at(faults::PrimeDiffers { group: 3 }, 3));
    assert_eq!(check_text(&prime, "cf:f2:6c:cf:af:f0:1d:63"), FieldCheck::Good);
    assert_eq!(fault(check_text(&FieldKind::Prime { expected: None }, "cf:f2:6c:cf:af:f0:1d:64")), "prime-not-prime");
}

#[test]
fn ids_of_a_set_made_elsewhere_are_typed_as_written_down() {
    let id = FieldKind::ShareId { taken: vec![vec![3]], share: DkekShareNumber::FIRST };
    assert_eq!(check_text(&id, "12"), FieldCheck::Good);
    assert_eq!(check_text(&id, "C"), FieldCheck::Good, "as sc-hsm-tool expects 12");
    assert_eq!(fault(check_text(&id, "3")), "id-taken");
    assert_eq!(fault(check_text(&id, "1.0")), "id-not-number");
}

#[test]
fn an_id_of_a_set_made_elsewhere_is_taken_only_if_no_reading_is_left() {
    let typed = |taken: &[&[u8]], text| {
        let taken = taken.iter().map(|ids| ids.to_vec()).collect();
        check_text(&FieldKind::ShareId { taken, share: DkekShareNumber::FIRST }, text)
    };
    assert_eq!(typed(&[&[10, 16]], "10"), FieldCheck::Good, "one of them is share 16");
    assert_eq!(typed(&[&[10, 16]], "a"), FieldCheck::Good);
    assert_eq!(fault(typed(&[&[10, 16], &[10, 16]], "10")), "id-taken");
    assert_eq!(fault(typed(&[&[10, 16], &[10]], "10")), "id-taken");
    assert_eq!(fault(typed(&[&[3]], "03")), "id-taken");
}

#[test]
fn a_new_pin_is_none_of_the_other_pins_of_its_device_in_neither_reading() {
    let checked = |kind: &FieldKind, typed: &str, handle: Handle, held: &str| {
        let mut vault = Vault::new();
        vault.keep(handle, WipingBytes::from_slice(held.as_bytes()));
        for byte in typed.bytes() {
            let _ = vault.typing(FieldName::Note).push(byte);
        }
        check(kind, FieldName::Note, &vault)
    };
    // "83016274" as bytes.
    let so_pin = "3833303136323734";
    for kind in [FieldKind::NewUserPin { tries: 3 }, FieldKind::NextUserPin { tries: 3 }] {
        for handle in [Handle::SoPin, Handle::NewSoPin] {
            for typed in ["83016274", "830162"] {
                assert_eq!(fault(checked(&kind, typed, handle, so_pin)), "pin-is-so-pin", "{typed}");
            }
            for typed in ["016274", "830163", "830162745"] {
                assert_eq!(checked(&kind, typed, handle, so_pin), FieldCheck::Good, "{typed}");
            }
        }
    }
    let kind = FieldKind::NewSoPin;
    assert_eq!(fault(checked(&kind, so_pin, Handle::UserPin, "83016274")), "pin-is-user-pin");
    assert_eq!(checked(&kind, so_pin, Handle::UserPin, "83016275"), FieldCheck::Good);
}

#[test]
fn pins_words_and_references_have_their_rules() {
    assert_eq!(fault(check_text(&FieldKind::NewUserPin { tries: 10 }, "271828")), "pin-user-tries");
    assert_eq!(fault(check_text(&FieldKind::NewUserPin { tries: 3 }, "648219")), "pin-published");
    assert_eq!(fault(check_text(&FieldKind::UserPin, "1234567890123456")), "pin-user-length");
    assert_eq!(fault(check_text(&FieldKind::NewUserPin { tries: 3 }, "111111")), "pin-repeats");
    assert_eq!(fault(check_text(&FieldKind::NewUserPin { tries: 3 }, "123456")), "pin-run");
    assert_eq!(fault(check_text(&FieldKind::NewSoPin, "3537363231383830")), "pin-published");
    assert_eq!(fault(check_text(&FieldKind::NewSoPin, "0000000000000000")), "pin-repeats");
    assert_eq!(fault(check_text(&FieldKind::NewSoPin, "0123456789abcdef")), "pin-run");
    // One that a device already has is taken as it is: people must be able to log in, and to change it.
    assert_eq!(check_text(&FieldKind::UserPin, "123456"), FieldCheck::Good);
    assert_eq!(check_text(&FieldKind::SoPin { chosen_here: false }, "0000000000000000"), FieldCheck::Good);
    assert_eq!(fault(check_text(&FieldKind::SoPin { chosen_here: false }, "xyz")), "so-pin-alphabet");
    assert_eq!(
        check_text(&FieldKind::SoPin { chosen_here: false }, "35373632"),
        FieldCheck::Typing { done: 8, all: 16 }
    );
    let serial = FieldKind::Serial(Serial::new("REH0000001").unwrap());
    assert_eq!(check_text(&serial, "REH0"), FieldCheck::Typing { done: 4, all: 10 });
    assert_eq!(fault(check_text(&serial, "REH0000002")), "serial-not-this");
    let reference = FieldKind::KeyReference { taken: vec![4], planned: 10 };
    assert_eq!(check_text(&reference, ""), FieldCheck::Good);
    assert_eq!(fault(check_text(&reference, "4")), "key-reference-taken");
    for text in ["0", "256", "0x10", "-1", "1000"] {
        assert_eq!(fault(check_text(&reference, text)), "key-reference-form", "{text}");
    }
}

#[test]
fn no_secret_field_reveals_its_text() {
    let mut vault = Vault::new();
    let _ = vault.typing(FieldName::Note).push(b'1');
    let secrets = [
        FieldKind::Prime { expected: None },
        FieldKind::ShareId { taken: Vec::new(), share: DkekShareNumber::FIRST },
        FieldKind::ShareValue,
        FieldKind::UserPin,
        FieldKind::NewUserPin { tries: 3 },
        FieldKind::SoPin { chosen_here: false },
        FieldKind::NewSoPin,
        FieldKind::Again(FieldName::Note),
    ];
    assert!(secrets.iter().all(|kind| open_text(kind, FieldName::Note, &vault).is_none()));
    assert_eq!(open_text(&FieldKind::Bag { taken: vec![] }, FieldName::Note, &vault).as_deref(), Some("1"));
}
