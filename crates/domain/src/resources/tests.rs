use super::*;
use crate::change::{Op, Plan};
use crate::permission::{Permissions, Reach, Role};
use crate::refusal::Refusal;
use crate::samples::*;
use crate::schedule::{EntryKind, Load, ScheduleEntry};
use proptest::prelude::*;

const UNUSED: ResourceUse = ResourceUse { entries: 0, tasks: 0 };

fn edit_of(load: &Load, change: impl FnOnce(&mut ResourceForm)) -> Result<Plan, Refusal> {
    let base = ResourceForm::of(&load.resource);
    let mut form = base.clone();
    change(&mut form);
    let used = ResourceUse { entries: u32::try_from(load.entries.len()).unwrap(), tasks: 0 };
    plan_edit(&everything(), load, used, &base, &form, june("12:00"))
}

fn edit(change: impl FnOnce(&mut ResourceForm)) -> Result<Plan, Refusal> {
    edit_of(&load(chairs(100), vec![]), change)
}

#[test]
fn a_new_resource_sends_what_was_filled_in() {
    let form = ResourceForm { role: Some("  ".into()), ..ResourceForm::of(&chairs(100)) };
    let plan = plan_create(&everything(), id(51), &form).unwrap();
    let set = &plan.changes[0].set;
    assert_eq!((&set["type"], &set["quantity"]), (&"equipment".into(), &100.into()));
    assert!(set.get("role").is_none() && set.get("user_id").is_none());
    assert!(set.keys().all(|column| Resource::DESK_COLUMNS.contains(&column.as_str())));
}

#[test]
fn fields_that_cannot_be_taken_are_refused_by_name() {
    for (field, outcome) in [
        ("name", edit(|f| f.name = " ".into())),
        ("name", edit(|f| f.name = "x".repeat(256))),
        ("role", edit(|f| f.role = Some("x".repeat(101)))),
        ("notes", edit(|f| f.notes = Some("x".repeat(10_001)))),
        ("quantity", edit(|f| f.quantity = 0)),
        ("quantity", edit(|f| f.quantity = 100_001)),
        ("quantity", edit(|f| f.kind = ResourceType::Staff)),
        ("setup_minutes", edit(|f| f.setup_minutes = -1)),
        ("teardown_minutes", edit(|f| f.teardown_minutes = 1_441)),
        ("user_id", edit(|f| f.user_id = Some(id(7)))),
    ] {
        assert_eq!(outcome.unwrap_err().field(), Some(field));
    }
    assert!(edit(|f| (f.setup_minutes, f.teardown_minutes) = (1_440, 0)).is_ok());
}

#[test]
fn an_edit_names_only_what_it_changes() {
    assert_eq!(edit(|_| {}), Ok(Plan::nothing()));
    assert_eq!(edit(|f| f.name = " Folding chairs ".into()), Ok(Plan::nothing()));
    let plan = edit(|f| f.is_available = false).unwrap();
    assert_eq!(plan.changes[0].set.keys().collect::<Vec<_>>(), ["is_available"]);
}

#[test]
fn linking_a_sign_in_is_for_those_who_may_change_members() {
    let load = load(ana(), vec![]);
    let base = ResourceForm::of(&load.resource);
    let linked = ResourceForm { user_id: Some(id(7)), ..base.clone() };
    let both = ResourceForm { name: "Ana R.".into(), ..linked.clone() };
    let edit = |may: &[&str], form: &ResourceForm| {
        let may: Permissions = may.iter().collect();
        plan_edit(&may, &load, UNUSED, &base, form, june("12:00"))
    };
    let no = |permission: &str| Err(Refusal::not_permitted(permission));
    assert!(edit(&["members.edit"], &linked).is_ok());
    assert_eq!(edit(&["members.edit"], &both), no("resources.edit"));
    assert_eq!(edit(&["resources.edit"], &linked), no("members.edit"));
    let create: Permissions = ["resources.create"].into_iter().collect();
    assert_eq!(plan_create(&create, id(50), &linked), no("members.edit"));
    assert!(plan_create(&create, id(50), &base).is_ok());
    assert_eq!(plan_create(&manager(), id(50), &base), no("resources.create"));
}

#[test]
fn the_type_of_what_is_in_use_stays() {
    let busy = load(chairs(100), vec![entry(60, "08:00", "09:00")]);
    assert_eq!(
        edit_of(&busy, |f| f.kind = ResourceType::Materials).unwrap_err().to_string(),
        "Folding chairs stays equipment: it is booked or has tasks already. Add a new resource instead."
    );
    assert!(edit(|f| f.kind = ResourceType::Materials).is_ok());
}

#[test]
fn there_stay_as_many_as_are_booked_from_now_on() {
    let of = |n, quantity, from, until| ScheduleEntry { quantity, ..entry(n, from, until) };
    let busy = load(
        chairs(100),
        vec![
            of(60, 90, "08:00", "12:00"),
            of(61, 40, "13:00", "15:00"),
            of(62, 40, "14:00", "16:00"),
        ],
    );
    assert!(edit_of(&busy, |f| f.quantity = 80).is_ok(), "what is over does not count");
    assert_eq!(
        edit_of(&busy, |f| f.quantity = 79).unwrap_err().to_string(),
        "Then Folding chairs would be overbooked: Tanaka gala and Tanaka gala need it at the same \
         time. Change one of these bookings first."
    );
    assert_eq!(
        edit_of(&busy, |f| f.quantity = 39).unwrap_err().to_string(),
        "Tanaka gala needs 40 of Folding chairs. Change that booking first."
    );
}

