//! Search: any language, inert against every syntax, live before archived, best first.

mod common;

use common::{client, event, fresh};
use replica::{Hit, HitKind, Replica, SearchInput};
use serde_json::json;

async fn search(copy: &Replica, text: &str) -> Vec<Hit> {
    let input = SearchInput { text: text.to_owned(), limit: 50 };
    copy.search(&input).await.unwrap_or_else(|error| panic!("{text:?} failed: {error:?}")).hits
}

async fn titles(copy: &Replica, text: &str) -> Vec<String> {
    search(copy, text).await.into_iter().map(|hit| hit.title).collect()
}

#[tokio::test]
async fn names_are_found_in_any_language_and_spelling() {
    let copy = fresh().await;
    let rows = vec![
        client(1, "Novák Éclairs"),
        client(2, "شركة النور"),
        client(3, "O'Brien & \"Söhne\""),
        client(4, "日本料理"),
        event(11, 1, "Fête 🎉 Royale", 1, json!({})),
        event(12, 2, "<script>alert(1)</script>", 1, json!({})),
        event(13, 3, "100% off_season", 1, json!({})),
    ];
    copy.merge(rows, 1).await.expect("merges");
    assert_eq!(titles(&copy, "eclair").await[0], "Novák Éclairs");
    assert_eq!(titles(&copy, "ÉCL").await[0], "Novák Éclairs");
    assert_eq!(titles(&copy, "النور").await[0], "شركة النور");
    assert_eq!(titles(&copy, "o'brien").await[0], "O'Brien & \"Söhne\"");
    assert_eq!(titles(&copy, "\"söhne\"").await[0], "O'Brien & \"Söhne\"");
    assert_eq!(titles(&copy, "日本料").await, ["日本料理"]);
    assert_eq!(titles(&copy, "🎉").await, ["Fête 🎉 Royale"]);
    assert_eq!(titles(&copy, "<script>").await, ["<script>alert(1)</script>"]);
    assert_eq!(titles(&copy, "100%").await, ["100% off_season"]);
    assert_eq!(titles(&copy, "%").await, ["100% off_season"], "a wildcard is a character");
    assert!(titles(&copy, "f_te").await.is_empty(), "a wildcard is a character");
}

#[tokio::test]
async fn no_text_breaks_the_search() {
    let copy = fresh().await;
    copy.merge(vec![client(1, "Anything"), event(2, 1, "Any event", 1, json!({}))], 1)
        .await
        .expect("merges");
    let nasty = [
        "",
        " ",
        "\"",
        "'",
        "*",
        "a*",
        "AND",
        "OR NOT",
        "NEAR(a b, 2)",
        "name:any",
        "{name}: any",
        "^any",
        "-any",
        "any\0thing",
        "\\",
        "%%%",
        "___",
        "(((",
        ")",
        "any\" OR \"1\"=\"1",
        "; drop table events; --",
        "+",
        "any + event",
    ];
    for text in nasty {
        search(&copy, text).await;
        search(&copy, &text.repeat(200)).await;
    }
    assert_eq!(titles(&copy, "any").await.len(), 2, "everything is still there");
}

#[tokio::test]
async fn the_best_and_newest_come_first_and_archived_ones_last() {
    let copy = fresh().await;
    let rows = vec![
        client(1, "Plain client"),
        event(11, 1, "Gala", 1, json!({"is_archived": true, "status": "completed"})),
        event(12, 1, "Spring Gala", 1, json!({})),
        event(13, 1, "Gala dinner", 1, json!({})),
        event(14, 1, "Dinner", 1, json!({"location": "Gala hall"})),
        event(15, 1, "Autumn Gala", 1, json!({})),
    ];
    copy.merge(rows, 1).await.expect("merges");
    assert_eq!(
        titles(&copy, "gala").await,
        ["Gala dinner", "Autumn Gala", "Spring Gala", "Dinner", "Gala"]
    );
    let archived = search(&copy, "gala").await.pop().expect("found");
    assert!(archived.is_archived);
    assert_eq!(archived.kind, HitKind::Event);
    assert_eq!(archived.subtitle, "Plain client · Palacio de Cristal");
}

