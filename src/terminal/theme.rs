//! Colours and signs. Colour only repeats what words and signs say; every sign has a form for limited terminals.

use std::borrow::Cow;

use ratatui::style::{Color, Modifier, Style};

use crate::terms::can_be_seen;

/// Which characters the terminal can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// A terminal emulator with UTF-8.
    Full,
    /// Linux's text console: UTF-8, but a font of 256 or 512 characters.
    Console,
    /// Nothing but ASCII.
    Ascii,
}

/// The capabilities of this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    glyphs: Glyphs,
    colour: bool,
    attributes: bool,
}

/// Signs that carry meaning or structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A horizontal rule.
    Rule,
    /// A vertical rule.
    Wall,
    /// One masked character.
    Masked,
    /// The focus.
    Here,
    /// Done or ticked.
    Done,
    /// A field that is good.
    Good,
    /// Wrong.
    Wrong,
    /// A check word, which belongs to no secret itself.
    Check,
    /// Still ahead.
    Ahead,
    /// More below.
    Below,
    /// More above.
    Above,
    /// The done part of a progress bar.
    BarDone,
    /// The rest of a progress bar.
    BarRest,
    /// Double frame: horizontal.
    FrameRule,
    /// Double frame: vertical.
    FrameWall,
    /// Double frame: the four corners.
    FrameTopLeft,
    /// Top right.
    FrameTopRight,
    /// Bottom left.
    FrameBottomLeft,
    /// Bottom right.
    FrameBottomRight,
}

impl Theme {
    /// Everything a modern terminal offers.
    #[cfg(test)]
    pub const FULL: Self = Self { glyphs: Glyphs::Full, colour: true, attributes: true };
    /// The minimum: ASCII, no colour, no attributes.
    #[cfg(test)]
    pub const LEAST: Self = Self { glyphs: Glyphs::Ascii, colour: false, attributes: false };

    /// Reads `TERM`, `NO_COLOR` and the locale.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let utf8 = locale.contains("utf-8") || locale.contains("utf8");
        let poor = matches!(term.as_str(), "dumb" | "");
        let old = term.starts_with("vt1") || term.starts_with("vt2");
        Self {
            glyphs: match (utf8, term.as_str()) {
                (false, _) | (true, "dumb" | "") => Glyphs::Ascii,
                (true, "linux") => Glyphs::Console,
                (true, _) => Glyphs::Full,
            },
            colour: !poor && !old && variable("NO_COLOR").is_none_or(|value| value.is_empty()),
            attributes: !poor,
        }
    }

    /// The character for a sign; always one column wide.
    pub const fn sign(self, sign: Sign) -> char {
        let (full, console, ascii) = match sign {
            Sign::Rule => ('─', '─', '-'),
            Sign::Wall => ('│', '│', '|'),
            Sign::Masked => ('•', '•', '*'),
            Sign::Here => ('▸', '►', '>'),
            Sign::Done => ('✓', '√', 'x'),
            Sign::Good => ('✓', '√', '+'),
            Sign::Wrong => ('✗', '!', '!'),
            Sign::Check => ('=', '=', '='),
            Sign::Ahead => ('·', '·', '-'),
            Sign::Below => ('▼', '▼', 'v'),
            Sign::Above => ('▲', '▲', '^'),
            Sign::BarDone => ('█', '█', '#'),
            Sign::BarRest => ('░', '░', '.'),
            Sign::FrameRule => ('═', '═', '='),
            Sign::FrameWall => ('║', '║', '#'),
            Sign::FrameTopLeft => ('╔', '╔', '#'),
            Sign::FrameTopRight => ('╗', '╗', '#'),
            Sign::FrameBottomLeft => ('╚', '╚', '#'),
            Sign::FrameBottomRight => ('╝', '╝', '#'),
        };
        match self.glyphs {
            Glyphs::Full => full,
            Glyphs::Console => console,
            Glyphs::Ascii => ascii,
        }
    }

    /// Marks where a long title was cut.
    pub const fn cut(self) -> &'static str {
        match self.glyphs {
            Glyphs::Full => "…",
            Glyphs::Console | Glyphs::Ascii => "...",
        }
    }

    /// Turns text from the script or from people into what this terminal can draw.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        let fits = |c: char| match self.glyphs {
            Glyphs::Full => can_be_seen(c),
            Glyphs::Console => on_console(c),
            Glyphs::Ascii => c.is_ascii() && !c.is_ascii_control(),
        };
        if text.chars().all(fits) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if fits(c) {
                out.push(c);
            } else {
                out.push_str(plain(c));
            }
        }
        Cow::Owned(out)
    }

    const fn style(self, colour: Option<Color>, modifier: Modifier) -> Style {
        let style = if self.attributes { Style::new().add_modifier(modifier) } else { Style::new() };
        match colour {
            Some(colour) if self.colour => style.fg(colour),
            _ => style,
        }
    }

    /// Ordinary text.
    pub const fn normal(self) -> Style {
        self.style(None, Modifier::empty())
    }

    /// Titles, labels, values.
    pub const fn strong(self) -> Style {
        self.style(None, Modifier::BOLD)
    }

    /// Hints, closed options, rules.
    pub const fn dim(self) -> Style {
        self.style(None, Modifier::DIM)
    }

    /// The focus and the keys.
    pub const fn accent(self) -> Style {
        self.style(Some(Color::Cyan), Modifier::BOLD)
    }

    /// Done and good.
    pub const fn good(self) -> Style {
        self.style(Some(Color::Green), Modifier::empty())
    }

    /// Wrong.
    pub const fn bad(self) -> Style {
        self.style(Some(Color::Red), Modifier::BOLD)
    }

    /// Notices and what cannot be undone.
    pub const fn warning(self) -> Style {
        self.style(Some(Color::Yellow), Modifier::BOLD)
    }

    /// The word REHEARSAL.
    pub const fn stamp(self) -> Style {
        self.style(Some(Color::Yellow), Modifier::BOLD.union(Modifier::REVERSED))
    }
}

