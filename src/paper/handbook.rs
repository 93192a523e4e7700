//! CEREMONY.md: everything the script says, to be read beforehand.

mod faults;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::appendix::{REBUILD, VERIFY, sitting, words_in_rows};
use super::plan_field;
use super::steps::{PaperStep, PaperSteps, angle, chosen_from};
use super::when::when;
use crate::ceremony::{CEREMONIES, Character, Condition, Stage, StageKind};
use crate::names::{CeremonyKind, HandbookValueName, StageName, StepName};
use crate::plan::{Custody, Plan};
use crate::script::{GLOSSARY, GlossaryTerm, PLAN_FIELDS, PlanFieldText, chapters, fill_with, words};
use crate::terms::Quorum;

/// The plan whose numbers the handbook uses.
const EXAMPLE: &str = include_str!("../../assets/plan.example.json");

/// The plan with everything that a plan can choose.
const FULL: &str = include_str!("../../assets/plan.full.json");

/// CEREMONY.md, rendered from the script and the example plan.
pub fn handbook() -> String {
    let (Ok(plan), Ok(full)) = (Plan::parse(EXAMPLE), Plan::parse(FULL)) else { return String::new() };
    render(&plan, Edition::General { full: &full })
}

/// The handbook for the folder of a sitting: its own plan, and no other.
pub fn handbook_of(ceremony: CeremonyKind, plan: &Plan) -> String {
    render(plan, Edition::Sitting(ceremony))
}

/// Which handbook it is.
#[derive(Clone, Copy)]
enum Edition<'a> {
    /// Of an example, and what other plans add to it.
    General { full: &'a Plan },
    /// Of one sitting.
    Sitting(CeremonyKind),
}

fn render(plan: &Plan, edition: Edition<'_>) -> String {
    let quorum = first_quorum(plan);
    let number = |number: fn(Quorum) -> u8| {
        quorum.map_or_else(|| words::PAPER_EVERYONE.to_owned(), |quorum| number(quorum).to_string())
    };
    let (threshold, custodians) = (&number(Quorum::threshold), &number(Quorum::custodians));
    let plan_name = match edition {
        Edition::General { .. } => words::PAPER_PLAN_EXAMPLE,
        Edition::Sitting(_) => words::PAPER_PLAN_THIS,
    };
    let carrying = Plan { carry_keys: true, ..plan.clone() };
    let mut book = Book { out: String::new(), plan, plan_name, printed: BTreeSet::new() };
    book.heading(1, words::PAPER_TITLE);
    match quorum {
        Some(_) => book.paragraphs(&chapters::What { threshold, custodians }.paragraphs()),
        None => book.paragraphs(chapters::WHAT_WITHOUT_QUORUM),
    }
    match edition {
        Edition::General { .. } => {
            let _ = writeln!(book.out, "{}\n", words::PAPER_RENEW);
        }
        Edition::Sitting(ceremony) => {
            book.chapter(words::PAPER_SITTING, &sitting(ceremony, plan));
        }
    }
    book.chapter(words::PAPER_PEOPLE, chapters::PEOPLE);
    book.chapter(words::PAPER_LAWS, &chapters::Laws { threshold }.paragraphs());
    book.chapter(words::PAPER_BEFORE, chapters::BEFORE);
    book.chapter(words::PAPER_SHARES, chapters::SHARES);
    book.plan_fields();
    book.chapter(words::PAPER_WORDS, &GLOSSARY.iter().map(explained).collect::<Vec<_>>());
    for ceremony in CEREMONIES {
        book.ceremony(&ceremony.character);
    }
    if let Edition::General { full } = edition {
        book.chapter(words::PAPER_FULL, chapters::FULL);
        book.plan = full;
        book.other_stages();
        book.plan = &carrying;
        book.chapter(words::PAPER_CARRYING, chapters::CARRYING);
        book.list_of(CeremonyKind::ReKey);
        book.other_stages();
        book.plan = plan;
    }
    book.chapter(words::PAPER_WITHOUT, &chapters::Without { threshold, custodians }.paragraphs());
    book.chapter(words::PAPER_CHECKING, chapters::CHECKING);
    book.chapter(words::PAPER_PROMISES, &chapters::Promises { threshold }.paragraphs());
    book.chapter(words::PAPER_FAULTS, chapters::FAULTS);
    book.faults();
    book.appendices();
    let text = book.out.trim_end().to_owned();
    text + "\n"
}

/// A word of the glossary.
fn explained(term: &GlossaryTerm) -> String {
    format!("- **{}**: {}", term.word, term.meaning)
}

/// The quorum of the first share file that has one: the handbook uses its numbers.
fn first_quorum(plan: &Plan) -> Option<Quorum> {
    plan.first_quorum().and_then(|share| plan.quorum(share))
}

/// The kind of a paragraph, which decides the space between two.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Form {
    Text,
    List,
    Table,
    Code,
}

