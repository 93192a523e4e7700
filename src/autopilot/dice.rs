//! Throws of dice for a rehearsal: always the same, but they look like fair dice.

/// The faces of a die.
const FACES: u8 = 6;

/// This many throws as digits: every face as often as any other (or once more), in an order without a pattern. Neither
/// secret nor entropy: a rehearsal's secrets are thrown away.
pub fn throws(count: usize) -> Vec<u8> {
    let mut throws: Vec<u8> = (1..=FACES).cycle().map(|face| b'0' + face).take(count).collect();
    // Knuth's multiplier; any would do, since it only makes the order look random
    let mut state = 1_442_695_040_888_963_407_u64;
    for left in (1..throws.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let choices = u64::try_from(left + 1).unwrap_or(u64::MAX);
        let place = usize::try_from((state >> 33) % choices).unwrap_or(left);
        throws.swap(left, place);
    }
    throws
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_look_thrown() {
        for count in [50, 99, 100, 137, 250] {
            let throws = throws(count);
            assert_eq!(throws.len(), count);
            for face in b'1'..=b'6' {
                let others = throws.iter().filter(|throw| **throw != face).count();
                let times = count - others;
                assert!((count / 6..=count / 6 + 1).contains(&times), "{face} {times} times of {count}");
            }
            let run = throws.chunk_by(|one, next| one == next).map(<[u8]>::len).max().unwrap();
            assert!((2..=5).contains(&run), "the longest run of {count} is {run}");
            for period in 1..=count / 2 {
                let same = throws.iter().zip(throws.iter().skip(period)).filter(|(one, other)| one == other).count();
                assert!(same * 2 < count - period, "every {period} throws they repeat");
            }
        }
    }
}
