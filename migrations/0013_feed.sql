-- The feed: a cursor polled with one indexed read, pages of what changed since, and whole tables for a first copy.
-- All STABLE: one call reads one snapshot. `n` is that snapshot's and stamps every image of the answer.

create function api.cursor(p_org uuid) returns json
    language plpgsql stable security definer set search_path = '' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    return (select json_build_object('n', f.n, 'epoch', f.epoch, 'view', v.view)
            from app.feeds f join app.member_views v on v.org_id = f.org_id and v.user_id = caller.user_id
            where f.org_id = p_org);
end $$;

-- Generates app.images and app.page over all replicated tables: static SQL, planned once per session.
create function setup.build_feed() returns void
    language plpgsql set search_path = '' as $$
begin
    -- The current images of rows, null where gone or not visible; row security says which.
    execute format($q$
create or replace function app.images(p_org uuid, p_tables text[], p_ids uuid[]) returns json
    language plpgsql stable set search_path = '' as $body$
begin
    return (select coalesce(json_agg(json_build_object('table', k.t, 'id', k.id, 'row', x.image)), '[]')
        from unnest(p_tables, p_ids) k(t, id)
        left join lateral (%s) x(image) on true);
end $body$;$q$, (select string_agg(format($r$
            select to_json(e) from app.%1$I e where k.t = %1$L and e.org_id = p_org and e.id = k.id$r$, r.table_name),
            ' union all' order by r.position) from app.replicated r));
    execute format($q$
create or replace function app.page(p_org uuid, p_table text, p_after uuid, p_limit integer, out images json, out fetched integer)
    language plpgsql stable set search_path = '' as $body$
begin
    case p_table%s
    else
        perform app.refuse('CL404', 'table_unknown', 'There is nothing of that kind here.');
    end case;
end $body$;$q$, (select string_agg(format($r$
    when %1$L then
        select coalesce(json_agg(e), '[]'), count(*) into images, fetched
        from (select * from app.%1$I t where t.org_id = p_org and t.id > p_after order by t.id limit p_limit) e;$r$,
            r.table_name), '' order by r.position) from app.replicated r));
    execute 'grant execute on function app.images, app.page to cloche_api';
end $$;
select setup.build_feed();

-- One page of what changed after the cursor (n, seq); seq null: all of n is known. The desk remembers `next`, whose command
-- tells a restored server apart: where the journal has another command at that n, or no such n, the answer is `resync`.
-- A null command is taken on trust: after a first copy the desk knows the cursor's n and not yet the command there.
-- A null command (the first pull after a snapshot) is not compared.
create function api.pull(p_org uuid, p_after_n bigint, p_after_seq bigint, p_after_command uuid, p_limit integer) returns json
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    caller record;
    here record;
    known uuid;
    page record;
    room integer := greatest(1, least(coalesce(p_limit, 1000), 5000));
begin
    select * into caller from account.enter(p_org);
    select f.n, f.epoch, v.view into here
    from app.feeds f join app.member_views v on v.org_id = f.org_id and v.user_id = caller.user_id
    where f.org_id = p_org;
    select j.command_id into known from app.journal j where j.org_id = p_org and j.n = p_after_n;
    if p_after_n is null or p_after_n < 0 or p_after_n > here.n or known is distinct from coalesce(p_after_command, known) then
        return json_build_object('resync', true, 'n', here.n, 'epoch', here.epoch, 'view', here.view);
    end if;
    select count(*) as fetched,
           (array_agg(e.n order by e.n desc, e.seq desc))[1] as n,
           (array_agg(e.seq order by e.n desc, e.seq desc))[1] as seq,
           (array_agg(e.command_id order by e.n desc, e.seq desc))[1] as command_id,
           array_agg(e.table_name order by e.n, e.seq) filter (where e.is_last) as tables,
           array_agg(e.id order by e.n, e.seq) filter (where e.is_last) as ids
    into page
    from (
        -- A row that changed more than once is sent once.
        select p.*, row_number() over (partition by p.table_name, p.id order by p.n desc, p.seq desc) = 1 as is_last
        from (
            select j.n, j.command_id, r.seq, r.table_name, r.id
            from app.journal j
            join app.journal_rows r on r.org_id = j.org_id and r.command_id = j.command_id
            where j.org_id = p_org and j.n >= p_after_n and (j.n > p_after_n or r.seq > p_after_seq)
            order by j.n, r.seq limit room
        ) p
    ) e;
    if page.fetched < room then
        return json_build_object('resync', false, 'n', here.n, 'epoch', here.epoch, 'view', here.view,
            'rows', app.images(p_org, page.tables, page.ids),
            'next', json_build_object('n', here.n, 'seq', null, 'command',
                (select j.command_id from app.journal j where j.org_id = p_org and j.n = here.n)),
            'done', true);
    end if;
    return json_build_object('resync', false, 'n', here.n, 'epoch', here.epoch, 'view', here.view,
        'rows', app.images(p_org, page.tables, page.ids),
        'next', json_build_object('n', page.n, 'seq', page.seq, 'command', page.command_id),
        'done', false);
end $$;

-- One page of a whole table by id, for a first copy. Merges are idempotent, so pages need no common snapshot: the desk
-- reads the cursor first and pulls from it afterwards.
create function api.snapshot(p_org uuid, p_table text, p_after_id uuid, p_limit integer) returns json
    language plpgsql stable security definer set search_path = '' set timezone = 'UTC' as $$
declare
    page record;
    room integer := greatest(1, least(coalesce(p_limit, 1000), 10000));
    here bigint;
begin
    perform account.enter(p_org);
    select f.n into here from app.feeds f where f.org_id = p_org;
    select * into page from app.page(p_org, p_table,
        coalesce(p_after_id, '00000000-0000-0000-0000-000000000000'), room);
    return json_build_object('n', here, 'rows', page.images, 'done', page.fetched < room);
end $$;

alter function api.cursor owner to cloche_api;
alter function api.pull owner to cloche_api;
alter function api.snapshot owner to cloche_api;
grant execute on function api.cursor, api.pull, api.snapshot to cloche_device;
