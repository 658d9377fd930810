//! Starts the hub.

use clap::Parser;
use hub::cli::Cli;
use hub::environment;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    if let Some(ended) = environment::without_foreign_variables() {
        return ended;
    }
    let cli = Cli::parse();
    // Logs go where a service's logs go; what a person asked for goes to the standard output.
    let filter = EnvFilter::try_from_env("CLOCHE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,hub=info,server=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .init();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(hub::commands::run(cli)),
        Err(error) => Err(hub::error::HubError::Files { what: "starting", source: error }),
    };
    ended.unwrap_or_else(|error| {
        hub::terminal::complain(&error);
        ExitCode::from(2)
    })
}
