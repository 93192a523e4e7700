//! The file system: SELECT, READ BINARY, UPDATE BINARY, DELETE, ENUMERATE.
//!
//! Source: the protocol reference, sections 1.2 to 1.4, 2.7 to 2.10 and 5.

use super::apdu_in::Command;
use super::{Answer, SoftCard, done, tlv};
use crate::card::status::Status;

/// The SmartCard-HSM application.
pub(super) const APPLICATION: [u8; 11] = [0xE8, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01];
/// Applet type in tag 85: JCOP.
const APPLET_TYPE: u8 = 0;

/// The device certificate and the device issuer's certificate.
pub(super) const CERTIFICATES: u16 = 0x2F02;
/// Holds the key blob for UNWRAP KEY without data.
pub(super) const KEY_BLOB: u16 = 0x2F10;
const TOKEN_INFO: u16 = 0x2F03;
const MASTER_FILE: u16 = 0x3F00;

const KEY: u8 = 0xCC;
/// Public key files (requests, certificates) have this high byte.
pub(super) const CERTIFICATE: u8 = 0xCE;
const PROTECTED_DATA: u8 = 0xCD;
/// The largest size of a file.
const MOST: usize = 0x8000;

/// Files a host may write, by the high byte of their identifier.
const WRITABLE: [u8; 7] = [0xC4, 0xC8, 0xC9, 0xCA, PROTECTED_DATA, CERTIFICATE, 0xCF];
/// The files that ENUMERATE lists besides keys, by the same byte.
const LISTED: [u8; 4] = [0xC4, 0xC8, 0xC9, 0xCA];

impl SoftCard {
    /// SELECT by application identifier (which logs out), by file identifier or by path.
    pub(super) fn select(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if !matches!(command.p2, 0x00 | 0x04 | 0x0C) {
            return Err(Status::WrongParameters);
        }
        let fid = match (command.p1, command.data) {
            (0x04, name) if name == APPLICATION => {
                if self.condition.terminated {
                    return Err(Status::Terminated);
                }
                self.leave();
                self.session.selected = true;
                return Ok(self.application_information(command.p2));
            }
            (0x04, _) => return Err(Status::NotFound),
            _ if !self.session.selected => return Err(Status::UnknownClass),
            (0x00 | 0x02, [high, low]) | (0x08, [.., high, low]) => u16::from_be_bytes([*high, *low]),
            (0x00, []) => MASTER_FILE,
            (0x00 | 0x02 | 0x08, _) => return Err(Status::WrongLength),
            _ => return Err(Status::WrongParameters),
        };
        if fid == MASTER_FILE {
            self.session.file = None;
            return Ok(self.application_information(command.p2));
        }
        let size = self.size_of(fid).ok_or(Status::NotFound)?;
        self.session.file = Some(fid);
        if command.p2 == 0x0C {
            return done(Vec::new());
        }
        let size = u16::try_from(size).unwrap_or(u16::MAX);
        let kind = if fid.to_be_bytes()[0] == KEY { 0x08 } else { 0x01 };
        let fields = [
            tlv::object(0x81, &size.to_be_bytes()),
            tlv::object(0x82, &[kind]),
            tlv::object(0x83, &fid.to_be_bytes()),
            tlv::object(0x8A, &[5]),
            self.key_attributes(fid),
        ]
        .concat();
        done(tlv::object(0x62, &fields))
    }

    /// File control information: options and version in tag 85, which hosts read from its end.
    fn application_information(&self, p2: u8) -> Answer {
        if p2 == 0x0C {
            return Answer { data: Vec::new(), status: Status::Done };
        }
        let [high, low] = self.state.pins.as_ref().map_or(0, |pins| pins.options).to_be_bytes();
        let [major, minor] = self.condition.version;
        let own = [high, low, APPLET_TYPE, major, minor];
        let own = if self.condition.is_first_generation() { &own[3..] } else { &own };
        let fields = [tlv::object(0x82, &[0x78]), tlv::object(0x85, own)].concat();
        let tag = if p2 == 0x00 { 0x6F } else { 0x62 };
        Answer { data: tlv::object(tag, &fields), status: Status::Done }
    }

    /// READ BINARY with an offset object; P1 P2 name the file, 0000 the selected one.
    pub(super) fn read_binary(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        let (offset, rest) = offset_object(command.data)?;
        if !rest.is_empty() {
            return Err(Status::WrongLength);
        }
        let fid = self.named_file(command)?;
        let [kind, _] = fid.to_be_bytes();
        self.size_of(fid).ok_or(Status::NotFound)?;
        if kind == KEY || (kind == PROTECTED_DATA && !self.session.user_verified) {
            return Err(Status::NotLoggedIn);
        }
        let content = self.state.files.get(&fid).ok_or(Status::NotFound)?;
        self.session.file = Some(fid);
        let rest = content.get(offset..).ok_or(Status::WrongOffset)?;
        let expected = command.expected.unwrap_or(256);
        let data = rest.get(..expected).unwrap_or(rest).to_vec();
        let status = if data.len() < expected { Status::EndReached } else { Status::Done };
        Ok(Answer { data, status })
    }

