use super::*;
use crate::change::{Op, Plan};
use crate::samples::{everything, id, june, manager};

fn member(n: u128, role: Role) -> Member {
    Member {
        id: id(n),
        user_id: id(n + 100),
        display_name: format!("Person {n}"),
        email: format!("p{n}@example.org"),
        role,
        ended_at: None,
        created_at: None,
    }
}

fn me(n: u128, role: Role) -> Me {
    Me { user_id: id(n + 100), role }
}

/// One administrator, one manager, one of the staff.
fn team() -> [Member; 3] {
    [member(1, Role::Administrator), member(2, Role::Manager), member(3, Role::Staff)]
}

const fn boss() -> Me {
    Me { user_id: Uuid::from_u128(101), role: Role::Administrator }
}

/// A manager to whom the matrix gives the say over members.
fn trusted() -> Permissions {
    ["members.edit"].into_iter().collect()
}

#[test]
fn a_role_is_changed_and_giving_the_same_again_changes_nothing() {
    let team = team();
    let plan = plan_role(&everything(), boss(), &team, &team[2], Role::Manager).unwrap();
    assert_eq!(
        (plan.changes[0].table.as_str(), &plan.changes[0].set["role"]),
        ("memberships", &"manager".into())
    );
    let same = plan_role(&everything(), boss(), &team, &team[2], Role::Staff);
    assert_eq!(same, Ok(Plan::nothing()));
}

#[test]
fn only_administrators_decide_who_is_one() {
    let mut team = team();
    team[2].role = Role::Administrator;
    let them = me(2, Role::Manager);
    let no = Err(Refusal::AdministratorsOnly);
    assert_eq!(plan_role(&trusted(), them, &team, &team[1], Role::Administrator), no);
    assert_eq!(plan_role(&trusted(), them, &team, &team[2], Role::Staff), no);
    assert_eq!(plan_end(&trusted(), them, &team, &team[2], june("12:00")), no);
    assert_eq!(may_invite(&trusted(), them, Role::Administrator), Err(Refusal::AdministratorsOnly));
    assert_eq!(may_invite(&trusted(), them, Role::Manager), Ok(()));
    let former = Member { ended_at: Some(june("12:00")), ..team[2].clone() };
    assert_eq!(plan_reinstate(&trusted(), them, &former), no);
    assert!(plan_reinstate(&everything(), boss(), &former).is_ok());
}

#[test]
fn somebody_stays_who_may_do_everything() {
    let team = team();
    let step_down = |team: &[Member]| plan_role(&everything(), boss(), team, &team[0], Role::Staff);
    assert_eq!(step_down(&team), Err(Refusal::LastAdministrator));
    let mut two = team.clone();
    two[1].role = Role::Administrator;
    assert!(step_down(&two).is_ok());
    two[1].ended_at = Some(june("12:00"));
    assert_eq!(step_down(&two), Err(Refusal::LastAdministrator), "a former one does not count");
}

#[test]
fn a_membership_ends_and_comes_back_but_nobody_ends_their_own() {
    let team = team();
    let end = |member: &Member| plan_end(&everything(), boss(), &team, member, june("12:00"));
    assert_eq!(end(&team[0]), Err(Refusal::OwnEnd));
    let plan = end(&team[2]).unwrap();
    assert_eq!(plan.changes[0].set["ended_at"], "2026-06-14T12:00:00Z");
    let former = Member { ended_at: Some(june("12:00")), ..team[2].clone() };
    assert_eq!(end(&former), Ok(Plan::nothing()));
    let refused = plan_role(&everything(), boss(), &team, &former, Role::Manager).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Person 3 no longer belongs to the team. Take them back first."
    );
    let back = plan_reinstate(&everything(), boss(), &former).unwrap();
    assert_eq!(back.changes[0].set["ended_at"], serde_json::Value::Null);
    assert_eq!(plan_reinstate(&everything(), boss(), &team[2]), Ok(Plan::nothing()));
}

#[test]
fn a_name_is_cleaned_and_has_to_be_one() {
    let rename = |name| plan_rename(&everything(), &team()[2], name);
    assert_eq!(rename(" Ana\tRuiz ").unwrap().changes[0].set["display_name"], "Ana Ruiz");
    assert_eq!(rename("Person 3"), Ok(Plan::nothing()));
    assert_eq!(rename(" ").unwrap_err().field(), Some("display_name"));
}

#[test]
fn the_matrix_gains_and_loses_rows_once() {
    let held = [Grant::new(Role::Manager, "tasks.status")];
    let set = |role, permission, granted| {
        plan_matrix(&everything(), boss(), &held, role, permission, granted)
    };
    let plan = set(Role::Staff, "tasks.status", true).unwrap();
    assert_eq!((plan.changes[0].op, &plan.changes[0].set["role"]), (Op::Insert, &"staff".into()));
    assert_eq!(set(Role::Staff, "tasks.status", true), Ok(plan), "a retry asks for the same row");
    assert_eq!(set(Role::Manager, "tasks.status", true), Ok(Plan::nothing()));
    let gone = set(Role::Manager, "tasks.status", false).unwrap();
    assert_eq!((gone.changes[0].op, gone.changes[0].id), (Op::Delete, held[0].id));
    assert_eq!(set(Role::Staff, "tasks.edit", false), Ok(Plan::nothing()));
    assert_eq!(set(Role::Administrator, "tasks.edit", false).unwrap_err().field(), Some("role"));
    assert_eq!(set(Role::Staff, "tasks.teleport", true).unwrap_err().field(), Some("permission"));
    let refused =
        plan_matrix(&trusted(), me(2, Role::Manager), &held, Role::Staff, "tasks.edit", true);
    assert_eq!(refused, Err(Refusal::AdministratorsOnly));
    assert!(matrix_may(&everything(), boss()).allowed);
    assert!(!matrix_may(&trusted(), me(2, Role::Manager)).allowed);
}

#[test]
fn without_permission_nothing_is_planned_and_every_verdict_says_so() {
    let (team, them) = (team(), me(2, Role::Manager));
    let no = Err(Refusal::not_permitted("members.edit"));
    assert_eq!(plan_role(&manager(), them, &team, &team[2], Role::Manager), no);
    assert_eq!(plan_end(&manager(), them, &team, &team[2], june("12:00")), no);
    assert_eq!(plan_rename(&manager(), &team[2], "A"), no);
    assert_eq!(plan_matrix(&manager(), them, &[], Role::Staff, "tasks.edit", true), no);
    let may = verdicts(&manager(), them, &team, &team[2]);
    assert!(may.roles.iter().all(|role| !role.may.allowed));
    assert!(![may.rename, may.end, may.reinstate, may.reset].iter().any(|may| may.allowed));
}

#[test]
fn verdicts_are_those_of_the_planners() {
    let team = team();
    let may = verdicts(&everything(), boss(), &team, &team[2]);
    let roles: Vec<_> = may.roles.iter().map(|role| (role.to, role.may.allowed)).collect();
    assert_eq!(roles, [(Role::Administrator, true), (Role::Manager, true)]);
    assert!(may.end.allowed && may.reset.allowed && !may.reinstate.allowed);
    let own = verdicts(&everything(), boss(), &team, &team[0]);
    assert!(!own.end.allowed && own.roles.iter().all(|role| !role.may.allowed));
    let former = Member { ended_at: Some(june("12:00")), ..team[2].clone() };
    let may = verdicts(&everything(), boss(), &team, &former);
    assert!(may.reinstate.allowed && !may.end.allowed && !may.reset.allowed);
}
