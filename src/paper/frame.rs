//! The framed page of a card: lines, running text, and numbered boxes to fill in by hand.

use super::wrap::{pad, wrap};

/// The width of a card, including its frame.
pub const WIDTH: usize = 78;

/// The width between the edges.
const INSIDE: usize = WIDTH - 4;

/// The column where the boxes of a row begin.
const LABEL: usize = 14;

/// A card that is being drawn.
pub struct Frame {
    lines: Vec<String>,
}

impl Frame {
    /// Begins with the upper edge.
    pub fn new() -> Self {
        Self { lines: vec![edge('=')] }
    }

    /// Ends with the lower edge.
    pub fn finish(mut self) -> Vec<String> {
        self.lines.push(edge('='));
        self.lines
    }

    /// A rule across the card.
    pub fn rule(&mut self) {
        self.lines.push(edge('-'));
    }

    /// One line.
    pub fn line(&mut self, text: &str) {
        self.lines.push(format!("| {} |", pad(text, INSIDE)));
    }

    /// One text at the left edge and one at the right. The left one continues below if both do not fit on a line.
    pub fn ends(&mut self, left: &str, right: &str) {
        let right_width = right.chars().count();
        let mut lines = wrap(left, INSIDE.saturating_sub(right_width + 1)).into_iter();
        let first = lines.next().unwrap_or_default();
        self.line(&format!("{}{right}", pad(&first, INSIDE.saturating_sub(right_width))));
        lines.for_each(|line| self.line(&line));
    }

    /// Running text; a line that begins with two spaces is kept as it is.
    pub fn text(&mut self, text: &str) {
        if text.starts_with("  ") {
            self.line(text);
            return;
        }
        for line in wrap(text, INSIDE) {
            self.line(&line);
        }
    }

    /// A row of boxes for two characters each, with their numbers above and a note after them.
    pub fn groups(&mut self, label: &str, count: u8, note: &str) {
        let row = |part: &str, between: &str| vec![part; usize::from(count)].join(between);
        let numbers: Vec<String> = (1..=count).map(|number| format!("   {number}  ")).collect();
        self.line(format!("{}{}", pad("", LABEL), numbers.join(" ")).trim_end());
        self.line(&format!("{}{}", pad("", LABEL), row("+----+", " ")));
        self.line(&format!("{}{}   {note}", pad(label, LABEL), row("|    |", ":")));
        self.line(&format!("{}{}", pad("", LABEL), row("+----+", " ")));
    }

    /// A label and its text.
    pub fn labelled(&mut self, label: &str, text: &str) {
        self.line(&format!("{}{text}", pad(label, LABEL)));
    }

    /// Numbered boxes, each wide enough for a handwritten word, in columns that are read from top to bottom.
    pub fn words(&mut self, rows: u8, columns: u8) {
        let border = "    +------------------+ ".repeat(usize::from(columns));
        for row in 1..=rows {
            let place = |column: u8| format!("{:>3} |                  | ", column * rows + row);
            self.line(border.trim_end());
            self.line((0..columns).map(place).collect::<String>().trim_end());
        }
        self.line(border.trim_end());
    }
}

fn edge(with: char) -> String {
    format!("+{}+", with.to_string().repeat(WIDTH - 2))
}
