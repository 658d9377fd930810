-- One writer per table, generated from the rules: static SQL keeps its plans for the session, where one EXECUTE per
-- change would plan each anew. `setup.build_writers()` is run again by each migration that changes tables or rules.
--
-- Ids are taken out of the JSON by a subquery of their own (`offset 0` keeps it one): row security lets only conditions
-- without leaky functions reach an index, and `->>` is one; compared in the join, each change scanned the whole table.
-- Nor may a plan scan it because one change in JSON is taken for a hundred: hence `enable_seqscan = off`.
--
-- Writers run as cloche_api inside api.apply, so row security applies; the caller has checked permissions and locked rows.

-- Generates app.lock_<table>(org, ids): locks rows for writing, in id order, and app.write_<table>(org, op, items).
create function setup.build_writer(p_table text) returns void
    language plpgsql set search_path = '' as $fn$
declare
    t regclass := format('app.%I', p_table)::regclass;
    insertable text[];
    updatable text[];
    defaults text;
    insert_part text := '';
    update_part text := '';
    delete_part text := '';
    parents text;
begin
    select array_agg(distinct r.column_name order by r.column_name) filter (where r.op = 'insert'),
           array_agg(distinct r.column_name order by r.column_name) filter (where r.op = 'update')
    into insertable, updatable
    from app.rules r where r.table_name = p_table;
    -- What the desk leaves out takes the column's default.
    select string_agg(format('    base.%I := %s;', a.attname, pg_get_expr(d.adbin, d.adrelid)), E'\n')
    into defaults
    from pg_catalog.pg_attribute a join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = t and a.attname = any (insertable) and a.attgenerated = '';
    -- Parents are locked before their children, in id order: a foreign key alone would lock them in the desk's order.
    select string_agg(format($q$
        perform 1 from app.%1$I p where p.org_id = p_org
            and p.id = any (array(select (i -> 'set' ->> %2$L)::uuid from jsonb_array_elements(p_items) i))
            order by p.id for share;$q$, parent.relname, a.attname), '')
    into parents
    from pg_catalog.pg_constraint c
    join pg_catalog.pg_class parent on parent.oid = c.confrelid
    join app.replicated rp on rp.table_name = parent.relname
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[2]
    where c.conrelid = t and c.contype = 'f' and cardinality(c.conkey) = 2 and a.attname = any (insertable);

    if insertable is not null then
        insert_part := format($q$
    if p_op = 'insert' then%3$s
        insert into app.%1$I (org_id, id, %2$s)
        select p_org, (i ->> 'id')::uuid, %4$s
        from jsonb_array_elements(p_items) i
        cross join lateral jsonb_populate_record(base, i -> 'set') s;
        return;
    end if;$q$, p_table, (select string_agg(quote_ident(c), ', ') from unnest(insertable) c), coalesce(parents, ''),
            (select string_agg('s.' || quote_ident(c), ', ') from unnest(insertable) c));
    end if;
    if updatable is not null then
        update_part := format($q$
    if p_op = 'update' then
        -- No column that a desk writes holds an array: then text would not be its image.
        update app.%1$I t set %2$s
        from (select (c ->> 'id')::uuid as id, c -> 'set' as set from jsonb_array_elements(p_items) c offset 0) i
        where t.org_id = p_org and t.id = i.id;
        return;
    end if;$q$, p_table, (
            select string_agg(format('%1$I = case when i.set ? %1$L then (i.set ->> %1$L)::%2$s else t.%1$I end',
                a.attname, format_type(a.atttypid, a.atttypmod)), ', ')
            from pg_catalog.pg_attribute a where a.attrelid = t and a.attname = any (updatable)));
    end if;
    if exists (select from app.rules r where r.table_name = p_table and r.op = 'delete') then
        delete_part := format($q$
    if p_op = 'delete' then
        delete from app.%1$I t using (select (c ->> 'id')::uuid as id from jsonb_array_elements(p_items) c offset 0) i
        where t.org_id = p_org and t.id = i.id;
        return;
    end if;$q$, p_table);
    end if;

    execute format($q$
create or replace function app.write_%2$s(p_org uuid, p_op text, p_items jsonb) returns void
    language plpgsql set search_path = '' set enable_seqscan = off as $body$
#variable_conflict use_column
declare
    base app.%1$I;
begin
%3$s%4$s%5$s%6$s
    perform app.refuse('CL422', 'change_not_allowed', 'That cannot be changed this way.');
end $body$;$q$, p_table, p_table, coalesce(defaults, ''), insert_part, update_part, delete_part);
    execute format('grant execute on function app.write_%s to cloche_api', p_table);

    -- Compare-and-set: the first row that is gone or no longer is as the desk saw it. Typed, and whole groups at once,
    -- because `was` names them whole. Rows are locked, so the answer holds until commit.
    execute format($q$
create or replace function app.conflict_%2$s(p_org uuid, p_items jsonb, out id uuid, out was jsonb, out current jsonb)
    language plpgsql set search_path = '' set enable_seqscan = off as $body$
begin
    select i.id, case when e.id is null then i.was else to_jsonb(jsonb_populate_record(e, i.was)) end, to_jsonb(e)
    into id, was, current
    from (select (c ->> 'id')::uuid as id, c -> 'was' as was from jsonb_array_elements(p_items) c offset 0) i
    left join app.%1$I e on e.org_id = p_org and e.id = i.id
    where e.id is null or jsonb_populate_record(e, coalesce(i.was, '{}')) is distinct from e
    limit 1;
end $body$;$q$, p_table, p_table);
    execute format('grant execute on function app.conflict_%s to cloche_api', p_table);
    execute format($q$
create or replace function app.lock_%2$s(p_org uuid, p_ids uuid[]) returns void
    language plpgsql set search_path = '' as $body$
begin
    perform 1 from app.%1$I e where e.org_id = p_org and e.id = any (p_ids) order by e.id for update;
end $body$;$q$, p_table, p_table);
    execute format('grant execute on function app.lock_%s to cloche_api', p_table);
