-- What happened to a row, newest first: the journal as people read it. Only rows that the caller may see; a row that is
-- gone is shown to those who see the whole organization.

-- The changed columns of a journal row: {before: {…}, after: {…}} (whole images for a row that came or went).
create function app.changed_columns(p_before jsonb, p_after jsonb) returns json
    language plpgsql immutable set search_path = '' as $$
begin
    if p_before is null or p_after is null then
        return json_build_object('before', p_before, 'after', p_after);
    end if;
    return (select json_build_object('before', coalesce(jsonb_object_agg(b.key, b.value), '{}'),
                                     'after', coalesce(jsonb_object_agg(b.key, p_after -> b.key), '{}'))
            from jsonb_each(p_before) b
            where b.key <> 'updated_at' and b.value is distinct from p_after -> b.key);
end $$;
grant execute on function app.changed_columns to cloche_api;

create function api.history(p_org uuid, p_table text, p_id uuid, p_before_n bigint, p_limit integer) returns json
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    entries json;
    fetched integer;
    room integer := greatest(1, least(coalesce(p_limit, 50), 200));
begin
    select * into caller from account.enter(p_org);
    if not exists (select from app.replicated r where r.table_name = p_table) then
        perform app.refuse('CL404', 'table_unknown', 'There is nothing of that kind here.');
    end if;
    if caller.role not in ('administrator', 'manager')
       and app.images(p_org, array[p_table], array[p_id]) -> 0 ->> 'row' is null then
        perform app.refuse('CL404', 'row_unknown', 'This is not available.');
    end if;
    select coalesce(json_agg(json_build_object('n', e.n, 'command_id', e.command_id, 'command', e.command,
               'actor', e.actor, 'actor_name', m.display_name, 'at', e.at, 'undone_by', e.undone_by, 'undoes', e.undoes,
               'changes', e.changes) order by e.n desc), '[]'), count(*)
    into entries, fetched
    from (
        select j.n, j.command_id, j.command, j.actor, j.at, j.undone_by, j.undoes, (
            select json_agg(json_build_object('table', c.table_name, 'id', c.id,
                       'op', case c.op when 'i' then 'insert' when 'u' then 'update' else 'delete' end,
                       'before', x.columns -> 'before', 'after', x.columns -> 'after') order by c.seq)
            from app.journal_rows c
            cross join lateral (select app.changed_columns(c.before, c.after) as columns) x
            where c.org_id = p_org and c.command_id = j.command_id and c.table_name = p_table and c.id = p_id) as changes
        from app.journal j
        where j.org_id = p_org and (p_before_n is null or j.n < p_before_n)
          and j.command_id in (select r.command_id from app.journal_rows r
                               where r.org_id = p_org and r.id = p_id and r.table_name = p_table)
        order by j.n desc limit room
    ) e
    left join app.memberships m on m.org_id = p_org and m.user_id = e.actor;
    return json_build_object('entries', entries, 'done', fetched < room);
end $$;
alter function api.history owner to cloche_api;
grant execute on function api.history to cloche_device;
