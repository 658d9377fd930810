//! The team: who belongs to the organization, as what, what each role may do, and the links that let people in.

use crate::error::{ActionError, AppError, Code};
use crate::open::Desk;
use crate::view::Applied;
use chrono::{DateTime, Utc};
use domain::account::{check_person_name, normalise_email};
use domain::may::May;
use domain::permission::{self, Role};
use domain::team::{self, Grant, Me, RoleMay};
use serde::{Deserialize, Serialize};
use server::error::ServerError;
use server::link::JoinLink;
pub use server::team::Invitation;
use server::team::NewInvitation;
use uuid::Uuid;

/// The team, the matrix and what is on its way.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Team {
    /// Everybody, former members last.
    pub members: Vec<Member>,
    /// Invitations and resets, newest first; `None` while they cannot be asked for.
    pub invitations: Option<Vec<Invitation>>,
    /// What each role may do.
    pub matrix: PermissionMatrix,
    /// What may be done here.
    pub may: TeamMay,
}

/// The people of the team.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct TeamMembers {
    /// Everybody, former members last.
    pub members: Vec<Member>,
}

/// What may be done with the team as a whole.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct TeamMay {
    /// Invite, change roles and the matrix.
    pub edit: May,
}

/// One person of the team.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct Member {
    /// The membership.
    pub membership_id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// As colleagues see them.
    pub display_name: String,
    /// E-mail.
    pub email: String,
    /// Role.
    #[specta(type = Role)]
    pub role: String,
    /// When the membership ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether it is the person who looks.
    pub is_me: bool,
    /// Their entry among the staff.
    pub resource_id: Option<Uuid>,
    /// Its name.
    pub resource_name: Option<String>,
    /// Which roles they may be given.
    pub may_role: Vec<RoleMay>,
    /// End the membership.
    pub may_end: May,
    /// Take them back.
    pub may_reinstate: May,
    /// Make a link for a new password.
    pub may_reset: May,
}

/// What the two roles that can be limited may do.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct PermissionMatrix {
    /// Every permission there is, in groups.
    pub permissions: Vec<PermissionRow>,
    /// Those of managers.
    pub manager: Vec<String>,
    /// Those of staff.
    pub staff: Vec<String>,
}

/// A permission as the matrix shows it.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct PermissionRow {
    /// As the database spells it.
    pub name: String,
    /// In plain words.
    pub label: String,
    /// The heading it belongs under.
    pub group: String,
}

/// Somebody to invite.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct MemberInvite {
    /// The invitation's id.
    pub id: Uuid,
    /// E-mail.
    pub email: String,
    /// As colleagues will see them.
    pub display_name: String,
    /// As what.
    pub role: Role,
    /// Their entry among the staff.
    pub resource_id: Option<Uuid>,
}

/// What came of an invitation.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct MemberInvited {
    /// They have a sign-in on this server already and are a member now.
    pub added: bool,
    /// The link to hand to them; only now, never again.
    pub link: Option<String>,
    /// Until when it lets in.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An invitation.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct InvitationRef {
    /// Its id.
    pub id: Uuid,
}

/// A person.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct MemberReset {
    /// Whose password.
    pub user_id: Uuid,
}

/// A link to choose a new password with.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub struct ResetLink {
    /// To hand to them; only now, never again.
    pub link: String,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// Another role for a member.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct MemberRole {
    /// The command's id.
    pub command_id: Uuid,
    /// Who.
    pub membership_id: Uuid,
    /// As what.
    pub role: Role,
}

/// Another name for a member.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct MemberRename {
    /// The command's id.
    pub command_id: Uuid,
    /// Who.
    pub membership_id: Uuid,
    /// As colleagues are to see them.
    pub display_name: String,
}

/// Something done to a membership.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct MemberAction {
    /// The command's id.
    pub command_id: Uuid,
    /// Who.
    pub membership_id: Uuid,
}

/// One cell of the matrix.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct MatrixSet {
    /// The command's id.
    pub command_id: Uuid,
    /// Manager or staff.
    pub role: Role,
    /// Which permission.
    pub permission: String,
    /// Whether they hold it from now on.
    pub granted: bool,
}

