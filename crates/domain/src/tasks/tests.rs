use super::TaskStatus::{Completed, InProgress, Pending};
use super::*;
use crate::change::{Op, Plan};
use crate::events::Event;
use crate::permission::Permissions;
use crate::refusal::Refusal;
use crate::samples::*;
use crate::schedule::ScheduleEntry;
use crate::time::{Choice, WallVerdict};
use chrono_tz::Tz;
use proptest::prelude::*;
use std::collections::HashMap;

/// Cook, then set the tables, then serve; washing up waits for nothing.
fn dinner(cook: TaskStatus, tables: TaskStatus, serve: TaskStatus) -> EventTasks {
    let all = vec![
        task(30, "Cook", cook),
        task(31, "Set tables", tables),
        task(32, "Serve", serve),
        task(33, "Wash up", Pending),
    ];
    tasks(all, &[(31, 30), (32, 31), (32, 30)])
}

fn to(tasks: &EventTasks, moves: &[(u128, TaskStatus)]) -> Result<Plan, Refusal> {
    let moves: Vec<_> = moves.iter().map(|(n, to)| (id(*n), *to)).collect();
    plan_status(&manager(), None, &wedding(), tasks, &moves)
}

#[test]
fn a_task_starts_only_when_all_it_waits_for_is_completed() {
    let tasks = dinner(InProgress, Pending, Pending);
    for status in [InProgress, Completed] {
        assert_eq!(
            to(&tasks, &[(32, status)]).unwrap_err().to_string(),
            "“Serve” cannot start yet: it waits for “Cook” and “Set tables”."
        );
    }
    let plan = to(&dinner(Completed, Completed, Pending), &[(32, InProgress)]).unwrap();
    let change = &plan.changes[0];
    assert_eq!(
        (&change.set["status"], &change.was["status"]),
        (&"in_progress".into(), &"pending".into())
    );
    assert_eq!(change.set.len(), 1, "the server stamps who and when");
}

#[test]
fn what_started_tasks_were_waiting_for_is_not_reopened() {
    let tasks = dinner(Completed, InProgress, Pending);
    for status in [InProgress, Pending] {
        assert_eq!(
            to(&tasks, &[(30, status)]).unwrap_err().to_string(),
            "“Cook” cannot be reopened: “Set tables” has started and waits for it."
        );
    }
    let both = dinner(Completed, Completed, InProgress);
    assert_eq!(
        to(&both, &[(30, Pending)]).unwrap_err().to_string(),
        "“Cook” cannot be reopened: “Set tables” and “Serve” have started and wait for it."
    );
    assert!(to(&tasks, &[(31, Pending), (30, Pending)]).is_ok(), "together they may");
}

#[test]
fn a_batch_is_judged_as_what_it_becomes_and_sent_prerequisites_first() {
    let tasks = dinner(Pending, Pending, Pending);
    let plan = to(&tasks, &[(32, InProgress), (31, Completed), (30, Completed)]).unwrap();
    let order: Vec<Uuid> = plan.changes.iter().map(|change| change.id).collect();
    assert_eq!(order, [id(30), id(31), id(32)]);
    assert!(to(&tasks, &[(32, InProgress), (30, Completed)]).is_err());
    let plan = to(&tasks, &[(30, Completed), (30, Pending)]).unwrap();
    assert!(plan.is_nothing(), "the last word counts");
    assert!(matches!(to(&tasks, &[(99, Completed)]), Err(Refusal::Gone { .. })));
}

#[test]
fn history_imported_out_of_order_blocks_only_what_makes_it_worse() {
    let tasks = dinner(Pending, Completed, Pending);
    assert!(finished_out_of_order(&tasks, id(31)) && !finished_out_of_order(&tasks, id(30)));
    assert!(to(&tasks, &[(33, InProgress)]).is_ok());
    assert!(to(&tasks, &[(30, InProgress)]).is_ok());
    assert!(to(&tasks, &[(31, InProgress)]).is_ok());
    assert!(to(&tasks, &[(31, Pending)]).is_ok());
}

#[test]
fn staff_move_what_is_theirs_by_assignment_or_by_booking() {
    let mut tasks = dinner(Pending, Pending, Pending);
    let go = |tasks: &EventTasks, me| {
        plan_status(&staff(), me, &wedding(), tasks, &[(id(30), Completed), (id(33), Completed)])
    };
    assert_eq!(go(&tasks, None), Err(Refusal::OnlyOwnTasks), "nobody's task is not theirs");
    assert_eq!(go(&tasks, Some(id(50))), Err(Refusal::OnlyOwnTasks));
    tasks.tasks[0].assigned_to = Some(id(50));
    tasks.mine.insert(id(33));
    assert!(go(&tasks, Some(id(50))).is_ok());
    let refused = plan_status(&nobody(), Some(id(50)), &wedding(), &tasks, &[(id(30), Completed)]);
    assert_eq!(refused, Err(Refusal::not_permitted("tasks.status")));
}

