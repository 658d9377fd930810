//! Servers that are not the one the link was made for: none of them hears a word, and each refusal says why.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use server::doctor::{Patient, examine};
use server::error::ServerError;
use server::identity::new_secret;
use server::link::{Place, ServerLink};
use server::session::{DeviceSecret, Session, sign_in_account};
use server::setup::{Owner, SetupError, survey};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

/// An authority and its key.
struct Authority(Issuer<'static, KeyPair>, String);

fn authority() -> Authority {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    Authority(Issuer::new(params, key), pem)
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// How an impostor answers.
#[derive(Clone)]
enum Answers {
    Encrypted(Arc<ServerConfig>),
    /// These bytes to whoever asks for encryption.
    Plainly(&'static [u8]),
}

fn vouched(authority: &Authority, params: CertificateParams) -> Answers {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority.0).unwrap();
    encrypted(certificate.pem(), &key)
}

fn encrypted(certificate: String, key: &KeyPair) -> Answers {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Answers::Encrypted(Arc::new(config))
}

/// Something on this computer that answers like a server; counts who told it who they are.
struct Impostor {
    port: u16,
    heard: Arc<AtomicUsize>,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Impostor {
    async fn open(answers: Answers) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(AtomicUsize::new(0));
        let counting = heard.clone();
        let listening = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, answers.clone(), counting.clone()));
            }
        });
        Self { port, heard, listening }
    }

    fn link(&self, authority: &Authority) -> ServerLink {
        ServerLink {
            server_id: Uuid::from_u128(7),
            place: Place::Host { host: "127.0.0.1".to_owned(), port: self.port },
            database: "cloche".to_owned(),
            ca_pem: Some(authority.1.clone()),
        }
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

async fn serve(mut socket: TcpStream, answers: Answers, heard: Arc<AtomicUsize>) {
    let mut asked = [0; 8];
    if socket.read_exact(&mut asked).await.is_err() {
        return;
    }
    match answers {
        Answers::Encrypted(config) => {
            let _ = socket.write_all(b"S").await;
            if let Ok(mut inside) = TlsAcceptor::from(config).accept(socket).await
                && inside.read_u8().await.is_ok()
            {
                heard.fetch_add(1, Ordering::SeqCst);
                let _ = inside.write_all(&no()).await;
                let _ = inside.shutdown().await;
            }
        }
        Answers::Plainly(bytes) => {
            let _ = socket.write_all(bytes).await;
            let mut rest = Vec::new();
            let _ = socket.read_to_end(&mut rest).await;
            // A hello of TLS begins so; whatever else comes is meant for a server.
            if !rest.is_empty() && rest[0] != 22 {
                heard.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

/// PostgreSQL's message that a database is not there.
fn no() -> Vec<u8> {
    let fields = b"SFATAL\0VFATAL\0C3D000\0Mno such database\0\0";
    let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
    [b"E".as_slice(), &length, fields].concat()
}

async fn device(link: &ServerLink) -> ServerError {
    let device = DeviceSecret { device_id: Uuid::now_v7(), secret: new_secret() };
    let session = Session::open(link, &device);
    let error = session.whoami().await.expect_err("nobody answers whoami here");
    session.close().await;
    error
}

/// The owner of such a server, whose password is worth most.
fn owner(link: &ServerLink) -> Owner {
    Owner {
        place: link.place.clone(),
        user: "boss".to_owned(),
        password: new_secret(),
        ca_pem: link.ca_pem.clone(),
    }
}

/// What a device and an account are told; both the same. The server's owner is not let on either.
async fn refused(impostor: &Impostor, pinned: &Authority) -> ServerError {
    let link = impostor.link(pinned);
    let error = device(&link).await;
    let account = sign_in_account(&link, "ana@example.org", &new_secret()).await.unwrap_err();
    assert_eq!(error.to_string(), account.to_string());
    let owner = survey(&owner(&link), "cloche").await.unwrap_err();
    assert!(
        matches!(owner, SetupError::WrongCertificate(_) | SetupError::Unreachable(_)),
        "{owner:?}"
    );
    assert_eq!(impostor.heard(), 0, "nobody tells an impostor who they are: {error:?}");
    error
}

#[tokio::test]
async fn the_server_that_the_pinned_authority_vouches_for_is_spoken_to() {
    let pinned = authority();
    let right = Impostor::open(vouched(&pinned, named("127.0.0.1"))).await;
    let error = device(&right.link(&pinned)).await;
    assert!(
        matches!(error, ServerError::Internal(_)),
        "it said that the database is missing: {error:?}"
    );
    assert!(right.heard() > 0);
    let error = survey(&owner(&right.link(&pinned)), "cloche").await.unwrap_err();
    assert!(matches!(error, SetupError::NoDatabase), "{error:?}");
}

#[tokio::test]
async fn every_other_server_is_refused_with_a_reason() {
    let (pinned, foreign) = (authority(), authority());
    let own_key = KeyPair::generate().unwrap();
    let self_signed = named("127.0.0.1").self_signed(&own_key).unwrap().pem();
    for (what, answers) in [
        ("vouches for itself", encrypted(self_signed, &own_key)),
        ("another authority", vouched(&foreign, named("127.0.0.1"))),
        ("another host", vouched(&pinned, named("elsewhere.example"))),
        ("another address", vouched(&pinned, named("127.0.0.2"))),
    ] {
        let error = refused(&Impostor::open(answers).await, &pinned).await;
        assert!(matches!(error, ServerError::WrongCertificate(_)), "{what}: {error:?}");
        assert!(error.to_string().starts_with("This is not the server"), "{what}: {error}");
    }
    let mut over = named("127.0.0.1");
    (over.not_before, over.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let error = refused(&Impostor::open(vouched(&pinned, over)).await, &pinned).await;
    assert!(matches!(error, ServerError::CertificateDate(_)), "{error:?}");
    // No fall-back to the open, however it is offered.
    for answer in [b"N".as_slice(), b"E", b"R\0\0\0\x08\0\0\0\x03"] {
        let error = refused(&Impostor::open(Answers::Plainly(answer)).await, &pinned).await;
        assert!(matches!(error, ServerError::NotEncrypted(_)), "{answer:?}: {error:?}");
    }
    // Asked for a password in clear behind a promise of encryption.
    let behind = Answers::Plainly(b"SR\0\0\0\x08\0\0\0\x03");
    let error = refused(&Impostor::open(behind).await, &pinned).await;
    assert!(matches!(error, ServerError::Unreachable(_)), "{error:?}");
}

const LINK: &str = "CLOCHE_TEST_LINK";

/// The other half of the next test: this process takes `SSL_CERT_FILE` for the operating system's authorities.
#[tokio::test]
#[ignore = "run by the next test, in a process with other authorities"]
async fn under_the_authorities_of_a_company() {
    let link: ServerLink = std::env::var(LINK).unwrap().parse().unwrap();
    let error = device(&link).await;
    assert!(matches!(error, ServerError::WrongCertificate(_)), "{error:?}");
    let error = sign_in_account(&link, "ana@example.org", &new_secret()).await.unwrap_err();
    assert!(matches!(error, ServerError::WrongCertificate(_)), "{error:?}");
    let owner = owner(&link);
    let error = survey(&owner, "cloche").await.unwrap_err();
    assert!(matches!(error, SetupError::WrongCertificate(_)), "{error:?}");
    let patient = Patient { owner, database: "cloche".to_owned(), link: Some(link) };
    let findings = examine(&patient).await;
    let knocked = findings.iter().find(|finding| finding.check == "wrong_password").unwrap();
    assert!(knocked.says.contains("Desks cannot connect"), "{knocked:?}");
}

/// Shows what the test is about: the driver by itself would talk to the impostor.
#[tokio::test]
#[ignore = "run by the next test, in a process with other authorities"]
async fn the_driver_alone_under_the_authorities_of_a_company() {
    let link: ServerLink = std::env::var(LINK).unwrap().parse().unwrap();
    let Place::Host { host, port } = &link.place else { unreachable!() };
    let options = PgConnectOptions::new_without_pgpass()
        .host(host)
        .port(*port)
        .username("x")
        .ssl_root_cert_from_pem(link.ca_pem.clone().unwrap().into_bytes())
        .ssl_mode(PgSslMode::VerifyFull);
    let error = options.connect().await.unwrap_err();
    assert!(error.as_database_error().is_some(), "the impostor answered: {error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_the_computer_trusts_counts_for_nothing() {
    let (pinned, company) = (authority(), authority());
    let impostor = Impostor::open(vouched(&company, named("127.0.0.1"))).await;
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("authorities.pem");
    std::fs::write(&trusted, &company.1).unwrap();
    let link = impostor.link(&pinned).to_string();
    let elsewhere = async |test: &'static str| {
        let (trusted, link) = (trusted.clone(), link.clone());
        let run = move || {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", test, "--ignored", "--nocapture"])
                .envs([("PGSSLMODE", "disable"), ("PGHOST", "elsewhere"), ("PGPASSWORD", "x")])
                .env("SSL_CERT_FILE", trusted)
                .env(LINK, link)
                .output()
                .unwrap()
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let said = elsewhere("certificates::under_the_authorities_of_a_company").await;
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success(), "{text}");
    assert!(String::from_utf8_lossy(&said.stdout).contains("1 passed"), "{text}");
    assert_eq!(impostor.heard(), 0);
    let said = elsewhere("certificates::the_driver_alone_under_the_authorities_of_a_company").await;
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(impostor.heard(), 1, "without the pin, the impostor hears who somebody is");
}
