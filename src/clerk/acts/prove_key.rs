//! Proves a restored key: it signs, and the signature verifies with the original's public key.

use crate::card::tlv::Writer;
use crate::card::verify::verify_sha256;
use crate::card::{FileId, Verdict, public_key_beside};
use crate::clerk::acts::{ActKind, Aftermath, Begun};
use crate::clerk::files::{write_once, written};
use crate::clerk::workers::devices::Devices;
use crate::clerk::wrapped_keys::public_key;
use crate::clerk::{Clerk, as_fault, entropy};
use crate::dkek::{BlobType, WrappedKeyFile};
use crate::faults::{self, Fault};
use crate::folder::{Folder, names};
use crate::record::{BackedUpKey, Fact, NotProven};
use crate::terms::{DeviceRole, KeyLabel, KeyReference, KeyType, Serial};
use crate::vault::Vault;

/// Sign a fresh challenge with a restored key and verify the signature with the original's public key file. Both go
/// into the folder, so that anyone can repeat the check with openssl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProveKey {
    /// The key.
    pub label: KeyLabel,
    /// The device of the fleet; none: the replacement.
    pub role: Option<DeviceRole>,
    /// Where it is.
    pub at: KeyReference,
    /// The device.
    pub serial: Serial,
}

impl ActKind for ProveKey {
    const WORD: &'static str = "prove-key";
    const MAY_BE_STOPPED: bool = false;
    const READS_TYPED: bool = false;
    const IN_A_LOGIN: bool = true;
    const AFTERMATH: Aftermath = Aftermath::Nothing;
    const IRREVERSIBLE_ON: Option<fn(&Self) -> &Serial> = None;

    fn perform(self, clerk: &mut Clerk, _: &mut Vault) -> Result<Begun, Fault> {
        let (from, key) = clerk.backed_up(&self.label)?;
        let (folder, from) = (clerk.folder.clone(), from.clone());
        Ok(Begun::on_card(move |devices| self.prove(devices, &folder, &from, &key)))
    }
}

impl ProveKey {
    fn prove(
        &self,
        devices: &mut Devices,
        folder: &Folder,
        from: &Folder,
        key: &BackedUpKey,
    ) -> Result<Vec<Fact>, Fault> {
        let Self { label, role, at, serial } = self;
        let not_provable = |why| {
            let (label, key_type, role) = (label.clone(), key.key_type, *role);
            Ok(vec![Fact::NotProvable { label, key_type, why: Some(why), role }])
        };
        let content = from.unchanged(&key.wrapped, key.wrapped_sha256)?;
        let file = WrappedKeyFile::parse(&content).map_err(|error| as_fault::wrapped_key(&key.wrapped, &error))?;
        if file.blob.key_type() == BlobType::Aes {
            return not_provable(NotProven::Secret);
        }
        let Some(public) = public_key(from, key)? else { return not_provable(NotProven::NoPublicKey) };
        let (kind, list) = (public.key_type(), file.blob.allowed());
        let Some(algorithm) = devices.with(serial, |device| Ok(device.signing_algorithm(kind, list)))? else {
            return not_provable(NotProven::Algorithms);
        };
        let beside = devices.with(serial, |device| device.read_file(FileId::request(*at)))?;
        if public_key_beside(&beside).as_ref() != Some(&public) {
            return Err(Fault::from(faults::PublicKeyDiffers { label }));
        }
        let (text_name, signature_name) = (names::proof_text(label, *role), names::proof_signature(label, *role));
        if folder.has(&signature_name) {
            return Err(Fault::from(faults::FileExists { file: &signature_name }));
        }
        let about = format!("Proof of restore\nkey: {label}\ndevice: {serial}\nkey reference: {at}\nchallenge: ");
        let challenge = challenge(folder, &text_name, &about)?;
        let key_type = public.key_type();
        let signature = devices.with(serial, |device| device.sign(*at, key_type, algorithm, challenge.as_bytes()))?;
        match verify_sha256(&public, challenge.as_bytes(), &signature) {
            Verdict::Good => {}
            Verdict::Bad => return Err(Fault::from(faults::SignatureWrong { label })),
            Verdict::CannotCheck => return not_provable(NotProven::Curve),
        }
        let mut facts = vec![written(write_once(folder, &text_name, challenge.as_bytes())?)];
        // Whoever has this folder alone can check the signature, too.
        let public_name = names::public_key(label);
        if folder.path() != from.path() {
            let pem = if key.public.is_empty() { None } else { Some(from.unchanged(&key.public, key.public_sha256)?) };
            let pem = pem.unwrap_or_else(|| public.to_pem().into_bytes());
            facts.push(written(write_once(folder, &public_name, &pem)?));
        }
        // Last: where it is, the proof is complete.
        facts.push(written(folder.write_new(&signature_name, &for_openssl(key_type, &signature))?));
        facts.push(Fact::Proven { label: label.clone(), reference: *at, signature_file: signature_name, role: *role });
        Ok(facts)
    }
}

/// What a restored key signs: a fresh challenge, or the one an earlier attempt wrote before it failed to write the
/// signature.
fn challenge(folder: &Folder, name: &str, about: &str) -> Result<String, Fault> {
    if folder.has(name) {
        let earlier = String::from_utf8(folder.read(name)?).ok().filter(|text| text.starts_with(about));
        return earlier.ok_or_else(|| Fault::from(faults::FileExists { file: name }));
    }
    let nonce = entropy::host()?;
    let fresh = base16ct::lower::encode_string(nonce.expose().get(..16).unwrap_or_default());
    Ok(format!("{about}{fresh}\n"))
}

/// openssl takes ECDSA signatures as SEQUENCE { r, s }, and RSA signatures as they are.
pub(super) fn for_openssl(key_type: KeyType, signature: &[u8]) -> Vec<u8> {
    match (key_type, signature.split_at_checked(signature.len() / 2)) {
        (KeyType::Ec(_), Some((r, s))) => {
            Writer::new().constructed(0x30, &Writer::new().integer(r).integer(s)).finish()
        }
        (KeyType::Ec(_), None)
        | (KeyType::Rsa(_) | KeyType::RsaUnstated | KeyType::EcUnstated(_) | KeyType::Aes(_), _) => signature.to_vec(),
    }
}
