//! Takes out of a line of the log whatever could say whose it is. The log holds nothing personal by design; this is for
//! what slips in with an error's words. In doubt it takes too much.

use std::path::Path;

/// Names that are known here, to be hidden wherever they stand.
#[derive(Debug, Clone, Default)]
pub struct Known(Vec<(Vec<char>, &'static str)>);

impl Known {
    /// The person and the computer, as the system names them.
    #[must_use]
    pub fn of_this_computer() -> Self {
        let mut known = Self::default();
        if let Some(home) = std::env::home_dir() {
            known.folder(&home);
        }
        for name in ["USER", "USERNAME", "LOGNAME"] {
            known.text(&std::env::var(name).unwrap_or_default(), "user");
        }
        for name in ["HOSTNAME", "COMPUTERNAME"] {
            known.text(&std::env::var(name).unwrap_or_default(), "host");
        }
        known.text(&std::fs::read_to_string("/etc/hostname").unwrap_or_default(), "host");
        known
    }

    /// Hides a text as `<what>`, in any case, where it stands as a word of its own.
    pub fn text(&mut self, text: &str, what: &'static str) {
        let text = lower(text.trim());
        if text.len() > 1 && !self.0.iter().any(|(known, _)| *known == text) {
            self.0.push((text, what));
            // The longest first: a name may be part of another.
            self.0.sort_by_key(|(known, _)| std::cmp::Reverse(known.len()));
        }
    }

    /// Hides somebody's whole name, and each of its parts.
    pub fn person(&mut self, name: &str) {
        self.text(name, "person");
        for part in name.split_whitespace() {
            self.text(part, "person");
        }
    }

    /// Hides a folder; a folder in somebody's home also names them.
    pub fn folder(&mut self, folder: &Path) {
        let text = folder.to_string_lossy();
        if text.len() > 1 {
            self.text(&text, "folder");
        }
    }

    fn hide(&self, line: &str) -> String {
        let mut line: Vec<char> = line.chars().collect();
        for (known, what) in &self.0 {
            let low: Vec<char> = line.iter().copied().map(lower_char).collect();
            let mut kept = Vec::with_capacity(line.len());
            let mut at = 0;
            while at < line.len() {
                if low[at..].starts_with(known) && stands_alone(&low, at, known.len()) {
                    kept.extend(format!("<{what}>").chars());
                    at += known.len();
                } else {
                    kept.push(line[at]);
                    at += 1;
                }
            }
            line = kept;
        }
        line.into_iter().collect()
    }
}

fn stands_alone(line: &[char], at: usize, length: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| line.get(at));
    let after = line.get(at + length);
    let joins = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    !joins(before) && !joins(after)
}

fn lower(text: &str) -> Vec<char> {
    text.chars().map(lower_char).collect()
}

/// Letter by letter, so that places in the line stay what they are.
fn lower_char(c: char) -> char {
    let mut low = c.to_lowercase();
    match (low.next(), low.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// What comes before a value that could not be read, and quotes it.
const UNREADABLE: [&str; 4] =
    ["invalid type: ", "invalid value: ", "unknown field ", "unknown variant "];

/// The line without what could say whose it is.
#[must_use]
pub fn redact(line: &str, known: &Known) -> String {
    let line = known.hide(line);
    let line = between(&line, ")=(", ")", "<values>");
    let line = between(&line, "Failing row contains (", ")", "<values>");
    let line =
        UNREADABLE.iter().fold(line, |line, open| between(&line, open, ", expected", "<value>"));
    let line = paths(&line);
    let mut text = String::with_capacity(line.len());
    for piece in pieces(&line, |c| c.is_whitespace() || "\"'`<>".contains(c)) {
        match scheme(piece) {
            Some(before) => text.push_str(&format!("{before}<link>")),
            None if piece.contains("SCRAM-") => text.push_str("<secret>"),
            None => text.push_str(&words(piece)),
        }
    }
    text
}

/// Cuts at every character that divides; those are pieces of their own.
fn pieces(text: &str, divides: impl Fn(char) -> bool) -> Vec<&str> {
    let mut all = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| divides(*c)) {
        all.extend([&text[start..at], &text[at..at + c.len_utf8()]]);
        start = at + c.len_utf8();
    }
    all.push(&text[start..]);
    all
}

/// What stands before a link, if the piece holds one.
fn scheme(piece: &str) -> Option<&str> {
    let at = piece.find("://")?;
    let name = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    Some(piece[..at].trim_end_matches(name))
}

fn words(piece: &str) -> String {
    let mut text = String::with_capacity(piece.len());
    let mut secret = false;
    let mut last = "";
    for word in pieces(piece, |c| "()[]{},;=|".contains(c)) {
        if word == "=" {
            let key = last.to_ascii_lowercase();
            secret =
                ["password", "token", "secret", "key", "verifier"].iter().any(|k| key.ends_with(k));
            text.push('=');
        } else if secret && !word.is_empty() {
            text.push_str("<secret>");
            secret = false;
        } else {
            text.push_str(&hidden(word).map_or_else(|| word.to_owned(), str::to_owned));
        }
        last = word;
    }
    text
}

/// What a word is hidden as, if it is one to hide.
fn hidden(word: &str) -> Option<&'static str> {
    let word = word.trim_end_matches(['.', ':', '!', '?']);
    if word.contains('@') && word.len() > 1 {
        return Some("<e-mail>");
    }
    if is_secret(word) {
        return Some("<secret>");
    }
    if is_address(word) {
        return Some("<address>");
    }
    is_host(word).then_some("<host>")
}

/// Keys, tokens, verifiers and the names of roles; ids with their hyphens stay.
fn is_secret(word: &str) -> bool {
    let longest_hex = word.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max();
    if longest_hex.is_some_and(|length| length >= 24) {
        return true;
    }
    let coded = |c: char| c.is_ascii_alphanumeric() || "+/_-$".contains(c);
    let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
    word.len() >= 32
        && word.chars().all(coded)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
}

fn is_address(word: &str) -> bool {
    let (host, _) = without_port(word);
    let parts: Vec<&str> = host.split('.').collect();
    if parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok()) {
        return true;
    }
    let colons = word.matches(':').count();
    let hex = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.' || c == '%';
    (word.contains("::") || colons >= 4) && word.len() > 2 && word.chars().all(hex)
}

