//! Cards and passwords on paper are put away.

use super::walk::fill;
use super::wizard::Wizard;

/// New cards: the KCV is on every one, and each gets a bag with one of these numbers.
pub fn first_bags(wizard: &mut Wizard, numbers: &[&str]) {
    wizard.pass("write the key check value");
    for number in numbers {
        bag(wizard, "into a numbered bag, and close it", number);
    }
}

/// Cards that were used get new bags with these numbers.
pub fn new_bags(wizard: &mut Wizard, numbers: &[&str]) {
    for number in numbers {
        bag(wizard, "into a new numbered bag, and close it", number);
    }
}

fn bag(wizard: &mut Wizard, said: &str, number: &str) {
    wizard.wait_for(said);
    let step = format!("{} ", wizard.step());
    fill(wizard, &[number]);
    wizard.until("the next step", |screen| !screen.contains(&step));
}
