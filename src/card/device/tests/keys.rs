//! Keys: generated, listed, wrapped, used.

use super::*;

#[test]
fn generates_every_kind_of_key_as_opensc_does() {
    let kinds = [
        ("rsa-2048", KeyType::Rsa(2048)),
        ("rsa-4096", KeyType::Rsa(4096)),
        ("ec-prime256v1", KeyType::Ec(Curve::P256)),
        ("ec-secp384r1", KeyType::Ec(Curve::P384)),
        ("ec-secp521r1", KeyType::Ec(Curve::P521)),
        ("ec-brainpoolP256r1", KeyType::Ec(Curve::BrainpoolP256r1)),
        ("ec-brainpoolP384r1", KeyType::Ec(Curve::BrainpoolP384r1)),
        ("ec-brainpoolP512r1", KeyType::Ec(Curve::BrainpoolP512r1)),
        ("ec-secp256k1", KeyType::Ec(Curve::Secp256k1)),
    ];
    for (name, key_type) in kinds {
        let (mut device, script) = opened();
        let (command, response) = recorded(&format!("pkcs11-tool-keypairgen-{name}"), "0046");
        let reference = reference(hex(&command)[2]);
        script.then(&[(command, response.clone())]);
        let request = device.generate(reference, key_type).unwrap();
        assert_eq!(format!("{}9000", hex_of(&request)), response, "{name}");
        script.assert_done();
    }
}

#[test]
fn describes_keys_with_the_bytes_opensc_writes() {
    let kinds = ["rsa-2048", "rsa-4096", "ec-prime256v1", "ec-secp521r1", "ec-brainpoolP512r1", "ec-secp256k1"];
    for name in kinds {
        let trace = trace(&format!("pkcs11-tool-keypairgen-{name}"));
        let at = trace.iter().rposition(|(command, _)| command.starts_with("00A4000002C4")).unwrap();
        let number = hex(&trace[at].0)[6];
        let recorded = trace[at + 1].0.replacen("00D70000", &format!("00D7C4{number:02X}"), 1);
        let description = KeyDescription::decode(&hex(&recorded)[11..]).unwrap();
        let (mut device, script) = opened();
        script.then(&[
            (format!("00E4020002C4{number:02X}"), "6A82"),
            (format!("00D7C4{number:02X}06540200005300"), "9000"),
            (recorded, "9000"),
        ]);
        assert_eq!(device.describe(reference(number), &description), Ok(()), "{name}");
        script.assert_done();
    }
}

#[test]
fn a_description_has_the_current_reference_of_its_key() {
    let bytes = hex("302B30110C087273612D726F6F74030206C0040101300A04011003020470020101A10A30083002040002020800");
    let description = KeyDescription::decode(&bytes).unwrap();
    assert_eq!(description.reference, Some(1));
    let (mut device, script) = opened();
    script.then(&[
        ("00E4020002C409", "9000"),
        ("00D7C40906540200005300", "9000"),
        (
            "00D7C4093354020000532D302B30110C087273612D726F6F74030206C0040101300A04011003020470020109A10A30083002040002020800",
            "9000",
        ),
    ]);
    assert_eq!(device.describe(reference(9), &description), Ok(()));
    script.assert_done();
    let other = KeyDescription { key_type: DescribedType::Other, ..description };
    let what = CardError::Malformed { operation: Operation::WriteFile, what: "description-key-type", heard: None };
    assert_eq!(device.describe(reference(9), &other), Err(what));
}