#[test]
fn nothing_of_an_archived_event_s_tasks_changes() {
    let (may, event, tasks) = (everything(), archived(), dinner(Pending, Pending, Pending));
    let cook = &tasks.tasks[0];
    let (base, other) = (TaskForm::of(cook, &event, &tasks), form("Other"));
    let no = Err(Refusal::Archived);
    assert_eq!(plan_status(&may, None, &event, &tasks, &[(id(30), Completed)]), no);
    assert_eq!(plan_create(&may, &event, id(40), &other, None, &tasks), no);
    assert_eq!(plan_edit(&may, &event, cook, &base, &other, None, &tasks), no);
    assert_eq!(plan_assign(&may, &event, &tasks.tasks, Some(&ana())), no);
    assert_eq!(plan_delete(&may, &event, &tasks, &[], &[id(30)]), no);
    let verdict = verdicts(&may, None, &event, &tasks, cook);
    assert!(![verdict.edit, verdict.assign, verdict.delete].iter().any(|may| may.allowed));
    assert!(verdict.moves.iter().all(|step| !step.may.allowed));
    assert!(!event_verdicts(&may, &event).create.allowed);
}

#[test]
fn verdicts_are_those_of_the_planners() {
    let tasks = dinner(Completed, Pending, Pending);
    let moves = |n: usize| {
        let verdict = verdicts(&manager(), None, &wedding(), &tasks, &tasks.tasks[n]);
        verdict.moves.iter().map(|step| (step.to, step.may.allowed)).collect::<Vec<_>>()
    };
    assert_eq!(moves(0), [(Pending, true), (InProgress, true)]);
    assert_eq!(moves(1), [(InProgress, true), (Completed, true)]);
    assert_eq!(moves(2), [(InProgress, false), (Completed, false)]);
    let may = event_verdicts(&manager(), &wedding());
    assert!(may.assign.allowed && may.status.allowed);
    assert!(!may.create.allowed && !may.edit.allowed && !may.delete.allowed);
    assert!(event_verdicts(&staff(), &wedding()).status.allowed, "their own at least");
}

fn form(title: &str) -> TaskForm {
    TaskForm { title: title.into(), ..TaskForm::default() }
}

fn create(form: &TaskForm) -> Result<Plan, Refusal> {
    let tasks = dinner(Pending, Pending, Pending);
    plan_create(&everything(), &wedding(), id(40), form, Some(&ana()), &tasks)
}

/// The dinner's tables, changed from how a form shows them.
fn edit(change: impl FnOnce(&mut TaskForm)) -> Result<Plan, Refusal> {
    edit_of(&dinner(Completed, Pending, Pending), 1, change)
}

fn edit_of(
    tasks: &EventTasks,
    place: usize,
    change: impl FnOnce(&mut TaskForm),
) -> Result<Plan, Refusal> {
    let task = &tasks.tasks[place];
    let base = TaskForm::of(task, &wedding(), tasks);
    let mut form = base.clone();
    change(&mut form);
    plan_edit(&everything(), &wedding(), task, &base, &form, Some(&ana()), tasks)
}

#[test]
fn a_new_task_is_pending_and_comes_before_what_it_waits_for() {
    let form = TaskForm {
        due_local: Some("2026-06-14T15:30".into()),
        assigned_to: Some(ana().id),
        prerequisites: vec![id(30), id(33), id(30)],
        ..form(" Fold napkins ")
    };
    let plan = create(&form).unwrap();
    let tables: Vec<&str> = plan.changes.iter().map(|change| change.table.as_str()).collect();
    assert_eq!(tables, ["tasks", "task_dependencies", "task_dependencies"]);
    let set = &plan.changes[0].set;
    assert_eq!(set["title"], "Fold napkins");
    assert_eq!(set["due_at"], "2026-06-14T15:30:00Z");
    assert_eq!((&set["status"], &set["category"]), (&"pending".into(), &"pre_event".into()));
    assert_eq!(create(&form).unwrap(), plan, "a retry asks for the same rows");
}

