//! Cleaning what people type or paste before it is compared, stored or limited.
//!
//! Right-to-left text, emoji and markup are text like any other and stay as they are; what goes are control
//! characters, which no one types on purpose and which break lines, lists and exports.

use crate::refusal::Refusal;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How one text field is cleaned and limited.
#[derive(Debug, Clone, Copy)]
pub struct TextField {
    /// The field as forms and columns name it.
    pub field: &'static str,
    /// The field inside a sentence, with its article: "the name".
    pub called: &'static str,
    /// Most characters (not bytes) it may hold.
    pub max: usize,
    /// Whether line breaks may stay.
    pub multi_line: bool,
}

impl TextField {
    /// A field of one line.
    #[must_use]
    pub const fn line(field: &'static str, called: &'static str, max: usize) -> Self {
        Self { field, called, max, multi_line: false }
    }

    /// A field whose line breaks stay.
    #[must_use]
    pub const fn lines(field: &'static str, called: &'static str, max: usize) -> Self {
        Self { field, called, max, multi_line: true }
    }

    /// The cleaned text, or `None` where nothing visible is left.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a NUL, which PostgreSQL cannot store, and for text over the limit.
    pub fn optional(&self, raw: Option<&str>) -> Result<Option<String>, Refusal> {
        let Some(raw) = raw else { return Ok(None) };
        if raw.contains('\0') {
            let called = sentence_start(self.called);
            return Err(Refusal::invalid(
                self.field,
                format!("{called} contains an unreadable character. Type it again."),
            ));
        }
        let clean = clean(raw, self.multi_line);
        let length = clean.chars().count();
        if length > self.max {
            let called = sentence_start(self.called);
            return Err(Refusal::invalid(
                self.field,
                format!("{called} has {length} characters; at most {} fit.", self.max),
            ));
        }
        Ok((!clean.is_empty()).then_some(clean))
    }

    /// The cleaned text, which must hold something visible.
    ///
    /// # Errors
    /// As [`TextField::optional`], and [`Refusal::Invalid`] where it is empty.
    pub fn required(&self, raw: &str) -> Result<String, Refusal> {
        self.optional(Some(raw))?
            .ok_or_else(|| Refusal::invalid(self.field, format!("Fill in {}.", self.called)))
    }
}

/// Trimmed, NFC, without control characters; line breaks become `\n` or, in a single line, spaces.
/// Text of which nothing is visible becomes empty.
#[must_use]
pub fn clean(raw: &str, multi_line: bool) -> String {
    let mut kept = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                kept.push(if multi_line { '\n' } else { ' ' });
            }
            '\t' => kept.push(if multi_line { '\t' } else { ' ' }),
            c if c.is_control() => {}
            c => kept.push(c),
        }
    }
    let composed = compose(kept);
    if composed.chars().all(is_blank) { String::new() } else { trimmed(composed) }
}

/// Text for comparing: what differs only by case, spacing or composition is the same.
#[must_use]
pub fn key(raw: &str) -> String {
    let lower = if raw.is_ascii() {
        raw.to_ascii_lowercase()
    } else {
        raw.nfkc().collect::<String>().to_lowercase().nfkc().collect()
    };
    let mut key = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// The cleaned text on one line, cut after `most` characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let text = clean(text, false);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Composes to NFC, without work for text that already is.
pub(crate) fn compose(text: String) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        _ => text.nfc().collect(),
    }
}

fn trimmed(text: String) -> String {
    let inner = text.trim();
    if inner.len() == text.len() { text } else { inner.to_owned() }
}

/// Whether a character shows nothing by itself: white space, joiners, direction marks.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// The text with its first letter in upper case.
pub(crate) fn sentence_start(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: TextField = TextField::line("name", "the name", 255);
    const NOTES: TextField = TextField::lines("notes", "the notes", 10_000);

    #[test]
    fn emoji_right_to_left_and_markup_stay_as_typed() {
        for text in ["حفل زفاف", "👩‍👩‍👧 party", "<script>alert(1)</script>", "a\u{202e}b"]
        {
            assert_eq!(NAME.required(text).unwrap(), text);
        }
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(NAME.required(&"ñ".repeat(255)).is_ok());
        assert_eq!(
            NAME.required(&"ñ".repeat(256)).unwrap_err().to_string(),
            "The name has 256 characters; at most 255 fit."
        );
    }

    #[test]
    fn a_name_of_nothing_visible_is_empty() {
        for text in ["", "  \t ", "\u{200b}\u{feff}", "\u{7}"] {
            assert_eq!(NAME.required(text).unwrap_err().to_string(), "Fill in the name.");
        }
    }

    #[test]
    fn a_nul_is_refused_because_it_cannot_be_stored() {
        assert_eq!(NAME.required("a\0b").unwrap_err().field(), Some("name"));
    }

    #[test]
    fn line_breaks_stay_in_notes_and_become_spaces_in_names() {
        assert_eq!(NOTES.required(" a\r\nb\rc ").unwrap(), "a\nb\nc");
        assert_eq!(NAME.required("a\r\nb").unwrap(), "a b");
    }

    #[test]
    fn names_that_differ_by_case_spacing_or_composition_have_one_key() {
        assert_eq!(key("  HOTEL  NOVA\u{301}K "), key("hotel novák"));
        assert_ne!(key("Hotel Novak"), key("Hotel Novák"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn cleaning_twice_changes_nothing_more(text in any::<String>(), multi_line: bool) {
            let once = clean(&text, multi_line);
            prop_assert_eq!(clean(&once, multi_line), once);
        }

        #[test]
        fn a_key_is_its_own_key(text in any::<String>()) {
            prop_assert_eq!(key(&key(&text)), key(&text));
        }
    }
}
