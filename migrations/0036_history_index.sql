-- no-transaction
-- Which rows of the journal belong to an event: see 0028. Built while desks go on writing, so this file is one statement and
-- no transaction.
create index concurrently if not exists journal_rows_by_event
    on app.journal_rows ((coalesce(after, before) ->> 'event_id'), org_id, command_id)
    where table_name in ('tasks', 'task_dependencies', 'resource_schedule');
