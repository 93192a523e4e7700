//! What people did with OpenSC's tools, command by command, and what its screens say.

use super::{Table, talk};
use hsm_ceremony::card::Device;
use hsm_ceremony::secret::{SoPin, TypedText, UserPin};
use std::fs;

/// The SO-PIN of these tests.
pub const SO_PIN: &str = "3537363231383830";
/// The user PIN of these tests.
pub const PIN: &str = "648219";

/// A password share as `sc-hsm-tool` shows it, or as the wizard says it is typed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The prime of the set.
    pub prime: String,
    /// The id.
    pub id: String,
    /// The value.
    pub value: String,
}

/// What follows `label` and a colon on its line.
pub fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let named = |line: &'a str| line.trim_start().strip_prefix(label)?.trim_start().strip_prefix(':');
    text.lines().find_map(named).map(str::trim)
}

impl Table {
    /// `--create-dkek-share` with password shares, each noted from the screen.
    pub fn create_share(&self, file: &str, threshold: u8, total: u8) -> Vec<Written> {
        let (threshold, total) = (threshold.to_string(), total.to_string());
        let counts = ["--pwd-shares-threshold", threshold.as_str(), "--pwd-shares-total", total.as_str()];
        let arguments = [&["--create-dkek-share", file][..], &counts].concat();
        let (screen, ok) = talk(&self.file(""), "sc-hsm-tool", &arguments, &[], "<enter>");
        assert!(ok && screen.contains(&format!("DKEK share created and saved to {file}")), "{screen}");
        let shares = screen.split("Share 1 of").last().map(|_| screen.split("\nPrime").skip(1)).unwrap();
        let noted = |part: &str| {
            let part = format!("Prime{part}");
            let field = |label| after(&part, label).unwrap().to_owned();
            Written { prime: field("Prime"), id: field("Share ID"), value: field("Share value") }
        };
        shares.map(noted).collect()
    }

    /// `--initialize`; the tool's own success means nothing, so the status is read afterwards.
    pub fn initialise(&self, shares: &str) {
        self.run("sc-hsm-tool", &["--initialize", "--so-pin", SO_PIN, "--pin", PIN, "--dkek-shares", shares]);
        let status = self.run("sc-hsm-tool", &[]);
        assert!(status.contains(&format!("DKEK import pending, {shares} share(s) still missing")), "{status}");
    }

    /// `--import-dkek-share` with the shares typed; returns the key check value that it prints.
    pub fn import_share(&self, file: &str, shares: &[Written]) -> String {
        self.import_share_at(0, file, shares)
    }

    /// The same at this reader.
    pub fn import_share_at(&self, slot: u16, file: &str, shares: &[Written]) -> String {
        let total = shares.len().to_string();
        let mut answers = vec![("Please enter prime", shares[0].prime.as_str())];
        for share in shares {
            answers.extend([
                ("Press <enter> to enter share", ""),
                ("Please enter share ID", share.id.as_str()),
                ("Please enter share value", share.value.as_str()),
            ]);
        }
        let slot = slot.to_string();
        let arguments = ["--reader", &slot, "--import-dkek-share", file, "--pwd-shares-total", &total];
        let (screen, ok) = talk(&self.file(""), "sc-hsm-tool", &arguments, &answers, "");
        assert!(ok && screen.contains("DKEK share imported"), "{screen}");
        after(&screen, "DKEK key check value").unwrap().to_owned()
    }

    /// Generates a key as the manual says.
    pub fn generate(&self, key_type: &str, id: &str, label: &str) {
        let key = ["--keypairgen", "--key-type", key_type, "--id", id, "--label", label];
        let made = self.run("pkcs11-tool", &[&["-l", "--pin", PIN][..], &key].concat());
        assert!(made.contains("Key pair generated"), "{made}");
    }

    /// Reads a public key into a PEM file.
    pub fn public_key(&self, id: &str, file: &str) {
        self.run("pkcs15-tool", &["--read-public-key", id, "--output", file]);
    }