/// The team as this desk knows it, with what is on its way as the server says.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn team(desk: &Desk) -> Result<Team, ActionError> {
    Ok(Team {
        members: team_members(desk).await?.members,
        invitations: invitations(desk).await,
        matrix: matrix(desk).await?,
        may: TeamMay { edit: team::matrix_may(&desk.permissions(), me(desk)) },
    })
}

/// Everybody, as this desk knows them: nothing is asked of the server.
///
/// # Errors
/// Only a fault of the local copy.
pub async fn team_members(desk: &Desk) -> Result<TeamMembers, ActionError> {
    let (may, me) = (desk.permissions(), me(desk));
    let parts = desk.read(|replica| async move { replica.members().await }).await?;
    let members = members(desk).await?;
    let shown = parts.into_iter().map(|part| {
        let verdict = members
            .iter()
            .find(|member| member.id == part.membership_id)
            .map(|member| team::verdicts(&may, me, &members, member));
        let no = || May { allowed: false, reason: None };
        Member {
            is_me: part.user_id == me.user_id,
            may_role: verdict.as_ref().map(|v| v.roles.clone()).unwrap_or_default(),
            may_end: verdict.as_ref().map_or_else(no, |v| v.end.clone()),
            may_reinstate: verdict.as_ref().map_or_else(no, |v| v.reinstate.clone()),
            may_reset: verdict.map_or_else(no, |v| v.reset),
            membership_id: part.membership_id,
            user_id: part.user_id,
            display_name: part.display_name,
            email: part.email,
            role: part.role,
            ended_at: part.ended_at,
            resource_id: part.resource_id,
            resource_name: part.resource_name,
        }
    });
    Ok(TeamMembers { members: shown.collect() })
}

/// `None` while they cannot be asked for: offline, or not this person's business.
async fn invitations(desk: &Desk) -> Option<Vec<Invitation>> {
    if !desk.permissions().may("members.edit") {
        return None;
    }
    match desk.session().invitations(desk.organization()).await {
        Ok(invitations) => Some(invitations),
        Err(error) => {
            tracing::info!(%error, "the invitations could not be asked for");
            None
        }
    }
}

async fn matrix(desk: &Desk) -> Result<PermissionMatrix, ActionError> {
    let mut held = desk.read(|replica| async move { replica.role_permissions().await }).await?;
    let row = |name: &&str| PermissionRow {
        name: (*name).to_owned(),
        label: permission::label(name).to_owned(),
        group: permission::group(name).to_owned(),
    };
    Ok(PermissionMatrix {
        permissions: permission::PERMISSIONS.iter().map(row).collect(),
        manager: held.remove(Role::Manager.as_str()).unwrap_or_default(),
        staff: held.remove(Role::Staff.as_str()).unwrap_or_default(),
    })
}

/// Invites a person: answers the link to hand to them, which nobody can be shown again.
///
/// # Errors
/// What is wrong with e-mail or name; the server's refusal; `offline`.
pub async fn member_invite(desk: &Desk, input: MemberInvite) -> Result<MemberInvited, ActionError> {
    team::may_invite(&desk.permissions(), me(desk), input.role)?;
    let email = normalise_email(&input.email)?;
    let display_name = check_person_name(&input.display_name)?;
    let token = server::identity::new_secret();
    let new = NewInvitation {
        id: input.id,
        email: email.clone(),
        display_name,
        role: input.role,
        resource_id: input.resource_id,
    };
    let invited = desk.session().invite(desk.organization(), new, &token).await.map_err(unsure)?;
    if invited.added {
        desk.look_again();
    }
    let link = JoinLink { server: desk.session().link(), email, token };
    Ok(MemberInvited {
        added: invited.added,
        link: (!invited.added).then(|| link.reveal()),
        expires_at: invited.expires_at,
    })
}

/// Takes an invitation back.
///
/// # Errors
/// The server's refusal; `offline`.
pub async fn invitation_withdraw(desk: &Desk, input: InvitationRef) -> Result<(), ActionError> {
    desk.session().withdraw_invitation(desk.organization(), input.id).await.map_err(unsure)
}

