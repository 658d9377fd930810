//! Everything that anybody may call, about everything that is not theirs: no row of another organization is shown or
//! changed, and what is foreign cannot be told from what does not exist.

use crate::calls::{About, Function, Said, calls, functions, try_out};
use crate::world::{Ids, Seat, World};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

/// Where foreign and unknown may be told apart, and why that gives nothing away.
const TOLD_APART: [(&str, &str); 2] = [
    ("api.snapshot", "the id is a place in an order, not a row"),
    (
        "account.enroll_device",
        "one id is one device on a server; ids are drawn, and shown to nobody else",
    ),
];

/// Whose ids a call is about.
const KINDS: [&str; 4] = ["own", "foreign", "unknown", "none"];

#[derive(Debug)]
struct Tried {
    function: String,
    org: &'static str,
    ids: &'static str,
    place: usize,
    said: String,
}

async fn attack(seat: Seat) {
    let world = World::make().await;
    let mut connection = world.connect(seat).await;
    let mut above = world.db.admin().acquire().await.unwrap();
    let (mine, theirs) = world.sides(seat);
    let (mine_org, theirs_org) = (mine.org.org_id, theirs.org.org_id);
    let prints = fingerprint(&world).await;
    let tables = world.list("select table_name from app.replicated order by position").await;
    let (nowhere, no_org) = (Ids::nowhere(), Uuid::now_v7());
    let mut tried = Vec::new();
    for function in functions(&world).await {
        for org in KINDS {
            for ids in KINDS {
                let about = About {
                    org: pick(org, mine_org, theirs_org, no_org),
                    ids: pick(ids, &mine.ids, &theirs.ids, &nowhere).cloned(),
                    own: mine.ids.clone(),
                };
                for (place, arguments) in calls(&function, &about, &tables).iter().enumerate() {
                    let said = try_out(&mut connection, &function, arguments).await;
                    let what = format!("{seat:?}: {} {arguments:?}", function.name);
                    shows_nothing_of(&theirs.ids, &said, arguments, &what);
                    let foreign = org == "foreign" || ids == "foreign";
                    if foreign && matches!(said, Said::Rows(_)) {
                        let role = world.sign_in(seat).0;
                        let call = (&function, arguments.as_slice());
                        let changed = changes(&mut above, &role, call, &prints, theirs_org).await;
                        assert!(!changed, "{what} changes another organization");
                    }
                    let said = comparable(&said, &about);
                    tried.push(Tried { function: function.name.clone(), org, ids, place, said });
                }
            }
        }
    }
    foreign_is_as_unknown(&tried);
    drop(above);
    connection.close().await.unwrap();
}

fn pick<T>(kind: &str, own: T, foreign: T, unknown: T) -> Option<T> {
    match kind {
        "own" => Some(own),
        "foreign" => Some(foreign),
        "unknown" => Some(unknown),
        _ => None,
    }
}

fn shows_nothing_of(theirs: &Ids, said: &Said, arguments: &[Option<String>], what: &str) {
    let text = said.text();
    assert!(!text.contains(&theirs.word), "{what} shows a foreign row: {text}");
    for id in theirs.all() {
        let id = id.to_string();
        let asked = arguments.iter().flatten().any(|argument| argument.contains(&id));
        assert!(asked || !text.contains(&id), "{what} tells of {id}: {text}");
    }
}

fn foreign_is_as_unknown(tried: &[Tried]) {
    for one in tried {
        if TOLD_APART.iter().any(|(name, _)| *name == one.function) {
            continue;
        }
        let twin = |org: &str, ids: &str| {
            tried.iter().find(|t| {
                (t.org, t.ids, t.place) == (org, ids, one.place) && t.function == one.function
            })
        };
        let twin = match (one.org, one.ids) {
            ("foreign", ids) => twin("unknown", ids),
            (org, "foreign") => twin(org, "unknown"),
            _ => continue,
        };
        let twin = twin.expect("the same was asked about what does not exist");
        assert_eq!(one.said, twin.said, "{one:?} and {twin:?} can be told apart");
    }
}

