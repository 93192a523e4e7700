//! The clerk's acts on keys: making, listing, backing up, verifying, restoring, proving.

use crate::faults::{self, Fault, FaultName};
use sha2::{Digest as _, Sha256};

use crate::card::status::Status;
use crate::card::tlv::Writer;
use crate::card::verify::{request_is_signed_by_its_key, verify_sha256};
use crate::card::{
    AuthenticatedRequest, CardError, DescribedType, Device, FileId, KeyDescription, KeyEntry, Operation, PublicKey,
    Verdict,
};
use crate::clerk::acts::shares;
use crate::clerk::as_fault;
use crate::clerk::source::Source;
use crate::clerk::workers::card::Reply;
use crate::clerk::workers::devices::Devices;
use crate::dkek::{KeyBlob, WrappedKeyFile};
use crate::folder::{Folder, WrittenFile};
use crate::plan::PlannedKey;
use crate::record::{BackedUpKey, Fact, StoredKey};
use crate::secret::WipingBytes;
use crate::terms::{DeviceRole, Digest, Handle, Kcv, KeyId, KeyLabel, KeyReference, KeyType, Serial};

/// The file of a wrapped key.
pub fn wrapped_name(label: &KeyLabel) -> String {
    format!("keys/{label}.wrapped")
}

/// The file of a public key.
pub fn public_name(label: &KeyLabel) -> String {
    format!("keys/{label}.pub.pem")
}

/// Makes a key, describes it so that OpenSC lists it, and stores its public key. After an earlier try that was broken off,
/// the key that is there is the one it made: the device was erased in this ceremony.
pub fn make(
    devices: &mut Devices,
    folder: &Folder,
    key: &PlannedKey,
    serial: &Serial,
    again: bool,
) -> Result<Vec<Fact>, Fault> {
    let files = devices.with(serial, Device::list)?;
    let there = files.contains(&FileId::key(key.reference));
    if there && !again {
        return Err(Fault::from(faults::KeyReferenceOccupied { reference: key.reference }));
    }
    let work = |device: &mut Device| -> Result<Vec<u8>, CardError> {
        let mut kept = None;
        if there {
            kept = match device.read_file(FileId::request(key.reference)) {
                Ok(request) => Some(request).filter(|request| sound(request, key).is_ok()),
                Err(error @ CardError::Transport(_)) => return Err(error),
                Err(error) if error.refusal() == Some(Status::NotLoggedIn) => return Err(error),
                Err(_) => None,
            };
            if kept.is_none() {
                // The try that was broken off left a key that nobody knows the public half of: its request is not there, or
                // was cut short while it was written.
                device.delete_key(key.reference)?;
            }
        }
        let request = match kept {
            Some(request) => request,
            None => device.generate(key.reference, key.key_type)?,
        };
        if device.read_file(FileId::request(key.reference)).ok().as_deref() != Some(&request) {
            device.store_request(key.reference, &request)?;
        }
        let description = KeyDescription::new(&key.label, &key.id, key.reference, key.key_type);
        if files.contains(&FileId::description(key.reference)) {
            device.describe(key.reference, &description)?;
        } else {
            device.describe_new(key.reference, &description)?;
        }
        Ok(request)
    };
    let request = devices.with(serial, work).map_err(|fault| curve_fault(fault, key.key_type))?;
    let public = sound(&request, key)?;
    let name = public_name(&key.label);
    let written = write_once(folder, &name, public.to_pem().as_bytes())?;
    let made = Fact::Made {
        label: key.label.clone(),
        reference: key.reference,
        public_key_sha256: Digest(Sha256::digest(public.to_der()).into()),
    };
    Ok(vec![made, Fact::Written { file: written.name, bytes: written.bytes, sha256: written.sha256 }])
}

/// The public key in a request, if the request is whole and proves a key of the planned type.
fn sound(request: &[u8], key: &PlannedKey) -> Result<PublicKey, Fault> {
    let parsed = AuthenticatedRequest::parse(request)
        .map_err(|_| Fault::from(faults::CardMalformed { operation: Operation::Generate.word() }))?;
    let public = parsed.public_key().filter(|public| public.key_type() == key.key_type);
    let public = public.ok_or_else(|| Fault::from(faults::RequestWrong { label: &key.label }))?;
    match request_is_signed_by_its_key(&parsed) {
        Verdict::Bad => Err(Fault::from(faults::RequestWrong { label: &key.label })),
        Verdict::Good | Verdict::CannotCheck => Ok(public),
    }
}

