use super::*;
use crate::change::{Op, Plan};
use crate::events::{Event, Status};
use crate::permission::{Permissions, Reach, Role};
use crate::refusal::Refusal;
use crate::samples::*;
use crate::tasks::{DueTimes, Task, TaskStatus};
use crate::time::{Choice, WallVerdict};
use chrono::Duration;
use chrono_tz::Tz;
use proptest::prelude::*;

fn assign(load: &Load, from: &str, until: &str) -> Result<Plan, Refusal> {
    plan_assign(&manager(), &wedding(), None, id(70), load, 1, &window(from, until), None)
}

fn forced(may: &Permissions, load: &Load, reason: &str) -> Result<Plan, Refusal> {
    let window = window("16:00", "23:00");
    plan_assign(may, &wedding(), None, id(70), load, 1, &window, Some(reason))
}

#[test]
fn somebody_who_is_booked_elsewhere_is_refused_with_who_when_and_where() {
    let load = load(ana(), vec![entry(60, "16:00", "23:00")]);
    let refusal = assign(&load, "18:00", "1 02:00").unwrap_err();
    assert_eq!(refusal.to_string(), "Ana Ruiz is already booked: Tanaka gala, 14 Jun 16:00–23:00.");
    let told = serde_json::to_value(&refusal).unwrap();
    assert_eq!(told["kind"], "clash");
    assert_eq!((&told["needed"], &told["free"]), (&1.into(), &0.into()));
    assert_eq!(told["conflicts"][0]["entry_id"], id(60).to_string());
    assert_eq!(told["may_override"], false, "a manager may not");
}

#[test]
fn times_are_told_on_the_clock_they_were_typed_on() {
    let load = load(ana(), vec![entry(60, "21:00", "23:00")]);
    let madrid = Window { zone: Tz::Europe__Madrid, ..window("20:00", "22:00") };
    let refusal =
        plan_assign(&manager(), &wedding(), None, id(70), &load, 1, &madrid, None).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Ana Ruiz is already booked: Tanaka gala, 14 Jun 23:00 – 15 Jun 01:00."
    );
}

#[test]
fn what_ends_when_another_starts_does_not_clash() {
    let load = load(ana(), vec![entry(60, "10:00", "12:00"), entry(61, "14:00", "16:00")]);
    let plan = assign(&load, "12:00", "14:00").unwrap();
    let set = &plan.changes[0].set;
    assert_eq!(set["event_id"], wedding().id.to_string());
    assert_eq!((&set["kind"], &set["quantity"]), (&"assignment".into(), &1.into()));
    assert!(set.keys().all(|column| ScheduleEntry::DESK_COLUMNS.contains(&column.as_str())));
    assert!(assign(&load, "11:59", "14:00").is_err());
    assert!(assign(&load, "12:00", "14:01").is_err());
}

#[test]
fn setup_and_teardown_hold_the_resource_on_both_sides_of_every_assignment() {
    let name = "Van 2".to_owned();
    let van = Resource { name, setup_minutes: 30, teardown_minutes: 60, ..chairs(1) };
    let load = load(van, vec![entry(60, "10:00", "12:00")]);
    let refusal = assign(&load, "13:00", "14:00").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Van 2 is already booked: Tanaka gala, 14 Jun 10:00–12:00. Setup and teardown count too."
    );
    assert!(assign(&load, "13:29", "14:00").is_err(), "its own setup begins at 12:59");
    assert!(assign(&load, "13:30", "14:00").is_ok());
    assert!(assign(&load, "08:00", "08:31").is_err());
    assert!(assign(&load, "08:00", "08:30").is_ok());
}

#[test]
fn a_block_holds_exactly_its_own_time_and_is_told_by_its_note() {
    let block = ScheduleEntry {
        kind: EntryKind::Block,
        event_id: None,
        note: Some("Holiday".into()),
        ..entry(60, "10:00", "12:00")
    };
    let slow = Resource { setup_minutes: 30, teardown_minutes: 30, ..ana() };
    let load = load(slow, vec![block]);
    assert!(assign(&load, "12:30", "13:00").is_ok());
    assert_eq!(
        assign(&load, "11:00", "13:00").unwrap_err().to_string(),
        "Ana Ruiz is not available: Holiday, 14 Jun 10:00–12:00."
    );
    let block = |from, until| {
        plan_block(
            &manager(),
            Reach::Everything,
            id(70),
            &load,
            1,
            &window(from, until),
            Some(" Repair "),
            None,
        )
    };
    assert!(matches!(block("11:00", "13:00"), Err(Refusal::Clash { .. })), "blocks count too");
    let plan = block("12:00", "13:00").unwrap();
    assert_eq!((&plan.changes[0].set["note"], plan.changes.len()), (&"Repair".into(), 1));
    assert!(!plan.changes[0].set.contains_key("event_id"));
}

