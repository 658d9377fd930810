-- Taking a person out of the books where they ask for it: what the tables say of them now, and what the journal remembers.
-- The hash of each image as it was stays, so that whoever still holds the original can prove what the entry said.

create table app.redactions (
    org_id uuid not null,
    command_id uuid not null,
    seq integer not null,
    fields text[] not null,
    before_hash bytea,
    after_hash bytea,
    at timestamptz not null default now(),
    constraint redactions_pkey primary key (org_id, command_id, seq)
);
select setup.secure('redactions', null);

-- An image without these fields: texts say that they were removed, the rest is gone.
create function app.redacted(p_image jsonb, p_fields text[]) returns jsonb
    language sql immutable parallel safe
    return p_image || coalesce((
        select jsonb_object_agg(e.key, case jsonb_typeof(e.value) when 'string' then to_jsonb('[removed]'::text) else 'null' end)
        from jsonb_each(p_image) e where e.key = any (p_fields) and jsonb_typeof(e.value) <> 'null'), '{}');

-- Takes fields of one row out of every journal entry about it. Entries that lost something cannot be undone any more: undoing
-- would write the gap back. Answers how many images changed.
create function setup.redact_history(p_org uuid, p_table text, p_id uuid, p_fields text[]) returns integer
    language plpgsql security definer set search_path = '' as $$
declare
    changed integer;
begin
    insert into app.redactions as known (org_id, command_id, seq, fields, before_hash, after_hash)
    select r.org_id, r.command_id, r.seq, p_fields,
           sha256(convert_to(r.before::text, 'UTF8')), sha256(convert_to(r.after::text, 'UTF8'))
    from app.journal_rows r
    where r.org_id = p_org and r.table_name = p_table and r.id = p_id
      and (app.redacted(r.before, p_fields) is distinct from r.before or app.redacted(r.after, p_fields) is distinct from r.after)
    on conflict (org_id, command_id, seq) do update
        set fields = array(select distinct f from unnest(known.fields || excluded.fields) f order by f);
    update app.journal_rows r
    set before = app.redacted(r.before, p_fields), after = app.redacted(r.after, p_fields)
    where r.org_id = p_org and r.table_name = p_table and r.id = p_id
      and (app.redacted(r.before, p_fields) is distinct from r.before or app.redacted(r.after, p_fields) is distinct from r.after);
    get diagnostics changed = row_count;
    update app.journal j set permissions = null
    where j.org_id = p_org and j.permissions is not null
      and j.command_id in (select d.command_id from app.redactions d join app.journal_rows r
                           on r.org_id = d.org_id and r.command_id = d.command_id and r.seq = d.seq
                           where d.org_id = p_org and r.table_name = p_table and r.id = p_id);
    -- A file's row is remembered by its text.
    update app.import_keys k set key = 'removed ' || gen_random_uuid() where k.org_id = p_org and k.id = p_id and k.key !~ '^removed ';
    return changed;
end $$;

-- A client's contact; the company's name too where that is a person's.
create function setup.redact_client(p_org uuid, p_client uuid, p_name_too boolean) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    command uuid := gen_random_uuid();
    fields text[] := array['contact_name', 'email', 'phone', 'address', 'notes'] || case when p_name_too then array['company_name'] else '{}' end;
begin
    -- An office that moved away forgets people, too: 0035 lets this command through.
    perform set_config('cloche.redaction', command::text, true);
    perform app.begin_own_command(p_org, command);
    update app.clients c set contact_name = null, email = null, phone = null, address = null, notes = null,
        company_name = case when p_name_too then 'Former client' else c.company_name end
    where c.org_id = p_org and c.id = p_client;
    if not found and not exists (select from app.journal_rows r where r.org_id = p_org and r.table_name = 'clients' and r.id = p_client) then
        perform app.refuse('CL404', 'clients_unknown', 'That organization has no such client.');
    end if;
    perform app.end_command(p_org, command, 'client.redact', null, null, null);
    return jsonb_build_object('organizations', 1, 'entries', setup.redact_history(p_org, 'clients', p_client, fields));
end $$;

-- Somebody who has left: the account, its devices and links, the memberships and the person on the staff list.
create function setup.redact_person(p_email text) returns jsonb
    language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    person app.users;
    place record;
    command uuid;
    nobody text;
    resources uuid[];
    resource uuid;
    organizations integer := 0;
    entries integer := 0;
begin
    select * into person from app.users u where u.email = p_email for update;
    if person.id is null then
        perform app.refuse('CL404', 'users_unknown', 'Nobody here has this e-mail address.');
    end if;
    nobody := 'removed-' || person.id::text || '@removed.invalid';
    for place in select m.org_id, m.id from app.memberships m where m.user_id = person.id order by m.org_id loop
        command := gen_random_uuid();
        perform set_config('cloche.redaction', command::text, true);
        perform app.begin_own_command(place.org_id, command);
        resources := array(select r.id from app.resources r where r.org_id = place.org_id and r.user_id = person.id for no key update);
        update app.memberships m set display_name = 'Former member', email = nobody, ended_at = coalesce(m.ended_at, now())
        where m.org_id = place.org_id and m.id = place.id;
        update app.resources r set name = 'Former member ' || person.id::text, notes = null
        where r.org_id = place.org_id and r.id = any (resources);
        perform app.end_command(place.org_id, command, 'person.redact', null, null, null);
        entries := entries + setup.redact_history(place.org_id, 'memberships', place.id, array['display_name', 'email']);
        foreach resource in array resources loop
            entries := entries + setup.redact_history(place.org_id, 'resources', resource, array['name', 'notes']);
        end loop;
        organizations := organizations + 1;
    end loop;
    perform setup.close_account(person.id, nobody);
    return jsonb_build_object('organizations', organizations, 'entries', entries);
end $$;

-- Ends an account for good and forgets whose it was; only identity may do so to roles.
create function setup.close_account(p_user uuid, p_email text) returns void
    language plpgsql security definer set search_path = '' as $$
declare
    person app.users;
    fresh name := account.role_name('cloche_u_', p_email);
    role name;
begin
    select * into person from app.users u where u.id = p_user for update;
    perform account.retire(d.id) from app.devices d where d.user_id = p_user and d.revoked_at is null;
    update app.devices d set name = 'Removed' where d.user_id = p_user;
    for role in select i.role_name from app.invites i join pg_catalog.pg_roles r on r.rolname = i.role_name
                where i.email = person.email or i.user_id = p_user loop
        execute format('alter role %I nologin', role);
        perform account.drop_role(role);
    end loop;
    update app.invites i set email = p_email, display_name = 'Former member',
        withdrawn_at = case when i.used_at is null then coalesce(i.withdrawn_at, now()) else i.withdrawn_at end
    where i.email = person.email or i.user_id = p_user;
    if person.role_name <> fresh and to_regrole(quote_ident(person.role_name)) is not null then
        -- Its name is made from the address.
        execute format('alter role %I nologin', person.role_name);
        perform account.drop_role(person.role_name);
    end if;
    update app.users u set email = p_email, role_name = fresh, is_active = false where u.id = p_user;
end $$;
alter function setup.close_account owner to cloche_identity;
