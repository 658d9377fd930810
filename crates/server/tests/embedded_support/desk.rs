//! A desk in a process of its own: this test program started once more, told by its environment what to do.

use super::{Place, options_in};
use server::embedded::Embedded;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SOCKET: &str = "CLOCHE_TEST_STRANGER";
const KNOCK: &str = "embedded_support::desk::a_stranger_asks_to_be_the_owner";
/// What a person's shell may have set for another server.
const ASTRAY: [(&str, &str); 8] = [
    ("PGHOST", "/nowhere"),
    ("PGHOSTADDR", "192.0.2.1"),
    ("PGPORT", "1"),
    ("PGUSER", "nobody_at_all"),
    ("PGPASSWORD", "a secret for elsewhere"),
    ("PGDATABASE", "nothing"),
    ("PGSSLMODE", "require"),
    ("PGDATA", "/nowhere"),
];
const FOLDER: &str = "CLOCHE_TEST_DESK";
const TEST: &str = "embedded_support::desk::a_desk_starts_and_leaves_when_told";

/// Does nothing unless it is started by [`Desk::open`].
#[tokio::test]
async fn a_desk_starts_and_leaves_when_told() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let options = options_in(Path::new(&folder));
    say("starting");
    let server = match Embedded::start(&options).await {
        Ok(server) => server,
        Err(error) => return say(&format!("{error:?}")),
    };
    assert_eq!(super::scalar::<String>(&server, "show cluster_name").await, "cloche");
    say("ready");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    server.stop().await.unwrap();
    say("left");
}

fn say(text: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "\ndesk: {text}").unwrap();
    output.flush().unwrap();
}

/// The other end.
pub struct Desk {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Desk {
    /// Starts the process; it goes on by itself until it is ready.
    pub fn open(place: &Place) -> Self {
        Self::through(place.path(), None)
    }

    /// As [`Self::open`], after the shell has run `before` in a mount namespace of its own.
    pub fn open_after(folder: &Path, before: &str) -> Self {
        Self::through(folder, Some(before))
    }

    fn through(folder: &Path, before: Option<&str>) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = match before {
            None => Command::new(&program),
            Some(before) => {
                let mut command = Command::new("unshare");
                let script = format!("{before} && exec \"$0\" \"$@\"");
                command.args(["--mount", "sh", "-c", &script]).arg(&program);
                command
            }
        };
        let mut child = command
            .args(["--exact", TEST, "--nocapture"])
            .env(FOLDER, folder)
            .envs(ASTRAY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// Waits for the next thing it says.
    pub fn hears(&mut self) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            if let Some(said) = line.trim().strip_prefix("desk: ") {
                return said.to_owned();
            }
            line.clear();
        }
        panic!("the desk ended without a word")
    }

    /// Waits until it has come so far.
    pub fn expect(&mut self, expected: &str) {
        assert_eq!(self.hears(), expected);
    }

    /// Closes it in the ordinary way.
    pub fn close(mut self) {
        drop(self.input.take());
        self.expect("left");
        assert!(self.child.wait().unwrap().success());
    }

    /// Kills it like the system does when memory runs out.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.input.take());
        let mut rest = Vec::new();
        let _ = self.output.read_to_end(&mut rest);
        let _ = self.child.wait();
    }
}

/// Does nothing unless it is started by [`stranger_knocks`].
#[test]
fn a_stranger_asks_to_be_the_owner() {
    let Some(socket) = std::env::var_os(SOCKET) else { return };
    let mut stream = UnixStream::connect(socket).unwrap();
    // The protocol's first message: length, version 3.0, names and values.
    let body = b"\0\x03\0\0user\0cloche_superuser\0database\0postgres\0\0";
    let length = u32::try_from(body.len() + 4).unwrap();
    stream.write_all(&[&length.to_be_bytes()[..], body].concat()).unwrap();
    let mut answer = [0; 512];
    let size = stream.read(&mut answer).unwrap();
    say(&String::from_utf8_lossy(&answer[..size]).replace('\0', " "));
}

/// What the server answers to the user it runs as, when that user claims to be the owner.
pub fn stranger_knocks(place: &Place, socket: &Path) -> String {
    // The test program may lie where nobody else can enter.
    let program = place.path().join("stranger");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let output = Command::new(program)
        .args(["--exact", KNOCK, "--nocapture"])
        .env(SOCKET, socket)
        .current_dir("/")
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
