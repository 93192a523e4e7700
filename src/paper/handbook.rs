//! CEREMONY.md: the whole of what the script says, for reading beforehand.

use crate::script::{chapters, fill_with, words};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::plan_fields;
use super::steps::{PaperStep, PaperSteps, angle};
use super::wrap::pad;
use crate::ceremony::{CEREMONIES, Character, Condition, Stage, StageKind};
use crate::names::CeremonyKind;
use crate::names::{StageName, StepName};
use crate::plan::{Custody, Plan};
use crate::script::{FaultText, Script, fill};
use crate::terms::{Curve, Quorum};
use crate::wordlists;

/// The script by which a stranger rebuilds from cards without this program.
const REBUILD: &str = include_str!("../../assets/script/rebuild.py");

/// Words in a line of the printed list.
const IN_A_ROW: u16 = 8;

/// The plan that the numbers in the handbook belong to.
const EXAMPLE: &str = include_str!("../../assets/plan.example.json");

/// The plan with everything that a plan can choose.
const FULL: &str = include_str!("../../assets/plan.full.json");

/// CEREMONY.md, rendered from the script and the example plan.
pub fn handbook(script: &Script) -> String {
    let (Ok(plan), Ok(full)) = (Plan::parse(EXAMPLE), Plan::parse(FULL)) else { return String::new() };
    let mut book = Book { out: String::new(), script, plan: &plan, printed: BTreeSet::new() };
    book.heading(1, words::PAPER_TITLE);
    book.chapter(chapters::WHAT);
    let _ = writeln!(book.out, "{}\n", words::PAPER_RENEW);
    for (title, chapter) in [
        (words::PAPER_PEOPLE, chapters::PEOPLE),
        (words::PAPER_LAWS, chapters::LAWS),
        (words::PAPER_BEFORE, chapters::BEFORE),
        (words::PAPER_SHARES, chapters::SHARES),
        (words::PAPER_FIELDS, chapters::FIELDS),
    ] {
        book.heading(2, title);
        book.chapter(chapter);
    }
    book.chapter(&plan_fields::table().iter().map(String::as_str).collect::<Vec<_>>());
    book.heading(2, words::PAPER_WORDS);
    book.chapter(chapters::WORDS);
    for ceremony in CEREMONIES {
        book.ceremony(&ceremony.character);
    }
    book.heading(2, words::PAPER_FULL);
    book.chapter(chapters::FULL);
    book.plan = &full;
    book.other_stages();
    book.plan = &plan;
    for (title, chapter) in [
        (words::PAPER_WITHOUT, chapters::WITHOUT),
        (words::PAPER_CHECKING, chapters::CHECKING),
        (words::PAPER_PROMISES, chapters::PROMISES),
    ] {
        book.heading(2, title);
        book.chapter(chapter);
    }
    book.heading(2, words::PAPER_FAULTS);
    book.chapter(chapters::FAULTS);
    book.faults();
    book.rebuild();
    let text = book.out.trim_end().to_owned();
    text + "\n"
}

/// Which paragraphs stand close together.
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
    script: &'a Script,
    plan: &'a Plan,
    /// Steps and their stages that stand in the book.
    printed: BTreeSet<(StepName, StageName)>,
}