#[test]
fn of_a_pool_as_many_can_be_booked_as_are_free_all_the_time() {
    let twenty = |n, from, until| ScheduleEntry { quantity: 20, ..entry(n, from, until) };
    // Never more than 40 at once, although 60 are booked over the day.
    let load = load(
        chairs(100),
        vec![
            twenty(60, "08:00", "12:00"),
            twenty(61, "11:00", "14:00"),
            twenty(62, "12:00", "15:00"),
        ],
    );
    assert_eq!(free(&load, &window("08:00", "16:00")), 60);
    assert_eq!(free(&load, &window("14:00", "15:00")), 80);
    let want = |quantity| {
        let window = window("08:00", "16:00");
        plan_assign(&manager(), &wedding(), None, id(70), &load, quantity, &window, None)
    };
    assert!(want(60).is_ok());
    assert_eq!(
        want(61).unwrap_err().to_string(),
        "Of Folding chairs, 61 would be needed and only 60 are free: Tanaka gala (20), 14 Jun \
         08:00–12:00; Tanaka gala (20), 14 Jun 11:00–14:00; Tanaka gala (20), 14 Jun 12:00–15:00."
    );
    assert_eq!(want(101).unwrap_err().field(), Some("quantity"), "there are not that many");
    assert_eq!(want(0).unwrap_err().field(), Some("quantity"));
}

#[test]
fn only_entries_at_a_time_that_is_too_full_stand_in_the_way() {
    let load = load(
        chairs(2),
        vec![
            entry(60, "08:00", "09:00"),
            ScheduleEntry { quantity: 2, ..entry(61, "10:00", "11:00") },
        ],
    );
    let window = window("08:00", "12:00");
    let wanted = Candidate {
        entry: None,
        kind: EntryKind::Assignment,
        quantity: 1,
        starts_at: window.starts_at,
        ends_at: window.ends_at,
    };
    let conflicts: Vec<Uuid> = conflicts(&load, &wanted).iter().map(|c| c.entry_id).collect();
    assert_eq!(conflicts, [id(61)]);
}

#[test]
fn what_others_do_is_told_to_staff_as_busy_only() {
    let masked = ScheduleEntry { event_id: None, ..entry(60, "16:00", "23:00") };
    let said = assign(&load(ana(), vec![masked]), "16:00", "17:00").unwrap_err().to_string();
    assert_eq!(said, "Ana Ruiz is already booked: another event, 14 Jun 16:00–23:00.");
}

#[test]
fn an_override_needs_its_permission_and_a_reason_and_stays_marked() {
    let load = load(ana(), vec![entry(60, "16:00", "23:00")]);
    let refused = Err(Refusal::not_permitted("resources.override"));
    assert_eq!(forced(&manager(), &load, "they agreed"), refused);
    assert!(matches!(
        forced(&everything(), &load, "  "),
        Err(Refusal::Clash { may_override: true, .. })
    ));
    let plan = forced(&everything(), &load, " they agreed ").unwrap();
    assert_eq!(plan.changes[0].set["override_reason"], "they agreed");
    let too_long = forced(&everything(), &load, &"x".repeat(1_001)).unwrap_err();
    assert_eq!(too_long.field(), Some("override_reason"));
}

#[test]
fn what_stands_although_it_clashes_still_counts_for_everybody_else() {
    let standing =
        ScheduleEntry { override_reason: Some("agreed".into()), ..own(61, "16:00", "23:00") };
    let load = load(ana(), vec![entry(60, "16:00", "18:00"), standing.clone()]);
    assert!(assign(&load, "20:00", "21:00").is_err());
    let change = |entry: &ScheduleEntry, window: &Window, reason: Option<&str>| {
        plan_change(&manager(), &wedding(), entry, &load, 1, window, reason)
    };
    let shorter = change(&standing, &window("16:00", "17:00"), Some("agreed")).unwrap();
    assert_eq!(shorter.changes[0].set.len(), 5, "the group goes together");
    let reason = change(&standing, &window("16:00", "17:00"), None);
    assert!(matches!(reason, Err(Refusal::Clash { .. })), "without the reason it has to fit");
    assert!(change(&standing, &window("18:00", "19:00"), None).is_ok());
}

#[test]
fn cutting_a_booking_short_is_never_a_clash() {
    let over =
        ScheduleEntry { override_reason: Some("agreed".into()), ..entry(60, "16:00", "23:00") };
    let mine = own(61, "16:00", "23:00");
    let mut load = load(ana(), vec![over, mine.clone()]);
    load.resource.is_available = false;
    let change =
        |window: &Window| plan_change(&manager(), &wedding(), &mine, &load, 1, window, None);
    assert!(change(&window("16:00", "20:00")).is_ok());
    assert!(matches!(change(&window("15:00", "20:00")), Err(Refusal::Unavailable { .. })));
}

