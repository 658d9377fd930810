//! What triggers would have made of every row, made in one go once a whole table was loaded: counters, names that are
//! copied from other tables, and what is to be made again. `?1` is the feed number at the start of the load: of what a row
//! copies, only that can differ from what it copied which changed later.

/// The statements that follow the exchange of a table.
pub(crate) fn catch_up(table: &str) -> &'static [&'static str] {
    match table {
        "clients" | "events" => &EVENTS,
        "resources" => &RESOURCES,
        "tasks" => &TASKS,
        "resource_schedule" => &SCHEDULE,
        _ => &[],
    }
}

/// The tables in which readers find other rows after the exchange of `table`, besides itself.
pub(crate) fn also_changed(table: &str) -> &'static [&'static str] {
    match table {
        "clients" | "events" => &["clients", "events"],
        _ => &[],
    }
}

const EVENTS: [&str; 6] = [
    "update events set (client_name, client_key) =
         (select coalesce(max(c.company_name), ''), coalesce(max(c.company_key), '') from clients c
          where c.id = events.client_id)
     where client_id in (select id from clients where n > ?1
                         union all select id from tombstones where table_name = 'clients')",
    "delete from event_counts",
    "insert into event_counts
     select is_archived, status_rank, type_key, count(*) from events indexed by events_by_type group by 1, 2, 3",
    "update clients set events = found.events
     from (select c.number, (select count(*) from events e where e.client_id = c.id) as events from clients c) found
     where found.number = clients.number and found.events <> clients.events",
    // Before the tasks themselves are loaded, these are the few that own actions brought.
    "update tasks set event_key = e.name_key, shelf = tasks.status_rank + 4 * e.is_archived
     from events e where e.id = tasks.event_id",
    "insert into tasks_unindexed select number from tasks where true on conflict do nothing",
];

const RESOURCES: [&str; 2] = [
    "update tasks set assignee_key = p.name_key from resources p where p.id = tasks.assigned_to",
    "insert into tasks_unindexed select number from tasks where assigned_to is not null on conflict do nothing",
];

const TASKS: [&str; 9] = [
    "update tasks set (event_key, shelf) =
         (select coalesce(max(e.name_key), ''), tasks.status_rank + 4 * coalesce(max(e.is_archived), 0) from events e
          where e.id = tasks.event_id)
     where event_id in (select id from events where n > ?1
                        union all select id from tombstones where table_name = 'events')",
    "update tasks set assignee_key =
         (select coalesce(max(p.name_key), char(1114111)) from resources p where p.id = tasks.assigned_to)
     where assigned_to in (select id from resources where n > ?1
                           union all select id from tombstones where table_name = 'resources')",
    "delete from task_counts",
    "insert into task_counts
     select shelf, due_key >> 40, category_rank, unassigned, count(*) from tasks indexed by tasks_by_due
     group by 1, 2, 3, 4",
    "delete from assigned_counts",
    "insert into assigned_counts
     select assigned_to, shelf, count(*) from tasks indexed by tasks_of_person where assigned_to is not null group by 1, 2",
    // Numbers are new.
    "delete from task_helpers",
    "delete from tasks_unplaced",
    BOOKED,
];

const SCHEDULE: [&str; 3] = [
    BOOKED,
    "insert into resources_unswept select resource_id from clashes where true on conflict do nothing",
    "insert into resources_unswept select distinct resource_id from resource_schedule where true on conflict do nothing",
];

const BOOKED: &str = "insert into tasks_unplaced
     select number from tasks where id in (select task_id from resource_schedule where task_id is not null)
     on conflict do nothing";
