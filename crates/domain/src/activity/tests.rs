use super::*;
use crate::change::Plan;
use crate::imports::ImportKind;
use serde_json::json;

struct Office;

impl Names for Office {
    fn client(&self, id: Uuid) -> Option<String> {
        (id == Uuid::from_u128(1)).then(|| "Hotel Peña".to_owned())
    }
    fn resource(&self, id: Uuid) -> Option<String> {
        (id == Uuid::from_u128(50)).then(|| "Ana Ruiz".to_owned())
    }
    fn task(&self, id: Uuid) -> Option<String> {
        match id.as_u128() {
            30 => Some("Cook".to_owned()),
            31 => Some("Serve".to_owned()),
            _ => None,
        }
    }
    fn event(&self, id: Uuid) -> Option<String> {
        (id == Uuid::from_u128(1)).then(|| "Gala dinner".to_owned())
    }
    fn member(&self, user_id: Uuid) -> Option<String> {
        (user_id == Uuid::from_u128(7)).then(|| "Ana".to_owned())
    }
    fn time_zone(&self) -> &str {
        "Europe/Madrid"
    }
    fn locale(&self) -> &str {
        "es-ES"
    }
}

/// All of them are there.
fn activity_lines(command: &str, changes: &[RowChange], names: &dyn Names) -> Vec<String> {
    super::activity_lines(command, changes, 0, names)
}

/// An event's page: what belongs to the event is named, the event is not.
struct EventPage;

impl Names for EventPage {
    fn client(&self, id: Uuid) -> Option<String> {
        Office.client(id)
    }
    fn resource(&self, id: Uuid) -> Option<String> {
        Office.resource(id)
    }
    fn task(&self, id: Uuid) -> Option<String> {
        Office.task(id)
    }
    fn booking(&self, entry_id: Uuid) -> Option<String> {
        (entry_id == Uuid::from_u128(60)).then(|| "Ana Ruiz".to_owned())
    }
    fn subject(&self) -> Option<Uuid> {
        Some(Uuid::from_u128(1))
    }
    fn time_zone(&self) -> &str {
        Office.time_zone()
    }
    fn locale(&self) -> &str {
        Office.locale()
    }
}

#[test]
fn on_an_event_s_page_each_line_says_which_task_or_booking_it_is_about() {
    let at = |id: u128, change: RowChange| RowChange { id: Uuid::from_u128(id), ..change };
    let done =
        change("tasks", Op::Update, json!({"status": "pending"}), json!({"status": "completed"}));
    assert_eq!(
        activity_lines("task.move", &[at(30, done.clone())], &EventPage),
        ["“Cook”: Completed"],
        "one task of many"
    );
    assert_eq!(activity_lines("task.move", &[at(30, done)], &Office), ["Completed"]);
    let waits = json!({"task_id": Uuid::from_u128(31), "prerequisite_id": Uuid::from_u128(30)});
    let waits = change("task_dependencies", Op::Insert, Value::Null, waits);
    assert_eq!(activity_lines("task.edit", &[waits], &EventPage), ["“Serve” now waits for “Cook”"]);
    let longer = change(
        "resource_schedule",
        Op::Update,
        json!({"ends_at": "2026-06-14T20:00:00+00:00"}),
        json!({"ends_at": "2026-06-14T21:00:00+00:00"}),
    );
    assert_eq!(
        activity_lines("assignment.edit", &[at(60, longer)], &EventPage),
        ["Ana Ruiz: Moved the booking’s end from 14 June 2026, 22:00 to 14 June 2026, 23:00"]
    );
    let booked = json!({"resource_id": Uuid::from_u128(50), "event_id": Uuid::from_u128(1),
        "kind": "assignment", "quantity": 1,
        "starts_at": "2026-06-14T16:00:00+00:00", "ends_at": "2026-06-14T20:00:00+00:00"});
    let booked = change("resource_schedule", Op::Insert, Value::Null, booked);
    assert_eq!(
        activity_lines("assignment.create", &[booked], &EventPage),
        ["Booked Ana Ruiz, 14 Jun 18:00–22:00"]
    );
}