#[test]
fn what_was_let_stand_outlives_a_smaller_pool_but_does_not_move_with_its_event() {
    let reason = Some("agreed".to_owned());
    let many = ScheduleEntry { quantity: 5, override_reason: reason, ..own(61, "16:00", "23:00") };
    let load = load(chairs(3), vec![many.clone()]);
    let many = load.entries[0].clone();
    let change = |quantity, until| {
        let window = window("16:00", until);
        plan_change(&manager(), &wedding(), &many, &load, quantity, &window, Some("agreed"))
    };
    assert!(change(5, "20:00").is_ok() && change(4, "23:00").is_ok());
    assert_eq!(change(5, "23:30").unwrap_err().field(), Some("quantity"));
    assert_eq!(change(0, "20:00").unwrap_err().field(), Some("quantity"));
    let override_it = MovingChoice::Override { reason: "agreed".into() };
    let refusal = moving(std::slice::from_ref(&load), 2, 0, &override_it).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "At the new time, not everything that is booked is free. \
         Of Folding chairs there are 3, and 5 are booked."
    );
    let plan = moving(std::slice::from_ref(&load), 2, 0, &MovingChoice::Release).unwrap();
    assert_eq!(plan.changes[0].op, Op::Delete);
}

#[test]
fn what_a_cancelled_event_still_holds_can_be_cut_short_but_not_stretched() {
    let off = Event { status: Status::Cancelled, ..wedding() };
    let mine = own(61, "16:00", "23:00");
    let load = load(ana(), vec![mine.clone()]);
    let until = |text| plan_change(&manager(), &off, &mine, &load, 1, &window("16:00", text), None);
    assert!(until("20:00").is_ok());
    assert_eq!(until("23:30"), Err(Refusal::EventCancelled));
}

#[test]
fn a_change_that_changes_nothing_plans_nothing() {
    let mine = own(61, "16:00", "23:00");
    let load = load(ana(), vec![mine.clone(), entry(60, "16:00", "23:00")]);
    let same = plan_change(&nobody(), &wedding(), &mine, &load, 1, &window("16:00", "23:00"), None);
    assert_eq!(same, Ok(Plan::nothing()));
}

#[test]
fn what_is_not_available_cannot_be_booked_even_with_a_reason_but_can_be_blocked() {
    let load = load(Resource { is_available: false, ..ana() }, vec![]);
    let refusal = forced(&everything(), &load, "please").unwrap_err();
    assert_eq!(refusal.to_string(), "Ana Ruiz is marked as not available, so it cannot be booked.");
    let window = window("10:00", "12:00");
    assert!(
        plan_block(&manager(), Reach::Everything, id(70), &load, 1, &window, None, None).is_ok()
    );
}

#[test]
fn a_time_of_no_length_backwards_or_endless_is_refused() {
    let load = load(ana(), vec![]);
    for (from, until) in [("16:00", "16:00"), ("16:00", "15:00"), ("16:00", "31 16:01")] {
        let refusal = assign(&load, from, until).unwrap_err();
        assert_eq!(refusal.field(), Some("ends_local"), "{from} to {until}");
    }
    assert!(assign(&load, "16:00", "31 16:00").is_ok());
    let block = |until| {
        plan_block(
            &manager(),
            Reach::Everything,
            id(70),
            &load,
            1,
            &window("00:00", until),
            None,
            None,
        )
    };
    assert!(block("1096 00:00").is_ok());
    assert!(block("1096 00:01").is_err());
    assert!(matches!(block("40000 00:00"), Err(Refusal::OutOfRangeDate { .. })));
}

#[test]
fn nothing_is_booked_for_an_event_that_is_archived_or_cancelled_or_for_another_s_task() {
    let load = load(ana(), vec![]);
    let window = window("16:00", "17:00");
    let assign = |event: &Event, task: Option<&Task>| {
        plan_assign(&manager(), event, task, id(70), &load, 1, &window, None)
    };
    assert_eq!(assign(&archived(), None), Err(Refusal::Archived));
    let off = Event { status: Status::Cancelled, ..wedding() };
    assert_eq!(assign(&off, None), Err(Refusal::EventCancelled));
    let stray = Task { event_id: id(9), ..task(30, "Cook", TaskStatus::Pending) };
    assert_eq!(assign(&wedding(), Some(&stray)).unwrap_err().field(), Some("task_id"));
    let cook = task(30, "Cook", TaskStatus::Pending);
    let plan = assign(&wedding(), Some(&cook)).unwrap();
    assert_eq!(plan.changes[0].set["task_id"], id(30).to_string());
}

#[test]
fn without_permission_nothing_is_booked_released_or_blocked() {
    let load = load(ana(), vec![]);
    let (no, window) = (Err(Refusal::not_permitted("resources.assign")), window("16:00", "17:00"));
    let mine = own(61, "16:00", "23:00");
    assert_eq!(plan_assign(&staff(), &wedding(), None, id(70), &load, 1, &window, None), no);
    assert_eq!(plan_change(&staff(), &wedding(), &mine, &load, 1, &window, None), no);
    assert_eq!(plan_release(&staff(), &wedding(), std::slice::from_ref(&mine)), no);
    assert_eq!(plan_block(&staff(), Reach::Everything, id(70), &load, 1, &window, None, None), no);
    let block = ScheduleEntry { kind: EntryKind::Block, event_id: None, ..mine };
    assert_eq!(plan_unblock(&staff(), Reach::Everything, &block), no);
    let may = verdicts(&manager(), &wedding());
    assert!(may.assign.allowed && !may.override_clash.allowed);
    assert!(!verdicts(&everything(), &archived()).assign.allowed);
}