/// Whether the usual fonts of the Linux console have the character.
const fn on_console(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}' | '─'..='╬' | '█' | '░' | '•' | '►' | '▲' | '▼' | '√')
}

/// The closest ASCII form of a character.
const fn plain(c: char) -> &'static str {
    match c {
        '·' | '•' | '–' | '—' | '‑' | '−' | '─' => "-",
        '…' => "...",
        '‘' | '’' | '‚' | '′' => "'",
        '“' | '”' | '„' | '«' | '»' | '″' => "\"",
        '×' | '✓' | '√' => "x",
        '✗' => "!",
        '→' => "->",
        '←' => "<-",
        '≤' => "<=",
        '≥' => ">=",
        '▸' | '►' => ">",
        '│' => "|",
        '⊕' => "XOR",
        '\u{a0}' | '\u{202f}' | '\t' | '\n' => " ",
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ď' | 'đ' | 'ð' => "d",
        'È'..='Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'Ğ' => "G",
        'ğ' => "g",
        'Ì'..='Ï' | 'Ī' | 'İ' => "I",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'Ł' => "L",
        'ł' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ř' => "R",
        'ř' => "r",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ť' | 'ţ' | 'ț' => "t",
        'Þ' => "Th",
        'þ' => "th",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        // accents that follow their letter
        '\u{300}'..='\u{36f}' => "",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(pairs: &[(&str, &str)]) -> Theme {
        Theme::from_environment(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_decides() {
        assert_eq!(theme(&[("TERM", "xterm-256color"), ("LANG", "en_GB.UTF-8")]), Theme::FULL);
        assert_eq!(theme(&[("TERM", "dumb")]), Theme::LEAST);
        assert_eq!(theme(&[]), Theme::LEAST);
        let overruled = theme(&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]);
        assert_eq!(overruled.sign(Sign::Masked), '*', "LC_ALL comes before LANG");
        let empty_is_unset = theme(&[("TERM", "xterm"), ("LC_ALL", ""), ("LANG", "de_DE.utf8")]);
        assert_eq!(empty_is_unset.sign(Sign::Masked), '•');
        assert_eq!(theme(&[("TERM", "linux"), ("LANG", "C.UTF-8")]).sign(Sign::Done), '√');
        let mono = theme(&[("TERM", "xterm"), ("LANG", "C.UTF-8"), ("NO_COLOR", "1")]);
        assert_eq!((mono.bad().fg, mono.bad().add_modifier), (None, Modifier::BOLD));
        assert!(!theme(&[("TERM", "vt100"), ("LANG", "C.UTF-8")]).colour);
    }

    #[test]
    fn any_text_becomes_ascii() {
        assert_eq!(
            Theme::LEAST.text("Grace’s share – “key” · Łukasz Ångström…"),
            "Grace's share - \"key\" - Lukasz Angstrom..."
        );
        assert_eq!(Theme::LEAST.text("鍵\u{1b}[2J"), "??[2J");
        assert_eq!(Theme::FULL.text("a\u{1b}b\u{202e}c"), "a?b?c");
        assert_eq!(Theme::LEAST.text("Nguye\u{302}\u{303}n"), "Nguyen");
        assert!(matches!(Theme::FULL.text("Łukasz · ✓"), Cow::Borrowed(_)));
    }
}
