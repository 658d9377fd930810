//! How free-form JSON is typed for the window; only its shape is used, never a value of it.

use serde::Serialize;
use std::collections::HashMap;

/// Any JSON value: details whose shape depends on their `kind`.
#[derive(Debug, Serialize, specta::Type)]
#[serde(untagged)]
pub enum JsonValue {
    /// `null`.
    Null(()),
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    String(String),
    /// A list.
    Array(Vec<JsonValue>),
    /// Names and values.
    Object(HashMap<String, JsonValue>),
}
