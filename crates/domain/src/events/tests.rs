use super::*;
use crate::change::{Op, Plan};
use crate::permission::{Permissions, Role};
use crate::refusal::Refusal;
use crate::samples::{at, everything, gala};
use crate::schedule::MovingChoice;
use crate::tasks::DueTimes;
use crate::time::{Choice, WallVerdict};
use proptest::prelude::*;
use serde_json::Value;

/// Calling off, filing away and editing where nothing is booked.
fn plan_cancel(may: &Permissions, event: &Event, reason: &str) -> Result<Plan, Refusal> {
    super::plan_cancel(may, event, reason, &[], at("2026-03-01T12:00:00Z"))
}

fn plan_archive(may: &Permissions, event: &Event) -> Result<Plan, Refusal> {
    super::plan_archive(may, event, &[], at("2026-03-01T12:00:00Z"))
}

fn plan_edit(
    may: &Permissions,
    event: &Event,
    base: &EventForm,
    form: &EventForm,
) -> Result<Plan, Refusal> {
    super::plan_edit(may, event, base, form, (&[], &[]), (&MovingChoice::Refuse, DueTimes::Along))
}

fn standing(status: Status) -> Event {
    let cancel_reason = (status == Status::Cancelled).then(|| "storm warning".to_owned());
    Event { status, cancel_reason, ..gala() }
}

/// What the server makes of a plan, where nothing stands in the way.
fn applied(plan: &Plan, event: &Event) -> Event {
    let mut row = serde_json::to_value(event).unwrap();
    for change in &plan.changes {
        assert_eq!((change.table.as_str(), change.id, change.op), ("events", event.id, Op::Update));
        for (column, value) in &change.set {
            assert_eq!(row[column], change.was[column], "the server would find a conflict");
            row[column] = value.clone();
        }
    }
    serde_json::from_value(row).unwrap()
}

#[test]
fn every_pair_of_statuses_is_allowed_exactly_where_the_lifecycle_says() {
    for &from in Status::all() {
        for &to in Status::all() {
            let event = standing(from);
            let allowed = TRANSITIONS.contains(&(from, to));
            assert_eq!(from.may_become(to), allowed);
            match plan_advance(&everything(), &event, to) {
                Ok(plan) if from == to => assert!(plan.is_nothing()),
                Ok(plan) => {
                    assert!(allowed && to != Status::Cancelled, "{from:?} to {to:?}");
                    assert_eq!(applied(&plan, &event), standing(to));
                }
                Err(Refusal::CancelNeedsReason) => assert!(allowed && to == Status::Cancelled),
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::Transition { from, to });
                    assert!(!allowed);
                }
            }
        }
    }
    assert_eq!(TRANSITIONS.len(), 15);
}

#[test]
fn the_next_status_is_a_step_that_exists() {
    for status in Status::all() {
        assert!(status.next().is_none_or(|next| status.may_become(next)));
        assert_eq!(Status::parse(status.as_str()), Some(*status));
        assert_eq!(serde_json::to_value(status).unwrap(), Value::from(status.as_str()));
    }
}

#[test]
fn cancelling_keeps_the_reason_and_reinstating_clears_it() {
    for &from in Status::all() {
        let event = standing(from);
        let plan = plan_cancel(&everything(), &event, "  storm warning ");
        if from == Status::Cancelled {
            assert_eq!(plan, Ok(Plan::nothing()), "the same reason again is no change");
        } else if from.may_become(Status::Cancelled) {
            assert_eq!(applied(&plan.unwrap(), &event), standing(Status::Cancelled));
        } else {
            assert_eq!(plan, Err(Refusal::NotCancellable { from }));
        }
    }
    let back = plan_reinstate(&everything(), &standing(Status::Cancelled)).unwrap();
    assert_eq!(applied(&back, &standing(Status::Cancelled)), standing(Status::Planning));
}

#[test]
fn cancelling_needs_a_reason_and_does_not_replace_another() {
    for reason in ["", "  \n", "\u{200b}"] {
        let refusal = plan_cancel(&everything(), &gala(), reason).unwrap_err();
        assert_eq!((refusal.field(), refusal), (Some("reason"), Refusal::CancelNeedsReason));
    }
    assert!(plan_cancel(&everything(), &gala(), &"é".repeat(1_000)).is_ok());
    assert!(plan_cancel(&everything(), &gala(), &"é".repeat(1_001)).is_err());
    let refusal = plan_cancel(&everything(), &standing(Status::Cancelled), "no money").unwrap_err();
    assert_eq!(refusal.to_string(), "This event was already cancelled: storm warning");
}

