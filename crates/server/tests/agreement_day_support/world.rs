//! Rows to ask about: events, tasks and what waits for what, resources and what holds them, as one person's copy has them.

use super::{Area, Asker, pick, schedule, tasks};
use crate::door_support::{id_of, insert_event, with};
use chrono::{DateTime, Duration, Utc};
use domain::change::{Entity, Plan};
use domain::events::Event;
use domain::resources::{Resource, ResourceType};
use domain::schedule::{EntryKind, Load, ScheduleEntry};
use domain::tasks::{EventTasks, Task, TaskDependency};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// Places of the events that every world has: two that go ahead, one that is called off and one that is filed away.
pub const LIVE: usize = 0;
pub const OTHER: usize = 1;
pub const ARCHIVED: usize = 3;

/// What one person knows.
#[derive(Debug, Default)]
pub struct World {
    pub events: Vec<Event>,
    pub tasks: Vec<Task>,
    pub dependencies: Vec<TaskDependency>,
    pub resources: Vec<Resource>,
    pub entries: Vec<ScheduleEntry>,
    /// The person that the one who asks is, where that is a member of the staff.
    pub me: Option<Uuid>,
    /// All tasks that there are, known or not.
    pub every_task: Vec<Uuid>,
    /// When all of this is about.
    pub clock: Clock,
}

/// A night on some clock.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    pub zone: &'static str,
    /// Noon of the day before, as the clock shows it.
    pub noon: &'static str,
}

impl Default for Clock {
    fn default() -> Self {
        Self { zone: "Europe/Madrid", noon: "2090-06-14T12:00" }
    }
}

impl Clock {
    /// Nights in which clocks are changed, by an hour and by half of one, and one in which they are not.
    const NIGHTS: [Self; 5] = [
        Self { zone: "Europe/Madrid", noon: "2035-03-24T12:00" },
        Self { zone: "Europe/Madrid", noon: "2035-10-27T12:00" },
        Self { zone: "Australia/Lord_Howe", noon: "2035-03-31T12:00" },
        Self { zone: "Australia/Lord_Howe", noon: "2035-10-06T12:00" },
        Self { zone: "Europe/Madrid", noon: "2035-06-14T12:00" },
    ];

    /// The night that the area is about: pools tell what is over from what is to come, whenever the test runs.
    fn of(rng: &mut StdRng, area: Area) -> Self {
        match area {
            Area::Overlaps => pick(rng, &Self::NIGHTS),
            Area::Prerequisites | Area::Pools => Self::default(),
        }
    }

    pub fn at_noon(self) -> DateTime<Utc> {
        let tz = domain::time::zone(self.zone).unwrap();
        let local = domain::time::parse_local(self.noon).unwrap();
        let domain::time::Wall::Fine(noon) = domain::time::resolve(local, tz) else {
            panic!("no clock is changed at noon")
        };
        noon
    }
}

/// Rows to be.
#[derive(Debug, Default)]
pub struct Draft {
    pub changes: Vec<Value>,
    /// What comes once that is there: beside what was let stand, nothing else would have been booked.
    pub later: Vec<Value>,
    pub events: Vec<Uuid>,
    pub tasks: Vec<Uuid>,
    pub clock: Clock,
    /// The person that a member of the staff is.
    pub me: Option<Uuid>,
    pub user: Option<Uuid>,
}

impl Draft {
    pub fn add<E: Entity>(&mut self, entity: &E) {
        self.changes.extend(Plan::creating(entity).changes.into_iter().map(|c| json!(c)));
    }

    pub fn add_later<E: Entity>(&mut self, entity: &E) {
        self.later.extend(Plan::creating(entity).changes.into_iter().map(|c| json!(c)));
    }

    fn events(rng: &mut StdRng, area: Area, asker: &Asker) -> Self {
        let mut draft = Self { clock: Clock::of(rng, area), user: asker.staff, ..Self::default() };
        let starts_at = draft.clock.at_noon() + Duration::hours(6);
        for status in ["planning", "preparation", "cancelled", "completed"] {
            let id = Uuid::now_v7();
            let reason = (status == "cancelled").then_some("rain");
            let row = with(
                insert_event(id, asker.client),
                json!({"status": status, "cancel_reason": reason, "is_archived": status == "completed",
                       "name": format!("Event {}", draft.events.len()), "time_zone": draft.clock.zone,
                       "starts_at": starts_at, "ends_at": starts_at + Duration::hours(8)}),
            );
            draft.changes.push(row);
            draft.events.push(id);
        }
        draft
    }
}

pub fn resource(kind: ResourceType, quantity: i32, margins: (i32, i32)) -> Resource {
    let id = Uuid::now_v7();
    Resource {
        id,
        name: format!("Resource {id}"),
        kind,
        role: None,
        quantity,
        setup_minutes: margins.0,
        teardown_minutes: margins.1,
        is_available: true,
        user_id: None,
        notes: None,
        created_by: None,
        created_at: None,
        updated_at: None,
    }
}