#[test]
fn what_moves_along_with_an_event_or_comes_with_an_import_is_counted() {
    let due = |id: u128| RowChange {
        id: Uuid::from_u128(id),
        ..change(
            "tasks",
            Op::Update,
            json!({"due_at": "2026-06-10T09:00:00+00:00"}),
            json!({"due_at": "2026-06-12T09:00:00+00:00"}),
        )
    };
    let moved = change(
        "events",
        Op::Update,
        json!({"starts_at": "2026-06-14T16:00:00+00:00"}),
        json!({"starts_at": "2026-06-16T16:00:00+00:00"}),
    );
    let lines = activity_lines("event.edit", &[moved, due(30), due(31)], &EventPage);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[1], "Moved 2 due times");
    let by_hand = activity_lines("task.edit", &[due(30)], &EventPage);
    assert!(by_hand[0].starts_with("“Cook”: Moved the due date from "), "{by_hand:?}");
    let brought = |id: u128| RowChange {
        id: Uuid::from_u128(id),
        ..change("tasks", Op::Insert, Value::Null, json!({"title": "Cook"}))
    };
    let waits = change("task_dependencies", Op::Insert, Value::Null, json!({}));
    assert_eq!(
        activity_lines("import.tasks", &[brought(30), brought(31), waits], &EventPage),
        ["Imported 2 tasks"]
    );
}

#[test]
fn an_entry_has_a_dozen_lines_and_counts_the_rest() {
    let added = |n: u128| RowChange {
        id: Uuid::from_u128(n),
        ..change("tasks", Op::Insert, Value::Null, json!({"title": n.to_string()}))
    };
    let many: Vec<RowChange> = (0..20).map(added).collect();
    let lines = super::activity_lines("task.create", &many, 5, &EventPage);
    assert_eq!((lines.len(), lines[12].as_str()), (13, "And 13 more changes"));
    let lines = super::activity_lines("task.create", &many[..12], 0, &EventPage);
    assert_eq!(lines.len(), 12);
    let lines = super::activity_lines("task.create", &many[..13], 0, &EventPage);
    assert_eq!(lines[12], "And one more change");
}

fn change(table: &str, op: Op, before: Value, after: Value) -> RowChange {
    let row = |value: Value| value.as_object().cloned();
    RowChange { table: table.into(), id: Uuid::nil(), op, before: row(before), after: row(after) }
}

fn event(before: Value, after: Value) -> Vec<String> {
    let change = change("events", Op::Update, before, after);
    activity_lines("event.edit", &[change], &Office)
}

#[test]
fn changed_fields_are_told_with_both_values() {
    assert_eq!(
        event(json!({"estimated_attendees": 140}), json!({"estimated_attendees": 150})),
        ["Changed headcount from 140 to 150"]
    );
    assert_eq!(
        event(json!({"location": null, "notes": "a"}), json!({"location": "Kew", "notes": "b"})),
        ["Added location “Kew”", "Changed the notes"]
    );
    assert_eq!(event(json!({"name": "A"}), json!({"name": "B"})), ["Renamed from “A” to “B”"]);
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert_eq!(
        event(json!({"client_id": one}), json!({"client_id": two})),
        ["Changed client from “Hotel Peña” to a client no longer on record"]
    );
}

#[test]
fn times_are_told_on_the_event_s_clock() {
    assert_eq!(
        event(
            json!({"starts_at": "2026-03-14T17:30:00+00:00", "updated_at": "2026-01-01T00:00:00Z"}),
            json!({"starts_at": "2026-07-14T17:30:00+00:00", "updated_at": "2026-01-02T00:00:00Z"})
        ),
        ["Moved the start from 14 March 2026, 18:30 to 14 July 2026, 19:30"]
    );
    assert_eq!(
        event(json!({"time_zone": "Europe/Madrid"}), json!({"time_zone": "Europe/London"})),
        ["Changed time zone from Europe/Madrid to Europe/London"]
    );
}

