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
