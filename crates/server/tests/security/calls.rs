//! Calling any function that the catalog lists, with arguments chosen by their names: one without a sample fails.

use crate::door_support::{
    delete, insert_assignment, insert_dependency, insert_event, insert_resource, insert_task, june,
    update, with,
};
use crate::world::{Ids, World};
use serde_json::{Value, json};
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

/// A function that somebody who signs in may execute.
#[derive(Debug, Clone)]
pub struct Function {
    pub name: String,
    pub arguments: Vec<(String, String)>,
}

/// What became of a call: the answer's rows as text, or the refusal.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Rows(Vec<String>),
    No { code: String, message: String, detail: String, constraint: String },
}

impl Said {
    pub fn text(&self) -> String {
        match self {
            Self::Rows(rows) => rows.join("\n"),
            Self::No { message, detail, .. } => format!("{message}\n{detail}"),
        }
    }

    pub fn code(&self) -> &str {
        match self {
            Self::Rows(_) => "",
            Self::No { code, .. } => code,
        }
    }
}

/// Every function that the groups of people's, devices' and links' roles may execute.
pub async fn functions(world: &World) -> Vec<Function> {
    let rows: Vec<(String, Vec<String>, Vec<String>)> = sqlx::query_as(
        "select n.nspname || '.' || p.proname, coalesce(p.proargnames[1:p.pronargs], '{}'),
                coalesce((select array_agg(format_type(t, null) order by place) from unnest(p.proargtypes) with ordinality a(t, place)), '{}')
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and exists (
             select from unnest(array['cloche_device', 'cloche_account', 'cloche_invite']) r
             where has_schema_privilege(r, n.oid, 'usage') and has_function_privilege(r, p.oid, 'execute'))
         order by 1",
    )
    .fetch_all(world.db.admin())
    .await
    .unwrap();
    rows.into_iter()
        .map(|(name, names, types)| Function {
            name,
            arguments: names.into_iter().zip(types).collect(),
        })
        .collect()
}

/// What a call is about: an organization, the rows named in it, and rows of the caller's own to hang them on.
#[derive(Debug, Clone)]
pub struct About {
    pub org: Option<Uuid>,
    pub ids: Option<Ids>,
    pub own: Ids,
}

/// All calls of a function about something: one of each table where it takes a table, one of each change set.
pub fn calls(function: &Function, about: &About, tables: &[String]) -> Vec<Vec<Option<String>>> {
    let has = |name: &str| function.arguments.iter().any(|(a, _)| a == name);
    if has("p_table") {
        let of_table = |table: &String| arguments(function, about, Some(table), None);
        return tables.iter().map(of_table).collect();
    }
    if has("p_changes") {
        let of_changes = |changes: Value| arguments(function, about, None, Some(changes));
        return attacks(about).into_iter().map(of_changes).collect();
    }
    vec![arguments(function, about, None, None)]
}

fn arguments(
    function: &Function,
    about: &About,
    table: Option<&String>,
    changes: Option<Value>,
) -> Vec<Option<String>> {
    let id = |pick: fn(&Ids) -> Uuid| about.ids.as_ref().map(|ids| pick(ids).to_string());
    let fixed = |text: &str| Some(text.to_owned());
    let value = |name: &str, kind: &str| match (name, kind) {
        ("p_org", _) => about.org.map(|org| org.to_string()),
        // A command of one's own is new; imports and lost answers are asked about by theirs.
        ("p_command_id", _) if matches!(&*function.name, "api.apply" | "api.undo") => {
            Some(Uuid::now_v7().to_string())
        }
        ("p_command_id", _) => id(|ids| ids.staged),
        ("p_target" | "p_after_command", _) => id(|ids| ids.command),
        ("p_id", _) if table.is_none() => id(|ids| ids.invitation),
        ("p_id" | "p_after_id", _) => about.ids.as_ref().and_then(|ids| {
            let table = table.map_or("events", String::as_str);
            let row = ids.row(table, about.org);
            row.unwrap_or_else(|| panic!("no sample of a row of {table}")).map(|id| id.to_string())
        }),
        ("p_device" | "p_keep_device", _) => id(|ids| ids.device),
        ("p_resource", _) => id(|ids| ids.resource),
        ("p_user", _) => id(|ids| ids.user),
        ("p_email", _) => about.ids.as_ref().map(|ids| ids.email.clone()),
        ("p_changes", _) => changes.as_ref().map(Value::to_string),
        ("p_table", _) => table.cloned(),
        ("p_keys", "text[]") => fixed("{1,2}"),
        ("p_keys", _) => about
            .ids
            .as_ref()
            .map(|ids| json!([{"kind": "clients", "key": "1", "id": ids.client}]).to_string()),
        ("p_command", _) => fixed("attack"),
        ("p_kind", _) => fixed("clients"),
        ("p_after_n", _) => fixed("0"),
        ("p_after_seq" | "p_before_n", _) => None,
        ("p_limit", _) => fixed("5000"),
        ("p_part", _) => fixed("0"),
        ("p_preview" | "p_rest", _) => fixed("false"),
        ("p_version", _) => fixed("9.9.9"),
        ("p_name" | "p_display_name", _) => fixed("Mallory"),
        ("p_role", _) => fixed("staff"),
        ("p_subject", _) => fixed(&"5e".repeat(32)),
        ("p_verifier", _) => fixed(VERIFIER),
        _ => panic!("no sample of {name} ({kind}), which {} takes: add one", function.name),
    };
    function.arguments.iter().map(|(name, kind)| value(name, kind)).collect()
}

