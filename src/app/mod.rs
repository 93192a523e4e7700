//! Connects machine, clerk, vault, record and front end. The one loop.

mod again;
mod card_check;
mod clock;
mod front;
mod hand;
mod program;
mod resume;
mod setup;
mod throw_away_key;
mod unwritten;

pub use card_check::check_cards;
pub use front::{FrontEnd, FrontError, Screen};
pub use resume::{OpenSitting, Restarted};
pub use setup::{Environment, Place, Setup, fits_its_files, kept_device, latest_backup, plan_after};

use self::clock::Clock;
pub use self::clock::today;
use crate::faults::{self, Fault};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::ceremony::{Body, Event, FinishedCopy, Input, Known, Machine, Request, ViewContext};
use crate::clerk::{Act, Clerk, Context, Outcome, acts};
use crate::dkek::Rounds;
use crate::fields::{check, open_text, read_check_words, suggest};
use crate::folder::{Folder, RecordFile, names};
use crate::names::FieldName;
use crate::paper::{About, explaining_files, write_reports};
use crate::plan::{Custody, Plan};
use crate::record::{CeremonyKind, Chain, Ending, Entry, LaidOutFile, Mark, verify};
use crate::script::{self, fill};
use crate::secret::{TypedText, WipingBytes, wipe_stack, wiping_stack};
use crate::terms::Digest;
use crate::vault::Vault;

/// The rounds of the key derivation in this binary.
pub const ROUNDS: Rounds = if cfg!(feature = "short-derivation") { Rounds(1000) } else { Rounds::PRODUCT };

/// How long a device may take to sign the record: many times what the slowest needs.
const LONGEST_SIGNATURE: Duration = Duration::from_mins(1);

/// Why a sitting could not reach its last screen.
#[derive(Debug)]
pub enum Stopped {
    /// A line of the record cannot be written, and people ended the sitting without it; or it cannot be made.
    Record(Fault),
    /// The front end is gone.
    Front(FrontError),
}

impl From<FrontError> for Stopped {
    fn from(error: FrontError) -> Self {
        Self::Front(error)
    }
}

/// One ceremony from its first to its last entry.
pub struct Sitting {
    machine: Machine,
    vault: Vault,
    clerk: Clerk,
    chain: Chain,
    record: RecordFile,
    /// Its last line on the disk.
    on_disk: Mark,
    around: ViewContext,
    began: Instant,
    clock: Clock,
    /// The time that people would have taken where the front end took none.
    ahead: Duration,
    folder: Folder,
    /// Why the report could not be written.
    without_report: Option<Fault>,
    /// Why the key of the plan did not sign the record.
    not_signed: Option<Fault>,
    /// Why copies do not hold the sealed record.
    not_copied: Vec<Fault>,
}

