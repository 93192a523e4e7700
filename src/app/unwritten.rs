//! A line of the record goes to the disk before anything else happens: until it is there, people see why not.

use std::path::Path;
use std::time::Duration;

use super::{FrontEnd, Sitting, Stopped};
use crate::ceremony::{Body, Event, Input, Notice, Unwritten, UnwrittenRequest};
use crate::faults::{self, Fault};
use crate::fields::{check, open_text};
use crate::names::FieldName;
use crate::secret::wipe_stack;

/// How often such a screen looks at the time.
const A_MOMENT: Duration = Duration::from_millis(50);

impl Sitting {
    /// Writes a line of the record. Returns only once it is on a disk, synced.
    ///
    /// # Errors
    /// People ended the sitting without it, or the front end is gone.
    pub(super) fn write(&mut self, line: &str, front: &mut dyn FrontEnd) -> Result<(), Stopped> {
        let Err(fault) = self.record.add(line) else { return Ok(()) };
        front.wipe()?;
        let result = self.until_written(fault, front);
        self.vault.typing(FieldName::MovedTo).clear();
        result
    }

    fn until_written(&mut self, fault: Fault, front: &mut dyn FrontEnd) -> Result<(), Stopped> {
        let mut unwritten = Unwritten::new(fault, self.on_disk, self.milliseconds());
        loop {
            unwritten.handle(Event::Time(self.milliseconds()));
            match unwritten.request() {
                Some(UnwrittenRequest::TryAgain) => match self.record.try_again() {
                    Ok(()) => return Ok(()),
                    Err(fault) => unwritten.failed(fault),
                },
                Some(UnwrittenRequest::MoveTo(place)) => {
                    let old = self.folder.path().display().to_string();
                    match self.move_to(Path::new(&place)) {
                        Ok(marked) => unwritten.moved(old, marked),
                        Err(fault) => unwritten.not_moved(fault),
                    }
                }
                Some(UnwrittenRequest::Stop) => {
                    self.vault.forget_all();
                    self.clerk.stop();
                    wipe_stack();
                    front.wipe()?;
                }
                Some(UnwrittenRequest::Leave) if self.record.lacks_a_line() => {
                    return Err(Stopped::Record(Fault::from(faults::RecordLeftUnsealed {
                        folder: self.folder.path().display(),
                        line: self.on_disk.line,
                        why: unwritten.why(),
                        digest: self.on_disk.digest.in_groups().join(" "),
                        words: self.on_disk.digest.in_words().join(" "),
                    })));
                }
                Some(UnwrittenRequest::Leave) => return Ok(()),
                None => {}
            }
            if self.wipe_what_was_left_alone(front)? {
                unwritten.handle(Event::Input(Input::Leave));
            }
            let view = unwritten.view(&self.machine, &self.around);
            if !matches!(view.body, Body::Form { .. }) {
                self.vault.typing(FieldName::MovedTo).clear();
            }
            front.show(&view, &self.vault)?;
            let Some(input) = front.next(&view, &mut self.vault, A_MOMENT)? else { continue };
            self.ahead += front.pause();
            match (&view.body, input) {
                (Body::Form { fields, .. }, Input::Edited(_)) => {
                    for field in fields {
                        let check = check(&field.kind, field.name, &self.vault);
                        let open = open_text(&field.kind, field.name, &self.vault);
                        unwritten.handle(Event::Checked { field: field.name, check, open });
                    }
                }
                (_, input) => {
                    unwritten.handle(Event::Time(self.milliseconds()));
                    unwritten.handle(Event::Input(input));
                }
            }
            self.ahead += front.pause();
        }
    }

    /// The machine knows when a secret has been left alone, but what it asks for waits until the line is written: this does not.
    fn wipe_what_was_left_alone(&mut self, front: &mut dyn FrontEnd) -> Result<bool, Stopped> {
        let before = self.machine.view(&self.around).notice;
        self.tell_the_time();
        let now = self.machine.view(&self.around).notice;
        let left_alone = before != Some(Notice::LeftAlone) && now == Some(Notice::LeftAlone);
        if left_alone {
            // Also what was set aside for a question in between.
            self.vault.forget_typed();
            self.vault.bring_back();
            self.vault.forget_typed();
            wipe_stack();
            front.wipe()?;
        }
        Ok(left_alone)
    }

    /// The sitting goes on in another place.
    fn move_to(&mut self, place: &Path) -> Result<bool, Fault> {
        let clerk = &mut self.clerk;
        let (folder, record, marked) = self.folder.move_to(place, &self.record, |moved| clerk.move_to(moved))?;
        self.around.folder = folder.path().display().to_string();
        (self.folder, self.record) = (folder, record);
        Ok(marked)
    }
}
