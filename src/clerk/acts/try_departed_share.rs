//! Another negative control of a drill: a share of an earlier set opens nothing together with shares of today.

use crate::clerk::acts::open_share_file::{OpenShareFile, Wrong};
use crate::clerk::acts::take_share::{TakeShare, Taken, words_of_any_threshold};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::words::words_fault;
use crate::clerk::{Clerk, opening};
use crate::faults::{self, Fault};
use crate::record::{DepartedOutcome, Fact};
use crate::secret::WipingBytes;
use crate::share::{read_words, write_words};
use crate::terms::{DkekShareNumber, Handle, Purpose, Scheme, Seat, Serial};
use crate::vault::Vault;

/// Put the typed share of an earlier set in the place of one of the seats' and try to open the share file: it must stay shut. The
/// shares in the vault stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryDepartedShare {
    /// Which DKEK share.
    pub share: DkekShareNumber,
    /// As many seats as a quorum has: with more, the file could be opened without the share that is tried.
    pub seats: Vec<(Seat, Vec<u8>)>,
    /// M.
    pub threshold: u8,
    /// The scheme of both sets.
    pub scheme: Scheme,
    /// The prime of today's set, or its number.
    pub set: String,
    /// The same of the earlier set.
    pub set_before: String,
    /// Today's set was made elsewhere.
    pub foreign: bool,
}

/// Seats, and the possible meanings of the ids given there.
type Seats = Vec<(Seat, Vec<u8>)>;

impl ActKind for TryDepartedShare {
    const WORD: &'static str = "try-departed-share";
    const MAY_BE_STOPPED: bool = true;
    const READS_TYPED: bool = true;
    const IN_A_LOGIN: bool = false;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, vault: &mut Vault) -> Result<Begun, Fault> {
        let taken = self.taken(vault);
        vault.forget_typed();
        let taken = taken?;
        let (seats, beside) = self.in_place_of_one(&taken, vault)?;
        let Self { share, threshold, scheme, set, foreign, .. } = self;
        let opening = OpenShareFile { share, seats, threshold, scheme, set, kcv: None, foreign: false };
        // Shares that do not fit together yield no password at all.
        let mut tries = opening.tries_with(Wrong::None, &beside).unwrap_or_default();
        tries.truncate(super::try_wrong_share::MOST_TRIES);
        let begun = opening::begin(tries, share, foreign, clerk, move |found, _| match found {
            None => Ok(vec![Fact::DepartedShare { share, outcome: DepartedOutcome::Refused }]),
            Some(_) => Err(Fault::from(faults::DepartedShareOpens)),
        });
        begun.map(Begun::Opening)
    }
}

impl TryDepartedShare {
    /// The share as it was typed: of a set made with another tool, there may be no check bytes on the card.
    fn taken(&self, vault: &Vault) -> Result<Taken, Fault> {
        let as_numbers = TakeShare {
            card: Purpose::DkekShare(self.share),
            seat: Seat(0),
            scheme: self.scheme,
            set: Some(self.set_before.clone()),
            id: None,
            threshold: self.threshold,
            foreign: true,
        };
        match self.scheme {
            Scheme::ScHsmTool => as_numbers.numbers(vault),
            Scheme::Words => words_of_any_threshold(vault),
        }
    }

    /// The seats' shares with the typed one among them, beside the vault: in the place of the share with the same number or, if
    /// there is none, of the first. Words say which set they are of; for the trial they say that they are of today's.
    fn in_place_of_one(&self, taken: &Taken, vault: &Vault) -> Result<(Seats, Vault), Fault> {
        let (mut seats, mut beside) = (self.seats.clone(), Vault::new());
        let same = |(_, ids): &(Seat, Vec<u8>)| ids.iter().any(|id| taken.ids.contains(id));
        let place = seats.iter().position(same).unwrap_or_default();
        for (at, (seat, ids)) in seats.iter_mut().enumerate() {
            let handle = Handle::SeatShare(Purpose::DkekShare(self.share), *seat);
            let of_seat = vault.lend(handle).ok_or(faults::SharesMissing)?;
            if at != place {
                beside.keep(handle, WipingBytes::from_slice(of_seat));
                continue;
            }
            ids.clone_from(&taken.ids);
            beside.keep(
                handle,
                match self.scheme {
                    Scheme::ScHsmTool => WipingBytes::from_slice(taken.secret.expose()),
                    Scheme::Words => {
                        let today = read_words(of_seat).map_err(words_fault)?;
                        let mut departed = read_words(taken.secret.expose()).map_err(words_fault)?;
                        (departed.set, departed.threshold) = (today.set, today.threshold);
                        write_words(&departed)
                    }
                },
            );
        }
        Ok((seats, beside))
    }
}
