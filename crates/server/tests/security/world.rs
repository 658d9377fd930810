//! Two organizations on one server, everybody who might attack one of them, and what they would be after.

use crate::door_support::{
    Desk, insert_assignment, insert_client, insert_dependency, insert_event, insert_resource,
    insert_task, june, with,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use server::identity::scram::scram_verifier;
use server::identity::{account_role, device_role, invite_role, invite_subject, new_secret};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use testkit::{Organization, Person, TestDatabase, TestServer};
use uuid::Uuid;

/// What a side of the world is known by, wherever it shows.
#[derive(Debug, Clone)]
pub struct Ids {
    pub word: String,
    pub email: String,
    pub user: Uuid,
    pub device: Uuid,
    pub client: Uuid,
    pub event: Uuid,
    pub task: Uuid,
    pub second: Uuid,
    pub edge: Uuid,
    pub resource: Uuid,
    pub entry: Uuid,
    pub membership: Uuid,
    pub permission: Uuid,
    pub log: Uuid,
    /// A command that made all of this.
    pub command: Uuid,
    /// An import that waits to be applied.
    pub staged: Uuid,
    pub invitation: Uuid,
}

impl Ids {
    /// Ids that lead nowhere.
    pub fn nowhere() -> Self {
        let [user, device, client, event, task, second, edge, resource] =
            [(); 8].map(|()| Uuid::now_v7());
        let [entry, membership, permission, log, command, staged, invitation] =
            [(); 7].map(|()| Uuid::now_v7());
        let (word, email) = ("Nowhere".to_owned(), "nobody@example.org".to_owned());
        Self {
            word,
            email,
            user,
            device,
            client,
            event,
            task,
            second,
            edge,
            resource,
            entry,
            membership,
            permission,
            log,
            command,
            staged,
            invitation,
        }
    }

    /// Every id by which this side could be recognised.
    pub fn all(&self) -> Vec<Uuid> {
        let mut ids = vec![self.user, self.device, self.client, self.event, self.task, self.second];
        ids.extend([self.edge, self.resource, self.entry, self.membership, self.permission]);
        ids.extend([self.log, self.command, self.staged, self.invitation]);
        ids
    }

    /// The row of that table; `None` for a table of which there is no sample yet.
    pub fn row(&self, table: &str, org: Option<Uuid>) -> Option<Option<Uuid>> {
        Some(match table {
            "organizations" => org,
            "memberships" => Some(self.membership),
            "role_permissions" => Some(self.permission),
            "clients" => Some(self.client),
            "events" => Some(self.event),
            "event_status_log" => Some(self.log),
            "tasks" => Some(self.task),
            "task_dependencies" => Some(self.edge),
            "resources" => Some(self.resource),
            "resource_schedule" => Some(self.entry),
            _ => return None,
        })
    }
}

/// One of the two organizations.
pub struct Side {
    pub org: Organization,
    pub ids: Ids,
    /// The token of an invitation that is open.
    pub token: SecretString,
}

pub struct World {
    pub db: TestDatabase,
    pub here: Side,
    pub there: Side,
    /// Was a member here.
    pub ended: Person,
}

/// Somebody who attacks, and the role they sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    Administrator,
    Manager,
    Staff,
    Outsider,
    Ended,
    Account,
    Link,
}

pub const SEATS: [Seat; 7] = [
    Seat::Administrator,
    Seat::Manager,
    Seat::Staff,
    Seat::Outsider,
    Seat::Ended,
    Seat::Account,
    Seat::Link,
];

impl World {
    pub async fn make() -> Self {
        let db = TestServer::database().await;
        let org = db
            .organization("Linden Catering")
            .administrator("ana@example.org")
            .manager("max@example.org")
            .staff("sam@example.org")
            .staff("tom@example.org")
            .build()
            .await;
        let ended = org.person("tom@example.org").clone();
        let here = side(&db, org, "Ours-c4f1").await;
        let org = db.organization("Rival").administrator("eve@example.org").build().await;
        let there = side(&db, org, "Theirs-b07d").await;
        let world = Self { db, here, there, ended };
        let membership: Uuid =
            world.scalar("select id from app.memberships where email = 'tom@example.org'").await;
        let end = json!([{"table": "memberships", "id": membership, "op": "update",
            "was": {"ended_at": null}, "set": {"ended_at": "2026-01-01T00:00:00+00:00"}}]);
        world.ana().apply("member.end", end).await.unwrap();
        world
    }

