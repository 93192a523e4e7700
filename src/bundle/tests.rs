use super::*;
use crate::faults::FaultName;
use crate::record::{BackedUpDkekShare, CeremonyKind, Chain, Ending, Keyboard, Moment, verify};
use crate::terms::{DkekShareNumber, Kcv, Serial};

const CUSTODY: &str = "2-of-4 words";

/// A folder with a plan, a share file and perhaps a manifest, and what its record proves.
struct Sitting {
    _place: tempfile::TempDir,
    folder: Folder,
    proof: Proof,
}

impl Sitting {
    fn new(with_manifest: bool, naming_it: bool) -> Self {
        Self::of(CeremonyKind::Establish, with_manifest, naming_it)
    }

    fn of(ceremony: CeremonyKind, with_manifest: bool, naming_it: bool) -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::create(place.path(), "sitting").unwrap();
        let plan = folder.write_new(names::PLAN, b"{}").unwrap();
        let share = folder.write_new(&names::share_file(DkekShareNumber::FIRST), b"enciphered").unwrap();
        let manifest = Manifest {
            manifest: 2,
            rehearsal: false,
            title: "Example".into(),
            dkek_shares: vec![BackedUpDkekShare {
                custody: CUSTODY.into(),
                set: None,
                kcv: Some(Kcv([1; 8])),
                share_file: share.name.clone(),
                share_file_sha256: share.sha256,
            }],
            so_pin_set: None,
            kcv: Kcv([1; 8]),
            rounds: 1,
            serial: Serial::new("DENK0100000").unwrap(),
            shares_elsewhere: false,
            macs_not_verified: false,
            certificates: Vec::new(),
            keys: Vec::new(),
        };
        let mut entries = vec![
            Entry::Began {
                ceremony,
                title: "Example".into(),
                custody: vec![CUSTODY.into()],
                program: "0".into(),
                program_sha256: None,
                plan_sha256: plan.sha256,
                script_sha256: plan.sha256,
                short_derivation: false,
                files: Vec::new(),
            },
            written(&share),
        ];
        if with_manifest {
            let manifest = folder.write_new(names::MANIFEST, manifest.to_text().unwrap().as_bytes()).unwrap();
            entries.extend(naming_it.then(|| written(&manifest)));
        }
        entries.push(Entry::Sealed { ending: Ending::Complete, deviations: 0, deviated: Vec::new(), bags: Vec::new() });
        let mut chain = Chain::new(false);
        let moment = Moment {
            utc: "2026-11-23T10:00:00Z".into(),
            local: "2026-11-23T10:00:00+00:00".into(),
            zone: None,
            since_start_ms: 0,
        };
        let add = |entry: &Entry| chain.add(moment.clone(), Keyboard::NobodyYet, entry).unwrap();
        let text: String = entries.iter().map(add).collect();
        Self { _place: place, folder, proof: verify(text.as_bytes()).unwrap() }
    }

    /// How many files were compared, or the first fault.
    fn compared(&self) -> Result<usize, FaultName> {
        let examined = examine(&self.folder, &self.proof);
        examined.faults.first().map_or(Ok(examined.files.len()), |fault| Err(fault.name))
    }

    fn agrees(&self, custody: &str) -> Result<(), FaultName> {
        let manifest = manifest(&self.folder).unwrap();
        agrees(&self.folder, &self.proof, &manifest, &[custody.to_owned()]).map_err(|fault| fault.name)
    }
}

fn written(file: &crate::folder::WrittenFile) -> Entry {
    let step = crate::terms::Number { section: 1, step: 1 };
    let fact = Fact::Written { file: file.name.clone(), bytes: file.bytes, sha256: file.sha256 };
    Entry::Learned { step, fact }
}

#[test]
fn every_file_that_the_record_names_is_compared() {
    let sitting = Sitting::new(true, true);
    assert_eq!(sitting.compared(), Ok(3));
    assert_eq!((sitting.agrees(CUSTODY), sitting.agrees("password")), (Ok(()), Err(FaultName::SourceFileChanged)));
    for name in [names::PLAN, names::MANIFEST, &names::share_file(DkekShareNumber::FIRST)] {
        let sitting = Sitting::new(true, true);
        std::fs::write(sitting.folder.path().join(name), "changed").unwrap();
        assert_eq!(sitting.compared(), Err(FaultName::SourceFileChanged), "{name}");
        std::fs::remove_file(sitting.folder.path().join(name)).unwrap();
        assert_eq!(sitting.compared(), Err(FaultName::SourceFileMissing), "{name}");
    }
}

#[test]
fn a_manifest_that_the_record_does_not_name_is_refused() {
    assert_eq!(Sitting::new(false, false).compared(), Ok(2));
    let sitting = Sitting::new(true, false);
    assert_eq!(sitting.compared(), Err(FaultName::ManifestNotRecorded));
    assert_eq!(sitting.agrees(CUSTODY), Err(FaultName::SourceFileChanged));
}

#[test]
fn a_backup_is_known_by_its_manifest_not_by_the_name_of_its_ceremony() {
    for ceremony in CeremonyKind::ALL {
        assert_eq!(Sitting::of(ceremony, true, true).agrees(CUSTODY), Ok(()), "{ceremony:?}");
        assert_eq!(Sitting::of(ceremony, true, false).agrees(CUSTODY), Err(FaultName::SourceFileChanged));
    }
}