/// Makes a link by which a member chooses a new password.
///
/// # Errors
/// The server's refusal, unless this person administers every organization of the other; `offline`.
pub async fn member_reset_link(desk: &Desk, input: MemberReset) -> Result<ResetLink, ActionError> {
    let members = members(desk).await?;
    let member = members.iter().find(|member| member.user_id == input.user_id);
    let member = member.ok_or_else(|| ActionError::not_found("member"))?;
    let token = server::identity::new_secret();
    let expires_at = desk
        .session()
        .issue_reset(desk.organization(), Uuid::now_v7(), input.user_id, &token)
        .await
        .map_err(unsure)?;
    let link = JoinLink { server: desk.session().link(), email: member.email.clone(), token };
    Ok(ResetLink { link: link.reveal(), expires_at })
}

/// A lost answer to what has no command is not asked about later: the list shows what came of it.
fn unsure(error: ServerError) -> ActionError {
    match error {
        ServerError::Unknown(_) => ActionError::App(AppError::plain(
            Code::Offline,
            "The connection broke while this was being saved. Look at the list before you do it again.",
        )),
        error => error.into(),
    }
}

/// Gives a member another role.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn member_role(desk: &Desk, input: MemberRole) -> Result<Applied, ActionError> {
    let (members, member) = members_and(desk, input.membership_id).await?;
    let plan = team::plan_role(&desk.permissions(), me(desk), &members, &member, input.role)?;
    desk.apply("member.role", input.command_id, &member.display_name, plan).await
}

/// Gives a member another name.
///
/// # Errors
/// What is wrong with the name, or the door's refusal.
pub async fn member_rename(desk: &Desk, input: MemberRename) -> Result<Applied, ActionError> {
    let (_, member) = members_and(desk, input.membership_id).await?;
    let plan = team::plan_rename(&desk.permissions(), &member, &input.display_name)?;
    desk.apply("member.rename", input.command_id, &member.display_name, plan).await
}

/// Ends a membership: the person's devices lose the organization at their next question.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn member_end(desk: &Desk, input: MemberAction) -> Result<Applied, ActionError> {
    let (members, member) = members_and(desk, input.membership_id).await?;
    let plan = team::plan_end(&desk.permissions(), me(desk), &members, &member, desk.now())?;
    desk.apply("member.end", input.command_id, &member.display_name, plan).await
}

/// Takes a former member back.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn member_reinstate(desk: &Desk, input: MemberAction) -> Result<Applied, ActionError> {
    let (_, member) = members_and(desk, input.membership_id).await?;
    let plan = team::plan_reinstate(&desk.permissions(), me(desk), &member)?;
    desk.apply("member.reinstate", input.command_id, &member.display_name, plan).await
}

/// Grants or takes one permission of a role.
///
/// # Errors
/// The domain's or the door's refusal.
pub async fn matrix_set(desk: &Desk, input: MatrixSet) -> Result<Applied, ActionError> {
    let MatrixSet { command_id, role, permission, granted } = input;
    let grants: Vec<Grant> = desk.read(|replica| async move { replica.grants().await }).await?;
    let plan =
        team::plan_matrix(&desk.permissions(), me(desk), &grants, role, &permission, granted)?;
    let subject = format!("{}: {}", role.label(), permission::label(&permission));
    desk.apply("matrix.set", command_id, &subject, plan).await
}

fn me(desk: &Desk) -> Me {
    Me { user_id: desk.whoami().user_id, role: desk.role() }
}

async fn members(desk: &Desk) -> Result<Vec<team::Member>, ActionError> {
    desk.read(|replica| async move { replica.member_rows().await }).await
}

async fn members_and(
    desk: &Desk,
    id: Uuid,
) -> Result<(Vec<team::Member>, team::Member), ActionError> {
    let members = members(desk).await?;
    let member = members.iter().find(|member| member.id == id).cloned();
    let member = member.ok_or_else(|| ActionError::not_found("member"))?;
    Ok((members, member))
}
