//! What is offered after a failure.

use super::recovery::{Recovery, recoveries};
use crate::ceremony::kinds::Ceremony;
use crate::ceremony::known::Known;
use crate::clerk::{Act, acts};
use crate::faults::{self, Fault};
use crate::names::CeremonyKind;
use crate::plan::Plan;
use crate::record::{Entry, Fact};
use crate::terms::{DeviceRole, Kcv, Number, Serial};

#[test]
fn both_pins_are_offered_from_the_first_wrong_try_until_something_is_loaded() {
    let plan = Plan::parse(include_str!("../../../assets/plan.example.json")).unwrap();
    let (role, serial) = (DeviceRole::Original, Serial::new("REH0000001").unwrap());
    let mut known = Known::new(&Ceremony::of(CeremonyKind::Establish).character, plan, true);
    let act = Act::from(acts::LogIn { role, serial: serial.clone(), held: false });
    let offered = |known: &Known| recoveries(known, &act, &Fault::from(faults::PinWrong { left: 2 }));
    let elsewhere = [Recovery::FromStart, Recovery::Stop];
    assert_eq!(offered(&known), elsewhere, "this sitting did not set its PINs");
    let step = Number { section: 1, step: 1 };
    let mut learn = |fact| {
        known.learn(&Entry::Learned { step, fact });
        offered(&known)
    };
    let initialised = learn(Fact::Initialised { role, serial: serial.clone(), dkek_shares: 1 });
    assert_eq!(initialised, [Recovery::FromStart, Recovery::PinsAgain, Recovery::Stop]);
    assert_eq!(learn(Fact::Loaded { role, kcv: Kcv([0; 8]) }), elsewhere, "nothing that is loaded is erased");
}
