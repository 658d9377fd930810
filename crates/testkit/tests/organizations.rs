//! What every other test builds on: databases of their own, people who can really sign in.

use server::identity::kdf::sign_in_key;
use server::session::sign_in_account;
use sqlx::Connection;
use testkit::TestServer;

#[tokio::test]
async fn two_tests_never_see_each_other() {
    let (one, two) = tokio::join!(TestServer::database(), TestServer::database());
    assert_ne!(one.server_id(), two.server_id(), "role names hash the server id");
    // The same person in both: the roles differ, or the second would be refused.
    let here = one.organization("Linden").administrator("ana@example.org").build().await;
    let there = two.organization("Ahorn").administrator("ana@example.org").build().await;
    let (first, second) =
        (one.session_as(here.administrator()), two.session_as(there.administrator()));
    assert_eq!(first.whoami().await.unwrap().organizations[0].id, here.org_id);
    assert_eq!(second.whoami().await.unwrap().organizations[0].id, there.org_id);
}

#[tokio::test]
async fn a_person_of_two_organizations_has_one_device_for_both() {
    let db = TestServer::database().await;
    let linden = db.organization("Linden").administrator("ana@example.org").build().await;
    let ana = linden.administrator();
    db.organization("Ahorn").manager("max@example.org").joined_by(ana, "staff").build().await;
    let me = db.session_as(ana).whoami().await.unwrap();
    assert_eq!(me.organizations.len(), 2);
    assert_eq!(me.device_id, ana.device.device_id);
}

#[tokio::test]
async fn a_person_with_a_password_signs_in_with_it() {
    let db = TestServer::database().await;
    let office = db.organization("Linden").staff("eve@example.org").with_passwords().build().await;
    let eve = office.staff();
    let key = sign_in_key(eve.password.as_ref().unwrap(), db.server_id(), &eve.email);
    sign_in_account(db.link(), &eve.email, &key).await.unwrap().close().await;
}

#[tokio::test]
async fn a_device_connects_as_itself_and_not_as_the_owner() {
    let db = TestServer::database().await;
    let office = db.organization("Linden").staff("eve@example.org").build().await;
    let mut connection = db.connect_as(office.staff()).await;
    let role: String =
        sqlx::query_scalar("select session_user::text").fetch_one(&mut connection).await.unwrap();
    assert!(role.starts_with("cloche_d_"), "{role}");
    connection.close().await.unwrap();
}
