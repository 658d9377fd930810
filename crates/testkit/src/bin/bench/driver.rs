//! A window of Cloche, driven as automation drives any WebKit window: WebDriver, spoken over a socket of this computer.

use crate::screen::Screen;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;

/// How long the driver may take to start, and a script to come back.
const PATIENCE: Duration = Duration::from_secs(20);
const SCRIPT: Duration = Duration::from_secs(120);

/// A driver with one window; dropping it closes both.
pub struct Driver {
    port: u16,
    session: String,
    driver: Child,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The window goes with its session; what does not answer any more ends all the same.
        let _ = self.ask("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Driver {
    /// Opens a window of `program` on `screen`.
    pub fn open(screen: &Screen, program: &Path, data: &Path) -> Result<Self, Fault> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = screen.command(Path::new("WebKitWebDriver"));
        command.arg(format!("--port={port}")).env("CLOCHE_DATA_DIR", data);
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = command.spawn().map_err(|e| format!("WebKitWebDriver does not start: {e}"))?;
        let mut driver = Self { port, session: String::new(), driver };
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if begun.elapsed() > PATIENCE {
                return Err("WebKitWebDriver does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let options = json!({ "binary": program, "args": [] });
        let wanted = json!({ "alwaysMatch": { "webkitgtk:browserOptions": options } });
        let answer = driver.ask("POST", "", &json!({ "capabilities": wanted }))?;
        let session = answer["sessionId"].as_str().ok_or("WebKitWebDriver opened no window")?;
        driver.session = session.to_owned();
        let limit = json!({ "script": SCRIPT.as_millis() as u64 });
        driver.ask("POST", "/timeouts", &limit)?;
        Ok(driver)
    }

    /// Runs a script in the page; it answers by calling the last of its arguments.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value, Fault> {
        let body = json!({ "script": script, "args": arguments });
        self.ask("POST", "/execute/async", &body)
    }

    fn ask(&self, method: &str, command: &str, body: &Value) -> Result<Value, Fault> {
        let session = match self.session.as_str() {
            "" => "/session".to_owned(),
            session => format!("/session/{session}"),
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(SCRIPT + PATIENCE))?;
        write!(
            stream,
            "{method} {session}{command} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the driver gave no answer")?;
        let value: Value = serde_json::from_str(body)?;
        match head.split_whitespace().nth(1) {
            Some("200") => Ok(value["value"].clone()),
            _ => Err(format!("the driver refused: {}", value["value"]["message"]).into()),
        }
    }
}
