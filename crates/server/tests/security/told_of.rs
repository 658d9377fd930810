//! The feed of staff: rows that they may not see are not told of, not even by their ids; rows that they had are told gone.

use crate::door_support::{
    Desk, Office, delete, insert_assignment, insert_client, insert_dependency, insert_event,
    insert_task, june, update,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// An event with everything that hangs on it, in one command; its rows by table.
async fn event(desk: &Desk, resource: Uuid) -> Vec<(&'static str, Uuid)> {
    let [client, event, first, second, edge, entry] = [(); 6].map(|()| Uuid::now_v7());
    desk.apply(
        "stage",
        json!([
            insert_client(client, "Somebody"),
            insert_event(event, client),
            insert_task(first, event, "first"),
            insert_task(second, event, "second"),
            insert_dependency(edge, event, second, first),
            insert_assignment(entry, resource, event, &june(14, 16), &june(14, 23)),
        ]),
    )
    .await
    .unwrap();
    vec![
        ("clients", client),
        ("events", event),
        ("tasks", first),
        ("tasks", second),
        ("task_dependencies", edge),
        ("resource_schedule", entry),
    ]
}

/// All that the feed says to a desk that knows nothing: the rows' tables, ids and whether they are there.
async fn told(desk: &Desk, limit: i32) -> BTreeSet<(String, String, bool)> {
    let (mut n, mut seq, mut command) = (0, None, None);
    let mut told = BTreeSet::new();
    loop {
        let page = desk.pull(n, seq, command, limit).await.unwrap();
        for row in page["rows"].as_array().unwrap() {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            told.insert((text("table"), text("id"), row["row"] != Value::Null));
        }
        if page["done"] == json!(true) {
            return told;
        }
        n = page["next"]["n"].as_i64().unwrap();
        seq = page["next"]["seq"].as_i64();
        command = page["next"]["command"].as_str().map(|id| id.parse().unwrap());
    }
}

#[tokio::test]
async fn staff_is_told_of_what_it_had_and_of_nothing_else() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    let me = office.link_sam(&ana).await;
    let other = ana.person("Bo").await;
    let (mine, hidden) = (event(&ana, me).await, event(&ana, other).await);
    for (table, id) in [mine[4], mine[3], hidden[4], hidden[3]] {
        ana.apply("tidy", json!([delete(table, id)])).await.unwrap();
    }
    let gone = ana.client().await;
    ana.apply("client.delete", json!([delete("clients", gone)])).await.unwrap();
    let rename = |id: Uuid| {
        json!([update("events", id, json!({"name": "Autumn gala"}), json!({"name": "Other"}))])
    };
    ana.apply("event.edit", rename(hidden[1].1)).await.unwrap();
    for limit in [2, 5000] {
        let told_sam = told(&sam, limit).await;
        let says = |(table, id): (&str, Uuid)| {
            let all = told_sam.iter();
            let said: Vec<bool> = all
                .filter(|(t, i, _)| (t.as_str(), i.as_str()) == (table, id.to_string().as_str()))
                .map(|(_, _, there)| *there)
                .collect();
            said.last().copied()
        };
        for row in &mine {
            let there = ![mine[3], mine[4]].contains(row);
            assert_eq!(says(*row), Some(there), "{row:?} is staff's own, by {limit}");
        }
        for row in &hidden {
            let expected = (row.0 == "resource_schedule").then_some(true);
            assert_eq!(says(*row), expected, "{row:?} is hidden, by {limit}");
        }
        assert_eq!(says(("clients", gone)), None, "a client that staff never saw");
    }
    let whole = told(&office.max(), 5000).await;
    for (table, id) in mine.iter().chain(&hidden) {
        let known = whole.iter().any(|(t, i, _)| t == table && *i == id.to_string());
        assert!(known, "whoever sees everything hears of everything: {table}");
    }
}

/// The entry of a colleague is seen by everybody, masked; so everybody hears when it goes.
#[tokio::test]
async fn staff_hears_when_a_colleague_is_free_again() {
    let office = Office::open().await;
    let (ana, sam) = (office.ana(), office.sam());
    office.link_sam(&ana).await;
    let other = ana.person("Bo").await;
    let rows = event(&ana, other).await;
    ana.apply("schedule.release", json!([delete("resource_schedule", rows[5].1)])).await.unwrap();
    let gone = ("resource_schedule".to_owned(), rows[5].1.to_string(), false);
    assert!(told(&sam, 5000).await.contains(&gone));
}

/// Deciding whom the feed tells of is part of adding a table.
#[tokio::test]
async fn every_table_says_whom_the_feed_tells_that_a_row_is_gone() {
    let office = Office::open().await;
    let odd: Vec<String> = sqlx::query_scalar(
        "select r.table_name || ' ' || r.gone_told from app.replicated r
         join pg_policy p on p.polrelid = format('app.%I', r.table_name)::regclass and p.polname = 'callers_see_what_they_may'
         cross join lateral (select pg_get_expr(p.polqual, p.polrelid) ~ 'whole_orgs' and r.shown_by is null as hides) x
         where case when not x.hides then r.gone_told <> 'always'
                    when r.gone_told = 'never' then r.table_name <> 'clients'
                    else not exists (select from pg_attribute a where a.attrelid = p.polrelid and a.attname = r.gone_told) end",
    )
    .fetch_all(office.db.admin())
    .await
    .unwrap();
    assert_eq!(odd, Vec::<String>::new());
}
