//! What a session could have printed beside its answers: plans, with the values that they were made for.

use crate::calls::close;
use crate::door_support::{Office, insert_assignment, june};
use crate::settings::apply;
use secrecy::ExposeSecret;
use serde_json::json;
use server::identity::device_role;
use server::link::{Place, ServerLink};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnection;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use uuid::Uuid;

/// A way to the server on which everything that it says can be read.
async fn overheard(office: &Office, said: Arc<Mutex<Vec<u8>>>) -> PgConnection {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = match office.db.link().place.clone() {
        Place::Socket { folder, port } => folder.join(format!(".s.PGSQL.{port}")),
        Place::Host { .. } => panic!("the test server listens on a socket"),
    };
    tokio::spawn(async move {
        let (desk, _) = listener.accept().await.unwrap();
        let server = UnixStream::connect(server).await.unwrap();
        let (mut from_desk, mut to_desk) = desk.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut from_desk, &mut to_server).await });
        let mut piece = vec![0; 1 << 16];
        while let Ok(n @ 1..) = from_server.read(&mut piece).await {
            said.lock().unwrap().extend_from_slice(&piece[..n]);
            if to_desk.write_all(&piece[..n]).await.is_err() {
                return;
            }
        }
    });
    let place = Place::Host { host: "127.0.0.1".to_owned(), port };
    let link = ServerLink { place, ..office.db.link().clone() };
    let device = &office.org.staff().device;
    let role = device_role(link.server_id, device.device_id);
    link.options(&role, device.secret.expose_secret()).connect().await.unwrap()
}

/// How a plan prints a value: its bytes as numbers.
fn printed(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| byte.cast_signed().to_string()).collect::<Vec<_>>().join(" ")
}

/// Plans hold the values that they were made for, those of the guards included, who see what staff does not.
#[tokio::test]
async fn no_setting_makes_a_function_think_aloud() {
    let office = Office::open().await;
    let ana = office.ana();
    office.link_sam(&ana).await;
    office.grant_by(&ana, "staff", &["resources.assign"]).await;
    let hidden = ana.event().await;
    let person = ana.person("Bo").await;
    let entry = ana.booked(person, hidden, &june(14, 16), &june(14, 23)).await;
    let mine = ana.event().await;
    let me: Uuid = office.scalar("select id from app.resources where name = 'Sam'").await;
    ana.booked(me, mine, &june(14, 1), &june(14, 2)).await;
    let said = Arc::default();
    let mut psql = overheard(&office, Arc::clone(&said)).await;
    let loud = "set client_min_messages = debug5; set debug_pretty_print = off; set debug_print_plan = on; set debug_print_parse = on; set debug_print_rewritten = on";
    sqlx::raw_sql(loud).execute(&mut psql).await.unwrap();
    let row = insert_assignment(Uuid::now_v7(), person, mine, &june(14, 18), &june(14, 20));
    let refused = apply(&mut psql, office.org.org_id, Uuid::now_v7(), json!([row])).await;
    assert_eq!(refused.unwrap_err().constraint, "resource_schedule_conflict");
    for ask in [
        "select api.snapshot($1, 'resource_schedule', null, 10)",
        "select api.pull($1, 0, null, null, 10)",
    ] {
        sqlx::query(ask).bind(office.org.org_id).execute(&mut psql).await.unwrap();
    }
    close([psql]).await;
    let words = String::from_utf8_lossy(&said.lock().unwrap()).into_owned();
    assert!(words.contains("PLANNEDSTMT"), "the session's own statements are printed");
    assert!(words.contains(&printed(office.org.org_id.as_bytes())), "with their values");
    // A column that no answer has: where it is printed, a function's own statement was.
    assert!(!words.contains("request_hash"), "a function's own plans can be read");
    for (what, id) in [("event", hidden), ("entry", entry)] {
        let seen = words.contains(&printed(id.as_bytes()));
        assert!(!seen, "the hidden {what} is in a plan that staff can read");
    }
    let silent: Vec<String> = sqlx::query_scalar(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname !~ '^pg_' and p.prosecdef
           and exists (select from unnest(array['cloche_device', 'cloche_account', 'cloche_invite']) r where has_function_privilege(r, p.oid, 'execute'))
           and not coalesce(p.proconfig @> array['client_min_messages=notice', 'debug_print_plan=off', 'debug_print_parse=off', 'debug_print_rewritten=off'], false)",
    )
    .fetch_all(office.db.admin())
    .await
    .unwrap();
    assert_eq!(silent, Vec::<String>::new());
}