impl Book<'_> {
    fn heading(&mut self, level: usize, text: &str) {
        let _ = writeln!(self.out, "{} {}\n", "#".repeat(level), text);
    }

    /// A ceremony, step by step.
    fn ceremony(&mut self, ceremony: &Character) {
        let _ = writeln!(self.out, "## {}\n", ceremony.text.handbook_title);
        let paragraphs = ceremony.text.handbook.iter().map(|text| self.filled(text)).collect::<Vec<_>>();
        self.paragraphs(&paragraphs);
        self.steps(ceremony.kind);
    }

    fn chapter(&mut self, texts: &[&str]) {
        let paragraphs: Vec<String> = texts.iter().map(|text| self.filled(text)).collect();
        self.paragraphs(&paragraphs);
    }

    /// A paragraph with the numbers of the plan.
    fn filled(&self, text: &str) -> String {
        let first = self.plan.first_quorum().and_then(|share| self.plan.quorum(share));
        fill_with(text, |name| match (name, first) {
            ("threshold", Some(quorum)) => Some(quorum.threshold().to_string()),
            ("custodians", Some(quorum)) => Some(quorum.custodians().to_string()),
            ("quorum", Some(quorum)) => Some(quorum.to_string()),
            ("curves", _) => Some(Curve::ALL.map(|curve| format!("`{}`", curve.name())).join(", ")),
            _ => None,
        })
    }

    /// A blank line between two paragraphs, except within a list or a table; code is fenced.
    fn paragraphs(&mut self, paragraphs: &[String]) {
        let mut before = None;
        for paragraph in paragraphs {
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
        let Some(all) = PaperSteps::new(ceremony, self.plan, self.script) else { return };
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
                let word = if fresh.is_empty() { "paper-as" } else { "paper-as-and" };
                lead.push(fill(self.script.word(word), &[("number", known.0.to_owned())]));
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

    /// What the plan at hand adds to the steps and stages that stand in the book already.
    fn other_stages(&mut self) {
        for ceremony in CEREMONIES {
            let Some(all) = PaperSteps::new(ceremony.character.kind, self.plan, self.script) else { return };
            for step in &all.steps {
                let known = |stage: &&Stage| self.printed.contains(&(step.step.id, stage.name));
                let fresh: Vec<Stage> = step.step.stages.iter().filter(|stage| !known(stage)).copied().collect();
                if fresh.is_empty() {
                    continue;
                }
                let _ = writeln!(self.out, "### {}\n", step.title);
                let _ = writeln!(self.out, "{}\n", words::PaperActs { who: &step.who }.to_string());
                for stage in &fresh {
                    if !self.printed.contains(&(step.step.id, stage.name)) && self.ever(stage) {
                        self.stage(&all, step, stage);
                    }
                }
            }
        }
    }

    /// Whether a stage can be due with the plan at hand.
    fn ever(&self, stage: &Stage) -> bool {
        let everyone = |share: &Custody| share.quorum().is_some_and(Quorum::needs_everyone);
        stage.when != Condition::NeedsEveryone || self.plan.dkek_shares.iter().any(everyone)
    }

    fn stage(&mut self, all: &PaperSteps, step: &PaperStep, stage: &Stage) {
        self.printed.insert((step.step.id, stage.name));
        let when = match stage.when {
            Condition::Always | Condition::Proven | Condition::KnowsPrime | Condition::FromOurs => None,
            Condition::NeedsEveryone => Some("paper-when-everyone"),
            Condition::Initialised(_) | Condition::OtherSoPin(_) | Condition::MayHaveCardsSoPin(_) => {
                Some("paper-when-initialised")
            }
            Condition::LastTry(..) => Some("paper-when-last-try"),
            Condition::Stolen => Some("paper-when-stolen"),
            Condition::FromElsewhere => Some("paper-when-elsewhere"),
            Condition::NotSealed => Some("paper-when-not-sealed"),
            Condition::Damaged => Some("paper-when-damaged"),
            Condition::TypesPrime => Some("paper-when-foreign"),
            Condition::KnowsOldPrime => Some("paper-when-foreign-later"),
            Condition::Salvaged => Some("paper-when-salvaged"),
            Condition::Several => Some("paper-when-several"),
            Condition::Unfit => Some("paper-when-unfit"),
            Condition::KcvHidden => Some("paper-when-kcv-hidden"),
            Condition::KcvAsked => Some("paper-when-kcv-asked"),
            Condition::NotProvable => Some("paper-when-not-provable"),
        };
        if let Some(when) = when {
            let _ = writeln!(self.out, "{}\n", self.script.word(when));
        }
        let text = all.text(&step.step, stage.name);
        self.quote(&text.text);
        let items: Vec<String> = match stage.kind {
            StageKind::RollCall(_) => vec![words::PAPER_EVERYBODY.to_owned()],
            StageKind::Choose(_) if text.items.is_empty() => vec![words::PAPER_EVERY_NAME.to_owned()],
            _ => text.items,
        };
        if !items.is_empty() {
            let chosen = matches!(stage.kind, StageKind::Choose(_));
            let word = if chosen { "paper-choose" } else { "paper-tick" };
            let _ = writeln!(self.out, "{}\n", self.script.word(word));
            for item in &items {
                let _ = writeln!(self.out, "- {}{}", if chosen { "" } else { "[ ] " }, angle(item));
            }
            self.out.push('\n');
        }
        let fields = all.fields(&step.step, stage);
        if !fields.is_empty() {
            let fields = [("fields", fields.join(" · "))];
            let _ = writeln!(self.out, "{}\n", fill(self.script.word("paper-type"), &fields));
        }
        if let StageKind::Reveal { note, .. } = stage.kind {
            let _ = writeln!(self.out, "{}\n", words::PAPER_SHOWN);
            self.quote(&all.text(&step.step, note).text);
        }
    }

    /// What a screen says, set off from what the handbook says.
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

    /// The appendix: what is needed, once the program is gone, and nothing else.
    fn rebuild(&mut self) {
        self.heading(2, words::PAPER_REBUILD);
        self.chapter(chapters::REBUILD);
        let _ = writeln!(self.out, "```python\n{}\n```\n", REBUILD.trim_end());
        self.chapter(chapters::REBUILD_HOW);
        self.heading(3, words::PAPER_LIST);
        self.chapter(chapters::WORD_LIST);
        self.out.push_str("```\n");
        for first in (0..wordlists::WORDS).step_by(usize::from(IN_A_ROW)) {
            let words = (first..first + IN_A_ROW).filter_map(wordlists::word);
            let row: String = words.map(|word| pad(word, wordlists::LONGEST_WORD + 1)).collect();
            let _ = writeln!(self.out, "{first:>4} {}", row.trim_end());
        }
        self.out.push_str("```\n");
    }

    fn faults(&mut self) {
        let mut names: Vec<&str> = self.script.fault_names().collect();
        names.sort_unstable();
        let text = |name: &&str| self.script.fault(name);
        let of_plan = |name: &&str| name.starts_with("plan-") || PLAN_TERMS.contains(name);
        let of_record = |name: &&str| name.starts_with("record-line") || *name == "record-empty";
        let beside_a_field = |name: &&str| text(name).is_some_and(|text| text.truth.is_empty()) && !of_plan(name);
        let screens: Vec<&str> =
            names.iter().filter(|name| !beside_a_field(name) && !of_plan(name) && !of_record(name)).copied().collect();
        let fields: Vec<&str> = names.iter().filter(|name| beside_a_field(name) && !of_record(name)).copied().collect();
        let plan: Vec<&str> = names.iter().filter(|name| of_plan(name)).copied().collect();
        let record: Vec<&str> = names.iter().filter(|name| of_record(name)).copied().collect();
        for name in screens {
            self.fault(name);
        }
        self.heading(3, words::PAPER_RECORD);
        for name in record {
            self.fault(name);
        }
        for (title, chapter, names) in [
            (words::PAPER_TYPING, chapters::NOTES_WHILE_TYPING, fields),
            (words::PAPER_PLAN, chapters::NOTES_PLAN, plan),
        ] {
            self.heading(3, title);
            self.chapter(chapter);
            for name in names {
                let happened = self.script.fault(name).map(|text| text.happened.join(" ")).unwrap_or_default();
                let _ = writeln!(self.out, "- `{name}`: {}", angle(&happened));
            }
            self.out.push('\n');
        }
    }

    fn fault(&mut self, name: &str) {
        let Some(FaultText { happened, truth }) = self.script.fault(name) else { return };
        let _ = writeln!(self.out, "**`{name}`** {}\n", angle(&happened.join(" ")));
        if !truth.is_empty() {
            let _ = writeln!(self.out, "> {}\n", angle(&truth.join(" ")));
        }
    }
}

/// Faults of terms that only a plan can have.
const PLAN_TERMS: [&str; 4] = ["quorum-range", "key-id-form", "key-label-form", "key-type-unknown"];
