//! Input that no desk would send, into everything that may be called: a typed refusal or an answer, never a broken server.

use crate::calls::{About, Function, Said, calls, functions, try_out};
use crate::door_support::{
    insert_assignment, insert_client, insert_dependency, insert_event, insert_resource,
    insert_task, june, update,
};
use crate::world::{Ids, Seat, World};
use serde_json::{Value, json};
use sqlx::Connection;
use uuid::Uuid;

/// What PostgreSQL or we say of input that cannot be: data exceptions, violated constraints, refusals of ours, no
/// privilege, and the limits of one statement.
fn is_typed(code: &str) -> bool {
    code.is_empty()
        || code.starts_with("22")
        || code.starts_with("23")
        || (code.starts_with("CL") && code != "CLPRV")
        || ["42501", "54000", "54001"].contains(&code)
}

fn nasty_text() -> Vec<String> {
    vec![
        String::new(),
        " ".to_owned(),
        "\0".to_owned(),
        "a\0b".to_owned(),
        "\u{1}\u{7f}\u{85}".to_owned(),
        "\u{202e}gnirts\u{202c} שלום مرحبا".to_owned(),
        "👩‍👩‍👧‍👦🏳️‍🌈".repeat(20),
        "e\u{301}".repeat(300),
        "\u{feff}\u{200b}".to_owned(),
        "\\u0000 \\ ' \" $1 $$ ; -- /* %s %L {}".to_owned(),
        "'; drop table events; --".to_owned(),
        "=cmd|' /C calc'!A0".to_owned(),
        "x".repeat(1_000_000),
        unpressed(1_000),
        "NaN".to_owned(),
        "Infinity".to_owned(),
        "-infinity".to_owned(),
        "0000-00-00T00:00:00Z".to_owned(),
        "294276-12-31T23:59:59Z".to_owned(),
        "294277-01-01T00:00:00Z".to_owned(),
        "4714-11-24 00:00:00+00 BC".to_owned(),
        "empty".to_owned(),
        "[,)".to_owned(),
        "1e400".to_owned(),
        "-1".to_owned(),
        "99999999999999999999999".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "[".repeat(20_000),
        format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)),
        r#"{"a":"\u0000"}"#.to_owned(),
        r#"[{"table":{},"id":[],"op":1,"set":[],"was":""}]"#.to_owned(),
        r#"[{"table":"events","id":"x","op":"insert","set":{}}]"#.to_owned(),
    ]
}

/// Three-byte letters that no index can press together.
fn unpressed(count: u32) -> String {
    let mut state = 7_u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (state >> 8) % 20_000).unwrap()
    };
    (0..count).map(|_| letter()).collect()
}

fn nasty(kind: &str) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = nasty_text().into_iter().map(Some).collect();
    if kind.ends_with("[]") {
        let many = vec!["x"; 100_000].join(",");
        values.extend(
            ["{}", "{NULL}", "{{a,b},{c,d}}", "[5:6]={a,b}", &format!("{{{many}}}")]
                .map(|text| Some(text.to_owned())),
        );
    }
    if kind == "jsonb" {
        let many: Vec<u32> = (0..100_000).collect();
        let change = json!({"table": "clients", "id": Uuid::now_v7(), "op": "insert", "set": {}});
        values.extend([json!(many), json!(vec![change; 3_000])].map(|json| Some(json.to_string())));
    }
    values.push(None);
    values
}

#[tokio::test]
async fn no_argument_of_any_function_breaks_the_server() {
    let world = World::make().await;
    let own = world.here.ids.clone();
    let about = About { org: Some(world.here.org.org_id), ids: Some(own.clone()), own };
    let tables = vec!["events".to_owned()];
    for seat in [Seat::Administrator, Seat::Account, Seat::Link] {
        let mut psql = world.connect(seat).await;
        for function in functions(&world).await {
            let usual = calls(&function, &about, &tables).swap_remove(0);
            if try_out(&mut psql, &function, &usual).await.code() == "42501" {
                continue;
            }
            for (place, (name, kind)) in function.arguments.iter().enumerate() {
                for value in nasty(kind) {
                    let mut arguments = usual.clone();
                    arguments[place].clone_from(&value);
                    let said = try_out(&mut psql, &function, &arguments).await;
                    let shown: String = value.unwrap_or_default().chars().take(60).collect();
                    typed(&said, &format!("{} with {name} = {shown:?}", function.name));
                }
            }
        }
        psql.close().await.unwrap();
    }
}

