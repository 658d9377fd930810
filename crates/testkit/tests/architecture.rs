//! Which crate may know which: read from `cargo metadata`, so that a forbidden edge fails before anybody gets used to it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// The packages of the workspace with the names of what they depend on, development apart.
fn packages() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .expect("cargo answers");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let needs = list(&package["dependencies"]);
            let needs = needs.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"]));
            (text(&package["name"]), needs.collect())
        })
        .collect()
}

/// The packages, development tools apart, that depend on `wanted`.
fn dependants(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    packages()
        .into_iter()
        .filter(|(name, needs)| name != "testkit" && needs.iter().any(|need| wanted(need)))
        .map(|(name, _)| name)
        .collect()
}

fn ours(name: &str) -> Vec<String> {
    let all = packages();
    let needs = &all[name];
    let mut ours: Vec<String> = needs.iter().filter(|n| all.contains_key(*n)).cloned().collect();
    ours.sort();
    ours.dedup();
    ours
}

#[test]
fn dependencies_run_one_way() {
    assert_eq!(ours("domain"), [""; 0], "the rules know nobody");
    assert_eq!(ours("server"), ["domain"]);
    assert_eq!(ours("replica"), ["domain"]);
    assert_eq!(ours("desk"), ["domain", "replica", "server"]);
    assert_eq!(ours("hub"), ["domain", "server"]);
    for need in ours("cloche") {
        assert!(
            ["desk", "domain", "replica", "server"].contains(&need.as_str()),
            "the window depends on {need}"
        );
    }
}

#[test]
fn only_the_window_knows_tauri() {
    let tauri = |name: &str| name == "tauri" || name.starts_with("tauri-");
    let mut knowing = dependants(tauri);
    // The empty window that `bench` compares with is not part of the product.
    knowing.retain(|name| name != "empty-window");
    assert_eq!(knowing, ["cloche"]);
}

#[test]
fn only_server_and_replica_speak_sql() {
    let sql = |name: &str| name == "sqlx" || name.starts_with("libsqlite3");
    assert_eq!(dependants(sql), ["replica", "server"]);
}

#[test]
fn nothing_that_is_shipped_depends_on_the_testkit() {
    assert_eq!(dependants(|name| name == "testkit"), [""; 0]);
}

#[test]
fn the_rules_do_no_input_and_output() {
    let needs = &packages()["domain"];
    for io in ["tokio", "sqlx", "tracing", "rand", "dirs"] {
        assert!(!needs.iter().any(|need| need == io), "domain depends on {io}");
    }
}
