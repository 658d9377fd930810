//! Bytes of a spreadsheet to text, whatever program wrote them.

/// How the bytes of a file were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    Utf8,
    /// UTF-16, low byte first, as Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, as older Excel writes in western Europe.
    Windows1252,
}

impl Encoding {
    /// The usual name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// Reads `bytes` by their byte-order mark, else by what they can be. Every byte sequence is some text.
#[must_use]
pub fn decode(bytes: &[u8]) -> (String, Encoding) {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return (String::from_utf8_lossy(rest).into_owned(), Encoding::Utf8);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return (utf16(rest, u16::from_le_bytes), Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return (utf16(rest, u16::from_be_bytes), Encoding::Utf16Be);
    }
    if let Some(wide) = unmarked_utf16(bytes) {
        return wide;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => (bytes.iter().map(|b| windows_1252(*b)).collect(), Encoding::Windows1252),
    }
}

/// UTF-16 without a mark shows by the zero byte in nearly every pair: headings are mostly ASCII.
fn unmarked_utf16(bytes: &[u8]) -> Option<(String, Encoding)> {
    let pairs: Vec<&[u8]> = bytes.chunks_exact(2).take(64).collect();
    if pairs.is_empty() {
        return None;
    }
    let most = |place: usize| pairs.iter().filter(|p| p[place] == 0).count() * 4 > pairs.len() * 3;
    match (most(0), most(1)) {
        (false, true) => Some((utf16(bytes, u16::from_le_bytes), Encoding::Utf16Le)),
        (true, false) => Some((utf16(bytes, u16::from_be_bytes), Encoding::Utf16Be)),
        _ => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn windows_1252(byte: u8) -> char {
    // 0x80 to 0x9f, where it differs from Latin 1; the five holes have no character.
    const SPECIAL: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
        '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ',
        '\u{fffd}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => SPECIAL[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Empresa;Señor\r\n“Peña” €;Łukasik 🎂\r\n";

    #[test]
    fn a_byte_order_mark_decides_and_is_not_part_of_the_text() {
        let utf8 = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        assert_eq!(decode(&utf8), (TEXT.to_owned(), Encoding::Utf8));
        let le: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&[b"\xff\xfe", &le[..]].concat()), (TEXT.to_owned(), Encoding::Utf16Le));
        let be: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&[b"\xfe\xff", &be[..]].concat()), (TEXT.to_owned(), Encoding::Utf16Be));
    }

    #[test]
    fn utf_16_without_a_mark_is_found_by_its_zeros() {
        let le: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&le), (TEXT.to_owned(), Encoding::Utf16Le));
        let be: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&be), (TEXT.to_owned(), Encoding::Utf16Be));
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_read_as_windows_1252() {
        let (text, encoding) = decode(b"Pe\xf1a \x93x\x94 \x80");
        assert_eq!((text.as_str(), encoding), ("Peña “x” €", Encoding::Windows1252));
    }

    #[test]
    fn utf_8_without_a_mark_is_utf_8() {
        assert_eq!(decode(TEXT.as_bytes()), (TEXT.to_owned(), Encoding::Utf8));
        assert_eq!(decode(b"").0, "");
    }
}
