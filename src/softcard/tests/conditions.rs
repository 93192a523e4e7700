//! Cards in the conditions that people have them in.

use super::*;

const SHARE: &str = "2222222222222222222222222222222222222222222222222222222222222222";

/// A card for four key domains, logged in.
fn with_domains() -> SoftCard {
    let mut card = fresh();
    card.expect(&initialise("970104"), 0x9000);
    card.expect("8052000000", 0x6A88);
    card.expect("80520101010100", 0x6985);
    card.expect(VERIFY, 0x9000);
    card
}

#[test]
fn key_domains_are_created_filled_and_deleted() {
    let mut card = with_domains();
    assert_eq!(card.expect("80520101010100", 0x9000), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    card.expect("80520101010100", 0x6A86);
    card.expect("80520104010100", 0x6A86);
    card.expect("8052000200", 0x6A88);
    card.expect("8052000400", 0x6A86);
    let state = card.expect(&format!("8052000120{SHARE}00"), 0x9000);
    assert_eq!(state[..2], [1, 0]);
    assert_ne!(state[2..], [0; 8]);
    assert_eq!(card.expect("8052000100", 0x9000), state);
    card.expect(&format!("8052000120{SHARE}00"), 0x6986);
    assert_eq!(card.expect("80520401", 0x610A), [0; 0], "its DKEK is gone, and it waits for the share again");
    assert_eq!(card.expect("8052000100", 0x9000), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    card.expect("80520301", 0x6A88);
    card.expect("8052000100", 0x6A88);
}

#[test]
fn a_key_is_wrapped_in_its_own_domain_and_comes_back_there() {
    let mut card = with_domains();
    card.expect("80520101010100", 0x9000);
    let kcv = card.expect(&format!("8052000120{SHARE}00"), 0x9000)[2..].to_vec();
    let rsa = "5F290100 4209 555443413030303031 7F4915 060A04007F00070202020102 8203010001 02020400 \
               5F2010 52454830303030303031585830303031";
    let (counted, other, no_domain) = ("900400000001 920101", "920100", "920104");
    for (reference, more, status) in [(1, counted, 0x9000), (2, other, 0x9000), (3, no_domain, 0x6A80)] {
        let data = format!("{rsa}{more}").replace(' ', "");
        card.expect(&format!("0046{reference:02X}0000{:04X}{data}0000", data.len() / 2), status);
    }
    let attributes = card.expect("00A4000002CC0100", 0x9000);
    assert!(attributes.ends_with(&hex("A50B8109900400000001920101")), "{attributes:02X?}");
    let blob = card.expect("80720192000000", 0x9000);
    assert!(blob.starts_with(&kcv));
    card.expect("80720292000000", 0x6A88);
    card.expect("80520301", 0x6A89);
    assert_eq!(card.send_bytes(&unwrap_command(9, &blob)), (Vec::new(), 0x9000));
    assert!(card.expect("00A4000002CC0900", 0x9000).ends_with(&hex("A5058103920101")), "it is counted no longer");
    let block = "00".repeat(127);
    card.expect(&format!("806801208001{block}00"), 0x9000);
    card.expect(&format!("806801208001{block}00"), 0x6984);
}

#[test]
fn a_transport_pin_is_changed_before_it_is_used() {
    let mut card = fresh();
    card.expect(&initialise("920101").replace("80020001", "80020003"), 0x9000);
    card.expect("00200081", 0x6984);
    card.expect(VERIFY, 0x6984);
    card.expect("002400810C363438323139313233343536", 0x9000);
    card.expect("0020008106313233343536", 0x9000);
}

#[test]
fn public_keys_that_log_in_are_set_up_and_removed_by_initialising() {
    let mut card = fresh();
    card.expect("8054000004", 0x6D00);
    card.expect(&initialise("920101930203 02".replace(' ', "").as_str()), 0x9000);
    assert_eq!(card.expect("8054000004", 0x9000), [3, 3, 2, 0]);
    card.expect("00200081", 0x6985);
    card.expect(&initialise("920101"), 0x9000);
    card.expect("00200081", 0x63C3);
    card.expect("8054000004", 0x6D00);
}

#[test]
fn a_full_card_takes_nothing_more_and_loses_nothing() {
    let mut card = ready(SHARE);
    card.condition.room = Some(1);
    card.expect("00D7CF010754020000530141", 0x9000);
    card.expect("00D7CF020754020000530141", 0x6A84);
    card.expect(&generate_rsa("0400"), 0x6A84);
    card.expect("00D7CF010754020000530142", 0x9000);
    card.expect("00E4020002CF01", 0x9000);
    card.expect(&generate_rsa("0400"), 0x9000);
}

#[test]
fn the_first_generation_says_less_and_has_no_long_rsa_keys() {
    let mut card = SoftCard::new("REH0000001").unwrap();
    card.condition.version = [1, 2];
    assert!(card.expect(SELECT, 0x9000).ends_with(&hex("85020102")));
    card.expect("00200088", 0x6A86);
    card.expect("00200081", 0x6984);
    card.expect(&initialise("920101"), 0x9000);
    card.expect(VERIFY, 0x9000);
    card.expect(&generate_rsa("1000"), 0x6A80);
    card.expect(&generate_rsa("0400"), 0x9000);
}

#[test]
fn a_terminated_card_is_not_selected_and_one_that_takes_no_blocks_says_so() {
    let mut card = fresh();
    card.condition.refuses_blocks = true;
    card.expect("10B12F02025402", 0x6884);
    card.condition.terminated = true;
    card.expect(SELECT, 0x6285);
}

#[test]
fn every_condition_survives_a_state_file() {
    let mut card = with_domains();
    card.expect("80520101010200", 0x9000);
    card.expect(&format!("8052000120{SHARE}00"), 0x9000);
    card.condition = Condition {
        terminated: true,
        transport_pin: true,
        refuses_blocks: true,
        version: [2, 6],
        public_keys: Some(PublicKeys { total: 3, missing: 1, required: 2 }),
        room: Some(7),
    };
    let state = card.to_json();
    let again = SoftCard::from_json(&state).ok().unwrap();
    assert!(again.state == card.state && again.condition == card.condition);
    let mut plain = fresh().to_json();
    assert!(plain.get("condition").is_none() && plain.get("domains").is_none(), "as earlier programs wrote it");
    plain["condition"] = serde_json::json!({ "terminated": "perhaps" });
    assert_eq!(SoftCard::from_json(&plain).err(), Some(StateError::Field("condition")));
}