#[test]
fn lists_keys_in_order_even_with_bad_descriptions() {
    let (mut device, script) = opened();
    script.then(&[recorded("pkcs11-tool-init-pin-by-so", "8058")]);
    let rsa = hex("302B30110C087273612D726F6F74030206C0040101300A04011003020470020101A10A30083002040002020800");
    script.then(&reading(0xC401, &rsa));
    script.then(&reading(0xC402, &hex("302B3011FFFF")));
    script.then(&[("00B1C414045402000000", "6A82")]);
    let keys = device.keys().unwrap();
    script.assert_done();
    let numbers: Vec<_> = keys.iter().map(|key| key.reference.get()).collect();
    assert_eq!(numbers, [1, 2, 20], "CC00 is not ours");
    let description = keys[0].description.as_ref().unwrap();
    assert_eq!((description.label.as_str(), &description.id[..]), ("rsa-root", &[0x10][..]));
    assert_eq!(description.key_type, DescribedType::Rsa { bits: 2048 });
    assert_eq!(keys[0].description_bytes, rsa);
    assert!(keys[1].description.is_none() && keys[1].description_bytes.len() == 6);
    assert!(keys[2].description.is_none() && keys[2].description_bytes.is_empty());

    // A device that vanishes is not a malformed description.
    script.then(&[("80580000000000", "CC00CC019000")]);
    script.then_fails("00B1C401045402000000", TransportError::CutOff);
    assert_eq!(device.keys(), Err(CardError::Transport(TransportError::CutOff)));
    script.then(&[("80580000000000", "CC01C49000")]);
    let heard = Heard { status: Status::Done, length: 3, begins: vec![0xCC, 0x01, 0xC4] };
    let what = CardError::Malformed { operation: Operation::List, what: "list-odd-length", heard: Some(heard) };
    assert_eq!(device.list(), Err(what));
}

#[test]
fn a_list_without_the_device_s_own_key_is_none_once_it_was_listed() {
    let (mut device, script) = opened();
    script.then(&[("80580000000000", "9000")]);
    assert_eq!(device.list(), Ok(Vec::new()));
    script.then(&[("80580000000000", "CC00CC019000")]);
    assert_eq!(device.list().unwrap().len(), 2);
    script.then(&[("80580000000000", "9000")]);
    let heard = Heard { status: Status::Done, length: 0, begins: Vec::new() };
    let what = CardError::Malformed { operation: Operation::List, what: "list-without-own-key", heard: Some(heard) };
    assert_eq!(device.list(), Err(what));
    script.then(&[("80580000000000", "CC009000")]);
    assert_eq!(device.list().unwrap().len(), 1);
}

#[test]
fn deletes_a_key_with_its_description_and_request() {
    let (mut device, script) = opened();
    let [key, description] = ["00E4020002CC", "00E4020002C4"].map(|c| recorded("pkcs11-tool-delete-object-privkey", c));
    script.then(&[key, description]);
    script.then(&[("00E4020002CE03", "6A82")]);
    assert_eq!(device.delete_key(reference(3)), Ok(true));
    script.then(&[("00E4020002CC04", "6A82"), ("00E4020002C404", "6A82"), ("00E4020002CE04", "9000")]);
    assert_eq!(device.delete_key(reference(4)), Ok(false));
    script.assert_done();
}

#[test]
fn wraps_as_sc_hsm_tool_does() {
    for name in ["ec-p256", "ec-brainpoolP256r1", "rsa2048", "rsa4096", "missing"] {
        let (mut device, script) = opened();
        let (command, response) = recorded(&format!("sc-hsm-tool-wrap-key-{name}"), "8072");
        let reference = reference(hex(&command)[2]);
        script.then(&[(command, response.clone())]);
        match device.wrap(reference) {
            Ok(blob) => assert_eq!(format!("{}9000", hex_of(&blob)), response),
            Err(error) => assert_eq!((name, error.refusal().map(|s| s.to_string())), ("missing", Some(response))),
        }
        script.assert_done();
    }
}

#[test]
fn unwraps_in_the_command_as_sc_hsm_tool_does() {
    for name in ["new", "force", "wrong-dkek"] {
        let (mut device, script) = opened();
        let (command, response) = recorded(&format!("sc-hsm-tool-unwrap-key-{name}"), "8074");
        let bytes = hex(&command);
        script.then(&[(command, response)]);
        let expected = if name == "wrong-dkek" { refused(Operation::Unwrap, 0x6400) } else { Ok(()) };
        assert_eq!(device.unwrap(reference(bytes[2]), &bytes[7..]), expected, "{name}");
        script.assert_done();
    }
}

