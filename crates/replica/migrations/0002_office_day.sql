-- What an office does all day: people and things, tasks, who is held when.

-- The people and things of an office. `_key` columns are folded, as above.
create table resources (
    number integer primary key,
    id blob not null unique,
    n integer not null,
    name text not null,
    name_key text not null,
    type text not null,
    type_rank integer not null,
    role text,
    role_key text not null,
    quantity integer not null,
    setup_minutes integer not null,
    teardown_minutes integer not null,
    is_available integer not null,
    user_id blob,
    body text not null
);
create index resources_by_name on resources (name_key);
create index resources_of_user on resources (user_id) where user_id is not null;

-- A task's shelf is its status's rank, and four more where its event is archived. Every order has an index that begins
-- with the shelf and carries what lists filter by. `due_key` is the end of time for tasks that are never due. What is
-- the event's or the person's (`shelf`, `event_key`, `assignee_key`) follows them by trigger.
create table tasks (
    number integer primary key,
    id blob not null unique,
    n integer not null,
    event_id blob not null,
    event_key text not null,
    title text not null,
    title_key text not null,
    due_key integer not null,
    status text not null,
    status_rank integer not null,
    shelf integer not null,
    category text not null,
    category_rank integer not null,
    assigned_to blob,
    assignee_key text not null,
    unassigned integer not null,
    body text not null
);
create index tasks_by_due on tasks (shelf, due_key, category_rank, unassigned);
create index tasks_by_title on tasks (shelf, title_key, due_key, category_rank, unassigned);
create index tasks_by_event on tasks (shelf, event_key, due_key, category_rank, unassigned);
create index tasks_by_assignee on tasks (shelf, assignee_key, due_key, category_rank, unassigned);
create index tasks_of_event on tasks (event_id, shelf, due_key, category_rank, unassigned);
-- One person's tasks are few enough to be sorted by anything, as long as no row has to be looked up for it.
create index tasks_of_person on tasks
    (assigned_to, shelf, due_key, category_rank, unassigned, title_key, event_key, assignee_key, event_id)
    where assigned_to is not null;

create table task_dependencies (
    id blob primary key,
    n integer not null,
    event_id blob not null,
    task_id blob not null,
    prerequisite_id blob not null,
    body text not null
) without rowid;
create index task_dependencies_of_event on task_dependencies (event_id);
create index task_dependencies_of_task on task_dependencies (task_id, prerequisite_id);
create index task_dependencies_of_prerequisite on task_dependencies (prerequisite_id, task_id);

-- Who and what is held when. Entries that are not long start at most 32 days before they end, so that a window is a
-- range of `starts_at`. Of other people's events a staff member sees busy times alone: no event, though an assignment.
create table resource_schedule (
    number integer primary key,
    id blob not null unique,
    n integer not null,
    resource_id blob not null,
    event_id blob,
    task_id blob,
    kind text not null,
    quantity integer not null,
    starts_at integer not null,
    ends_at integer not null,
    is_long integer not null,
    is_overridden integer not null,
    body text not null
);
create index schedule_of_resource on resource_schedule
    (resource_id, is_long, starts_at, ends_at, quantity, kind, is_overridden, id);
create index schedule_by_start on resource_schedule (is_long, starts_at, ends_at, resource_id, quantity, kind);
create index schedule_of_event on resource_schedule (event_id, starts_at, resource_id) where event_id is not null;
create index schedule_of_task on resource_schedule (task_id, resource_id) where task_id is not null;

-- How many tasks there are of each kind, so that totals need no scan. A bucket is 2^40 microseconds (12.7 days) of
-- `due_key`: what is overdue is a sum of buckets and a part of one.
create table task_counts (
    shelf integer not null,
    bucket integer not null,
    category_rank integer not null,
    unassigned integer not null,
    tasks integer not null,
    primary key (shelf, bucket, category_rank, unassigned)
) without rowid;
create table assigned_counts (
    resource_id blob not null,
    shelf integer not null,
    tasks integer not null,
    primary key (resource_id, shelf)
) without rowid;

