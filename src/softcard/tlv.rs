//! The software card's own TLV reader and writer: one- and two-byte tags, lengths of up to three bytes.

/// One object: its tag (such as `0x42` or `0x7F49`) and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object<'a> {
    /// One or two tag bytes as a number.
    pub tag: u16,
    /// The value without its header.
    pub value: &'a [u8],
}

/// Reads the first object; returns it and what follows, or `None` when the bytes end early.
pub(super) fn first(bytes: &[u8]) -> Option<(Object<'_>, &[u8])> {
    let (&lead, rest) = bytes.split_first()?;
    let (tag, rest) = if lead & 0x1F == 0x1F {
        let (&second, rest) = rest.split_first()?;
        if second & 0x80 != 0 {
            return None;
        }
        (u16::from_be_bytes([lead, second]), rest)
    } else {
        (u16::from(lead), rest)
    };
    let (length, rest) = match rest {
        [short @ 0..=0x7F, rest @ ..] => (usize::from(*short), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Object { tag, value }, rest))
}

/// Reads objects to the end; `None` when any of them is malformed.
pub(super) fn all(mut bytes: &[u8]) -> Option<Vec<Object<'_>>> {
    let mut objects = Vec::new();
    while !bytes.is_empty() {
        let (object, rest) = first(bytes)?;
        objects.push(object);
        bytes = rest;
    }
    Some(objects)
}

/// The value of the first object with this tag.
pub(super) fn find<'a>(objects: &[Object<'a>], tag: u16) -> Option<&'a [u8]> {
    objects.iter().find(|object| object.tag == tag).map(|object| object.value)
}

/// Writes one object. This card's values are far below 65,536 bytes; a longer one would become empty.
pub(super) fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len() + 5);
    match tag.to_be_bytes() {
        [0, low] => bytes.push(low),
        both => bytes.extend(both),
    }
    match u16::try_from(value.len()) {
        Ok(length @ 0..=0x7F) => bytes.extend(length.to_be_bytes().last()),
        Ok(length @ 0x80..=0xFF) => bytes.extend([0x81, length.to_be_bytes()[1]]),
        Ok(length) => {
            bytes.push(0x82);
            bytes.extend(length.to_be_bytes());
        }
        Err(_) => {
            bytes.push(0);
            return bytes;
        }
    }
    bytes.extend(value);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_objects_are_read_back() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF] {
            for tag in [0x42, 0x7F49] {
                let value = vec![0xA5; length];
                let bytes = object(tag, &value);
                assert_eq!(all(&bytes), Some(vec![Object { tag, value: &value }]));
                assert_eq!(all(bytes.get(..bytes.len() - 1).unwrap()), None, "cut short at {length}");
            }
        }
    }
}