#[test]
fn the_lifecycle_is_told_in_the_words_of_the_board() {
    for (before, after, line) in [
        (
            json!({"status": "planning"}),
            json!({"status": "preparation"}),
            "Moved from Planning to Preparation",
        ),
        (
            json!({"status": "planning", "cancel_reason": null}),
            json!({"status": "cancelled", "cancel_reason": "storm warning"}),
            "Cancelled: storm warning",
        ),
        (
            json!({"status": "cancelled", "cancel_reason": "storm warning"}),
            json!({"status": "planning", "cancel_reason": null}),
            "Reinstated to Planning",
        ),
        (json!({"is_archived": false}), json!({"is_archived": true}), "Archived"),
        (json!({"is_archived": true}), json!({"is_archived": false}), "Took out of the archive"),
        (
            json!({"status": "planning"}),
            json!({"status": "on_hold"}),
            "Moved from Planning to on_hold",
        ),
        (json!({"colour": 1}), json!({"colour": 2}), "Changed other details"),
    ] {
        assert_eq!(event(before, after), [line]);
    }
}

#[test]
fn beginnings_ends_imports_and_undo_are_told() {
    let lines = |command, table, op, after| {
        activity_lines(command, &[change(table, op, Value::Null, after)], &Office)
    };
    assert_eq!(
        lines("event.create", "events", Op::Insert, json!({"status": "inquiry"})),
        ["Created the event"]
    );
    assert_eq!(
        lines(
            "import.events",
            "events",
            Op::Insert,
            json!({"status": "completed", "is_archived": true})
        ),
        ["Imported as Completed, archived"]
    );
    assert_eq!(lines("client.create", "clients", Op::Insert, json!({})), ["Created the client"]);
    assert_eq!(lines("client.delete", "clients", Op::Delete, Value::Null), ["Deleted the client"]);
    assert_eq!(
        lines("undo", "events", Op::Delete, Value::Null),
        ["Undid an earlier change", "Removed the event"]
    );
    let moved =
        change("events", Op::Update, json!({"status": "inquiry"}), json!({"status": "planning"}));
    let log =
        change("event_status_log", Op::Insert, Value::Null, json!({"new_status": "planning"}));
    assert_eq!(
        activity_lines("event.advance", &[moved, log], &Office),
        ["Moved from Inquiry to Planning"]
    );
}

#[test]
fn what_was_just_done_is_named_for_undo() {
    let plan = |set: Value, was: Value| {
        let row = |value: Value| value.as_object().cloned().unwrap_or_default();
        let (set, was) = (row(set), row(was));
        let change = crate::change::Change {
            table: "events".into(),
            id: Uuid::nil(),
            op: Op::Update,
            set,
            was,
        };
        Plan { changes: vec![change] }
    };
    let moved = plan(
        json!({"status": "planning", "cancel_reason": null}),
        json!({"status": "inquiry", "cancel_reason": null}),
    );
    assert_eq!(
        applied_label("event.advance", "Gala dinner", &moved),
        "Moved “Gala dinner” to Planning"
    );
    let later = plan(
        json!({"starts_at": "b", "ends_at": "b", "time_zone": "UTC"}),
        json!({"starts_at": "a", "ends_at": "a", "time_zone": "UTC"}),
    );
    assert_eq!(applied_label("event.edit", "Gala", &later), "Changed the time of “Gala”");
    let both = plan(json!({"name": "B", "notes": "x"}), json!({"name": "A", "notes": null}));
    assert_eq!(applied_label("event.edit", "Gala", &both), "Changed “Gala”");
    assert_eq!(
        applied_label("event.archive", "Gala", &Plan::nothing()),
        "Nothing to change: “Gala” is like that already"
    );
    let long = applied_label("event.archive", &format!(" {} ", "x".repeat(255)), &both);
    assert_eq!(long, format!("Archived “{}…”", "x".repeat(80)), "a toast has little room");
    assert_eq!(imported_label(ImportKind::Events, 1_400), "Imported 1,400 events");
    assert_eq!(imported_label(ImportKind::Clients, 1), "Imported 1 client");
}