/// A device that does not know a curve says so in its own words.
fn curve_fault(fault: Fault, key_type: KeyType) -> Fault {
    let refused = |(key, value): &(&str, String)| *key == "status" && value == "6A81";
    if fault.name == FaultName::CardRefused && fault.values.iter().any(refused) {
        return Fault::from(faults::KeyTypeRefused { key_type });
    }
    fault
}

/// Writes a file, or finds the very same content there from an earlier try.
pub fn write_once(folder: &Folder, name: &str, content: &[u8]) -> Result<WrittenFile, Fault> {
    if folder.has(name) && folder.read(name)? == content {
        return folder.written(name);
    }
    folder.write_new(name, content)
}

/// The keys of a device in the order of their references.
fn stored(devices: &mut Devices, serial: &Serial) -> Result<Vec<StoredKey>, Fault> {
    let stored = |entry: KeyEntry| listed(entry.reference, entry.description.as_ref());
    let mut keys: Vec<StoredKey> = devices.with(serial, Device::keys)?.into_iter().map(stored).collect();
    keys.sort_by_key(|key| key.reference);
    Ok(keys)
}

/// A key as its description shows it.
fn listed(reference: KeyReference, description: Option<&KeyDescription>) -> StoredKey {
    StoredKey {
        reference,
        label: description.map(|description| crate::terms::short(&description.label)),
        id: description.and_then(|description| KeyId::from_bytes(&description.id)),
        key_type: description.and_then(|description| type_word(description.key_type)),
    }
}

/// What a device must list for these keys: of files made elsewhere what their own descriptions say, for their labels and ids
/// need not be of the kind that a plan can have.
pub fn expected(source: Option<&Source>, keys: &[PlannedKey]) -> Vec<StoredKey> {
    let source = source.filter(|source| source.is_foreign());
    let wanted = |key: &PlannedKey| {
        let kept = source.and_then(|source| {
            let backed_up = source.keys.iter().find(|backed_up| backed_up.label == key.label)?;
            let file = WrappedKeyFile::parse(&source.folder.read(&backed_up.wrapped).ok()?).ok()?;
            kept_description(&file).map(|(_, description)| description)
        });
        let described = kept.unwrap_or_else(|| KeyDescription::new(&key.label, &key.id, key.reference, key.key_type));
        listed(key.reference, Some(&described))
    };
    keys.iter().map(wanted).collect()
}

/// What a description says of a key's type: the modulus or field in bits.
fn type_word(described: DescribedType) -> Option<String> {
    match described {
        DescribedType::Rsa { bits } => Some(format!("RSA-{bits}")),
        DescribedType::Ec { field_bits } => Some(format!("EC-{field_bits}")),
        DescribedType::Other => None,
    }
}

/// Lists the keys, whatever they are.
pub fn list(devices: &mut Devices, role: DeviceRole, serial: &Serial) -> Result<Vec<Fact>, Fault> {
    Ok(vec![Fact::Listed { role, keys: stored(devices, serial)? }])
}

/// Lists the keys and compares them with what must be there: reference, label and id.
pub fn inventory(
    devices: &mut Devices,
    role: DeviceRole,
    serial: &Serial,
    wanted: &[StoredKey],
) -> Result<Vec<Fact>, Fault> {
    let keys = stored(devices, serial)?;
    let names = |keys: Vec<&StoredKey>| {
        let one = |key: &StoredKey| format!("{} ({})", key.label.as_deref().unwrap_or("?"), key.reference);
        let list: Vec<String> = keys.into_iter().map(one).collect();
        if list.is_empty() { "-".to_owned() } else { list.join(", ") }
    };
    let missing: Vec<&StoredKey> = wanted.iter().filter(|key| !keys.contains(key)).collect();
    let extra: Vec<&StoredKey> = keys.iter().filter(|key| !wanted.contains(key)).collect();
    if !missing.is_empty() || !extra.is_empty() {
        return Err(Fault::from(faults::InventoryDiffers { missing: names(missing), extra: names(extra) }));
    }
    Ok(vec![Fact::Listed { role, keys }])
}

