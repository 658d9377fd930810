//! `migrate!` reads the folder at compile time; cargo does not know unless it is told.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
