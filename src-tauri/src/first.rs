//! One window per data folder. Whoever is first holds a lock in the folder and listens; whoever comes later hands over
//! what it was started with and ends.
//!
//! The lock is the folder's, not the session's or the message bus's, because the folder is what two windows would fight
//! over; and it is the system's, so it is gone with its process, however that ends. The later one is let in on the
//! loopback by a word that only those who can read the folder know.

use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// An answer takes no longer, unless the first one hangs.
const PATIENCE: Duration = Duration::from_secs(3);
/// So long the first one may take to close what it has open before another gives up waiting for the folder.
const CLOSING: Duration = Duration::from_secs(40);
/// No link is longer.
const LONGEST: usize = 64 * 1024;

/// What the later one hands over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// A link to open.
    pub link: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Knock {
    word: String,
    handed_over: HandedOver,
}

#[derive(Serialize, Deserialize)]
struct Address {
    port: u16,
    word: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Reply {
    Taken,
    /// The first one is about to end: whoever knocked takes its place.
    Closing,
}

/// Whose turn it is.
pub enum Turn {
    /// Ours.
    First(First),
    /// Another has the folder and took over what we were started with.
    HandedOver,
}

/// The right to the data folder, for as long as the process lives.
pub struct First {
    _lock: File,
    listener: Option<TcpListener>,
    word: String,
    address: PathBuf,
    closing: Arc<AtomicBool>,
}

/// Takes the folder, or hands `handed_over` to whoever has it.
///
/// # Errors
/// That the folder cannot be used; `TimedOut` where whoever has it does not answer, `ResourceBusy` where it is closing
/// all the time.
pub fn take(data: &Path, handed_over: &HandedOver) -> io::Result<Turn> {
    std::fs::create_dir_all(data)?;
    let lock = File::create(data.join("desk.lock"))?;
    let address = data.join("desk.address");
    let begun = Instant::now();
    let (mut silent_since, mut closing) = (begun, false);
    loop {
        match lock.try_lock() {
            Ok(()) => return First::open(lock, address).map(Turn::First),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        match knock(&address, handed_over) {
            Ok(Reply::Taken) => return Ok(Turn::HandedOver),
            Ok(Reply::Closing) => (silent_since, closing) = (Instant::now(), true),
            // It may be so new that it does not listen yet, or so old that it has just ended.
            Err(_) => {}
        }
        if silent_since.elapsed() > PATIENCE * 2 || begun.elapsed() > CLOSING {
            // What installs an update is busy with that.
            let why = if closing { io::ErrorKind::ResourceBusy } else { io::ErrorKind::TimedOut };
            return Err(why.into());
        }
        std::thread::sleep(Duration::from_millis(25));
    }
}

fn knock(address: &Path, handed_over: &HandedOver) -> io::Result<Reply> {
    let Address { port, word } = serde_json::from_slice(&std::fs::read(address)?)?;
    let mut stream = TcpStream::connect_timeout(&local(port), PATIENCE)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut knock = serde_json::to_vec(&Knock { word, handed_over: handed_over.clone() })?;
    knock.push(b'\n');
    stream.write_all(&knock)?;
    Ok(serde_json::from_str(&line(&stream, PATIENCE)?)?)
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A line that comes whole within `patience`: one visitor must not keep the next ones waiting, byte by byte.
fn line(mut stream: &TcpStream, patience: Duration) -> io::Result<String> {
    let deadline = Instant::now() + patience;
    let (mut line, mut chunk) = (Vec::new(), [0; 1024]);
    while !line.ends_with(b"\n") {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || line.len() > LONGEST {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk)? {
            0 => break,
            many => line.extend_from_slice(&chunk[..many]),
        }
    }
    String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData.into())
}

impl First {
    fn open(lock: File, address: PathBuf) -> io::Result<Self> {
        // What another left behind must not be believed.
        let _ = std::fs::remove_file(&address);
        let listener = TcpListener::bind(local(0))?;
        let word = uuid::Uuid::new_v4().simple().to_string();
        let told = Address { port: listener.local_addr()?.port(), word: word.clone() };
        write_privately(&address, &serde_json::to_vec(&told)?)?;
        let closing = Arc::default();
        Ok(Self { _lock: lock, listener: Some(listener), word, address, closing })
    }

    /// From now on, `arrived` is called with what later ones hand over; those that knocked before waited.
    pub fn listen(&mut self, arrived: impl Fn(HandedOver) + Send + 'static) {
        let Some(listener) = self.listener.take() else { return };
        let (word, closing) = (self.word.clone(), Arc::clone(&self.closing));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                match let_in(&stream, &word, &closing) {
                    Ok(Some(handed_over)) => arrived(handed_over),
                    Ok(None) => {}
                    Err(error) => tracing::debug!(%error, "somebody knocked who was not let in"),
                }
            }
        });
    }

    /// Lets later ones know that they will have the folder in a moment.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}