#[test]
fn what_happens_to_tasks_is_told_with_titles_people_and_dates() {
    let one = |before, after| {
        activity_lines("task.edit", &[change("tasks", Op::Update, before, after)], &Office)
    };
    for (before, after, line) in [
        (json!({"status": "pending"}), json!({"status": "in_progress"}), "Started"),
        (json!({"status": "pending"}), json!({"status": "completed"}), "Completed"),
        (json!({"status": "completed"}), json!({"status": "pending"}), "Reopened as Pending"),
        (
            json!({"status": "in_progress"}),
            json!({"status": "pending"}),
            "Moved from In progress to Pending",
        ),
        (
            json!({"assigned_to": null}),
            json!({"assigned_to": Uuid::from_u128(50)}),
            "Assigned to Ana Ruiz",
        ),
        (
            json!({"assigned_to": Uuid::from_u128(50)}),
            json!({"assigned_to": Uuid::from_u128(51)}),
            "Reassigned from Ana Ruiz to somebody no longer on record",
        ),
        (
            json!({"assigned_to": Uuid::from_u128(50)}),
            json!({"assigned_to": null}),
            "No longer assigned to Ana Ruiz",
        ),
        (
            json!({"due_at": null}),
            json!({"due_at": "2026-03-14T17:30:00+00:00"}),
            "Set the due date to 14 March 2026, 18:30",
        ),
        (
            json!({"category": "pre_event"}),
            json!({"category": "post_event"}),
            "Changed category from Before the event to After the event",
        ),
        (json!({"title": "A"}), json!({"title": "B"}), "Renamed from “A” to “B”"),
        (json!({"description": null}), json!({"description": "x"}), "Added description"),
    ] {
        assert_eq!(one(before, after), [line]);
    }
}

#[test]
fn tasks_that_come_go_or_move_together_are_told_by_title() {
    let told = |command, op, before, after| {
        activity_lines(command, &[change("tasks", op, before, after)], &Office)
    };
    let cook = json!({"title": "Cook"});
    assert_eq!(
        told("task.create", Op::Insert, Value::Null, cook.clone()),
        ["Added the task “Cook”"]
    );
    assert_eq!(
        told("import.books", Op::Insert, Value::Null, cook.clone()),
        ["Imported the task “Cook”"]
    );
    assert_eq!(told("task.delete", Op::Delete, cook, Value::Null), ["Deleted the task “Cook”"]);
    let moved = |n| {
        let done = (json!({"status": "pending"}), json!({"status": "completed"}));
        RowChange { id: Uuid::from_u128(n), ..change("tasks", Op::Update, done.0, done.1) }
    };
    assert_eq!(
        activity_lines("task.move", &[moved(30), moved(31)], &Office),
        ["“Cook”: Completed", "“Serve”: Completed"]
    );
    let edge = json!({"task_id": Uuid::from_u128(31), "prerequisite_id": Uuid::from_u128(30)});
    let linked = |op, before, after| {
        activity_lines("task.edit", &[change("task_dependencies", op, before, after)], &Office)
    };
    assert_eq!(linked(Op::Insert, Value::Null, edge.clone()), ["“Serve” now waits for “Cook”"]);
    assert_eq!(linked(Op::Delete, edge, Value::Null), ["“Serve” no longer waits for “Cook”"]);
}

#[test]
fn what_happens_to_resources_is_told() {
    let one = |before, after| {
        activity_lines("resource.edit", &[change("resources", Op::Update, before, after)], &Office)
    };
    for (before, after, line) in [
        (json!({"is_available": true}), json!({"is_available": false}), "Marked as not available"),
        (json!({"quantity": 10}), json!({"quantity": 12}), "Changed quantity from 10 to 12"),
        (
            json!({"setup_minutes": 0}),
            json!({"setup_minutes": 30}),
            "Changed minutes of setup from 0 to 30",
        ),
        (
            json!({"type": "equipment"}),
            json!({"type": "materials"}),
            "Changed type from Equipment to Materials",
        ),
        (json!({"user_id": null}), json!({"user_id": Uuid::from_u128(7)}), "Ana signs in as this"),
    ] {
        assert_eq!(one(before, after), [line]);
    }
}

