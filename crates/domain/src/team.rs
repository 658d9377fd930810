//! The team: who belongs to it in which role, and what each role may do. Invitations and resets are the server's own.
//!
//! An administrator acts on memberships, never on a person's account.

#[cfg(test)]
mod tests;

use crate::change::{Entity, Plan};
use crate::may::May;
use crate::permission::{PERMISSIONS, Permissions, Role};
use crate::refusal::Refusal;
use crate::text::TextField;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const DISPLAY_NAME: TextField = TextField::line("display_name", "the name", 255);

/// One person's membership. Fields are the columns of `memberships`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Row id.
    pub id: Uuid,
    /// Whose it is, for good.
    pub user_id: Uuid,
    /// How colleagues see them, 1–255 characters, trimmed.
    pub display_name: String,
    /// Where they sign in.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Since when they no longer belong; the server's clock says when.
    pub ended_at: Option<DateTime<Utc>>,
    /// Since when they belong.
    pub created_at: Option<DateTime<Utc>>,
}

impl Entity for Member {
    const TABLE: &'static str = "memberships";
    const DESK_COLUMNS: &'static [&'static str] = &["display_name", "role", "ended_at"];
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Member {
    fn is_active_administrator(&self) -> bool {
        self.role == Role::Administrator && self.ended_at.is_none()
    }
}

/// That a role may do something. Fields are the columns of `role_permissions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Row id.
    pub id: Uuid,
    /// Manager or staff; an administrator may do everything and needs no rows.
    pub role: Role,
    /// As [`PERMISSIONS`] spells it, or as a newer server does.
    pub permission: String,
}

