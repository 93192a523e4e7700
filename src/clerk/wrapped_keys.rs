//! Wrapped keys: verified under the DKEK, and what was kept with them.

use crate::card::{AuthenticatedRequest, KeyDescription, PublicKey};
use crate::clerk::as_fault;
use crate::dkek::{Dkek, DkekShare, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::Folder;
use crate::record::BackedUpKey;
use crate::secret::{Secret, WipingBytes};
use crate::terms::Kcv;

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

/// The description kept with a wrapped key: as it was written, and what it says.
pub fn kept_description(file: &WrappedKeyFile) -> Option<(&[u8], KeyDescription)> {
    let bytes = file.description.as_deref()?;
    Some((bytes, KeyDescription::decode(bytes).ok()?))
}

/// The public key of a backed-up key: from its own file; for files made elsewhere, from the request inside the wrapped
/// key, if there is one.
///
/// # Errors
/// The file is missing, or was changed.
pub fn public_key(from: &Folder, key: &BackedUpKey) -> Result<Option<PublicKey>, Fault> {
    if key.public.is_empty() {
        let content = from.unchanged(&key.wrapped, key.wrapped_sha256)?;
        let request = WrappedKeyFile::parse(&content).ok().and_then(|file| file.certificate);
        let parsed = request.and_then(|bytes| AuthenticatedRequest::parse(&bytes).ok());
        return Ok(parsed.and_then(|request| request.public_key()));
    }
    let pem = from.unchanged(&key.public, key.public_sha256)?;
    let public = std::str::from_utf8(&pem).ok().and_then(|text| PublicKey::from_pem(text).ok());
    public.map(Some).ok_or_else(|| Fault::from(faults::SourceFileChanged { file: &key.public }))
}