#[test]
fn a_key_too_large_for_many_devices_goes_through_the_file_and_in_one_piece_only_as_a_last_resort() {
    let (command, _) = recorded("sc-hsm-tool-unwrap-key-rsa4096", "8074");
    let bytes = hex(&command);
    let (number, blob) = (bytes[2], &bytes[7..]);
    assert_eq!(bytes.len(), 1106);
    let begin = [("00E40200022F10", "6A82"), ("00D72F1006540200005300", "9000")];
    let pieces: Vec<_> = (blob.chunks(248).enumerate())
        .map(|(place, piece)| {
            let (length, offset) = (piece.len(), place * 248);
            let form = if length < 0x80 { String::new() } else { "81".to_owned() };
            let lc = 6 + form.len() / 2 + length;
            (format!("00D72F10{lc:02X}5402{offset:04X}53{form}{length:02X}{}", hex_of(piece)), "9000".to_owned())
        })
        .collect();
    let (unwrap, tidy) = (format!("8074{number:02X}93"), ("00E40200022F10", "9000"));

    let (mut device, script) = opened();
    script.then(&begin);
    script.then(&pieces);
    script.then(&[(unwrap.as_str(), "9000"), tidy]);
    assert_eq!(device.unwrap(reference(number), blob), Ok(()));
    script.assert_done();

    // A different DKEK is no reason to try the other way.
    let (mut device, script) = opened();
    script.then(&begin);
    script.then(&pieces);
    script.then(&[(unwrap.as_str(), "6A80"), tidy]);
    assert_eq!(device.unwrap(reference(number), blob), refused(Operation::Unwrap, 0x6A80));
    script.assert_done();

    for no_file in ["6700", "6A82", "6A88", "6D00"] {
        let (mut device, script) = opened();
        script.then(&begin);
        script.then(&pieces);
        script.then(&[(unwrap.as_str(), no_file), tidy, (command.as_str(), "9000")]);
        assert_eq!(device.unwrap(reference(number), blob), Ok(()), "{no_file}");
        script.assert_done();
    }
    // A device without that file may refuse to write it with any status word.
    let (mut device, script) = opened();
    script.then(&[begin[0], (begin[1].0, "6982"), (command.as_str(), "9000")]);
    assert_eq!(device.unwrap(reference(number), blob), Ok(()));
    script.assert_done();
}

#[test]
fn unwraps_through_the_file_if_the_command_cannot_carry_the_key() {
    let blob = [0xB1; 300];
    let (first, second) = (hex_of(&blob[..248]), hex_of(&blob[248..]));
    let in_command = format!("8074099300012C{first}{second}");
    let pieces =
        [(format!("00D72F10FF540200005381F8{first}"), "9000"), (format!("00D72F103A540200F85334{second}"), "9000")];
    let begin = [("00E40200022F10", "6982"), ("00D72F1006540200005300", "9000")];
    let tidy = ("00E40200022F10", "9000");

    // Too large for the transport: never sent in one piece.
    let (mut device, script) = opened_small(261);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "9000"), tidy]);
    assert_eq!(device.unwrap(reference(9), &blob), Ok(()));
    script.assert_done();

    // The form is refused, although the transport carried it.
    let (mut device, script) = opened();
    script.then(&[(in_command.as_str(), "6700")]);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "6A80"), tidy]);
    assert_eq!(device.unwrap(reference(9), &blob), refused(Operation::Unwrap, 0x6A80));
    script.assert_done();

    // Both forms are refused: the first answer is reported.
    let (mut device, script) = opened();
    script.then(&[(in_command.as_str(), "6700")]);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "6D00"), tidy]);
    assert_eq!(device.unwrap(reference(9), &blob), refused(Operation::Unwrap, 0x6700));
    script.assert_done();

    // An old device behind a small reader: only chained blocks are left.
    let (mut device, script) = opened_small(261);
    script.then(&begin);
    script.then(&pieces);
    script.then(&[("80740993", "6700"), tidy]);
    script.then(&[
        (format!("90740993FF{}", hex_of(&blob[..255])), "9000"),
        (format!("807409932D{}", hex_of(&blob[255..])), "9000"),
    ]);
    assert_eq!(device.unwrap(reference(9), &blob), Ok(()));
    script.assert_done();

    // A lost answer is never followed by a second attempt.
    let (mut device, script) = opened();
    script.then_fails(&in_command, TransportError::CutOff);
    assert_eq!(device.unwrap(reference(9), &blob), Err(CardError::Transport(TransportError::CutOff)));
    script.assert_done();
}