impl Entity for Grant {
    const TABLE: &'static str = "role_permissions";
    const DESK_COLUMNS: &'static [&'static str] = &["role", "permission"];
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Grant {
    /// That `role` may do `permission`. The id follows from the two, so that a retry asks for the same row.
    #[must_use]
    pub fn new(role: Role, permission: &str) -> Self {
        let name = format!("{}/{permission}", role.as_str());
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        Self { id, role, permission: permission.to_owned() }
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Me {
    /// The person.
    pub user_id: Uuid,
    /// Their role in this organization.
    pub role: Role,
}

impl Me {
    fn must_administer(self) -> Result<(), Refusal> {
        if self.role == Role::Administrator { Ok(()) } else { Err(Refusal::AdministratorsOnly) }
    }
}

/// Passes where a colleague may be invited in that role.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::AdministratorsOnly`] for an administrator.
pub fn may_invite(may: &Permissions, me: Me, role: Role) -> Result<(), Refusal> {
    may.require("members.edit")?;
    if role == Role::Administrator { me.must_administer() } else { Ok(()) }
}

/// Plans giving `member` the role `to`. `members` are all, former ones too.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::MemberEnded`], [`Refusal::AdministratorsOnly`],
/// [`Refusal::LastAdministrator`].
pub fn plan_role(
    may: &Permissions,
    me: Me,
    members: &[Member],
    member: &Member,
    to: Role,
) -> Result<Plan, Refusal> {
    must_belong(member)?;
    may.require("members.edit")?;
    if member.role == to {
        return Ok(Plan::nothing());
    }
    if [member.role, to].contains(&Role::Administrator) {
        me.must_administer()?;
    }
    must_not_be_last(members, member)?;
    Ok(Plan::changing(member, &Member { role: to, ..member.clone() }))
}

/// Plans ending the membership of `member`: their devices lose the organization at once.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::OwnEnd`], [`Refusal::AdministratorsOnly`], [`Refusal::LastAdministrator`].
pub fn plan_end(
    may: &Permissions,
    me: Me,
    members: &[Member],
    member: &Member,
    now: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    may.require("members.edit")?;
    if member.ended_at.is_some() {
        return Ok(Plan::nothing());
    }
    if member.user_id == me.user_id {
        return Err(Refusal::OwnEnd);
    }
    if member.role == Role::Administrator {
        me.must_administer()?;
    }
    must_not_be_last(members, member)?;
    Ok(Plan::changing(member, &Member { ended_at: Some(now), ..member.clone() }))
}

/// Plans taking a former `member` back, in the role they had.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::AdministratorsOnly`].
pub fn plan_reinstate(may: &Permissions, me: Me, member: &Member) -> Result<Plan, Refusal> {
    may_invite(may, me, member.role)?;
    Ok(Plan::changing(member, &Member { ended_at: None, ..member.clone() }))
}

/// Plans what colleagues call `member`.
///
/// # Errors
/// [`Refusal::NotPermitted`], or what is wrong with the name.
pub fn plan_rename(
    may: &Permissions,
    member: &Member,
    display_name: &str,
) -> Result<Plan, Refusal> {
    may.require("members.edit")?;
    let display_name = DISPLAY_NAME.required(display_name)?;
    Ok(Plan::changing(member, &Member { display_name, ..member.clone() }))
}

/// Plans whether `role` may do `permission`. `grants` are all there are.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::AdministratorsOnly`], or [`Refusal::Invalid`] where there is nothing to set.
pub fn plan_matrix(
    may: &Permissions,
    me: Me,
    grants: &[Grant],
    role: Role,
    permission: &str,
    granted: bool,
) -> Result<Plan, Refusal> {
    must_edit_matrix(may, me)?;
    if role == Role::Administrator {
        let sentence = "An administrator may do everything; that cannot be changed.";
        return Err(Refusal::invalid("role", sentence));
    }
    if !PERMISSIONS.contains(&permission) {
        return Err(Refusal::invalid("permission", "This Cloche does not know that permission."));
    }
    let held = grants.iter().find(|grant| grant.role == role && grant.permission == permission);
    Ok(match (held, granted) {
        (None, true) => Plan::creating(&Grant::new(role, permission)),
        (Some(grant), false) => Plan::deleting(grant),
        (Some(_), true) | (None, false) => Plan::nothing(),
    })
}

/// The verdict on editing what roles may do.
#[must_use]
pub fn matrix_may(may: &Permissions, me: Me) -> May {
    May::of(&must_edit_matrix(may, me))
}

fn must_edit_matrix(may: &Permissions, me: Me) -> Result<(), Refusal> {
    may.require("members.edit")?;
    me.must_administer()
}

fn must_belong(member: &Member) -> Result<(), Refusal> {
    if member.ended_at.is_none() {
        return Ok(());
    }
    Err(Refusal::MemberEnded { name: member.display_name.clone() })
}

/// Passes unless an administrator would go whom nobody replaces.
fn must_not_be_last(members: &[Member], member: &Member) -> Result<(), Refusal> {
    let other = |m: &Member| m.id != member.id && m.is_active_administrator();
    if member.is_active_administrator() && !members.iter().any(other) {
        return Err(Refusal::LastAdministrator);
    }
    Ok(())
}

/// What may be done with one member now, with the reason for each that may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MemberMay {
    /// Give them each role that they do not have.
    pub roles: Vec<RoleMay>,
    /// Change what colleagues call them.
    pub rename: May,
    /// End their membership.
    pub end: May,
    /// Take them back.
    pub reinstate: May,
    /// Issue a link with which they set a new password.
    pub reset: May,
}

/// Whether a member may be given one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RoleMay {
    /// The role.
    pub to: Role,
    /// The verdict.
    pub may: May,
}

/// The verdict on everything that can be done with `member`. Whether a reset is possible is the server's last word: it
/// knows the person's other organizations.
#[must_use]
pub fn verdicts(may: &Permissions, me: Me, members: &[Member], member: &Member) -> MemberMay {
    let name = member.display_name.clone();
    let others = Role::all().iter().copied().filter(|role| *role != member.role);
    let roles = others.map(|to| {
        let outcome = plan_role(may, me, members, member, to);
        RoleMay { to, may: May::of(&outcome.map(drop)) }
    });
    let end = must_belong(member)
        .and_then(|()| plan_end(may, me, members, member, DateTime::UNIX_EPOCH).map(drop));
    let reinstate = if member.ended_at.is_none() {
        Err(Refusal::MemberBelongs { name })
    } else {
        plan_reinstate(may, me, member).map(drop)
    };
    let reset = must_belong(member)
        .and_then(|()| may.require("members.edit"))
        .and_then(|()| me.must_administer());
    MemberMay {
        roles: roles.collect(),
        rename: May::of(&may.require("members.edit")),
        end: May::of(&end),
        reinstate: May::of(&reinstate),
        reset: May::of(&reset),
    }
}