    /// Signs a message with `pkcs11-tool`, and lets openssl verify it with a public key file. If the tool cannot handle
    /// the signature of a P-521 key, a different message is signed.
    pub fn sign_and_verify(&self, key_type: &str, id: &str, public: &str) {
        let mut messages = (0..30).map(|number| format!("signed with {id}, {number}"));
        assert!(messages.any(|message| self.signs(key_type, id, public, &message)), "{id} signs nothing");
    }

    /// Signs this message with `pkcs11-tool`, and lets openssl verify it; false if the tool refused a good signature of
    /// a P-521 key.
    ///
    /// OpenSC before 0.26 takes such a signature for one of a curve of 512 bits when both its numbers are short, one in
    /// sixteen (its reports 2421 and 2623); the card signs the same digest with the same numbers, so repeating does not
    /// help.
    pub fn signs(&self, key_type: &str, id: &str, public: &str, message: &str) -> bool {
        fs::write(self.file("message"), message).unwrap();
        let mut arguments = vec!["-l", "--pin", PIN, "--sign", "--id", id, "--output-file", "signature"];
        if key_type.starts_with("rsa") {
            arguments.extend(["--mechanism", "SHA256-RSA-PKCS", "--input-file", "message"]);
        } else {
            self.run("openssl", &["dgst", "-sha256", "-binary", "-out", "digest", "message"]);
            arguments.extend(["--mechanism", "ECDSA", "--signature-format", "openssl", "--input-file", "digest"]);
        }
        let (output, text) = self.try_run("pkcs11-tool", &arguments);
        if key_type == "EC:secp521r1" && text.contains("C_SignFinal failed: rv = CKR_DATA_INVALID") {
            return false;
        }
        assert!(output.status.success(), "pkcs11-tool {arguments:?}: {}\n{text}", output.status);
        self.verified(public, "signature", "message");
        fs::remove_file(self.file("signature")).unwrap();
        true
    }

    /// openssl verifies a SHA-256 signature of a file.
    pub fn verified(&self, public: &str, signature: &str, message: &str) {
        let said = self.run("openssl", &["dgst", "-sha256", "-verify", public, "-signature", signature, message]);
        assert!(said.contains("Verified OK"), "{said}");
    }

    /// `--wrap-key` to a file.
    pub fn wrap(&self, reference: &str, file: &str) {
        self.run("sc-hsm-tool", &["--wrap-key", file, "--key-reference", reference, "--pin", PIN]);
        assert!(self.file(file).exists());
    }

    /// `--unwrap-key` from a file.
    pub fn unwrap(&self, reference: &str, file: &str) {
        let said = self.run("sc-hsm-tool", &["--unwrap-key", file, "--key-reference", reference, "--pin", PIN]);
        assert!(said.contains("Key successfully imported"), "{said}");
    }

    /// Our driver's device in a reader, logged in.
    pub fn logged_in(&mut self, slot: u16) -> Device {
        let mut device = self.device(slot);
        assert_eq!(device.verify_user_pin(&user_pin()), Ok(hsm_ceremony::card::PinAnswer::Accepted));
        device
    }
}

/// What `pkcs15-tool -D` says about one private key, without what a restore changes: its location, and the counters.
pub fn private_key<'a>(dump: &'a str, label: &str) -> Vec<&'a str> {
    let block = dump.split("\n\n").find(|block| block.starts_with("Private") && block.contains(&format!("[{label}]")));
    // The identifier for Windows is derived from serial and reference.
    let kept = |line: &&str| !line.contains("Key ref") && !line.contains("MD:guid");
    block.unwrap_or_else(|| panic!("no {label} in\n{dump}")).lines().filter(kept).collect()
}

fn typed(text: &str) -> TypedText {
    let mut typed = TypedText::new();
    text.bytes().for_each(|byte| typed.push(byte).unwrap());
    typed
}

/// The user PIN for our driver.
pub fn user_pin() -> UserPin {
    UserPin::from_typed(&typed(PIN)).ok().unwrap()
}

/// The SO-PIN for our driver.
pub fn so_pin() -> SoPin {
    SoPin::from_typed(&typed(SO_PIN)).ok().unwrap()
}