fn form(paragraph: &str) -> Form {
    if paragraph.starts_with("    ") {
        Form::Code
    } else if paragraph.starts_with("- ") || paragraph.starts_with(|c: char| c.is_ascii_digit()) {
        Form::List
    } else if paragraph.starts_with('|') {
        Form::Table
    } else {
        Form::Text
    }
}

struct Book<'a> {
    out: String,
    plan: &'a Plan,
    /// What the book calls its plan.
    plan_name: &'static str,
    /// Stages of steps that are already in the book.
    printed: BTreeSet<(StepName, StageName)>,
}

impl Book<'_> {
    fn heading(&mut self, level: usize, text: &str) {
        let _ = writeln!(self.out, "{} {}\n", "#".repeat(level), text);
    }

    /// A ceremony, step by step.
    fn ceremony(&mut self, ceremony: &Character) {
        let _ = writeln!(self.out, "## {}\n", ceremony.text.handbook_title);
        let texts: Vec<String> = ceremony.text.handbook.iter().map(|text| self.filled(text)).collect();
        self.paragraphs(&texts);
        self.steps(ceremony.kind);
    }

    fn chapter(&mut self, title: &str, paragraphs: &[impl AsRef<str>]) {
        self.heading(2, title);
        self.paragraphs(paragraphs);
    }

    /// The fields of a plan, one row of the script each. A plan with any other field is refused.
    fn plan_fields(&mut self) {
        self.heading(2, words::PAPER_FIELDS);
        let row = |row: &PlanFieldText| {
            let default = row.default.map(|default| format!("{default} ")).unwrap_or_default();
            self.filled(&format!("| `{}` | {} | {default}|", row.path, row.meaning))
        };
        let head = chapters::FIELDS.iter().map(|text| (*text).to_owned());
        let paragraphs: Vec<String> = head.chain(PLAN_FIELDS.iter().map(row)).collect();
        self.paragraphs(&paragraphs);
    }

    /// A paragraph with its values.
    fn filled(&self, text: &str) -> String {
        fill_with(text, |name| match HandbookValueName::from_word(name)? {
            HandbookValueName::Plan => Some(self.plan_name.to_owned()),
            listed @ (HandbookValueName::Curves | HandbookValueName::Steps) => plan_field::listed(listed),
        })
    }

    /// A blank line between two paragraphs, except within a list or a table; code is fenced.
    fn paragraphs(&mut self, paragraphs: &[impl AsRef<str>]) {
        let mut before = None;
        for paragraph in paragraphs.iter().map(AsRef::as_ref) {
            let now = form(paragraph);
            if before == Some(Form::Code) && now != Form::Code {
                self.out.push_str("```\n\n");
            } else if before.is_some_and(|before| before != Form::Code && !(before == now && now != Form::Text)) {
                self.out.push('\n');
            }
            if now == Form::Code && before != Some(Form::Code) {
                self.out.push_str("```\n");
            }
            let text = if now == Form::Code { paragraph.get(4..).unwrap_or_default() } else { paragraph };
            let _ = writeln!(self.out, "{text}");
            before = Some(now);
        }
        self.out.push_str(if before == Some(Form::Code) { "```\n\n" } else { "\n" });
    }

    fn steps(&mut self, ceremony: CeremonyKind) {
        let all = PaperSteps::new(ceremony, self.plan);
        let mut first: BTreeMap<StepName, (&str, BTreeSet<StageName>)> = BTreeMap::new();
        for step in &all.steps {
            let _ = writeln!(self.out, "### {} {}\n", step.number, step.title);
            let who = words::PaperActs { who: &step.who }.to_string();
            let mut lead = vec![who];
            if step.if_needed {
                lead.push(words::PAPER_IF_NEEDED.to_owned());
            }
            if step.step.is_irreversible() {
                lead.push(words::PAPER_IRREVERSIBLE.to_owned());
            }
            let known = first.entry(step.step.id).or_insert_with(|| (&step.number, BTreeSet::new()));
            let repeated = !known.1.is_empty();
            let fresh: Vec<Stage> = step
                .step
                .stages
                .iter()
                .filter(|stage| !known.1.contains(&stage.name) && self.ever(stage))
                .copied()
                .collect();
            if repeated {
                let number = known.0;
                lead.push(if fresh.is_empty() {
                    words::PaperAs { number }.to_string()
                } else {
                    words::PaperAsAnd { number }.to_string()
                });
            }
            let _ = writeln!(self.out, "{}\n", lead.join(" "));
            let mut seen = BTreeSet::new();
            for stage in &fresh {
                known.1.insert(stage.name);
                if seen.insert(stage.name) {
                    self.stage(&all, step, stage);
                }
            }
        }
    }

    /// The steps of a ceremony for the plan at hand, each in a line.
    fn list_of(&mut self, ceremony: CeremonyKind) {
        let line = |step: &PaperStep| format!("- {} {}: {}", step.number, angle(&step.title), angle(&step.act));
        let lines: Vec<String> = PaperSteps::new(ceremony, self.plan).steps.iter().map(line).collect();
        self.paragraphs(&lines);
    }

    /// What the plan at hand adds to the steps and stages that are already in the book.
    fn other_stages(&mut self) {
        for ceremony in CEREMONIES {
            let all = PaperSteps::new(ceremony.character.kind, self.plan);
            for step in &all.steps {
                let known = |stage: &&Stage| self.printed.contains(&(step.step.id, stage.name));
                let fresh: Vec<Stage> =
                    step.step.stages.iter().filter(|stage| !known(stage) && self.ever(stage)).copied().collect();
                if fresh.is_empty() {
                    continue;
                }
                let _ = writeln!(self.out, "### {}\n", step.title);
                let _ = writeln!(self.out, "{}\n", words::PaperActs { who: &step.who });
                for stage in &fresh {
                    if !self.printed.contains(&(step.step.id, stage.name)) && self.ever(stage) {
                        self.stage(&all, step, stage);
                    }
                }
            }
        }
    }

    /// Whether a stage can be reached with the plan at hand, and is not the same everywhere, as a hand-over is.
    fn ever(&self, stage: &Stage) -> bool {
        if stage.when == Condition::HandsOver {
            return false;
        }
        let everyone = |share: &Custody| share.quorum().is_some_and(Quorum::needs_everyone);
        stage.when != Condition::NeedsEveryone || self.plan.dkek_shares.iter().any(everyone)
    }

    fn stage(&mut self, all: &PaperSteps, step: &PaperStep, stage: &Stage) {
        self.printed.insert((step.step.id, stage.name));
        let when = when(stage.when);
        if let Some(when) = when {
            let _ = writeln!(self.out, "{when}\n");
        }
        let text = all.text(&step.step, stage.name);
        self.quote(&text.text);
        let (heading, mark, items) = match stage.kind {
            StageKind::RollCall(_) => (words::PAPER_TICK, "[ ] ", vec![words::PAPER_EVERYBODY.to_owned()]),
            StageKind::PickKeys => (words::PAPER_TICK, "[x] ", vec![words::PAPER_EVERY_KEY.to_owned()]),
            StageKind::Tick => (words::PAPER_TICK, "[ ] ", text.items),
            StageKind::Choose(question) => (words::PAPER_CHOOSE, "", chosen_from(question, text.items)),
            StageKind::HandOver
            | StageKind::Read
            | StageKind::SignOut
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
            | StageKind::Reveal { .. }
            | StageKind::RevealPin { .. }
            | StageKind::Do(_)
            | StageKind::States(_)
            | StageKind::Deviates(_) => ("", "", Vec::new()),
        };
        if !items.is_empty() {
            let _ = writeln!(self.out, "{heading}\n");
            for item in &items {
                let _ = writeln!(self.out, "- {mark}{}", angle(item));
            }
            self.out.push('\n');
        }
        let fields = all.fields(&step.step, stage);
        if !fields.is_empty() {
            let _ = writeln!(self.out, "{}\n", words::PaperType { fields: fields.join(" · ") });
        }
        if let StageKind::Reveal { note, .. } | StageKind::RevealPin { note, .. } = stage.kind {
            let _ = writeln!(self.out, "{}\n", words::PAPER_SHOWN);
            self.quote(&all.text(&step.step, note).text);
        }
    }

    /// What a screen says, set apart from the handbook's own text.
    fn quote(&mut self, text: &[String]) {
        let mut table = false;
        for (place, paragraph) in text.iter().enumerate() {
            let kept = paragraph.starts_with("  ");
            if place > 0 && !(kept && table) {
                self.out.push_str(if table { "> ```\n>\n" } else { ">\n" });
            }
            if kept && !table {
                self.out.push_str("> ```\n");
            }
            let _ = writeln!(self.out, "> {}", angle(if kept { paragraph.trim_start() } else { paragraph }));
            table = kept;
        }
        self.out.push_str(if table { "> ```\n\n" } else { "\n" });
    }

    /// The appendix: what is needed once the program is gone, and nothing else.
    /// The scripts with which a stranger does without this program, and the word list that one of them needs.
    fn appendices(&mut self) {
        self.chapter(words::PAPER_REBUILD, chapters::REBUILD);
        self.code("python", REBUILD);
        self.paragraphs(chapters::REBUILD_HOW);
        self.heading(3, words::PAPER_LIST);
        self.paragraphs(chapters::WORD_LIST);
        self.code("", &words_in_rows());
        self.chapter(words::PAPER_VERIFY, chapters::VERIFY_HOW);
        self.code("py", VERIFY);
    }

    fn code(&mut self, language: &str, text: &str) {
        let _ = writeln!(self.out, "```{language}\n{}\n```\n", text.trim_end());
    }
}
