//! Lets Tauri generate what the window's permissions and the bundle need.
fn main() {
    tauri_build::build();
}