/// Tables of a world, as a first copy reads them.
const TABLES: [&str; 5] =
    ["events", "tasks", "task_dependencies", "resources", "resource_schedule"];

impl World {
    /// Makes rows and reads them as the one who asks sees them.
    pub async fn make(rng: &mut StdRng, area: Area, asker: &mut Asker) -> Self {
        let floor = Uuid::now_v7();
        let cursor = asker.viewer.cursor().await.unwrap();
        let mut draft = Draft::events(rng, area, asker);
        match area {
            Area::Prerequisites => tasks::draft(rng, &mut draft),
            Area::Overlaps | Area::Pools => schedule::draft(rng, area, &mut draft),
        }
        let mut changes = draft.changes.clone();
        if let Some(change) = asker.unlinked() {
            changes.insert(0, change);
        }
        asker.linked = draft.me;
        asker.maker.apply("import.world", json!(changes)).await.unwrap();
        if !draft.later.is_empty() {
            asker.maker.apply("import.world", json!(draft.later)).await.unwrap();
        }
        if area == Area::Pools {
            schedule::tighten(rng, &draft, asker).await;
        }
        let ids: HashSet<Uuid> =
            draft.changes.iter().chain(&draft.later).map(|change| id_of(&change["id"])).collect();
        let mut world =
            Self { me: draft.me, every_task: draft.tasks, clock: draft.clock, ..Self::default() };
        // A copy has its rows from a first copy or from the feed.
        if rng.random_bool(0.5) {
            for table in TABLES {
                // Rows that are made here come after the floor, but for those whose ids follow from others.
                let mut after = (table != "task_dependencies").then_some(floor);
                loop {
                    let page = asker.viewer.snapshot(table, after, 10_000).await.unwrap();
                    let rows = page["rows"].as_array().unwrap();
                    rows.iter().for_each(|row| world.put(table, row, &ids));
                    if page["done"] == json!(true) {
                        break;
                    }
                    after = rows.last().map(|row| id_of(&row["id"]));
                }
            }
        } else {
            let n = cursor["n"].as_i64().unwrap();
            let page = asker.viewer.pull(n, None, None, 5_000).await.unwrap();
            assert_eq!(page["done"], json!(true));
            for image in page["rows"].as_array().unwrap().iter().filter(|i| !i["row"].is_null()) {
                world.put(image["table"].as_str().unwrap(), &image["row"], &ids);
            }
        }
        world.sort();
        world
    }

    fn put(&mut self, table: &str, row: &Value, ids: &HashSet<Uuid>) {
        fn push<E: Entity>(list: &mut Vec<E>, row: &Value) {
            list.push(serde_json::from_value(row.clone()).unwrap());
        }
        let is_ours = row["id"].as_str().is_some_and(|id| ids.contains(&id.parse().unwrap()));
        match table {
            _ if !is_ours => {}
            "events" => push(&mut self.events, row),
            "tasks" => push(&mut self.tasks, row),
            "task_dependencies" => push(&mut self.dependencies, row),
            "resources" => push(&mut self.resources, row),
            "resource_schedule" => push(&mut self.entries, row),
            _ => {}
        }
    }

    fn sort(&mut self) {
        self.events.sort_by_key(|row| row.id);
        self.tasks.sort_by_key(|row| row.id);
        self.dependencies.sort_by_key(|row| (row.task_id, row.prerequisite_id));
        self.resources.sort_by_key(|row| row.id);
        self.entries.sort_by_key(|row| row.id);
    }

    /// How many bookings are known without what they are for.
    pub fn masked(&self) -> usize {
        let is_masked = |entry: &&ScheduleEntry| {
            entry.kind == EntryKind::Assignment && entry.event_id.is_none()
        };
        self.entries.iter().filter(is_masked).count()
    }

    pub fn event(&self, id: Uuid) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }

    pub fn event_tasks(&self, event: Uuid) -> EventTasks {
        let mine = |entry: &&ScheduleEntry| self.me.is_some() && Some(entry.resource_id) == self.me;
        EventTasks {
            tasks: self.tasks.iter().filter(|task| task.event_id == event).cloned().collect(),
            dependencies: self
                .dependencies
                .iter()
                .filter(|edge| edge.event_id == event)
                .cloned()
                .collect(),
            mine: self.entries.iter().filter(mine).filter_map(|entry| entry.task_id).collect(),
        }
    }

    pub fn load(&self, resource: &Resource) -> Load {
        let own = self.entries.iter().filter(|entry| entry.resource_id == resource.id);
        Load {
            resource: resource.clone(),
            entries: own.cloned().collect(),
            titles: self.events.iter().map(|event| (event.id, event.name.clone())).collect(),
        }
    }
}
