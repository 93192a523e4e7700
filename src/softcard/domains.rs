//! Key domains: each has a DKEK of its own. A card without them has one DKEK, which counts as that of domain 0.
//!
//! Source: the protocol reference, section 2.6.

use super::apdu_in::Command;
use super::dkek::{Dkek, WrappingKeys};
use super::{Answer, SoftCard, done};
use crate::card::status::Status;
use std::collections::BTreeMap;

/// The key domains of a card that was initialised for some.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Domains {
    /// How many there can be; 0: it was not initialised for key domains.
    pub most: u8,
    /// Those after domain 0 that were created.
    pub created: BTreeMap<u8, Dkek>,
}

impl SoftCard {
    /// IMPORT DKEK SHARE, a status query when it has no data, and the commands that create and remove key domains.
    pub(super) fn key_domain(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        let number = command.p2;
        match command.p1 {
            0x00 => {}
            0x01 | 0x03 | 0x04 if self.state.domains.most == 0 => return Err(Status::WrongParameters),
            0x01 | 0x03 | 0x04 => {
                self.logged_in().map_err(|_| Status::ConditionNotMet)?;
                return self.set_up_domain(command);
            }
            _ => return Err(Status::WrongParameters),
        }
        self.domain(number)?;
        if let Some(dkek) = self.domain_mut(number).filter(|_| !command.data.is_empty()) {
            dkek.import(command.data.try_into().map_err(|_| Status::WrongLength)?)?;
        }
        let hidden = self.faults.check_value_needs_login && !self.session.user_verified;
        done(self.domain(number)?.status(hidden))
    }

    fn set_up_domain(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        let number = command.p2;
        if number >= self.state.domains.most {
            return Err(Status::WrongParameters);
        }
        match (command.p1, command.data) {
            (0x01, [_]) if self.domain(number).is_ok() => Err(Status::WrongParameters),
            (0x01, [shares]) => {
                self.create_domain(number, Dkek::awaiting(*shares));
                done(self.domain(number)?.status(true))
            }
            (0x01, _) => Err(Status::WrongLength),
            (0x03, _) if self.state.keys.values().any(|key| key.domain == number) => Err(Status::Other(0x6A89)),
            (0x03, _) => {
                self.domain(number)?;
                self.state.domains.created.remove(&number);
                if number == 0 {
                    self.state.dkek = None;
                }
                Err(Status::ReferenceNotFound)
            }
            _ => {
                let shares = self.domain(number)?.shares;
                self.create_domain(number, Dkek::awaiting(shares));
                done(self.domain(number)?.status(true))
            }
        }
    }

    fn create_domain(&mut self, number: u8, dkek: Dkek) {
        if number == 0 {
            self.state.dkek = Some(dkek);
        } else {
            self.state.domains.created.insert(number, dkek);
        }
    }

    /// The DKEK of a domain. 6D00 on a card that is not set up for shares: the status word that OpenSC's information
    /// screen silently ignores; 6A88 for a domain that was not created, 6A86 for one that cannot exist.
    pub(super) fn domain(&self, number: u8) -> Result<&Dkek, Status> {
        match (number, self.state.domains.most) {
            (0, 0) => self.state.dkek.as_ref().ok_or(Status::UnknownInstruction),
            (0, _) => self.state.dkek.as_ref().ok_or(Status::ReferenceNotFound),
            (number, most) if number < most => self.state.domains.created.get(&number).ok_or(Status::ReferenceNotFound),
            _ => Err(Status::WrongParameters),
        }
    }

    fn domain_mut(&mut self, number: u8) -> Option<&mut Dkek> {
        if number == 0 { self.state.dkek.as_mut() } else { self.state.domains.created.get_mut(&number) }
    }

    /// The keys that wrap in a domain; 6A88 while shares are missing.
    pub(super) fn wrapping_keys(&self, domain: u8) -> Result<WrappingKeys, Status> {
        self.domain(domain)?.keys().ok_or(Status::ReferenceNotFound)
    }

    /// The domain under whose DKEK a blob is, which its first bytes name; domain 0 if there is none.
    pub(super) fn domain_of(&self, blob: &[u8]) -> u8 {
        let others = self.state.domains.created.iter();
        let fits = |dkek: &Dkek| dkek.keys().is_some_and(|keys| blob.starts_with(&keys.check_value));
        others.filter(|(_, dkek)| fits(dkek)).map(|(number, _)| *number).next().unwrap_or(0)
    }
}
