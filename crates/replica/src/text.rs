//! Folding of text for orders, and users' search words made inert for SQLite.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The longest sort key in characters; longer names differ early enough.
const KEY_LENGTH: usize = 80;
/// Words of a search beyond this many are ignored.
const MOST_WORDS: usize = 8;

/// Lower case without accents, so that `Éclair` sorts and compares like `eclair`.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The sort key of a name.
pub(crate) fn sort_key(text: &str) -> String {
    let folded = fold(text.trim());
    match folded.char_indices().nth(KEY_LENGTH) {
        Some((end, _)) => folded[..end].to_owned(),
        None => folded,
    }
}

/// What a user typed into a search field, in two parts: words for the search index, and pieces that hold no letter or
/// digit (emoji, punctuation), which no index knows and which are looked for in the text itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Words {
    /// Words with at least one letter or digit.
    pub words: Vec<String>,
    /// Pieces without any.
    pub symbols: Vec<String>,
}

impl Words {
    /// Splits `text` at white space; control characters count as white space (a NUL would cut an FTS query short).
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        for word in text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|w| !w.is_empty())
            .take(MOST_WORDS)
        {
            if word.chars().any(char::is_alphanumeric) {
                found.words.push(word.chars().take(KEY_LENGTH).collect());
            } else {
                found.symbols.push(word.to_owned());
            }
        }
        found
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.symbols.is_empty()
    }

    /// An FTS5 expression that matches rows holding every word as the beginning of one of theirs, in any of `columns`.
    /// Each word is one quoted string, in which FTS5 knows no operator.
    pub fn expression(&self, columns: &str) -> Option<String> {
        if self.words.is_empty() {
            return None;
        }
        let words: Vec<String> =
            self.words.iter().map(|w| format!("\"{}\"*", w.replace('"', "\"\""))).collect();
        Some(format!("{{{columns}}} : ({})", words.join(" AND ")))
    }
}

/// The first string after every string that begins with `prefix`, for range scans in place of LIKE.
pub(crate) fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_and_accents_of_any_form() {
        assert_eq!(fold("Éclair ÀÖ"), "eclair ao");
        assert_eq!(fold("E\u{301}clair"), fold("Éclair"), "composed and decomposed are one name");
        assert_eq!(fold("PLAIN"), "plain");
    }

    #[test]
    fn a_sort_key_is_cut_between_characters() {
        assert_eq!(sort_key(&"é".repeat(300)).len(), 80);
        assert_eq!(sort_key(&"日".repeat(300)).chars().count(), 80);
    }

    #[test]
    fn search_words_are_quoted_so_that_operators_are_words() {
        let words = Words::of("gala\" OR name:* NEAR(");
        assert_eq!(
            words.expression("name").expect("there are words"),
            "{name} : (\"gala\"\"\"* AND \"OR\"* AND \"name:*\"* AND \"NEAR(\"*)"
        );
    }

    #[test]
    fn emoji_and_wildcards_are_symbols_not_words() {
        let words = Words::of("🎉 % _ caf\u{e9}\u{0}x");
        assert_eq!(words.symbols, ["🎉", "%", "_"]);
        assert_eq!(words.words, ["café", "x"]);
        assert!(Words::of(" \t ").is_empty());
    }
}