-- Tasks that people are booked on without being the one whom they are assigned to: theirs as well.
create table task_helpers (
    assigned_to blob not null,
    shelf integer not null,
    due_key integer not null,
    number integer not null,
    category_rank integer not null,
    unassigned integer not null,
    title_key text not null,
    event_key text not null,
    assignee_key text not null,
    event_id blob not null,
    primary key (assigned_to, shelf, due_key, number)
) without rowid;
create index task_helpers_by_number on task_helpers (number);

-- Where more of a resource is held than there is, or an unavailable one is held at all: the domain's sweep over the
-- resource's whole schedule, made again whenever something of the resource changed.
create table clashes (
    number integer primary key,
    resource_id blob not null,
    starts_at integer not null,
    ends_at integer not null,
    peak integer not null,
    quantity integer not null,
    reason text not null,
    is_accepted integer not null
);
create index clashes_by_end on clashes (is_accepted, ends_at, starts_at);
create index clashes_of_resource on clashes (resource_id, ends_at);
create table clash_entries (
    clash integer not null,
    entry integer not null,
    primary key (clash, entry)
) without rowid;
create index clash_entries_of_entry on clash_entries (entry, clash);

-- Ten times as many as everything else together, so without prefixes of their own. `state` holds `s<shelf>`,
-- `c<category>`, `u` where the task is nobody's, `a<id>` of whom it is assigned to and `h<id>` of each helper.
create virtual table tasks_search using fts5 (
    title, event_name, assignee, state,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
create virtual table resources_search using fts5 (
    name, role,
    content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

create table tasks_unindexed (number integer primary key);
create table resources_unindexed (number integer primary key);
-- Tasks whose helpers, and resources whose clashes, are out of date.
create table tasks_unplaced (number integer primary key);
create table resources_unswept (resource_id blob primary key) without rowid;

create trigger tasks_inserted after insert on tasks begin
    insert into task_counts values (new.shelf, new.due_key >> 40, new.category_rank, new.unassigned, 1)
        on conflict do update set tasks = tasks + 1;
    insert into assigned_counts select new.assigned_to, new.shelf, 1 where new.assigned_to is not null
        on conflict do update set tasks = tasks + 1;
    insert into tasks_unplaced select new.number
        where exists (select 1 from resource_schedule s where s.task_id = new.id) on conflict do nothing;
    insert into tasks_unindexed values (new.number) on conflict do nothing;
end;

create trigger tasks_deleted after delete on tasks begin
    update task_counts set tasks = tasks - 1
        where shelf = old.shelf and bucket = old.due_key >> 40 and category_rank = old.category_rank
            and unassigned = old.unassigned;
    update assigned_counts set tasks = tasks - 1 where resource_id = old.assigned_to and shelf = old.shelf;
    delete from task_helpers where number = old.number;
    insert into tasks_unindexed values (old.number) on conflict do nothing;
end;

create trigger tasks_recounted after update of shelf, due_key, category_rank, unassigned on tasks
when new.shelf <> old.shelf or new.due_key <> old.due_key or new.category_rank <> old.category_rank
    or new.unassigned <> old.unassigned begin
    update task_counts set tasks = tasks - 1
        where shelf = old.shelf and bucket = old.due_key >> 40 and category_rank = old.category_rank
            and unassigned = old.unassigned;
    insert into task_counts values (new.shelf, new.due_key >> 40, new.category_rank, new.unassigned, 1)
        on conflict do update set tasks = tasks + 1;
end;

create trigger tasks_reassigned after update of shelf, assigned_to on tasks
when new.shelf <> old.shelf or new.assigned_to is not old.assigned_to begin
    update assigned_counts set tasks = tasks - 1 where resource_id = old.assigned_to and shelf = old.shelf;
    insert into assigned_counts select new.assigned_to, new.shelf, 1 where new.assigned_to is not null
        on conflict do update set tasks = tasks + 1;
end;

create trigger tasks_displaced after update
of shelf, due_key, category_rank, assigned_to, title_key, event_key, assignee_key, event_id on tasks
when exists (select 1 from resource_schedule s where s.task_id = new.id) begin
    insert into tasks_unplaced values (new.number) on conflict do nothing;
end;

create trigger tasks_reworded after update of title, shelf, category_rank, assigned_to, event_id on tasks
when new.title <> old.title or new.shelf <> old.shelf or new.category_rank <> old.category_rank
    or new.assigned_to is not old.assigned_to or new.event_id <> old.event_id begin
    insert into tasks_unindexed values (new.number) on conflict do nothing;
end;

create trigger events_arrived after insert on events begin
    update tasks set event_key = new.name_key, shelf = status_rank + 4 * new.is_archived where event_id = new.id;
    insert into tasks_unindexed select number from tasks where event_id = new.id on conflict do nothing;
end;

create trigger events_renamed after update of name on events when new.name <> old.name begin
    update tasks set event_key = new.name_key where event_id = new.id;
    insert into tasks_unindexed select number from tasks where event_id = new.id on conflict do nothing;
end;

create trigger events_shelved after update of is_archived on events when new.is_archived <> old.is_archived begin
    update tasks set shelf = status_rank + 4 * new.is_archived where event_id = new.id;
end;

create trigger events_left after delete on events begin
    update tasks set event_key = '', shelf = status_rank where event_id = old.id;
    insert into tasks_unindexed select number from tasks where event_id = old.id on conflict do nothing;
end;

create trigger resources_inserted after insert on resources begin
    update tasks set assignee_key = new.name_key where assigned_to = new.id;
    insert into tasks_unindexed select number from tasks where assigned_to = new.id on conflict do nothing;
    insert into resources_unindexed values (new.number) on conflict do nothing;
    insert into resources_unswept values (new.id) on conflict do nothing;
end;

create trigger resources_reworded after update of name, role on resources
when new.name <> old.name or new.role is not old.role begin
    insert into resources_unindexed values (new.number) on conflict do nothing;
end;

create trigger resources_renamed after update of name on resources when new.name <> old.name begin
    update tasks set assignee_key = new.name_key where assigned_to = new.id;
    insert into tasks_unindexed select number from tasks where assigned_to = new.id on conflict do nothing;
end;

create trigger resources_changed after update
of quantity, setup_minutes, teardown_minutes, is_available on resources
when new.quantity <> old.quantity or new.setup_minutes <> old.setup_minutes
    or new.teardown_minutes <> old.teardown_minutes or new.is_available <> old.is_available begin
    insert into resources_unswept values (new.id) on conflict do nothing;
end;

create trigger resources_deleted after delete on resources begin
    -- The text of a person who is not here: after every name, since '' says that there is none.
    update tasks set assignee_key = char(1114111) where assigned_to = old.id;
    insert into tasks_unindexed select number from tasks where assigned_to = old.id on conflict do nothing;
    insert into resources_unindexed values (old.number) on conflict do nothing;
    insert into resources_unswept values (old.id) on conflict do nothing;
end;

create trigger resource_schedule_inserted after insert on resource_schedule begin
    insert into resources_unswept values (new.resource_id) on conflict do nothing;
    insert into tasks_unplaced select number from tasks where id = new.task_id on conflict do nothing;
end;

create trigger resource_schedule_changed after update
of resource_id, task_id, kind, quantity, starts_at, ends_at, is_overridden on resource_schedule begin
    insert into resources_unswept values (old.resource_id), (new.resource_id) on conflict do nothing;
    insert into tasks_unplaced select number from tasks where id in (old.task_id, new.task_id) on conflict do nothing;
end;

create trigger resource_schedule_deleted after delete on resource_schedule begin
    insert into resources_unswept values (old.resource_id) on conflict do nothing;
    insert into tasks_unplaced select number from tasks where id = old.task_id on conflict do nothing;
end;