#[test]
fn only_finished_or_cancelled_events_are_archived() {
    for &status in Status::all() {
        let event = standing(status);
        match plan_archive(&everything(), &event) {
            Ok(plan) => {
                let filed = applied(&plan, &event);
                assert!(filed.is_archived && status.may_be_archived());
                assert_eq!(plan_archive(&everything(), &filed), Ok(Plan::nothing()));
                let back = plan_unarchive(&everything(), &filed).unwrap();
                assert_eq!(applied(&back, &filed), event);
            }
            Err(refusal) => assert_eq!(refusal, Refusal::NotArchivable { status }),
        }
    }
}

#[test]
fn an_archived_event_only_leaves_the_archive() {
    for &status in &[Status::Completed, Status::FollowUp, Status::Cancelled] {
        let event = Event { is_archived: true, ..standing(status) };
        let base = EventForm::of(&event);
        let form = EventForm { name: "Other".into(), ..base.clone() };
        assert_eq!(plan_edit(&everything(), &event, &base, &form), Err(Refusal::Archived));
        assert_eq!(plan_cancel(&everything(), &event, "why"), Err(Refusal::Archived));
        assert_eq!(plan_reinstate(&everything(), &event), Err(Refusal::Archived));
        for &to in Status::all().iter().filter(|to| **to != status) {
            assert_eq!(plan_advance(&everything(), &event, to), Err(Refusal::Archived));
        }
        let may = verdicts(&everything(), &event);
        assert!(may.unarchive.allowed);
        assert!(!may.edit.allowed && !may.cancel.allowed && !may.reinstate.allowed);
        assert!(!may.archive.allowed && may.advance.iter().all(|step| !step.may.allowed));
    }
}

#[test]
fn without_permission_nothing_is_planned_and_every_verdict_says_so() {
    let nobody = Permissions::default_of(Role::Manager);
    let event = standing(Status::Planning);
    let base = EventForm::of(&event);
    let form = EventForm { name: "Other".into(), ..base.clone() };
    let no = |permission: &str| Err(Refusal::not_permitted(permission));
    assert_eq!(plan_create(&nobody, event.id, &base), no("events.create"));
    assert_eq!(plan_edit(&nobody, &event, &base, &form), no("events.edit"));
    assert_eq!(plan_advance(&nobody, &event, Status::Preparation), no("events.advance"));
    assert_eq!(plan_cancel(&nobody, &event, "why"), no("events.cancel"));
    assert_eq!(plan_reinstate(&nobody, &standing(Status::Cancelled)), no("events.cancel"));
    assert_eq!(plan_archive(&nobody, &standing(Status::Completed)), no("events.archive"));
    let filed = Event { is_archived: true, ..standing(Status::Completed) };
    assert_eq!(plan_unarchive(&nobody, &filed), no("events.unarchive"));
    let may = verdicts(&nobody, &event);
    for verdict in may.advance.iter().map(|step| &step.may).chain([&may.edit, &may.cancel]) {
        assert!(!verdict.allowed && verdict.reason.is_some());
    }
}

#[test]
fn verdicts_allow_exactly_what_the_planners_would_change() {
    for &status in Status::all() {
        let event = standing(status);
        let may = verdicts(&everything(), &event);
        let changes = |plan: Result<Plan, Refusal>| plan.is_ok_and(|plan| !plan.is_nothing());
        for step in &may.advance {
            let would = match step.to {
                Status::Cancelled => changes(plan_cancel(&everything(), &event, "another")),
                to => changes(plan_advance(&everything(), &event, to)),
            };
            assert_eq!(step.may.allowed, would, "{status:?} to {:?}", step.to);
            assert_eq!(step.may.allowed, step.may.reason.is_none());
        }
        assert_eq!(may.reinstate.allowed, changes(plan_reinstate(&everything(), &event)));
        assert_eq!(may.archive.allowed, changes(plan_archive(&everything(), &event)));
        assert_eq!(may.unarchive.allowed, changes(plan_unarchive(&everything(), &event)));
    }
}

