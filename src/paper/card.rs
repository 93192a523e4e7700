//! One blank card per custodian, to write a share on by hand.

use super::wrap::{pad, wrap};
use crate::plan::Plan;
use crate::script::{Script, fill};
use crate::terms::CustodianNumber;

/// The width of a card, its frame included.
const WIDTH: usize = 78;

/// The card of one custodian, a page without its form feed.
pub fn card(plan: &Plan, script: &Script, custodian: CustodianNumber) -> Vec<String> {
    let number = custodian.get();
    let name = plan.custodian(custodian);
    let values = [
        ("custodian", number.to_string()),
        ("custodians", plan.quorum.custodians().to_string()),
        ("threshold", plan.quorum.threshold().to_string()),
        ("letter", format!("{number:X}")),
        ("name", name.to_owned()),
    ];
    let word = |name: &str| fill(script.word(name), &values);
    let mut card = Card { lines: vec![rule('=')] };
    card.ends(&word("card-title"), script.word("print-real"));
    card.line(name);
    card.line("");
    card.text(&plan.title);
    card.text(&word("card-quorum"));
    card.text(&word("card-secret"));
    card.lines.push(rule('-'));
    card.line("");
    card.line(&format!("{}{}", pad("", LABEL), numbers()));
    card.boxes(script.word("card-prime"));
    card.line("");
    let same = if number < 10 { word("card-id-same") } else { word("card-old-tool") };
    card.line(&format!("{}[ {number} ]   {same}", pad(script.word("card-id"), LABEL)));
    card.line("");
    card.line(&format!("{}{}", pad("", LABEL), numbers()));
    card.boxes(script.word("card-value"));
    card.line("");
    let blank = |label: &str, length: usize| format!("{} {}", script.word(label), "_".repeat(length));
    let row = [blank("card-kcv", 20), blank("card-date", 14), blank("card-bag", 20)];
    card.line(&row.join("   "));
    card.line("");
    card.lines.push(rule('-'));
    for chapter in ["card-with", "card-without", "card-keep"] {
        for paragraph in script.chapter(chapter) {
            card.text(&fill(paragraph, &values));
        }
    }
    card.lines.push(rule('='));
    card.lines
}

/// Where the boxes begin.
const LABEL: usize = 14;

fn rule(with: char) -> String {
    format!("+{}+", with.to_string().repeat(WIDTH - 2))
}

/// The numbers of the eight groups above their boxes.
fn numbers() -> String {
    let group = |number: u8| format!("   {number}");
    (1..=8).map(group).collect::<Vec<_>>().join("   ")
}

struct Card {
    lines: Vec<String>,
}

impl Card {
    fn line(&mut self, text: &str) {
        self.lines.push(format!("| {} |", pad(text, WIDTH - 4)));
    }

    /// One text at the left edge, one at the right.
    fn ends(&mut self, left: &str, right: &str) {
        let right = pad(right, right.chars().count());
        self.line(&format!("{}{right}", pad(left, (WIDTH - 4).saturating_sub(right.chars().count()))));
    }

    /// Running text, or a line that is kept as it is.
    fn text(&mut self, text: &str) {
        if text.starts_with("  ") {
            self.line(text);
            return;
        }
        for line in wrap(text, WIDTH - 4) {
            self.line(&line);
        }
    }

    /// Eight boxes for two characters each.
    fn boxes(&mut self, label: &str) {
        let edge = ["+----+"; 8].join(" ");
        let middle = ["|    |"; 8].join(":");
        for (label, boxes) in [("", &edge), (label, &middle), ("", &edge)] {
            self.line(&format!("{}{boxes}", pad(label, LABEL)));
        }
    }
}
