//! `cloche://` links that reach this desk from outside: from a mail, a chat, a web page. Nobody vouches for them, so they
//! are read strictly, and all that ever comes of one is a form filled in or a record shown.
//!
//! `cloche://server?…` and `cloche://join?…` are [`server::link`]'s; `cloche://event/<id>?office=<organization>` names a
//! record, likewise `task`, `client` and `resource`.

use crate::error::ActionError;
use crate::open::Desk;
use serde::{Deserialize, Serialize};
use server::link::{JoinLink, LinkError, ServerLink};
use std::fmt;
use std::str::FromStr;
use url::Url;
use uuid::Uuid;

/// No link of ours is longer: the longest carries a certificate.
const LONGEST: usize = 16 * 1024;

/// What a link can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// An event.
    Event,
    /// A task.
    Task,
    /// A client.
    Client,
    /// A resource.
    Resource,
}

impl RecordKind {
    const ALL: [Self; 4] = [Self::Event, Self::Task, Self::Client, Self::Resource];

    fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Task => "task",
            Self::Client => "client",
            Self::Resource => "resource",
        }
    }
}

/// A link to a record: it only works for members of the record's organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLink {
    /// What it names.
    pub kind: RecordKind,
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub office: Uuid,
}

impl fmt::Display for RecordLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cloche://{}/{}?office={}", self.kind.word(), self.id, self.office)
    }
}

/// A link that was understood.
#[derive(Clone, PartialEq, Eq)]
pub enum Link {
    /// A server's, as it came.
    Server(String),
    /// An invitation or a reset, as it came: whoever holds it can use it.
    Join(String),
    /// A record's.
    Record(RecordLink),
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(_) => f.write_str("Server"),
            Self::Join(_) => f.write_str("Join"),
            Self::Record(record) => write!(f, "{record:?}"),
        }
    }
}

/// Why nothing comes of a link.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LinkRefusal {
    /// Not of ours.
    #[error("That was not a Cloche link, so nothing was opened.")]
    NotALink,
    /// Of ours, but it names nothing.
    #[error(
        "Cloche does not know what this link is for, so nothing was opened. Ask for it to be copied again."
    )]
    Unknown,
    /// A server's or an invitation's, but damaged.
    #[error(transparent)]
    Damaged(#[from] LinkError),
}

impl FromStr for Link {
    type Err = LinkRefusal;

    fn from_str(text: &str) -> Result<Self, LinkRefusal> {
        let text = text.trim();
        let odd = |c: char| c.is_control() || c.is_whitespace();
        if !text.starts_with("cloche://") {
            return Err(LinkRefusal::NotALink);
        }
        if text.len() > LONGEST || text.contains(odd) {
            return Err(LinkRefusal::Unknown);
        }
        let url = Url::parse(text).map_err(|_| LinkRefusal::Unknown)?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none()
            && url.fragment().is_none();
        if !plain {
            return Err(LinkRefusal::Unknown);
        }
        match (url.host_str().unwrap_or_default(), url.path()) {
            ("server", "" | "/") => {
                text.parse::<ServerLink>()?;
                Ok(Self::Server(text.to_owned()))
            }
            ("join", "" | "/") => {
                text.parse::<JoinLink>()?;
                Ok(Self::Join(text.to_owned()))
            }
            (word, path) => record(word, path, &url)
                // There is one way to write each; a path, for one, can be written in many.
                .filter(|record| record.to_string() == text)
                .map(Self::Record)
                .ok_or(LinkRefusal::Unknown),
        }
    }
}

fn record(word: &str, path: &str, url: &Url) -> Option<RecordLink> {
    let kind = RecordKind::ALL.into_iter().find(|kind| kind.word() == word)?;
    let mut parts = url.query_pairs();
    let (name, office) = parts.next()?;
    if name != "office" || parts.next().is_some() {
        return None;
    }
    Some(RecordLink {
        kind,
        id: path.strip_prefix('/')?.parse().ok()?,
        office: office.parse().ok()?,
    })
}

/// What the window is to do about a link, or about a click outside of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Arrival {
    /// Fill in the link where servers are connected to; the person presses the button.
    Connect {
        /// The link.
        link: String,
        /// Whether it lets somebody in, or lets them choose a password.
        invitation: bool,
    },
    /// Show a record.
    Record {
        /// What it is.
        record: RecordKind,
        /// Which.
        id: Uuid,
        /// The event it belongs to, for a task.
        event_id: Option<Uuid>,
    },
    /// Show what is due.
    Today,
    /// It is opened once somebody has signed in.
    Waiting {
        /// A finished sentence.
        message: String,
    },
    /// Nothing comes of it.
    Refused {
        /// A finished sentence.
        message: String,
    },
}

impl Arrival {
    fn refused(message: impl Into<String>) -> Self {
        Self::Refused { message: message.into() }
    }
}

/// What comes of a link's text, with the desk that is signed in, if one is. Changes nothing.
pub async fn arrive(desk: Option<&Desk>, text: &str) -> Arrival {
    let link: Link = match text.parse() {
        Ok(link) => link,
        Err(refusal) => return Arrival::refused(refusal.to_string()),
    };
    match (link, desk) {
        (Link::Server(link), _) => Arrival::Connect { link, invitation: false },
        (Link::Join(link), _) => Arrival::Connect { link, invitation: true },
        (Link::Record(record), Some(desk)) => show(desk, record).await.unwrap_or_else(|error| {
            let error = error.to_app_error();
            Arrival::refused(error.message)
        }),
        (Link::Record(_), None) => Arrival::Waiting {
            message: "Sign in, and Cloche opens what the link names.".to_owned(),
        },
    }
}

