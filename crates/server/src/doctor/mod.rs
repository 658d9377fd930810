//! Looks a running server over and says, line by line, what is right, what is odd and what is wrong, and what to do.
//!
//! Nothing here changes a server. Every check stands alone: one that cannot be made is a finding of its own.

mod access;
mod certificate;
mod desks;
mod host;
mod minors;
mod privileges;
mod settings;
mod wire;

pub use certificate::expiry_of;

use crate::link::ServerLink;
use crate::setup::{Owner, SetupError, apart, connect};
use serde::Serialize;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

/// How good or bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, and should not stay so.
    Warning,
    /// Wrong: data, secrets or the office's work are at risk.
    Problem,
}

/// One line of the examination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: a word that scripts may rely on.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// A finished sentence.
    pub says: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, says: says.into(), advice: None }
    }

    fn warning(check: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { check, verdict: Verdict::Warning, says: says.into(), advice }
    }

    fn problem(check: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { check, verdict: Verdict::Problem, says: says.into(), advice }
    }

    /// `Ok` where nothing is in the list, else a problem that names it.
    fn none_of(
        check: &'static str,
        odd: &[String],
        right: &str,
        wrong: &str,
        advice: &str,
    ) -> Self {
        if odd.is_empty() {
            return Self::ok(check, right);
        }
        let shown = odd.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more =
            if odd.len() > 5 { format!(" and {} more", odd.len() - 5) } else { String::new() };
        Self::problem(check, format!("{wrong}: {shown}{more}."), advice)
    }
}

/// Whom to examine.
#[derive(Debug, Clone)]
pub struct Patient {
    /// How its owner connects.
    pub owner: Owner,
    /// The database.
    pub database: String,
    /// The link that desks use; without it, what they meet on the way in cannot be tried.
    pub link: Option<ServerLink>,
}

/// Examines a server.
pub async fn examine(patient: &Patient) -> Vec<Finding> {
    let patient = patient.clone();
    apart(move || async move { examine_here(&patient).await }).await
}

async fn examine_here(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut somebody = None;
    match reach(patient).await {
        Ok(mut connection) => {
            findings.push(Finding::ok("reachable", "The server answers its owner."));
            findings.extend(inside(patient, &mut connection).await);
            somebody = desks::somebody(&mut connection).await;
            let _ = connection.close().await;
        }
        Err(error) => findings.push(Finding::problem(
            "reachable",
            error.to_string(),
            "Nothing inside the server could be looked at. Put this right and examine it again.",
        )),
    }
    match &patient.link {
        Some(link) => findings.extend(wire::examine(link, somebody.as_deref()).await),
        None => findings.push(Finding::warning(
            "link",
            "What desks meet on their way in was not tried.",
            "Give the server link that desks use.",
        )),
    }
    findings
}

async fn reach(patient: &Patient) -> Result<PgConnection, SetupError> {
    let options = patient.owner.options(&patient.database)?;
    let mut connection = connect(&options).await?;
    // What is measured must not be waited for.
    sqlx::raw_sql("set statement_timeout = '20s'").execute(&mut connection).await?;
    Ok(connection)
}

async fn inside(patient: &Patient, owner: &mut PgConnection) -> Vec<Finding> {
    let mut findings = Vec::new();
    let own = patient.owner.is_on_this_computer();
    let answers = [
        ("postgresql", settings::version(owner).await),
        ("pooler", settings::pooler(owner).await),
        ("migrations", privileges::migrations(owner).await),
        ("identity", privileges::identity(owner, patient.link.as_ref()).await),
        ("roles", privileges::roles(owner).await),
        ("tables", privileges::tables(owner).await),
        ("functions", privileges::functions(owner).await),
        ("public", privileges::public(owner).await),
        ("databases", privileges::databases(owner).await),
        ("access", access::rules(owner).await),
        ("encryption", access::encryption(owner, patient.link.as_ref()).await),
        ("durability", settings::durability(owner).await),
        ("passwords_stored", settings::passwords(owner).await),
        ("logging", settings::logging(owner).await),
        ("connections", settings::connections(owner).await),
        ("clock", host::clock(owner).await),
        ("disk", host::disk(owner, own).await),
        ("desks", desks::versions(owner).await),
        ("administrators", desks::administrators(owner).await),
        ("service", desks::service(owner).await),
    ];
    for (check, answer) in answers {
        findings.push(answer.unwrap_or_else(|error| {
            tracing::debug!(%error, check, "a check could not be made");
            Finding::problem(
                check,
                "This could not be looked at.",
                "Bring the server up to date with `cloche-hub migrate` and examine it again.",
            )
        }));
    }
    findings
}
