//! Today: what needs somebody's attention, and the same figures of one event.

use crate::events::{EventRow, ROW, count_of, row_of};
use crate::resources::ResourceRow;
use crate::schedule::{BookingRow, ClashRow, Held, LONGEST};
use crate::tables::status_rank;
use crate::tasks::{TaskFilter, TaskRow, TaskScope, TaskState};
use crate::{Replica, ReplicaError, Viewer};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// Tasks and clashes shown of each kind.
const SHOWN: u32 = 50;
/// Events of the week, and people who are free.
const MOST: u32 = 200;
const MOST_FREE: usize = 100;

/// Everything that Today shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TodayParts {
    /// Overdue tasks, the earliest first, at most 50.
    pub tasks_overdue: Vec<TaskRow>,
    /// All of them.
    pub tasks_overdue_total: u32,
    /// Tasks due later today or within 24 hours, at most 50.
    pub tasks_due: Vec<TaskRow>,
    /// All of them.
    pub tasks_due_total: u32,
    /// Clashes that are not over and that nobody has let stand, at most 50.
    pub clashes: Vec<ClashRow>,
    /// All of them.
    pub clashes_total: u32,
    /// Events that touch the rest of this week and are neither cancelled nor archived, at most 200.
    pub events: Vec<TodayEvent>,
    /// People of whom nobody needs anything now, at most 100.
    pub free_now: Vec<ResourceRow>,
    /// All of them.
    pub free_total: u32,
    /// People who are held now.
    pub busy_total: u32,
    /// The viewer's own bookings today.
    pub my_day: Vec<BookingRow>,
}

/// An event of this week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct TodayEvent {
    /// As lists show it.
    pub row: EventRow,
    /// Tasks that are not completed.
    pub tasks_open: u32,
    /// Tasks that are overdue.
    pub tasks_overdue: u32,
    /// All tasks.
    pub tasks_total: u32,
    /// Entries of the schedule.
    pub bookings: u32,
    /// Clashes that are not over and that nobody has let stand.
    pub clashes: u32,
}

/// Figures of one event's page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EventCounts {
    /// Tasks that are not completed.
    pub tasks_open: u32,
    /// Tasks that are overdue.
    pub tasks_overdue: u32,
    /// All tasks.
    pub tasks_total: u32,
    /// Entries of the schedule.
    pub bookings: u32,
    /// Clashes that are not over and that nobody has let stand.
    pub clashes: u32,
}