#[test]
fn bookings_are_told_one_by_one_where_somebody_booked() {
    let row = |more: Value| {
        let mut row = json!({
            "resource_id": Uuid::from_u128(50), "event_id": Uuid::from_u128(1), "kind": "assignment", "quantity": 1,
            "starts_at": "2026-06-14T14:00:00+00:00", "ends_at": "2026-06-14T21:00:00+00:00",
        });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let told = |command, op, before, after| {
        activity_lines(command, &[change("resource_schedule", op, before, after)], &Office)
    };
    assert_eq!(
        told("assignment.create", Op::Insert, Value::Null, row(json!({}))),
        ["Booked Ana Ruiz for “Gala dinner”, 14 Jun 16:00–23:00"]
    );
    assert_eq!(
        told(
            "assignment.create",
            Op::Insert,
            Value::Null,
            row(json!({"quantity": 20, "override_reason": "agreed"}))
        ),
        [
            "Booked 20 of Ana Ruiz for “Gala dinner”, 14 Jun 16:00–23:00, although it clashes: agreed"
        ]
    );
    assert_eq!(
        told("assignment.release", Op::Delete, row(json!({})), Value::Null),
        ["Released Ana Ruiz from “Gala dinner”, 14 Jun 16:00–23:00"]
    );
    let block = row(json!({"kind": "block", "event_id": null, "note": "Holiday"}));
    assert_eq!(
        told("block.create", Op::Insert, Value::Null, block.clone()),
        ["Blocked Ana Ruiz, 14 Jun 16:00–23:00: Holiday"]
    );
    assert_eq!(
        told("block.remove", Op::Delete, block, Value::Null),
        ["Unblocked Ana Ruiz, 14 Jun 16:00–23:00"]
    );
    assert_eq!(
        told(
            "assignment.edit",
            Op::Update,
            json!({"ends_at": "2026-06-14T21:00:00Z", "quantity": 1, "override_reason": null}),
            json!({"ends_at": "2026-06-14T22:00:00Z", "quantity": 2, "override_reason": "agreed"})
        ),
        [
            "Moved the booking’s end from 14 June 2026, 23:00 to 15 June 2026, 00:00",
            "Let it stand although it clashes: agreed",
            "Changed quantity from 1 to 2"
        ]
    );
}

#[test]
fn bookings_that_follow_their_event_are_counted() {
    let entry = |op| change("resource_schedule", op, json!({}), json!({}));
    let told = |command, ops: &[Op]| {
        let changes: Vec<RowChange> = ops.iter().map(|op| entry(*op)).collect();
        activity_lines(command, &changes, &Office)
    };
    assert_eq!(told("event.cancel", &[Op::Delete, Op::Update]), ["Released 2 bookings"]);
    assert_eq!(
        told("event.edit", &[Op::Update, Op::Delete]),
        ["Moved 1 booking", "Released 1 booking"]
    );
    assert_eq!(told("import.books", &[Op::Insert, Op::Insert]), ["Added 2 bookings"]);
}

#[test]
fn what_happens_to_the_team_is_told() {
    let told = |table, op, before, after| {
        activity_lines("member.role", &[change(table, op, before, after)], &Office)
    };
    let joined = json!({"display_name": "Bo Li", "role": "staff"});
    assert_eq!(
        told("memberships", Op::Insert, Value::Null, joined),
        ["Bo Li joined the team as Staff"]
    );
    for (before, after, line) in [
        (
            json!({"role": "staff"}),
            json!({"role": "manager"}),
            "Changed role from Staff to Manager",
        ),
        (
            json!({"ended_at": null}),
            json!({"ended_at": "2026-01-01T00:00:00Z"}),
            "Ended the membership",
        ),
        (
            json!({"ended_at": "2026-01-01T00:00:00Z"}),
            json!({"ended_at": null}),
            "Taken back into the team",
        ),
        (json!({"display_name": "A"}), json!({"display_name": "B"}), "Renamed from “A” to “B”"),
    ] {
        assert_eq!(told("memberships", Op::Update, before, after), [line]);
    }
    let grant = json!({"role": "manager", "permission": "tasks.delete"});
    assert_eq!(
        told("role_permissions", Op::Insert, Value::Null, grant.clone()),
        ["Manager may now delete tasks"]
    );
    assert_eq!(
        told("role_permissions", Op::Delete, grant, Value::Null),
        ["Manager may no longer delete tasks"]
    );
}

#[test]
fn an_office_day_s_changes_are_named_for_undo() {
    let change = |table: &str, op, set: Value| crate::change::Change {
        table: table.into(),
        id: Uuid::nil(),
        op,
        set: set.as_object().cloned().unwrap_or_default(),
        was: Map::new(),
    };
    let plan = |changes: &[crate::change::Change]| Plan { changes: changes.to_vec() };
    let off = change("events", Op::Update, json!({"status": "cancelled"}));
    let gone = change("resource_schedule", Op::Delete, json!({}));
    let cut = change("resource_schedule", Op::Update, json!({"ends_at": "x"}));
    assert_eq!(
        applied_label("event.cancel", "Gala", &plan(&[gone.clone(), cut.clone(), off.clone()])),
        "Cancelled “Gala” and released 2 bookings"
    );
    assert_eq!(applied_label("event.cancel", "Gala", &plan(&[off])), "Cancelled “Gala”");
    let time = change("events", Op::Update, json!({"starts_at": "x"}));
    assert_eq!(
        applied_label("event.edit", "Gala", &plan(&[time, cut.clone(), gone])),
        "Changed the time of “Gala” and moved 1 booking and released 1 booking"
    );
    let done = change("tasks", Op::Update, json!({"status": "completed"}));
    assert_eq!(
        applied_label("task.move", "Cook", &plan(std::slice::from_ref(&done))),
        "Moved “Cook” to Completed"
    );
    assert_eq!(
        applied_label("task.move", "2 tasks", &plan(&[done.clone(), done.clone()])),
        "Moved 2 tasks to Completed"
    );
    let begun = change("tasks", Op::Update, json!({"status": "in_progress"}));
    assert_eq!(applied_label("task.move", "2 tasks", &plan(&[done, begun])), "Moved 2 tasks");
    let edge = change("task_dependencies", Op::Insert, json!({}));
    assert_eq!(applied_label("task.edit", "Cook", &plan(&[edge])), "Changed what “Cook” waits for");
    let booked = change("resource_schedule", Op::Insert, json!({"override_reason": "agreed"}));
    assert_eq!(
        applied_label("assignment.create", "Ana Ruiz for Gala", &plan(&[booked])),
        "Booked Ana Ruiz for Gala, although it clashes"
    );
    let role = change("memberships", Op::Update, json!({"role": "manager"}));
    assert_eq!(applied_label("member.role", "Bo Li", &plan(&[role])), "Bo Li is now Manager");
    let granted = change("role_permissions", Op::Insert, json!({"role": "staff"}));
    assert_eq!(
        applied_label("matrix.set", "Staff: delete tasks", &plan(&[granted])),
        "Granted: Staff: delete tasks"
    );
    for command in [
        "task.create",
        "task.delete",
        "task.assign",
        "resource.create",
        "resource.edit",
        "resource.delete",
        "assignment.edit",
        "assignment.release",
        "block.create",
        "block.remove",
        "member.end",
        "member.reinstate",
        "member.rename",
        "matrix.set",
        "event.archive",
    ] {
        let label = applied_label(command, "Ana", &plan(std::slice::from_ref(&cut)));
        assert!(label.contains("Ana") && label.len() > 5, "{command}: {label}");
    }
}