/// Endings of files that the log names; no domain ends in one.
const FILES: [&str; 9] = ["conf", "control", "db", "json", "lock", "log", "pid", "sock", "sql"];

fn is_host(word: &str) -> bool {
    let (host, _) = without_port(word);
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let Some(last) = labels.last() else { return false };
    let ends = last.len() > 1 && last.chars().all(|c| c.is_alphabetic() || c == '-');
    labels.len() > 1
        && labels.iter().all(plain)
        && ends
        && !(labels.len() == 2 && FILES.contains(last))
}

fn without_port(word: &str) -> (&str, Option<&str>) {
    match word.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (word, None),
    }
}

/// Replaces what stands between `open` and the last `close`, which may stand in a value too.
fn between(line: &str, open: &str, close: &str, with: &str) -> String {
    let Some(at) = line.find(open) else { return line.to_owned() };
    let from = at + open.len();
    let to = line[from..].rfind(close).map_or(line.len(), |length| from + length);
    format!("{}{with}{}", &line[..from], &line[to..])
}

/// Replaces paths. A file's name may have spaces in it, so a path goes on until something ends it for sure.
fn paths(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((from, quote)) = path_start(rest) {
        let to = from + path_end(&rest[from..], quote);
        text.push_str(&rest[..from]);
        text.push_str("<path>");
        rest = &rest[to..];
    }
    text.push_str(rest);
    text
}

/// Where a path begins, and the quote that opened it.
fn path_start(line: &str) -> Option<(usize, Option<char>)> {
    let mut before: Option<char> = None;
    for (at, c) in line.char_indices() {
        let opens = before.is_none_or(|b| b.is_whitespace() || "\"'`(=:<>[,".contains(b));
        let rest = &line[at..];
        let drive = || {
            let mut chars = rest.chars();
            chars.next().is_some_and(|c| c.is_ascii_alphabetic())
                && chars.next() == Some(':')
                && matches!(chars.next(), Some('\\' | '/'))
                && !rest[1..].starts_with("://")
        };
        let rooted =
            (c == '/' && !rest.starts_with("//") && rest.len() > 1 && !rest[1..].starts_with(' '))
                || rest.starts_with("~/")
                || rest.starts_with("\\\\");
        if opens && (rooted || drive()) {
            return Some((at, before.filter(|b| "\"'`".contains(*b))));
        }
        before = Some(c);
    }
    None
}

