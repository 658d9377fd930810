-- Links that the owner of a server makes: for the first administrator, and when no administrator can sign in any more.

-- Whoever makes such a link is nobody's colleague; it is told by an id that no person has.
create function account.server_itself() returns uuid
    language sql immutable parallel safe return '00000000-0000-0000-0000-000000000000'::uuid;
alter function account.server_itself owner to cloche_identity;

-- Whether whoever made a link could still make it: a link does not outlive the access of its maker.
create or replace function account.still_backed(p_invite app.invites) returns boolean
    language plpgsql stable security definer set search_path = '' as $$
begin
    if (p_invite).created_by = account.server_itself() then
        return exists (select from app.memberships m where m.org_id = (p_invite).org_id and m.user_id = (p_invite).user_id
            and m.role = (p_invite).role and m.ended_at is null);
    end if;
    if (p_invite).kind = 'reset' then
        return account.administers_all_of((p_invite).created_by, (p_invite).user_id)
            and exists (select from app.memberships m where m.org_id = (p_invite).org_id and m.user_id = (p_invite).user_id and m.ended_at is null);
    end if;
    return exists (
        select from app.memberships m join app.users u on u.id = m.user_id and u.is_active
        where m.org_id = (p_invite).org_id and m.user_id = (p_invite).created_by and m.ended_at is null
          and (m.role = 'administrator' or ((p_invite).role <> 'administrator' and exists (
              select from app.role_permissions r where r.org_id = m.org_id and r.role = m.role and r.permission = 'members.edit'))));
end $$;

-- Makes a link by which an administrator chooses a password. Only for administrators: everybody else has one to ask.
create function setup.issue_administrator_link(p_email text, p_subject text, p_verifier text, p_valid interval)
    returns jsonb language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    person record;
    expires timestamptz;
begin
    perform account.check_subject(p_subject), account.check_verifier(p_verifier);
    if p_valid not between interval '1 minute' and interval '7 days' then
        perform app.refuse('CL422', 'links_valid_range', 'A link can be valid for a minute to seven days.');
    end if;
    select u.id, u.email, u.is_active, m.org_id, m.display_name into person
    from app.users u
    left join app.memberships m on m.user_id = u.id and m.ended_at is null and m.role = 'administrator'
    where u.email = p_email
    order by m.created_at limit 1;
    if person.id is null then
        perform app.refuse('CL404', 'users_unknown', 'Nobody here has this e-mail address.');
    elsif not person.is_active then
        perform app.refuse('CL422', 'users_inactive', 'The sign-in with this e-mail address is closed.');
    elsif person.org_id is null then
        perform app.refuse('CL422', 'links_administrator_only',
            'This person is not an administrator. An administrator can make a link for them in Cloche.');
    end if;
    expires := account.open_invite(row(person.org_id, gen_random_uuid(), 'reset', person.email, person.display_name,
        'administrator', person.id, null, account.role_name('cloche_i_', p_subject), account.server_itself(), now(),
        date_trunc('second', now()) + p_valid, null, null)::app.invites, p_verifier);
    return jsonb_build_object('expires_at', expires);
end $$;
alter function setup.issue_administrator_link owner to cloche_identity;
