//! What holds on every screen.

use hsm_ceremony::ceremony::{Actor, Body, Machine, View};
use hsm_ceremony::names::FieldName;
use hsm_ceremony::record::{Entry, Fact};
use hsm_ceremony::terms::{Handle, Number, Purpose};
use hsm_ceremony::vault::Vault;

/// Law 2: the vault holds only what this turn needs.
pub fn vault(machine: &Machine, vault: &Vault, view: &View) {
    // What stands for a person, and the words of a digest, are typed in sight of everybody.
    let public = [FieldName::Sign, FieldName::CheckWords].map(Handle::Entry);
    let held = vault.holds().into_iter().filter(|handle| !public.contains(handle));
    let Some(step) = machine.step().filter(|_| !matches!(view.body, Body::Ended { .. })) else {
        let held: Vec<Handle> = held.collect();
        assert!(held.is_empty(), "at the end: {held:?}");
        return;
    };
    let at = step.id.word();
    // A login in between belongs to the step of the list that it interrupts, and what that step has stays.
    let listed = machine.steps().iter().find(|one| one.number == step.number);
    let interrupted = listed.map_or(at, |one| one.id.word());
    for handle in held {
        let allowed = match handle {
            Handle::GeneratorSeed => matches!(at, "entropy" | "password" | "deal"),
            Handle::Dice => matches!(at, "dice" | "entropy"),
            Handle::SharePassword(_) => matches!(at, "password" | "deal"),
            // A custodian who has left leaves nothing behind.
            Handle::DealtShare(Purpose::DkekShare(share), number) | Handle::DealtCheck(share, number) => {
                match step.actor {
                    Actor::Custodian(present) => (share, number) >= (step.share, present),
                    _ => at == "deal",
                }
            }
            Handle::SeatShare(_, seat) => match step.actor {
                Actor::Seat(present) => seat <= present,
                _ => at == "open",
            },
            Handle::DkekShare(share) => matches!(at, "seat" | "open" | "password-open") && share <= step.share,
            Handle::DealtShare(Purpose::SoPin, _) | Handle::NewUserPin | Handle::EarlierDkek => false,
            Handle::Dkek => !matches!(at, "room" | "roll-call" | "share-file" | "close" | "vault"),
            Handle::SoPin | Handle::NewSoPin => {
                matches!(interrupted, "so-pin" | "user-pin" | "initialise" | "retire-erase")
            }
            Handle::KeyFilePassword => interrupted == "import-key",
            Handle::UserPin => matches!(interrupted, "user-pin" | "initialise" | "log-in" | "retire-erase"),
            // What was typed is set aside while another question is asked.
            Handle::Entry(_) => true,
            Handle::Suggestion(_) => matches!(view.body, Body::Form { .. }),
        };
        assert!(allowed, "{handle:?} in the vault at {} {at} on {:?}", step.number, view.body);
    }
}

/// The number of a step never goes back, unless the record says that people went on elsewhere.
pub struct Numbers {
    last: Number,
    entries: usize,
}

impl Numbers {
    pub const fn new() -> Self {
        Self { last: Number { section: 1, step: 1 }, entries: 0 }
    }

    pub fn see(&mut self, machine: &Machine, entries: &[Entry]) {
        let recovered = entries[self.entries..].iter().any(|entry| matches!(entry, Entry::Recovered { .. }));
        let now = machine.number();
        assert!(now >= self.last || recovered, "from {} back to {now}", self.last);
        assert!(machine.steps().iter().any(|step| step.number == now), "{now} is in the list");
        (self.last, self.entries) = (now, entries.len());
    }
}

/// Law 5: the tries left are read before every PIN that is sent.
pub fn no_guess_costs_a_try(sent: &[Vec<u8>]) {
    const VERIFY: [u8; 4] = [0x00, 0x20, 0x00, 0x81];
    let mut asked = false;
    for command in sent {
        if *command == VERIFY {
            asked = true;
        } else if command.starts_with(&VERIFY) {
            assert!(asked, "a PIN was sent without asking");
            asked = false;
        }
    }
}

/// Law 4: nothing is erased that was not announced.
pub fn erased_as_announced(sent: &[Vec<u8>], entries: &[Entry]) {
    let erased = sent.iter().filter(|command| command.starts_with(&[0x80, 0x50])).count();
    let failed =
        entries.iter().filter(|entry| matches!(entry, Entry::Failed { act, .. } if act == "initialise")).count();
    let announced = entries.iter().filter(|entry| matches!(entry, Entry::Intent { .. })).count();
    assert!(erased <= announced + failed, "{erased} times erased, {announced} times announced");
    let initialised = |entry: &Entry| matches!(entry, Entry::Learned { fact: Fact::Initialised { .. }, .. });
    assert!(entries.iter().filter(|entry| initialised(entry)).count() <= announced);
}