#[test]
fn creating_needs_the_permission_for_all_that_it_does() {
    let tasks = dinner(Pending, Pending, Pending);
    let try_with = |may: &[&str], form: &TaskForm| {
        let may: Permissions = may.iter().collect();
        plan_create(&may, &wedding(), id(40), form, Some(&ana()), &tasks)
    };
    let assigned = TaskForm { assigned_to: Some(ana().id), ..form("A") };
    let waiting = TaskForm { prerequisites: vec![id(30)], ..form("A") };
    assert!(try_with(&["tasks.create"], &form("A")).is_ok());
    let no = |permission: &str| Err(Refusal::not_permitted(permission));
    assert_eq!(try_with(&["tasks.edit"], &form("A")), no("tasks.create"));
    assert_eq!(try_with(&["tasks.create"], &assigned), no("tasks.assign"));
    assert_eq!(try_with(&["tasks.create"], &waiting), no("tasks.edit"));
}

#[test]
fn fields_that_cannot_be_taken_are_refused_by_name() {
    let due = |text: &str| TaskForm { due_local: Some(text.into()), ..form("A") };
    for (field, outcome) in [
        ("title", create(&form(" \t"))),
        ("title", create(&form(&"x".repeat(256)))),
        ("description", create(&TaskForm { description: Some("x".repeat(10_001)), ..form("A") })),
        ("due_local", create(&due("soon"))),
        ("due_local", create(&due("1999-12-31T23:59"))),
        ("due_local", create(&due("2100-01-01T00:00"))),
        ("assigned_to", create(&TaskForm { assigned_to: Some(id(99)), ..form("A") })),
        ("prerequisites", create(&TaskForm { prerequisites: vec![id(40)], ..form("A") })),
        ("prerequisites", create(&TaskForm { prerequisites: vec![id(99)], ..form("A") })),
        ("title", edit(|f| f.title = String::new())),
        ("due_local", edit(|f| f.due_local = Some("2026-02-30T10:00".into()))),
    ] {
        assert_eq!(outcome.unwrap_err().field(), Some(field));
    }
    assert!(create(&due("  ")).unwrap().changes[0].set.get("due_at").is_none());
}

#[test]
fn a_due_date_is_told_on_the_event_s_clock_and_asked_about_where_that_is_unclear() {
    let event = Event { time_zone: "Europe/Madrid".into(), ..wedding() };
    let verdict = |text, choice| check_due(&event, text, choice);
    assert!(matches!(verdict("2026-03-29T02:30", None), WallVerdict::Skipped { .. }));
    assert!(matches!(verdict("2026-10-25T02:30", None), WallVerdict::Repeated { .. }));
    assert!(matches!(verdict("1999-01-01T00:00", None), WallVerdict::Invalid { .. }));
    let WallVerdict::Fine { instant } = verdict("2026-10-25T02:30", Some(Choice::Later)) else {
        panic!("the choice settles it")
    };
    assert_eq!(instant, at("2026-10-25T01:30:00Z"));
    let late = Task { due_at: Some(instant), ..task(30, "Cook", Pending) };
    let none = EventTasks::default();
    let shown = TaskForm::of(&late, &event, &none);
    assert_eq!(shown.due_choice, Some(Choice::Later));
    let renamed = TaskForm { title: "Bake".into(), due_choice: None, ..shown.clone() };
    let plan = plan_edit(&everything(), &event, &late, &shown, &renamed, None, &none).unwrap();
    assert_eq!(plan.changes[0].set.keys().collect::<Vec<_>>(), ["title"]);
    let earlier = TaskForm { due_choice: Some(Choice::Earlier), ..shown.clone() };
    let plan = plan_edit(&everything(), &event, &late, &shown, &earlier, None, &none).unwrap();
    assert_eq!(plan.changes[0].set["due_at"], "2026-10-25T00:30:00Z");
}

#[test]
fn an_edit_names_only_what_it_changes() {
    assert_eq!(edit(|_| {}), Ok(Plan::nothing()));
    let plan = edit(|f| f.description = Some(" Linen \r\n".into())).unwrap();
    assert_eq!(plan.changes[0].set["description"], "Linen");
    assert_eq!(plan.changes[0].set.len(), 1);
    let plan = edit(|f| f.category = TaskCategory::DuringEvent).unwrap();
    assert_eq!(plan.changes[0].set["category"], "during_event");
    let plan = edit(|f| f.prerequisites = vec![id(33)]).unwrap();
    let told: Vec<_> = plan.changes.iter().map(|c| (c.table.as_str(), c.op)).collect();
    assert_eq!(told, [("task_dependencies", Op::Delete), ("task_dependencies", Op::Insert)]);
}

