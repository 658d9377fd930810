//! E-mail addresses as account names, and which passwords are strong enough.
//!
//! An address is normalised here and nowhere else; the database only checks that it was.

mod common_passwords;

use crate::refusal::Refusal;
use crate::text::TextField;
use crate::text::compose;
use common_passwords::{COMMON, PREDICTABLE_WORDS};

/// Fewest characters of a password.
pub const MIN_PASSWORD: usize = 12;
/// Most characters of a password.
pub const MAX_PASSWORD: usize = 256;

/// The one spelling of an e-mail address: trimmed, composed, in lower case.
///
/// # Errors
/// [`Refusal::Invalid`] for `email` where it cannot be an address.
pub fn normalise_email(raw: &str) -> Result<String, Refusal> {
    let no = |message: &str| Err(Refusal::invalid("email", message));
    // Lower case can undo composition, so compose last; before, so that one spelling has one lower case.
    let email = compose(compose(raw.trim().to_owned()).to_lowercase());
    if email.is_empty() {
        return no("Fill in your e-mail address.");
    }
    if email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return no("An e-mail address has no spaces in it.");
    }
    if email.chars().count() > 254 {
        return no("This e-mail address is too long: at most 254 characters fit.");
    }
    match email.split_once('@') {
        Some((local, host)) if !local.is_empty() && !host.is_empty() && !host.contains('@') => {
            Ok(email)
        }
        _ => no("This is not an e-mail address. Write it like ana@example.org."),
    }
}

/// The password as it is turned into keys: composed, so that every keyboard gives the same one. Nothing is trimmed.
#[must_use]
pub fn normalise_password(raw: &str) -> String {
    compose(raw.to_owned())
}

/// Passes where `password` is strong enough for the account of `email`.
///
/// # Errors
/// [`Refusal::Invalid`] for `password`, saying what would be better.
pub fn check_password(password: &str, email: &str) -> Result<(), Refusal> {
    let no = |message: String| Err(Refusal::invalid("password", message));
    let password = normalise_password(password);
    let length = password.chars().count();
    if length < MIN_PASSWORD {
        return no(format!(
            "Use at least {MIN_PASSWORD} characters; this password has {length}. A few random words work well."
        ));
    }
    if length > MAX_PASSWORD {
        return no(format!("Use at most {MAX_PASSWORD} characters; this password has {length}."));
    }
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    let lower: String = letters.iter().collect();
    if contains_name(&lower, email) {
        return no("Do not use your e-mail address in the password.".into());
    }
    if lower.contains("cloche") {
        return no("Do not use the name of this program in the password.".into());
    }
    if repeats(&letters) {
        return no("This password repeats the same few characters. Mix in more.".into());
    }
    if runs(&letters) {
        return no(
            "This password follows the keyboard or the alphabet. Pick words nobody would guess."
                .into(),
        );
    }
    if is_common(&lower) {
        return no("This password is among those tried first by thieves. Pick another.".into());
    }
    Ok(())
}

/// Whether the part of the address before the `@` is in there; three letters or fewer are chance.
fn contains_name(lower: &str, email: &str) -> bool {
    let email = email.trim().to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    local.chars().count() > 3 && lower.contains(local)
}

/// Whether it is a short piece over and over, or is made of hardly any different characters.
fn repeats(letters: &[char]) -> bool {
    let mut different = letters.to_vec();
    different.sort_unstable();
    different.dedup();
    let over_and_over =
        |piece: usize| letters.iter().zip(&letters[piece..]).all(|(one, next)| one == next);
    different.len() < 5 || (1..=letters.len() / 2).any(over_and_over)
}

/// Whether most neighbours follow each other in the alphabet, in numbers or on a keyboard row.
fn runs(letters: &[char]) -> bool {
    let following = letters.windows(2).filter(|pair| follows(pair[0], pair[1])).count();
    following * 4 >= (letters.len() - 1) * 3
}

fn follows(one: char, next: char) -> bool {
    const ROWS: [&str; 10] = [
        "1234567890",
        "qwertyuiop",
        "asdfghjklñ",
        "zxcvbnm",
        "qwertzuiop",
        "azertyuiop",
        "qsdfghjklm",
        "yxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "!@#$%^&*()",
    ];
    let step = u32::from(one).abs_diff(u32::from(next));
    if step == 0 || (step == 1 && one.is_alphanumeric() && next.is_alphanumeric()) {
        return true;
    }
    ROWS.iter().any(|row| {
        let mut neighbours = row.chars().zip(row.chars().skip(1));
        neighbours.any(|(a, b)| (a, b) == (one, next) || (b, a) == (one, next))
    })
}