    /// UPDATE BINARY with offset and data objects. A write at offset 0 replaces the file, creating it if needed.
    pub(super) fn update_binary(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        let (offset, rest) = offset_object(command.data)?;
        let Some((tlv::Object { tag: 0x53, value }, [])) = tlv::first(rest) else { return Err(Status::WrongLength) };
        let fid = self.named_file(command)?;
        self.logged_in()?;
        let [kind, number] = fid.to_be_bytes();
        match fid {
            TOKEN_INFO | KEY_BLOB => {}
            CERTIFICATES => return Err(Status::NotLoggedIn),
            _ if kind == KEY || (number == 0 && kind == CERTIFICATE) => return Err(Status::NotLoggedIn),
            _ if WRITABLE.contains(&kind) => {}
            _ => return Err(Status::NotFound),
        }
        if offset + value.len() > MOST {
            return Err(Status::NoRoom);
        }
        if !self.state.files.contains_key(&fid) {
            self.room_for_one_more()?;
        }
        if offset == 0 {
            self.state.files.insert(fid, value.to_vec());
        } else {
            let content = self.state.files.get_mut(&fid).ok_or(Status::NotFound)?;
            if offset > content.len() {
                return Err(Status::WrongOffset);
            }
            let kept = content.len().max(offset + value.len());
            content.resize(kept, 0);
            content.iter_mut().skip(offset).zip(value).for_each(|(place, byte)| *place = *byte);
        }
        self.session.file = Some(fid);
        done(Vec::new())
    }

    /// DELETE FILE. Deleting a key leaves its description and certificate behind.
    pub(super) fn delete(&mut self, command: &Command<'_>) -> Result<Answer, Status> {
        if (command.p1, command.p2) != (0x02, 0x00) {
            return Err(Status::WrongParameters);
        }
        let [high, low] = command.data else { return Err(Status::WrongLength) };
        let fid = u16::from_be_bytes([*high, *low]);
        self.logged_in()?;
        self.size_of(fid).ok_or(Status::NotFound)?;
        if fid == CERTIFICATES || (*high == KEY && *low == 0) {
            return Err(Status::NotLoggedIn);
        }
        if *high == KEY {
            self.state.keys.remove(low);
        } else {
            self.state.files.remove(&fid);
        }
        if self.session.file == Some(fid) {
            self.session.file = None;
        }
        done(Vec::new())
    }

    /// ENUMERATE OBJECTS: keys (the device key first), then descriptions and certificates.
    pub(super) fn enumerate(&self, command: &Command<'_>) -> Result<Answer, Status> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(Status::WrongParameters);
        }
        let keys = std::iter::once(&0).chain(self.state.keys.keys()).map(|number| u16::from_be_bytes([KEY, *number]));
        let files = self.state.files.keys().copied().filter(|fid| LISTED.contains(&fid.to_be_bytes()[0]));
        done(keys.chain(files).flat_map(u16::to_be_bytes).collect())
    }

    /// What SELECT says about a key besides: how often it may still be used, and its key domain, if either is limited.
    fn key_attributes(&self, fid: u16) -> Vec<u8> {
        let [KEY, number] = fid.to_be_bytes() else { return Vec::new() };
        let Some(key) = self.state.keys.get(&number) else { return Vec::new() };
        let uses = key.uses.map_or_else(Vec::new, |left| tlv::object(0x90, &left.to_be_bytes()));
        let several = self.state.domains.most > 0;
        let domain = if several { tlv::object(0x92, &[key.domain]) } else { Vec::new() };
        let attributes = [uses, domain].concat();
        if attributes.is_empty() { attributes } else { tlv::object(0xA5, &tlv::object(0x81, &attributes)) }
    }

    /// The size that SELECT reports; it never reveals a key's contents.
    fn size_of(&self, fid: u16) -> Option<usize> {
        match fid.to_be_bytes() {
            [KEY, 0] => Some(0),
            [KEY, number] => self.state.keys.contains_key(&number).then_some(0),
            _ => self.state.files.get(&fid).map(Vec::len),
        }
    }

    fn named_file(&self, command: &Command<'_>) -> Result<u16, Status> {
        match u16::from_be_bytes([command.p1, command.p2]) {
            0 => self.session.file.ok_or(Status::NotAllowed),
            fid => Ok(fid),
        }
    }
}

/// `54 02 offset`, and what follows it.
fn offset_object(data: &[u8]) -> Result<(usize, &[u8]), Status> {
    match tlv::first(data) {
        Some((tlv::Object { tag: 0x54, value: [high, low] }, rest)) => {
            Ok((usize::from(u16::from_be_bytes([*high, *low])), rest))
        }
        _ => Err(Status::WrongLength),
    }
}
