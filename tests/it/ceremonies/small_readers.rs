//! Readers that support less than they claim, or less than a device needs.

use hsm_ceremony::app::{Environment, Setup};
use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::Recovery;
use hsm_ceremony::plan::Plan;
use hsm_ceremony::record::{CeremonyKind, Fact, KeyOfCertificate, ThrowAwayKey};
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::softcard::{Rack, SoftCard};

use super::mistakes::{goes_on, stopped};
use super::rig::{Rig, Turn, plan_text};

/// Wraps a reader: an extended command breaks the connection although no limit was announced, or a chained command is
/// refused, as a genuine card may do.
struct Small<T> {
    inner: T,
    boasts: bool,
    blocks: bool,
    broken: bool,
}

impl Transport for Small<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let wire = command.expose();
        self.broken |= self.boasts && wire.len() > 5 && wire[4] == 0;
        if self.broken {
            return Err(TransportError::CutOff);
        }
        if !self.blocks && wire[0] & 0x10 != 0 {
            return Ok(Response::new(WipingBytes::from_slice(&[0x68, 0x84])).unwrap());
        }
        self.inner.transmit(command)
    }
    fn largest_command(&self) -> usize {
        if self.boasts { 65_544 } else { 261 }
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.broken = false;
        self.inner.reconnect()
    }
}

impl Readers for Small<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.inner.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let inner = self.inner.connect(reader)?;
        Ok(Box::new(Small { inner, boasts: self.boasts, blocks: self.blocks, broken: false }))
    }
}

fn establish(boasts: bool, blocks: bool) -> (Rig, tempfile::TempDir) {
    // Generating a key on this curve takes more than fits into a short command.
    establish_with("EC:secp384r1", boasts, blocks)
}

fn establish_with(key: &str, boasts: bool, blocks: bool) -> (Rig, tempfile::TempDir) {
    let (records, rack) = (tempfile::tempdir().unwrap(), Rack::new(1));
    rack.insert(0, SoftCard::new("REH0000001").unwrap());
    let plan = plan_text(2, 3, &[(key, 10)], false);
    let setup = Setup::by_plan(
        CeremonyKind::Establish,
        Plan::parse(&plan).unwrap(),
        plan,
        records.path(),
        Environment::SoftwareCards,
    );
    let readers = Small { inner: Box::new(rack) as Box<dyn Readers>, boasts, blocks, broken: false };
    (Rig::held(setup.unwrap(), Box::new(readers)), records)
}

#[test]
fn a_reader_that_claims_more_than_it_supports_gets_short_commands_from_its_second_failure_on() {
    let (mut rig, _records) = establish(true, true);
    rig.run(|_| {});
    goes_on(&rig, &[]);
    assert_eq!(rig.waited, ["card-cut-off"]);
    let log = rig.log.lock().unwrap();
    let extended = |command: &&Vec<u8>| command.len() > 5 && command[4] == 0;
    assert_eq!(log.iter().filter(extended).count(), 2, "twice, and never again");
}

#[test]
fn where_the_device_takes_no_blocks_the_reader_is_named() {
    for boasts in [false, true] {
        let (mut rig, _records) = establish(boasts, false);
        rig.play(|front| match front.fault() {
            Some(_) => front.goes_on_with(Recovery::Stop),
            None => Turn::Autopilot,
        });
        stopped(&rig, &["reader-too-small"]);
        assert_eq!(rig.value("reader-too-small", "reader"), "Software reader 1");
        assert!(rig.faults[0].contains("Software reader 1"), "{:?}", rig.faults);
    }
}

#[test]
fn where_no_long_command_gets_through_the_throw_away_key_is_of_a_type_with_a_short_one() {
    let (mut rig, _records) = establish_with("RSA:2048", false, false);
    rig.play(|front| match front.fault() {
        Some(_) => front.goes_on_with(Recovery::Stop),
        None => Turn::Autopilot,
    });
    let held = |fact: &&Fact| matches!(fact, Fact::ThrowAwayKey(ThrowAwayKey { outcome: KeyOfCertificate::Held, .. }));
    assert_eq!(rig.facts().iter().filter(|fact| held(fact)).count(), 1, "{:?}", rig.failed());
    let log = rig.log.lock().unwrap();
    let generates = |command: &&Vec<u8>| command.starts_with(&[0x00, 0x46]);
    assert!(log.iter().filter(generates).all(|command| command.len() < 100), "none on a curve");
    assert!(log.iter().filter(generates).count() >= 1);
}