fn edit(change: impl FnOnce(&mut EventForm)) -> Result<Plan, Refusal> {
    let base = EventForm::of(&gala());
    let mut form = base.clone();
    change(&mut form);
    plan_edit(&everything(), &gala(), &base, &form)
}

fn columns(plan: &Plan) -> Vec<&str> {
    plan.changes.iter().flat_map(|c| c.set.keys().map(String::as_str)).collect()
}

#[test]
fn an_edit_names_only_what_it_changes_and_times_go_together() {
    assert_eq!(edit(|_| {}), Ok(Plan::nothing()));
    assert_eq!(edit(|f| f.name = " Gala  dinner".into()).map(|p| columns(&p).len()), Ok(1));
    assert_eq!(
        edit(|f| f.name = " Gala dinner ".into()),
        Ok(Plan::nothing()),
        "only spaces differ"
    );
    assert_eq!(edit(|f| f.notes = Some("  ".into())), Ok(Plan::nothing()));
    assert_eq!(columns(&edit(|f| f.location = None).unwrap()), ["location"]);
    assert_eq!(
        columns(&edit(|f| f.ends_local = "2026-03-15T00:30".into()).unwrap()),
        ["ends_at", "starts_at", "time_zone"]
    );
    let client = Uuid::from_u128(9).to_string();
    assert_eq!(columns(&edit(|f| f.client_id = client).unwrap()), ["client_id"]);
}

#[test]
fn another_zone_keeps_the_wall_time() {
    let plan = edit(|f| f.time_zone = "Europe/London".into()).unwrap();
    let moved = applied(&plan, &gala());
    assert_eq!(moved.starts_at, at("2026-03-14T19:00:00Z"));
    assert_eq!(EventForm::of(&moved).starts_local, EventForm::of(&gala()).starts_local);
}

#[test]
fn fields_that_cannot_be_taken_are_refused_by_name() {
    let cases: Vec<(&str, Result<Plan, Refusal>)> = vec![
        ("client_id", edit(|f| f.client_id = String::new())),
        ("client_id", edit(|f| f.client_id = "somebody".into())),
        ("name", edit(|f| f.name = "  ".into())),
        ("name", edit(|f| f.name = "x".repeat(256))),
        ("event_type", edit(|f| f.event_type = String::new())),
        ("event_type", edit(|f| f.event_type = "x".repeat(101))),
        ("location", edit(|f| f.location = Some("x".repeat(501)))),
        ("notes", edit(|f| f.notes = Some("x".repeat(10_001)))),
        ("notes", edit(|f| f.notes = Some("a\0b".into()))),
        ("estimated_attendees", edit(|f| f.estimated_attendees = Some(0))),
        ("estimated_attendees", edit(|f| f.estimated_attendees = Some(100_001))),
        ("time_zone", edit(|f| f.time_zone = "Mars/Olympus".into())),
        ("starts_local", edit(|f| f.starts_local = "soon".into())),
        ("starts_local", edit(|f| f.starts_local = "1900-01-01T10:00".into())),
        ("ends_local", edit(|f| f.ends_local = "2026-03-14T18:59".into())),
        ("ends_local", edit(|f| f.ends_local = "2026-03-14T19:00".into())),
        ("ends_local", edit(|f| f.ends_local = "2026-04-14T21:00".into())),
    ];
    for (field, outcome) in cases {
        let refusal = outcome.expect_err(field);
        assert_eq!(refusal.field(), Some(field), "{refusal}");
        assert!(refusal.to_string().ends_with('.'), "{refusal}");
    }
}

#[test]
fn inert_text_of_any_script_is_kept_as_typed() {
    for name in
        ["x".repeat(255), "حفل زفاف".into(), "🎂🎉".into(), "<script>alert(1)</script>".into()]
    {
        let plan = edit(|f| f.name = name.clone()).unwrap();
        assert_eq!(applied(&plan, &gala()).name, name);
    }
}

