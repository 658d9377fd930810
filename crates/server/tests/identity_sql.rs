//! Sign-in as PostgreSQL does it: account roles that enrol, device roles that work, and their end.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{Office, Refusal};
use secrecy::ExposeSecret;
use serde_json::Value;
use server::identity::scram::scram_verifier;
use server::identity::{account_role, device_role};
use sqlx::{ConnectOptions, Connection, PgConnection};
use testkit::Person;
use uuid::Uuid;

async fn account(office: &Office, person: &Person) -> PgConnection {
    let role = account_role(office.db.server_id(), &person.email);
    office
        .db
        .options_for(&role, person.key.expose_secret())
        .connect()
        .await
        .expect("the person signs in")
}

async fn enroll(
    account: &mut PgConnection,
    device: Uuid,
    verifier: &str,
) -> Result<Value, Refusal> {
    sqlx::query_scalar("select account.enroll_device($1, 'desk', $2)")
        .bind(device)
        .bind(verifier.to_owned())
        .fetch_one(account)
        .await
        .map_err(Refusal::from)
}

async fn call(connection: &mut PgConnection, sql: &'static str) -> Result<(), Refusal> {
    sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(Refusal::from)
}

#[tokio::test]
async fn a_verifier_made_on_the_desk_is_all_that_signing_in_needs() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let mut account = account(&office, ana).await;
    let device = Uuid::now_v7();
    let told = enroll(&mut account, device, &scram_verifier("a secret")).await.unwrap();
    let role = device_role(office.db.server_id(), device);
    assert_eq!(told["role"], role.as_str(), "both sides name roles alike");
    let mut connection = office.db.options_for(&role, "a secret").connect().await.unwrap();
    call(&mut connection, "select api.whoami()").await.unwrap();
    assert!(office.db.options_for(&role, "another secret").connect().await.is_err());
    let (limit, days): (i32, f64) = sqlx::query_as(
        "select rolconnlimit, extract(epoch from rolvaliduntil - now())::float8 / 86400
        from pg_roles where rolname = $1",
    )
    .bind(&role)
    .fetch_one(office.db.admin())
    .await
    .unwrap();
    assert_eq!((limit, days.round()), (4, 30.0));
    let limit: i32 = sqlx::query_scalar("select rolconnlimit from pg_roles where rolname = $1")
        .bind(account_role(office.db.server_id(), &ana.email))
        .fetch_one(office.db.admin())
        .await
        .unwrap();
    assert_eq!(limit, 2);
}

#[tokio::test]
async fn anything_but_a_scram_verifier_is_refused() {
    let office = Office::open().await;
    let mut account = account(&office, office.org.administrator()).await;
    let good = scram_verifier("a secret");
    for bad in [
        "",
        "secret",
        "md5a3556571e93b0d20722ba62be61e8c2d",
        "SCRAM-SHA-256$1:aaaa$bbbb:cccc",
        &good.replace("$4096:", "$1:"),
        &good[..good.len() - 1],
        &format!("{good}'; create role evil superuser; --"),
        &format!("{good}\n"),
        &good.to_lowercase(),
    ] {
        let said = enroll(&mut account, Uuid::now_v7(), bad).await.expect_err(bad);
        assert_eq!(
            (said.code.as_str(), said.constraint.as_str()),
            ("CL422", "verifier_format"),
            "{bad}"
        );
    }
    let error = sqlx::query("select setup.create_user('new@example.org', 'secret')")
        .execute(office.db.admin())
        .await
        .unwrap_err();
    assert_eq!(Refusal::from(error).constraint, "verifier_format");
}

#[tokio::test]
async fn an_account_role_only_enrols_and_a_device_role_never_does() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let mut signed_in = account(&office, ana).await;
    for closed in [
        "select api.whoami()",
        "select api.cursor(gen_random_uuid())",
        "select account.devices()",
        "select account.sign_out()",
    ] {
        assert_eq!(call(&mut signed_in, closed).await.unwrap_err().code, "42501", "{closed}");
    }
    let mut device = office.db.connect_as(ana).await;
    for closed in [
        "select account.enroll_device(gen_random_uuid(), 'x', 'y')",
        "select account.change_password('x', null)",
    ] {
        assert_eq!(call(&mut device, closed).await.unwrap_err().code, "42501", "{closed}");
    }
}

