//! The driver over PC/SC: cards that come, go and vanish halfway, a service that is not running, another program using
//! the card, two readers.

use crate::support::hanging::{HangUp, HangingCard};
use crate::support::{FOREVER, Owned, at_readers, so_pin, user_pin};
use hsm_ceremony::card::transport::{Readers, Transport, TransportError};
use hsm_ceremony::card::{
    CardError, Change, Device, DkekState, Initialise, PcscReaders, Pin, PinAnswer, PinReset, PinState,
    SigningAlgorithm, Status,
};
use hsm_ceremony::secret::{Secret, WipingBytes};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};
use std::io::Read as _;
use std::process::Command;
use std::time::Duration;

fn settings(pins: &Pins) -> Initialise<'_> {
    Initialise { so_pin: &pins.0, user_pin: &pins.1, user_pin_tries: 3, dkek_shares: Some(1), pin_reset: PinReset::Off }
}

type Pins = (hsm_ceremony::secret::SoPin, hsm_ceremony::secret::UserPin);

/// Initialises, loads this DKEK and logs in.
fn set_up(device: &mut Device, dkek: [u8; 32]) {
    let pins = (so_pin(), user_pin());
    assert_eq!(device.initialise(&settings(&pins)), Ok(PinAnswer::Accepted));
    assert_eq!(device.dkek_state(), Ok(DkekState::Pending { total: 1, outstanding: 1 }));
    let state = device.import_dkek_share(&Secret::from_slice(&dkek).unwrap()).unwrap();
    assert!(matches!(state, DkekState::Complete { total: 1, kcv: Some(_) }));
    assert_eq!(device.verify_user_pin(&user_pin()), Ok(PinAnswer::Accepted));
}

const TYPES: [KeyType; 3] = [KeyType::Rsa(4096), KeyType::Ec(Curve::P256), KeyType::Ec(Curve::P521)];

#[test]
fn keys_go_from_one_reader_to_the_other() {
    at_readers("driver::keys_go_from_one_reader_to_the_other", |table| {
        let cards = [table.insert(0, "REH0000001"), table.insert(1, "REH0000002")];
        let (mut original, mut replacement) = (table.device(0), table.device(1));
        assert_eq!((original.serial().as_str(), replacement.serial().as_str()), ("REH0000001", "REH0000002"));
        set_up(&mut original, [7; 32]);
        set_up(&mut replacement, [7; 32]);
        for (number, key_type) in (1..).zip(TYPES) {
            let (from, to) = (KeyReference::new(number).unwrap(), KeyReference::new(number + 100).unwrap());
            original.generate(from, key_type).unwrap();
            let wrapped = original.wrap(from).unwrap();
            replacement.unwrap(to, &wrapped).unwrap();
            let (algorithm, message) = (SigningAlgorithm::allowed(key_type, &[]).unwrap(), [number; 32]);
            let signed = [(&mut original, from), (&mut replacement, to)]
                .map(|(device, at)| device.sign(at, key_type, algorithm, &message));
            let [Ok(first), Ok(second)] = signed else { panic!("{signed:?}") };
            // PKCS#1 signatures are not randomised: only the same key gives the same one.
            assert!(first == second || key_type != KeyType::Rsa(4096));
            assert_eq!(first.len(), second.len());
        }
        assert_eq!(replacement.keys().unwrap().len(), 3);
        drop((original, replacement));
        assert!(cards.into_iter().all(|card| card.end().success()));
    });
}

#[test]
fn a_card_that_vanishes_halfway_is_cut_off_and_comes_back() {
    at_readers("driver::a_card_that_vanishes_halfway_is_cut_off_and_comes_back", |table| {
        let card = HangingCard::insert(table, "REH0000001", HangUp::default());
        let mut device = table.device(0);
        set_up(&mut device, [7; 32]);

        // It vanishes while the command is in progress.
        card.go_at_the_next_command();
        let cut = device.generate(KeyReference::new(1).unwrap(), KeyType::Ec(Curve::P256));
        assert_eq!(cut, Err(CardError::Transport(TransportError::CutOff)));
        card.take_out(table);
        table.wait_for(0, false);
        assert_eq!(device.dkek_state(), Err(CardError::Transport(TransportError::NoCard)));
        assert_eq!(device.reconnect(), Err(CardError::Transport(TransportError::NoCard)));

        // Another card is not mistaken for it.
        let other = table.insert(0, "REH0000002");
        let Err(CardError::OtherDevice { seen }) = device.reconnect() else { panic!("took another card") };
        assert_eq!(seen.as_str(), "REH0000002");
        assert_eq!(device.dkek_state(), Err(CardError::Transport(TransportError::NoCard)));
        assert!(other.end().success());
        table.wait_for(0, false);

        // It is back unchanged, but nobody is logged in.
        let card = table.insert(0, "REH0000001");
        assert_eq!(device.reconnect(), Ok(()));
        assert_eq!(device.pin_state(Pin::User), Ok(PinState::TriesLeft(3)));
        assert!(device.keys().unwrap().is_empty());
        assert_eq!(device.verify_user_pin(&user_pin()), Ok(PinAnswer::Accepted));

        // Out and in between two commands: the old session is over, and no command goes to the new one unasked.
        assert!(card.end().success());
        table.wait_for(0, false);
        let card = table.insert(0, "REH0000001");
        assert_eq!(device.dkek_state(), Err(CardError::Transport(TransportError::NoCard)));
        assert_eq!(device.reconnect(), Ok(()));
        assert!(matches!(device.dkek_state(), Ok(DkekState::Complete { .. })));
        drop(device);
        drop(card);
    });
}

