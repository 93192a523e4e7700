//! Bounded BER-TLV on borrowed slices: tags of one or two bytes, definite lengths in their shortest form.
//!
//! Source: ISO 7816-4 annex and ITU-T X.690, as far as the device's objects need them.

/// What is wrong with bytes that should have parsed, in a word for the record. Never contains any of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// One object: tag, value, and the whole object (signatures cover the header too).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// The tag, for example 0x42 or 0x7F49.
    pub tag: u16,
    /// The value.
    pub value: &'a [u8],
    /// Header and value.
    pub whole: &'a [u8],
}

impl<'a> Object<'a> {
    /// Reads the objects inside the value.
    pub const fn inside(&self) -> Reader<'a> {
        Reader::new(self.value)
    }
}

/// Reads consecutive objects.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next object, or `None` at the end.
    pub fn read(&mut self) -> Result<Option<Object<'a>>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let start = self.rest;
        let (tag, after_tag) = read_tag(start)?;
        let (length, after_length) = read_length(after_tag)?;
        let (value, after) = after_length.split_at_checked(length).ok_or(Malformed("tlv-truncated"))?;
        let whole = start.get(..start.len() - after.len()).ok_or(Malformed("tlv-truncated"))?;
        self.rest = after;
        Ok(Some(Object { tag, value, whole }))
    }

    /// The next object, which must have this tag.
    pub fn expect(&mut self, tag: u16) -> Result<Object<'a>, Malformed> {
        match self.read()? {
            Some(object) if object.tag == tag => Ok(object),
            Some(_) => Err(Malformed("tlv-other-tag")),
            None => Err(Malformed("tlv-missing")),
        }
    }

    /// The next object if it has this tag; otherwise nothing is read.
    pub fn optional(&mut self, tag: u16) -> Result<Option<Object<'a>>, Malformed> {
        let before = self.rest;
        match self.read()? {
            Some(object) if object.tag == tag => Ok(Some(object)),
            _ => {
                self.rest = before;
                Ok(None)
            }
        }
    }

    /// The first object with this tag among those that follow; the reader does not advance.
    pub fn find(&self, tag: u16) -> Result<Option<Object<'a>>, Malformed> {
        let mut reader = *self;
        while let Some(object) = reader.read()? {
            if object.tag == tag {
                return Ok(Some(object));
            }
        }
        Ok(None)
    }

    /// Checks that nothing follows.
    pub const fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed("tlv-trailing")) }
    }
}

fn read_tag(bytes: &[u8]) -> Result<(u16, &[u8]), Malformed> {
    let (first, rest) = bytes.split_first().ok_or(Malformed("tlv-truncated"))?;
    if first & 0x1F != 0x1F {
        return Ok((u16::from(*first), rest));
    }
    let (second, rest) = rest.split_first().ok_or(Malformed("tlv-truncated"))?;
    if second & 0x80 != 0 {
        return Err(Malformed("tlv-long-tag"));
    }
    Ok((u16::from_be_bytes([*first, *second]), rest))
}

fn read_length(bytes: &[u8]) -> Result<(usize, &[u8]), Malformed> {
    let (first, rest) = bytes.split_first().ok_or(Malformed("tlv-truncated"))?;
    let (count, least) = match first {
        0..=0x7F => return Ok((usize::from(*first), rest)),
        0x80 => return Err(Malformed("tlv-indefinite-length")),
        0x81 => (1, 0x80),
        0x82 => (2, 0x100),
        0x83 => (3, 0x1_0000),
        _ => return Err(Malformed("tlv-long-length")),
    };
    let (digits, rest) = rest.split_at_checked(count).ok_or(Malformed("tlv-truncated"))?;
    let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
    if length < least { Err(Malformed("tlv-overlong-length")) } else { Ok((length, rest)) }
}