end $fn$;

create function setup.build_writers() returns void
    language plpgsql set search_path = '' as $$
begin
    perform setup.build_writer(t.table_name) from (select distinct r.table_name from app.rules r) t;
    -- PL/pgSQL calls these by name without EXECUTE, so that the call's plan is kept too.
    execute format($q$
create or replace function app.write_run(p_org uuid, p_table text, p_op text, p_items jsonb) returns void
    language plpgsql set search_path = '' as $body$
begin
    case p_table
%s    end case;
end $body$;$q$, (select string_agg(format('    when %L then perform app.write_%s(p_org, p_op, p_items);', t, t), E'\n') || E'\n'
                from (select distinct r.table_name as t from app.rules r) x));
    execute format($q$
create or replace function app.find_conflict(p_org uuid, p_table text, p_items jsonb, out id uuid, out was jsonb, out current jsonb)
    language plpgsql set search_path = '' as $body$
begin
    case p_table
%s    end case;
end $body$;$q$, (select string_agg(format('    when %L then select c.id, c.was, c.current into id, was, current from app.conflict_%s(p_org, p_items) c;', t, t), E'\n') || E'\n'
                from (select distinct r.table_name as t from app.rules r) x));
    execute format($q$
create or replace function app.lock_rows(p_org uuid, p_table text, p_ids uuid[]) returns void
    language plpgsql set search_path = '' as $body$
begin
    case p_table
%s    else null;
    end case;
end $body$;$q$, (select string_agg(format('    when %L then perform app.lock_%s(p_org, p_ids);', t, t), E'\n') || E'\n'
                from (select distinct r.table_name as t from app.rules r) x));
    execute 'grant execute on function app.write_run, app.find_conflict, app.lock_rows to cloche_api';
end $$;
select setup.build_writers();
