-- Expand, migrate, contract: a desk that is open while the server moves on hears with its next look which version it needs;
-- and, beside the number of the newest command, which one that is and what time it is here.

create or replace function api.cursor(p_org uuid) returns json
    language plpgsql stable security definer set search_path = '' as $$
declare
    caller record;
begin
    select * into caller from account.enter(p_org);
    return (select json_build_object('n', f.n, 'epoch', f.epoch, 'view', v.view, 'at', clock_timestamp(),
                'min_desk_version', s.min_desk_version,
                'command', (select j.command_id from app.journal j where j.org_id = p_org and j.n = f.n))
            from app.feeds f join app.member_views v on v.org_id = f.org_id and v.user_id = caller.user_id
            cross join app.schema_info s
            where f.org_id = p_org);
end $$;

-- Three numbers, as the desk compares them; only ever raised, for what was contracted does not come back.
create function setup.require_desk(p_version text) returns text
    language plpgsql security definer set search_path = '' as $$
declare
    before text;
begin
    if coalesce(p_version, '') !~ '^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$' then
        perform app.refuse('CL422', 'schema_info_version', 'A version has three numbers, like 1.4.0.');
    end if;
    select s.min_desk_version into before from app.schema_info s for update;
    if string_to_array(p_version, '.')::integer[] < string_to_array(before, '.')::integer[] then
        perform app.refuse('CL422', 'schema_info_version_raised',
            format('This server already needs Cloche %s. The version can only be raised.', before));
    end if;
    update app.schema_info set min_desk_version = p_version;
    return before;
end $$;