impl Drop for First {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.address);
    }
}

fn let_in(
    mut stream: &TcpStream,
    word: &str,
    closing: &AtomicBool,
) -> io::Result<Option<HandedOver>> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let knock: Knock = serde_json::from_str(&line(stream, PATIENCE)?)?;
    if knock.word != word {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let (reply, taken) = match closing.load(Ordering::Relaxed) {
        true => (Reply::Closing, None),
        false => (Reply::Taken, Some(knock.handed_over)),
    };
    let mut answer = serde_json::to_vec(&reply)?;
    answer.push(b'\n');
    stream.write_all(&answer)?;
    Ok(taken)
}

/// Only the person who owns the folder may read the word.
fn write_privately(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Written aside and then moved, so that nobody reads half of it.
    let aside = path.with_extension("new");
    let _ = std::fs::remove_file(&aside);
    options.open(&aside)?.write_all(bytes)?;
    std::fs::rename(aside, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn first(data: &Path) -> First {
        match take(data, &HandedOver::default()).unwrap() {
            Turn::First(first) => first,
            Turn::HandedOver => panic!("nobody else is there"),
        }
    }

    fn link(text: &str) -> HandedOver {
        HandedOver { link: Some(text.to_owned()) }
    }

    #[test]
    fn a_later_start_hands_its_link_to_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = first(folder.path());
        let (send, arrived) = mpsc::channel();
        first.listen(move |handed_over| send.send(handed_over).unwrap());
        for text in ["cloche://event/1", "cloche://event/2"] {
            assert!(matches!(take(folder.path(), &link(text)).unwrap(), Turn::HandedOver));
            assert_eq!(arrived.recv().unwrap(), link(text));
        }
    }

    #[test]
    fn another_folder_is_another_desk() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let _both = [first(folders[0].path()), first(folders[1].path())];
    }

    #[test]
    fn a_closing_window_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = first(folder.path());
        let (send, arrived) = mpsc::channel();
        first.listen(move |handed_over| send.send(handed_over).unwrap());
        first.close();
        let address = folder.path().join("desk.address");
        assert!(matches!(knock(&address, &link("cloche://event/1")), Ok(Reply::Closing)));
        assert!(arrived.try_recv().is_err());
    }

    #[test]
    fn whoever_comes_while_the_first_closes_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = first(folder.path());
        let listener = old.listener.take().unwrap();
        old.close();
        std::thread::scope(|scope| {
            let next = scope.spawn(|| take(folder.path(), &link("cloche://event/1")).unwrap());
            let (visitor, _) = listener.accept().unwrap();
            let taken = let_in(&visitor, &old.word, &old.closing).unwrap();
            assert_eq!(taken, None, "a closing window opens nothing");
            drop((old, listener));
            assert!(matches!(next.join().unwrap(), Turn::First(_)));
        });
    }

    #[test]
    fn a_visitor_that_never_comes_to_the_point_is_let_go() {
        let listener = TcpListener::bind(local(0)).unwrap();
        let mut visitor = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        std::thread::scope(|scope| {
            // One byte after the other, each of them in time.
            scope.spawn(move || {
                while visitor.write_all(b"x").is_ok() {
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            let heard = line(&stream, Duration::from_millis(50));
            assert_eq!(heard.unwrap_err().kind(), io::ErrorKind::TimedOut);
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        });
    }

    #[test]
    fn a_folder_left_behind_by_a_crash_is_free() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("desk.lock"), "").unwrap();
        std::fs::write(folder.path().join("desk.address"), r#"{"port":1,"word":"x"}"#).unwrap();
        drop(first(folder.path()));
        assert!(!folder.path().join("desk.address").exists());
    }

    #[test]
    fn nobody_is_let_in_without_the_word() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = first(folder.path());
        let (send, arrived) = mpsc::channel();
        first.listen(move |handed_over| send.send(handed_over).unwrap());
        let address = folder.path().join("desk.address");
        let told: Address = serde_json::from_slice(&std::fs::read(&address).unwrap()).unwrap();
        let forged = folder.path().join("forged");
        for text in [
            serde_json::to_string(&Address { port: told.port, word: "guessed".into() }).unwrap(),
            serde_json::to_string(&Address { port: told.port, word: String::new() }).unwrap(),
        ] {
            std::fs::write(&forged, text).unwrap();
            assert!(knock(&forged, &link("cloche://event/1")).is_err());
        }
        // Garbage harms nobody either.
        TcpStream::connect(local(told.port)).unwrap().write_all(b"GET / HTTP/1.1\n\n").unwrap();
        assert!(matches!(knock(&address, &link("cloche://event/2")), Ok(Reply::Taken)));
        assert_eq!(arrived.recv().unwrap(), link("cloche://event/2"), "and only that");
    }

    #[cfg(unix)]
    #[test]
    fn the_word_is_the_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let _first = first(folder.path());
        let mode = folder.path().join("desk.address").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
