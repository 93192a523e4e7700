//! The loop of a custodian who checks their card alone: no record, no clerk, and nothing is kept.

use std::time::{Duration, Instant};

use super::front::{FrontEnd, FrontError};
use crate::ceremony::{Body, CardCheck, CardCheckRequest, Event, Input};
use crate::fields::{check, suggest, typed_share_is_possible};
use crate::secret::wipe_stack;
use crate::terms::HostFinding;
use crate::vault::Vault;

/// How long it waits for a key before it looks at the time.
const A_MOMENT: Duration = Duration::from_millis(50);

/// Checks cards until the custodian leaves. Whatever happens, what was typed is wiped.
///
/// # Errors
/// The front end is gone.
pub fn check_cards(front: &mut dyn FrontEnd, findings: Vec<(HostFinding, String)>) -> Result<(), FrontError> {
    let mut vault = Vault::new();
    let result = turns(front, &mut vault, CardCheck::new(findings));
    vault.forget_all();
    wipe_stack();
    result.and(front.wipe())
}

fn turns(front: &mut dyn FrontEnd, vault: &mut Vault, mut cards: CardCheck) -> Result<(), FrontError> {
    let (began, mut ahead) = (Instant::now(), Duration::ZERO);
    loop {
        cards.handle(Event::Time(u64::try_from((began.elapsed() + ahead).as_millis()).unwrap_or(u64::MAX)));
        for request in cards.requests() {
            match request {
                CardCheckRequest::Wipe => {
                    vault.forget_all();
                    wipe_stack();
                    front.wipe()?;
                }
                CardCheckRequest::Leave => return Ok(()),
            }
        }
        let view = cards.view();
        front.show(&view, vault)?;
        wipe_stack();
        let input = front.next(&view, vault, A_MOMENT)?;
        // People take their time, even if the front end does not.
        ahead += front.pause();
        match (&view.body, input) {
            (Body::Form { fields, .. }, Some(Input::Edited(_))) => {
                for field in fields {
                    let check = check(&field.kind, field.name, vault);
                    suggest(&field.kind, field.name, vault);
                    cards.handle(Event::Checked { field: field.name, check, open: None });
                }
                cards.note_possible(typed_share_is_possible(vault));
            }
            (_, Some(input)) => {
                cards.handle(Event::Time(u64::try_from((began.elapsed() + ahead).as_millis()).unwrap_or(u64::MAX)));
                cards.handle(Event::Input(input));
                ahead += front.pause();
            }
            (_, None) => {}
        }
    }
}
