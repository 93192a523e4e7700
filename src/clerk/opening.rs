//! Opening a share file: passwords are tried on it until one works.

use crate::clerk::files::own_share_file;
use crate::clerk::workers::kdf::{self, Found, Job, News, OpenedFile, Try};
use crate::clerk::{Clerk, Outcome, as_fault};
use crate::dkek::{DkekShare, ShareFile};
use crate::faults::{self, Fault};
use crate::folder::names;
use crate::record::{Defect, Fact};
use crate::secret::{Secret, WipingBytes};
use crate::terms::{DkekShareNumber, Handle, Kcv, MOST_DKEK_SHARES, Purpose, Seat};
use crate::vault::Vault;

/// What an act does with the result; `None` if no password opened the file.
type Take = Box<dyn Fn(Option<Found>, &mut Vault) -> Result<Vec<Fact>, Fault>>;

/// A share file being opened for an act.
pub struct Opening {
    job: Job<OpenedFile>,
    take: Take,
}

impl Opening {
    /// The progress; `None`: nothing new.
    pub fn poll(&self, vault: &mut Vault) -> Option<Outcome> {
        match self.job.newest() {
            Err(()) => Some(Outcome::Failed(Fault::from(faults::WorkerGone))),
            Ok(None) => None,
            Ok(Some(News::Progress(done, total))) => Some(Outcome::Progress { done, total }),
            Ok(Some(News::Done(opened))) => Some((self.take)(opened.found, vault).into()),
        }
    }
}

/// Starts trying passwords on the files that may contain a DKEK share.
///
/// # Errors
/// A file is missing, was changed, is not a share file, or is a rehearsal's in a real ceremony or the reverse.
pub fn begin(
    tries: Vec<Try>,
    share: DkekShareNumber,
    foreign: bool,
    clerk: &Clerk,
    take: impl Fn(Option<Found>, &mut Vault) -> Result<Vec<Fact>, Fault> + 'static,
) -> Result<Opening, Fault> {
    // What this sitting has written is what its cards open, whatever it started from.
    let own = clerk.manifest.share_files.contains_key(&share);
    let contents = match &clerk.source {
        Some(source) if !own => source.share_files(share, &clerk.manifest.opened)?,
        Some(_) | None => vec![(names::share_file(share), own_share_file(clerk, share)?)],
    };
    let mut files = Vec::new();
    for (name, content) in contents {
        let file = ShareFile::parse(&content).map_err(|error| as_fault::share_file(&error))?;
        of_this_kind(&name, &file, foreign, clerk)?;
        files.push((name, file));
    }
    Ok(Opening { job: kdf::begin_opening(tries, files, clerk.rounds), take: Box::new(take) })
}

/// A rehearsal and the real thing never take each other's share files; the salt tells them apart.
///
/// # Errors
/// It is a rehearsal's in a real ceremony, or the reverse.
pub fn of_this_kind(name: &str, file: &ShareFile, foreign: bool, clerk: &Clerk) -> Result<(), Fault> {
    match (file.is_rehearsal(), clerk.rehearsal) {
        (true, false) => Err(Fault::from(faults::RehearsalArtefact { what: name })),
        (false, true) if !(foreign && clerk.training_files) => Err(Fault::from(faults::RealShareFile)),
        (true, true) | (false, _) => Ok(()),
    }
}

/// Puts an opened DKEK share into the vault, and forgets the shares of the seats that opened it. They are kept if it is
/// not the one that was wanted.
///
/// # Errors
/// It is a different DKEK share, or one that was already opened.
pub fn keep(
    found: Found,
    share: DkekShareNumber,
    seats: &[Seat],
    expected: Option<Kcv>,
    vault: &mut Vault,
) -> Result<Vec<Fact>, Fault> {
    let Found { share: opened, file, agreeing, mut defects, needed } = found;
    let kcv = opened.kcv();
    if let Some(expected) = expected.filter(|expected| *expected != kcv) {
        return Err(Fault::from(faults::KcvDiffers { found: kcv, expected }));
    }
    // The same DKEK share twice would cancel itself out.
    for other in DkekShareNumber::up_to(MOST_DKEK_SHARES.into()).filter(|other| *other != share) {
        let known = vault.lend(Handle::DkekShare(other)).and_then(Secret::from_slice).map(DkekShare::new);
        if known.is_some_and(|known| known.same(&opened)) {
            return Err(Fault::from(faults::DkekShareTwice { other }));
        }
    }
    vault.keep(Handle::DkekShare(share), WipingBytes::from_slice(opened.expose()));
    let (right, wrong) = sides(seats, &agreeing);
    for seat in seats {
        vault.forget(Handle::SeatShare(Purpose::DkekShare(share), *seat));
    }
    if !wrong.is_empty() {
        defects.push(Defect::WrongShare);
    }
    Ok(vec![Fact::Opened { share, file, kcv, right, wrong, defects, needed, people: Vec::new() }])
}

/// The seats whose shares agree, and the others.
pub fn sides(seats: &[Seat], agreeing: &[usize]) -> (Vec<Seat>, Vec<Seat>) {
    let (right, wrong): (Vec<_>, Vec<_>) = seats.iter().enumerate().partition(|(place, _)| agreeing.contains(place));
    let only = |list: Vec<(usize, &Seat)>| list.into_iter().map(|(_, seat)| *seat).collect();
    (only(right), only(wrong))
}
