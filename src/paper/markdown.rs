//! A document as Markdown that can also be printed as it is: no line is wider than a page. A form begins with a form feed,
//! so that it has a page of its own.

use super::document::{Block, Cell, Document, Part, Room, Sheet, StepRow, Steps, Table};
use super::wrap::{cut, wrap};
use crate::script::words;
use crate::terms::in_sight;

/// The width of a page.
const WIDTH: usize = 78;

/// Stands for a box while lines are wrapped, so that none is split.
const WHOLE_BOX: &str = "[\u{1}]";

/// The document as Markdown.
pub fn markdown(document: &Document) -> String {
    let mut lines = Lines { out: Vec::new() };
    lines.heading(1, &document.title);
    for (place, sheet) in document.sheets.iter().enumerate() {
        lines.sheet(sheet, place > 0);
    }
    lines.flowing("", "", &document.foot);
    in_sight(&(lines.out.join("\n") + "\n")).into_owned()
}

struct Lines {
    out: Vec<String>,
}

impl Lines {
    fn blank(&mut self) {
        if self.out.last().is_some_and(|line| !line.is_empty()) {
            self.out.push(String::new());
        }
    }

    /// Text from `first` on the first line, and `rest` on those that follow.
    fn flowing(&mut self, first: &str, rest: &str, text: &str) {
        let most = WIDTH - rest.chars().count().max(first.chars().count());
        for (place, line) in lines(text, most).iter().enumerate() {
            self.out.push(format!("{}{line}", if place == 0 { first } else { rest }));
        }
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.blank();
        // A heading is one line.
        self.out.push(format!("{} {}", "#".repeat(level), inline(text)));
        self.out.push(String::new());
    }

    fn sheet(&mut self, sheet: &Sheet, ruled: bool) {
        let form = matches!(sheet.blocks.first(), Some(Block::Form(_)));
        if ruled && !form {
            self.blank();
            self.out.push("---".to_owned());
        }
        if let Some(heading) = &sheet.heading {
            self.heading(2, heading);
        }
        for block in &sheet.blocks {
            self.block(block, "");
        }
    }

    fn block(&mut self, block: &Block, quote: &str) {
        if matches!(block, Block::Text(_) | Block::Kept(_)) && !quote.is_empty() {
            // Paragraphs of one screen stay in one quotation.
            match self.out.last() {
                Some(last) if last.starts_with(quote.trim_end()) => self.out.push(quote.trim_end().to_owned()),
                _ => self.blank(),
            }
        } else {
            self.blank();
        }
        match block {
            Block::Heading(text) => self.heading(3, text),
            Block::Text(text) => self.flowing(quote, quote, text),
            Block::Kept(lines) => {
                self.out.push(format!("{quote}```"));
                for line in lines {
                    let most = WIDTH - quote.chars().count();
                    self.out.extend(cut(line, most).into_iter().map(|line| format!("{quote}{line}")));
                }
                self.out.push(format!("{quote}```"));
            }
            Block::Points(points) => {
                for (name, text) in points {
                    self.flowing("- ", "  ", &format!("{name}: {text}"));
                }
            }
            Block::Facts(facts) => {
                for (name, value) in facts {
                    self.flowing("- ", "  ", &format!("{name}: {}", written(value, 40)));
                }
            }
            Block::Ticks(items) => self.items(words::PRINT_BOX, items),
            Block::Options(items) => self.items(words::PRINT_CIRCLE, items),
            Block::Blank(text) => {
                self.out.push("```".to_owned());
                self.out.push(text.clone());
                self.out.push("```".to_owned());
            }
            Block::Table(table) => self.table(table),
            Block::Steps(steps) => self.steps(steps),
            Block::Pairs(pairs) => {
                self.out.push("```".to_owned());
                for pairs in pairs.chunks(3) {
                    let line: Vec<String> = pairs.iter().map(|(one, other)| format!("{one:<3} {other:<18}")).collect();
                    self.out.push(line.concat().trim_end().to_owned());
                }
                self.out.push("```".to_owned());
            }
            Block::Form(lines) => {
                self.out.push("```".to_owned());
                for (place, line) in lines.iter().enumerate() {
                    self.out.push(format!("{}{line}", if place == 0 { "\u{c}" } else { "" }));
                }
                self.out.push("```".to_owned());
            }
        }
    }