/// Whether it is on the list, or is only guessable words with the usual trimmings (`P@ssw0rd1234!`).
fn is_common(lower: &str) -> bool {
    if COMMON.contains(&lower) {
        return true;
    }
    // Digits around the words are trimmings; digits inside them are letters in disguise.
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let unmasked: String = core.chars().map(unmask).collect();
    let trimmings = lower.chars().filter(|c| !c.is_alphabetic()).count();
    [core, &unmasked].iter().any(|text| {
        let mut rest: String = text.chars().filter(|c| c.is_alphabetic()).collect();
        for word in PREDICTABLE_WORDS {
            rest = rest.replace(word, "");
        }
        // What is left around the guessable words has to carry the password by itself.
        rest.chars().count() < 3 && trimmings < 9
    })
}

/// Undoes the swaps that everybody makes.
fn unmask(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

/// A person's name as colleagues see it: 1–255 characters, trimmed.
///
/// # Errors
/// [`Refusal::Invalid`] at `display_name`.
pub fn check_person_name(name: &str) -> Result<String, Refusal> {
    TextField::line("display_name", "the name", 255).required(name)
}

/// Passes where an organization and its first administrator can be called so.
///
/// # Errors
/// [`Refusal::Invalid`] for `organization_name` or `your_name`.
pub fn check_founding(organization_name: &str, your_name: &str) -> Result<(), Refusal> {
    TextField::line("organization_name", "the organization’s name", 255)
        .required(organization_name)?;
    TextField::line("your_name", "your name", 255).required(your_name)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> String {
        match check_password(password, "ana.garcia@example.org") {
            Err(refusal) => {
                assert_eq!(refusal.field(), Some("password"));
                refusal.to_string()
            }
            Ok(()) => panic!("{password} was taken"),
        }
    }

    #[test]
    fn an_address_has_one_spelling() {
        for raw in ["Ana.Garcia@Example.ORG", "  ana.garcia@example.org\n"] {
            assert_eq!(normalise_email(raw).unwrap(), "ana.garcia@example.org");
        }
        let composed = normalise_email("jos\u{e9}@example.org").unwrap();
        assert_eq!(normalise_email("JOSE\u{301}@example.org").unwrap(), composed);
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for raw in ["", "ana", "@example.org", "ana@", "a@b@c", "a b@example.org", "a\0@b"] {
            assert_eq!(normalise_email(raw).unwrap_err().field(), Some("email"), "{raw:?}");
        }
        assert!(normalise_email(&format!("{}@example.org", "a".repeat(242))).is_ok());
        assert!(normalise_email(&format!("{}@example.org", "a".repeat(243))).is_err());
    }

    #[test]
    fn eleven_characters_are_too_few_and_twelve_enough() {
        assert!(refused("tulip-Rain7").starts_with("Use at least 12 characters"));
        assert!(check_password("tulip-Rain73", "a@b").is_ok());
        assert!(refused(&"tulip-Rain73".repeat(22)).starts_with("Use at most 256"));
    }

    #[test]
    fn guessable_passwords_are_refused_with_the_reason() {
        for (password, reason) in [
            ("aaaaaaaaaaaa", "repeats"),
            ("tulip3tulip3", "repeats"),
            ("1234567890123", "follows the keyboard"),
            ("qwertyuiop[]", "follows the keyboard"),
            ("1qaz2wsx3edc", "follows the keyboard"),
            ("password1234", "tried first"),
            ("P@ssw0rd1234!", "tried first"),
            ("iloveyou2024!", "tried first"),
            ("Catering2026!", "tried first"),
            ("Ana.Garcia-in-Rain", "your e-mail address"),
            ("my-Cloche-2026-x", "name of this program"),
        ] {
            assert!(refused(password).contains(reason), "{password}: {}", refused(password));
        }
    }

    #[test]
    fn long_phrases_and_random_strings_are_taken() {
        for password in [
            "correct horse battery staple",
            "mi abuela baila los lunes",
            "xK9#mPq2$vLw",
            "gérard aime le café noir",
            "密码不会被猜到的一二三四五",
            "739105826417",
        ] {
            assert_eq!(check_password(password, "ana.garcia@example.org"), Ok(()), "{password}");
        }
    }

    #[test]
    fn every_listed_password_is_long_enough_to_be_tried_at_all() {
        for password in COMMON {
            assert!(password.chars().count() >= MIN_PASSWORD, "{password} is dead weight");
            assert_eq!(password.to_lowercase(), *password);
            assert!(check_password(password, "a@b").is_err());
        }
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        assert_eq!(normalise_password("caf\u{e9} "), normalise_password("cafe\u{301} "));
    }
}
