-- An event's history is also that of its tasks, of what waits for what, and of its bookings: whoever sees the event sees
-- those. Rows that are gone are in the journal and nowhere else, so the journal is asked which rows belong to an event (0036 has
-- its index).

-- The entries of the journal that are about a row, newest first, each with what it did to that row and, for an event, to
-- what belongs to it. Run by cloche_guard, because row security lets no expression of JSON reach an index; the caller has
-- been let in, and sees the row. Of a command that did more than sixty things, `more` says how many are left out.
create function app.history_of(p_org uuid, p_table text, p_id uuid, p_before_n bigint, p_room integer, out entries json, out fetched integer)
    language plpgsql stable security definer set search_path = '' set enable_seqscan = off as $$
declare
    event text := case when p_table = 'events' then p_id::text end;
    -- Oldest first by their numbers: ids alone would be looked for in the whole journal.
    places bigint[];
begin
    places := array(
        select j.n
        from (select r.command_id from app.journal_rows r where r.id = p_id and r.org_id = p_org and r.table_name = p_table
              union
              select r.command_id from app.journal_rows r
              where event is not null and coalesce(r.after, r.before) ->> 'event_id' = event and r.org_id = p_org
                and r.table_name in ('tasks', 'task_dependencies', 'resource_schedule') offset 0) c
        cross join lateral (select j.n from app.journal j where j.org_id = p_org and j.command_id = c.command_id offset 0) j
        where p_before_n is null or j.n < p_before_n
        order by j.n desc limit p_room);
    fetched := cardinality(places);
    entries := (
        select coalesce(json_agg(json_build_object('n', j.n, 'command_id', j.command_id, 'command', j.command,
                   'actor', j.actor, 'actor_name', m.display_name, 'at', j.at, 'undone_by', j.undone_by, 'undoes', j.undoes,
                   'changes', x.changes, 'more', greatest(x.touched - 60, 0)) order by j.n desc), '[]')
        from app.journal j
        left join app.memberships m on m.org_id = p_org and m.user_id = j.actor
        cross join lateral (
            select count(*) as touched, json_agg(json_build_object('table', c.table_name, 'id', c.id,
                       'op', case c.op when 'i' then 'insert' when 'u' then 'update' else 'delete' end,
                       'before', d.columns -> 'before', 'after', d.columns -> 'after') order by c.seq) filter (where c.place <= 60) as changes
            from (select r.*, row_number() over (order by r.seq) as place
                  from (select * from app.journal_rows r
                        where r.id = p_id and r.org_id = p_org and r.command_id = j.command_id and r.table_name = p_table
                        union all
                        select * from app.journal_rows r
                        where event is not null and coalesce(r.after, r.before) ->> 'event_id' = event and r.org_id = p_org
                          and r.command_id = j.command_id and r.table_name in ('tasks', 'task_dependencies', 'resource_schedule')) r) c
            cross join lateral (select case when c.place <= 60 then app.changed_columns(c.before, c.after) end as columns) d) x
        where j.org_id = p_org and j.n = any (places));
end $$;
alter function app.history_of owner to cloche_guard;
grant execute on function app.changed_columns to cloche_guard;
grant execute on function app.history_of to cloche_api;

-- As in 0022, with what belongs to an event.
create or replace function api.history(p_org uuid, p_table text, p_id uuid, p_before_n bigint, p_limit integer) returns json
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    page record;
    room integer := greatest(1, least(coalesce(p_limit, 50), 200));
begin
    select * into caller from account.enter(p_org);
    if not exists (select from app.replicated r where r.table_name = p_table) then
        perform app.refuse('CL404', 'table_unknown', 'There is nothing of that kind here.');
    end if;
    if caller.role not in ('administrator', 'manager')
       and not app.sees_row(p_org, p_table, p_id) then
        perform app.refuse('CL404', 'row_unknown', 'This is not available.');
    end if;
    select * into page from app.history_of(p_org, p_table, p_id, p_before_n, room);
    return json_build_object('entries', page.entries, 'done', page.fetched < room);
end $$;
