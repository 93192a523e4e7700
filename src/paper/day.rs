//! The script of the day: a cover, every step with boxes for initials and time, and the blank cards.

use super::card::{card, cards_of};
use super::steps::{PaperStep, PaperSteps};
use super::wrap::{join, pad, wrap};
use crate::ceremony::{Cards, Ceremony, Stage, StageKind, role};
use crate::names::CeremonyKind;
use crate::plan::{Custody, Plan};
use crate::script::{self, chapters, words};
use crate::terms::Digest;

/// The width of a page.
const WIDTH: usize = 78;

/// Lines on a page, not counting its foot.
const HEIGHT: usize = 56;

/// The printed script of a ceremony for a plan; `plan_sha256` is the digest of the plan file. Pages are separated by form
/// feeds. A ceremony that deals shares comes with their blank cards.
pub fn days_script(ceremony: CeremonyKind, plan: &Plan, plan_sha256: &Digest) -> String {
    let character = &Ceremony::of(ceremony).character;
    let mut day = Day { pages: Vec::new(), page: Vec::new(), plan, name: character.text.heading.to_owned() };
    day.cover(ceremony, plan_sha256);
    day.steps(ceremony);
    day.end();
    let mut pages = day.pages;
    if character.cards == Cards::Dealt {
        pages.extend(cards_of(plan).iter().map(card));
    }
    join(pages)
}

struct Day<'a> {
    pages: Vec<Vec<String>>,
    page: Vec<String>,
    plan: &'a Plan,
    /// The ceremony's name, for the foot of each page.
    name: String,
}

