//! Starts the desk.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod environment;

use std::process::ExitCode;

fn main() -> ExitCode {
    if environment::start_again_in_the_right_one() {
        return ExitCode::SUCCESS;
    }
    cloche::run()
}