#[test]
fn faults_of_reader_and_service_are_told_apart() {
    at_readers("driver::faults_of_reader_and_service_are_told_apart", |table| {
        let mut readers = PcscReaders::new();
        assert_eq!(readers.occupied(), Ok(Vec::new()), "two readers, no card");
        assert_eq!(readers.wait(Duration::ZERO), Change::Some, "the first look");
        assert_eq!(readers.wait(Duration::from_millis(50)), Change::None);
        let error = |result: Result<Box<dyn Transport>, TransportError>| result.err();
        assert_eq!(error(readers.connect("Virtual PCD 00 00")), Some(TransportError::NoCard));
        assert_eq!(error(readers.connect("Another reader")), Some(TransportError::NoReader));

        let first = table.insert(0, "REH0000001");
        assert_eq!(readers.wait(FOREVER), Change::Some, "happened between two calls");
        let second = table.insert(1, "REH0000002");
        assert_eq!(readers.occupied(), Ok(vec!["Virtual PCD 00 00".to_owned(), "Virtual PCD 00 01".to_owned()]));

        // One program at a time.
        let mut held = readers.connect("Virtual PCD 00 00").unwrap();
        assert_eq!(error(readers.connect("Virtual PCD 00 00")), Some(TransportError::Busy));
        let (_, text) = table.try_run("sc-hsm-tool", &["--reader", "0"]);
        assert!(!text.contains("Version"), "the tool got in: {text}");
        assert_eq!(readers.occupied().map(|names| names.len()), Ok(2));
        assert_eq!(held.largest_command(), 1232);
        let answer = held.transmit(&WipingBytes::from_slice(&[0x00, 0x20, 0x00, 0x81])).unwrap();
        assert_eq!((answer.data().len(), answer.status()), (0, Status::UnknownClass), "nothing is selected");
        drop(held);
        assert!(readers.connect("Virtual PCD 00 00").is_ok());

        // Without the service nothing works, and once it is back everything does.
        let mut held = readers.connect("Virtual PCD 00 01").unwrap();
        table.kill_service();
        assert_eq!(readers.occupied(), Err(TransportError::NoService));
        assert_eq!(error(readers.connect("Virtual PCD 00 01")), Some(TransportError::NoService));
        assert_eq!(PcscReaders::new().occupied(), Err(TransportError::NoService));
        assert!(held.transmit(&WipingBytes::from_slice(&[0x00, 0x20, 0x00, 0x81])).is_err());
        assert_eq!(held.reconnect(), Err(TransportError::NoService));
        let _ = readers.wait(Duration::ZERO);
        assert_eq!(readers.wait(Duration::from_millis(300)), Change::None);
        table.plug_in(false);
        table.start_service();
        assert_eq!(readers.wait(FOREVER), Change::Some);
        assert_eq!(readers.occupied(), Err(TransportError::NoReader));
        assert_eq!(readers.wait(Duration::from_millis(50)), Change::None);
        table.kill_service();
        table.plug_in(true);
        table.start_service();
        assert_eq!(readers.wait(FOREVER), Change::Some);
        table.wait_for(0, true);
        table.wait_for(1, true);
        assert_eq!(held.reconnect(), Ok(()));
        drop((held, first, second));
    });
}

#[test]
fn the_software_card_says_what_it_is_and_keeps_its_state() {
    at_readers("driver::the_software_card_says_what_it_is_and_keeps_its_state", |table| {
        let program = env!("CARGO_BIN_EXE_ceremony");
        for serial in ["DENK0404144", "REH1", "REH00000012345"] {
            let (output, text) = table.try_run(program, &["softcard", "--vpcd", "localhost:1", "--serial", serial]);
            assert_eq!(output.status.code(), Some(3), "{text}");
            assert!(text.contains(serial) && !table.file("card.json").exists(), "{text}");
        }
        let (output, text) = table.try_run(program, &["softcard", "--vpcd", "nowhere", "--state", "card.json"]);
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert_eq!(table.try_run(program, &["softcard"]).0.status.code(), Some(2));

        let card = table.insert(0, "REH0000001");
        set_up(&mut table.device(0), [7; 32]);
        assert!(card.end().success(), "a signal is its usual end");
        table.wait_for(0, false);
        let state = std::fs::read_to_string(table.file("REH0000001.json")).unwrap();
        assert!(state.contains("not an HSM"), "{state}");
        let other = ["softcard", "--vpcd", "localhost:1", "--state", "REH0000001.json", "--serial", "REH0000002"];
        assert_eq!(table.try_run(program, &other).0.status.code(), Some(3));
        std::fs::write(table.file("broken.json"), "{\"format\": 1}").unwrap();
        let broken = ["softcard", "--vpcd", "localhost:1", "--state", "broken.json"];
        assert_eq!(table.try_run(program, &broken).0.status.code(), Some(3));

        // Before any reader exists it says what it is and that it is waiting; a signal ends it, whatever the timing.
        let mut waiting = Command::new("setpriv");
        waiting.args(["--pdeathsig", "KILL", program, "softcard", "--vpcd", "localhost:1", "--serial", "REH0000009"]);
        let (waiting, mut said, mut rest) = Owned::start_and_read(&mut waiting, "Waiting");
        assert!(said.contains("not an HSM") && said.contains("REH0000009"), "{said}");
        assert!(waiting.end().success());
        rest.read_to_string(&mut said).unwrap();
        assert!(said.ends_with("The card is out of the reader.\n"), "{said}");

        let card = table.insert(0, "REH0000001");
        assert!(matches!(table.device(0).dkek_state(), Ok(DkekState::Complete { .. })));
        drop(card);
    });
}