#[test]
fn signs_as_opensc_does() {
    let (mut device, script) = opened();
    let (command, response) = recorded("pkcs11-tool-sign-sha256-rsa-pkcs", "80680120");
    let bytes = hex(&command);
    let digest = bytes[bytes.len() - 34..bytes.len() - 2].try_into().unwrap();
    script.then(&[(command, response.clone())]);
    let signs = |device: &mut Device, number, algorithm: SigningAlgorithm, key_type, digest: &[u8; 32]| {
        device.sign_input(reference(number), key_type, algorithm, &algorithm.input(key_type, &[], digest))
    };
    let (rsa, p256) = (KeyType::Rsa(2048), KeyType::Ec(Curve::P256));
    let signature = signs(&mut device, 1, SigningAlgorithm::RsaRaw, rsa, &digest).unwrap();
    assert_eq!(format!("{}9000", hex_of(&signature)), response);

    let (command, response) = recorded("pkcs11-tool-sign-ecdsa", "80680270");
    let digest = hex(&command)[7..39].try_into().unwrap();
    script.then(&[(command.clone(), response.clone())]);
    let signature = signs(&mut device, 2, SigningAlgorithm::Ecdsa, p256, &digest).unwrap();
    assert_eq!(signature[..32], hex(&response)[4..36]);
    assert_eq!(signature[32..], hex(&response)[39..71], "the zero in front of s is no part of it");
    let (_, generated) = recorded("pkcs11-tool-keypairgen-ec-prime256v1", "0046");
    let request = crate::card::cvc::AuthenticatedRequest::parse(&hex(&generated)).unwrap();
    let verdict = crate::card::verify::verify_digest(&request.public_key().unwrap(), &digest, &signature);
    assert_eq!(verdict, crate::card::verify::Verdict::Good);

    for (answer, what) in [
        ("9000", "tlv-missing"),
        ("30030201019000", "tlv-missing"),
        ("300602010102010199999000", "tlv-trailing"),
        ("300502010102019000", "tlv-truncated"),
    ] {
        script.then(&[(command.as_str(), answer)]);
        let (begins, _) = answer.split_at(answer.len() - 4);
        let heard = Heard { status: Status::Done, length: begins.len() / 2, begins: hex(begins) };
        let error = CardError::Malformed { operation: Operation::Sign, what, heard: Some(heard) };
        assert_eq!(signs(&mut device, 2, SigningAlgorithm::Ecdsa, p256, &digest), Err(error));
    }
    script.assert_done();
}

#[test]
fn a_restricted_key_signs_with_what_its_list_allows() {
    let (rsa, p256) = (KeyType::Rsa(2048), KeyType::Ec(Curve::P256));
    for (key_type, list, algorithm) in [
        (rsa, &[][..], Some(SigningAlgorithm::RsaRaw)),
        (rsa, &[0x33, 0x92], Some(SigningAlgorithm::RsaSha256)),
        (rsa, &[0x92, 0x30], Some(SigningAlgorithm::RsaPadded)),
        (rsa, &[0x21, 0x92], None),
        (p256, &[], Some(SigningAlgorithm::Ecdsa)),
        (p256, &[0x73, 0x92], Some(SigningAlgorithm::EcdsaSha256)),
        (p256, &[0x71, 0x75, 0x80], None),
        (KeyType::Aes(Some(256)), &[], None),
        (KeyType::EcUnstated(None), &[], None),
    ] {
        assert_eq!(SigningAlgorithm::allowed(key_type, list), algorithm, "{key_type} {list:02X?}");
    }
    assert_eq!(SigningAlgorithm::EcdsaSha256.input(p256, b"message", &[1; 32]), b"message");
    assert_eq!(SigningAlgorithm::RsaPadded.input(rsa, b"message", &[1; 32]).len(), 51);
}

proptest! {
    #[test]
    fn a_truncated_request_is_malformed(at in any::<prop::sample::Index>()) {
        let (command, response) = recorded("pkcs11-tool-keypairgen-ec-secp384r1", "0046");
        let bytes = hex(&response);
        let cut = hex_of(&bytes[..at.index(bytes.len() - 2)]) + "9000";
        let (mut device, script) = opened();
        script.then(&[(command, cut)]);
        let answer = device.generate(reference(1), KeyType::Ec(Curve::P384));
        let is_malformed = matches!(answer, Err(CardError::Malformed { operation: Operation::Generate, .. }));
        prop_assert!(is_malformed, "{answer:?}");
    }
}
