//! `RESTORE.txt`: one page that tells a stranger what the folder of a sitting is, and how to restore from it.

use super::wrap::wrap;
use crate::ceremony::{Cards, Ceremony, DeviceUse, KeySource};
use crate::folder::names;
use crate::names::CeremonyKind;
use crate::plan::{Custody, Plan};
use crate::script::{chapters, words};
use crate::terms::Scheme;

/// The width of the page: what every screen and printer has.
const WIDTH: usize = 78;

/// What a folder says about its sitting, other than the plan.
#[derive(Debug, Clone)]
pub struct About {
    /// Which ceremony.
    pub ceremony: CeremonyKind,
    /// Whether it is a rehearsal.
    pub rehearsal: bool,
    /// The name of the folder that is restored from, if any.
    pub from: Option<String>,
}

/// The page for the folder of a sitting.
pub(super) fn restore_page(about: &About, plan: &Plan) -> String {
    let mut page = Page { lines: Vec::new() };
    let character = &Ceremony::by(about.ceremony, plan).character;
    let title = &plan.title;
    page.text(&if character.makes_a_backup() {
        words::FolderTitle { title }.to_string()
    } else {
        words::FolderTitleOther { title }.to_string()
    });
    if about.rehearsal {
        page.text(words::FOLDER_REHEARSAL);
    }
    page.gap();
    match (character.cards, &about.from) {
        _ if character.makes_a_backup() => page.backup(about, plan, character.keys),
        (Cards::Dealt | Cards::Changed | Cards::Replaced | Cards::Earlier, from) => {
            let from = from.as_deref().unwrap_or_default();
            page.chapter(&match about.ceremony {
                CeremonyKind::Drill => chapters::FolderDrilled { from }.paragraphs(),
                CeremonyKind::Retire => chapters::FolderRetired { from }.paragraphs(),
                CeremonyKind::Restore
                | CeremonyKind::Establish
                | CeremonyKind::Fleet
                | CeremonyKind::BackUp
                | CeremonyKind::AddKeys
                | CeremonyKind::Import
                | CeremonyKind::ReSplit
                | CeremonyKind::ReKey
                | CeremonyKind::Pins
                | CeremonyKind::Inspect => chapters::FolderRestored { from }.paragraphs(),
            });
        }
        (Cards::None, _) => page.chapter(match character.devices {
            DeviceUse::ChangesPins => chapters::FOLDER_PINS,
            DeviceUse::Provisions
            | DeviceUse::Fleet
            | DeviceUse::Keeps
            | DeviceUse::Adds
            | DeviceUse::Retires
            | DeviceUse::None => chapters::FOLDER_LOOKED,
        }),
    }
    page.heading(words::FOLDER_CHECK_HEADING);
    page.chapter(chapters::FOLDER_CHECK);
    if let Some(label) = &plan.arrangements.sign_record
        && about.ceremony != CeremonyKind::Inspect
    {
        page.text(&words::FolderSigned { label }.to_string());
        page.text(&words::FolderSignedCheck { label }.to_string());
    }
    page.heading(words::FOLDER_SOURCE_HEADING);
    let (version, licence) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_LICENSE"));
    page.chapter(&chapters::FolderSource { version, licence }.paragraphs());
    page.text(&match env!("CARGO_PKG_REPOSITORY") {
        "" => words::FOLDER_SOURCE_UNNAMED.to_owned(),
        address => words::FolderSourceAddress { address }.to_string(),
    });
    page.lines.join("\n") + "\n"
}

struct Page {
    lines: Vec<String>,
}

impl Page {
    /// A paragraph. A command stays as it is; what belongs to a dash is indented.
    fn text(&mut self, text: &str) {
        if text.starts_with("    ") {
            self.lines.push(text.to_owned());
            return;
        }
        let indent = if text.starts_with("- ") { "  " } else { "" };
        for (place, line) in wrap(text, WIDTH - indent.len()).into_iter().enumerate() {
            self.lines.push(if place == 0 { line } else { format!("{indent}{line}") });
        }
    }

    fn chapter(&mut self, paragraphs: &[impl AsRef<str>]) {
        for text in paragraphs {
            self.text(text.as_ref());
        }
    }

    fn gap(&mut self) {
        self.lines.push(String::new());
    }

    fn heading(&mut self, text: &str) {
        self.gap();
        self.text(text);
    }