    pub fn ana(&self) -> Desk {
        self.desk(self.here.org.administrator())
    }

    pub fn desk(&self, person: &Person) -> Desk {
        Desk { pool: self.db.pool_as(person), org: self.here.org.org_id }
    }

    /// The role of a seat and its secret.
    pub fn sign_in(&self, seat: Seat) -> (String, SecretString) {
        let server = self.db.server_id();
        let of_device = |person: &Person| {
            (device_role(server, person.device.device_id), person.device.secret.clone())
        };
        let ana = self.here.org.administrator();
        match seat {
            Seat::Administrator => of_device(ana),
            Seat::Manager => of_device(self.here.org.manager()),
            Seat::Staff => of_device(self.here.org.staff()),
            Seat::Outsider => of_device(self.there.org.administrator()),
            Seat::Ended => of_device(&self.ended),
            Seat::Account => (account_role(server, &ana.email), ana.key.clone()),
            Seat::Link => (invite_role(server, &self.here.token), self.here.token.clone()),
        }
    }

    /// A raw connection, as `psql` would have it.
    pub async fn connect(&self, seat: Seat) -> PgConnection {
        let (role, secret) = self.sign_in(seat);
        self.db.options_for(&role, secret.expose_secret()).connect().await.unwrap()
    }

    /// The seat's own organization, and the one that is none of theirs.
    pub fn sides(&self, seat: Seat) -> (&Side, &Side) {
        if seat == Seat::Outsider { (&self.there, &self.here) } else { (&self.here, &self.there) }
    }

    pub async fn scalar<T>(&self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(self.db.admin()).await.unwrap()
    }

    pub async fn list(&self, sql: &'static str) -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(self.db.admin()).await.unwrap()
    }
}

/// An organization with a row of everything, all of it bearing `word`.
async fn side(db: &TestDatabase, org: Organization, word: &str) -> Side {
    let person = org.administrator().clone();
    let desk = Desk { pool: db.pool_as(&person), org: org.org_id };
    let mut ids = Ids { word: word.to_owned(), email: person.email.clone(), ..Ids::nowhere() };
    (ids.user, ids.device) = (person.user_id, person.device.device_id);
    let named = |change, column: &str| with(change, json!({column: word}));
    let rows = json!([
        insert_client(ids.client, word),
        named(insert_event(ids.event, ids.client), "name"),
        insert_resource(ids.resource, word, "equipment", 1),
        insert_task(ids.task, ids.event, word),
        insert_task(ids.second, ids.event, word),
        insert_dependency(ids.edge, ids.event, ids.second, ids.task),
        named(
            insert_assignment(ids.entry, ids.resource, ids.event, &june(14, 16), &june(14, 23)),
            "note"
        ),
    ]);
    desk.apply_as(ids.command, "furnish", rows).await.unwrap();
    desk.stage(ids.staged, 0, json!([insert_client(Uuid::now_v7(), word)])).await.unwrap();
    let token = new_secret();
    sqlx::query("select account.invite($1, $2, $3, 'staff', $4, $5, $6)")
        .bind(org.org_id)
        .bind(ids.invitation)
        .bind(format!("guest-of-{}", person.email))
        .bind(word)
        .bind(invite_subject(&token))
        .bind(scram_verifier(token.expose_secret()))
        .execute(&desk.pool)
        .await
        .unwrap();
    let of_org = async |sql: &'static str| -> Uuid {
        sqlx::query_scalar(sql).bind(org.org_id).fetch_one(db.admin()).await.unwrap()
    };
    ids.membership = of_org("select id from app.memberships where org_id = $1 limit 1").await;
    ids.permission = of_org("select id from app.role_permissions where org_id = $1 limit 1").await;
    ids.log = of_org("select id from app.event_status_log where org_id = $1 limit 1").await;
    desk.pool.close().await;
    Side { org, ids, token }
}
