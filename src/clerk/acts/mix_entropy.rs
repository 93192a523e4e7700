//! Seeds the generator for all random values.

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, entropy};
use crate::faults::{self, Fault};
use crate::record::Fact;
use crate::secret::WipingBytes;
use crate::terms::{Handle, Serial};
use crate::vault::Vault;

/// Seed the generator from the device, if one takes part, the host and, if they were thrown, dice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixEntropy {
    /// The device that adds its randomness; none: no device takes part in the ceremony.
    pub serial: Option<Serial>,
    /// How many throws of dice people typed; 0 for none.
    pub dice: u16,
}

impl ActKind for MixEntropy {
    const WORD: &'static str = "mix-entropy";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// The throws go back into the vault, because the step may have to be repeated.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let thrown = match self.dice {
            0 => None,
            _ => Some(vault.give(Handle::Dice).ok_or(faults::RandomFailed)?),
        };
        Ok(Begun::OnCard(Box::new(move |devices| {
            let seeded = self.seed(devices, thrown.as_ref());
            let mut back: Vec<(Handle, WipingBytes)> =
                thrown.into_iter().map(|throws| (Handle::Dice, throws)).collect();
            let result = seeded.map(|(seed, sources)| {
                back.push((Handle::GeneratorSeed, seed));
                vec![Fact::Seeded { sources }]
            });
            Reply { result, back }
        })))
    }
}

impl MixEntropy {
    fn seed(&self, devices: &mut Devices, thrown: Option<&WipingBytes>) -> Result<(WipingBytes, Vec<String>), Fault> {
        let random = |serial| devices.with(serial, |device| device.random(entropy::SOURCE_BYTES));
        let device = self.serial.as_ref().map(random).transpose()?;
        let thrown = thrown.map(|throws| (throws, self.dice));
        entropy::seed(self.serial.as_ref().zip(device.as_ref()), &entropy::host()?, thrown)
    }
}