fn typed(said: &Said, what: &str) {
    assert!(is_typed(said.code()), "{what}: {said:?}");
    if let Said::No { code, message, .. } = said
        && code.starts_with("CL")
    {
        assert!(message.ends_with('.') && !message.contains("app."), "{what}: {message}");
    }
}

/// A row of each table that the door writes, as a desk would insert it.
fn rows(ids: &Ids) -> Vec<Value> {
    let new = Uuid::now_v7();
    vec![
        insert_client(new, "New"),
        insert_event(new, ids.client),
        insert_resource(new, "New", "staff", 1),
        insert_task(new, ids.event, "new"),
        insert_dependency(new, ids.event, ids.task, ids.second),
        insert_assignment(new, ids.resource, ids.event, &june(20, 1), &june(20, 2)),
        json!({"table": "role_permissions", "id": new, "op": "insert", "set": {"role": "manager", "permission": "organization.edit"}}),
        update("memberships", ids.membership, json!({}), json!({})),
        update("organizations", ids.membership, json!({}), json!({})),
    ]
}

/// Every column that a rule knows, with every value that it does not expect, into every table.
#[tokio::test]
async fn no_value_of_any_column_breaks_the_door() {
    let world = World::make().await;
    let ids = &world.here.ids;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select distinct table_name, op, column_name from app.rules where column_name <> '' order by 1, 2, 3",
    )
    .fetch_all(world.db.admin())
    .await
    .unwrap();
    assert!(columns.len() > 40, "rules were read");
    let apply = functions(&world).await.into_iter().find(|f| f.name == "api.apply").unwrap();
    let mut psql = world.connect(Seat::Administrator).await;
    let before = count(&world).await;
    for (table, op, column) in columns {
        let row = rows(ids).into_iter().find(|row| row["table"] == json!(table));
        let row = row.unwrap_or_else(|| panic!("no sample of a row of {table}"));
        for value in values() {
            let mut change = row.clone();
            change["op"] = json!(op);
            if op == "update" {
                let id = ids.row(&table, Some(world.here.org.org_id)).unwrap();
                change = update(&table, id.unwrap(), json!({&column: value}), json!({}));
            }
            change["set"][&column] = value.clone();
            let said = apply_once(&mut psql, &apply, world.here.org.org_id, json!([change])).await;
            let shown: String = value.to_string().chars().take(60).collect();
            typed(&said, &format!("{op} {table}.{column} = {shown}"));
        }
    }
    assert_eq!(count(&world).await, before, "nothing of it stays");
    psql.close().await.unwrap();
}

fn values() -> Vec<Value> {
    let mut values: Vec<Value> = nasty_text().into_iter().map(Value::from).collect();
    // What is JSON by itself was tried as a whole argument.
    values.retain(|v| {
        v.as_str().is_none_or(|text| text.len() < 10_000 && !text.starts_with(['[', '{']))
    });
    values.extend([
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(1e300),
        json!(0.5),
        json!([]),
        json!([null, [1]]),
        json!({"a": {"b": null}}),
        json!("x".repeat(200_000)),
    ]);
    values
}

async fn apply_once(
    psql: &mut sqlx::PgConnection,
    apply: &Function,
    org: Uuid,
    changes: Value,
) -> Said {
    let arguments: Vec<Option<String>> = [
        org.to_string(),
        Uuid::now_v7().to_string(),
        "import.attack".to_owned(),
        changes.to_string(),
        "false".to_owned(),
    ]
    .map(Some)
    .to_vec();
    try_out(psql, apply, &arguments).await
}

async fn count(world: &World) -> i64 {
    world
        .scalar(
            "select (select count(*) from app.journal_rows) + (select count(*) from app.commands)",
        )
        .await
}
