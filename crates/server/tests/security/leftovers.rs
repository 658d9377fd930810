//! What somebody leaves behind so that their role cannot be dropped: it keeps nobody else from anything.

use crate::calls::{close, run};
use crate::world::{Seat, World};
use secrecy::ExposeSecret;
use server::identity::scram::scram_verifier;
use server::identity::{invite_subject, new_secret};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use uuid::Uuid;

/// PostgreSQL lets every role do this to itself, and then refuses to drop it.
const ANCHOR: &str = "alter default privileges grant select on tables to public";

async fn anchor(psql: &mut PgConnection) {
    sqlx::raw_sql(ANCHOR).execute(psql).await.unwrap();
}

async fn owner(world: &World, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(world.db.admin()).await.unwrap();
}

async fn exists(world: &World, role: &str) -> bool {
    world.scalar(&format!("select to_regrole('{role}') is not null")).await
}

async fn can_log_in(world: &World, role: &str) -> bool {
    world.scalar(&format!("select rolcanlogin from pg_roles where rolname = '{role}'")).await
}

/// Makes a link for somebody and withdraws it: each closes links and drops roles on the way.
async fn invite_and_withdraw(world: &World) -> Result<(), sqlx::Error> {
    let (ana, id, token) = (world.ana(), Uuid::now_v7(), new_secret());
    sqlx::query("select account.invite($1, $2, 'new@example.org', 'staff', 'New', $3, $4)")
        .bind(ana.org)
        .bind(id)
        .bind(invite_subject(&token))
        .bind(scram_verifier(token.expose_secret()))
        .execute(&ana.pool)
        .await?;
    let withdraw = sqlx::query("select account.withdraw_invitation($1, $2)").bind(ana.org).bind(id);
    withdraw.execute(&ana.pool).await.map(drop)
}

const ALL_OVER: &str = "update app.invites set withdrawn_at = now() - interval '2 days'";

#[tokio::test]
async fn a_link_that_clings_to_its_role_stops_no_invitation() {
    let world = World::make().await;
    let (role, _) = world.sign_in(Seat::Link);
    let mut link = world.connect(Seat::Link).await;
    anchor(&mut link).await;
    owner(&world, ALL_OVER).await;
    assert_eq!(refusal_of_dropping(&world, &role).await, "2BP01", "the attack works");
    invite_and_withdraw(&world).await.unwrap();
    assert!(!exists(&world, &role).await, "what it left behind went with it");
    close([link]).await;
}

async fn refusal_of_dropping(world: &World, role: &str) -> String {
    let mut owner = world.db.owner_options().connect().await.unwrap();
    let code = run(&mut owner, &format!("drop role {role}")).await;
    close([owner]).await;
    code
}

/// What lies in another database of the cluster can be taken away only there.
#[tokio::test]
async fn a_link_that_clings_to_its_role_from_another_database_stops_no_night() {
    let world = World::make().await;
    let (role, secret) = world.sign_in(Seat::Link);
    let other = format!("{}_other", world.db.link().database);
    owner(&world, &format!("create database {other}")).await;
    let there = world.db.options_for(&role, secret.expose_secret()).database(&other);
    let mut link = there.connect().await.unwrap();
    anchor(&mut link).await;
    close([link]).await;
    owner(&world, ALL_OVER).await;
    let old = format!(
        "insert into app.commands (org_id, command_id, request_hash, at)
         values ('{}', gen_random_uuid(), '', now() - interval '40 days')",
        world.here.org.org_id
    );
    owner(&world, &old).await;
    invite_and_withdraw(&world).await.unwrap();
    let forgotten: i32 = world.scalar("select (hub.purge() ->> 'commands')::integer").await;
    assert_eq!(forgotten, 1, "the night's work is not taken back");
    let before: i64 = world.scalar("select count(*) from app.commands where request_hash = '' and at < now() - interval '30 days'").await;
    assert_eq!(before, 0);
    assert!(exists(&world, &role).await && !can_log_in(&world, &role).await, "it only stays");
    owner(&world, &format!("drop database {other}")).await;
    owner(&world, "select hub.purge()").await;
    assert!(!exists(&world, &role).await, "and goes once it can");
}

#[tokio::test]
async fn whoever_clings_to_their_roles_is_forgotten_all_the_same() {
    let world = World::make().await;
    let (account, secret) = (
        server::identity::account_role(world.db.server_id(), "sam@example.org"),
        world.here.org.staff().key.clone(),
    );
    let mut psql = world.db.options_for(&account, secret.expose_secret()).connect().await.unwrap();
    let mut device = world.connect(Seat::Staff).await;
    anchor(&mut psql).await;
    anchor(&mut device).await;
    server::setup::redact_person(&world.db.owner_options(), "sam@example.org").await.unwrap();
    assert!(!exists(&world, &account).await);
    let (role, _) = world.sign_in(Seat::Staff);
    owner(&world, "update app.devices set revoked_at = now() - interval '31 days' where revoked_at is not null").await;
    owner(&world, "select hub.purge()").await;
    assert!(!exists(&world, &role).await);
    close([psql]).await;
    drop(device);
}
