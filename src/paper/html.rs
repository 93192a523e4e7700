//! A document as one HTML file to print: black on white, nothing loaded from elsewhere, no row split between two pages, and
//! names of any length wrap.

use std::fmt::Write as _;

use super::document::{Block, Cell, Document, Part, Room, Sheet, StepRow, Steps, Table};
use crate::script::words;
use crate::terms::in_sight;

/// How everything looks, on paper above all.
const STYLE: &str = include_str!("../../assets/paper/print.css");

/// What is ticked in one row of a step: more continue in a row below, so that no row is longer than a page.
const TICKS_IN_A_ROW: usize = 8;

/// Lines that are kept together in one row of a step.
const LINES_IN_A_ROW: usize = 24;

/// The document as HTML.
pub fn html(document: &Document) -> String {
    let (title, foot) = (escaped(&document.title), in_css(&document.foot));
    let mut page = Page { out: String::new() };
    let _ = writeln!(
        page.out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}\
         @page {{ margin: 15mm 14mm 18mm; \
         @bottom-left {{ content: \"{foot}\"; font: 7.5pt sans-serif; color: #000; width: 80%; white-space: normal; }} \
         @bottom-right {{ content: counter(page) \" / \" counter(pages); font: 7.5pt sans-serif; color: #000; }} }}\n\
         </style>\n</head>\n<body>"
    );
    for (place, sheet) in document.sheets.iter().enumerate() {
        page.sheet(sheet, (place == 0).then_some(title.as_str()));
    }
    page.out.push_str("</body>\n</html>\n");
    in_sight(&page.out).into_owned()
}

struct Page {
    out: String,
}

impl Page {
    fn sheet(&mut self, sheet: &Sheet, title: Option<&str>) {
        self.out.push_str("<section>\n");
        if let Some(title) = title {
            let _ = writeln!(self.out, "<h1>{title}</h1>");
        }
        if let Some(heading) = &sheet.heading {
            let _ = writeln!(self.out, "<h2>{}</h2>", escaped(heading));
        }
        for block in &sheet.blocks {
            self.block(block);
        }
        self.out.push_str("</section>\n");
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => {
                let _ = writeln!(self.out, "<h3>{}</h3>", escaped(text));
            }
            Block::Text(text) => {
                let _ = writeln!(self.out, "<p>{}</p>", escaped(text));
            }
            Block::Kept(lines) => {
                let _ = writeln!(self.out, "<div class=\"kept\">{}</div>", escaped(&lines.join("\n")));
            }
            Block::Points(points) => {
                self.out.push_str("<dl>\n");
                for (name, text) in points {
                    let (name, text) = (escaped(name), escaped(text));
                    let _ = writeln!(self.out, "<div><dt>{name}</dt><dd>{text}</dd></div>");
                }
                self.out.push_str("</dl>\n");
            }
            Block::Facts(facts) => self.facts(facts),
            Block::Ticks(items) => self.items(items, "box"),
            Block::Options(items) => self.items(items, "box round"),
            Block::Blank(text) => {
                let _ = writeln!(self.out, "<div class=\"blank-line\">{}</div>", boxed(text));
            }
            Block::Table(table) => self.table(table),
            Block::Steps(steps) => self.steps(steps),
            Block::Pairs(pairs) => {
                self.out.push_str("<div class=\"pairs\">\n");
                for (one, other) in pairs {
                    let _ = writeln!(self.out, "<div><b>{}</b>{}</div>", escaped(one), escaped(other));
                }
                self.out.push_str("</div>\n");
            }
            Block::Form(lines) => {
                let _ = writeln!(self.out, "<pre class=\"form\">{}</pre>", escaped(&lines.join("\n")));
            }
        }
    }

    fn items(&mut self, items: &[String], class: &str) {
        self.out.push_str("<ul>\n");
        for item in items {
            let _ = writeln!(self.out, "<li><span class=\"{class}\"></span>{}</li>", escaped(item));
        }
        self.out.push_str("</ul>\n");
    }

    fn facts(&mut self, facts: &[(String, Cell)]) {
        self.out.push_str("<table class=\"facts\">\n");
        for (name, value) in facts {
            let _ = writeln!(self.out, "<tr><th>{}</th>{}</tr>", escaped(name), cell(value));
        }
        self.out.push_str("</table>\n");
    }

    fn table(&mut self, table: &Table) {
        let class = match table.room {
            Room::Text => "text",
            Room::Line => "line",
            Room::Signature => "signature",
            Room::Paragraph => "paragraph",
        };
        let _ = writeln!(self.out, "<table class=\"{class}\">");
        let whole: u32 = table.heads.iter().map(|(_, width)| u32::from(*width)).sum();
        for (_, width) in &table.heads {
            let _ = writeln!(self.out, "<col style=\"width: {}%\">", u32::from(*width) * 100 / whole.max(1));
        }
        self.out.push_str("<thead><tr>");
        for (head, _) in &table.heads {
            let _ = write!(self.out, "<th>{}</th>", escaped(head));
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            let _ = writeln!(self.out, "<tr>{}</tr>", row.iter().map(cell).collect::<String>());
        }
        self.out.push_str("</tbody>\n</table>\n");
    }

    fn steps(&mut self, steps: &Steps) {
        self.out.push_str(
            "<table class=\"steps\">\n<col class=\"number\"><col><col class=\"write\"><col class=\"write\">\n",
        );
        let heads: Vec<String> = steps.heads.iter().map(|head| format!("<th>{}</th>", escaped(head))).collect();
        let heads = heads.concat();
        let _ = writeln!(self.out, "<thead><tr>{heads}</tr></thead>");
        for step in &steps.rows {
            self.step(step);
        }
        self.out.push_str("</table>\n");
    }

    /// A step: a row with its boxes, and a row for each part of it.
    fn step(&mut self, step: &StepRow) {
        let _ = write!(
            self.out,
            "<tbody{}>\n<tr class=\"head\"><td class=\"number\">{}</td><td><span class=\"title\">{}</span>",
            if step.begins_section { " class=\"section\"" } else { "" },
            escaped(&step.number),
            escaped(&step.title),
        );
        for lead in &step.lead {
            let _ = write!(self.out, "<div class=\"lead\">{}</div>", escaped(lead));
        }
        for warning in &step.warnings {
            let _ = write!(self.out, "<div class=\"warning\">{}</div>", escaped(warning));
        }
        self.out.push_str("</td><td class=\"write\"></td><td class=\"write\"></td></tr>\n");
        for part in &step.parts {
            let rows = rows(part);
            for (place, blocks) in rows.iter().enumerate() {
                self.row(part, blocks, (place == 0, place + 1 == rows.len()));
            }
        }
        self.out.push_str("</tbody>\n");
    }

    /// A row; whether it is the first and the last of its part.
    fn row(&mut self, part: &Part, blocks: &[Block], (first, last): (bool, bool)) {
        // What begins a part stays with what follows, and room to write with what comes before.
        let keep = match blocks.first() {
            Some(Block::Blank(_)) => " class=\"with\"",
            _ if first && !last => " class=\"keep\"",
            _ => "",
        };
        let class = if part.when.is_some() { "part if" } else { "part" };
        let _ = write!(self.out, "<tr{keep}><td></td><td colspan=\"3\"><div class=\"{class}\">");
        if let Some(when) = part.when.as_ref().filter(|_| first) {
            let _ = write!(self.out, "<div class=\"when\">{}</div>", escaped(when));
        }
        if let Some(aloud) = part.aloud.as_ref().filter(|_| first) {
            let _ = write!(self.out, "<span class=\"aloud\">{}</span>", escaped(aloud));
        }
        for block in blocks {
            self.block(block);
        }
        self.out.push_str("</div></td></tr>\n");
    }
}

/// The rows of a part: text that belongs together in one, long lists in several.
fn rows(part: &Part) -> Vec<Vec<Block>> {
    let mut rows: Vec<Vec<Block>> = vec![Vec::new()];
    let mut put = |blocks: Vec<Block>| {
        let mut blocks = blocks.into_iter();
        if let (Some(last), Some(first)) = (rows.last_mut(), blocks.next()) {
            last.push(first);
        }
        rows.extend(blocks.map(|block| vec![block]));
    };
    for block in &part.blocks {
        put(match block {
            Block::Ticks(items) => items.chunks(TICKS_IN_A_ROW).map(|items| Block::Ticks(items.to_vec())).collect(),
            Block::Options(items) => items.chunks(TICKS_IN_A_ROW).map(|items| Block::Options(items.to_vec())).collect(),
            Block::Kept(lines) => lines.chunks(LINES_IN_A_ROW).map(|lines| Block::Kept(lines.to_vec())).collect(),
            Block::Heading(_)
            | Block::Text(_)
            | Block::Points(_)
            | Block::Facts(_)
            | Block::Blank(_)
            | Block::Table(_)
            | Block::Steps(_)
            | Block::Pairs(_)
            | Block::Form(_) => vec![block.clone()],
        });
    }
    rows
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => format!("<td>{}</td>", escaped(text)),
        Cell::Blank => "<td class=\"blank\"></td>".to_owned(),
        Cell::Boxes(texts) => {
            let one = |text: &String| format!("<span><span class=\"box\"></span> {}</span>", escaped(text));
            format!("<td>{}</td>", texts.iter().map(one).collect::<String>())
        }
    }
}

/// A line with room to write, whose boxes are drawn.
fn boxed(text: &str) -> String {
    escaped(text).replace(words::PRINT_BOX, "<span class=\"box\"></span>")
}

/// Text between tags.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Text in a string of a style: everything but letters, digits and spaces as its number.
fn in_css(text: &str) -> String {
    let one = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' => character.to_string(),
        // The space after the number belongs to it.
        other => format!("\\{:x} ", u32::from(other)),
    };
    text.chars().map(one).collect()
}
