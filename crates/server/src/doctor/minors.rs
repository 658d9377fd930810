//! The minor releases of PostgreSQL that this build knows to fix what an employee with `psql` could use.

/// When this table was last brought up to date.
pub(super) const KNOWN_ON: &str = "20 November 2026";

/// Major version, and the first minor release without a known hole that any signed-in role can use.
const SAFE: [(i32, i32); 3] = [(16, 16), (17, 12), (18, 7)];

/// What is known of a version.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing against it.
    Safe,
    /// Fixed since by this minor release.
    Lacks(i32),
    /// A major version that came after this build.
    Newer,
    /// No longer served.
    TooOld,
}

/// What is known of `server_version_num`.
pub(super) fn known(version: i32) -> Known {
    let (major, minor) = (version / 10_000, version % 10_000);
    match SAFE.iter().find(|(known, _)| *known == major) {
        Some((_, safe)) if minor >= *safe => Known::Safe,
        Some((_, safe)) => Known::Lacks(*safe),
        None if major < SAFE[0].0 => Known::TooOld,
        None => Known::Newer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_before_the_known_fixes_is_told() {
        assert_eq!(known(170_010), Known::Lacks(12));
        assert_eq!(known(170_012), Known::Safe);
        assert_eq!(known(160_020), Known::Safe);
        assert_eq!(known(150_020), Known::TooOld);
        assert_eq!(known(190_000), Known::Newer);
    }
}
