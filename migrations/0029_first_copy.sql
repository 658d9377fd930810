-- How many rows a first copy will hold, for its progress. Counted where that is quick; of a large table the planner's
-- estimate, which is as good as its statistics and costs nothing.

-- Neither is STABLE, because EXPLAIN may only be run where writing may.

-- The rows of an organization's table: counted up to p_most, beyond that as estimated for this organization.
create function app.about_how_many(p_org uuid, p_table text, p_most bigint) returns bigint
    language plpgsql security definer set search_path = '' as $$
declare
    counted bigint;
    plan json;
begin
    execute format('select count(*) from (select from app.%I e where e.org_id = %L limit %s) e', p_table, p_org, p_most) into counted;
    if counted < p_most then
        return counted;
    end if;
    execute format('explain (format json) select from app.%I e where e.org_id = %L', p_table, p_org) into plan;
    return greatest(counted, (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint);
end $$;
alter function app.about_how_many owner to cloche_guard;
grant execute on function app.about_how_many to cloche_api;

-- About how many rows the caller's first copy will hold: {table: rows}.
create function api.sizes(p_org uuid) returns json
    language plpgsql security definer set search_path = '' as $$
declare
    caller record;
    sizes jsonb := '{}';
    tab record;
    rows bigint;
begin
    select * into caller from account.enter(p_org);
    for tab in select r.table_name, r.shown_by is not null as is_masked from app.replicated r order by r.position loop
        if caller.role in ('administrator', 'manager') or tab.is_masked then
            -- What is masked is there for everybody, row for row.
            rows := app.about_how_many(p_org, tab.table_name, 10000);
        else
            -- Row security leaves what staff works on, which is little.
            execute format('select count(*) from (select from app.%I e where e.org_id = $1 limit 10000) e', tab.table_name)
            into rows using p_org;
        end if;
        sizes := sizes || jsonb_build_object(tab.table_name, rows);
    end loop;
    return sizes;
end $$;
alter function api.sizes owner to cloche_api;
grant execute on function api.sizes to cloche_device;