#[test]
fn what_others_changed_meanwhile_is_left_alone_or_becomes_a_conflict() {
    let tasks = dinner(Completed, Pending, Pending);
    let base = TaskForm::of(&tasks.tasks[1], &wedding(), &tasks);
    let mut now = tasks.clone();
    now.tasks[1].title = "Lay tables".into();
    now.dependencies.retain(|edge| edge.task_id != id(31));
    let edit = |form: TaskForm| {
        plan_edit(&everything(), &wedding(), &now.tasks[1], &base, &form, None, &now)
    };
    let described = edit(TaskForm { description: Some("Linen".into()), ..base.clone() }).unwrap();
    assert_eq!(described.changes[0].set.keys().collect::<Vec<_>>(), ["description"]);
    let renamed = edit(TaskForm { title: "Decorate".into(), ..base.clone() }).unwrap();
    assert_eq!(renamed.changes[0].was["title"], "Set tables", "so the server sees the conflict");
    assert_eq!(edit(TaskForm { title: "Lay tables".into(), ..base.clone() }), Ok(Plan::nothing()));
    let freed = edit(TaskForm { prerequisites: vec![], ..base.clone() });
    assert_eq!(freed, Ok(Plan::nothing()), "somebody has done that already");
}

#[test]
fn a_manager_gives_tasks_to_people_but_does_not_rewrite_them() {
    let tasks = dinner(Completed, Pending, Pending);
    let base = TaskForm::of(&tasks.tasks[1], &wedding(), &tasks);
    let edit = |form: &TaskForm| {
        plan_edit(&manager(), &wedding(), &tasks.tasks[1], &base, form, Some(&ana()), &tasks)
    };
    let given = TaskForm { assigned_to: Some(ana().id), ..base.clone() };
    assert_eq!(edit(&given).unwrap().changes[0].set["assigned_to"], ana().id.to_string());
    let no = Err(Refusal::not_permitted("tasks.edit"));
    assert_eq!(edit(&TaskForm { title: "Lay tables".into(), ..given }), no);
    assert_eq!(edit(&TaskForm { prerequisites: vec![], ..base.clone() }), no);
}

#[test]
fn tasks_are_given_to_people_only() {
    let all =
        [task(30, "Cook", Pending), Task { assigned_to: Some(ana().id), ..task(31, "B", Pending) }];
    let plan = plan_assign(&manager(), &wedding(), &all, Some(&ana())).unwrap();
    assert_eq!(plan.changes.len(), 1, "the other is theirs already");
    let freed = plan_assign(&manager(), &wedding(), &all, None).unwrap();
    assert_eq!(freed.changes[0].set["assigned_to"], serde_json::Value::Null);
    assert_eq!(
        plan_assign(&manager(), &wedding(), &all, Some(&chairs(4))).unwrap_err().to_string(),
        "Folding chairs is not a person, so no task can be assigned to it. Book it for the task instead."
    );
    let refused = plan_assign(&staff(), &wedding(), &all, None);
    assert_eq!(refused, Err(Refusal::not_permitted("tasks.assign")));
}

#[test]
fn tasks_that_would_wait_in_a_circle_are_named_from_the_first_back_to_it() {
    let tasks = dinner(Pending, Pending, Pending);
    let refusal = edit_of(&tasks, 0, |form| form.prerequisites = vec![id(32)]).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "These tasks would wait for each other in a circle: Cook → Serve → Cook."
    );
    let chain = self::tasks(tasks.tasks, &[(31, 30), (32, 31)]);
    let refusal = edit_of(&chain, 0, |form| form.prerequisites = vec![id(33), id(32)]).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "These tasks would wait for each other in a circle: Cook → Serve → Set tables → Cook."
    );
    let itself = edit_of(&chain, 0, |form| form.prerequisites = vec![id(30)]).unwrap_err();
    assert_eq!(itself.to_string(), "“Cook” cannot wait for itself.");
    let elsewhere = edit_of(&chain, 0, |form| form.prerequisites = vec![id(99)]);
    assert_eq!(elsewhere, Err(Refusal::PrerequisiteElsewhere));
}

#[test]
fn a_circle_that_one_edit_opens_and_closes_elsewhere_is_none() {
    let chain = tasks(
        vec![
            task(30, "Cook", Pending),
            task(31, "Set tables", Pending),
            task(32, "Serve", Pending),
        ],
        &[(30, 31), (31, 32)],
    );
    let turned = edit_of(&chain, 0, |form| form.prerequisites = vec![id(32)]);
    assert_eq!(turned.unwrap().changes.len(), 2);
}