    fn items(&mut self, mark: &str, items: &[String]) {
        for item in items {
            let (first, rest) = (format!("- {mark} "), " ".repeat(3 + mark.chars().count()));
            let most = WIDTH - rest.len();
            for (place, line) in lines(item, most).iter().enumerate() {
                self.out.push(format!("{}{line}", if place == 0 { &first } else { &rest }));
            }
        }
    }

    /// A table as a list: a table of Markdown cannot wrap.
    fn table(&mut self, table: &Table) {
        for row in &table.rows {
            let said = |cell: &Cell| !matches!(cell, Cell::Text(text) if text.is_empty());
            let named = table.heads.iter().zip(row).map(|((head, _), cell)| (head, cell));
            let named = named.filter(|(_, cell)| said(cell));
            let text: Vec<String> = named.map(|(head, cell)| format!("{head}: {}", written(cell, 12))).collect();
            self.flowing("- ", "  ", &text.join("  ·  "));
            if table.room == Room::Paragraph {
                self.out.push(String::new());
            }
        }
    }

    fn steps(&mut self, steps: &Steps) {
        let [_, _, one, other] = &steps.heads;
        for step in &steps.rows {
            self.step(step, &format!("{one} ________   {other} ________"));
        }
    }

    fn step(&mut self, step: &StepRow, boxes: &str) {
        self.heading(3, &format!("{} {}", step.number, step.title));
        self.out.push(boxes.to_owned());
        for warning in &step.warnings {
            self.blank();
            self.out.push(format!("**{}**", inline(warning)));
        }
        for lead in &step.lead {
            self.blank();
            self.flowing("", "", lead);
        }
        for part in &step.parts {
            self.part(part);
        }
    }

    fn part(&mut self, part: &Part) {
        for before in [&part.when, &part.aloud].into_iter().flatten() {
            self.blank();
            self.out.push(format!("*{}*", inline(before)));
        }
        for block in &part.blocks {
            self.block(block, "> ");
        }
        self.blank();
    }
}

/// What is known, or room to write so many characters.
fn written(cell: &Cell, room: usize) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Blank => "_".repeat(room),
        Cell::Boxes(texts) => {
            texts.iter().map(|text| format!("{} {text}", words::PRINT_BOX)).collect::<Vec<_>>().join("  ")
        }
    }
}

/// The lines of a text, at most so wide, whose characters Markdown takes as they are.
fn lines(text: &str, most: usize) -> Vec<String> {
    // One column is for a mark that keeps the beginning of a line from being taken for a list.
    let most = most - 1;
    let text = text.replace(words::PRINT_BOX, WHOLE_BOX);
    let words: Vec<String> = text.split_whitespace().map(escaped).collect();
    let whole = |line: String| at_the_start(&line).replace(WHOLE_BOX, words::PRINT_BOX);
    wrap(&words.join(" "), most).into_iter().map(whole).collect()
}

/// A line of words as they are.
fn inline(text: &str) -> String {
    text.split(' ').map(escaped).collect::<Vec<_>>().join(" ")
}

/// A word whose characters Markdown takes as they are. A row of underscores is room to write.
fn escaped(word: &str) -> String {
    let room = word.chars().all(|character| character == '_');
    let edge = word.starts_with('_') || word.ends_with('_');
    let mut out = String::with_capacity(word.len());
    for character in word.chars() {
        if matches!(character, '\\' | '`' | '*' | '<' | '&') || (character == '_' && edge && !room) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// What begins a line does not begin a list, a heading or a rule.
fn at_the_start(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    match line.split_at_checked(digits) {
        Some((number, rest)) if digits > 0 && rest.strip_prefix(['.', ')']).is_some_and(ends) => {
            format!("{number}\\{rest}")
        }
        _ if line.starts_with(['#', '+', '-', '>', '=', '|', '~']) => format!("\\{line}"),
        _ => line.to_owned(),
    }
}
