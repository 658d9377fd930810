//! Starts the desk.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod environment;

fn main() {
    if !environment::start_again_without_postgres_settings() {
        cloche::run();
    }
}
