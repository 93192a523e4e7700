//! The worker that derives keys, so that the terminal stays responsive. Secrets are moved in and out.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::dkek::{DkekShare, Rounds, ShareFile, derive, open, seal};
use crate::record::Defect;
use crate::secret::{WipingBytes, wiping_stack};

/// A message from the worker.
pub enum News<T> {
    /// Rounds done and in total.
    Progress(u64, u64),
    /// It is done.
    Done(T),
}

/// One derivation in progress. Dropping it cancels it, and the worker wipes what it holds.
pub struct Job<T> {
    news: Receiver<News<T>>,
    stopped: Arc<AtomicBool>,
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl<T: Send + 'static> Job<T> {
    /// What `work` comes to is sent when nothing of the work is left on the stack; `None`: it was stopped.
    fn spawn(work: impl FnOnce(&Sender<News<T>>, &AtomicBool) -> Option<T> + Send + 'static) -> Self {
        let (send, news) = channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopped);
        // If no thread can be started, the sender is dropped, and the job reports that its worker is gone.
        let _ = thread::Builder::new().spawn(move || {
            if let Some(result) = wiping_stack(|| work(&send, &flag)) {
                let _ = send.send(News::Done(result));
            }
        });
        Self { news, stopped }
    }

    /// The latest news, if there is any.
    ///
    /// # Errors
    /// The worker is gone without a result.
    pub fn newest(&self) -> Result<Option<News<T>>, ()> {
        let mut newest = None;
        loop {
            match self.news.try_recv() {
                Ok(News::Done(result)) => return Ok(Some(News::Done(result))),
                Ok(progress) => newest = Some(progress),
                Err(std::sync::mpsc::TryRecvError::Empty) => return Ok(newest),
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return newest.map(Some).ok_or(()),
            }
        }
    }
}

/// Starts encrypting a DKEK share. The worker wipes password and share when it ends.
pub fn begin_sealing(password: WipingBytes, share: DkekShare, salt: [u8; 8], rounds: Rounds) -> Job<ShareFile> {
    Job::spawn(move |news, stopped| {
        let key = derive(password.expose(), salt, rounds, &mut |progress| {
            let _ = news.send(News::Progress(progress.done, progress.total));
            if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        drop(password);
        key.map(|key| seal(&share, &key, salt))
    })
}

/// A password to try, and the places of the shares that it comes from.
pub struct Try {
    /// The password.
    pub password: WipingBytes,
    /// Places in the list of shares.
    pub agreeing: Vec<usize>,
    /// What the old tool would have failed at, if this is the right one.
    pub defects: Vec<Defect>,
    /// How many shares this assumes that the set needs, if not as many as the plan says.
    pub needed: Option<u8>,
}

/// The DKEK share found in a share file.
pub struct Found {
    /// The share.
    pub share: DkekShare,
    /// The name of the share file it was in.
    pub file: String,
    /// The places of the shares that opened it.
    pub agreeing: Vec<usize>,
    /// What the old tool would have failed at.
    pub defects: Vec<Defect>,
    /// How many shares the set needs, if not as many as the plan says.
    pub needed: Option<u8>,
}

/// The result of opening.
pub struct OpenedFile {
    /// What was found; `None`: no password opened a file.
    pub found: Option<Found>,
}

/// Tries passwords on share files, one after the other, until one opens a file.
pub fn begin_opening(tries: Vec<Try>, files: Vec<(String, ShareFile)>, rounds: Rounds) -> Job<OpenedFile> {
    Job::spawn(move |news, stopped| {
        let count = (tries.len() * files.len()) as u64;
        let mut found = None;
        let pairs = tries.iter().flat_map(|attempt| files.iter().map(move |file| (attempt, file)));
        for (number, (attempt, (name, file))) in (0u64..).zip(pairs) {
            let key = derive(attempt.password.expose(), file.salt(), rounds, &mut |progress| {
                let _ = news.send(News::Progress(number * progress.total + progress.done, count * progress.total));
                if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let key = key?;
            if let Ok(share) = open(file, &key) {
                let (agreeing, defects, needed) = (attempt.agreeing.clone(), attempt.defects.clone(), attempt.needed);
                found = Some(Found { share, file: name.clone(), agreeing, defects, needed });
                break;
            }
        }
        Some(OpenedFile { found })
    })
}