#[test]
fn whoever_sees_only_their_own_events_blocks_only_their_own_time() {
    let (load, window) = (load(ana(), vec![]), window("16:00", "17:00"));
    let block = |reach| plan_block(&manager(), reach, id(70), &load, 1, &window, None, None);
    let entry = block(Reach::of(Role::Manager, None)).unwrap();
    assert_eq!(block(Reach::of(Role::Staff, Some(ana().id))), Ok(entry));
    let held =
        ScheduleEntry { kind: EntryKind::Block, event_id: None, ..own(61, "16:00", "17:00") };
    assert!(plan_unblock(&manager(), Reach::of(Role::Staff, Some(ana().id)), &held).is_ok());
    for me in [None, Some(id(99))] {
        let reach = Reach::of(Role::Staff, me);
        assert_eq!(block(reach), Err(Refusal::OnlyOwnTime));
        assert_eq!(plan_unblock(&manager(), reach, &held), Err(Refusal::OnlyOwnTime));
    }
}

#[test]
fn a_release_takes_bookings_of_this_event_only() {
    let plan = plan_release(&manager(), &wedding(), &[own(61, "16:00", "17:00")]).unwrap();
    assert_eq!((plan.changes[0].op, plan.changes[0].id), (Op::Delete, id(61)));
    assert!(plan_release(&manager(), &wedding(), &[entry(60, "16:00", "17:00")]).is_err());
    assert!(
        plan_unblock(&manager(), Reach::Everything, &own(61, "16:00", "17:00")).is_err(),
        "a booking is no block"
    );
}

#[test]
fn an_event_called_off_gives_back_what_is_to_come_and_ends_what_runs() {
    let held = [
        own(60, "08:00", "12:00"),
        own(61, "11:00", "14:00"),
        own(62, "12:00", "15:00"),
        own(63, "16:00", "23:00"),
    ];
    let now = june("12:00");
    let plan = crate::events::plan_cancel(&manager(), &wedding(), "storm", &held, now).unwrap_err();
    assert_eq!(plan, Refusal::not_permitted("events.cancel"));
    let plan = crate::events::plan_cancel(&everything(), &wedding(), "storm", &held, now).unwrap();
    let told: Vec<_> = plan.changes.iter().map(|c| (c.id, c.op)).collect();
    assert_eq!(
        told,
        [
            (id(61), Op::Update),
            (id(62), Op::Delete),
            (id(63), Op::Delete),
            (wedding().id, Op::Update),
        ]
    );
    let left = applied(&plan, &held, &held[0]);
    assert_eq!(left, [held[0].clone(), own(61, "11:00", "12:00")]);
    assert!(to_release(&left, now).is_empty());
    let lone: Permissions = ["events.archive"].into_iter().collect();
    let done = Event { status: Status::Completed, ..wedding() };
    assert!(crate::events::plan_archive(&lone, &done, &left, now).is_ok());
    // Whoever may file an event away gives back what it holds; booking is another matter.
    let filed = crate::events::plan_archive(&lone, &done, &held, now).unwrap();
    assert_eq!(filed.changes.len(), 4);
    assert_eq!(plan_release(&lone, &done, &held), Err(Refusal::not_permitted("resources.assign")));
}

/// Moves the wedding by some hours, and its end by some more.
fn moving(loads: &[Load], hours: i64, longer: i64, choice: &MovingChoice) -> Result<Plan, Refusal> {
    let old = window("16:00", "23:00");
    let new = Window {
        starts_at: old.starts_at + Duration::hours(hours),
        ends_at: old.ends_at + Duration::hours(hours + longer),
        ..old
    };
    plan_moves(&everything(), wedding().id, (&old, &new), loads, choice)
}

#[test]
fn bookings_move_as_far_as_their_event_and_the_whole_event_s_take_its_new_end() {
    let entries = vec![own(60, "16:00", "23:00"), entry(62, "06:00", "08:00")];
    let early = load(ana(), entries.clone());
    let chairs = load(chairs(50), vec![own(63, "14:00", "15:00")]);
    let plan = moving(&[early, chairs.clone()], 2, 1, &MovingChoice::Refuse).unwrap();
    let all = [entries.clone(), chairs.entries.clone()].concat();
    let moved = applied(&plan, &all, &entries[0]);
    assert_eq!(moved[0], own(60, "18:00", "1 02:00"));
    assert_eq!(moved[1], entries[1], "another event's stays");
    assert_eq!((moved[2].starts_at, moved[2].ends_at), (june("16:00"), june("17:00")));
    assert_eq!(moving(&[chairs], 0, 1, &MovingChoice::Refuse), Ok(Plan::nothing()));
}

#[test]
fn every_booking_that_no_longer_fits_is_named() {
    let busy =
        |resource| load(resource, vec![own(60, "16:00", "23:00"), entry(61, "1 00:00", "1 05:00")]);
    let gone = load(
        Resource { is_available: false, name: "Bo Li".into(), id: id(52), ..ana() },
        vec![own(63, "16:00", "23:00")],
    );
    let refusal =
        moving(&[busy(ana()), busy(chairs(1)), gone], 2, 0, &MovingChoice::Refuse).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "At the new time, not everything that is booked is free. Ana Ruiz is already booked: \
         Tanaka gala, 15 Jun 00:00–05:00. Folding chairs is already booked: Tanaka gala, 15 Jun \
         00:00–05:00. Bo Li is marked as not available."
    );
}