/// Wraps a key to a file, reads the file back, and verifies KCV and MAC of what was read under the DKEK.
pub fn back_up(
    devices: &mut Devices,
    folder: &Folder,
    key: &PlannedKey,
    serial: &Serial,
    kcv: Kcv,
    dkek: WipingBytes,
) -> Reply {
    let mut work = || -> Result<Vec<Fact>, Fault> {
        let name = wrapped_name(&key.label);
        if !folder.has(&name) {
            let read = |device: &mut Device| -> Result<_, CardError> {
                let blob = device.wrap(key.reference)?;
                let description = device.read_file(FileId::description(key.reference))?;
                let request = device.read_file(FileId::request(key.reference))?;
                Ok((blob, description, request))
            };
            let (blob, description, request) = devices.with(serial, read)?;
            let blob = KeyBlob::parse(&blob).map_err(|error| as_fault::wrapped_key(&name, &error))?;
            let file = WrappedKeyFile { blob, description: Some(description), certificate: Some(request) };
            let content = file.to_bytes();
            // Nothing that does not verify gets this name.
            verify(&name, &content, kcv, &dkek)?;
            folder.write_new(&name, &content)?;
        }
        let content = folder.read(&name)?;
        verify(&name, &content, kcv, &dkek)?;
        let written = folder.written(&name)?;
        Ok(vec![Fact::BackedUp { label: key.label.clone(), file: name, sha256: written.sha256 }])
    };
    let result = work();
    Reply { result, back: vec![(Handle::Dkek, dkek)] }
}

/// Whether a wrapped key's KCV and MAC hold under the DKEK. Its payload is never deciphered.
pub fn verify(name: &str, content: &[u8], kcv: Kcv, dkek: &WipingBytes) -> Result<WrappedKeyFile, Fault> {
    let dkek = shares::dkek_of(dkek)?;
    if dkek.kcv() != kcv {
        return Err(Fault::from(faults::KcvDiffers { found: dkek.kcv(), expected: kcv }));
    }
    let file = WrappedKeyFile::parse(content).map_err(|error| as_fault::wrapped_key(name, &error))?;
    file.blob.verify(&dkek).map_err(|error| as_fault::wrapped_key(name, &error))?;
    Ok(file)
}

/// A file of the sitting that is restored from, unchanged since its manifest was written.
pub fn unchanged(folder: &Folder, name: &str, sha256: Digest) -> Result<Vec<u8>, Fault> {
    if !folder.has(name) {
        return Err(Fault::from(faults::SourceFileMissing { file: name }));
    }
    let content = folder.read(name)?;
    if Digest(Sha256::digest(&content).into()) != sha256 {
        return Err(Fault::from(faults::SourceFileChanged { file: name }));
    }
    Ok(content)
}

/// The public key of a backed-up key: from its own file; of files made elsewhere, from the request inside the wrapped key,
/// where there is one.
pub fn public_key(from: &Folder, key: &BackedUpKey) -> Result<Option<PublicKey>, Fault> {
    if key.public.is_empty() {
        let content = unchanged(from, &key.wrapped, key.wrapped_sha256)?;
        let request = WrappedKeyFile::parse(&content).ok().and_then(|file| file.certificate);
        let parsed = request.and_then(|bytes| AuthenticatedRequest::parse(&bytes).ok());
        return Ok(parsed.and_then(|request| request.public_key()));
    }
    let pem = unchanged(from, &key.public, key.public_sha256)?;
    let public = std::str::from_utf8(&pem).ok().and_then(|text| PublicKey::from_pem(text).ok());
    public.map(Some).ok_or_else(|| Fault::from(faults::SourceFileChanged { file: &key.public }))
}

/// Unwraps a key to a reference and gives it its description and request back; reads both again and compares.
pub fn restore(
    devices: &mut Devices,
    from: &Folder,
    key: &BackedUpKey,
    to: KeyReference,
    serial: &Serial,
    again: bool,
) -> Result<Vec<Fact>, Fault> {
    let content = unchanged(from, &key.wrapped, key.wrapped_sha256)?;
    let file = WrappedKeyFile::parse(&content).map_err(|error| as_fault::wrapped_key(&key.wrapped, &error))?;
    let there = devices.with(serial, Device::list)?.contains(&FileId::key(to));
    if there && !again {
        return Err(Fault::from(faults::KeyReferenceOccupied { reference: to }));
    }
    let description = description_at(&file, key, to);
    let whole = |device: &mut Device, id: FileId, content: &[u8]| -> Result<(), CardError> {
        // A key deleted with other tools may have left its files behind: then they are deleted and written whole.
        if !there && device.write_new_file(id, content).is_ok() && device.read_file(id)? == content {
            return Ok(());
        }
        device.write_file(id, content)?;
        if device.read_file(id)? == content {
            return Ok(());
        }
        Err(CardError::Malformed { operation: Operation::WriteFile, what: "file-cut-short" })
    };
    let work = |device: &mut Device| -> Result<(), CardError> {
        if !there {
            device.unwrap(to, file.blob.as_bytes())?;
        }
        if let Some(description) = &description {
            whole(device, FileId::description(to), description)?;
        }
        if let Some(request) = &file.certificate {
            whole(device, FileId::request(to), request)?;
        }
        Ok(())
    };
    match devices.with(serial, work) {
        Err(fault) if fault.name == FaultName::CardRefused && of_operation(&fault, Operation::Unwrap) => {
            Err(Fault::from(faults::UnwrapRefused { label: &key.label, status: status_of(&fault) }))
        }
        other => other.map(|()| vec![Fact::Unwrapped { label: key.label.clone(), reference: to }]),
    }
}

