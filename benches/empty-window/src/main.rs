//! A Tauri window of Cloche's size that shows one sentence: the least a start can cost on a computer.

/// Opens the window and runs until it closes.
fn main() {
    tauri::Builder::<tauri::Wry>::default()
        .run(tauri::generate_context!())
        .expect("the system can show a window");
}
