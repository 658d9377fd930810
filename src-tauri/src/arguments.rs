//! What Cloche is started with: `--profile NAME`, and at most one link.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A second desk on the same computer, with everything of its own: data, keychain entries, window. The usual one has no
/// name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileName(Option<String>);

/// What was asked for at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Which desk.
    pub profile: ProfileName,
    /// A link to open, as it came.
    pub link: Option<String>,
}

/// Why Cloche does not start with these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "--profile takes a name of up to 32 small letters, digits and hyphens, such as --profile training."
)]
pub struct BadProfile;

impl ProfileName {
    /// The name becomes part of folders and of other programs' names: whatever could mean something there is refused.
    fn parse(text: &str) -> Result<Self, BadProfile> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = (1..=32).contains(&text.len())
            && text.chars().all(plain)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits { Ok(Self(Some(text.to_owned()))) } else { Err(BadProfile) }
    }

    /// Whether it is one with a name.
    pub fn is_named(&self) -> bool {
        self.0.is_some()
    }

    /// Where it keeps its data, below the usual one's folder.
    pub fn folder(&self, usual: &Path) -> PathBuf {
        match &self.0 {
            // The prefix keeps names apart that some system has a meaning for, such as `con`.
            Some(name) => usual.join("profiles").join(format!("profile-{name}")),
            None => usual.to_owned(),
        }
    }

    /// `usual`, or what takes its place for this profile, where only letters, digits, dots and hyphens may stand.
    pub fn identifier(&self, usual: &str) -> String {
        match &self.0 {
            Some(name) => format!("{usual}.profile-{name}"),
            None => usual.to_owned(),
        }
    }

    /// `usual`, or what takes its place for this profile, where people read it.
    pub fn title(&self, usual: &str) -> String {
        match &self.0 {
            Some(name) => format!("{usual} – {name}"),
            None => usual.to_owned(),
        }
    }

    /// What opens this profile again.
    pub fn arguments(&self) -> Vec<String> {
        self.0.iter().flat_map(|name| ["--profile".to_owned(), name.clone()]).collect()
    }
}

impl Arguments {
    /// Reads what follows the program's name. What is not known is left alone: systems and test drivers add their own.
    ///
    /// # Errors
    /// A profile's name that cannot be one.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, BadProfile> {
        let mut read = Self::default();
        let mut words = words.into_iter().map(|word| word.to_string_lossy().into_owned());
        while let Some(word) = words.next() {
            if word == "--profile" {
                read.profile = ProfileName::parse(&words.next().unwrap_or_default())?;
            } else if let Some(name) = word.strip_prefix("--profile=") {
                read.profile = ProfileName::parse(name)?;
            } else if word.starts_with("cloche:") && read.link.is_none() {
                read.link = Some(word);
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, BadProfile> {
        Arguments::read(words.iter().map(OsString::from))
    }

    #[test]
    fn without_arguments_it_is_the_usual_desk() {
        let usual = read(&[]).unwrap();
        assert_eq!(usual, Arguments::default());
        assert_eq!(usual.profile.folder(Path::new("/data")), Path::new("/data"));
        assert_eq!(usual.profile.title("Cloche"), "Cloche");
        assert_eq!(usual.profile.arguments(), Vec::<String>::new());
    }

    #[test]
    fn a_profile_has_a_folder_names_and_a_start_of_its_own() {
        for words in [["--profile", "training"].as_slice(), &["--profile=training"]] {
            let profile = read(words).unwrap().profile;
            assert_eq!(
                profile.folder(Path::new("/data")),
                Path::new("/data/profiles/profile-training")
            );
            assert_eq!(profile.identifier("app.cloche.desk"), "app.cloche.desk.profile-training");
            assert_eq!(profile.title("Cloche"), "Cloche – training");
            assert_eq!(
                read(&["--profile", "training"]).unwrap().profile.arguments(),
                ["--profile", "training"]
            );
        }
    }

    #[test]
    fn a_name_that_could_lead_elsewhere_is_refused() {
        let long = "a".repeat(33);
        for name in
            ["", ".", "..", "../x", "a/b", "a\\b", "a.b", "A", "ä", "a b", "-a", "a-", "a\0", &long]
        {
            assert_eq!(read(&["--profile", name]), Err(BadProfile), "{name}");
        }
        assert_eq!(read(&["--profile"]), Err(BadProfile), "a name is missing");
    }

    #[test]
    fn the_first_link_is_taken_and_what_is_not_known_is_left_alone() {
        let words = ["--automation", "cloche://event/1", "https://x", "cloche://event/2"];
        assert_eq!(read(&words).unwrap().link.as_deref(), Some("cloche://event/1"));
        assert_eq!(read(&["--automation", "x"]), Ok(Arguments::default()));
    }
}
