//! Misbehaviour on demand: the peculiarities of Pico HSM, and a card that vanishes at a chosen command.

use crate::card::transport::{Readers, Response, Transport, TransportError};
use crate::secret::WipingBytes;
use std::sync::{Arc, Mutex, PoisonError};

/// Peculiarities of Pico HSM 6.6, and of other devices, that a driver must cope with; all off by default.
///
/// Source: the protocol reference, sections 2.11, 4.2 and 10.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches, each played or not")]
pub struct Faults {
    /// The key check value reads as zeros until the user PIN is verified.
    pub check_value_needs_login: bool,
    /// A blob under a different DKEK gives 6400 instead of 6A80.
    pub wrong_dkek_is_execution_error: bool,
    /// INITIALIZE accepts any SO-PIN and makes it the new one.
    pub so_pin_unchecked: bool,
    /// Wrapped EC keys have no leading zeros, and no coefficient `a` at all on NIST curves and secp256k1.
    pub empty_coefficient: bool,
    /// RSA keys of every length are wrapped as type 05, `d` without leading zeros.
    pub always_type_five: bool,
    /// GENERATE returns the request but does not store it as `CExx`: that is left to the host.
    pub request_not_stored: bool,
}

impl Faults {
    /// Everything that Pico HSM does differently.
    pub const PICO: Self = Self {
        check_value_needs_login: true,
        wrong_dkek_is_execution_error: true,
        so_pin_unchecked: true,
        empty_coefficient: true,
        always_type_five: true,
        request_not_stored: false,
    };

    /// The switches with their names in a state file.
    pub(super) fn named(&mut self) -> [(&'static str, &mut bool); 6] {
        [
            ("check_value_needs_login", &mut self.check_value_needs_login),
            ("wrong_dkek_is_execution_error", &mut self.wrong_dkek_is_execution_error),
            ("so_pin_unchecked", &mut self.so_pin_unchecked),
            ("empty_coefficient", &mut self.empty_coefficient),
            ("always_type_five", &mut self.always_type_five),
            ("request_not_stored", &mut self.request_not_stored),
        ]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Never,
    Before(usize),
    After(usize),
}

struct Plan {
    moment: Moment,
    sent: usize,
}

/// When a card vanishes: counts the commands of every transport it wraps, and cuts off at the n-th.
///
/// Clones share the count, so one `CutOff` can watch all readers of a ceremony. After the cut, that transport returns
/// [`TransportError::NoCard`] until `reconnect` (or a new connection); then everything works as before.
#[derive(Clone)]
pub struct CutOff(Arc<Mutex<Plan>>);

impl CutOff {
    /// The n-th command (from 1) never reaches the card.
    pub fn before(n: usize) -> Self {
        Self::at(Moment::Before(n))
    }

    /// The n-th command (from 1) is performed, but its answer is lost.
    pub fn after(n: usize) -> Self {
        Self::at(Moment::After(n))
    }

    /// Never cuts off, only counts.
    pub fn never() -> Self {
        Self::at(Moment::Never)
    }

    fn at(moment: Moment) -> Self {
        Self(Arc::new(Mutex::new(Plan { moment, sent: 0 })))
    }

    /// The number of commands sent so far, including the one cut off.
    pub fn sent(&self) -> usize {
        self.plan(|plan| plan.sent)
    }

    /// Wraps one transport.
    pub fn transport(&self, inner: Box<dyn Transport>) -> Box<dyn Transport> {
        Box::new(CutTransport { inner, cut: self.clone(), card_gone: false })
    }

    /// Wraps every transport to these readers.
    pub fn readers(&self, inner: Box<dyn Readers>) -> Box<dyn Readers> {
        Box::new(CutReaders { inner, cut: self.clone() })
    }

    fn plan<T>(&self, work: impl FnOnce(&mut Plan) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct CutTransport {
    inner: Box<dyn Transport>,
    cut: CutOff,
    card_gone: bool,
}

impl Transport for CutTransport {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        if self.card_gone {
            return Err(TransportError::NoCard);
        }
        let due = self.cut.plan(|plan| {
            plan.sent += 1;
            match plan.moment {
                Moment::Before(n) | Moment::After(n) if n == plan.sent => plan.moment,
                _ => Moment::Never,
            }
        });
        self.card_gone = due != Moment::Never;
        match due {
            Moment::Never => self.inner.transmit(command),
            Moment::Before(_) => Err(TransportError::CutOff),
            Moment::After(_) => {
                let _lost = self.inner.transmit(command);
                Err(TransportError::CutOff)
            }
        }
    }

    fn largest_command(&self) -> usize {
        self.inner.largest_command()
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()?;
        self.card_gone = false;
        Ok(())
    }
}

struct CutReaders {
    inner: Box<dyn Readers>,
    cut: CutOff,
}

impl Readers for CutReaders {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(self.cut.transport(self.inner.connect(reader)?))
    }
}
