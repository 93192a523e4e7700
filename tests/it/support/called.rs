//! The room, the keyboard, and who is called.

use super::walk::fill;
use super::wizard::Wizard;

/// The room is fit, everybody is present.
pub fn people_and_room(wizard: &mut Wizard) {
    people_of_the_plan(wizard);
    identified(wizard);
}

/// The same where the plan says of everybody how they are identified.
pub fn people_of_the_plan(wizard: &mut Wizard) {
    wizard.pass("What the program found on this machine");
    keyboard(wizard);
    wizard.pass("call every name aloud");
}

/// Everybody was identified in one way, of which the plan says nothing.
pub fn identified(wizard: &mut Wizard) {
    wizard.wait_for("how were they identified?");
    fill(wizard, &["passport"]);
}

/// The keyboard types what is on its keys.
pub fn keyboard(wizard: &mut Wizard) {
    wizard.wait_for("try the keyboard before anybody types a secret");
    fill(wizard, &["azy1"]);
}
