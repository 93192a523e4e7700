//! What is printed, as data: sheets of blocks. It knows nothing of ceremonies; [`super::html`] and [`super::markdown`] write
//! it down.

/// A document to print.
pub struct Document {
    /// The title of its first sheet, and of the browser's window.
    pub title: String,
    /// At the foot of every page.
    pub foot: String,
    /// Its sheets, in order.
    pub sheets: Vec<Sheet>,
}

/// Begins on a new page.
pub struct Sheet {
    /// Its heading; none: the document's title, or a form that has a heading of its own.
    pub heading: Option<String>,
    /// What is on it.
    pub blocks: Vec<Block>,
}

impl Sheet {
    /// A sheet with a heading.
    pub fn new(heading: &str) -> Self {
        Self { heading: Some(heading.to_owned()), blocks: Vec::new() }
    }

    /// With one more block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// With a paragraph for each of these.
    #[must_use]
    pub fn saying<'a>(mut self, paragraphs: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>) -> Self {
        self.blocks.extend(paragraphs.into_iter().map(|text| Block::Text(text.as_ref().to_owned())));
        self
    }
}

/// A part of a sheet.
#[derive(Clone)]
pub enum Block {
    /// A heading below that of the sheet.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Lines whose spaces are kept: tables of the screens, digests.
    Kept(Vec<String>),
    /// Points with a name and what belongs to it.
    Points(Vec<(String, String)>),
    /// A name and a value on each row.
    Facts(Vec<(String, Cell)>),
    /// A box before each, to tick all.
    Ticks(Vec<String>),
    /// A circle before each, to choose one.
    Options(Vec<String>),
    /// A line of the script with room to write.
    Blank(String),
    /// A table with repeated heads.
    Table(Table),
    /// Numbered steps.
    Steps(Steps),
    /// Short pairs in columns, such as an alphabet.
    Pairs(Vec<(String, String)>),
    /// A form of lines of equal width that fills a page, at most 60 lines of 78 columns.
    Form(Vec<String>),
}

/// A table.
#[derive(Clone)]
pub struct Table {
    /// The heads of its columns, with the share of the width that each gets.
    pub heads: Vec<(String, u8)>,
    /// Its rows, as long as the heads.
    pub rows: Vec<Vec<Cell>>,
    /// How much room there is to write in a row.
    pub room: Room,
}

/// How much room there is to write in a row of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// None: it has text.
    Text,
    /// A line.
    Line,
    /// A signature.
    Signature,
    /// Several lines.
    Paragraph,
}

/// A place in a table.
#[derive(Clone)]
pub enum Cell {
    /// This.
    Text(String),
    /// Room to write.
    Blank,
    /// Boxes, each with its text.
    Boxes(Vec<String>),
}

impl Cell {
    /// What is known, or room to write it.
    pub fn known(text: Option<&str>) -> Self {
        text.filter(|text| !text.is_empty()).map_or(Self::Blank, |text| Self::Text(text.to_owned()))
    }
}

/// The steps of a day.
#[derive(Clone)]
pub struct Steps {
    /// The heads of the four columns: number, step, and the two to be filled in for every step.
    pub heads: [String; 4],
    /// The steps.
    pub rows: Vec<StepRow>,
}

/// One step.
#[derive(Clone)]
pub struct StepRow {
    /// `4.2`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What to know before it begins: who acts, how long it takes.
    pub lead: Vec<String>,
    /// What nobody may overlook.
    pub warnings: Vec<String>,
    /// What is said and done, in order.
    pub parts: Vec<Part>,
    /// It begins a section.
    pub begins_section: bool,
}

/// A part of a step.
#[derive(Clone)]
pub struct Part {
    /// When it comes, if not always.
    pub when: Option<String>,
    /// It is read aloud, and this says so.
    pub aloud: Option<String>,
    /// What is said and done.
    pub blocks: Vec<Block>,
}