#[tokio::test]
async fn a_person_has_at_most_ten_devices_even_when_enrolling_at_once() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let (mut one, mut two) = (account(&office, ana).await, account(&office, ana).await);
    let verifier = scram_verifier("a secret");
    for _ in 0..8 {
        enroll(&mut one, Uuid::now_v7(), &verifier).await.unwrap();
    }
    let (a, b) = tokio::join!(
        enroll(&mut one, Uuid::now_v7(), &verifier),
        enroll(&mut two, Uuid::now_v7(), &verifier)
    );
    let lost = a.err().or(b.err()).expect("nine and one are ten, the eleventh is refused");
    assert_eq!((lost.code.as_str(), lost.constraint.as_str()), ("CL422", "devices_limit"));
    assert_eq!(office.scalar::<i64>("select count(*) from app.devices d join app.users u on u.id = d.user_id where u.email = 'ana@example.org'").await, 10);
    sqlx::query("select account.revoke_device(id) from (select id from app.devices limit 0) d")
        .execute(office.db.admin())
        .await
        .unwrap();
    let mut device = office.db.connect_as(ana).await;
    let others: Uuid = office.scalar("select d.id from app.devices d join app.users u on u.id = d.user_id where u.email = 'ana@example.org' and d.name = 'desk' limit 1").await;
    sqlx::query("select account.revoke_device($1)")
        .bind(others)
        .execute(&mut device)
        .await
        .unwrap();
    enroll(&mut one, Uuid::now_v7(), &verifier).await.unwrap();
}

#[tokio::test]
async fn a_device_id_is_used_once() {
    let office = Office::open().await;
    let (ana, max) = (office.org.administrator(), office.org.manager());
    let mut account = account(&office, ana).await;
    let said = enroll(&mut account, max.device.device_id, &scram_verifier("x")).await.unwrap_err();
    assert_eq!((said.code.as_str(), said.constraint.as_str()), ("CL422", "devices_known"));
}

#[tokio::test]
async fn a_revoked_device_is_refused_on_its_next_call_and_cannot_sign_in_again() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let mut open = office.db.connect_as(ana).await;
    let mut other = account(&office, ana).await;
    let spare = Uuid::now_v7();
    enroll(&mut other, spare, &scram_verifier("spare")).await.unwrap();
    let role = device_role(office.db.server_id(), spare);
    let mut stolen = office.db.options_for(&role, "spare").connect().await.unwrap();
    call(&mut stolen, "select api.whoami()").await.unwrap();
    sqlx::query("select account.revoke_device($1)").bind(spare).execute(&mut open).await.unwrap();
    for closed in [
        "select api.whoami()",
        "select api.cursor(gen_random_uuid())",
        "select account.devices()",
        "select account.renew_device()",
    ] {
        let said = call(&mut stolen, closed).await.unwrap_err();
        assert_eq!(
            (said.code.as_str(), said.constraint.as_str()),
            ("CL401", "signed_out"),
            "{closed}"
        );
    }
    let error = office.db.options_for(&role, "spare").connect().await.unwrap_err();
    assert_eq!(
        error.into_database_error().unwrap().code().unwrap(),
        "28000",
        "the server proves itself first"
    );
    let ended: Value = sqlx::query_scalar("select account.end_sessions($1)")
        .bind(spare)
        .fetch_one(&mut open)
        .await
        .unwrap();
    assert_eq!(ended["ended"], 1);
    assert!(sqlx::query("select 1").execute(&mut stolen).await.is_err(), "its session is gone");
    call(&mut open, "select api.whoami()").await.unwrap();
}

#[tokio::test]
async fn nobody_revokes_or_ends_the_device_of_another() {
    let office = Office::open().await;
    let (ana, max) = (office.org.administrator(), office.org.manager());
    let mut of_max = office.db.connect_as(max).await;
    for id in [ana.device.device_id, Uuid::now_v7()] {
        let said = sqlx::query("select account.revoke_device($1)")
            .bind(id)
            .execute(&mut of_max)
            .await
            .map_err(Refusal::from)
            .unwrap_err();
        assert_eq!((said.code.as_str(), said.constraint.as_str()), ("CL404", "devices_unknown"));
    }
    let mut of_ana = office.db.connect_as(ana).await;
    let ended: Value = sqlx::query_scalar("select account.end_sessions($1)")
        .bind(ana.device.device_id)
        .fetch_one(&mut of_max)
        .await
        .unwrap();
    assert_eq!(ended["ended"], 0);
    call(&mut of_ana, "select api.whoami()").await.unwrap();
}

