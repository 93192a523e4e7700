//! Everything that can appear in a record.
#![allow(missing_docs, reason = "the fields are the record's own words")]

use serde::{Deserialize, Serialize};

use super::detail::{Ending, LaidOutFile, Remark};
use super::fact::Fact;
use super::resumed::{Again, SetAside};
use super::seal::{BagNow, Deviated};
use crate::names::CeremonyKind;
use crate::terms::{CustodianNumber, Digest, DkekShareNumber, Number, Person, Purpose, Serial};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Entry {
    /// The ceremony began.
    Began {
        ceremony: CeremonyKind,
        title: String,
        custody: Vec<String>,
        program: String,
        /// The digest of the program's file as it ran; none: it could not be read, or an earlier build did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program_sha256: Option<Digest>,
        plan_sha256: Digest,
        script_sha256: Digest,
        short_derivation: bool,
        /// What explains the folder; earlier builds wrote no such files.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<LaidOutFile>,
    },
    /// An act had a result.
    Learned { step: Number, fact: Fact },
    /// An act that cannot be undone is about to begin.
    Intent { step: Number, act: String, serial: Serial },
    /// A share was shown to its owner.
    Revealed { step: Number, card: Purpose, custodian: CustodianNumber },
    /// A step ended. Who was at the keyboard, name and role: every line says so now, and builds before that said it here,
    /// the first ones nowhere.
    Done {
        step: Number,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// An act failed.
    Failed { step: Number, act: String, fault: String, values: Vec<(String, String)> },
    /// What people chose after a failure, or where the ceremony offers to look again; `to` is the step the ceremony continues with.
    Recovered { step: Number, choice: String, to: Number },
    /// The program had ended before the ceremony did, and the sitting goes on.
    Resumed {
        /// Where it stood.
        step: Number,
        /// The step that it goes on with.
        to: Number,
        /// What is done again first, in this order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        again: Vec<Again>,
        /// The stages of the step it goes on with that were done already.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        done: Vec<String>,
        /// Cards that were dealt are void: whoever wrote one destroys it.
        void: bool,
        program: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program_sha256: Option<Digest>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        set_aside: Vec<SetAside>,
    },
    /// The ceremony itself deviates from its script, by name (for example `source-record-not-sealed`).
    Deviates { step: Number, name: String },
    /// People added something.
    Remarked { step: Number, remark: Remark, text: String },
    /// Somebody replaces a custodian, or the holder of a password (no number). The person replaced, who may still know
    /// the share, is named too; earlier builds did not record this, nor whom they replace, why, and who decided it where
    /// they also have a role that checks this one.
    Substituted {
        step: Number,
        share: DkekShareNumber,
        custodian: Option<CustodianNumber>,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former_knows: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        former: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided_by: Option<String>,
    },
    /// Somebody stands in for a person who holds no part of a DKEK share. Earlier builds named who decided it only if the
    /// person leads or checks the ceremony, or the stand-in has a role that checks this one.
    StoodIn {
        step: Number,
        person: Person,
        name: String,
        former: String,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided_by: Option<String>,
    },
    /// The last line.
    Sealed {
        ending: Ending,
        deviations: u16,
        /// Every one of them; earlier builds recorded only how many there were.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        deviated: Vec<Deviated>,
        /// The bags that cards and papers are in now; earlier builds did not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bags: Vec<BagNow>,
    },
}
