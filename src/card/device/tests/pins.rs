//! PINs, initialisation and the DKEK.

use super::*;

/// That the answer to a question about the DKEK, with these data, makes no sense.
fn unclear(what: &'static str, data: &[u8]) -> Result<DkekState, CardError> {
    let heard = Heard { status: Status::Done, length: data.len(), begins: data.to_vec() };
    Err(CardError::Malformed { operation: Operation::DkekStatus, what, heard: Some(heard) })
}

#[test]
fn initialises_as_sc_hsm_tool_does() {
    for (name, so, shares) in [
        ("sc-hsm-tool-initialize", "3537363231383830", 1),
        ("sc-hsm-tool-initialize-label", "3537363231383830", 2),
        ("sc-hsm-tool-initialize-wrong-sopin", "0000000000000000", 1),
    ] {
        let (mut device, script) = opened();
        script.then(&[recorded(name, "8050")]);
        let (so_pin, user_pin) = (so_pin(so), user_pin("648219"));
        let settings = Initialise {
            so_pin: &so_pin,
            user_pin: &user_pin,
            user_pin_tries: 3,
            dkek_shares: Some(shares),
            pin_reset: PinReset::Set,
        };
        assert_eq!(device.initialise(&settings), Ok(PinAnswer::Accepted), "{name}");
        script.assert_done();
    }
}

#[test]
fn pin_reset_decides_the_options() {
    let (so_pin, user_pin) = (so_pin("3537363231383830"), user_pin("648219"));
    for (pin_reset, options) in [(PinReset::Off, "0000"), (PinReset::Unblock, "0021"), (PinReset::Set, "0001")] {
        let (mut device, script) = opened();
        let command = format!("805000001C8002{options}810636343832313982083537363231383830910103920100");
        script.then(&[(command.as_str(), "9000")]);
        let settings =
            Initialise { so_pin: &so_pin, user_pin: &user_pin, user_pin_tries: 3, dkek_shares: Some(0), pin_reset };
        assert_eq!(device.initialise(&settings), Ok(PinAnswer::Accepted));
        script.assert_done();
    }
}

#[test]
fn initialising_reports_what_happened_to_the_so_pin() {
    let (so_pin, user_pin) = (so_pin("3537363231383830"), user_pin("12345678"));
    let command = "805000001B800200008108313233343536373882083537363231383830910103";
    for (status, then, answer) in [
        ("63CE", None, Ok(PinAnswer::Wrong { tries_left: 14 })),
        ("63C0", None, Ok(PinAnswer::Blocked)),
        ("6983", None, Ok(PinAnswer::Blocked)),
        // Without an earlier count, it is unknown whether a try was lost.
        ("6985", Some("63C9"), refused(Operation::Initialise, 0x6985)),
        ("6986", Some("6983"), Ok(PinAnswer::Blocked)),
        ("6900", Some("6A88"), refused(Operation::Initialise, 0x6900)),
        ("6A80", Some("6A88"), refused(Operation::Initialise, 0x6A80)),
    ] {
        let (mut device, script) = opened();
        script.then(&[(command, status)]);
        if let Some(then) = then {
            script.then(&[("00200088", then)]);
        }
        let settings = Initialise {
            so_pin: &so_pin,
            user_pin: &user_pin,
            user_pin_tries: 3,
            dkek_shares: None,
            pin_reset: PinReset::Off,
        };
        assert_eq!(device.initialise(&settings), answer, "{status}");
        script.assert_done();
    }
}

#[test]
fn on_a_used_device_the_so_pin_is_wrong_only_if_a_try_was_lost() {
    let (so_pin, user_pin) = (so_pin("3537363231383830"), user_pin("12345678"));
    let settings = Initialise {
        so_pin: &so_pin,
        user_pin: &user_pin,
        user_pin_tries: 3,
        dkek_shares: None,
        pin_reset: PinReset::Off,
    };
    let command = "805000001B800200008108313233343536373882083537363231383830910103";
    // The status word with which a genuine device refuses is not known.
    for status in [0x63CE, 0x6300, 0x6A80, 0x6982, 0x6985, 0x6986, 0x6900, 0x6400, 0x6700] {
        for (then, answer) in [
            ("63CE", Ok(PinAnswer::Wrong { tries_left: 14 })),
            ("63CF", refused(Operation::Initialise, status)),
            ("6983", Ok(PinAnswer::Blocked)),
        ] {
            let (mut device, script) = opened();
            script.then(&[(command, format!("{status:04X}").as_str()), ("00200088", then)]);
            assert_eq!(device.initialise_again(&settings, 15), answer, "{status:04X} {then}");
            script.assert_done();
        }
    }
    let (mut device, script) = opened();
    script.then(&[(command, "9000")]);
    assert_eq!(device.initialise_again(&settings, 15), Ok(PinAnswer::Accepted));
    script.then(&[(command, "63C4"), ("00200088", "6F00")]);
    assert_eq!(device.initialise_again(&settings, 5), Ok(PinAnswer::Wrong { tries_left: 4 }), "nothing else says it");
    script.assert_done();
}