#[tokio::test]
async fn expiry_and_an_inactive_person_are_noticed_in_an_open_session() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let mut open = office.db.connect_as(ana).await;
    office.run("update app.devices set expires_at = now() - interval '1 second'").await;
    assert_eq!(call(&mut open, "select api.whoami()").await.unwrap_err().code, "CL401");
    office.run("update app.devices set expires_at = now() + interval '5 days'").await;
    let renewed: Value =
        sqlx::query_scalar("select account.renew_device()").fetch_one(&mut open).await.unwrap();
    let again: Value =
        sqlx::query_scalar("select account.renew_device()").fetch_one(&mut open).await.unwrap();
    assert_eq!(renewed, again, "at most once a day");
    assert_eq!(
        office
            .scalar::<i64>(
                "select count(*) from app.devices d join pg_roles r on r.rolname = d.role_name
        where d.expires_at > now() + interval '29 days' and r.rolvaliduntil = d.expires_at"
            )
            .await,
        1
    );
    office.run("update app.users set is_active = false").await;
    assert_eq!(call(&mut open, "select api.whoami()").await.unwrap_err().code, "CL401");
}

#[tokio::test]
async fn a_new_password_ends_every_other_device() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let mut kept = office.db.connect_as(ana).await;
    let mut signed_in = account(&office, ana).await;
    let spare = Uuid::now_v7();
    enroll(&mut signed_in, spare, &scram_verifier("spare")).await.unwrap();
    let mut other = office
        .db
        .options_for(&device_role(office.db.server_id(), spare), "spare")
        .connect()
        .await
        .unwrap();
    let told: Value = sqlx::query_scalar("select account.change_password($1, $2)")
        .bind(scram_verifier("new"))
        .bind(ana.device.device_id)
        .fetch_one(&mut signed_in)
        .await
        .unwrap();
    assert_eq!(told["ended"], serde_json::json!([spare]));
    assert_eq!(call(&mut other, "select api.whoami()").await.unwrap_err().code, "CL401");
    call(&mut kept, "select api.whoami()").await.unwrap();
    let role = account_role(office.db.server_id(), &ana.email);
    assert!(
        office.db.options_for(&role, ana.key.expose_secret()).connect().await.is_err(),
        "the old password is over"
    );
    office.db.options_for(&role, "new").connect().await.unwrap().close().await.unwrap();
    let devices: Value =
        sqlx::query_scalar("select account.devices()").fetch_one(&mut kept).await.unwrap();
    let lines: Vec<(bool, bool)> = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["current"].as_bool().unwrap(), d["revoked_at"].is_null()))
        .collect();
    assert_eq!(lines, [(true, true), (false, false)]);
}

#[tokio::test]
async fn signing_out_ends_this_device_only() {
    let office = Office::open().await;
    let (ana, max) = (office.org.administrator(), office.org.manager());
    let (mut of_ana, mut of_max) =
        (office.db.connect_as(ana).await, office.db.connect_as(max).await);
    call(&mut of_ana, "select account.sign_out()").await.unwrap();
    assert_eq!(call(&mut of_ana, "select api.whoami()").await.unwrap_err().code, "CL401");
    call(&mut of_max, "select api.whoami()").await.unwrap();
}

#[tokio::test]
async fn one_address_is_one_person_however_it_is_spelled() {
    let office = Office::open().await;
    let verifier = scram_verifier("x");
    for (email, constraint) in [
        ("ana@example.org", "users_email_unique"),
        ("Eve@example.org", "users_email_normalised"),
        (" eve@example.org", "users_email_normalised"),
        ("eve@example.org\u{a0}", "users_email_normalised"),
        ("eve", "users_email_normalised"),
        ("e@v@e", "users_email_normalised"),
        ("jose\u{301}@example.org", "users_email_normalised"),
    ] {
        let error = sqlx::query("select setup.create_user($1, $2)")
            .bind(email)
            .bind(&verifier)
            .execute(office.db.admin())
            .await
            .expect_err(email);
        assert_eq!(Refusal::from(error).constraint, constraint, "{email}");
    }
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_the_owner_and_ends_all_devices() {
    let office = Office::open().await;
    let ana = office.org.administrator();
    let mut open = office.db.connect_as(ana).await;
    sqlx::query("select setup.set_password($1, $2)")
        .bind(&ana.email)
        .bind(scram_verifier("new"))
        .execute(office.db.admin())
        .await
        .unwrap();
    assert_eq!(call(&mut open, "select api.whoami()").await.unwrap_err().code, "CL401");
    let role = account_role(office.db.server_id(), &ana.email);
    office.db.options_for(&role, "new").connect().await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn a_copy_of_a_server_shares_no_role_with_it() {
    let office = Office::open().await;
    let before: Vec<String> = sqlx::query_scalar("select role_name::text from app.users")
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    office.run("select setup.new_server_identity()").await;
    let after: Vec<String> = sqlx::query_scalar("select role_name::text from app.users")
        .fetch_all(office.db.admin())
        .await
        .unwrap();
    assert!(after.iter().all(|role| !before.contains(role)));
    assert_eq!(office.count("devices").await, 0);
    for role in before {
        office.run(&format!("drop role {role}")).await;
    }
}