impl Replica {
    /// What needs attention: of everybody, or only what is the viewer's.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn today(&self, viewer: &Viewer, mine: bool) -> Result<TodayParts, ReplicaError> {
        let (tasks, clashes, events, people) = tokio::try_join!(
            self.today_tasks(viewer, mine),
            self.today_clashes(viewer, mine),
            self.today_events(viewer, mine),
            self.today_people(viewer),
        )?;
        let (overdue, due) = tasks;
        let (free_now, free_total, busy_total) = people;
        let my_day = match viewer.resource_id {
            Some(me) => self.bookings_of(me, viewer.day_starts_at, viewer.day_ends_at).await?,
            None => vec![],
        };
        Ok(TodayParts {
            tasks_overdue: overdue.rows,
            tasks_overdue_total: overdue.total,
            tasks_due: due.rows,
            tasks_due_total: due.total,
            clashes: clashes.0,
            clashes_total: count_of(clashes.1),
            events,
            free_now,
            free_total,
            busy_total,
            my_day,
        })
    }

    async fn today_tasks(
        &self,
        viewer: &Viewer,
        mine: bool,
    ) -> Result<(crate::TaskListPage, crate::TaskListPage), ReplicaError> {
        let scope = if mine { TaskScope::Mine } else { TaskScope::All };
        let filter = TaskFilter { scope, state: TaskState::Open, ..TaskFilter::default() };
        let minute = viewer.minute();
        // What is due after exactly 24 hours is due soon, as the domain has it.
        let soon = minute + Duration::hours(24) + Duration::microseconds(1);
        let until = viewer.day_ends_at.max(soon);
        let minute = minute.timestamp_micros();
        let overdue = self.tasks_due(&filter, (i64::MIN, minute), SHOWN, viewer).await?;
        let due =
            self.tasks_due(&filter, (minute, until.timestamp_micros()), SHOWN, viewer).await?;
        Ok((overdue, due))
    }

    async fn today_clashes(
        &self,
        viewer: &Viewer,
        mine: bool,
    ) -> Result<(Vec<ClashRow>, i64), ReplicaError> {
        match (mine, viewer.resource_id) {
            (true, None) => Ok((vec![], 0)),
            (true, me) => self.clashes_ahead(me, viewer.now, SHOWN).await,
            (false, _) => self.clashes_ahead(None, viewer.now, SHOWN).await,
        }
    }

    async fn today_events(
        &self,
        viewer: &Viewer,
        mine: bool,
    ) -> Result<Vec<TodayEvent>, ReplicaError> {
        let own = if mine {
            "and (exists (select 1 from resource_schedule s indexed by schedule_of_event
                      where s.event_id = e.id and s.resource_id = ?3)
                  or exists (select 1 from tasks t indexed by tasks_of_event
                      where t.event_id = e.id and t.assigned_to = ?3))"
        } else {
            "and (?3 is null or 1)"
        };
        let sql = format!(
            "select {ROW} from events e indexed by events_by_start
             where e.is_archived = 0 and e.starts_at > ?1 - {LONGEST} and e.starts_at < ?2 and e.ends_at > ?1
                and e.status_rank <> {} {own}
             order by e.starts_at, e.number limit {MOST}",
            status_rank("cancelled")
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(viewer.day_starts_at.timestamp_micros())
            .bind(viewer.week_ends_at.timestamp_micros())
            .bind(viewer.resource_id)
            .fetch_all(self.readers())
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let row = row_of(row)?;
            let counts = self.event_counts(row.id, viewer).await?;
            events.push(TodayEvent {
                row,
                tasks_open: counts.tasks_open,
                tasks_overdue: counts.tasks_overdue,
                tasks_total: counts.tasks_total,
                bookings: counts.bookings,
                clashes: counts.clashes,
            });
        }
        Ok(events)
    }

    /// The people who are free now, and how many are free and held.
    async fn today_people(
        &self,
        viewer: &Viewer,
    ) -> Result<(Vec<ResourceRow>, u32, u32), ReplicaError> {
        let sql = format!(
            "select id, quantity, setup_minutes, teardown_minutes from resources
             where type_rank = {} and is_available = 1 order by name_key, number",
            crate::resources::type_rank("staff")
        );
        let staff: Vec<(Uuid, i32, i32, i32)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(self.readers()).await?;
        let staff: Vec<Held> = staff
            .into_iter()
            .map(|(id, quantity, setup_minutes, teardown_minutes)| Held {
                id,
                quantity,
                setup_minutes,
                teardown_minutes,
                is_available: true,
            })
            .collect();
        let all = staff.len();
        let free = self.free_at(staff, viewer.now).await?;
        let shown = &free[..free.len().min(MOST_FREE)];
        let rows = self.resource_rows(shown, viewer.now).await?;
        Ok((rows, count_of(free.len() as i64), count_of((all - free.len()) as i64)))
    }

    /// Figures of one event's page.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn event_counts(
        &self,
        event_id: Uuid,
        viewer: &Viewer,
    ) -> Result<EventCounts, ReplicaError> {
        let (tasks_open, tasks_overdue, tasks_total) =
            self.task_counts_of_event(event_id, viewer).await?;
        let (bookings, clashes): (i64, i64) = sqlx::query_as(
            "select (select count(*) from resource_schedule s indexed by schedule_of_event where s.event_id = ?1),
                 (select count(distinct c.number) from resource_schedule s indexed by schedule_of_event
                    cross join clash_entries ce on ce.entry = s.number
                    cross join clashes c on c.number = ce.clash
                    where s.event_id = ?1 and c.is_accepted = 0 and c.ends_at > ?2)",
        )
        .bind(event_id)
        .bind(viewer.now.timestamp_micros())
        .fetch_one(self.readers())
        .await?;
        Ok(EventCounts {
            tasks_open,
            tasks_overdue,
            tasks_total,
            bookings: count_of(bookings),
            clashes: count_of(clashes),
        })
    }

    /// Those of the resources that nothing holds at `now`.
    async fn free_at(
        &self,
        resources: Vec<Held>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, ReplicaError> {
        let mut near = self.entries_near(now, now + Duration::microseconds(1)).await?;
        let mut free = Vec::new();
        for resource in resources {
            let entries = near.remove(&resource.id).unwrap_or_default();
            let (state, _) = crate::schedule::state_at(&resource, entries, now);
            if state == crate::ResourceNow::Free {
                free.push(resource.id);
            }
        }
        Ok(free)
    }
}
