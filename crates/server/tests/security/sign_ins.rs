//! Guessing, and what a wrong guess tells.

use crate::calls::{Said, refusal, run};
use crate::world::{SEATS, Seat, World};
use secrecy::ExposeSecret;
use server::identity::{account_role, new_secret};
use sqlx::{ConnectOptions, Connection};

#[tokio::test]
async fn guesses_are_all_refused_lock_nobody_out_and_do_not_tell_who_exists() {
    let world = World::make().await;
    let server = world.db.server_id();
    let (known, key) = world.sign_in(Seat::Account);
    let unknown = account_role(server, "nobody@example.org");
    let guess = async |role: &str| -> (String, String) {
        let options = world.db.options_for(role, new_secret().expose_secret());
        match refusal(&options.connect().await.expect_err("a guess")) {
            Said::No { code, message, .. } => (code, message.replace(role, "ROLE")),
            Said::Rows(_) => unreachable!(),
        }
    };
    let expected = guess(&unknown).await;
    assert_eq!(expected.0, "28P01");
    for _ in 0..5 {
        let ten = tokio::join!(
            guess(&known),
            guess(&unknown),
            guess(&known),
            guess(&known),
            guess(&known),
            guess(&known),
            guess(&known),
            guess(&known),
            guess(&unknown),
            guess(&known)
        );
        for said in [ten.0, ten.1, ten.2, ten.3, ten.4, ten.5, ten.6, ten.7, ten.8, ten.9] {
            assert_eq!(said, expected, "a wrong password and an unknown person are alike");
        }
    }
    let right = world.db.options_for(&known, key.expose_secret());
    right.connect().await.expect("nobody is locked out by others' guesses").close().await.unwrap();
}

#[tokio::test]
async fn nobody_comes_in_without_a_secret_or_as_a_group() {
    let world = World::make().await;
    let groups = world
        .list("select rolname::text from pg_roles where rolname ~ '^cloche_[a-z]+$' and rolname <> 'cloche_superuser'")
        .await;
    for role in groups {
        for secret in ["", "cloche", "postgres"] {
            let error = world.db.options_for(&role, secret).connect().await.expect_err(&role);
            let code = refusal(&error).code().to_owned();
            assert!(["28P01", "28000"].contains(&code.as_str()), "{role}: {code}");
        }
    }
    for seat in SEATS {
        let (role, _) = world.sign_in(seat);
        let error = world.db.options_for(&role, "").connect().await.expect_err(&role);
        assert_eq!(refusal(&error).code(), "28P01", "{seat:?}");
    }
}

/// Nothing that could be tried at leisure is within reach: what PostgreSQL keeps of a secret stays with it.
#[tokio::test]
async fn nobody_reads_what_a_secret_could_be_tried_against() {
    let world = World::make().await;
    for seat in SEATS {
        let mut psql = world.connect(seat).await;
        for attack in [
            "select rolpassword from pg_authid",
            "select passwd from pg_shadow",
            "select * from pg_authid",
            "select pg_read_file('global/1260')",
            "select pg_read_binary_file('pg_hba.conf')",
            "select pg_ls_dir('.')",
        ] {
            assert_eq!(run(&mut psql, attack).await, "42501", "{seat:?}: {attack}");
        }
        let shown: Vec<Option<String>> =
            sqlx::query_scalar("select distinct rolpassword from pg_roles")
                .fetch_all(&mut psql)
                .await
                .unwrap();
        assert_eq!(shown, [Some("********".to_owned())], "{seat:?}");
        psql.close().await.unwrap();
    }
}

/// A link's secret is drawn; its role's name does not give it away, and one that was used is over.
#[tokio::test]
async fn a_link_is_used_once() {
    let world = World::make().await;
    let mut link = world.connect(Seat::Link).await;
    let accept = "select account.accept($1, 'Guest')";
    let take = async |psql: &mut sqlx::PgConnection| {
        sqlx::query(accept).bind(crate::calls::VERIFIER).execute(psql).await.map(drop)
    };
    take(&mut link).await.unwrap();
    assert_eq!(refusal(&take(&mut link).await.unwrap_err()).code(), "CL401", "in the same session");
    link.close().await.unwrap();
    let (role, secret) = world.sign_in(Seat::Link);
    let error = world.db.options_for(&role, secret.expose_secret()).connect().await.unwrap_err();
    assert_eq!(refusal(&error).code(), "28000");
    let members: i64 =
        world.scalar("select count(*) from app.memberships where display_name = 'Guest'").await;
    assert_eq!(members, 1);
}