/// How long the path is that `line` begins with.
fn path_end(line: &str, quote: Option<char>) -> usize {
    if let Some(quote) = quote {
        return line.find(quote).unwrap_or(line.len());
    }
    let sure = [": ", "\"", "`", ")", ">", ", "];
    let first = sure.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
    // The next field of the log.
    let field = line.match_indices(' ').map(|(at, _)| at).find(|at| {
        let word = &line[at + 1..];
        let name = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
        name.is_some_and(|end| end > 0 && word[end..].starts_with('='))
    });
    field.map_or(first, |field| field.min(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let mut known = Known::default();
        known.folder(Path::new("/home/canary"));
        known.text("canary", "user");
        known.text("Canary-Laptop", "host");
        known.person("Ana Canárez Ruiz");
        known.text("Canary & Sons Catering", "organization");
        known
    }

    fn redacted(line: &str) -> String {
        redact(line, &known())
    }

    #[test]
    fn nothing_that_says_whose_it_is_survives() {
        for line in [
            "WARN desk: canary wrote",
            "signed in as Ana Canárez Ruiz",
            "signed in as ANA CANÁREZ",
            "organization=\"Canary & Sons Catering\"",
            "lost CANARY-LAPTOP for a while",
            "open /home/canary/Boda zanzibar y Luis.csv: not found",
            "open path=\"/srv/Boda zanzibar y Luis/x.csv\" n=1",
            "open path=/srv/zanzibar x/zanzibar y.csv n=1",
            "failed (/opt/zanzibar/x zanzibar) twice",
            "open 'C:\\Users\\zanzibar b\\x zanzibar.csv' failed",
            "open \"C:\\\\Users\\\\zanzibar\\\\x.csv\"",
            "open D:\\zanzibar\\x.csv",
            "open \\\\zanzibar\\share\\x y.csv",
            "file ~/zanzibar.csv",
            "from zanzibar.person@olivar.example.",
            "mail=<zanzibar@x.example>",
            "to (zanzibar@localhost)",
            "connect to db.zanzibar.example:5432 failed",
            "connect to zanzibar.example, again",
            "host=zanzibar.internal port=1",
            "open cloche://join?host=zanzibar&token=abc",
            "url=https://zanzibar/a?b=c",
            "postgres://zanzibar:pw@10.0.0.1/x",
            "Key (company_name)=(Zanzibar Weddings, Ltd.) already exists.",
            "Key (org_id, name)=(1, zanzibar) exists",
            "Key (company_name)=(Olivar (Zanzibar) at zanzibar) already exists.",
            "DETAIL: Failing row contains (7, Boda (x) de Zanzibar, null, zanzibar).",
            "detail=Some(\"Failing row contains (7, Zanzibar",
            "invalid type: string \"Boda Zanzibar\", expected u32 at line 1 column 9",
            "error=\"invalid type: string \\\"Boda, expected \\\"zanzibar\\\", expected u32\"",
            "invalid value: string \"zanzibar\", expected a date",
            "unknown variant `zanzibar y`, expected one of `a`, `b`",
            "unknown field `zanzibar`, expected `a`",
            "password=zanzibar",
            "token=\"x\" device_token=zanzibar",
        ] {
            let said = redacted(line).to_lowercase();
            let found = ["canary", "canárez", "zanzibar"].iter().find(|name| said.contains(*name));
            assert_eq!(found, None, "{line} → {said}");
        }
    }

    #[test]
    fn no_secret_and_no_address_survives() {
        for (line, said) in [
            ("key 0123456789abcdef0123456789abcdef.", "key <secret>"),
            (
                "role cloche_d_0123456789abcdef0123456789abcdef01234567 is gone",
                "role <secret> is gone",
            ),
            ("SCRAM-SHA-256$4096:c2FsdA==$a:b= x", "<secret> x"),
            ("AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_", "<secret>"),
            ("at 192.168.1.20:5432, then", "at <address>, then"),
            ("at [2001:db8::1]:5432", "at [<address>]:5432"),
            ("at fe80::1", "at <address>"),
            ("secret=hunter2 n=5", "secret=<secret> n=5"),
        ] {
            let redacted = redacted(line);
            assert!(redacted.starts_with(said), "{line} → {redacted}");
        }
    }

    #[test]
    fn what_helps_stays_as_it_is() {
        for line in [
            "2026-11-20T16:10:27.123456Z  INFO desk::open: the local copy is open opened=Kept",
            "2026-11-20T16:10:27.123456Z  WARN replica::sync::engine: a request failed after=250ms n=12 and/or more",
            "a fault was shown reference=\"0a1b2c3d\" error=\"resource_schedule_no_double_booking: CL422\"",
            "event 01900000-0000-7000-8000-000000000001 moved",
            "postmaster.pid is stale; PostgreSQL 17.10 on localhost:5432",
            "panicked at crates/desk/src/live.rs:120:9",
            "sqlx::query: slow statement elapsed=1.2s rows=0",
        ] {
            assert_eq!(redacted(line), line);
        }
    }

    #[test]
    fn a_name_inside_a_word_is_not_a_name() {
        let mut known = Known::default();
        known.text("ana", "person");
        assert_eq!(redact("analysis by Ana, banana", &known), "analysis by <person>, banana");
    }

    #[test]
    fn what_follows_a_path_in_the_log_is_kept() {
        assert_eq!(redacted("open /srv/a b/c.csv: not found"), "open <path>: not found");
        assert_eq!(redacted("read path=\"/srv/a b\" bytes=5"), "read path=\"<path>\" bytes=5");
        assert_eq!(redacted("read path=/srv/a b/c bytes=5"), "read path=<path> bytes=5");
    }
}