#[test]
fn bookings_that_no_longer_fit_are_released_or_stand_as_the_choice_says() {
    let loads = [load(ana(), vec![own(60, "16:00", "23:00"), entry(61, "1 00:00", "1 05:00")])];
    let plan = moving(&loads, 2, 0, &MovingChoice::Release).unwrap();
    assert_eq!((plan.changes[0].op, plan.changes[0].id), (Op::Delete, id(60)));
    let choice = MovingChoice::Override { reason: "agreed".into() };
    let plan = moving(&loads, 2, 0, &choice).unwrap();
    assert_eq!(plan.changes[0].set["override_reason"], "agreed");
    let empty = MovingChoice::Override { reason: " ".into() };
    assert_eq!(moving(&loads, 2, 0, &empty).unwrap_err().field(), Some("override_reason"));
    let mut gone = loads.clone();
    gone[0].resource.is_available = false;
    assert!(matches!(moving(&gone, 2, 0, &choice), Err(Refusal::MovingClashes { .. })));
    assert!(moving(&gone, 2, 0, &MovingChoice::Release).is_ok());
}

#[test]
fn what_stands_in_any_case_comes_before_what_may_be_released() {
    let stands =
        ScheduleEntry { override_reason: Some("agreed".into()), ..own(61, "23:00", "1 00:00") };
    let load = load(ana(), vec![own(60, "16:00", "23:00"), stands]);
    let plan = moving(std::slice::from_ref(&load), 1, 2, &MovingChoice::Release).unwrap();
    let left = applied(&plan, &load.entries, &load.entries[0]);
    let left: Vec<Uuid> = left.iter().map(|entry| entry.id).collect();
    assert_eq!(left, [id(61)], "the longer one would lie under it");
    let planned = self::load(ana(), vec![own(60, "16:00", "23:00"), own(61, "23:00", "1 00:00")]);
    let plan = moving(std::slice::from_ref(&planned), 1, 2, &MovingChoice::Release).unwrap();
    let left = applied(&plan, &planned.entries, &planned.entries[0]);
    let left: Vec<Uuid> = left.iter().map(|entry| entry.id).collect();
    assert_eq!(left, [id(60)], "of two that clash only with each other, one stays");
}

#[test]
fn moving_an_event_moves_what_is_booked_for_it_and_needs_the_permission_for_that() {
    let event = wedding();
    let base = crate::events::EventForm::of(&event);
    let later = crate::events::EventForm {
        starts_local: "2026-06-14T18:00".into(),
        ends_local: "2026-06-15T01:00".into(),
        ..base.clone()
    };
    let loads = [load(ana(), vec![own(60, "16:00", "23:00")])];
    let refuse = MovingChoice::Refuse;
    let edit = |may: &Permissions, form| {
        crate::events::plan_edit(
            may,
            &event,
            &base,
            form,
            (&loads, &[]),
            (&refuse, DueTimes::Along),
        )
    };
    let plan = edit(&everything(), &later).unwrap();
    let tables: Vec<&str> = plan.changes.iter().map(|c| c.table.as_str()).collect();
    assert_eq!(tables, ["events", "resource_schedule"]);
    let wanted = crate::events::times_wanted(&event, &base, &later).unwrap().unwrap();
    assert_eq!((wanted.starts_at, wanted.ends_at), (june("18:00"), june("1 01:00")));
    let lone: Permissions = ["events.edit"].into_iter().collect();
    assert_eq!(edit(&lone, &later), Err(Refusal::not_permitted("resources.assign")));
    let off = Event { status: Status::Cancelled, ..event.clone() };
    let plan = crate::events::plan_edit(
        &everything(),
        &off,
        &base,
        &later,
        (&loads, &[]),
        (&refuse, DueTimes::Along),
    );
    assert_eq!(plan.unwrap().changes.len(), 1, "what a cancelled event held is history");
    let renamed = crate::events::EventForm { name: "Wedding".into(), ..base.clone() };
    assert_eq!(edit(&lone, &renamed).unwrap().changes.len(), 1, "its bookings stay");
    assert_eq!(crate::events::times_wanted(&event, &base, &renamed), Ok(None));
}

#[test]
fn bookings_keep_their_wall_time_when_their_event_moves_over_a_clock_change() {
    let event = Event {
        starts_at: at("2026-10-20T16:00:00Z"),
        ends_at: at("2026-10-20T20:00:00Z"),
        time_zone: "Europe/Madrid".into(),
        ..wedding()
    };
    let base = crate::events::EventForm::of(&event);
    let later = crate::events::EventForm {
        starts_local: "2026-10-27T18:00".into(),
        ends_local: "2026-10-27T22:00".into(),
        ..base.clone()
    };
    let early = ScheduleEntry {
        starts_at: at("2026-10-20T14:00:00Z"),
        ends_at: at("2026-10-20T15:30:00Z"),
        ..own(60, "16:00", "23:00")
    };
    let loads = [load(ana(), vec![early.clone()])];
    let (may, refuse) = (everything(), MovingChoice::Refuse);
    let plan = crate::events::plan_edit(
        &may,
        &event,
        &base,
        &later,
        (&loads, &[]),
        (&refuse, DueTimes::Along),
    )
    .unwrap();
    let moved = &applied(&plan, &loads[0].entries, &early)[0];
    let shown = WindowForm::of(moved, "Europe/Madrid");
    assert_eq!(
        (&*shown.starts_local, &*shown.ends_local),
        ("2026-10-27T16:00", "2026-10-27T17:30")
    );
}