/// An answer without what the question named and without what differs with each call.
fn comparable(said: &Said, about: &About) -> String {
    let text = match said {
        Said::Rows(rows) => format!("{} rows {}", rows.len(), rows.join("\n")),
        Said::No { code, message, detail, constraint } => {
            format!("{code} {constraint} {message} {detail}")
        }
    };
    let text = match &about.ids {
        Some(ids) => text.replace(&ids.word, "WORD").replace(&ids.email, "EMAIL"),
        None => text,
    };
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if rest.get(..36).is_some_and(|id| id.parse::<Uuid>().is_ok()) {
            plain.push_str("ID");
            rest = &rest[36..];
        } else if rest.get(..11).is_some_and(is_date) {
            plain.push_str("TIME");
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "-T:.+Z".contains(c));
        } else {
            plain.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    plain
}

/// How a moment begins, as JSON writes it.
fn is_date(text: &str) -> bool {
    let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text.chars().map(shape).eq("0000-00-00T".chars())
}

/// SQL that sums up everything the server holds of an organization and its people.
async fn fingerprint(world: &World) -> String {
    let mut parts = world
        .list(
            "select format('select %L as what, t::text as line from app.%I t where t.org_id = $1', c.relname, c.relname)
             from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
               and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')",
        )
        .await;
    let people =
        "(select user_id from app.memberships where org_id = $1 and email <> 'tom@example.org')";
    parts.push(format!("select 'users', u::text from app.users u where u.id in {people}"));
    parts.push(format!("select 'devices', d::text from app.devices d where d.user_id in {people}"));
    parts.push(format!(
        "select 'roles', r::text from pg_authid r where r.rolname in (select role_name from app.users where id in {people}
         union select role_name from app.devices where user_id in {people} union select role_name from app.invites where org_id = $1)"
    ));
    let all = parts.join(" union all ");
    format!("select md5(string_agg(what || line, '|' order by what, line)) from ({all}) x")
}

/// Whether a call, made as the role itself, leaves another organization otherwise than it was.
async fn changes(
    above: &mut PgConnection,
    role: &str,
    (function, arguments): (&Function, &[Option<String>]),
    prints: &str,
    org: Uuid,
) -> bool {
    let run = |sql: String| sqlx::raw_sql(AssertSqlSafe(sql));
    let print = async |above: &mut PgConnection| -> String {
        let query = sqlx::query_scalar(AssertSqlSafe(prints.to_owned())).bind(org);
        query.fetch_one(above).await.unwrap()
    };
    run("begin".to_owned()).execute(&mut *above).await.unwrap();
    let before = print(&mut *above).await;
    let enter = format!("set local session authorization {role}");
    run(enter).execute(&mut *above).await.unwrap();
    let said = crate::calls::call(above, function, arguments).await;
    assert!(matches!(said, Said::Rows(_)), "{role} was answered {said:?} this time");
    run("reset session authorization".to_owned()).execute(&mut *above).await.unwrap();
    let after = print(&mut *above).await;
    run("rollback".to_owned()).execute(&mut *above).await.unwrap();
    before != after
}

#[tokio::test]
async fn an_administrator_reaches_nothing_of_another_organization() {
    attack(Seat::Administrator).await;
}

#[tokio::test]
async fn a_manager_reaches_nothing_of_another_organization() {
    attack(Seat::Manager).await;
}

#[tokio::test]
async fn staff_reaches_nothing_of_another_organization() {
    attack(Seat::Staff).await;
}

#[tokio::test]
async fn an_outsider_reaches_nothing_of_another_organization() {
    attack(Seat::Outsider).await;
}

#[tokio::test]
async fn somebody_who_left_reaches_nothing_of_another_organization() {
    attack(Seat::Ended).await;
}

#[tokio::test]
async fn an_account_reaches_nothing_of_another_organization() {
    attack(Seat::Account).await;
}

#[tokio::test]
async fn a_link_reaches_nothing_of_another_organization() {
    attack(Seat::Link).await;
}

#[tokio::test]
async fn somebody_who_left_reaches_nothing_of_the_organization_either() {
    let world = World::make().await;
    let mut connection = world.connect(Seat::Ended).await;
    let about = About {
        org: Some(world.here.org.org_id),
        ids: Some(world.here.ids.clone()),
        own: world.here.ids.clone(),
    };
    let tables = world.list("select table_name from app.replicated order by position").await;
    for function in functions(&world).await {
        for arguments in calls(&function, &about, &tables) {
            let said = try_out(&mut connection, &function, &arguments).await;
            let text = said.text();
            assert!(!text.contains(&world.here.ids.word), "{}: {text}", function.name);
            if function.arguments.iter().any(|(name, _)| name == "p_org") {
                assert_eq!(said.code(), "CL403", "{}: {said:?}", function.name);
            }
        }
    }
    connection.close().await.unwrap();
}