impl Day<'_> {
    fn line(&mut self, text: impl Into<String>) {
        self.page.push(text.into());
    }

    fn rule(&mut self, with: char) {
        self.line(with.to_string().repeat(WIDTH));
    }

    /// Ends a page with its foot.
    fn turn(&mut self) {
        let mut page = std::mem::take(&mut self.page);
        page.resize(page.len().max(HEIGHT), String::new());
        let number = self.pages.len() + 1;
        page.push(words::PrintPage { title: &self.name, plan: &self.plan.title, page: number }.to_string());
        self.pages.push(page);
    }

    /// Keeps `lines` together on a page.
    fn together(&mut self, lines: Vec<String>) {
        if self.page.len() + lines.len() > HEIGHT {
            self.turn();
        }
        self.page.extend(lines);
    }

    fn labelled(&mut self, label: &str, text: &str) {
        let label = pad(label, 22);
        for (place, line) in wrap(text, WIDTH - 24).into_iter().enumerate() {
            self.line(format!("  {}{line}", if place == 0 { label.clone() } else { pad("", 22) }));
        }
    }

    fn cover(&mut self, ceremony: CeremonyKind, plan_sha256: &Digest) {
        let plan = self.plan;
        self.rule('=');
        let heading = words::PrintHeading { ceremony: &self.name }.to_string();
        let real = words::PRINT_REAL;
        self.line(format!("  {}{real}", pad(&heading, WIDTH - 4 - real.chars().count())));
        self.line(format!("  {}", plan.title));
        self.rule('=');
        self.line("");
        for label in [words::PRINT_DATE, words::PRINT_PLACE, words::PRINT_MACHINE] {
            self.labelled(label, &"_".repeat(40));
            self.line("");
        }
        let custody: Vec<String> = plan.dkek_shares.iter().map(Custody::word).collect();
        self.labelled(words::PRINT_QUORUM, &custody.join(", "));
        if Ceremony::of(ceremony).character.cards == Cards::Dealt {
            let proven = if plan.prove_restore { words::PRINT_YES } else { words::PRINT_NO };
            self.labelled(words::PRINT_RESTORE, proven);
        }
        self.line("");
        self.labelled(words::PRINT_PLAN_DIGEST, &plan_sha256.in_groups().join(" "));
        self.labelled(words::PRINT_SCRIPT_DIGEST, &Digest(script::digest()).in_groups().join(" "));
        self.line("");
        self.line(format!("  {}", words::PRINT_PEOPLE));
        for (role, person) in self.people() {
            self.line(format!("    {}{}", pad(&role, 26), person));
        }
        for clash in plan.clashes() {
            let [one, other] = clash.roles.map(|person| role(plan, person));
            let text = words::PrintClash { name: clash.name, one, other }.to_string();
            for line in wrap(&text, WIDTH - 4) {
                self.line(format!("  {line}"));
            }
        }
        self.line("");
        self.line(format!("  {}", words::PRINT_KEYS));
        for key in &plan.keys {
            let (id, place) = (words::COLUMN_ID, words::COLUMN_REFERENCE);
            self.line(format!("    {} {}", pad(key.label.as_str(), 32), key.key_type.name()));
            self.line(format!("      {id} {}, {} {}", key.id, place.to_lowercase(), key.reference));
        }
        self.line("");
        for paragraph in chapters::PRINT_COVER {
            for line in wrap(paragraph, WIDTH - 4) {
                self.line(format!("  {line}"));
            }
        }
        self.turn();
    }

    fn people(&self) -> Vec<(String, String)> {
        let plan = self.plan;
        let role = |role: &str, name: &str| (role.to_owned(), name.to_owned());
        let mut people = vec![role(words::ROLE_ADMINISTRATOR, &plan.administrator)];
        let several = plan.dkek_shares.len() > 1;
        for share in plan.numbers() {
            let of = if several { format!("{share}.") } else { String::new() };
            match plan.quorum(share) {
                Some(quorum) => people.extend(quorum.numbers().map(|number| {
                    let role = format!("{} {of}{number}", words::ROLE_CUSTODIAN);
                    (role, plan.custodian(share, number).to_owned())
                })),
                None => {
                    people.push((format!("{} {share}", words::ROLE_PASSWORD_HOLDER), plan.holder(share).to_owned()));
                }
            }
        }
        if plan.so_pin_share().is_none() || plan.so_pin_holder != plan.administrator {
            people.push(role(words::ROLE_SO_PIN_HOLDER, &plan.so_pin_holder));
        }
        people.push(role(words::ROLE_PIN_HOLDER, &plan.pin_holder));
        people.extend(plan.auditors.iter().map(|name| role(words::ROLE_AUDITOR, name)));
        people.extend(plan.witnesses.iter().map(|name| role(words::ROLE_WITNESS, name)));
        people
    }

    fn steps(&mut self, ceremony: CeremonyKind) {
        let all = PaperSteps::new(ceremony, self.plan);
        let boxes = format!("{} ______  {} _____", words::PRINT_INITIALS, words::PRINT_TIME);
        let mut section = 0;
        for step in &all.steps {
            let mut lines = Vec::new();
            if step.step.number.section != section {
                section = step.step.number.section;
                lines.extend(["-".repeat(WIDTH), String::new()]);
            }
            let room = WIDTH - 7 - boxes.len() - 1;
            let mut title = wrap(&step.title, room).into_iter();
            let first = title.next().unwrap_or_default();
            lines.push(format!("{} {} {boxes}", pad(&step.number, 6), pad(&first, room - 1)));
            lines.extend(title.map(|line| format!("       {line}")));
            lines.push(format!("       {} · {}", step.who, step.act));
            if step.if_needed {
                lines.push(format!("       [ ] {}", words::PRINT_IF_NEEDED));
            }
            if step.step.is_irreversible() {
                lines.push(format!("       *** {} ***", words::PRINT_IRREVERSIBLE));
            }
            lines.extend(step.step.stages.iter().flat_map(|stage| self.to_tick(&all, step, stage)));
            for blank in script::step(step.step.id).blanks {
                lines.push(String::new());
                lines.push(format!("       {blank}"));
            }
            lines.push(String::new());
            self.together(lines);
        }
        self.turn();
    }

    /// What people tick at a stage, on paper as on the screen.
    fn to_tick(&self, all: &PaperSteps, step: &PaperStep, stage: &Stage) -> Vec<String> {
        match stage.kind {
            StageKind::Tick => {
                let items = all.text(&step.step, stage.name).items;
                let first = |place| if place == 0 { "[ ]" } else { "   " };
                let lines = |item: &String| {
                    let lines = wrap(item, WIDTH - 11).into_iter().enumerate();
                    lines.map(|(place, line)| format!("       {} {line}", first(place))).collect::<Vec<_>>()
                };
                items.iter().flat_map(lines).collect()
            }
            StageKind::RollCall(_) => {
                let people = self.people().into_iter();
                people.map(|(role, name)| format!("       [ ] {} {name}", pad(&role, 26))).collect()
            }
            StageKind::HandOver
            | StageKind::Read
            | StageKind::PickKeys
            | StageKind::Choose(_)
            | StageKind::Form(_)
            | StageKind::FromCard(_)
            | StageKind::Confirm(_)
            | StageKind::Danger(_)
            | StageKind::Reveal { .. }
            | StageKind::RevealPin { .. }
            | StageKind::Do(_)
            | StageKind::States(_)
            | StageKind::Deviates(_) => Vec::new(),
        }
    }

    fn end(&mut self) {
        self.rule('-');
        self.line(words::PRINT_DIGEST);
        self.line("");
        for _ in 0..2 {
            self.line(format!("  {}", ["____"; 8].join("   ")));
            self.line("");
        }
        self.rule('-');
        self.line(words::PRINT_DEVIATIONS);
        self.line("");
        for _ in 0..6 {
            self.line(format!("  {}", "_".repeat(WIDTH - 4)));
            self.line("");
        }
        self.rule('-');
        for paragraph in chapters::PRINT_END {
            for line in wrap(paragraph, WIDTH) {
                self.line(line);
            }
        }
        self.line("");
        self.line(words::PRINT_SIGNATURES);
        for (role, name) in self.people() {
            let lines = vec![String::new(), format!("  {} {} {}", pad(&role, 23), pad(&name, 26), "_".repeat(22))];
            self.together(lines);
        }
        self.turn();
    }
}
