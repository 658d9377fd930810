//! `doctor`: one plain line for each check; exit code 0 where nothing is wrong, 1 where something is.

use crate::cli::{FolderArgs, OwnerArgs};
use crate::error::HubError;
use crate::terminal::say;
use clap::Args;
use server::doctor::{Finding, Patient, Verdict, examine};
use std::process::ExitCode;

/// Look a server over.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    owner: OwnerArgs,
    #[command(flatten)]
    folder: FolderArgs,
    /// The link that desks use, where it is not in the folder.
    #[arg(long)]
    link: Option<String>,
    /// Answer in JSON: a list of {check, verdict, says, advice}.
    #[arg(long)]
    json: bool,
    /// Count warnings as problems.
    #[arg(long)]
    strict: bool,
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<ExitCode, HubError> {
        let link = match &self.link {
            Some(link) => Some(link.parse()?),
            None => self.folder.open().link()?,
        };
        let patient =
            Patient { owner: self.owner.open()?, database: self.owner.database.clone(), link };
        let findings = examine(&patient).await;
        if self.json {
            say(serde_json::to_string_pretty(&findings).unwrap_or_default());
        } else {
            findings.iter().for_each(show);
            say(summary(&findings));
        }
        let limit = if self.strict { Verdict::Warning } else { Verdict::Problem };
        let bad = findings.iter().any(|finding| finding.verdict >= limit);
        Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

fn show(finding: &Finding) {
    let word = match finding.verdict {
        Verdict::Ok => "ok     ",
        Verdict::Warning => "warning",
        Verdict::Problem => "PROBLEM",
    };
    say(format!("{word}  {}", finding.says));
    if let Some(advice) = &finding.advice {
        say(format!("         → {advice}"));
    }
}

fn summary(findings: &[Finding]) -> String {
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count();
    match (count(Verdict::Problem), count(Verdict::Warning)) {
        (0, 0) => "\nAll is well.".to_owned(),
        (0, warnings) => format!("\nNothing is wrong; {warnings} to look at."),
        (problems, warnings) => format!("\n{problems} wrong, {warnings} to look at."),
    }
}