#[test]
fn a_started_task_does_not_begin_to_wait_for_an_open_one() {
    let tasks = dinner(Completed, InProgress, Pending);
    assert_eq!(
        edit_of(&tasks, 1, |form| form.prerequisites.push(id(33))).unwrap_err().to_string(),
        "“Set tables” has started already, so it cannot wait for “Wash up”, which is not completed."
    );
    assert!(edit_of(&tasks, 2, |form| form.prerequisites.push(id(33))).is_ok());
}

#[test]
fn deleting_a_task_takes_along_what_hangs_on_it() {
    let tasks = dinner(Completed, InProgress, Pending);
    let booked = [
        ScheduleEntry { task_id: Some(id(31)), ..own(60, "16:00", "17:00") },
        ScheduleEntry { task_id: Some(id(30)), ..own(61, "16:00", "17:00") },
    ];
    let delete = |may: &[&str]| {
        let may: Permissions = may.iter().collect();
        plan_delete(&may, &wedding(), &tasks, &booked, &[id(31), id(99)])
    };
    let plan = delete(&["tasks.delete", "tasks.edit", "resources.assign"]).unwrap();
    let tables: Vec<&str> = plan.changes.iter().map(|c| c.table.as_str()).collect();
    assert_eq!(tables, ["task_dependencies", "task_dependencies", "resource_schedule", "tasks"]);
    assert_eq!((plan.changes[2].id, plan.changes[3].id), (id(60), id(31)));
    let no = |permission: &str| Err(Refusal::not_permitted(permission));
    assert_eq!(delete(&[]), no("tasks.delete"));
    assert_eq!(delete(&["tasks.delete"]), no("tasks.edit"));
    assert_eq!(delete(&["tasks.delete", "tasks.edit"]), no("resources.assign"));
    let lone: Permissions = ["tasks.delete"].into_iter().collect();
    let plan = plan_delete(&lone, &wedding(), &tasks, &booked, &[id(33)]).unwrap();
    assert_eq!(plan.changes.len(), 1);
}

#[test]
fn a_task_is_overdue_from_the_minute_after_its_own() {
    let due = |status| Task { due_at: Some(june("16:00")), ..task(30, "Cook", status) };
    let seconds = |text, n| june(text) + Duration::seconds(n);
    assert!(!due(Pending).is_overdue(seconds("16:00", 59)));
    assert!(due(Pending).is_overdue(june("16:01")));
    assert!(due(InProgress).is_overdue(june("16:01")));
    assert!(!due(Completed).is_overdue(june("16:01")));
    assert!(!task(30, "Cook", Pending).is_overdue(june("16:01")));
    assert!(due(Pending).is_due_soon(seconds("16:00", 59)));
    assert!(!due(Pending).is_due_soon(june("16:01")), "then it is overdue");
    assert!(
        due(Pending).is_due_soon(june("-1 16:00")) && !due(Pending).is_due_soon(june("-1 15:59"))
    );
    assert!(!due(Completed).is_due_soon(june("15:00")));
}

#[test]
fn tasks_are_read_by_category_then_prerequisites_then_due_date() {
    let due = |n, title, time| Task { due_at: Some(june(time)), ..task(n, title, Pending) };
    let all = vec![
        Task { category: TaskCategory::PostEvent, ..due(30, "Wash up", "08:00") },
        task(31, "Whenever", Pending),
        due(32, "Serve", "09:00"),
        due(33, "Cook", "12:00"),
        due(34, "Shop", "10:00"),
    ];
    let tasks = tasks(all, &[(32, 33), (33, 34)]);
    let titles: Vec<&str> = ordered(&tasks).iter().map(|task| task.title.as_str()).collect();
    assert_eq!(titles, ["Shop", "Cook", "Serve", "Whenever", "Wash up"]);
}

