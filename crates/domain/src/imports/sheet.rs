//! A spreadsheet file as a table of text: no meaning yet.

use super::decode::{Encoding, decode};
use super::grouped;
use crate::refusal::Refusal;
use std::collections::HashMap;

/// Most rows that are taken in at once.
pub const MAX_ROWS: usize = 100_000;
/// Most bytes of a file.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

const FIELD: &str = "file";
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file's headings and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Headings, trimmed, each different from the others.
    pub columns: Vec<String>,
    /// The rows under the headings; those without any text are left out.
    pub rows: Vec<SheetRow>,
    /// What separates cells.
    pub delimiter: char,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// What a person should look at before trusting the rows, in finished sentences.
    pub problems: Vec<String>,
}

/// One row of a [`Sheet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Line of the file on which the row starts, counted from 1.
    pub line: u32,
    /// One text for each column.
    pub cells: Vec<String>,
    /// How many cells the row really had, where they were more than the columns.
    pub surplus: Option<u32>,
}

impl SheetRow {
    /// The cell of a column, trimmed; empty where there is none.
    #[must_use]
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|c| self.cells.get(c)).map_or("", |cell| cell.trim())
    }
}

/// Reads a CSV file, whatever its encoding and delimiter.
///
/// # Errors
/// [`Refusal::Invalid`] for `file` where it is no such file, is empty, is too big, or has a quotation mark that is
/// never closed (which would swallow the rows after it).
pub fn read(bytes: &[u8]) -> Result<Sheet, Refusal> {
    must_be_text(bytes)?;
    let (text, encoding) = decode(bytes);
    if text.chars().take(1_000).any(|c| c == '\0') {
        return no("This is not a spreadsheet in CSV format.");
    }
    let (text, skipped, given) = without_sep_line(&text);
    let delimiter = given.unwrap_or_else(|| guess_delimiter(text));
    if let Some(line) = open_quote(text, delimiter) {
        return no(format!(
            "The quotation mark on line {} is never closed, so the rows after it cannot be told apart.",
            line + skipped
        ));
    }
    let mut records = records(text, delimiter, skipped)?;
    if records.is_empty() {
        return no("This file is empty.");
    }
    let (_, headings) = records.remove(0);
    if records.is_empty() {
        return no("This file has headings but no rows under them.");
    }
    if records.len() > MAX_ROWS {
        return no(format!(
            "This file has {} rows; at most {} can be imported at once.",
            grouped(u32::try_from(records.len()).unwrap_or(u32::MAX)),
            grouped(u32::try_from(MAX_ROWS).unwrap_or(u32::MAX))
        ));
    }
    let mut problems = Vec::new();
    if encoding == Encoding::Windows1252 {
        problems.push(
            "This file is not in UTF-8, so it was read as Windows-1252. Check that accents look right."
                .to_owned(),
        );
    }
    let used = records.iter().map(|(_, cells)| used_cells(cells)).max().unwrap_or_default();
    let columns = name_columns(&headings, used, &mut problems);
    let rows = records.into_iter().map(|(line, cells)| row(line, cells, columns.len())).collect();
    Ok(Sheet { columns, rows, delimiter: char::from(delimiter), encoding, problems })
}

fn no<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::invalid(FIELD, message))
}

fn must_be_text(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() > MAX_BYTES {
        return no("This file is too big: at most 64 MB can be imported at once.");
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return no(
            "This is a workbook. Save it as CSV in your spreadsheet program, then choose that file.",
        );
    }
    if bytes.starts_with(b"%PDF") {
        return no("This is a PDF. Only spreadsheets saved as CSV can be imported.");
    }
    Ok(())
}

/// Excel may say on a line of its own which delimiter follows: text without it, lines left out, that delimiter.
fn without_sep_line(text: &str) -> (&str, u32, Option<u8>) {
    let line = text.lines().next().unwrap_or_default();
    match line.strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) if DELIMITERS.contains(delimiter) => {
            let rest = text[line.len()..].trim_start_matches('\r');
            (rest.strip_prefix('\n').unwrap_or(rest), 1, Some(*delimiter))
        }
        _ => (text, 0, None),
    }
}

/// The delimiter under which the first rows agree best on having many cells.
fn guess_delimiter(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = reader(text, delimiter);
        let widths: Vec<usize> =
            reader.byte_records().take(30).filter_map(Result::ok).map(|r| r.len()).collect();
        let first = widths.first().copied().unwrap_or_default();
        let agreeing = widths.iter().filter(|w| **w == first).count();
        first.saturating_sub(1) * agreeing
    };
    let mut best = (0, b',');
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Every record that has any text, with the line on which it starts.
fn records(
    text: &str,
    delimiter: u8,
    skipped: u32,
) -> Result<Vec<(u32, csv::StringRecord)>, Refusal> {
    let bytes = text.as_bytes();
    let (mut line, mut counted) = (1 + skipped, 0);
    let mut found = Vec::new();
    let mut reader = reader(text, delimiter);
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(found),
            Err(_) => return no("This file cannot be read as a spreadsheet in CSV format."),
        }
        // The reader's own line number is off after CRLF and blank lines, so count up to the record's first byte.
        let at = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let blank = bytes[at..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = at + blank;
        line += line_breaks(&bytes[counted..start]);
        counted = start;
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            found.push((line, record.clone()));
        }
    }
}

fn line_breaks(bytes: &[u8]) -> u32 {
    let mut breaks = 0;
    let mut after_return = false;
    for byte in bytes {
        match byte {
            b'\n' if after_return => {}
            b'\n' | b'\r' => breaks += 1,
            _ => {}
        }
        after_return = *byte == b'\r';
    }
    breaks
}

