//! What people, time and the card do.

use hsm_ceremony::card::Response;
use hsm_ceremony::card::transport::{Readers, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, ChoiceId, Input, Person, Recovery, STOP_WORD, TickId, View};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::terms::{CustodianNumber, DkekShareNumber, Holder};
use std::sync::{Arc, Mutex};

/// One event.
#[derive(Debug, Clone, Copy)]
pub enum Event {
    /// People do so many right things.
    Attentive(u8),
    /// Somebody chooses or ticks what is at this place, open or not.
    Picks(u8),
    /// Somebody presses a key for this, wherever it is; in a hurry, if the number is odd.
    Presses(u8),
    /// Somebody types this into one of the fields.
    Types(u8),
    /// So much time passes.
    Waits(u8),
    /// The card says this to its next command.
    CardSays(u8),
}

impl Event {
    pub const fn of(what: u8, which: u8) -> Self {
        match what % 16 {
            0..=6 => Self::Attentive(which),
            7 | 8 => Self::Picks(which),
            9..=11 => Self::Presses(which),
            12 | 13 => Self::Types(which),
            14 => Self::Waits(which),
            _ => Self::CardSays(which),
        }
    }
}

/// What is typed.
const TEXTS: [&str; 16] = [
    "",
    STOP_WORD,
    "x",
    "648219",
    "27182818",
    "3537363231383830",
    "3141592653589793",
    "four custodians hold this rehearsal",
    "ff:ff:ff:ff:ff:ff:ff:c5",
    "1",
    "abandon abandon",
    "Zo\u{eb} \u{202e}x",
    "B-0001",
    "255",
    "123456123456123456123456123456123456123456123456123456",
    "Audit",
];

pub const fn text(which: u8) -> &'static str {
    TEXTS[(which % 16) as usize]
}

/// The field that somebody types into.
pub fn field(view: &View, which: u8) -> Option<FieldName> {
    let Body::Form { fields, .. } = &view.body else { return None };
    fields.get(usize::from(which >> 4) % fields.len().max(1)).map(|field| field.name)
}

/// What is at this place of the screen.
pub fn picked(view: &View, which: u8) -> Option<Input> {
    match &view.body {
        Body::Tick { items, .. } => items.get(usize::from(which) % items.len().max(1)).map(|item| Input::Tick(item.id)),
        Body::Choose { options, .. } | Body::Fault { choices: options, .. } => {
            options.get(usize::from(which) % options.len().max(1)).map(|option| Input::Chose(option.id.clone()))
        }
        _ => None,
    }
}

/// Any key.
pub fn pressed(which: u8) -> Input {
    let custodian = CustodianNumber::new(1 + which % 3).expect("1 to 3");
    let holder = Person::Holder(Holder { share: DkekShareNumber::FIRST, custodian: Some(custodian) });
    let people = [Person::Administrator, holder, Person::SoPinHolder, Person::PinHolder, Person::Auditor(0)];
    let person = people[usize::from(which >> 5) % people.len()];
    let recoveries = [
        Recovery::TryAgain,
        Recovery::FromStart,
        Recovery::LogIn,
        Recovery::SeatsAgain,
        Recovery::AnotherDevice,
        Recovery::WithoutProof,
        Recovery::LeaveOut,
        Recovery::Stop,
    ];
    match (which >> 1) % 16 {
        0 | 1 => Input::GoOn,
        2 => Input::Show,
        3 => Input::Hide,
        4 => Input::Cover,
        5 => Input::Leave,
        6 | 7 => Input::Deviation,
        8 => Input::StandIn(person),
        9 => Input::Identify(person),
        10 => Input::Stop,
        11 => Input::Close,
        12 => Input::Chose(ChoiceId::Recovery(recoveries[usize::from(which >> 5)])),
        13 => Input::Tick(TickId::Person(person)),
        14 => Input::Chose(ChoiceId::Person(person)),
        _ => Input::Chose(ChoiceId::Custodian(custodian)),
    }
}

/// What the card does to its next commands, and what it was sent.
#[derive(Clone, Default)]
pub struct Hostile {
    next: Arc<Mutex<Vec<u8>>>,
    pub sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Hostile {
    pub fn says(&self, what: u8) {
        self.next.lock().expect("nobody panicked").push(what);
    }

    pub fn is_well_again(&self) {
        self.next.lock().expect("nobody panicked").clear();
    }
}

/// Readers with hostile cards.
pub struct HostileReaders(pub Box<dyn Readers>, pub Hostile);

impl Readers for HostileReaders {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(HostileCard(self.0.connect(reader)?, self.1.clone())))
    }
}

struct HostileCard(Box<dyn Transport>, Hostile);

impl Transport for HostileCard {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        self.1.sent.lock().expect("nobody panicked").push(command.expose().to_vec());
        let next = self.1.next.lock().expect("nobody panicked").pop();
        let Some(what) = next else { return self.0.transmit(command) };
        let answer: &[u8] = match what % 16 {
            0 => return Err(TransportError::CutOff),
            1 => return self.0.transmit(command).and(Err(TransportError::CutOff)),
            2 => return Err(TransportError::NoCard),
            3 => return Err(TransportError::NoService),
            4 => return Err(TransportError::Garbled),
            5 => return Err(TransportError::Busy),
            6 => &[0x6F, 0x00],
            7 => &[0x69, 0x82],
            8 => &[0x69, 0x85],
            9 => &[0x63, 0xC1],
            10 => &[0x69, 0x83],
            11 => &[0x6A, 0x84],
            12 => &[0x90, 0x00],
            13 => &[0x61, 0x10],
            14 => &[0x30, 0x82, 0x01, 0x90, 0x00],
            _ => &[0x6D, 0x00],
        };
        Response::new(WipingBytes::from_slice(answer)).ok_or(TransportError::Garbled)
    }

    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}
