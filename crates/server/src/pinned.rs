//! Connecting: to a server elsewhere over TLS that the pinned authority alone can vouch for.
//!
//! The driver takes the operating system's authorities along with the pinned one, so any of them, a company's proxy
//! included, could stand in for the server. So TLS is made here and the driver speaks through it, over a socket of this
//! computer that is there for one connection.

use crate::link::ServerLink;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// PostgreSQL's question whether encryption is to be had.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// The driver comes at once, or not at all.
const DRIVER_LIMIT: Duration = Duration::from_secs(20);
/// Saying goodbye holds nothing up.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

/// How one role connects to one server.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    options: PgConnectOptions,
    ca_pem: Option<String>,
}

/// The server does not offer encryption, so it could not prove who it is.
#[derive(Debug, thiserror::Error)]
#[error("the server offers no encryption")]
pub(crate) struct NotEncrypted;

impl Way {
    /// The way that `link` describes.
    pub fn new(link: &ServerLink, role: &str, secret: &str) -> Self {
        Self { options: link.options(role, secret), ca_pem: link.ca_pem.clone() }
    }

    /// The way that these options describe, where `ca_pem` alone may vouch for the server.
    pub fn of(options: PgConnectOptions, ca_pem: Option<String>) -> Self {
        Self { options, ca_pem }
    }

    /// What the driver is told.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Into another database of the server.
    pub fn into(self, database: &str) -> Self {
        Self { options: self.options.database(database), ..self }
    }

    /// Under this name among the server's sessions.
    pub fn named(self, application: &str) -> Self {
        Self { options: self.options.application_name(application), ..self }
    }

    /// Connects; a fault of TLS is an [`io::Error`] around [`rustls::Error`], or [`sqlx::Error::Tls`].
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let Some(ca_pem) = &self.ca_pem else {
            return PgConnection::connect_with(&self.options).await;
        };
        let server = reach(&self.options, ca_pem).await?;
        let near = near::Near::open()?;
        let options = near.lead(self.options.clone().ssl_mode(PgSslMode::Disable));
        tokio::spawn(async move {
            if let Ok(Ok(driver)) = timeout(DRIVER_LIMIT, near.driver()).await {
                pass(driver, server).await;
            }
        });
        PgConnection::connect_with(&options).await
    }
}

async fn reach(
    options: &PgConnectOptions,
    ca_pem: &str,
) -> Result<TlsStream<TcpStream>, sqlx::Error> {
    let host = options.get_host();
    let mut socket = TcpStream::connect((host, options.get_port())).await?;
    socket.set_nodelay(true)?;
    socket.write_all(&SSL_REQUEST).await?;
    // One byte and no more: whatever came with it in clear must not pass for something encrypted.
    if socket.read_u8().await? != b'S' {
        return Err(sqlx::Error::Tls(NotEncrypted.into()));
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|e| sqlx::Error::Tls(e.into()))?;
    Ok(TlsConnector::from(trusting(ca_pem)?).connect(name, socket).await?)
}

/// Trusts certificates of this authority and of no other.
fn trusting(ca_pem: &str) -> Result<Arc<ClientConfig>, sqlx::Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        let certificate = certificate.map_err(|e| sqlx::Error::Tls(e.into()))?;
        roots.add(certificate).map_err(|e| sqlx::Error::Tls(e.into()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| sqlx::Error::Tls(e.into()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Passes bytes both ways until either side ends; then both have ended.
async fn pass(driver: impl AsyncRead + AsyncWrite, server: TlsStream<TcpStream>) {
    let (mut from_driver, mut to_driver) = tokio::io::split(driver);
    let (mut from_server, mut to_server) = tokio::io::split(server);
    tokio::select! {
        _ = tokio::io::copy(&mut from_driver, &mut to_server) => {}
        _ = tokio::io::copy(&mut from_server, &mut to_driver) => {}
    }
    let _ = timeout(GOODBYE_LIMIT, to_server.shutdown()).await;
}

#[cfg(unix)]
mod near {
    use super::{PgConnectOptions, io};
    use tokio::net::{UnixListener, UnixStream};

    /// A socket in a folder that nobody else can enter; both are gone once the driver has come.
    pub struct Near {
        listener: UnixListener,
        folder: tempfile::TempDir,
    }

    impl Near {
        pub fn open() -> io::Result<Self> {
            let folder = tempfile::Builder::new().prefix("cloche").tempdir()?;
            let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432"))?;
            Ok(Self { listener, folder })
        }

        pub fn lead(&self, options: PgConnectOptions) -> PgConnectOptions {
            options.socket(self.folder.path()).port(5432)
        }

        pub async fn driver(self) -> io::Result<UnixStream> {
            Ok(self.listener.accept().await?.0)
        }
    }
}

#[cfg(not(unix))]
mod near {
    use super::{PgConnectOptions, io};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener as Listener};
    use tokio::net::{TcpListener, TcpStream};

    /// A port of this computer for one connection. Whoever else came first would be at a server that knows nothing of
    /// them yet; the driver would not get through and try again.
    pub struct Near {
        listener: TcpListener,
        at: SocketAddr,
    }

    impl Near {
        pub fn open() -> io::Result<Self> {
            let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            let at = listener.local_addr()?;
            Ok(Self { listener: TcpListener::from_std(listener)?, at })
        }

        pub fn lead(&self, options: PgConnectOptions) -> PgConnectOptions {
            options.host(&self.at.ip().to_string()).port(self.at.port())
        }

        pub async fn driver(self) -> io::Result<TcpStream> {
            let (driver, _) = self.listener.accept().await?;
            driver.set_nodelay(true)?;
            Ok(driver)
        }
    }
}