#[test]
fn longer_setup_or_teardown_has_to_fit_between_bookings() {
    let busy = load(chairs(1), vec![entry(60, "13:00", "14:00"), entry(61, "15:00", "16:00")]);
    assert!(edit_of(&busy, |f| (f.setup_minutes, f.teardown_minutes) = (30, 30)).is_ok());
    let refusal = edit_of(&busy, |f| (f.setup_minutes, f.teardown_minutes) = (30, 31)).unwrap_err();
    assert!(matches!(refusal, Refusal::QuantityNeeded { .. }), "{refusal}");
    let block =
        ScheduleEntry { kind: EntryKind::Block, event_id: None, ..entry(61, "14:00", "16:00") };
    let blocked = load(chairs(1), vec![entry(60, "13:00", "14:00"), block]);
    assert!(edit_of(&blocked, |f| f.setup_minutes = 60).is_ok());
    assert!(edit_of(&blocked, |f| f.teardown_minutes = 1).is_err());
}

#[test]
fn what_stands_although_it_clashes_does_not_forbid_making_room() {
    let over =
        ScheduleEntry { override_reason: Some("agreed".into()), ..entry(61, "13:00", "14:00") };
    let busy = load(chairs(1), vec![entry(60, "13:00", "14:00"), over]);
    assert!(edit_of(&busy, |f| f.quantity = 2).is_ok());
    assert!(edit_of(&busy, |f| f.notes = Some("new".into())).is_ok());
    assert!(edit_of(&busy, |f| f.setup_minutes = 5).is_err());
}

#[test]
fn what_bookings_or_tasks_name_cannot_be_deleted() {
    let delete =
        |entries, tasks| plan_delete(&everything(), &ana(), ResourceUse { entries, tasks });
    assert_eq!(
        delete(1_200, 1).unwrap_err().to_string(),
        "Ana Ruiz has 1,200 bookings and 1 task on record, so it cannot be deleted. \
         Mark it as not available instead."
    );
    assert!(delete(0, 1).is_err() && delete(1, 0).is_err());
    assert_eq!(delete(0, 0).unwrap().changes[0].op, Op::Delete);
    let refused = plan_delete(&manager(), &ana(), UNUSED);
    assert_eq!(refused, Err(Refusal::not_permitted("resources.delete")));
}

#[test]
fn verdicts_say_why_not() {
    let may = verdicts(&everything(), Reach::Everything, &ana(), UNUSED);
    assert!([may.edit, may.delete, may.block, may.link, may.assign].iter().all(|may| may.allowed));
    let other = Reach::of(Role::Staff, None);
    assert!(!verdicts(&everything(), other, &ana(), UNUSED).block.allowed);
    let may = verdicts(&manager(), Reach::Everything, &chairs(5), UNUSED);
    assert!(may.block.allowed && may.assign.allowed && !may.edit.allowed && !may.delete.allowed);
    assert_eq!(may.link.reason.as_deref(), Some("Only a person can sign in."));
    let gone = Resource { is_available: false, ..ana() };
    let may =
        verdicts(&everything(), Reach::Everything, &gone, ResourceUse { entries: 1, tasks: 0 });
    assert!(!may.assign.allowed && !may.delete.allowed && may.block.allowed);
}

#[test]
fn a_type_has_one_spelling() {
    for kind in ResourceType::all() {
        assert_eq!(ResourceType::parse(kind.as_str()), Some(*kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert_eq!(ResourceType::parse("venue"), None);
}

prop_compose! {
    fn any_form()(
        name in prop::sample::select(vec!["Chairs", " Chairs ", "Ovens", ""]),
        kind in prop::sample::select(ResourceType::all()),
        role in prop::option::of("[a-z]{0,5}"),
        quantity in prop::sample::select(vec![0, 1, 2, 100_000]),
        setup_minutes in prop::sample::select(vec![-1, 0, 30, 1_440]),
        teardown_minutes in prop::sample::select(vec![0, 15, 1_441]),
        is_available: bool,
        user_id in prop::option::of(Just(id(7))),
    ) -> ResourceForm {
        let (name, notes) = (name.to_owned(), None);
        ResourceForm { name, kind, role, quantity, setup_minutes, teardown_minutes, is_available, user_id, notes }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn an_edit_gives_what_its_form_shows_and_a_second_one_changes_nothing(
        first in any_form(),
        second in any_form(),
    ) {
        let Ok(plan) = plan_create(&everything(), id(51), &first) else { return Ok(()) };
        let before = applied(&plan, &[], &ana()).remove(0);
        let base = ResourceForm::of(&before);
        let is = load(before.clone(), vec![]);
        let edited = plan_edit(&everything(), &is, UNUSED, &base, &second, june("12:00"));
        let created = plan_create(&everything(), id(51), &second);
        prop_assert_eq!(edited.is_ok(), created.is_ok(), "what can be created can be reached");
        if let Ok(plan) = edited {
            let after = applied(&plan, &[before], &ana()).remove(0);
            prop_assert_eq!(&after, &applied(&created.unwrap(), &[], &Resource { user_id: None, ..ana() }).remove(0));
            let is = load(after, vec![]);
            let again = plan_edit(&everything(), &is, UNUSED, &base, &second, june("12:00"));
            prop_assert_eq!(again, Ok(Plan::nothing()));
        }
    }
}