#[test]
fn a_clash_shows_until_it_is_over_and_says_whether_it_was_let_stand() {
    let over = |reason: Option<&str>| ScheduleEntry {
        override_reason: reason.map(str::to_owned),
        ..own(61, "18:00", "1 01:00")
    };
    let both = |reason| load(ana(), vec![entry(60, "16:00", "23:00"), over(reason)]);
    let found = clashes(&both(None), june("12:00"));
    assert_eq!(
        found,
        [Clash {
            starts_at: june("18:00"),
            ends_at: june("23:00"),
            peak: 2,
            quantity: 1,
            reason: ClashReason::Overbooked,
            accepted: false,
            entries: vec![id(60), id(61)],
        }]
    );
    assert!(clashes(&both(Some("agreed")), june("12:00"))[0].accepted);
    assert!(clashes(&both(None), june("23:00")).is_empty());
    assert_eq!(clashes(&both(None), june("22:59")).len(), 1);
}

#[test]
fn bookings_of_what_became_unavailable_are_clashes_each() {
    let gone = Resource { is_available: false, ..ana() };
    let found = clashes(
        &load(gone, vec![entry(60, "08:00", "09:00"), entry(61, "10:00", "12:00")]),
        june("09:30"),
    );
    let told: Vec<_> = found.iter().map(|c| (c.reason, c.entries.as_slice())).collect();
    assert_eq!(told, [(ClashReason::Unavailable, &[id(61)][..])]);
}

#[test]
fn typed_times_in_a_night_with_a_clock_change_are_asked_about() {
    let form = WindowForm {
        starts_local: "2026-10-25T01:00".into(),
        ends_local: "2026-10-25T02:30".into(),
        ..WindowForm::default()
    };
    let verdict = form.check("Europe/Madrid", EntryKind::Assignment);
    assert!(matches!(verdict.ends_at, WallVerdict::Repeated { .. }), "{verdict:?}");
    assert_eq!(form.window("Europe/Madrid").unwrap_err().field(), Some("ends_local"));
    let later = WindowForm { ends_choice: Some(Choice::Later), ..form.clone() };
    let window = later.window("Europe/Madrid").unwrap();
    assert_eq!(window.ends_at - window.starts_at, Duration::minutes(150));
    let skipped = WindowForm { starts_local: "2026-03-29T02:30".into(), ..form.clone() };
    let verdict = skipped.check("Europe/Madrid", EntryKind::Assignment);
    assert!(matches!(verdict.starts_at, WallVerdict::Skipped { .. }));
    let backwards = WindowForm { starts_local: "2026-10-25T04:00".into(), ..later };
    let verdict = backwards.check("Europe/Madrid", EntryKind::Assignment);
    assert!(matches!(verdict.ends_at, WallVerdict::Invalid { .. }));
    assert_eq!(form.window("Atlantis").unwrap_err().field(), Some("time_zone"));
}

#[test]
fn a_booking_s_form_shows_it_and_means_it_again() {
    let night = ScheduleEntry {
        starts_at: at("2026-10-25T00:30:00Z"),
        ends_at: at("2026-10-25T01:30:00Z"),
        ..entry(60, "00:00", "01:00")
    };
    let form = WindowForm::of(&night, "Europe/Madrid");
    assert_eq!(form.starts_local, form.ends_local, "both clocks show 02:30");
    let window = form.window("Europe/Madrid").unwrap();
    assert_eq!((window.starts_at, window.ends_at), (night.starts_at, night.ends_at));
}

