//! Sets that sc-hsm-tool itself cannot restore open here, and the record says which defect was the cause.

use hsm_ceremony::ceremony::Recovery;
use hsm_ceremony::record::{Defect, Fact};
use hsm_ceremony::terms::Seat;

use super::old::{Custodians, Set, prime_above, seal_share, wrapped_keys};
use super::rig::{Rig, plan_text};

const KEY: &str = "ec-prime256v1";

/// How a set opened: seats whose shares were wrong, and defects.
type Opened = (Vec<Seat>, Vec<Defect>);

fn opened(rig: &Rig) -> Opened {
    let found = rig.facts().into_iter().find_map(|fact| match fact {
        Fact::Opened { wrong, defects, right, .. } => {
            assert!(right.iter().all(|seat| !wrong.contains(seat)));
            Some((wrong.clone(), defects.clone()))
        }
        _ => None,
    });
    found.unwrap()
}

/// Restores from a folder that is sealed under the set's password; after a failure people choose `recovery`.
fn restored(threshold: u8, set: &Set, people: &mut Custodians, recovery: Recovery) -> Rig {
    let (place, records) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dkek = wrapped_keys(place.path(), &[KEY]);
    seal_share(place.path(), &dkek, &set.password);
    let custodians = u8::try_from(set.cards.len()).unwrap();
    let plan = plan_text(threshold, custodians, &[("EC:secp256r1", 10)], false);
    let mut rig = Rig::foreign(place.path(), &plan, records.path()).unwrap();
    let mut corrected = false;
    rig.play(|front| match front.fault() {
        Some(_) => {
            if recovery == Recovery::SeatsAgain && !corrected {
                // They look at their cards again.
                people.cards.clone_from(&set.cards);
                corrected = true;
            }
            front.goes_on_with(recovery)
        }
        None => people.answer(front),
    });
    assert!(rig.complete() && people.order.is_empty());
    assert!(rig.facts().iter().any(|fact| matches!(fact, Fact::Proven { .. })), "the key signs");
    rig
}

/// Like `restored`, when nothing goes wrong.
fn opens(threshold: u8, set: &Set, mut people: Custodians) -> Opened {
    let rig = restored(threshold, set, &mut people, Recovery::TryAgain);
    assert!(rig.faults.is_empty(), "{:?}", rig.faults);
    opened(&rig)
}

#[test]
fn a_password_that_starts_with_a_zero_byte() {
    let prime = prime_above(0xC000_0000_0000_0000);
    let set = Set::of(prime, 0x00A1_B2C3_D4E5_F607, &[0x1234_5678_9ABC_DEF0, 77], 4);
    assert_eq!(opens(3, &set, Custodians::new(&set, &[3, 0, 1])), (vec![], vec![Defect::LeadingZero]));
}

#[test]
fn ids_above_nine_in_either_reading() {
    let set = Set::golden("5-of-12");
    let order = [9, 3, 10, 0, 11];
    assert_eq!(set.cards[9].id, "10");
    assert_eq!(opens(5, &set, Custodians::new(&set, &order)), (vec![], vec![Defect::DecimalId]));

    let mut letters = Custodians::new(&set, &order);
    for (place, letter) in [(9, "A"), (10, "b"), (11, "C")] {
        letters.cards[place].id = letter.to_owned();
    }
    assert_eq!(opens(5, &set, letters), (vec![], vec![Defect::HexadecimalId]));

    // "10" on the card of number 16: somebody noted what has to be typed.
    let large = Set::of(prime_above(0xD000_0000_0000_0000), 0x0102_0304_0506_0708, &[0xFEDC_BA98], 16);
    let mut people = Custodians::new(&large, &[15, 1]);
    people.cards[15].id = "10".to_owned();
    assert_eq!(opens(2, &large, people), (vec![], vec![Defect::HexadecimalId]));

    // The holders of 10 and 16 both read "10", one as the tool showed it, one as it must be typed.
    let mut both = Custodians::new(&large, &[15, 9]);
    both.cards[15].id = "10".to_owned();
    let (wrong, _) = opens(2, &large, both);
    assert_eq!(wrong, []);

    let small = Custodians::new(&set, &[8, 7, 6, 5, 4]);
    assert_eq!(opens(5, &set, small), (vec![], vec![]), "ids up to 9 are the same in both");
}

