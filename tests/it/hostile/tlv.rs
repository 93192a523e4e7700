//! TLV: objects within objects.

use hsm_ceremony::card::tlv::{Reader, Writer, strip_zeros};

pub fn check(data: &[u8]) {
    objects(data, 0);
    let integer = Writer::new().integer(data).finish();
    let read = Reader::new(&integer).expect(0x02).map(|object| strip_zeros(object.value));
    assert!(read == Ok(strip_zeros(data)) || data.len() > 0xFF_FFFE);
}

fn objects(bytes: &[u8], depth: u8) {
    let mut reader = Reader::new(bytes);
    let mut seen = 0;
    while let Ok(Some(object)) = reader.read() {
        seen += object.whole.len();
        assert!(bytes[..seen].ends_with(object.whole) && object.whole.ends_with(object.value));
        let written = Writer::new().object(object.tag, object.value).finish();
        assert!(written == object.whole, "there is one way to write an object");
        assert_eq!(Reader::new(bytes).find(object.tag).map(|found| found.is_some()), Ok(true));
        if depth < 16 {
            objects(object.value, depth + 1);
        }
    }
    assert_eq!(seen + reader.rest().len(), bytes.len(), "nothing is lost");
    assert_eq!(reader.end().is_ok(), reader.rest().is_empty());
}