impl Sitting {
    /// Lays out the folder's plan and record, and begins. `plan_text` is the plan's file as it was read.
    pub fn begin(ceremony: CeremonyKind, plan: Plan, plan_text: &str, context: Context) -> Result<Self, Fault> {
        let around = ViewContext {
            rehearsal: context.rehearsal,
            shortened: context.rounds != Rounds::PRODUCT,
            folder: context.folder.path().display().to_string(),
            ..ViewContext::default()
        };
        let folder = context.folder.clone();
        let files = lay_out(ceremony, &plan, plan_text, &context)?;
        let record = RecordFile::create(&context.folder)?;
        let began = Entry::Began {
            ceremony,
            title: plan.title.clone(),
            custody: plan.dkek_shares.iter().map(Custody::word).collect(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            program_sha256: program::digest(),
            plan_sha256: Digest(Sha256::digest(plan_text).into()),
            script_sha256: Digest(script::digest()),
            short_derivation: context.rounds != Rounds::PRODUCT,
            files,
        };
        let chain = Chain::new(context.rehearsal);
        let mut machine = Machine::new(ceremony, plan, context.rehearsal);
        machine.begin(began);
        let clerk = Clerk::new(context);
        Ok(Self::with((machine, clerk), (chain, record), around, Clock::start(), folder))
    }

    fn with(
        (machine, clerk): (Machine, Clerk),
        (chain, record): (Chain, RecordFile),
        around: ViewContext,
        clock: Clock,
        folder: Folder,
    ) -> Self {
        Self {
            machine,
            vault: Vault::new(),
            clerk,
            on_disk: chain.mark(),
            chain,
            record,
            around,
            began: Instant::now(),
            clock,
            ahead: Duration::ZERO,
            folder,
            without_report: None,
            not_signed: None,
            not_copied: Vec::new(),
        }
    }

    /// Goes on with one whose program had ended. `to_close`: people only want to close it.
    ///
    /// # Errors
    /// A file cannot be read or set aside, or the entry cannot be made.
    pub fn resume(open: &OpenSitting, plan: Plan, context: Context, to_close: bool) -> Result<Self, Fault> {
        let around = ViewContext {
            rehearsal: context.rehearsal,
            shortened: context.rounds != Rounds::PRODUCT,
            folder: context.folder.path().display().to_string(),
            ..ViewContext::default()
        };
        if open.shortened != around.shortened {
            return Err(Fault::from(faults::ResumeShortened { folder: &around.folder }));
        }
        let folder = context.folder.clone();
        let Restarted { mut machine, clerk, chain, record, resumed } = open.restart(plan, context)?;
        machine.go_on(resumed, to_close);
        let clock = Clock::after(open.so_far());
        Ok(Self::with((machine, clerk), (chain, record), around, clock, folder))
    }

    /// Runs the ceremony until people leave its last screen. Afterwards the vault is empty, however it ended.
    pub fn run(&mut self, front: &mut dyn FrontEnd) -> Result<&Known, Stopped> {
        let result = self.turns(front);
        self.vault.forget_all();
        self.clerk.stop();
        wipe_stack();
        front.wipe()?;
        result.map(|()| self.machine.known())
    }

    /// The digest of the record's last line so far.
    pub fn digest(&self) -> Digest {
        self.chain.mark().digest
    }

    /// Where its files are: its record may have been moved to another medium.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Why the sealed record has no report in its folder. The ceremony is whole without it: it can be made at any time.
    pub const fn without_report(&self) -> Option<&Fault> {
        self.without_report.as_ref()
    }

    /// Why the sealed record is not signed, although a key was to sign it.
    pub const fn not_signed(&self) -> Option<&Fault> {
        self.not_signed.as_ref()
    }

    /// Why copies of the folder do not hold the sealed record.
    pub fn not_copied(&self) -> &[Fault] {
        &self.not_copied
    }

    fn turns(&mut self, front: &mut dyn FrontEnd) -> Result<(), Stopped> {
        loop {
            if self.drain(front)?.is_break() {
                return Ok(());
            }
            if let Some(outcome) = wiping_stack(|| self.clerk.poll(&mut self.vault)) {
                self.machine.handle(Event::Outcome(outcome));
                continue;
            }
            self.tell_the_time();
            if self.drain(front)?.is_break() {
                return Ok(());
            }
            let view = self.machine.view(&self.around);
            front.show(&view, &self.vault)?;
            // Clear what was computed before people take their time.
            wipe_stack();
            // Most acts take only a moment; longer ones are polled less often.
            let wait = match self.clerk.busy_for() {
                None => Duration::from_millis(250),
                Some(busy) if busy < Duration::from_millis(200) => Duration::from_millis(1),
                Some(_) => Duration::from_millis(20),
            };
            let wait = self.machine.next_moment().map_or(wait, |moment| wait.min(Duration::from_millis(moment + 1)));
            let Some(people) = front.next(&view, &mut self.vault, wait)? else { continue };
            self.pause(front);
            match (&view.body, people) {
                (Body::Form { fields, .. }, Input::Edited(_)) => {
                    // One field may depend on another (typed again), so all are checked.
                    for field in fields {
                        let check = check(&field.kind, field.name, &self.vault);
                        suggest(&field.kind, field.name, &mut self.vault);
                        let open = open_text(&field.kind, field.name, &self.vault);
                        self.machine.handle(Event::Checked { field: field.name, check, open });
                    }
                }
                (_, input) => self.machine.handle(Event::Input(input)),
            }
            self.pause(front);
        }
    }

    /// Since the program began, with the time that people would have taken.
    fn milliseconds(&self) -> u64 {
        u64::try_from((self.began.elapsed() + self.ahead).as_millis()).unwrap_or(u64::MAX)
    }

    /// The machine has no clock of its own.
    fn tell_the_time(&mut self) {
        self.machine.handle(Event::Time(self.milliseconds()));
    }

    /// People take their time, even if the front end does not.
    fn pause(&mut self, front: &dyn FrontEnd) {
        self.ahead += front.pause();
        self.tell_the_time();
    }

    /// Does what the machine asks for, in order, until it asks for nothing more, or the last screen has been left.
    fn drain(&mut self, front: &mut dyn FrontEnd) -> Result<ControlFlow<()>, Stopped> {
        while let Some(request) = self.machine.poll() {
            match request {
                Request::Record(keyboard, entry) => {
                    let line = self.chain.add(self.clock.now(), keyboard, &entry).map_err(Stopped::Record)?;
                    self.write(&line, front)?;
                    let mark = self.chain.mark();
                    self.on_disk = mark;
                    self.around.mark = mark.short();
                    self.around.digest = mark.digest.in_lines();
                    self.around.digest_words = mark.digest.numbered_words();
                    if let Entry::Sealed { ending, .. } = entry {
                        self.machine.handle(Event::Sealed(mark.digest));
                        if ending == Ending::Complete {
                            self.sign_record();
                        }
                        let sealed = self.folder.read(names::RECORD).and_then(|text| verify(&text));
                        self.without_report = sealed.and_then(|proof| write_reports(&self.folder, &proof)).err();
                        self.finish_copies();
                    }
                }
                Request::Perform(act) => wiping_stack(|| self.clerk.begin(act, &mut self.vault)),
                Request::Keep(field, handle) => {
                    let typed = self.vault.typed(field).map(|text| WipingBytes::from_slice(text.expose()));
                    if let Some(secret) = typed {
                        self.vault.keep(handle, secret);
                    }
                }
                Request::Forget(handles) => handles.into_iter().for_each(|handle| self.vault.forget(handle)),
                Request::ForgetTyped => self.vault.forget_typed(),
                Request::SetAside(true) => self.vault.set_aside(),
                Request::SetAside(false) => self.vault.bring_back(),
                Request::WipeScreen => front.wipe()?,
                Request::ForgetAll => {
                    self.vault.forget_all();
                    self.clerk.stop();
                }
                Request::CompareDigest(places) => {
                    let typed = self.vault.typed(FieldName::CheckWords).map(TypedText::expose).unwrap_or_default();
                    let digest = self.digest();
                    let at = |place: u8| digest.0.get(usize::from(place).saturating_sub(1)).copied();
                    let right = read_check_words(typed, places).map(|words| words.map(Some)) == Some(places.map(at));
                    self.machine.handle(Event::DigestHeard(right));
                }
                Request::Close => return Ok(ControlFlow::Break(())),
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The key of the plan signs the sealed record. If it cannot, that is said on the last screen: the record is whole.
    fn sign_record(&mut self) {
        let Some(act) = self.machine.known().sign_sealed() else { return };
        let label = act.signer.label.clone();
        let signed = self.perform_now(act.into());
        let _ = self.perform_now(acts::CloseFolder.into());
        let why_not = |fault: Fault| {
            let why = happened(&fault);
            self.not_signed = Some(fault);
            why
        };
        self.around.signed = Some(signed.map(|()| label).map_err(why_not));
    }

    /// Performs an act that is no step: nobody is asked any more, and a device that does not answer is not waited for for ever.
    fn perform_now(&mut self, act: Act) -> Result<(), Fault> {
        self.clerk.begin(act, &mut self.vault);
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_SIGNATURE {
            match self.clerk.poll(&mut self.vault) {
                Some(Outcome::Done(_)) => return Ok(()),
                Some(Outcome::Failed(fault)) => return Err(fault),
                Some(Outcome::Waiting(_) | Outcome::Progress { .. }) | None => {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
        self.clerk.stop();
        Err(Fault::from(faults::WorkerGone))
    }

    /// The end of the record, and what was written after it, goes to every copy. One that fails is named on the last screen:
    /// the record is sealed, and the folder itself is whole.
    fn finish_copies(&mut self) {
        for copy in self.machine.known().media.copies.values() {
            let fault = self.folder.complete_copy(Path::new(&copy.folder)).err();
            let why_not = fault.as_ref().map(happened);
            self.around.copies.push(FinishedCopy { label: copy.label.clone(), why_not });
            self.not_copied.extend(fault);
        }
    }
}

/// What happened, without the full stop of a sentence.
fn happened(fault: &Fault) -> String {
    let said: Vec<String> = script::fault(fault.name).happened.iter().map(|text| fill(text, &fault.values)).collect();
    said.join(" ").trim_end_matches('.').to_owned()
}

/// Writes what is in a folder before its ceremony begins: the plan, and what explains the folder. Returns the files whose
/// digests the record has to name.
///
/// # Errors
/// One cannot be written.
pub fn lay_out(
    ceremony: CeremonyKind,
    plan: &Plan,
    plan_text: &str,
    context: &Context,
) -> Result<Vec<LaidOutFile>, Fault> {
    context.folder.write_new(names::PLAN, plan_text.as_bytes())?;
    let from = context.source.as_ref().map(|source| source.folder.name());
    let about = About { ceremony, rehearsal: context.rehearsal, from };
    let write = |(name, content): (&str, Vec<u8>)| {
        let written = context.folder.write_new(name, &content)?;
        Ok(LaidOutFile { file: written.name, sha256: written.sha256 })
    };
    explaining_files(&about, plan).into_iter().map(write).collect()
}
