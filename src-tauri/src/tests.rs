//! The bindings that the window compiles against are the ones these commands generate.

use specta_typescript::Typescript;

#[test]
fn the_committed_bindings_are_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/ipc/bindings.ts");
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("bindings.ts");
    super::command_list().export(Typescript::default(), &fresh).unwrap();
    let generated = std::fs::read_to_string(&fresh).unwrap();
    if std::env::var_os("CLOCHE_WRITE_BINDINGS").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(generated == committed, "run `npm run bindings` and commit {path}");
}

#[test]
fn the_window_may_not_ask_the_updater_and_releases_only_rise() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in std::fs::read_dir(root.join("capabilities")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("updater:"), "only Rust installs anything");
    }
    let config = std::fs::read_to_string(root.join("tauri.conf.json")).unwrap();
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    let updater = &config["plugins"]["updater"];
    assert_eq!(updater["requireSignedVersion"], true);
    assert_eq!(updater["allowDowngrades"], false);
    assert!(updater.get("dangerousInsecureTransportProtocol").is_none());
}

#[test]
fn an_update_opens_the_same_profile_again_and_no_link() {
    let words = ["--profile=training", "cloche://join?token=x"].map(std::ffi::OsString::from);
    let arguments = super::Arguments::read(words).unwrap();
    let env = super::started_again_with(&arguments.profile);
    let words: Vec<_> = env.args_os.iter().skip(1).collect();
    assert_eq!(words, ["--profile", "training"]);
}
