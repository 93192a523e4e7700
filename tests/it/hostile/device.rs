//! The answers of a device to the driver, each with its length before it; then it says 6F00 to everything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use hsm_ceremony::card::{
    Device, FileId, Initialise, Pin, PinReset, Response, SigningAlgorithm, Transport, TransportError,
};
use hsm_ceremony::secret::{Secret, SoPin, TypedText, UserPin, WipingBytes};
use hsm_ceremony::terms::{Curve, KeyReference, KeyType};

/// No conversation of the driver is longer.
const MOST: usize = 4000;

struct Answers {
    left: VecDeque<Vec<u8>>,
    commands: Arc<Mutex<Vec<Vec<u8>>>>,
    largest: usize,
}

impl Transport for Answers {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let mut commands = self.commands.lock().expect("nobody panicked");
        commands.push(command.expose().to_vec());
        assert!(commands.len() < MOST, "it never ends");
        assert!(command.len() <= self.largest.max(261), "more than the reader carries");
        let answer = self.left.pop_front().unwrap_or_else(|| vec![0x6F, 0]);
        Response::new(WipingBytes::from_slice(&answer)).ok_or(TransportError::Garbled)
    }

    fn largest_command(&self) -> usize {
        self.largest
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}

pub fn check(data: &[u8]) {
    let [what, size, answers @ ..] = data else { return };
    let commands = Arc::new(Mutex::new(Vec::new()));
    let largest = if size % 2 == 0 { 261 } else { 65_544 };
    let transport = Answers { left: parts(answers), commands: Arc::clone(&commands), largest };
    let Ok(mut device) = Device::open(Box::new(transport)) else { return };
    let Ok(pin) = UserPin::from_typed(&typed("648219")) else { panic!("a PIN") };
    let Ok(so_pin) = SoPin::from_typed(&typed("3537363231383830")) else { panic!("an SO-PIN") };
    let reference = KeyReference::new(1).expect("a reference");
    let kind = KeyType::Ec(Curve::P256);
    let presented = |instruction: u8| {
        let commands = commands.lock().expect("nobody panicked");
        commands.iter().filter(|command| command.get(1) == Some(&instruction) && command.len() > 5).count()
    };
    match what % 16 {
        0 => drop((device.platform(), device.certificate_chain(), device.own_key(), device.certified_by())),
        1 => drop(device.keys()),
        2 => drop(device.contents()),
        3 => drop((device.key_domains(), device.key_attributes(reference))),
        4 => drop((device.pin_state(Pin::User), device.pin_state(Pin::So), device.public_key_login())),
        5 => drop((device.token_label(), device.write_token_label("label"))),
        6 => drop(device.read_file(FileId::CERTIFICATES)),
        7 => drop(device.write_file(FileId::TOKEN_INFO, &[7; 3000])),
        8 => {
            let answer = device.verify_user_pin(&pin);
            assert_eq!(presented(0x20), 1, "a PIN is sent once: {answer:?}");
        }
        9 => {
            let settings = Initialise {
                so_pin: &so_pin,
                user_pin: &pin,
                user_pin_tries: 3,
                dkek_shares: Some(2),
                pin_reset: PinReset::Off,
            };
            let answer = device.initialise_again(&settings, 15);
            assert_eq!(presented(0x50), 1, "it is erased once: {answer:?}");
        }
        10 => drop(device.import_dkek_share(&Secret::init(|place: &mut [u8; 32]| place.fill(7)))),
        11 => drop(device.generate(reference, kind)),
        12 => drop(device.wrap(reference)),
        13 => drop(device.unwrap(reference, &[9; 700])),
        14 => drop(device.sign(reference, kind, SigningAlgorithm::allowed(kind, &[]).expect("it signs"), b"text")),
        _ => {
            let answer = device.change_so_pin(&so_pin, &so_pin);
            assert_eq!(presented(0x24), 1, "a PIN is sent once: {answer:?}");
            drop((device.reconnect(), device.random(16)));
        }
    }
}

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).expect("it is short"));
    typed
}

/// Answers with their lengths before them, in two bytes.
fn parts(mut bytes: &[u8]) -> VecDeque<Vec<u8>> {
    let mut found = VecDeque::new();
    while let [high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (answer, later) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        found.push_back(answer.to_vec());
        bytes = later;
    }
    found
}