#[test]
fn a_device_reports_the_options_it_was_initialised_with() {
    for (information, reset) in [
        ("6F0785050000000305", PinReset::Off),
        ("6F0785050001000305", PinReset::Set),
        ("6F0785050025000305", PinReset::Unblock),
    ] {
        let (mut device, script) = opened();
        script.then(&[(SELECT.0, format!("{information}9000").as_str())]);
        assert_eq!(device.select(), Ok(()));
        for other in [PinReset::Off, PinReset::Unblock, PinReset::Set] {
            assert_eq!(device.has_pin_reset(other), Some(other == reset), "{information}");
        }
    }
    let (mut device, script) = opened();
    script.then(&[(SELECT.0, "6F07820178850201029000")]);
    assert_eq!(device.select(), Ok(()));
    assert_eq!(device.has_pin_reset(PinReset::Set), None);
}

#[test]
fn pin_commands_equal_the_recorded_ones() {
    let (old, new, wrong) = (user_pin("648219"), user_pin("64821900"), user_pin("111111"));
    let so = so_pin("3537363231383830");
    let (mut device, script) = opened();
    script.then(&[
        recorded("sc-hsm-tool-info", "00200088"),
        recorded("sc-hsm-tool-info", "00200081"),
        recorded("pkcs11-tool-login-wrong-pin", "0020008106"),
        recorded("sc-hsm-tool-wrap-key-ec-p256", "0020008106"),
        recorded("pkcs11-tool-change-pin", "0024"),
        recorded("pkcs11-tool-init-pin-by-so", "002C"),
    ]);
    assert_eq!(device.pin_state(Pin::So), Ok(PinState::TriesLeft(15)));
    assert_eq!(device.pin_state(Pin::User), Ok(PinState::TriesLeft(3)));
    assert_eq!(device.verify_user_pin(&wrong), Ok(PinAnswer::Wrong { tries_left: 2 }));
    assert_eq!(device.verify_user_pin(&old), Ok(PinAnswer::Accepted));
    assert_eq!(device.change_user_pin(&old, &new), Ok(PinAnswer::Accepted));
    assert_eq!(device.unblock_user_pin(&so, Some(&old)), Ok(PinAnswer::Accepted));
    script.then(&[("002C0181083537363231383830", "63CE"), ("00240088103537363231383830000102030405A6FF", "6986")]);
    assert_eq!(device.unblock_user_pin(&so, None), Ok(PinAnswer::Wrong { tries_left: 14 }));
    assert_eq!(
        device.change_so_pin(&so, &so_pin("000102030405a6ff")),
        Ok(PinAnswer::NotAllowed { status: Status::NotAllowed })
    );
    script.assert_done();
}

#[test]
fn every_pin_state_is_recognised() {
    for (status, state) in [
        ("9000", PinState::Verified),
        ("63C1", PinState::TriesLeft(1)),
        ("63C0", PinState::Blocked),
        ("6983", PinState::Blocked),
        ("6984", PinState::TransportPin),
        ("6A88", PinState::NeverInitialised),
        ("6F00", PinState::Unclear(Status::Other(0x6F00))),
    ] {
        let (mut device, script) = opened();
        script.then(&[("00200081", status)]);
        assert_eq!(device.pin_state(Pin::User), Ok(state));
    }
    for (status, answer) in [("63C0", Ok(PinAnswer::Blocked)), ("6700", refused(Operation::VerifyUserPin, 0x6700))] {
        let (mut device, script) = opened();
        script.then(&[("0020008106363438323139", status)]);
        assert_eq!(device.verify_user_pin(&user_pin("648219")), answer);
    }
}

