//! What keeps a program from ending while SQLite is still closing a file.
//!
//! Every connection has a thread of its own, which closes the file some time after the connection was dropped; nobody
//! can join that thread. A process that exits meanwhile dies: the cipher's clean-up at exit frees what the thread still
//! uses. [`crate::Replica::close`] waits for every connection in its pools. What is dropped without it, or in the middle
//! of a read, is waited for here.

use sqlx::sqlite::SqliteConnectOptions;
use std::convert::Infallible;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Makes the runtime that is running now wait at its end until SQLite has closed every connection of these options.
pub(crate) async fn hold_runtime(options: SqliteConnectOptions) -> SqliteConnectOptions {
    let (open, closed) = std::sync::mpsc::channel::<Infallible>();
    let (begun, begins) = oneshot::channel();
    // A runtime that is dropped drops its tasks, with the connections they hold, and then waits for what is blocking.
    spawn_blocking(move || {
        let _ = begun.send(());
        let _ = closed.recv();
    });
    // What has not begun is not waited for.
    let _ = begins.await;
    // No statement uses this collation. It is there because SQLite lets go of it right after the file is closed.
    options.collation("cloche_open", move |a, b| {
        let _ = &open;
        a.cmp(b)
    })
}
