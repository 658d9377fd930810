//! Who is let in how: the rules of `pg_hba.conf` as PostgreSQL reads them, and encryption.

use super::Finding;
use crate::link::ServerLink;
use sqlx::postgres::PgConnection;

type Answer = Result<Finding, sqlx::Error>;

#[derive(sqlx::FromRow)]
struct Rule {
    line: i32,
    kind: Option<String>,
    address: Option<String>,
    method: Option<String>,
    error: Option<String>,
}

impl Rule {
    /// What is wrong with it, where something is.
    fn complaint(&self) -> Option<String> {
        let line = self.line;
        if let Some(error) = &self.error {
            return Some(format!("line {line} cannot be read ({error})"));
        }
        let (kind, method) =
            (self.kind.as_deref().unwrap_or(""), self.method.as_deref().unwrap_or(""));
        let address = self.address.as_deref().unwrap_or("");
        let stays_here = kind == "local"
            || address.starts_with("127.")
            || ["::1", "localhost", "samehost"].contains(&address);
        match method {
            "reject" => None,
            "trust" => Some(format!("line {line} lets people in without a password (trust)")),
            "password" => Some(format!("line {line} asks for passwords in the open (password)")),
            "md5" => Some(format!("line {line} takes weak passwords (md5)")),
            "ident" if kind != "local" => {
                Some(format!("line {line} believes what a computer says (ident)"))
            }
            _ if ["host", "hostnossl"].contains(&kind) && !stays_here => {
                Some(format!("line {line} lets {address} in without encryption ({kind})"))
            }
            _ => None,
        }
    }
}

/// The rules of `pg_hba.conf`: nobody without a secret, nobody from elsewhere without encryption.
pub(super) async fn rules(owner: &mut PgConnection) -> Answer {
    let rules: Vec<Rule> = sqlx::query_as(
        "select line_number as line, type as kind, address, auth_method as method, error
         from pg_hba_file_rules order by line_number",
    )
    .fetch_all(owner)
    .await?;
    let odd: Vec<String> = rules.iter().filter_map(Rule::complaint).collect();
    Ok(Finding::none_of(
        "access",
        &odd,
        "pg_hba.conf asks everybody for a secret, and everybody elsewhere for encryption.",
        "pg_hba.conf is too open",
        "Use hostssl lines with scram-sha-256, as `cloche-hub setup` prints them; then `select pg_reload_conf()`.",
    ))
}

/// That encryption is on where connections come from elsewhere.
pub(super) async fn encryption(owner: &mut PgConnection, link: Option<&ServerLink>) -> Answer {
    let check = "encryption";
    let (on, oldest, listens): (String, String, String) = sqlx::query_as(
        "select current_setting('ssl'), current_setting('ssl_min_protocol_version'), current_setting('listen_addresses')",
    )
    .fetch_one(owner)
    .await?;
    let stays_here = listens
        .split(',')
        .map(str::trim)
        .all(|host| ["", "localhost", "::1"].contains(&host) || host.starts_with("127."));
    let expected = link.is_some_and(|link| link.ca_pem.is_some()) || !stays_here;
    Ok(match (on.as_str(), oldest.as_str()) {
        ("on", "TLSv1.2" | "TLSv1.3") => {
            Finding::ok(check, format!("Encryption is on ({oldest} or newer)."))
        }
        ("on", _) => Finding::problem(
            check,
            format!("Encryption as old as {oldest} is accepted."),
            "Set ssl_min_protocol_version = 'TLSv1.2' in postgresql.conf and reload it.",
        ),
        _ if expected => Finding::problem(
            check,
            "Encryption is off, and PostgreSQL listens to other computers.",
            "Run `cloche-hub setup --certificate …` and put the lines it prints into postgresql.conf.",
        ),
        _ => Finding::ok(check, "PostgreSQL listens to this computer only."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: &str, address: &str, method: &str) -> Option<String> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Rule {
            line: 7,
            kind: some(kind),
            address: some(address),
            method: some(method),
            error: None,
        }
        .complaint()
    }

    #[test]
    fn the_lines_that_setup_prints_and_those_of_a_fresh_debian_are_fine() {
        for (kind, address, method) in [
            ("local", "", "peer"),
            ("host", "127.0.0.1", "scram-sha-256"),
            ("host", "::1", "scram-sha-256"),
            ("hostssl", "0.0.0.0", "scram-sha-256"),
            ("hostssl", "all", "scram-sha-256"),
            ("hostnossl", "all", "reject"),
        ] {
            assert_eq!(rule(kind, address, method), None, "{kind} {address} {method}");
        }
    }

    #[test]
    fn open_lines_are_named() {
        for (kind, address, method) in [
            ("local", "", "trust"),
            ("host", "127.0.0.1", "trust"),
            ("host", "0.0.0.0", "scram-sha-256"),
            ("hostnossl", "10.0.0.0", "scram-sha-256"),
            ("hostssl", "0.0.0.0", "password"),
            ("hostssl", "0.0.0.0", "md5"),
        ] {
            assert!(rule(kind, address, method).is_some(), "{kind} {address} {method}");
        }
    }
}
