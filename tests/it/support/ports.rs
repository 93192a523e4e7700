//! Ports for the virtual readers.
//!
//! pcscd opens them some time after they were chosen. So they are below those that the system assigns by itself, where
//! no connection of another program takes them in the meantime.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::ops::Range;

/// Two consecutive ports that nobody listens on: vpcd takes the second for its second reader. Different ones at each
/// call.
pub fn free_pair() -> u16 {
    let handed_out = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let range = below(&handed_out);
    for attempt in 0..1000_u32 {
        // Tests that run at the same time, including in other processes, start at different places.
        let place = RandomState::new().hash_one(attempt) % u64::try_from(range.len()).unwrap();
        let port = range.start + u16::try_from(place).unwrap();
        // As the driver does: on every address.
        if [port, port + 1].into_iter().all(|port| TcpListener::bind(("0.0.0.0", port)).is_ok()) {
            return port;
        }
    }
    panic!("no two free ports in a row in {range:?}");
}

/// The first ports of pairs that the system assigns to nobody, given its range of assigned ports.
fn below(handed_out: &str) -> Range<u16> {
    let first = handed_out.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(32768);
    match first {
        12_000.. => 10_000..first - 1,
        // Any user may open a port from 1024 on; well-known services use some of the first ones.
        2048.. => 1025..first - 1,
        // The system assigns nearly all of them; then the caller finds out whether somebody was faster.
        _ => 10_000..32_000,
    }
}

#[test]
fn ports_for_readers_are_not_those_that_the_system_assigns() {
    assert_eq!(below("32768\t60999\n"), 10_000..32_767);
    assert_eq!(below("12000 65535"), 10_000..11_999);
    assert_eq!(below("9000\t65535"), 1025..8999);
    assert_eq!(below("1024\t65535"), 10_000..32_000);
    assert_eq!(below(""), 10_000..32_767);
}
