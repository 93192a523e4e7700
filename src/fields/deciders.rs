//! Who decides: somebody who is here, typed by name or initials, and nobody whom the decision is about.

use super::{Decider, FieldCheck, lines};
use crate::faults::{self, Fault};
use crate::secret::TypedText;
use crate::terms::{alike, initials};

/// The one of these people who is meant by a name or by initials.
pub fn decider<'a>(typed: &str, people: &'a [Decider]) -> Option<&'a Decider> {
    let typed = typed.trim();
    let initials = |one: &&Decider| one.initials.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(typed));
    people.iter().find(|one| alike(&one.name, typed)).or_else(|| people.iter().find(initials))
}

/// Who decides, and not about themselves.
pub(super) fn check(text: &TypedText, people: &[Decider], about: &[String]) -> FieldCheck {
    one_of(text, people, about, |who| faults::DeciderConcerned { who }.into(), || faults::DeciderNotHere.into())
}

/// Who confirms what somebody else read aloud.
pub(super) fn confirmer(text: &TypedText, people: &[Decider], reader: &[String]) -> FieldCheck {
    one_of(text, people, reader, |who| faults::ConfirmerReads { who }.into(), || faults::ConfirmerNotHere.into())
}

/// A name or initials, typed letter by letter: one of these people, and not one of those.
fn one_of(
    text: &TypedText,
    people: &[Decider],
    not: &[String],
    barred: impl Fn(&str) -> Fault,
    stranger: impl Fn() -> Fault,
) -> FieldCheck {
    let check = lines::line(text, false);
    let (FieldCheck::Good, Ok(typed)) = (&check, std::str::from_utf8(text.expose())) else { return check };
    if decider(typed, people).is_some() {
        return FieldCheck::Good;
    }
    let same = |name: &&String| alike(name, typed) || initials(name).is_some_and(|own| own.eq_ignore_ascii_case(typed));
    if let Some(who) = not.iter().find(same) {
        return FieldCheck::wrong(barred(who));
    }
    let begins = |one: &&Decider| {
        let typed = typed.trim_start();
        one.name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
    };
    match people.iter().find(begins) {
        Some(one) => FieldCheck::typing(typed.trim_start().chars().count(), one.name.chars().count()),
        None => FieldCheck::wrong(stranger()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_somebody_who_is_here_decides_and_nobody_about_themselves() {
        let person = |name: &str, initials: Option<&str>| Decider {
            name: name.to_owned(),
            initials: initials.map(str::to_owned),
        };
        let people = [person("Grace Hopper", Some("GH")), person("Ada Lovelace", None), person("Ольга Л.", None)];
        let check = |text: &str| {
            let mut typed = TypedText::new();
            text.chars().for_each(|character| typed.put(typed.len(), character).ok().unwrap());
            super::check(&typed, &people, &["Alan Turing".to_owned()])
        };
        for right in ["Grace Hopper", "grace  hopper ", "gh", "GH", "Ada Lovelace", "Ольга Л."] {
            assert_eq!(check(right), FieldCheck::Good, "{right}");
        }
        assert_eq!(
            decider("gh", &people).map(|one| one.name.as_str()),
            Some("Grace Hopper"),
            "the record gets the name"
        );
        assert_eq!(check("Alan Turing"), FieldCheck::wrong(faults::DeciderConcerned { who: "Alan Turing" }));
        assert_eq!(check("at"), FieldCheck::wrong(faults::DeciderConcerned { who: "Alan Turing" }), "by initials, too");
        for stranger in ["Niels Bohr", "AL", "x", "Grace Hoppers"] {
            assert_eq!(check(stranger), FieldCheck::wrong(faults::DeciderNotHere), "{stranger}");
        }
        assert_eq!(check("grace h"), FieldCheck::typing(7, 12));
        assert_eq!(check("  "), FieldCheck::Empty);
    }
}