#[test]
fn a_kind_has_one_spelling() {
    for kind in [EntryKind::Assignment, EntryKind::Block] {
        assert_eq!(EntryKind::parse(kind.as_str()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert_eq!(EntryKind::parse("hold"), None);
}

/// Few minutes, so that a check minute by minute is quick and most entries meet.
const MINUTES: i64 = 90;

/// Noon of 14 June 2026.
const NOON: i64 = 1_781_438_400;

fn minute(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(NOON + n * 60, 0).unwrap()
}

prop_compose! {
    fn any_resource()(quantity in 1..4_i32, setup_minutes in 0..6_i32, teardown_minutes in 0..6_i32)
        -> Resource
    {
        Resource { setup_minutes, teardown_minutes, ..chairs(quantity) }
    }
}

prop_compose! {
    fn any_entry()(
        starts in 0..MINUTES,
        length in 1..40_i64,
        quantity in 1..4_i32,
        is_block: bool,
        is_own: bool,
        is_override in prop::bool::weighted(0.2),
    ) -> ScheduleEntry {
        let kind = if is_block { EntryKind::Block } else { EntryKind::Assignment };
        let event_id = if is_own { wedding().id } else { id(9) };
        ScheduleEntry {
            kind,
            event_id: (!is_block).then_some(event_id),
            quantity,
            starts_at: minute(starts),
            ends_at: minute(starts + length),
            override_reason: is_override.then(|| "agreed".to_owned()),
            ..entry(1, "00:00", "01:00")
        }
    }
}

/// Entries as they come in one after the other, each only where the planner takes it.
fn any_load() -> impl Strategy<Value = Load> {
    (any_resource(), prop::collection::vec(any_entry(), 0..9)).prop_map(|(resource, wanted)| {
        let mut load = load(resource, vec![]);
        for (n, wanted) in (100..).zip(wanted) {
            let plan = placed(&load, id(n), &wanted);
            load.entries = applied(&plan.unwrap_or_default(), &load.entries, &wanted);
            for entry in load.entries.iter_mut().filter(|entry| entry.id == id(n)) {
                entry.event_id = wanted.event_id;
                entry.override_reason.clone_from(&wanted.override_reason);
            }
        }
        load
    })
}

fn placed(load: &Load, id: Uuid, wanted: &ScheduleEntry) -> Result<Plan, Refusal> {
    let window = Window { starts_at: wanted.starts_at, ends_at: wanted.ends_at, zone: Tz::UTC };
    let (may, reason) = (everything(), wanted.override_reason.as_deref());
    match wanted.kind {
        EntryKind::Block => {
            plan_block(&may, Reach::Everything, id, load, wanted.quantity, &window, None, reason)
        }
        EntryKind::Assignment => {
            let event = Event { id: wanted.event_id.unwrap(), ..wedding() };
            plan_assign(&may, &event, None, id, load, wanted.quantity, &window, reason)
        }
    }
}

/// First and last minute that is looked at: whatever is booked, held and moved lies between.
const LOOKED_AT: std::ops::Range<i64> = -80..MINUTES + 140;

/// How many are held in each minute of [`LOOKED_AT`], counted one by one.
fn counted<'a>(
    resource: &Resource,
    entries: impl IntoIterator<Item = &'a ScheduleEntry>,
) -> Vec<i64> {
    let mut counts = vec![0; LOOKED_AT.count()];
    for entry in entries {
        for count in &mut counts[places(resource, entry)] {
            *count += i64::from(entry.quantity);
        }
    }
    counts
}

/// Where among those minutes `entry` holds its resource.
fn places(resource: &Resource, entry: &ScheduleEntry) -> std::ops::Range<usize> {
    let (before, after) = match entry.kind {
        EntryKind::Assignment => (resource.setup_minutes, resource.teardown_minutes),
        EntryKind::Block => (0, 0),
    };
    place(entry.starts_at) - before as usize..place(entry.ends_at) + after as usize
}

fn place(at: DateTime<Utc>) -> usize {
    usize::try_from((at.timestamp() - NOON) / 60 - LOOKED_AT.start).unwrap()
}

/// What nobody let stand fits beside everything else that nobody let stand.
fn is_kept(load: &Load) -> bool {
    let planned = load.entries.iter().filter(|entry| entry.override_reason.is_none());
    let counts = counted(&load.resource, planned);
    counts.iter().all(|count| *count <= i64::from(load.resource.quantity))
}

/// What the server's guard asks: whatever a plan placed anew, and nobody let stand, fits beside everything else.
fn is_lawful(before: &Load, after: &Load) -> bool {
    let counts = counted(&after.resource, &after.entries);
    let was = |entry: &ScheduleEntry| before.entries.iter().find(|old| old.id == entry.id);
    let is_placed = |entry: &&ScheduleEntry| {
        entry.override_reason.is_none()
            && was(entry).is_none_or(|old| old != *entry && !assign::eases(old, entry))
    };
    after.entries.iter().filter(is_placed).all(|entry| {
        let held = &counts[places(&after.resource, entry)];
        held.iter().all(|count| *count <= i64::from(after.resource.quantity))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn the_peak_is_what_counting_minute_by_minute_finds(
        resource in any_resource(),
        entries in prop::collection::vec(any_entry(), 0..9),
        from in 0..MINUTES,
        length in 0..60_i64,
    ) {
        let load = load(resource, entries);
        let spans: Vec<Span> = load.entries.iter().map(|e| held(&load.resource, e)).collect();
        let (from, until) = (minute(from), minute(from + length));
        let counts = counted(&load.resource, &load.entries);
        let inside = &counts[place(from)..place(until)];
        prop_assert_eq!(peak(&spans, from, until), inside.iter().copied().max().unwrap_or(0));
        let curve = curve(&load, from, until);
        let mut drawn = vec![0; inside.len()];
        for stretch in &curve {
            drawn[place(stretch.starts_at) - place(from)..place(stretch.ends_at) - place(from)]
                .fill(stretch.booked);
        }
        prop_assert_eq!(inside, drawn);
        prop_assert!(curve.windows(2).all(|pair| pair[0].ends_at <= pair[1].starts_at));
    }

    #[test]
    fn an_entry_is_taken_exactly_where_it_fits_every_minute(load in any_load(), wanted in any_entry()) {
        let wanted = ScheduleEntry { id: id(70), override_reason: None, ..wanted };
        let room = i64::from(load.resource.quantity);
        let held = places(&load.resource, &wanted);
        let fits_beside = |others: Vec<&ScheduleEntry>| {
            let counts = counted(&load.resource, others.into_iter().chain([&wanted]));
            counts[held.clone()].iter().all(|count| *count <= room)
        };
        let fits = fits_beside(load.entries.iter().collect());
        let exists = wanted.quantity <= load.resource.quantity;
        match placed(&load, id(70), &wanted) {
            Ok(_) => prop_assert!(fits && exists),
            Err(Refusal::Clash { needed, free, conflicts, .. }) => {
                prop_assert!(!fits && free < needed && !conflicts.is_empty());
                let is_named = |entry: &&ScheduleEntry| conflicts.iter().any(|c| c.entry_id == entry.id);
                let without = load.entries.iter().filter(|entry| !is_named(entry)).collect();
                prop_assert!(fits_beside(without), "without what is named it would fit");
            }
            Err(_) => prop_assert!(!exists),
        }
    }

    #[test]
    fn no_plan_breaks_what_is_kept_and_a_second_one_changes_nothing(
        before in any_load(),
        picked: prop::sample::Index,
        wanted in any_entry(),
    ) {
        prop_assert!(is_kept(&before));
        let booked: Vec<&ScheduleEntry> =
            before.entries.iter().filter(|entry| entry.event_id.is_some()).collect();
        if booked.is_empty() {
            return Ok(());
        }
        let entry = *picked.get(&booked);
        let event = Event { id: entry.event_id.unwrap(), ..wedding() };
        let window = Window { starts_at: wanted.starts_at, ends_at: wanted.ends_at, zone: Tz::UTC };
        let reason = wanted.override_reason.as_deref();
        let change = |load: &Load, entry: &ScheduleEntry| {
            plan_change(&everything(), &event, entry, load, wanted.quantity, &window, reason)
        };
        if let Ok(plan) = change(&before, entry) {
            let after = Load { entries: applied(&plan, &before.entries, entry), ..before.clone() };
            prop_assert!(is_kept(&after) && is_lawful(&before, &after));
            let entry = after.entries.iter().find(|e| e.id == entry.id).unwrap();
            prop_assert_eq!(change(&after, entry), Ok(Plan::nothing()));
        }
    }

    #[test]
    fn moving_an_event_never_breaks_what_is_kept(
        load in any_load(),
        (starts, length) in (0..MINUTES, 1..40_i64),
        (by, longer) in (-60..60_i64, 0..30_i64),
        is_whole: bool,
        choice in 0..3_usize,
    ) {
        let choice = [
            MovingChoice::Refuse,
            MovingChoice::Release,
            MovingChoice::Override { reason: "agreed".into() },
        ][choice].clone();
        let window = |from, until| Window { starts_at: minute(from), ends_at: minute(until), zone: Tz::UTC };
        let own = load.entries.iter().find(|entry| entry.event_id == Some(wedding().id));
        let old = match own.filter(|_| is_whole) {
            Some(own) => Window { starts_at: own.starts_at, ends_at: own.ends_at, zone: Tz::UTC },
            None => window(starts, starts + length),
        };
        let new = Window {
            starts_at: old.starts_at + Duration::minutes(by),
            ends_at: old.ends_at + Duration::minutes(by + longer),
            ..old
        };
        let moves = |load: &Load| {
            plan_moves(&everything(), wedding().id, (&old, &new), std::slice::from_ref(load), &choice)
        };
        match moves(&load) {
            Ok(plan) => {
                let entries = applied(&plan, &load.entries, &entry(1, "00:00", "01:00"));
                let released = load.entries.len() - entries.len();
                prop_assert!(released == 0 || choice == MovingChoice::Release);
                let after = Load { entries, ..load.clone() };
                prop_assert!(is_kept(&after) && is_lawful(&load, &after));
            }
            Err(Refusal::MovingClashes { clashes, .. }) => {
                prop_assert_eq!(&choice, &MovingChoice::Refuse);
                prop_assert!(!clashes.is_empty());
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn a_clash_is_shown_exactly_where_too_much_is_booked(
        resource in any_resource(),
        entries in prop::collection::vec(any_entry(), 0..9),
    ) {
        let entries = (100..).zip(entries).map(|(n, e)| ScheduleEntry { id: id(n), ..e }).collect();
        let load = load(resource, entries);
        let found = clashes(&load, minute(-1_000));
        for (count, n) in counted(&load.resource, &load.entries).into_iter().zip(LOOKED_AT) {
            let at = minute(n);
            let shown = found.iter().find(|c| c.starts_at <= at && at < c.ends_at);
            prop_assert_eq!(shown.is_some(), count > i64::from(load.resource.quantity));
            prop_assert!(shown.is_none_or(|clash| clash.peak >= count));
        }
    }
}