#[test]
fn values_that_lost_zeros_and_a_prime_below_the_secret() {
    let (prime, secret) = (prime_above(0xF000_0000_0000_0000), 0x7123_4567_89AB_CDEF_u64);
    let set = Set::of(prime, secret, &[prime - secret + 0x0000_CDEF_0123_4567], 3);
    assert!(set.cards[0].value.starts_with("00:00:"));
    assert_eq!(opens(2, &set, Custodians::new(&set, &[0, 2])), (vec![], vec![Defect::ShortValue]));
    assert_eq!(
        opens(2, &set, Custodians::new(&set, &[1, 2])),
        (vec![], vec![]),
        "only a card that counts says anything"
    );

    let small = Set::of(prime_above(0x9000_0000_0000_0000), 0xF0E1_D2C3_B4A5_9687, &[0x5555_0000_1111], 3);
    assert_eq!(opens(2, &small, Custodians::new(&small, &[2, 1])), (vec![], vec![Defect::SmallPrime]));
}

/// Somebody misreads the last character of their value.
fn misread(people: &mut Custodians, who: usize) {
    let value = &mut people.cards[who].value;
    let last = value.pop().unwrap();
    value.push(if last == '0' { '1' } else { '0' });
}

#[test]
fn one_more_custodian_finds_the_wrong_share_and_it_is_named() {
    for (name, threshold, order) in [("2-of-4", 2, vec![3, 1, 0]), ("3-of-5", 3, vec![4, 0, 2, 1])] {
        let set = Set::golden(name);
        for wrong in 0..usize::from(threshold) {
            let mut people = Custodians::new(&set, &order);
            misread(&mut people, order[wrong]);
            let rig = restored(threshold, &set, &mut people, Recovery::AnotherCustodian);
            assert_eq!(rig.failed(), ["old-shares-do-not-open"], "nobody is named while it cannot be known");
            let seat = Seat(u8::try_from(wrong + 1).unwrap());
            assert_eq!(opened(&rig), (vec![seat], vec![Defect::WrongShare]));
        }
    }
}

#[test]
fn a_wrong_share_among_ids_above_nine_is_found_too() {
    let set = Set::golden("5-of-12");
    let order = [9, 3, 10, 0, 11, 5];
    let mut people = Custodians::new(&set, &order);
    misread(&mut people, 10);
    let rig = restored(5, &set, &mut people, Recovery::AnotherCustodian);
    assert_eq!(opened(&rig), (vec![Seat(3)], vec![Defect::DecimalId, Defect::WrongShare]));
}

#[test]
fn a_set_that_needs_more_shares_than_the_plan_says_opens_once_they_are_there() {
    let set = Set::golden("3-of-5");
    let needed = |rig: &Rig| {
        let needed = |fact: &&Fact| if let Fact::Opened { needed, .. } = fact { Some(*needed) } else { None };
        rig.facts().iter().find_map(needed).unwrap()
    };
    let mut people = Custodians::new(&set, &[4, 0, 2]);
    let rig = restored(2, &set, &mut people, Recovery::AnotherCustodian);
    assert_eq!(rig.failed(), ["old-shares-do-not-open"]);
    assert_eq!((opened(&rig), needed(&rig)), ((vec![], vec![]), Some(3)));

    // A wrong one among them is found when there is one more than really needed.
    let mut people = Custodians::new(&set, &[4, 0, 2, 1]);
    misread(&mut people, 0);
    let rig = restored(2, &set, &mut people, Recovery::AnotherCustodian);
    assert_eq!(rig.failed(), ["old-shares-do-not-open"; 2]);
    assert_eq!((opened(&rig), needed(&rig)), ((vec![Seat(2)], vec![Defect::WrongShare]), Some(3)));

    // A plan that says too many only asks for more people than are needed.
    let mut people = Custodians::new(&Set::golden("2-of-4"), &[3, 1, 0]);
    let rig = restored(3, &Set::golden("2-of-4"), &mut people, Recovery::Stop);
    assert_eq!((opened(&rig), needed(&rig)), ((vec![], vec![]), None));
}

#[test]
fn all_seats_again_starts_from_scratch() {
    let set = Set::golden("2-of-3");
    let mut people = Custodians::new(&set, &[0, 1, 2, 1]);
    misread(&mut people, 1);
    let rig = restored(2, &set, &mut people, Recovery::SeatsAgain);
    assert_eq!(rig.failed(), ["old-shares-do-not-open"]);
    assert_eq!(opened(&rig), (vec![], vec![]));
    let primes = rig.facts().iter().filter(|fact| matches!(fact, Fact::SetTyped { .. })).count();
    assert_eq!(primes, 2, "the prime is typed again too");
}

#[test]
fn with_two_wrong_shares_one_more_custodian_is_not_enough_and_the_next_is() {
    let set = Set::golden("2-of-4");
    let mut people = Custodians::new(&set, &[0, 1, 2, 3]);
    misread(&mut people, 0);
    misread(&mut people, 1);
    let rig = restored(2, &set, &mut people, Recovery::AnotherCustodian);
    assert_eq!(rig.failed(), ["old-shares-do-not-open", "old-shares-do-not-open"]);
    assert_eq!(opened(&rig), (vec![Seat(1), Seat(2)], vec![Defect::WrongShare]));
}