async fn show(desk: &Desk, link: RecordLink) -> Result<Arrival, ActionError> {
    if link.office != desk.organization() {
        return Ok(Arrival::refused(elsewhere(desk, link.office)));
    }
    let RecordLink { kind, id, .. } = link;
    let mut event_id = None;
    let is_there = match kind {
        RecordKind::Event => desk.read(|r| async move { r.event(id).await }).await?.is_some(),
        RecordKind::Client => desk.read(|r| async move { r.client(id).await }).await?.is_some(),
        RecordKind::Resource => desk.read(|r| async move { r.resource(id).await }).await?.is_some(),
        RecordKind::Task => {
            event_id = desk.read(|r| async move { r.task(id).await }).await?.map(|t| t.event_id);
            event_id.is_some()
        }
    };
    if is_there {
        return Ok(Arrival::Record { record: kind, id, event_id });
    }
    Ok(Arrival::refused(format!(
        "The {} that this link names is not there any more, or not for you to see.",
        kind.word()
    )))
}

fn elsewhere(desk: &Desk, office: Uuid) -> String {
    match desk.whoami().organizations.iter().find(|o| o.id == office) {
        Some(o) => {
            format!("This link belongs to {}. Switch to it, then open the link again.", o.name)
        }
        None => "This link belongs to an organization that you are not signed in to here, so nothing was opened."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: &str = "01900000-0000-7000-8000-000000000002";
    const ID: &str = "01900000-0000-7000-8000-000000000001";

    fn refused(text: &str) -> LinkRefusal {
        text.parse::<Link>().expect_err(text)
    }

    #[test]
    fn a_record_s_link_survives_being_written_and_read() {
        for kind in RecordKind::ALL {
            let link = RecordLink { kind, id: Uuid::now_v7(), office: Uuid::now_v7() };
            assert_eq!(link.to_string().parse(), Ok(Link::Record(link)));
        }
    }

    #[test]
    fn a_server_s_and_an_invitation_s_link_are_kept_as_they_came() {
        let server = format!("cloche://server?host=127.0.0.1&db=cloche&id={ID}");
        assert_eq!(format!(" {server}\n").parse(), Ok(Link::Server(server)));
        let join = format!(
            "cloche://join?host=127.0.0.1&db=cloche&id={ID}&email=ana%40x.example&token={}",
            "0f".repeat(32)
        );
        let link: Link = join.parse().unwrap();
        assert_eq!(format!("{link:?}"), "Join", "an invitation is not logged");
        assert_eq!(link, Link::Join(join));
    }

    #[test]
    fn a_damaged_server_link_says_what_is_missing() {
        let unpinned = format!("cloche://server?host=db.example.org&db=cloche&id={ID}");
        assert_eq!(refused(&unpinned), LinkRefusal::Damaged(LinkError::NotPinned));
        let tokenless = format!("cloche://join?host=127.0.0.1&db=c&id={ID}&email=a%40b.c");
        assert_eq!(refused(&tokenless), LinkRefusal::Damaged(LinkError::Part("token")));
    }

    #[test]
    fn other_schemes_are_not_ours() {
        for text in
            ["", "https://example.org", "file:///etc/passwd", "javascript:alert(1)", "cloche:event"]
        {
            assert_eq!(refused(text), LinkRefusal::NotALink, "{text}");
        }
    }

    #[test]
    fn anything_but_the_exact_shape_of_a_record_s_link_is_refused() {
        let good = format!("cloche://event/{ID}?office={OFFICE}");
        assert!(good.parse::<Link>().is_ok());
        for text in [
            format!("cloche://event/{ID}"),
            format!("cloche://event/{ID}/delete?office={OFFICE}"),
            format!("cloche://event/?office={OFFICE}"),
            format!("cloche://event?office={OFFICE}"),
            format!("cloche://event/../{ID}?office={OFFICE}"),
            format!("cloche://event/%2e%2e?office={OFFICE}"),
            format!("cloche://event/{ID}?office={OFFICE}&then=delete"),
            format!("cloche://event/{ID}?office={OFFICE}&office={OFFICE}"),
            format!("cloche://event/{ID}?organization={OFFICE}"),
            format!("cloche://event/{ID}?office={OFFICE}#x"),
            format!("cloche://me@event/{ID}?office={OFFICE}"),
            format!("cloche://event:5432/{ID}?office={OFFICE}"),
            format!("cloche://invoice/{ID}?office={OFFICE}"),
            format!("cloche://event/{}?office={OFFICE}", ID.replace('-', "")),
            format!("cloche://event/{{{ID}}}?office={OFFICE}"),
            format!("cloche://event/{ID}?office=' or 1=1 --"),
            format!("cloche://event/{ID}?office={OFFICE}\u{0}"),
            format!("cloche://event/{ID}?office={OFFICE}{}", "x".repeat(LONGEST)),
            "cloche://".to_owned(),
            "cloche://quit".to_owned(),
            "cloche://server/extra?host=127.0.0.1".to_owned(),
        ] {
            assert_eq!(refused(&text), LinkRefusal::Unknown, "{text}");
        }
    }
}
