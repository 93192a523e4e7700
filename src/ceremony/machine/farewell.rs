//! After the seal: somebody who heard the record's last digest types two of its words. Nothing of it can be recorded any more,
//! and people may leave without it.

use crate::ceremony::machine::input::Input;
use crate::ceremony::machine::{Asking, Machine, Mode, Request};
use crate::ceremony::steps::check_values::asked_of_digest;
use crate::fields::{Field, FieldCheck, FieldKind};
use crate::names::FieldName;
use crate::terms::Digest;

/// How far people have got with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ceremony) enum Heard {
    /// The digest is read aloud.
    Reads,
    /// Two words are typed, where the screen no longer shows any.
    Types,
    /// They were others.
    Other,
    /// They were right.
    Right,
}

/// The last digest, and how far people have got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ceremony) struct Farewell {
    digest: Digest,
    /// How far they have got.
    pub heard: Heard,
}

impl Farewell {
    /// The places of the words that are asked for.
    pub(in crate::ceremony) fn asked(&self) -> [u8; 2] {
        asked_of_digest(self.digest)
    }
}

impl Machine {
    /// The record is sealed, and this is its last digest.
    pub(super) fn sealed(&mut self, digest: Digest) {
        if self.known.progress.ended.is_some() {
            self.farewell = Some(Farewell { digest, heard: Heard::Reads });
        }
    }

    /// Input on the last screens.
    pub(super) fn on_the_last_screen(&mut self, input: &Input) {
        let Some(farewell) = &mut self.farewell else {
            if *input == Input::Close {
                self.request(Request::Close);
            }
            return;
        };
        let places = farewell.asked();
        match (farewell.heard, input) {
            (Heard::Types, Input::GoOn) => {
                let complete = |asking: &Asking| asking.checks.iter().all(FieldCheck::is_good);
                if matches!(&self.mode, Mode::Asking(asking) if complete(asking)) {
                    self.request(Request::CompareDigest(places));
                }
            }
            (Heard::Types, Input::Leave | Input::Stop) => {
                farewell.heard = Heard::Reads;
                self.request(Request::ForgetTyped);
            }
            (Heard::Reads | Heard::Other, Input::GoOn) => {
                farewell.heard = Heard::Types;
                let fields = vec![Field::new(FieldName::CheckWords, FieldKind::CheckWords { places })];
                self.mode = Mode::Asking(Asking { fields, ..Asking::default() });
                self.request(Request::ForgetTyped);
                self.ask_anew();
            }
            (Heard::Reads | Heard::Other | Heard::Right, Input::Close) => self.request(Request::Close),
            _ => {}
        }
    }

    /// The words that were typed are those of the digest, or not.
    pub(super) fn digest_heard(&mut self, right: bool) {
        if let Some(farewell) = &mut self.farewell {
            farewell.heard = if right { Heard::Right } else { Heard::Other };
            self.request(Request::ForgetTyped);
        }
    }
}