/// What is written as the description of a restored key: the kept one with its new place, as it was where we would not write
/// it so, and a new one where none was kept.
fn description_at(file: &WrappedKeyFile, key: &BackedUpKey, to: KeyReference) -> Option<Vec<u8>> {
    match kept_description(file) {
        Some((bytes, described)) if described.encode().as_deref() != Some(bytes) => Some(bytes.to_vec()),
        Some((_, described)) => KeyDescription { reference: Some(to.get()), ..described }.encode(),
        None => KeyDescription::new(&key.label, &key.id, to, key.key_type).encode(),
    }
}

fn kept_description(file: &WrappedKeyFile) -> Option<(&[u8], KeyDescription)> {
    let bytes = file.description.as_deref()?;
    Some((bytes, KeyDescription::decode(bytes).ok()?))
}

fn of_operation(fault: &Fault, operation: Operation) -> bool {
    fault.values.iter().any(|(key, value)| *key == "operation" && value == operation.word())
}

fn status_of(fault: &Fault) -> String {
    fault.values.iter().find(|(key, _)| *key == "status").map(|(_, value)| value.clone()).unwrap_or_default()
}

/// Signs a fresh challenge with a restored key and verifies the signature with the public key file of the original. Both go
/// into the folder, so that anyone can repeat the check with openssl.
pub fn prove(
    devices: &mut Devices,
    folder: &Folder,
    from: &Folder,
    key: &BackedUpKey,
    at: KeyReference,
    serial: &Serial,
) -> Result<Vec<Fact>, Fault> {
    let label = &key.label;
    let Some(public) = public_key(from, key)? else {
        return Ok(vec![Fact::NotProvable { label: label.clone(), key_type: key.key_type }]);
    };
    let request = devices.with(serial, |device| device.read_file(FileId::request(at)))?;
    let same = AuthenticatedRequest::parse(&request).ok().and_then(|request| request.public_key());
    if same.as_ref() != Some(&public) {
        return Err(Fault::from(faults::PublicKeyDiffers { label }));
    }
    let (text_name, signature_name) = (format!("keys/{label}.proof.txt"), format!("keys/{label}.proof.sig"));
    if folder.has(&signature_name) {
        return Err(Fault::from(faults::FileExists { file: &signature_name }));
    }
    let about = format!("Proof of restore\nkey: {label}\ndevice: {serial}\nkey reference: {at}\nchallenge: ");
    let challenge = challenge(folder, &text_name, &about)?;
    let digest: [u8; 32] = Sha256::digest(challenge.as_bytes()).into();
    let signature = devices.with(serial, |device| device.sign(at, key.key_type, &digest))?;
    match verify_sha256(&public, challenge.as_bytes(), &signature) {
        Verdict::Good => {}
        Verdict::Bad => return Err(Fault::from(faults::SignatureWrong { label })),
        Verdict::CannotCheck => {
            return Ok(vec![Fact::NotProvable { label: label.clone(), key_type: key.key_type }]);
        }
    }
    write_once(folder, &text_name, challenge.as_bytes())?;
    folder.write_new(&signature_name, &for_openssl(key.key_type, &signature))?;
    Ok(vec![Fact::Proven { label: label.clone(), reference: at, signature_file: signature_name }])
}

/// What a restored key signs: fresh, or what an earlier try wrote before it failed to write the signature.
fn challenge(folder: &Folder, name: &str, about: &str) -> Result<String, Fault> {
    if folder.has(name) {
        let earlier = String::from_utf8(folder.read(name)?).ok().filter(|text| text.starts_with(about));
        return earlier.ok_or_else(|| Fault::from(faults::FileExists { file: name }));
    }
    let nonce = crate::clerk::entropy::host()?;
    let fresh = base16ct::lower::encode_string(nonce.expose().get(..16).unwrap_or_default());
    Ok(format!("{about}{fresh}\n"))
}

/// openssl takes ECDSA signatures as SEQUENCE { r, s }; RSA signatures as they are.
fn for_openssl(key_type: KeyType, signature: &[u8]) -> Vec<u8> {
    match (key_type, signature.split_at_checked(signature.len() / 2)) {
        (KeyType::Ec(_), Some((r, s))) => {
            Writer::new().constructed(0x30, &Writer::new().integer(r).integer(s)).finish()
        }
        _ => signature.to_vec(),
    }
}
