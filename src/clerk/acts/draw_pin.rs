//! Draws a new PIN, so that nobody has to invent one.

use rand_core::Rng;
use zeroize::Zeroizing;

use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::pins::{so_pin, user_pin};
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::clerk::{Clerk, entropy};
use crate::faults::{self, Fault};
use crate::record::{Fact, PinName};
use crate::secret::WipingBytes;
use crate::terms::{DeviceRole, Handle, Serial};
use crate::vault::Vault;

/// How many digits a drawn user PIN has: with 8 or more, a device allows every number of tries.
const USER_DIGITS: usize = 10;

/// How often a weak PIN is drawn before the generator itself must be wrong.
const MOST_DRAWS: u8 = 16;

/// Draw a PIN for a device. The generator is seeded like that of the shares: by the device and this computer together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawPin {
    /// Which device.
    pub role: DeviceRole,
    /// Its serial.
    pub serial: Serial,
    /// Which PIN.
    pub pin: PinName,
}

impl ActKind for DrawPin {
    const WORD: &'static str = "draw-pin";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    /// One that is still kept stays: its holder has it on paper, and the device may have it already.
    fn perform(self, _: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let handle = match self.pin {
            PinName::So => Handle::NewSoPin,
            PinName::User => Handle::UserPin,
        };
        if vault.lend(handle).is_some() {
            return Ok(Begun::Done(Vec::new()));
        }
        Ok(Begun::OnCard(Box::new(move |devices| match self.draw(devices) {
            Ok((drawn, sources)) => {
                let fact = Fact::PinDrawn { role: self.role, pin: self.pin, sources };
                Reply { result: Ok(vec![fact]), back: vec![(handle, drawn)] }
            }
            Err(fault) => Reply::plain(Err(fault)),
        })))
    }
}

impl DrawPin {
    fn draw(&self, devices: &mut Devices) -> Result<(WipingBytes, Vec<String>), Fault> {
        let device = devices.with(&self.serial, |device| device.random(entropy::SOURCE_BYTES))?;
        let (seed, sources) = entropy::seed(Some((&self.serial, &device)), &entropy::host()?, None)?;
        let mut generator = entropy::generator(seed.expose())?;
        for _ in 0..MOST_DRAWS {
            let (drawn, fit) = match self.pin {
                PinName::So => {
                    let drawn = so_pin_digits(&mut generator)?;
                    let fit = so_pin(&drawn)?.is_fit();
                    (drawn, fit)
                }
                PinName::User => {
                    let drawn = user_pin_digits(&mut generator)?;
                    let fit = user_pin(&drawn)?.is_fit();
                    (drawn, fit)
                }
            };
            if fit.is_ok() {
                return Ok((drawn, sources));
            }
        }
        Err(Fault::from(faults::RandomFailed))
    }
}

/// 16 hexadecimal digits: 64 bits.
fn so_pin_digits(generator: &mut impl Rng) -> Result<WipingBytes, Fault> {
    let mut bytes = Zeroizing::new([0; 8]);
    generator.fill_bytes(bytes.as_mut_slice());
    let mut digits = WipingBytes::zeros(16);
    base16ct::lower::encode(bytes.as_slice(), digits.expose_mut()).map_err(|_| faults::RandomFailed)?;
    Ok(digits)
}

/// Decimal digits, each as likely as the others.
fn user_pin_digits(generator: &mut impl Rng) -> Result<WipingBytes, Fault> {
    let mut digits = WipingBytes::with_capacity(USER_DIGITS);
    let mut byte = Zeroizing::new([0_u8; 1]);
    while digits.len() < USER_DIGITS {
        generator.fill_bytes(byte.as_mut_slice());
        let [drawn] = *byte;
        // 250 to 255 would make the digits 0 to 5 likelier.
        if drawn < 250 {
            digits.push(b'0' + drawn % 10).map_err(|_| faults::RandomFailed)?;
        }
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_pins_are_pins_and_every_digit_comes() {
        let mut generator = entropy::generator(&[7; 32]).unwrap();
        let (mut decimal, mut hexadecimal) = ([0_u32; 256], [0_u32; 256]);
        for _ in 0..1000 {
            let user = user_pin_digits(&mut generator).unwrap();
            assert!(user_pin(&user).unwrap().allows_tries(10).is_ok());
            user.expose().iter().for_each(|digit| decimal[usize::from(*digit)] += 1);
            let so = so_pin_digits(&mut generator).unwrap();
            assert!(so_pin(&so).is_ok());
            so.expose().iter().for_each(|digit| hexadecimal[usize::from(*digit)] += 1);
        }
        for digit in b'0'..=b'9' {
            assert!((800..1200).contains(&decimal[usize::from(digit)]), "{}", char::from(digit));
        }
        for digit in *b"0123456789abcdef" {
            assert!((800..1200).contains(&hexadecimal[usize::from(digit)]), "{}", char::from(digit));
        }
    }
}
