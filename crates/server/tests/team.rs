//! Inviting colleagues and choosing new passwords: each link is a role that signs in for real, does one thing, once.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod door_support;

use door_support::{Answer, Desk, Office, Refusal, delete, id_of, refused, update};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use server::identity::scram::scram_verifier;
use server::identity::{account_role, new_secret};
use sqlx::{ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

/// A link: its secret, and what the server is told of it.
struct Link {
    id: Uuid,
    token: String,
    subject: String,
}

impl Link {
    async fn new(office: &Office) -> Self {
        let token = new_secret().expose_secret().to_owned();
        let subject: String = office
            .scalar(&format!(
                "select encode(sha256(convert_to(E'cloche-invite\\n{token}', 'UTF8')), 'hex')"
            ))
            .await;
        Self { id: Uuid::now_v7(), token, subject }
    }

    async fn role(&self, office: &Office) -> String {
        office
            .scalar(&format!("select account.role_name('cloche_i_', '{}')::text", self.subject))
            .await
    }

    /// Signs in as the link.
    async fn enter(&self, office: &Office) -> Result<PgConnection, sqlx::Error> {
        office.db.options_for(&self.role(office).await, &self.token).connect().await
    }
}

async fn invite(
    desk: &Desk,
    link: &Link,
    email: &str,
    role: &str,
    resource: Option<Uuid>,
) -> Answer {
    Ok(sqlx::query_scalar("select account.invite($1, $2, $3, $4, 'New Colleague', $5, $6, $7)")
        .bind(desk.org)
        .bind(link.id)
        .bind(email.to_owned())
        .bind(role.to_owned())
        .bind(link.subject.clone())
        .bind(scram_verifier(&link.token))
        .bind(resource)
        .fetch_one(&desk.pool)
        .await?)
}

async fn reset(desk: &Desk, link: &Link, user: Uuid) -> Answer {
    Ok(sqlx::query_scalar("select account.issue_reset($1, $2, $3, $4, $5)")
        .bind(desk.org)
        .bind(link.id)
        .bind(user)
        .bind(link.subject.clone())
        .bind(scram_verifier(&link.token))
        .fetch_one(&desk.pool)
        .await?)
}

async fn withdraw(desk: &Desk, id: Uuid) -> Answer {
    Ok(sqlx::query_scalar("select account.withdraw_invitation($1, $2)")
        .bind(desk.org)
        .bind(id)
        .fetch_one(&desk.pool)
        .await?)
}

async fn invitations(desk: &Desk) -> Answer {
    Ok(sqlx::query_scalar("select account.invitations($1)")
        .bind(desk.org)
        .fetch_one(&desk.pool)
        .await?)
}

async fn accept(guest: &mut PgConnection, secret: Option<&str>) -> Answer {
    Ok(sqlx::query_scalar("select account.accept($1, $2)")
        .bind(secret.map(scram_verifier))
        .bind(secret.map(|_| "Cleo Called Herself"))
        .fetch_one(guest)
        .await?)
}

/// A desk of somebody who has just joined: signs in as the account and enrols a device.
async fn enrolled(office: &Office, email: &str, secret: &str) -> Desk {
    let role = account_role(office.db.server_id(), email);
    let mut account =
        office.db.options_for(&role, secret).connect().await.expect("the account signs in");
    let told: Value = sqlx::query_scalar("select account.enroll_device($1, 'desk', $2)")
        .bind(Uuid::now_v7())
        .bind(scram_verifier("of the device"))
        .fetch_one(&mut account)
        .await
        .unwrap();
    account.close().await.unwrap();
    let options = office.db.options_for(told["role"].as_str().unwrap(), "of the device");
    Desk {
        pool: sqlx::postgres::PgPoolOptions::new().max_connections(2).connect_lazy_with(options),
        org: office.org.org_id,
    }
}

#[tokio::test]
async fn an_invited_colleague_signs_in_with_the_link_once_and_is_at_work() {
    let office = Office::open().await;
    let ana = office.ana();
    let person = ana.person("Cleo Ruiz").await;
    let link = Link::new(&office).await;
    let told = invite(&ana, &link, "cleo@example.org", "staff", Some(person)).await.unwrap();
    assert_eq!(told["added"], json!(false));
    let again = invite(&ana, &link, "cleo@example.org", "staff", Some(person)).await.unwrap();
    assert_eq!(again, told, "a lost answer is asked for again");
    let limits: (i32, f64) = sqlx::query_as("select rolconnlimit, extract(epoch from rolvaliduntil - now())::float8 / 86400 from pg_roles where rolname = $1")
        .bind(link.role(&office).await).fetch_one(office.db.admin()).await.unwrap();
    assert_eq!((limits.0, limits.1.round()), (1, 7.0));
    let mut guest = link.enter(&office).await.unwrap();
    for closed in [
        "select api.whoami()",
        "select account.devices()",
        "select account.sign_out()",
        "select api.cursor(gen_random_uuid())",
        "select account.invitations(gen_random_uuid())",
        "select * from app.invites",
        "create temporary table x (y int)",
        "alter role current_user valid until 'infinity'",
        "select account.enroll_device(gen_random_uuid(), 'x', 'y')",
    ] {
        let said = sqlx::raw_sql(closed)
            .execute(&mut guest)
            .await
            .map(drop)
            .map_err(Refusal::from)
            .unwrap_err();
        assert!(["42501", "0A000"].contains(&said.code.as_str()), "{closed}: {said:?}");
    }
    let offer = accept(&mut guest, None).await.unwrap();
    assert_eq!(
        offer,
        json!({"kind": "invitation", "email": "cleo@example.org", "display_name": "New Colleague", "role": "staff",
               "existing": false, "organization_name": "Linden Catering", "invited_by": "Ana"})
    );
    assert!(link.enter(&office).await.is_err(), "one at a time");
    let said = sqlx::query_scalar::<_, Value>("select account.accept('secret', null)")
        .fetch_one(&mut guest)
        .await
        .map_err(Refusal::from);
    refused(said, "CL422", "verifier_format");
    let done = accept(&mut guest, Some("cleo's key")).await.unwrap();
    assert_eq!(done, json!({"email": "cleo@example.org", "org_id": office.org.org_id}));
    refused(accept(&mut guest, Some("another key")).await, "CL401", "invites_used");
    guest.close().await.unwrap();
    let error = link.enter(&office).await.unwrap_err();
    assert_eq!(
        error.into_database_error().unwrap().code().unwrap(),
        "28000",
        "the role signs in no more"
    );
    let cleo = enrolled(&office, "cleo@example.org", "cleo's key").await;
    let whoami: Value =
        sqlx::query_scalar("select api.whoami()").fetch_one(&cleo.pool).await.unwrap();
    assert_eq!(
        (
            &whoami["organizations"][0]["display_name"],
            &whoami["organizations"][0]["role"],
            &whoami["organizations"][0]["permissions"]
        ),
        (&json!("Cleo Called Herself"), &json!("staff"), &json!(["tasks.status_own"]))
    );
    assert_eq!(
        cleo.row("resources", person).await.unwrap()["user_id"],
        whoami["user_id"],
        "the schedule knows who Cleo is"
    );
    let membership: Uuid =
        office.scalar("select id from app.memberships where email = 'cleo@example.org'").await;
    let told = ana.history("memberships", membership).await.unwrap();
    assert_eq!(
        (&told["entries"][0]["command"], &told["entries"][0]["actor"]),
        (&json!("member.join"), &whoami["user_id"])
    );
    let list = invitations(&ana).await.unwrap();
    let row = &list["invitations"][0];
    assert_eq!(
        (&row["id"], &row["kind"], &row["created_by_name"]),
        (&json!(link.id), &json!("invitation"), &json!("Ana"))
    );
    assert!(row["used_at"].is_string() && row.get("role_name").is_none(), "{row}");
    // The membership's end is felt with the next call.
    let end = json!([update(
        "memberships",
        membership,
        json!({"ended_at": null}),
        json!({"ended_at": "2026-01-01T00:00:00+00:00"})
    )]);
    ana.apply("member.end", end).await.unwrap();
    refused(cleo.cursor().await, "CL403", "not_a_member");
}

#[tokio::test]
async fn whoever_has_a_sign_in_is_a_member_at_once_and_comes_back_the_same_way() {
    let office = Office::open().await;
    let ana = office.ana();
    let other =
        office.db.organization("Other Caterers").administrator("omar@example.org").build().await;
    let link = Link::new(&office).await;
    let told = invite(&ana, &link, "omar@example.org", "manager", None).await.unwrap();
    assert_eq!(told, json!({"added": true, "expires_at": null}));
    assert_eq!(
        invite(&ana, &link, "omar@example.org", "manager", None).await.unwrap(),
        told,
        "asked again, added once"
    );
    let omar = Desk { pool: office.db.pool_as(other.administrator()), org: ana.org };
    omar.cursor().await.unwrap();
    let said = invite(&ana, &Link::new(&office).await, "omar@example.org", "staff", None).await;
    refused(said, "CL422", "memberships_already");
    let id: Uuid = office
        .scalar(&format!(
            "select id from app.memberships where email = 'omar@example.org' and org_id = '{}'",
            ana.org
        ))
        .await;
    let end = json!([update(
        "memberships",
        id,
        json!({"ended_at": null}),
        json!({"ended_at": "2026-01-01T00:00:00+00:00"})
    )]);
    ana.apply("member.end", end).await.unwrap();
    refused(omar.cursor().await, "CL403", "not_a_member");
    invite(&ana, &Link::new(&office).await, "omar@example.org", "staff", None).await.unwrap();
    let row = ana.row("memberships", id).await.unwrap();
    assert_eq!((&row["role"], &row["ended_at"]), (&json!("staff"), &Value::Null));
    omar.cursor().await.unwrap();
    assert_eq!(office.count("invites").await, 0, "no link was needed");
}

#[tokio::test]
async fn an_address_that_got_an_account_meanwhile_keeps_its_password() {
    let office = Office::open().await;
    let ana = office.ana();
    let link = Link::new(&office).await;
    invite(&ana, &link, "cleo@example.org", "manager", None).await.unwrap();
    let elsewhere =
        office.db.organization("Other Caterers").administrator("cleo@example.org").build().await;
    let mut guest = link.enter(&office).await.unwrap();
    assert_eq!(accept(&mut guest, None).await.unwrap()["existing"], json!(true));
    let done = accept(&mut guest, Some("an impostor's key")).await.unwrap();
    assert_eq!(done["existing"], json!(true));
    let cleo = elsewhere.administrator();
    let role = account_role(office.db.server_id(), &cleo.email);
    assert!(office.db.options_for(&role, "an impostor's key").connect().await.is_err());
    office.db.options_for(&role, cleo.key.expose_secret()).connect().await.unwrap();
    let desk = Desk { pool: office.db.pool_as(cleo), org: ana.org };
    desk.cursor().await.unwrap();
}

#[tokio::test]
async fn who_may_invite_whom() {
    let office = Office::open().await;
    let (ana, max, sam) = (office.ana(), office.max(), office.sam());
    for desk in [&max, &sam] {
        let said = refused(
            invite(desk, &Link::new(&office).await, "x@example.org", "staff", None).await,
            "CL403",
            "not_permitted",
        );
        assert_eq!(said.detail["permission"], "members.edit");
        refused(invitations(desk).await, "CL403", "not_permitted");
        refused(withdraw(desk, Uuid::now_v7()).await, "CL403", "not_permitted");
        let said = reset(desk, &Link::new(&office).await, office.org.staff().user_id).await;
        refused(said, "CL403", "reset_administrator_only");
    }
    office.grant_by(&ana, "manager", &["members.edit"]).await;
    let said =
        invite(&max, &Link::new(&office).await, "x@example.org", "administrator", None).await;
    refused(said, "CL403", "memberships_administrator_only");
    let link = Link::new(&office).await;
    invite(&max, &link, "x@example.org", "staff", None).await.unwrap();
    let stolen = Link { id: link.id, ..Link::new(&office).await };
    refused(
        invite(&max, &stolen, "x@example.org", "staff", None).await,
        "CL422",
        "commands_reused",
    );
    let same =
        Link { id: Uuid::now_v7(), token: link.token.clone(), subject: link.subject.clone() };
    refused(invite(&ana, &same, "y@example.org", "staff", None).await, "CL422", "invites_known");
    for (email, constraint) in [
        ("X@example.org", "invites_email_normalised"),
        ("nobody", "invites_email_normalised"),
        (" x@example.org", "invites_email_normalised"),
    ] {
        let said = invite(&ana, &Link::new(&office).await, email, "staff", None).await.unwrap_err();
        assert_eq!(said.constraint, constraint, "{email}");
    }
    let said =
        invite(&ana, &Link::new(&office).await, "y@example.org", "owner", None).await.unwrap_err();
    assert_eq!(said.constraint, "invites_role_known");
    let bad = Link { subject: "x'; drop role postgres; --".to_owned(), ..Link::new(&office).await };
    refused(invite(&ana, &bad, "y@example.org", "staff", None).await, "CL422", "invites_subject");
    let van = ana.resource("Van", "equipment", 1).await;
    let linked = office.link_sam(&ana).await;
    for (resource, constraint) in [
        (van, "resources_user_staff"),
        (linked, "resources_user_unique"),
        (Uuid::now_v7(), "resources_unknown"),
    ] {
        let said =
            invite(&ana, &Link::new(&office).await, "y@example.org", "staff", Some(resource))
                .await
                .unwrap_err();
        assert_eq!(said.constraint, constraint);
    }
    let foreign =
        office.db.organization("Other Caterers").administrator("omar@example.org").build().await;
    let omar = Desk { pool: office.db.pool_as(foreign.administrator()), org: ana.org };
    refused(
        invite(&omar, &Link::new(&office).await, "y@example.org", "staff", None).await,
        "CL403",
        "not_a_member",
    );
    refused(invitations(&omar).await, "CL403", "not_a_member");
    refused(withdraw(&omar, link.id).await, "CL403", "not_a_member");
    let own = Desk { org: foreign.org_id, ..omar };
    refused(withdraw(&own, link.id).await, "CL404", "invites_unknown");
}

#[tokio::test]
async fn a_link_ends_when_it_is_withdrawn_replaced_expired_or_its_maker_loses_the_right() {
    let office = Office::open().await;
    let ana = office.ana();
    let mut guests = Vec::new();
    let mut links = Vec::new();
    for name in ["withdrawn", "replaced", "expired", "unbacked"] {
        let link = Link::new(&office).await;
        let maker = if name == "unbacked" {
            office.grant_by(&ana, "manager", &["members.edit"]).await;
            office.max()
        } else {
            ana.clone()
        };
        invite(&maker, &link, &format!("{name}@example.org"), "staff", None).await.unwrap();
        guests.push(link.enter(&office).await.unwrap());
        links.push(link);
    }
    withdraw(&ana, links[0].id).await.unwrap();
    withdraw(&ana, links[0].id).await.unwrap();
    invite(&ana, &Link::new(&office).await, "replaced@example.org", "manager", None).await.unwrap();
    office
        .run(&format!("update app.invites set expires_at = now() where id = '{}'", links[2].id))
        .await;
    let rule: Uuid = office
        .scalar("select id from app.role_permissions where permission = 'members.edit'")
        .await;
    ana.apply("role.revoke", json!([delete("role_permissions", rule)])).await.unwrap();
    for ((guest, constraint), link) in guests
        .iter_mut()
        .zip(["invites_withdrawn", "invites_withdrawn", "invites_expired", "invites_withdrawn"])
        .zip(&links)
    {
        for secret in [None, Some("key")] {
            refused(accept(guest, secret).await, "CL401", constraint);
        }
        let _ = link;
    }
    for link in &links[..2] {
        assert!(link.enter(&office).await.is_err(), "the role signs in no more");
    }
    office
        .run(&format!("alter role {} valid until '2020-01-01'", links[2].role(&office).await))
        .await;
    assert!(links[2].enter(&office).await.is_err(), "and PostgreSQL knows when it ended");
    assert_eq!(office.scalar::<i64>("select count(*) from app.users").await, 3, "nobody came in");
    // Roles of links that ended long ago are dropped on the way.
    office.run("update app.invites set withdrawn_at = now() - interval '2 days' where withdrawn_at is not null").await;
    invite(&ana, &Link::new(&office).await, "late@example.org", "staff", None).await.unwrap();
    withdraw(&ana, links[3].id).await.unwrap();
    let left: i64 = office
        .scalar(&format!(
            "select count(*) from pg_roles where rolname in ('{}', '{}')",
            links[0].role(&office).await,
            links[1].role(&office).await
        ))
        .await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_link_is_used_once_even_when_it_is_used_twice_at_the_same_moment() {
    let office = Office::open().await;
    let ana = office.ana();
    let link = Link::new(&office).await;
    invite(&ana, &link, "cleo@example.org", "staff", None).await.unwrap();
    // Two sessions of one link: only because the limit is lifted.
    office.run(&format!("alter role {} connection limit 2", link.role(&office).await)).await;
    let (mut one, mut two) =
        (link.enter(&office).await.unwrap(), link.enter(&office).await.unwrap());
    let (a, b) =
        tokio::join!(accept(&mut one, Some("first key")), accept(&mut two, Some("second key")));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    assert_eq!(a.err().or(b.err()).unwrap().constraint, "invites_used");
    assert_eq!(
        office
            .scalar::<i64>("select count(*) from app.users where email = 'cleo@example.org'")
            .await,
        1
    );
    // Two invitations of one person at once leave one open link.
    let (first, second) = (Link::new(&office).await, Link::new(&office).await);
    let (a, b) = tokio::join!(
        invite(&ana, &first, "dora@example.org", "staff", None),
        invite(&ana, &second, "dora@example.org", "staff", None)
    );
    a.unwrap();
    b.unwrap();
    let open: i64 = office.scalar("select count(*) from app.invites where email = 'dora@example.org' and withdrawn_at is null").await;
    assert_eq!(open, 1);
}

#[tokio::test]
async fn a_new_password_by_link_ends_all_devices_and_needs_an_administrator_of_every_organization()
{
    let office = Office::open().await;
    let ana = office.ana();
    let max = office.org.manager();
    let of_max = office.max();
    of_max.cursor().await.unwrap();
    let elsewhere = office
        .db
        .organization("Other Caterers")
        .administrator("omar@example.org")
        .joined_by(max, "staff")
        .build()
        .await;
    let said = reset(&ana, &Link::new(&office).await, max.user_id).await;
    refused(said, "CL403", "reset_elsewhere");
    let omar = Desk { pool: office.db.pool_as(elsewhere.administrator()), org: elsewhere.org_id };
    let id: Uuid = office
        .scalar(&format!(
            "select id from app.memberships where org_id = '{}' and user_id = '{}'",
            omar.org, max.user_id
        ))
        .await;
    let end = json!([update(
        "memberships",
        id,
        json!({"ended_at": null}),
        json!({"ended_at": "2026-01-01T00:00:00+00:00"})
    )]);
    omar.apply("member.end", end).await.unwrap();
    refused(
        reset(&omar, &Link::new(&office).await, max.user_id).await,
        "CL404",
        "memberships_unknown",
    );
    refused(
        reset(&ana, &Link::new(&office).await, Uuid::now_v7()).await,
        "CL404",
        "memberships_unknown",
    );
    refused(
        reset(&ana, &Link::new(&office).await, office.org.administrator().user_id).await,
        "CL422",
        "reset_own",
    );
    let link = Link::new(&office).await;
    let told = reset(&ana, &link, max.user_id).await.unwrap();
    let minutes: f64 = office
        .scalar(&format!(
            "select extract(epoch from '{}'::timestamptz - now())::float8 / 60",
            told["expires_at"].as_str().unwrap()
        ))
        .await;
    assert!((14.0..=15.0).contains(&minutes), "{minutes}");
    let mut guest = link.enter(&office).await.unwrap();
    let offer = accept(&mut guest, None).await.unwrap();
    assert_eq!(
        (&offer["kind"], &offer["email"], &offer["display_name"]),
        (&json!("reset"), &json!("max@example.org"), &json!("Max"))
    );
    let other = Link::new(&office).await;
    accept(&mut guest, Some("a new key")).await.unwrap();
    let said = of_max.cursor().await;
    refused(said, "CL401", "signed_out");
    let role = account_role(office.db.server_id(), &max.email);
    assert!(
        office.db.options_for(&role, max.key.expose_secret()).connect().await.is_err(),
        "the old password is no more"
    );
    let again = enrolled(&office, &max.email, "a new key").await;
    again.cursor().await.unwrap();
    // A later link is worth nothing once the issuer's standing has gone.
    reset(&ana, &other, max.user_id).await.unwrap();
    let mut guest = other.enter(&office).await.unwrap();
    office
        .db
        .organization("Third")
        .administrator("tess@example.org")
        .joined_by(max, "staff")
        .build()
        .await;
    refused(accept(&mut guest, Some("x")).await, "CL401", "invites_withdrawn");
}

#[tokio::test]
async fn a_copied_server_honours_no_link_of_the_original() {
    let office = Office::open().await;
    let ana = office.ana();
    let link = Link::new(&office).await;
    invite(&ana, &link, "cleo@example.org", "staff", None).await.unwrap();
    let before = link.role(&office).await;
    office.run("select setup.new_server_identity()").await;
    assert_ne!(link.role(&office).await, before);
    let open: i64 =
        office.scalar("select count(*) from app.invites where withdrawn_at is null").await;
    assert_eq!(open, 0);
}

#[tokio::test]
async fn a_new_organization_begins_with_the_default_matrix_and_its_administrators_edit_it() {
    let office = Office::open().await;
    let rows: Vec<(String, String)> =
        sqlx::query_as("select role, permission from app.role_permissions order by 1, 2")
            .fetch_all(office.db.admin())
            .await
            .unwrap();
    let named = |role: domain::permission::Role| {
        let mut names: Vec<(String, String)> = role
            .default_permissions()
            .iter()
            .map(|p| (format!("{role:?}").to_lowercase(), (*p).to_owned()))
            .collect();
        names.sort();
        names
    };
    let wanted =
        [named(domain::permission::Role::Manager), named(domain::permission::Role::Staff)].concat();
    assert_eq!(rows, wanted);
    let ana = office.ana();
    let id = id_of(&ana.snapshot("role_permissions", None, 10).await.unwrap()["rows"][0]["id"]);
    let command = Uuid::now_v7();
    ana.apply_as(command, "role.revoke", json!([delete("role_permissions", id)])).await.unwrap();
    ana.undo(command, false).await.1.unwrap();
    // The backfill of organizations that were there before leaves what is granted already.
    office.run(&format!("do $$ begin perform app.begin_own_command('{0}', gen_random_uuid()); perform setup.default_matrix('{0}'); end $$", ana.org)).await;
    assert_eq!(office.count("role_permissions").await, 4);
}