#[test]
fn a_repeated_time_is_asked_once_and_then_kept() {
    let ask = |choice| {
        edit(|f| {
            f.starts_local = "2026-10-25T02:30".into();
            f.starts_choice = choice;
            f.ends_local = "2026-10-25T05:00".into();
        })
    };
    let Err(Refusal::RepeatedTime { field, choices, .. }) = ask(None) else {
        panic!("it is there twice")
    };
    assert_eq!((field, choices.len()), ("starts_local", 2));
    let late = applied(&ask(Some(Choice::Later)).unwrap(), &gala());
    assert_eq!(late.starts_at, choices[1].instant);
    // The form shows it again with its choice; moving the end alone asks nothing, even without the choice.
    let base = EventForm::of(&late);
    assert_eq!(base.starts_choice, Some(Choice::Later));
    let form =
        EventForm { ends_local: "2026-10-25T06:00".into(), starts_choice: None, ..base.clone() };
    let plan = plan_edit(&everything(), &late, &base, &form).unwrap();
    assert_eq!(applied(&plan, &late).starts_at, late.starts_at);
}

#[test]
fn seconds_that_a_form_cannot_show_survive_other_edits() {
    let event = Event { starts_at: at("2026-03-14T18:00:42Z"), ..gala() };
    let base = EventForm::of(&event);
    let form = EventForm { ends_local: "2026-03-14T23:30".into(), ..base.clone() };
    let plan = plan_edit(&everything(), &event, &base, &form).unwrap();
    assert_eq!(applied(&plan, &event).starts_at, event.starts_at);
}

#[test]
fn what_others_changed_meanwhile_is_left_alone_or_becomes_a_conflict() {
    let base = EventForm::of(&gala());
    let now = Event { estimated_attendees: Some(150), name: "Gala".into(), ..gala() };
    let form = EventForm { estimated_attendees: Some(160), ..base.clone() };
    let plan = plan_edit(&everything(), &now, &base, &form).unwrap();
    assert_eq!(columns(&plan), ["estimated_attendees"], "the new name stays");
    assert_eq!(plan.changes[0].was["estimated_attendees"], 140, "so the server sees the conflict");
    let same = EventForm { estimated_attendees: Some(150), ..base.clone() };
    assert_eq!(plan_edit(&everything(), &now, &base, &same), Ok(Plan::nothing()));
}

#[test]
fn a_new_event_is_an_inquiry_without_what_the_server_stamps() {
    let plan = plan_create(&everything(), Uuid::from_u128(7), &EventForm::of(&gala())).unwrap();
    let change = &plan.changes[0];
    assert_eq!((change.op, change.id), (Op::Insert, Uuid::from_u128(7)));
    assert_eq!(change.set["status"], "inquiry");
    assert_eq!(change.set["starts_at"], "2026-03-14T18:00:00Z");
    assert!(change.set.keys().all(|column| Event::DESK_COLUMNS.contains(&column.as_str())));
}

#[test]
fn the_form_s_times_are_checked_while_they_are_typed() {
    let check = |starts: &str, ends: &str| {
        let (starts_local, ends_local) = (starts.to_owned(), ends.to_owned());
        check_times(&EventForm { starts_local, ends_local, ..EventForm::of(&gala()) })
    };
    let fine = check("2026-03-14T19:00", "2026-03-14T23:00");
    assert_eq!(fine.starts_at, WallVerdict::Fine { instant: at("2026-03-14T18:00:00Z") });
    let skipped = check("2026-03-29T02:30", "2026-03-29T05:00");
    assert!(matches!(skipped.starts_at, WallVerdict::Skipped { .. }));
    assert!(matches!(skipped.ends_at, WallVerdict::Fine { .. }));
    let twice = check("2026-10-24T22:00", "2026-10-25T02:30");
    assert!(matches!(twice.ends_at, WallVerdict::Repeated { .. }));
    let backwards = check("2026-03-14T19:00", "2026-03-14T18:00");
    assert!(matches!(backwards.ends_at, WallVerdict::Invalid { .. }));
    assert!(matches!(backwards.starts_at, WallVerdict::Fine { .. }));
    assert!(matches!(check("", "").starts_at, WallVerdict::Invalid { .. }));
    let early = check("1900-01-01T10:00", "1900-01-01T12:00");
    assert!(matches!(early.starts_at, WallVerdict::Invalid { .. }));
}

