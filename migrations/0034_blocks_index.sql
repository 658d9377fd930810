-- no-transaction
-- What is booked ends 31 days after it began at the latest, so that what lies near can be told by its end; only blocks go
-- on for longer, and they are few. Built while desks go on writing, so this file is one statement and no transaction.
create index concurrently if not exists resource_schedule_blocks on app.resource_schedule (resource_id, ends_at, org_id)
    where kind = 'block';
