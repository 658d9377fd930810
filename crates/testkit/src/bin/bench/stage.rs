//! What all measurements share: the office, one device to call with, and a finished local copy.

use crate::report::Report;
use desk::open::Desk;
use desk::profile::Places;
use desk::secrets::SignIn;
use server::account::Whoami;
use server::session::Session;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use testkit::sign_in::{
    Fault, Onlooker, Seen, derive, enroll_with_key, known, opening, until_live,
};
use testkit::{Office, measure_starts};
use uuid::Uuid;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Events of the office.
    pub events: u32,
    /// Divides how often things are repeated.
    pub less: u32,
}

impl Scale {
    pub const FULL: Self = Self { events: 50_000, less: 1 };
    pub const QUICK: Self = Self { events: 2_000, less: 8 };

    /// How often, at least three times.
    pub fn times(self, full: u32) -> u32 {
        (full / self.less).max(3)
    }
}

/// What an office holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filling {
    /// Events and their clients.
    Events,
    /// These, ten tasks each, resources and their schedules.
    EventsWithWork,
}

/// People who bench: each may have ten devices, and a device four connections.
const ADMINISTRATORS: usize = 2;
const DEVICES_EACH: usize = 10;

/// A device of an administrator.
pub struct Device {
    pub sign_in: SignIn,
    pub who: Whoami,
}

/// The set stage.
pub struct Stage<'a> {
    pub office: &'a Office,
    pub scale: Scale,
    /// Twenty of them; the first one's local copy is in `synced`.
    pub devices: Vec<Device>,
    /// The folder of a desk that has everything and is closed.
    pub synced: PathBuf,
    /// How long the first sync of that desk took.
    pub first_sync: Duration,
}

impl<'a> Stage<'a> {
    /// Fills the office, signs in and makes the first local copy.
    pub async fn set(
        office: &'a mut Office,
        scale: Scale,
        filling: Filling,
    ) -> Result<Self, Fault> {
        office.hire("lucia@olivar.example", "Lucía Peña", "administrator").await?;
        match filling {
            Filling::Events => office.fill(scale.events).await?,
            Filling::EventsWithWork => office.fill_with_work(scale.events).await?,
        }
        let devices = devices(office).await?;
        let synced = office.folder().join("desk");
        let mut stage = Self { office, scale, devices, synced, first_sync: Duration::ZERO };
        let begun = Instant::now();
        let (desk, mut seen) = stage.desk(&stage.synced, &stage.devices[0]).await?;
        let live = until_live(&desk, &mut seen, Duration::from_secs(600)).await?;
        stage.first_sync = live - begun;
        desk.close().await;
        Ok(stage)
    }

    /// A desk in `folder`.
    pub async fn desk(&self, folder: &Path, device: &Device) -> Result<(Desk, Seen), Fault> {
        let (surface, seen) = Onlooker::new();
        let places = Places { data: folder.to_owned(), postgres: PathBuf::new() };
        let server = known(&self.office.link, &device.who, self.office.organization);
        let opening = opening(places, server, device.sign_in.clone(), surface);
        Ok((Desk::open(opening, device.who.clone()).await?, seen))
    }

    /// A session of a device.
    pub fn session(&self, device: &Device) -> Session {
        Session::open(&self.office.link, &device.sign_in.device())
    }

    /// The owner of the data, who is held up by no trigger and no policy.
    pub async fn owner(&self) -> Result<PgConnection, Fault> {
        Ok(self.office.owner().connect().await?)
    }

    /// Ids of events that anything may be done to, each of them once.
    pub async fn events(&self, status: &str) -> Result<Vec<Uuid>, Fault> {
        let mut owner = self.owner().await?;
        let sql = "select id from app.events where status = $1 and not is_archived order by id";
        let ids = sqlx::query_scalar(sql).bind(status).fetch_all(&mut owner).await?;
        owner.close().await?;
        Ok(ids)
    }
}

async fn devices(office: &Office) -> Result<Vec<Device>, Fault> {
    let mut devices = Vec::new();
    let administrators = office.people.iter().filter(|p| p.role == "administrator");
    for person in administrators.take(ADMINISTRATORS) {
        let key = derive(&person.password, office.link.server_id, &person.email).await?;
        for _ in 0..DEVICES_EACH {
            let enrolled = enroll_with_key(&office.link, &person.email, &key, "bench").await?;
            devices.push(Device { sign_in: enrolled.0, who: enrolled.1 });
        }
    }
    Ok(devices)
}

/// How long the embedded server keeps somebody waiting.
pub async fn starts(report: &mut Report) -> Result<(), Fault> {
    let folder = tempfile::Builder::new().prefix("cloche-bench-").tempdir()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    }
    let starts = measure_starts(folder.path()).await;
    let seconds = Duration::from_secs_f32;
    report.time("embedded server: first start", starts.first, seconds(5.0));
    report.time("embedded server: warm start", starts.warm, seconds(1.5));
    let rest = [starts.set_up, starts.up_to_date, starts.join, starts.stop];
    let [set_up, up_to_date, join, stop] = rest.map(crate::report::time);
    report.figure(
        "embedded server: set-up",
        &set_up,
        &format!("{up_to_date} when up to date, {join} to join, {stop} to stop"),
    );
    Ok(())
}
