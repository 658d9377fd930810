//! A screen of the benchmark's own: a virtual display whose pixels can be read, a message bus, an unlocked keyring.

use desk::secrets::{Keep, Secrets, SignIn};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use uuid::Uuid;

/// The word that makes this program put a sign-in into the keyring of the bus it is given.
pub const KEEP_SIGN_IN: &str = "keep-sign-in";

pub const WIDTH: usize = 1_280;
pub const HEIGHT: usize = 800;

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The screen; dropping it turns everything off.
pub struct Screen {
    home: tempfile::TempDir,
    environment: Vec<(String, String)>,
    programs: Vec<Child>,
    pixels: File,
    header: Header,
}

struct Header {
    size: u64,
    bytes_per_line: usize,
    bytes_per_pixel: usize,
}

impl Drop for Screen {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            // It may have ended by itself.
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl Screen {
    /// Turns it on.
    pub fn turn_on() -> Result<Self, Fault> {
        let home = tempfile::Builder::new().prefix("cloche-screen-").tempdir()?;
        let mut programs = Vec::new();
        let size = format!("{WIDTH}x{HEIGHT}x24");
        let folder = home.path().to_string_lossy().into_owned();
        // The display's number and the bus's address are the first thing each prints.
        let mut x = Command::new("Xvfb");
        x.args(["-displayfd", "1", "-screen", "0", &size, "-fbdir", &folder]).args([
            "-nolisten",
            "tcp",
            "-ac",
            "-nocursor",
            // Else the display starts afresh whenever its last window closes, and refuses the next one meanwhile.
            "-noreset",
        ]);
        let display = format!(":{}", first_line(&mut x, &mut programs)?);
        let config = home.path().join("bus.conf");
        std::fs::write(&config, BUS)?;
        let mut bus = Command::new("dbus-daemon");
        bus.arg(format!("--config-file={}", config.display())).args([
            "--nofork",
            "--nopidfile",
            "--print-address=1",
        ]);
        let address = first_line(&mut bus, &mut programs)?;
        let environment = environment(home.path(), &display, &address)?;
        let mut pixels = File::open(home.path().join("Xvfb_screen0"))?;
        let header = Header::read(&mut pixels)?;
        let mut screen = Self { home, environment, programs, pixels, header };
        screen.unlock_keyring()?;
        // Nothing is under the pointer that could light up.
        screen.command(Path::new("xdotool")).args(["mousemove", "5", "5"]).status()?;
        Ok(screen)
    }

    fn unlock_keyring(&mut self) -> Result<(), Fault> {
        let mut keyring = self.command(Path::new("gnome-keyring-daemon"));
        keyring.args(["--foreground", "--unlock", "--components=secrets"]);
        let mut child = keyring.stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let password = child.stdin.take().map(|mut stdin| stdin.write_all(b"throw-away"));
        self.programs.push(child);
        Ok(password.unwrap_or(Ok(()))?)
    }

    /// A program on this screen, as this screen's person.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// Puts a sign-in into the keyring.
    pub fn keep(&self, server: Uuid, sign_in: &SignIn) -> Result<(), Fault> {
        let mut command = self.command(&std::env::current_exe()?);
        let mut child = command.arg(KEEP_SIGN_IN).stdin(Stdio::piped()).spawn()?;
        let text = serde_json::to_string(&(server, sign_in))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes())?;
        }
        match child.wait()?.success() {
            true => Ok(()),
            false => Err("the keyring took no sign-in".into()),
        }
    }

    /// The pixels of a part of the screen.
    pub fn pixels(&mut self, part: &Part) -> std::io::Result<Vec<u8>> {
        let line = self.header.bytes_per_line;
        let mut lines = vec![0; line * (part.bottom - part.top)];
        let start = self.header.size + (line * part.top) as u64;
        self.pixels.seek(SeekFrom::Start(start))?;
        self.pixels.read_exact(&mut lines)?;
        let per_pixel = self.header.bytes_per_pixel;
        let (left, right) = (part.left * per_pixel, part.right * per_pixel);
        // Watching must not take the time that is measured.
        let mut pixels = Vec::with_capacity((right - left) * (part.bottom - part.top));
        for line in lines.chunks_exact(line) {
            pixels.extend_from_slice(&line[left..right]);
        }
        Ok(pixels)
    }

    /// Bytes of one pixel.
    pub fn bytes_per_pixel(&self) -> usize {
        self.header.bytes_per_pixel
    }

    /// A folder that goes with the screen.
    pub fn home(&self) -> &Path {
        self.home.path()
    }
}

/// A part of the screen.
pub struct Part {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Header {
    /// The head of an X window dump: numbers of four bytes, the largest first.
    fn read(file: &mut File) -> Result<Self, Fault> {
        let mut head = [0; 80];
        file.read_exact(&mut head)?;
        let number = |place: usize| {
            let at = place * 4;
            u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
        };
        let (own, bits, line, colors) = (number(0), number(11), number(12), number(19));
        let header = Self {
            size: u64::from(own) + 12 * u64::from(colors),
            bytes_per_line: usize::try_from(line)?,
            bytes_per_pixel: usize::try_from(bits)? / 8,
        };
        match header.bytes_per_line >= WIDTH * header.bytes_per_pixel && header.bytes_per_pixel > 0
        {
            true => Ok(header),
            false => Err("the screen's pixels cannot be read".into()),
        }
    }
}

fn environment(home: &Path, display: &str, bus: &str) -> Result<Vec<(String, String)>, Fault> {
    let mut all = vec![
        ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
        ("HOME".to_owned(), home.to_string_lossy().into_owned()),
        ("DISPLAY".to_owned(), display.to_owned()),
        ("DBUS_SESSION_BUS_ADDRESS".to_owned(), bus.to_owned()),
    ];
    let fixed = [
        ("LANG", "C.UTF-8"),
        ("TZ", "Europe/Madrid"),
        ("GDK_BACKEND", "x11"),
        ("GTK_THEME", "Adwaita"),
        ("NO_AT_BRIDGE", "1"),
        // WebKit's own sandbox refuses to start as root, as in a container.
        ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
    ];
    all.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for (name, folder) in [
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "run"),
    ] {
        let path = home.join(folder);
        std::fs::create_dir_all(&path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
        }
        all.push((name.to_owned(), path.to_string_lossy().into_owned()));
    }
    Ok(all)
}

fn first_line(command: &mut Command, programs: &mut Vec<Child>) -> Result<String, Fault> {
    let name = command.get_program().to_string_lossy().into_owned();
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = piped.spawn().map_err(|e| format!("{name} does not start: {e}"))?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    programs.push(child);
    match line.trim() {
        "" => Err(format!("{name} ended before it said anything").into()),
        said => Ok(said.to_owned()),
    }
}

/// The other side of [`Screen::keep`]: this program, called with the screen's environment.
pub fn keep_sign_in() -> ExitCode {
    desk::secrets::use_keychain();
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    let Ok((server, sign_in)) = serde_json::from_str::<(Uuid, SignIn)>(&text) else {
        return ExitCode::from(2);
    };
    // The keyring was started a moment ago.
    let until = Instant::now() + Duration::from_secs(10);
    while read.is_ok() && Instant::now() < until {
        if Secrets::default().keep(server, &sign_in, Keep::Keychain).is_ok() {
            return ExitCode::SUCCESS;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    ExitCode::FAILURE
}