#[tokio::test]
async fn a_large_archive_does_not_hide_what_is_live() {
    let copy = fresh().await;
    copy.merge(vec![event(1, 9, "Gala of this year", 1, json!({}))], 1).await.expect("merges");
    let old =
        (10..500).map(|n| event(n, 9, "Gala of old", -900, json!({"is_archived": true}))).collect();
    copy.merge(old, 2).await.expect("merges");
    assert_eq!(titles(&copy, "gala").await[0], "Gala of this year");
}

#[tokio::test]
async fn short_texts_match_the_beginning_of_names() {
    let copy = fresh().await;
    let rows =
        vec![client(1, "Ávila"), client(2, "Bar Avalon"), event(3, 1, "Aviation", 1, json!({}))];
    copy.merge(rows, 1).await.expect("merges");
    let mut found = titles(&copy, "av").await;
    found.sort();
    assert_eq!(found, ["Aviation", "Ávila"]);
}

#[tokio::test]
async fn search_follows_every_change() {
    let copy = fresh().await;
    copy.merge(vec![client(9, "Before"), event(1, 9, "Gala", 1, json!({}))], 1)
        .await
        .expect("merges");
    copy.merge(vec![event(1, 9, "Picnic", 1, json!({}))], 2).await.expect("merges");
    assert!(titles(&copy, "gala").await.is_empty());
    assert_eq!(titles(&copy, "picnic").await, ["Picnic"]);
    copy.merge(vec![client(9, "Afterwards")], 3).await.expect("merges");
    assert_eq!(titles(&copy, "afterw").await, ["Afterwards", "Picnic"]);
    copy.merge(vec![common::gone("events", common::id(1))], 4).await.expect("merges");
    assert_eq!(titles(&copy, "afterw").await, ["Afterwards"]);
}

#[tokio::test]
async fn tasks_and_resources_are_found_with_where_they_belong() {
    let copy = fresh().await;
    let rows = vec![
        event(1, 9, "Wedding García", 5, json!({})),
        event(2, 9, "Old gala", -90, json!({"is_archived": true})),
        common::resource(21, "Zoë Fernández", json!({"role": "Head chef"})),
        common::resource(
            22,
            "Folding chairs",
            json!({"type": "materials", "role": null, "quantity": 90}),
        ),
        common::task(31, 1, "Éclairs to the buffet", 2, json!({"assigned_to": common::id(21)})),
        common::task(32, 2, "Eclairs, long ago", -91, json!({"due_at": null})),
    ];
    copy.merge(rows, 1).await.expect("merges");
    let found = search(&copy, "eclairs").await;
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].kind, found[0].subtitle.as_str()), (HitKind::Task, "Wedding García"));
    assert_eq!(found[0].event_id, Some(common::id(1)));
    assert_eq!(found[0].due_at, Some(common::day(2)));
    assert!(found[1].is_archived && found[1].due_at.is_none(), "with its event, and last");
    let chef = search(&copy, "chef").await;
    assert_eq!((chef[0].kind, chef[0].subtitle.as_str()), (HitKind::Resource, "Staff · Head chef"));
    assert_eq!(search(&copy, "chairs").await[0].subtitle, "Materials");
    assert_eq!(titles(&copy, "fernandez").await, ["Zoë Fernández", "Éclairs to the buffet"]);
    assert_eq!(
        titles(&copy, "ec").await,
        ["Eclairs, long ago", "Éclairs to the buffet"]
            .map(str::to_owned)
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    assert_eq!(titles(&copy, "fo").await, ["Folding chairs"]);
    copy.merge(vec![common::gone("resources", common::id(21))], 2).await.expect("merges");
    assert!(titles(&copy, "fernandez").await.is_empty());
    copy.close().await;
}
