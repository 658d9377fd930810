//! Starts the desk.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod environment;

fn main() {
    if !environment::start_again_in_the_right_one() {
        cloche::run();
    }
}