#[test]
fn dkek_states_are_reported_without_an_early_check_value() {
    for (answer, state) in [
        ("010000000000000000009000", Ok(DkekState::Complete { total: 1, kcv: None })),
        (
            "0200F5158BFB3C94C5179000",
            Ok(DkekState::Complete { total: 2, kcv: Some(Kcv([0xF5, 0x15, 0x8B, 0xFB, 0x3C, 0x94, 0xC5, 0x17])) }),
        ),
        ("0201F5158BFB3C94C517AABB9000", Ok(DkekState::Pending { total: 2, outstanding: 1 })),
        ("6D00", Ok(DkekState::NotConfigured)),
        ("6400", Ok(DkekState::NotTold(Status::ExecutionError))),
        ("0201F5159000", unclear("dkek-state-length", &[0x02, 0x01, 0xF5, 0x15])),
        ("010200000000000000009000", unclear("dkek-state-counts", &[1, 2, 0, 0, 0, 0, 0, 0, 0, 0])),
    ] {
        let (mut device, script) = opened();
        script.then(&[("8052000000", answer)]);
        assert_eq!(device.dkek_state(), state, "{answer}");
    }
    let (mut device, script) = opened();
    script.then(&[("8052000000", "6A88")]);
    assert_eq!(device.dkek_state(), Ok(DkekState::NotConfigured));
}

#[test]
fn key_domains_are_asked_for_until_there_can_be_no_more() {
    let kcv = Kcv([0xF5, 0x15, 0x8B, 0xFB, 0x3C, 0x94, 0xC5, 0x17]);
    let (mut device, script) = opened();
    script.then(&[
        ("8052000100", "0100F5158BFB3C94C5179000"),
        ("8052000200", "6A88"),
        ("8052000300", "FF00F5158BFB3C94C51700112233445566779000"),
        ("8052000400", "6A86"),
    ]);
    let complete = |total| DkekState::Complete { total, kcv: Some(kcv) };
    let found = [
        KeyDomain { number: 1, dkek: complete(1), exchange: false },
        KeyDomain { number: 3, dkek: complete(0xFF), exchange: true },
    ];
    assert_eq!(device.key_domains().unwrap(), found);
    script.assert_done();
}

#[test]
fn public_keys_that_log_in_are_counted_only_where_there_are_any() {
    let keys = PublicKeyLogin { total: 3, missing: 1, required: 2 };
    for (answer, found) in [("030102009000", Some(keys)), ("6A86", None), ("6D00", None), ("000000009000", None)] {
        let (mut device, script) = opened();
        script.then(&[("8054000004", answer)]);
        assert_eq!(device.public_key_login().unwrap(), found, "{answer}");
    }
}

#[test]
fn whether_commands_in_blocks_are_taken_is_tried_only_where_it_matters() {
    let (mut device, script) = opened();
    assert_eq!(device.takes_long_commands(), Ok(true));
    script.assert_done();
    for (answers, takes) in [(&[("10B12F02025402", "9000"), ("00B12F0202000001", "7F9000")][..], true)]
        .into_iter()
        .chain([(&[("10B12F02025402", "6884")][..], false), (&[("10B12F02025402", "6E00")][..], false)])
    {
        let (mut device, script) = opened_small(261);
        script.then(answers);
        assert_eq!(device.takes_long_commands(), Ok(takes), "{answers:?}");
        script.assert_done();
    }
}

#[test]
fn imports_a_share_as_sc_hsm_tool_does() {
    for (name, state) in [
        ("sc-hsm-tool-import-dkek-share-1of2", Ok(DkekState::Pending { total: 2, outstanding: 1 })),
        ("sc-hsm-tool-import-dkek-share", Ok(DkekState::Complete { total: 1, kcv: None })),
        ("sc-hsm-tool-import-dkek-share-toomany", refused(Operation::ImportDkekShare, 0x6986)),
    ] {
        let (mut device, script) = opened();
        let pair = recorded(name, "8052000020");
        let share = Secret::from_slice(&hex(&pair.0)[5..37]).unwrap();
        script.then(&[pair]);
        assert_eq!(device.import_dkek_share(&share), state, "{name}");
        script.assert_done();
    }
}
