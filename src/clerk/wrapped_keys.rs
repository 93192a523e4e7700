//! Wrapped keys: verified under the DKEK, and what was kept with them.

use crate::card::{DescribedType, KeyDescription, PublicKey, public_key_beside};
use crate::clerk::as_fault;
use crate::dkek::{BlobType, Dkek, DkekShare, WrappedKeyError, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::record::BackedUpKey;
use crate::secret::{Secret, WipingBytes};
use crate::terms::{Kcv, KeyReference, KeyType};

/// The DKEK from DKEK shares stored one after the other.
///
/// # Errors
/// They do not form a DKEK.
pub fn dkek_of(shares: &WipingBytes) -> Result<Dkek, Fault> {
    let shares: Vec<DkekShare> =
        shares.expose().chunks(32).filter_map(Secret::from_slice).map(DkekShare::new).collect();
    Dkek::from_shares(&shares.iter().collect::<Vec<_>>()).map_err(|error| as_fault::dkek(&error))
}

/// Whether a wrapped key's KCV and MAC hold under the DKEK. Its payload is never decrypted.
///
/// # Errors
/// They do not, it is not a wrapped key, or the DKEK is a different one.
pub fn verify(name: &str, content: &[u8], kcv: Kcv, dkek: &WipingBytes) -> Result<(), Fault> {
    let dkek = dkek_of(dkek)?;
    if dkek.kcv() != kcv {
        return Err(Fault::from(faults::KcvDiffers { found: dkek.kcv(), expected: kcv }));
    }
    let file = WrappedKeyFile::parse(content);
    let verified = file.and_then(|file| file.blob.verify(&dkek));
    verified.map_err(|error| as_fault::wrapped_key(name, &error))
}

/// Whether a wrapped key has the structure of one and names the DKEK: all that can be said of it without the DKEK.
///
/// # Errors
/// It is not a wrapped key, or names another DKEK.
pub fn verify_unopened(name: &str, content: &[u8], kcv: Kcv) -> Result<(), Fault> {
    let file = WrappedKeyFile::parse(content).map_err(|error| as_fault::wrapped_key(name, &error))?;
    let found = file.blob.kcv();
    if found == kcv { Ok(()) } else { Err(as_fault::wrapped_key(name, &WrappedKeyError::NotThisDkek { found })) }
}

/// The description kept with a wrapped key: as it was written, and what it says.
pub fn kept_description(file: &WrappedKeyFile) -> Option<(&[u8], KeyDescription)> {
    let bytes = file.description.as_deref()?;
    Some((bytes, KeyDescription::decode(bytes).ok()?))
}

/// The public key that is stated inside a wrapped key, in a request or a certificate. One of another kind than the key
/// itself belongs to another key.
pub fn stated_public_key(file: &WrappedKeyFile) -> Option<PublicKey> {
    let kind = file.blob.key_type();
    public_key_beside(file.certificate.as_deref()?).filter(|public| is_of(kind, public.key_type()))
}

/// The kind of a wrapped key, as far as its certificate, its description and the blob itself state it; the blob alone is
/// under the MAC, so nothing may contradict it.
pub fn stated_type(file: &WrappedKeyFile) -> KeyType {
    let kind = file.blob.key_type();
    let described = || kept_description(file).and_then(|(_, described)| described.key_type.key_type());
    let stated = stated_public_key(file).map(|public| public.key_type()).or_else(described);
    stated.filter(|stated| is_of(kind, *stated)).unwrap_or(match kind {
        BlobType::Rsa | BlobType::RsaCrt => KeyType::RsaUnstated,
        BlobType::Ec => KeyType::EcUnstated(None),
        BlobType::Aes => KeyType::Aes(None),
    })
}

const fn is_of(kind: BlobType, key_type: KeyType) -> bool {
    match key_type {
        KeyType::Rsa(_) | KeyType::RsaUnstated => matches!(kind, BlobType::Rsa | BlobType::RsaCrt),
        KeyType::Ec(_) | KeyType::EcUnstated(_) => matches!(kind, BlobType::Ec),
        KeyType::Aes(_) => matches!(kind, BlobType::Aes),
    }
}

/// A description for a wrapped key that has none. Software takes the length of signatures from it, so a size that nothing
/// states is the one that fits the length of the wrapped key.
pub fn new_description(file: &WrappedKeyFile, key: &BackedUpKey, to: KeyReference) -> KeyDescription {
    let fitting = file.blob.size_by_length().unwrap_or(0);
    let own = KeyDescription::new(&key.label, &key.id, to, key.key_type);
    let key_type = match own.key_type {
        DescribedType::Rsa { bits: 0 } => DescribedType::Rsa { bits: fitting },
        DescribedType::Ec { field_bits: 0 } => DescribedType::Ec { field_bits: fitting },
        described @ (DescribedType::Rsa { .. }
        | DescribedType::Ec { .. }
        | DescribedType::Aes { .. }
        | DescribedType::Other) => described,
    };
    KeyDescription { key_type, ..own }
}

/// The public key of a backed-up key: from its own file; for files made elsewhere, from the request or certificate inside
/// the wrapped key, if there is one.
///
/// # Errors
/// The file is missing, or was changed.
pub fn public_key(from: &Folder, key: &BackedUpKey) -> Result<Option<PublicKey>, Fault> {
    if key.public.is_empty() {
        let content = from.unchanged(&key.wrapped, key.wrapped_sha256)?;
        return Ok(WrappedKeyFile::parse(&content).ok().and_then(|file| stated_public_key(&file)));
    }
    let pem = from.unchanged(&key.public, key.public_sha256)?;
    let public = std::str::from_utf8(&pem).ok().and_then(|text| PublicKey::from_pem(text).ok());
    public.map(Some).ok_or_else(|| Fault::from(faults::SourceFileChanged { file: &key.public }))
}
