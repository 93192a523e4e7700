//! A device that is cut off at the login with the PIN that was just set: its holder types the PIN.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hsm_ceremony::card::transport::{Readers, Response, Transport, TransportError};
use hsm_ceremony::ceremony::{Body, Recovery};
use hsm_ceremony::fields::FieldKind;
use hsm_ceremony::record::Fact;
use hsm_ceremony::secret::WipingBytes;
use hsm_ceremony::terms::Handle;

use super::mistakes::goes_on;
use super::rig::{Front, Rig, Turn, plan_text};

/// Readers, or a card in one of them, and whether the login has been lost.
struct Cut<T>(T, Arc<AtomicBool>);

/// Readers whose card vanishes at the first login, before it answers.
pub fn cut_at_the_login(readers: Box<dyn Readers>) -> Box<dyn Readers> {
    Box::new(Cut(readers, Arc::default()))
}

impl Transport for Cut<Box<dyn Transport>> {
    fn transmit(&mut self, command: &WipingBytes) -> Result<Response, TransportError> {
        let logs_in = command.expose().starts_with(&[0x00, 0x20, 0x00, 0x81]) && command.expose().len() > 5;
        if logs_in && !self.1.swap(true, Ordering::Relaxed) {
            return Err(TransportError::CutOff);
        }
        self.0.transmit(command)
    }
    fn largest_command(&self) -> usize {
        self.0.largest_command()
    }
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.0.reconnect()
    }
}

impl Readers for Cut<Box<dyn Readers>> {
    fn occupied(&mut self) -> Result<Vec<String>, TransportError> {
        self.0.occupied()
    }
    fn connect(&mut self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Cut(self.0.connect(reader)?, Arc::clone(&self.1))))
    }
}

/// Goes on to the screen on which the PIN is typed, if the login was lost.
pub fn types_the_pin(front: &Front<'_>) -> Option<Turn> {
    (front.fault() == Some(LOST)).then(|| front.goes_on_with(Recovery::TypePin))
}

/// The fault of a card that vanished.
pub const LOST: &str = "card-cut-off";

#[test]
fn nobody_types_the_user_pin_again_unless_the_login_was_lost() {
    for lost in [false, true] {
        let records = tempfile::tempdir().unwrap();
        let text = plan_text(2, 3, &[("EC:secp256r1", 10)], true);
        let between = |readers| if lost { cut_at_the_login(readers) } else { readers };
        let mut rig = Rig::establish_with(&text, records.path(), between);
        let (mut typed, mut called) = (0, false);
        rig.play(|front| {
            if let Some(turn) = types_the_pin(front) {
                assert!(!front.vault.holds().contains(&Handle::UserPin), "it was used, and is wiped");
                return turn;
            }
            let here = front.step() == "log-in";
            called |= here && matches!(&front.view.body, Body::Form { fields, .. } if matches!(fields[0].kind, FieldKind::Sign(_)));
            typed += usize::from(front.empty(|kind| *kind == FieldKind::UserPin).is_some());
            Turn::Autopilot
        });
        goes_on(&rig, if lost { &[LOST] } else { &[] });
        assert_eq!((typed, called), (usize::from(lost), lost), "its holder is called to the keyboard first");
        let logins = rig.facts().into_iter().filter(|fact| matches!(fact, Fact::LoggedIn { .. })).count();
        assert_eq!(logins, 2, "one for each device");
    }
}