/// A verifier in the right shape.
pub const VERIFIER: &str = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

/// Change sets that would read or write what `about` names, and some that hang it on rows of the caller's own.
fn attacks(about: &About) -> Vec<Value> {
    let Some(ids) = &about.ids else { return vec![Value::Null] };
    let (own, new) = (&about.own, Uuid::now_v7());
    let rename = |table, id, column: &str| {
        json!([update(table, id, json!({column: ids.word}), json!({column: "taken"}))])
    };
    vec![
        rename("events", ids.event, "name"),
        rename("clients", ids.client, "company_name"),
        rename("tasks", ids.task, "title"),
        rename("resource_schedule", ids.entry, "note"),
        json!([delete("tasks", ids.task), delete("resource_schedule", ids.entry)]),
        json!([insert_event(new, ids.client)]),
        json!([insert_task(new, ids.event, "x")]),
        json!([with(insert_task(new, own.event, "x"), json!({"assigned_to": ids.resource}))]),
        json!([insert_dependency(new, own.event, own.second, ids.task)]),
        json!([insert_assignment(new, ids.resource, own.event, &june(20, 1), &june(20, 2))]),
        json!([with(insert_resource(new, "Linked", "staff", 1), json!({"user_id": ids.user}))]),
        json!([update(
            "memberships",
            ids.membership,
            json!({"role": "administrator"}),
            json!({"role": "manager"})
        )]),
    ]
}

/// Calls a function on a raw connection and takes back whatever it did.
pub async fn try_out(
    connection: &mut PgConnection,
    function: &Function,
    arguments: &[Option<String>],
) -> Said {
    sqlx::raw_sql("begin").execute(&mut *connection).await.unwrap();
    let said = call(connection, function, arguments).await;
    sqlx::raw_sql("rollback").execute(&mut *connection).await.unwrap();
    said
}

/// Calls a function.
pub async fn call(
    connection: &mut PgConnection,
    function: &Function,
    arguments: &[Option<String>],
) -> Said {
    let list: Vec<String> = function
        .arguments
        .iter()
        .enumerate()
        .map(|(place, (name, kind))| format!("{name} => ${}::text::{kind}", place + 1))
        .collect();
    let sql = format!("select coalesce({}({})::text, 'null')", function.name, list.join(", "));
    let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
    for argument in arguments {
        query = query.bind(argument.clone());
    }
    match query.fetch_all(&mut *connection).await {
        Ok(rows) => Said::Rows(rows),
        Err(error) => refusal(&error),
    }
}

/// A refusal of the server; anything else is a failure of the test.
pub fn refusal(error: &sqlx::Error) -> Said {
    let db = error
        .as_database_error()
        .and_then(|e| e.try_downcast_ref::<PgDatabaseError>())
        .unwrap_or_else(|| panic!("not a refusal but a failure: {error:?}"));
    Said::No {
        code: db.code().to_owned(),
        message: db.message().to_owned(),
        detail: db.detail().unwrap_or_default().to_owned(),
        constraint: db.constraint().unwrap_or_default().to_owned(),
    }
}

/// Runs SQL of any kind; the SQLSTATE of its refusal, or nothing.
pub async fn run(connection: &mut PgConnection, sql: &str) -> String {
    let said = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await;
    let code = said.err().map(|error| refusal(&error).code().to_owned()).unwrap_or_default();
    if !code.is_empty() {
        sqlx::raw_sql("rollback").execute(&mut *connection).await.unwrap();
    }
    code
}

/// Ends connections in order.
pub async fn close(connections: impl IntoIterator<Item = PgConnection>) {
    for connection in connections {
        connection.close().await.unwrap();
    }
}
