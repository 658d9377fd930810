-- What is masked says that it stands although it clashes, and not why: a planner that does not know it takes what was let
-- stand for an obstacle that no guard sees.
create or replace function app.seen_schedule(p_org uuid, p_ids uuid[], p_after uuid, p_limit integer) returns setof app.resource_schedule
    language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
declare
    events uuid[] := array(select m.event_id from account.my_events() m where m.org_id = p_org);
    mine uuid[] := array(select m.resource_id from account.my_resources() m where m.org_id = p_org);
    entry app.resource_schedule;
begin
    for entry in
        (select * from app.resource_schedule e where p_ids is not null and e.org_id = p_org and e.id = any (p_ids))
        union all
        (select * from app.resource_schedule e where p_ids is null and e.org_id = p_org and e.id > p_after order by e.id limit p_limit)
    loop
        if (entry.event_id is null or entry.event_id <> all (events)) and entry.resource_id <> all (mine) then
            entry.event_id := null;
            entry.task_id := null;
            entry.note := null;
            entry.override_reason := case when entry.override_reason is not null then 'Not shown' end;
            entry.override_by := null;
            entry.created_by := null;
        end if;
        return next entry;
    end loop;
end $$;

-- Copies that hold such rows already are read anew.
update app.member_views v set view = v.view + 1
from app.memberships m
where m.org_id = v.org_id and m.user_id = v.user_id and m.role = 'staff' and m.ended_at is null
  and exists (select from app.resource_schedule e where e.org_id = m.org_id and e.override_reason is not null);