#[test]
fn statuses_and_categories_have_one_spelling() {
    for status in TaskStatus::all() {
        assert_eq!(TaskStatus::parse(status.as_str()), Some(*status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
    for category in TaskCategory::all() {
        assert_eq!(TaskCategory::parse(category.as_str()), Some(*category));
        assert_eq!(serde_json::to_value(category).unwrap(), category.as_str());
    }
    assert_eq!(TaskStatus::parse("on_hold"), None);
}

/// How many tasks a random event has.
const MANY: u128 = 6;

fn any_status() -> impl Strategy<Value = TaskStatus> {
    prop::sample::select(TaskStatus::all())
}

fn any_edges() -> impl Strategy<Value = Vec<(u128, u128)>> {
    prop::collection::vec((0..MANY, 0..MANY), 0..10)
}

/// Tasks in any state, history out of order included, that wait for tasks of lower number only.
fn any_tasks() -> impl Strategy<Value = EventTasks> {
    (prop::collection::vec(any_status(), MANY as usize), any_edges()).prop_map(
        |(all, mut edges)| {
            edges.retain(|(task, prerequisite)| task > prerequisite);
            edges.sort_unstable();
            edges.dedup();
            let all = (0..).zip(all).map(|(n, status)| task(n, &format!("T{n}"), status)).collect();
            tasks(all, &edges)
        },
    )
}

fn broken(tasks: &EventTasks) -> Vec<(Uuid, Uuid)> {
    let status = |id| tasks.find(id).unwrap().status;
    let edges = tasks.dependencies.iter().map(|edge| (edge.task_id, edge.prerequisite_id));
    edges.filter(|(t, p)| status(*t) != Pending && status(*p) != Completed).collect()
}

/// Which tasks each task waits for, over however many others.
fn reach(tasks: &EventTasks) -> HashMap<Uuid, Vec<Uuid>> {
    let mut reach: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for task in &tasks.tasks {
        let mut found = vec![task.id];
        let mut next = 0;
        while next < found.len() {
            for other in tasks.prerequisites(found[next]) {
                if !found.contains(&other.id) {
                    found.push(other.id);
                }
            }
            next += 1;
        }
        reach.insert(task.id, found);
    }
    reach
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a_batch_is_taken_exactly_where_it_breaks_nothing_new(
        before in any_tasks(),
        moves in prop::collection::vec((0..MANY, any_status()), 0..6),
    ) {
        let mut wanted = before.clone();
        for (n, to) in &moves {
            wanted.tasks.iter_mut().find(|task| task.id == id(*n)).unwrap().status = *to;
        }
        let status = |id| before.find(id).unwrap().status;
        let then = |id| wanted.find(id).unwrap().status;
        let is_worse = broken(&wanted).iter().any(|(task, prerequisite)| {
            status(*task) == Pending
                || (status(*prerequisite) == Completed && then(*prerequisite) != Completed)
        });
        match to(&before, &moves) {
            Ok(plan) => {
                prop_assert!(!is_worse);
                let rows = applied(&plan, &before.tasks, &task(1, "T", Pending));
                prop_assert_eq!(&rows, &wanted.tasks);
                prop_assert!(to(&wanted, &moves).unwrap().is_nothing());
                let known = broken(&before);
                prop_assert!(broken(&wanted).iter().all(|edge| known.contains(edge)));
            }
            Err(refusal) => {
                prop_assert!(is_worse, "{}", refusal);
                let named = matches!(
                    &refusal,
                    Refusal::PrerequisitesOpen { open: named, .. }
                    | Refusal::DependantsStarted { started: named, .. } if !named.is_empty()
                );
                prop_assert!(named, "{}", refusal);
            }
        }
    }

    #[test]
    fn waiting_is_refused_exactly_where_it_closes_a_circle_which_it_names(
        before in any_tasks(),
        place in 0..MANY as usize,
        wanted in prop::collection::vec(0..MANY, 0..4),
    ) {
        let mut pending = before;
        pending.tasks.iter_mut().for_each(|task| task.status = Pending);
        let waiting = pending.tasks[place].clone();
        let mut after = pending.clone();
        after.dependencies.retain(|edge| edge.task_id != waiting.id);
        let others: Vec<Uuid> = wanted.iter().map(|n| id(*n)).collect();
        let reach = reach(&after);
        let closes = others.iter().any(|other| reach[other].contains(&waiting.id));
        match edit_of(&pending, place, |form| form.prerequisites.clone_from(&others)) {
            Ok(plan) => {
                prop_assert!(!closes);
                let blank = TaskDependency::new(id(0), id(0), id(0));
                let mut edges = applied(&plan, &pending.dependencies, &blank);
                edges.retain(|edge| edge.task_id == waiting.id);
                let mut now: Vec<Uuid> = edges.iter().map(|e| e.prerequisite_id).collect();
                let mut others = others;
                now.sort();
                others.sort();
                others.dedup();
                prop_assert_eq!(now, others);
            }
            Err(Refusal::PrerequisiteSelf { .. }) => prop_assert!(others.contains(&waiting.id)),
            Err(Refusal::PrerequisiteCircle { path }) => {
                prop_assert!(closes && path.len() > 2);
                prop_assert_eq!(path.first(), Some(&waiting.title));
                prop_assert_eq!(path.last(), Some(&waiting.title));
                let named = |title: &String| pending.tasks.iter().find(|t| t.title == *title).unwrap();
                prop_assert!(others.contains(&named(&path[1]).id));
                for pair in path[1..].windows(2) {
                    let waits = after.prerequisites(named(&pair[0]).id);
                    prop_assert!(waits.into_iter().any(|task| task.title == pair[1]));
                }
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn every_task_comes_once_and_after_what_it_waits_for(tasks in any_tasks()) {
        let order: Vec<Uuid> = ordered(&tasks).iter().map(|task| task.id).collect();
        let place = |id| order.iter().position(|other| *other == id).unwrap();
        prop_assert_eq!(order.len(), tasks.tasks.len());
        for edge in &tasks.dependencies {
            prop_assert!(place(edge.prerequisite_id) < place(edge.task_id));
        }
    }
}

/// Tasks that are due then, on the clock of Madrid.
fn due_tasks(dues: &[(u128, &str)]) -> Vec<Task> {
    let due = |text: &str| {
        let local = crate::time::parse_local(text).unwrap();
        crate::time::local_instant("due", local, Some(Choice::Earlier), Tz::Europe__Madrid).unwrap()
    };
    dues.iter()
        .map(|(n, text)| Task { due_at: Some(due(text)), ..task(*n, "T", TaskStatus::Pending) })
        .collect()
}

fn start(text: &str, zone: Tz) -> Start {
    let local = crate::time::parse_local(text).unwrap();
    let at = crate::time::local_instant("starts_local", local, Some(Choice::Earlier), zone);
    Start { at: at.unwrap(), zone }
}

/// What the clocks show when each task would be due.
fn moved(tasks: &[Task], old: Start, new: Start) -> Vec<(Uuid, String)> {
    moved_due_times(tasks, old, new)
        .into_iter()
        .map(|(task, due)| (task.id, crate::time::wall_text(due, new.zone).0))
        .collect()
}

#[test]
fn due_times_move_as_far_as_the_clocks_show_that_the_event_does() {
    let zone = Tz::Europe__Madrid;
    // Summer time begins on 29 March: the event goes over it and so does one task; another was beyond it before.
    let tasks = due_tasks(&[(30, "2026-03-13T12:00"), (31, "2026-03-31T09:30")]);
    let (old, new) = (start("2026-03-14T18:00", zone), start("2026-03-30T20:00", zone));
    assert_eq!(
        moved(&tasks, old, new),
        [(id(30), "2026-03-29T14:00".to_owned()), (id(31), "2026-04-16T11:30".to_owned())]
    );
    assert_ne!(
        moved_due_times(&tasks, old, new)[0].1 - tasks[0].due_at.unwrap(),
        chrono::Duration::hours(16 * 24 + 2),
        "an hour was skipped in between"
    );
    assert!(moved(&tasks, old, old).is_empty(), "an event that only ends later moves nothing");
    let back: Vec<Task> = moved_due_times(&tasks, old, new)
        .into_iter()
        .map(|(task, due)| Task { due_at: Some(due), ..task.clone() })
        .collect();
    let there: Vec<_> = moved_due_times(&back, new, old).into_iter().map(|(_, due)| due).collect();
    assert_eq!(there, [tasks[0].due_at.unwrap(), tasks[1].due_at.unwrap()], "and back again");
}

#[test]
fn a_due_time_that_clocks_skip_or_repeat_becomes_a_moment_all_the_same() {
    let zone = Tz::Europe__Madrid;
    let tasks = due_tasks(&[(30, "2026-03-21T02:30")]);
    let week = moved(&tasks, start("2026-03-22T18:00", zone), start("2026-03-29T18:00", zone));
    assert_eq!(week, [(id(30), "2026-03-28T02:30".to_owned())]);
    let skipped = moved(&tasks, start("2026-03-21T18:00", zone), start("2026-03-29T18:00", zone));
    assert_eq!(skipped, [(id(30), "2026-03-29T03:30".to_owned())]);
    // Half past two comes twice on 25 October; it was once, so it is the first one.
    let october = due_tasks(&[(30, "2026-10-18T02:30")]);
    let (old, new) = (start("2026-10-18T18:00", zone), start("2026-10-25T18:00", zone));
    let [(_, first)] = moved_due_times(&october, old, new)[..] else { panic!("one task") };
    assert_eq!(first, at("2026-10-25T00:30:00Z"));
    // The second one stays a second one where the event moves within that night.
    let second = vec![Task { due_at: Some(at("2026-10-25T01:30:00Z")), ..october[0].clone() }];
    let (old, new) = (start("2026-10-25T18:00", zone), start("2026-10-25T18:10", zone));
    let [(_, later)] = moved_due_times(&second, old, new)[..] else { panic!("one task") };
    assert_eq!(later, at("2026-10-25T01:40:00Z"));
}

#[test]
fn a_zone_that_was_wrong_keeps_what_the_clocks_show() {
    let tasks = due_tasks(&[(30, "2026-06-13T12:00")]);
    let (madrid, lisbon) = (Tz::Europe__Madrid, Tz::Europe__Lisbon);
    let (old, new) = (start("2026-06-14T18:00", madrid), start("2026-06-14T18:00", lisbon));
    assert_eq!(moved(&tasks, old, new), [(id(30), "2026-06-13T12:00".to_owned())]);
    // The same moment on another clock is no move.
    let new = start("2026-06-14T17:00", lisbon);
    assert!(moved(&tasks, old, new).is_empty());
}

#[test]
fn completed_tasks_and_those_without_a_date_stay_and_the_others_need_no_permission_of_their_own() {
    let zone = Tz::Europe__Madrid;
    let mut tasks = due_tasks(&[(30, "2026-06-13T12:00"), (31, "2026-06-13T12:00")]);
    tasks[0].status = TaskStatus::Completed;
    tasks[1].status = TaskStatus::InProgress;
    tasks.push(task(32, "Some day", TaskStatus::Pending));
    let (old, new) = (start("2026-06-14T18:00", zone), start("2026-06-15T18:00", zone));
    let plan = plan_due_times(&tasks, old, new).unwrap();
    let [change] = plan.changes.as_slice() else { panic!("one change: {plan:?}") };
    assert_eq!((change.id, change.set.len()), (id(31), 1));
    assert_eq!(applied(&plan, &tasks, &tasks[0])[1].due_at, Some(at("2026-06-14T10:00:00Z")));
    let far = due_tasks(&[(30, "2099-12-30T12:00")]);
    let (old, new) = (start("2099-12-29T18:00", zone), start("2099-12-31T18:00", zone));
    assert!(matches!(plan_due_times(&far, old, new), Err(Refusal::OutOfRangeDate { .. })));
}

#[test]
fn moving_an_event_takes_its_due_times_along_unless_they_are_to_stay() {
    use crate::events::{EventForm, due_times_wanted, plan_edit};
    use crate::schedule::MovingChoice;
    let may: crate::permission::Permissions = ["events.edit"].into_iter().collect();
    let event = gala();
    let to_do = vec![Task {
        event_id: event.id,
        due_at: Some(at("2026-03-13T12:00:00Z")),
        ..task(30, "Order flowers", TaskStatus::Pending)
    }];
    let base = EventForm::of(&event);
    let edit = |form: &EventForm, event: &crate::events::Event, due| {
        plan_edit(&may, event, &base, form, (&[], &to_do), (&MovingChoice::Refuse, due)).unwrap()
    };
    let later = EventForm {
        starts_local: "2026-03-15T19:00".into(),
        ends_local: "2026-03-15T23:00".into(),
        ..base.clone()
    };
    let plan = edit(&later, &event, DueTimes::Along);
    let tables: Vec<&str> = plan.changes.iter().map(|change| change.table.as_str()).collect();
    assert_eq!(tables, ["events", "tasks"]);
    let label = crate::activity::applied_label("event.edit", &event.name, &plan);
    assert!(label.ends_with("and moved 1 due time"), "{label}");
    let told = due_times_wanted(&event, &base, &later, &to_do).unwrap();
    assert_eq!(told.iter().map(|(_, due)| *due).collect::<Vec<_>>(), [at("2026-03-14T12:00:00Z")]);
    assert_eq!(edit(&later, &event, DueTimes::Stay).changes.len(), 1);
    let longer = EventForm { ends_local: "2026-03-14T23:30".into(), ..base.clone() };
    assert_eq!(edit(&longer, &event, DueTimes::Along).changes.len(), 1);
    let off = crate::events::Event {
        status: crate::events::Status::Cancelled,
        cancel_reason: Some("storm".into()),
        ..event
    };
    assert_eq!(edit(&later, &off, DueTimes::Along).changes.len(), 1);
    assert_eq!(due_times_wanted(&off, &base, &later, &to_do), Ok(vec![]));
}