    /// What a backup is, what it takes, and the ways back.
    fn backup(&mut self, about: &About, plan: &Plan, keys: KeySource) {
        self.chapter(chapters::FOLDER_BACKUP);
        if about.ceremony == CeremonyKind::ReKey && plan.carry_keys {
            self.text(words::FOLDER_CARRIED);
        }
        if keys == KeySource::Files {
            self.text(words::FOLDER_IMPORTED);
        }
        if about.ceremony == CeremonyKind::Fleet {
            self.text(&words::FolderFleet { devices: plan.fleet().len() + 1 }.to_string());
        }
        self.heading(words::FOLDER_NEEDS_HEADING);
        self.chapter(chapters::FOLDER_NEEDS);
        for (share, custody) in plan.numbers().zip(&plan.dkek_shares) {
            let file = names::share_file(share);
            self.text(&match custody {
                Custody::Quorum { custodians: people, quorum, scheme } => {
                    let (threshold, custodians, names) = (quorum.threshold(), quorum.custodians(), people.join(", "));
                    match scheme {
                        Scheme::ScHsmTool => {
                            words::FolderNeedsNumbers { file, threshold, custodians, names }.to_string()
                        }
                        Scheme::Words => words::FolderNeedsWords { file, threshold, custodians, names }.to_string(),
                    }
                }
                Custody::Password { holder } => words::FolderNeedsPassword { file, holder }.to_string(),
            });
        }
        if plan.dkek_shares.len() > 1 {
            self.text(&words::FolderNeedsAll { files: plan.dkek_shares.len() }.to_string());
        }
        if let Some(quorum) = plan.so_pin_share().and_then(|share| plan.quorum(share)) {
            self.text(&words::FolderNeedsSoPin { threshold: quorum.threshold() }.to_string());
        }
        self.heading(words::FOLDER_PROGRAM_HEADING);
        self.text(if about.rehearsal { words::FOLDER_PROGRAM_REHEARSAL } else { words::FOLDER_PROGRAM });
        self.chapter(chapters::FOLDER_PROGRAM_HOW);
        self.with_opensc(plan, keys);
        self.by_hand(plan);
    }

    fn with_opensc(&mut self, plan: &Plan, keys: KeySource) {
        self.heading(words::FOLDER_TOOL_HEADING);
        self.chapter(chapters::FOLDER_TOOL_FIRST);
        self.text(&words::FolderToolInitialise { shares: plan.dkek_shares.len() }.to_string());
        let typed = |share: &Custody| share.scheme() == Some(Scheme::ScHsmTool);
        if plan.dkek_shares.iter().any(typed) {
            self.chapter(chapters::FOLDER_TOOL_TYPED);
        }
        if !plan.dkek_shares.iter().all(typed) {
            self.chapter(chapters::FOLDER_TOOL_REBUILT);
        }
        for (share, custody) in plan.numbers().zip(&plan.dkek_shares) {
            let file = names::share_file(share);
            self.text(&match custody {
                Custody::Quorum { quorum, scheme: Scheme::ScHsmTool, .. } => {
                    words::FolderToolNumbers { file, threshold: quorum.threshold() }.to_string()
                }
                Custody::Quorum { scheme: Scheme::Words, .. } | Custody::Password { .. } => {
                    words::FolderToolPassword { file }.to_string()
                }
            });
        }
        self.chapter(chapters::FOLDER_TOOL_COMPARE);
        self.chapter(chapters::FOLDER_TOOL_KEYS);
        match keys {
            KeySource::Known | KeySource::New | KeySource::Files | KeySource::Folder => {
                for key in &plan.keys {
                    let (file, reference) = (names::wrapped_key(&key.label), key.restore_to);
                    self.text(&words::FolderToolUnwrap { file, reference }.to_string());
                }
            }
            // Which keys there are, people choose only after this page is written.
            KeySource::Device => self.chapter(chapters::FOLDER_TOOL_KEYS_OF_DEVICE),
        }
    }

    fn by_hand(&mut self, plan: &Plan) {
        self.heading(words::FOLDER_REBUILD_HEADING);
        let split: Vec<_> = plan.numbers().filter(|share| plan.quorum(*share).is_some()).collect();
        if split.is_empty() {
            self.chapter(chapters::FOLDER_REBUILD_NOTHING);
            return;
        }
        for share in split {
            self.text(&words::FolderRebuild { file: names::share_file(share) }.to_string());
        }
        self.chapter(chapters::FOLDER_REBUILD_HOW);
    }
}