prop_compose! {
    fn any_event()(
        client in 1_u128..4,
        name in "[ -~]{0,3}[A-Za-zñ🎂]{1,8}",
        starts in 946_771_200_i64..4_102_358_400,
        minutes in 1_i64..=31 * 24 * 60,
        zone in prop::sample::select(vec!["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
        location in prop::option::of("[a-z]{1,9}"),
        attendees in prop::option::of(1..=MAX_ATTENDEES),
        notes in prop::option::of("[a-z]{1,5}\n[a-z]{1,5}"),
        status in prop::sample::select(Status::all()),
    ) -> Event {
        // To the minute, as a form writes it.
        let starts_at = DateTime::from_timestamp(starts / 60 * 60, 0).unwrap();
        Event {
            client_id: Uuid::from_u128(client),
            name: name.trim().to_owned(),
            starts_at,
            ends_at: starts_at + chrono::Duration::minutes(minutes),
            time_zone: zone.to_owned(),
            location,
            estimated_attendees: attendees,
            notes,
            ..standing(status)
        }
    }
}

/// `base` with the fields of `other` that `picked` names.
fn mixed(base: &EventForm, other: &EventForm, picked: u32) -> EventForm {
    let mut form = base.clone();
    let pick = |place: u32| picked & (1 << place) != 0;
    if pick(0) {
        form.client_id.clone_from(&other.client_id);
    }
    if pick(1) {
        form.name.clone_from(&other.name);
    }
    if pick(2) {
        form.starts_local.clone_from(&other.starts_local);
        form.starts_choice = other.starts_choice;
        form.ends_local.clone_from(&other.ends_local);
        form.ends_choice = other.ends_choice;
        form.time_zone.clone_from(&other.time_zone);
    }
    if pick(3) {
        form.location.clone_from(&other.location);
    }
    if pick(4) {
        form.estimated_attendees = other.estimated_attendees;
    }
    if pick(5) {
        form.notes.clone_from(&other.notes);
    }
    form
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn applying_an_edit_s_changes_gives_what_the_form_shows(
        before in any_event(), other in any_event(), picked in 0_u32..64,
    ) {
        let base = EventForm::of(&before);
        let form = mixed(&base, &EventForm::of(&other), picked);
        let plan = plan_edit(&everything(), &before, &base, &form).unwrap();
        let after = applied(&plan, &before);
        prop_assert_eq!(EventForm::of(&after), form.clone());
        prop_assert_eq!((after.status, &after.cancel_reason), (before.status, &before.cancel_reason));
        // Whoever clicks twice, or retries after a lost answer, changes nothing more.
        prop_assert_eq!(plan_edit(&everything(), &after, &base, &form), Ok(Plan::nothing()));
        for change in &plan.changes {
            prop_assert!(change.set.keys().eq(change.was.keys()));
            prop_assert!(change.set.keys().all(|c| Event::DESK_COLUMNS.contains(&c.as_str())));
        }
    }

    #[test]
    fn two_people_s_edits_of_different_fields_both_stay(
        before in any_event(), one in any_event(), two in any_event(), picked in 0_u32..64,
    ) {
        let base = EventForm::of(&before);
        let mine = mixed(&base, &EventForm::of(&one), picked);
        let theirs = mixed(&base, &EventForm::of(&two), !picked);
        let between = applied(&plan_edit(&everything(), &before, &base, &theirs).unwrap(), &before);
        let after = applied(&plan_edit(&everything(), &between, &base, &mine).unwrap(), &between);
        prop_assert_eq!(EventForm::of(&after), mixed(&mine, &theirs, !picked));
    }

    #[test]
    fn whatever_is_typed_gives_a_plan_or_a_sentence_and_never_breaks(
        before in any_event(),
        name in any::<String>(), starts in any::<String>(), zone in any::<String>(),
        location in any::<Option<String>>(), attendees in any::<Option<i32>>(),
    ) {
        let base = EventForm::of(&before);
        let form = EventForm {
            name, starts_local: starts, time_zone: zone, location, estimated_attendees: attendees,
            ..base.clone()
        };
        if let Err(refusal) = plan_edit(&everything(), &before, &base, &form) {
            prop_assert!(!refusal.to_string().is_empty());
        }
    }
}
