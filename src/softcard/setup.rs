//! The commands that set the card up: INITIALIZE DEVICE, the PIN commands, DKEK shares.
//!
//! Source: the protocol reference, sections 2.2 to 2.6.

use super::apdu_in::Command;
use super::condition::PublicKeys;
use super::dkek::{DKEK, Dkek};
use super::domains::Domains;
use super::pins::{Guarded, Pins, SO_TRIES, user_pin_fits};
use super::{Answer, SoftCard, done, files, random, tlv};
use crate::card::status::Status;

const USER_PIN: u8 = 0x81;
const SO_PIN: u8 = 0x88;
/// User PIN tries when INITIALIZE does not specify them.
const USER_TRIES: u8 = 3;
/// Option bit: the user PIN is a transport PIN.
const TRANSPORT_PIN: u16 = 0x0002;
/// Options that this card accepts: reset allowed, transport PIN, session PIN (a power loss logs out anyway), unblock
/// only.
const KNOWN_OPTIONS: u16 = 0x0001 | TRANSPORT_PIN | 0x0004 | 0x0020;
/// The most key domains, as on Pico HSM.
const MOST_DOMAINS: u8 = 16;

/// What INITIALIZE DEVICE asks for.
struct Request<'a> {
    options: u16,
    user_pin: &'a [u8],
    so_pin: &'a [u8],
    tries: u8,
    shares: Option<u8>,
    domains: u8,
    public_keys: Option<PublicKeys>,
}

impl<'a> Request<'a> {
    /// Reads the objects. Biometry is not part of this card: 6A80.
    fn parse(data: &'a [u8]) -> Option<Self> {
        let objects = tlv::all(data)?;
        if !objects.iter().all(|object| matches!(object.tag, 0x80 | 0x81 | 0x82 | 0x91 | 0x92 | 0x93 | 0x97)) {
            return None;
        }
        let byte = |tag| match tlv::find(&objects, tag) {
            None => Some(None),
            Some([byte]) => Some(Some(*byte)),
            Some(_) => None,
        };
        let options = match tlv::find(&objects, 0x80) {
            None => 0,
            Some([high, low]) => u16::from_be_bytes([*high, *low]),
            Some(_) => return None,
        };
        let user_pin = tlv::find(&objects, 0x81)?;
        let so_pin = tlv::find(&objects, 0x82).filter(|pin| pin.len() == 8)?;
        let tries = byte(0x91)?.unwrap_or(USER_TRIES);
        let shares = byte(0x92)?;
        let domains = byte(0x97)?.unwrap_or(0);
        if domains > MOST_DOMAINS || (domains > 0 && shares.is_some()) {
            return None;
        }
        let public_keys = match tlv::find(&objects, 0x93) {
            None => None,
            Some([total, required]) if (1..=*total).contains(required) => {
                Some(PublicKeys { total: *total, missing: *total, required: *required })
            }
            Some(_) => return None,
        };
        (options & !KNOWN_OPTIONS == 0 && user_pin_fits(user_pin, tries)).then_some(Self {
            options,
            user_pin,
            so_pin,
            tries,
            shares,
            domains,
            public_keys,
        })
    }
}

impl SoftCard {
    /// INITIALIZE DEVICE. The SO-PIN is set on a card that was never initialised and must match from then on: otherwise
    /// 63Cx, and permanently 6983 when its tries are used up. Everything but the device key and its certificates is
    /// erased. Nobody is logged in afterwards.
    pub(super) fn initialize(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(Status::WrongParameters);
        }
        let request = Request::parse(command.data).ok_or(Status::WrongData)?;
        let so = match self.state.pins.as_mut() {
            Some(pins) if !self.faults.so_pin_unchecked => {
                pins.so.check(request.so_pin)?;
                pins.so.clone()
            }
            _ => Guarded::new(request.so_pin, SO_TRIES),
        };
        let dkek = match request.shares {
            None => None,
            Some(0) => {
                let value = random::bytes(DKEK).ok_or(Status::ExecutionError)?;
                Some(Dkek { shares: 0, outstanding: 0, value: value.into() })
            }
            Some(shares) => Some(Dkek::awaiting(shares)),
        };
        self.state.pins =
            Some(Pins { user: Guarded::new(request.user_pin, request.tries), so, options: request.options });
        self.state.dkek = dkek;
        self.state.domains = Domains { most: request.domains, ..Domains::default() };
        self.condition = self.condition.after_initialisation();
        self.condition.transport_pin = request.options & TRANSPORT_PIN != 0;
        self.condition.public_keys = request.public_keys;
        self.state.keys.clear();
        self.state.files.retain(|fid, _| *fid == files::CERTIFICATES);
        self.leave();
        done(Vec::new())
    }

    /// VERIFY, or a status query when it has no data. There are no biometric templates: 6A88.
    pub(super) fn verify(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if command.p1 != 0 {
            return Err(Status::WrongParameters);
        }
        if command.p2 == SO_PIN && self.condition.is_first_generation() {
            return Err(Status::WrongParameters);
        }
        let (pin, verified, fits) = match command.p2 {
            USER_PIN if self.state.pins.is_none() && self.condition.is_first_generation() => {
                return Err(Status::NotUsable);
            }
            USER_PIN => {
                if let Some(status) = self.condition.bars_user_pin() {
                    return Err(status);
                }
                let pin = self.state.pins.as_mut().map(|pins| &mut pins.user);
                (pin, &mut self.session.user_verified, (6..=16).contains(&command.data.len()))
            }
            SO_PIN => {
                let pin = self.state.pins.as_mut().map(|pins| &mut pins.so);
                (pin, &mut self.session.so_verified, command.data.len() == 8)
            }
            _ => return Err(Status::ReferenceNotFound),
        };
        let pin = pin.ok_or(Status::ReferenceNotFound)?;
        if command.data.is_empty() {
            return if *verified { done(Vec::new()) } else { Err(pin.status()) };
        }
        if !fits {
            return Err(Status::WrongLength);
        }
        *verified = false;
        pin.check(command.data)?;
        *verified = true;
        done(Vec::new())
    }

    /// CHANGE REFERENCE DATA.
    pub(super) fn change_reference_data(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if command.p1 != 0 {
            return Err(Status::WrongParameters);
        }
        let pins = self.state.pins.as_mut().ok_or(Status::ReferenceNotFound)?;
        match command.p2 {
            USER_PIN => {
                pins.change_user(command.data)?;
                self.condition.transport_pin = false;
            }
            SO_PIN => pins.change_so(command.data)?,
            _ => return Err(Status::ReferenceNotFound),
        }
        done(Vec::new())
    }

    /// RESET RETRY COUNTER of the user PIN.
    pub(super) fn reset_retry_counter(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if command.p2 != USER_PIN {
            return Err(Status::ReferenceNotFound);
        }
        let pins = self.state.pins.as_mut().ok_or(Status::ReferenceNotFound)?;
        pins.reset_user(command.p1, command.data, self.session.so_verified)?;
        self.session.user_verified = false;
        done(Vec::new())
    }
}
