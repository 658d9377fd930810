-- The feed tells staff that a row is gone only where they could have had it: not even the id of what they may not see.

-- Whom the feed tells that a row is gone or out of sight, besides those who see the whole organization: `always` everybody
-- (a table of which everybody sees every row), `never` nobody, or the column that names the event whose people are told.
-- For clients `never` is enough: one goes out of sight only with an event, and then the view rises.
alter table app.replicated add column gone_told text not null default 'never';
update app.replicated set gone_told = 'always'
where table_name in ('organizations', 'memberships', 'role_permissions', 'resources', 'resource_schedule');
update app.replicated set gone_told = 'id' where table_name = 'events';
update app.replicated r set gone_told = 'event_id'
where r.table_name <> 'resource_schedule' and exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = to_regclass(format('app.%I', r.table_name)) and a.attname = 'event_id' and not a.attisdropped);

-- The images of a page without those that only say "gone" of rows that the caller never had.
create function app.images_told(p_org uuid, p_images json) returns json
    language plpgsql stable set search_path = '' as $$
declare
    events text[];
begin
    if p_org = any (account.whole_orgs()) then
        return p_images;
    end if;
    events := array(select m.event_id::text from account.my_events() m where m.org_id = p_org);
    return (
        select coalesce(json_agg(e.image order by e.place), '[]')
        from json_array_elements(p_images) with ordinality e(image, place)
        join app.replicated r on r.table_name = e.image ->> 'table'
        where e.image ->> 'row' is not null or r.gone_told = 'always' or exists (
            select from app.journal_rows j
            where j.org_id = p_org and j.id = (e.image ->> 'id')::uuid and j.table_name = r.table_name
              and (j.before ->> r.gone_told = any (events) or j.after ->> r.gone_told = any (events))));
end $$;
grant execute on function app.images_told to cloche_api;

-- As in 0013. One page of what changed after the cursor (n, seq); seq null: all of n is known. The desk remembers `next`, whose command
-- tells a restored server apart: where the journal has another command at that n, or no such n, the answer is `resync`.
-- A null command (the first pull after a snapshot) is not compared.
create or replace function api.pull(p_org uuid, p_after_n bigint, p_after_seq bigint, p_after_command uuid, p_limit integer) returns json
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
            'rows', app.images_told(p_org, app.images(p_org, page.tables, page.ids)),
            'next', json_build_object('n', here.n, 'seq', null, 'command',
                (select j.command_id from app.journal j where j.org_id = p_org and j.n = here.n)),
            'done', true);
    end if;
    return json_build_object('resync', false, 'n', here.n, 'epoch', here.epoch, 'view', here.view,
        'rows', app.images_told(p_org, app.images(p_org, page.tables, page.ids)),
        'next', json_build_object('n', page.n, 'seq', page.seq, 'command', page.command_id),
        'done', false);
end $$;