/// The line of a quotation mark that opens a cell and is never closed.
fn open_quote(text: &str, delimiter: u8) -> Option<u32> {
    let (mut line, mut opened) = (1, None);
    let mut at_start = true;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\n' {
            line += 1;
        }
        match (byte, opened) {
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            (b'"', Some(_)) => opened = None,
            (b'"', None) if at_start => opened = Some(line),
            _ => {}
        }
        at_start = opened.is_none() && (byte == delimiter || byte == b'\n' || byte == b'\r');
    }
    opened
}

/// Cells up to the last one with text.
fn used_cells(cells: &csv::StringRecord) -> usize {
    (0..cells.len()).rev().find(|c| !cells[*c].trim().is_empty()).map_or(0, |last| last + 1)
}

fn row(line: u32, cells: csv::StringRecord, columns: usize) -> SheetRow {
    let used = used_cells(&cells);
    let surplus = (used > columns).then(|| u32::try_from(used).unwrap_or(u32::MAX));
    let mut cells: Vec<String> = cells.iter().take(columns).map(str::to_owned).collect();
    cells.resize(columns, String::new());
    SheetRow { line, cells, surplus }
}

/// The headings, made different from each other. A column without a heading stays if the heading line reaches it.
fn name_columns(
    headings: &csv::StringRecord,
    used: usize,
    problems: &mut Vec<String>,
) -> Vec<String> {
    let width = headings.len().min(used.max(used_cells(headings)));
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut columns: Vec<String> = Vec::with_capacity(width);
    for (place, heading) in headings.iter().take(width).enumerate() {
        let heading = crate::text::clean(heading, false);
        if heading.is_empty() {
            let name = format!("Column {}", place + 1);
            problems.push(format!("Column {} has no heading.", place + 1));
            columns.push(name);
            continue;
        }
        let times = seen.entry(crate::text::key(&heading)).or_insert(0);
        *times += 1;
        if *times == 1 {
            columns.push(heading);
        } else {
            let name = format!("{heading} ({times})");
            problems.push(format!(
                "The heading “{heading}” is there twice; column {} is shown as “{name}”.",
                place + 1
            ));
            columns.push(name);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> (Vec<String>, Vec<(u32, Vec<String>)>) {
        let sheet = read(text.as_bytes()).unwrap();
        (sheet.columns, sheet.rows.into_iter().map(|r| (r.line, r.cells)).collect())
    }

    #[test]
    fn each_usual_delimiter_is_found() {
        for delimiter in [',', ';', '\t', '|'] {
            let d = delimiter.to_string();
            let text = format!("a{d}b\n1{d}\"x, y; z\"\n");
            let sheet = read(text.as_bytes()).unwrap();
            assert_eq!(sheet.delimiter, delimiter);
            assert_eq!(sheet.rows[0].cells, ["1", "x, y; z"]);
        }
    }

    #[test]
    fn rows_are_named_by_the_line_they_start_on() {
        for end in ["\n", "\r\n"] {
            let text = [
                "Company,Address",
                "A,\"C/ Sol 4",
                "2º izq.",
                "Sevilla\"",
                "",
                "B,x",
                " , ",
                "C,y",
            ]
            .join(end);
            let (_, rows) = table(&text);
            let lines: Vec<u32> = rows.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [2, 6, 8], "{end:?}");
        }
    }

    #[test]
    fn headings_are_trimmed_and_told_apart() {
        let sheet = read(" company ,,Notes,NOTES\na,b,c,d\n".as_bytes()).unwrap();
        assert_eq!(sheet.columns, ["company", "Column 2", "Notes", "NOTES (2)"]);
        assert_eq!(sheet.problems.len(), 2);
    }

    #[test]
    fn columns_that_are_empty_all_the_way_down_are_left_out() {
        let (columns, rows) = table("a;b;;\n1;2;;\n3;4;;\n");
        assert_eq!(columns, ["a", "b"]);
        assert_eq!(rows[1].1, ["3", "4"]);
    }

    #[test]
    fn short_rows_are_filled_and_long_rows_are_marked() {
        let sheet = read(b"a,b,c\n1\n1,2,3,4\n1,2,3,,\n").unwrap();
        assert_eq!(sheet.rows[0].cells, ["1", "", ""]);
        assert_eq!(sheet.rows[1].surplus, Some(4));
        assert_eq!(sheet.rows[2].surplus, None);
    }

    #[test]
    fn excel_s_delimiter_line_is_obeyed_and_counted() {
        let sheet = read(b"sep=;\r\na;b\r\n1,5;2\r\n").unwrap();
        assert_eq!((sheet.delimiter, sheet.rows[0].line), (';', 3));
        assert_eq!(sheet.columns, ["a", "b"]);
    }

    #[test]
    fn files_that_cannot_be_read_are_refused_in_a_sentence() {
        for (bytes, sentence) in [
            (&b""[..], "empty"),
            (b"\n \n", "empty"),
            (b"Company,Email\n", "no rows"),
            (b"PK\x03\x04rest", "workbook"),
            (b"%PDF-1.7", "PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a spreadsheet"),
            (b"a,b\n1,\"x\n2,y\n", "on line 2 is never closed"),
        ] {
            let refusal = read(bytes).unwrap_err();
            assert_eq!(refusal.field(), Some("file"));
            assert!(refusal.to_string().contains(sentence), "{refusal}");
        }
    }

    #[test]
    fn a_quotation_mark_inside_a_cell_opens_nothing() {
        let (_, rows) = table("a,b\n6\" tray,x\n\"say \"\"hi\"\"\",y\n");
        assert_eq!(rows[0].1, ["6\" tray", "x"]);
        assert_eq!(rows[1].1, ["say \"hi\"", "y"]);
    }
}