/// Writes consecutive objects. For public data only: the buffer reallocates and is not wiped.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty writer.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends one object. Values of 16 MiB and more have no length form here and do not occur.
    #[must_use]
    pub fn object(mut self, tag: u16, value: &[u8]) -> Self {
        match tag.to_be_bytes() {
            [0, low] => self.0.push(low),
            two => self.0.extend_from_slice(&two),
        }
        push_length(&mut self.0, value.len());
        self.0.extend_from_slice(value);
        self
    }

    /// Appends one object that contains what `inside` wrote.
    #[must_use]
    pub fn constructed(self, tag: u16, inside: &Self) -> Self {
        self.object(tag, &inside.0)
    }

    /// Appends objects that are already encoded.
    #[must_use]
    pub fn encoded(mut self, objects: &[u8]) -> Self {
        self.0.extend_from_slice(objects);
        self
    }

    /// Appends a DER INTEGER of a number that is not negative.
    #[must_use]
    pub fn integer(self, magnitude: &[u8]) -> Self {
        let digits = strip_zeros(magnitude);
        let mut value = Vec::with_capacity(digits.len() + 1);
        if digits.first().is_none_or(|first| first & 0x80 != 0) {
            value.push(0);
        }
        value.extend_from_slice(digits);
        self.object(0x02, &value)
    }

    /// The written bytes.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

fn push_length(bytes: &mut Vec<u8>, length: usize) {
    // Lossless: the bounds of each arm ensure that the dropped bytes are zero.
    let [.., high, middle, low] = length.to_be_bytes();
    match length {
        0..=0x7F => bytes.push(low),
        0x80..=0xFF => bytes.extend_from_slice(&[0x81, low]),
        0x100..=0xFFFF => bytes.extend_from_slice(&[0x82, middle, low]),
        _ => bytes.extend_from_slice(&[0x83, high, middle, low]),
    }
}

/// A big-endian number without its leading zero bytes.
pub fn strip_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(bytes: &[u8]) -> Result<usize, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut count = 0;
        while let Some(object) = reader.read()? {
            assert!(object.whole.ends_with(object.value));
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn refuses_malformed_encodings() {
        for (bytes, what) in [
            (&[0x30, 0x80, 0, 0][..], "tlv-indefinite-length"),
            (&[0x30, 0x81, 0x7F], "tlv-overlong-length"),
            (&[0x30, 0x82, 0x00, 0xFF], "tlv-overlong-length"),
            (&[0x30, 0x83, 0x00, 0xFF, 0xFF], "tlv-overlong-length"),
            (&[0x30, 0x84, 0, 1, 0, 0], "tlv-long-length"),
            (&[0x30, 0x02, 0x01], "tlv-truncated"),
            (&[0x30, 0x82, 0x01], "tlv-truncated"),
            (&[0x30], "tlv-truncated"),
            (&[0x7F], "tlv-truncated"),
            (&[0x7F, 0x81, 0x01, 0x00], "tlv-long-tag"),
        ] {
            assert_eq!(read_all(bytes), Err(Malformed(what)), "{bytes:02X?}");
        }
    }

    #[test]
    fn integers_are_never_negative() {
        assert_eq!(Writer::new().integer(&[]).finish(), [2, 1, 0]);
        assert_eq!(Writer::new().integer(&[0, 0x7F]).finish(), [2, 1, 0x7F]);
        assert_eq!(Writer::new().integer(&[0x80]).finish(), [2, 2, 0, 0x80]);
    }

    proptest! {
        #[test]
        fn written_objects_are_read_back(
            objects in proptest::collection::vec(
                (prop_oneof![Just(0x30u16), Just(0x42), Just(0x7F21), Just(0x5F37)], 0usize..70_000), 0..4),
        ) {
            let mut writer = Writer::new();
            for (tag, length) in &objects {
                writer = writer.object(*tag, &vec![0xA5; *length]);
            }
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            for (tag, length) in &objects {
                let object = reader.expect(*tag).unwrap();
                prop_assert_eq!(object.value.len(), *length);
            }
            prop_assert!(reader.end().is_ok());
            if let Some(cut) = bytes.len().checked_sub(1) {
                prop_assert!(read_all(&bytes[..cut]).is_err());
            }
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_all(&bytes);
        }
    }
}
