//! `test-server start|stop|url`: the PostgreSQL of a test run, for scripts.
//!
//! `start` answers when the template is made, `stop` removes everything, `url` prints where it listens.

use std::io::Write;
use std::process::ExitCode;
use testkit::TestServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("start") => {
            TestServer::shared().await;
        }
        Some("stop") => TestServer::stop().await,
        Some("url") => {
            use sqlx::ConnectOptions;
            let url = TestServer::shared().await.owner_options("postgres").driver().to_url_lossy();
            if writeln!(std::io::stdout(), "{url}").is_err() {
                return ExitCode::FAILURE;
            }
        }
        _ => {
            let _ = writeln!(std::io::stderr(), "usage: test-server start|stop|url");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
