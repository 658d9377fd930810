//! An office with real sign-ins, and desks that call the database as a hostile desk could: raw SQL, any JSON.

#![allow(dead_code, reason = "each test file uses what it needs")]

use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgDatabaseError;
use testkit::{Organization, Person, TestDatabase, TestServer};
use uuid::Uuid;

/// What the database said no with.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub code: String,
    pub constraint: String,
    pub message: String,
    pub detail: Value,
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        let db = error
            .as_database_error()
            .and_then(|e| e.try_downcast_ref::<PgDatabaseError>())
            .unwrap_or_else(|| panic!("not a refusal but a failure: {error:?}"));
        Self {
            code: db.code().to_owned(),
            constraint: db.constraint().unwrap_or_default().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().and_then(|d| serde_json::from_str(d).ok()).unwrap_or(Value::Null),
        }
    }
}

pub type Answer = Result<Value, Refusal>;

/// Asserts that something was refused, and how.
#[track_caller]
pub fn refused(answer: Answer, code: &str, constraint: &str) -> Refusal {
    let refusal = answer.expect_err("this must be refused");
    assert_eq!(
        (refusal.code.as_str(), refusal.constraint.as_str()),
        (code, constraint),
        "{refusal:?}"
    );
    refusal
}

/// A device's pool and the organization it works in.
#[derive(Debug, Clone)]
pub struct Desk {
    pub pool: PgPool,
    pub org: Uuid,
}

impl Desk {
    pub async fn apply(&self, command: &str, changes: Value) -> Answer {
        self.apply_as(Uuid::now_v7(), command, changes).await
    }

    pub async fn apply_as(&self, id: Uuid, command: &str, changes: Value) -> Answer {
        Ok(sqlx::query_scalar("select api.apply($1, $2, $3, $4)")
            .bind(self.org)
            .bind(id)
            .bind(command)
            .bind(changes)
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn preview(&self, command: &str, changes: Value) -> Answer {
        Ok(sqlx::query_scalar("select api.apply($1, $2, $3, $4, true)")
            .bind(self.org)
            .bind(Uuid::now_v7())
            .bind(command)
            .bind(changes)
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn undo(&self, target: Uuid, rest: bool) -> (Uuid, Answer) {
        let id = Uuid::now_v7();
        let answer = sqlx::query_scalar("select api.undo($1, $2, $3, $4)")
            .bind(self.org)
            .bind(id)
            .bind(target)
            .bind(rest)
            .fetch_one(&self.pool)
            .await;
        (id, answer.map_err(Refusal::from))
    }

    pub async fn stage(&self, command: Uuid, part: i32, changes: Value) -> Answer {
        Ok(sqlx::query_scalar("select api.stage($1, $2, $3, $4)")
            .bind(self.org)
            .bind(command)
            .bind(part)
            .bind(changes)
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn apply_staged(&self, id: Uuid, command: &str, keys: Value) -> Answer {
        Ok(sqlx::query_scalar("select api.apply_staged($1, $2, $3, $4)")
            .bind(self.org)
            .bind(id)
            .bind(command)
            .bind(keys)
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn pull(
        &self,
        n: i64,
        seq: Option<i64>,
        command: Option<Uuid>,
        limit: i32,
    ) -> Answer {
        Ok(sqlx::query_scalar("select api.pull($1, $2, $3, $4, $5)")
            .bind(self.org)
            .bind(n)
            .bind(seq)
            .bind(command)
            .bind(limit)
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn snapshot(&self, table: &str, after: Option<Uuid>, limit: i32) -> Answer {
        Ok(sqlx::query_scalar("select api.snapshot($1, $2, $3, $4)")
            .bind(self.org)
            .bind(table)
            .bind(after)
            .bind(limit)
            .fetch_one(&self.pool)
            .await?)
    }

    pub async fn cursor(&self) -> Answer {
        Ok(sqlx::query_scalar("select api.cursor($1)").bind(self.org).fetch_one(&self.pool).await?)
    }

    pub async fn history(&self, table: &str, id: Uuid) -> Answer {
        Ok(sqlx::query_scalar("select api.history($1, $2, $3, null, 50)")
            .bind(self.org)
            .bind(table)
            .bind(id)
            .fetch_one(&self.pool)
            .await?)
    }

    /// The row as this desk's copy would hold it.
    pub async fn row(&self, table: &str, id: Uuid) -> Option<Value> {
        let mut after = None;
        loop {
            let page = self.snapshot(table, after, 1000).await.unwrap();
            for row in page["rows"].as_array().unwrap() {
                if row["id"] == json!(id) {
                    return Some(row.clone());
                }
                after = Some(id_of(&row["id"]));
            }
            if page["done"] == json!(true) {
                return None;
            }
        }
    }

    pub async fn client(&self) -> Uuid {
        let id = Uuid::now_v7();
        self.apply("client.create", json!([insert_client(id, "Tanaka Weddings")])).await.unwrap();
        id
    }

    pub async fn event(&self) -> Uuid {
        let client = self.client().await;
        self.event_for(client).await
    }

    pub async fn event_for(&self, client: Uuid) -> Uuid {
        let id = Uuid::now_v7();
        self.apply("event.create", json!([insert_event(id, client)])).await.unwrap();
        id
    }

    pub async fn advance(&self, id: Uuid, from: &str, to: &str) -> Answer {
        self.apply("event.advance", json!([status(id, (from, None), (to, None))])).await
    }

    /// Walks a new event to a status, and to the archive.
    pub async fn event_at(&self, client: Uuid, wanted: &str, archived: bool) -> Uuid {
        let id = Uuid::now_v7();
        let mut row = insert_event(id, client);
        row["set"]["status"] = json!(wanted);
        row["set"]["is_archived"] = json!(archived);
        if wanted == "cancelled" {
            row["set"]["cancel_reason"] = json!("rain");
        }
        self.apply("import.events", json!([row])).await.unwrap();
        id
    }
}

pub fn id_of(value: &Value) -> Uuid {
    value.as_str().expect("an id is a string").parse().expect("an id is a uuid")
}

pub fn insert_client(id: Uuid, name: &str) -> Value {
    json!({"table": "clients", "id": id, "op": "insert", "set": {"company_name": name}})
}

pub fn insert_event(id: Uuid, client: Uuid) -> Value {
    json!({"table": "events", "id": id, "op": "insert", "set": {
        "client_id": client, "name": "Autumn gala", "event_type": "gala", "time_zone": "Europe/Madrid",
        "starts_at": "2026-10-03T17:00:00Z", "ends_at": "2026-10-03T22:00:00Z"}})
}

pub fn update(table: &str, id: Uuid, was: Value, set: Value) -> Value {
    json!({"table": table, "id": id, "op": "update", "set": set, "was": was})
}

pub fn status(id: Uuid, from: (&str, Option<&str>), to: (&str, Option<&str>)) -> Value {
    update(
        "events",
        id,
        json!({"status": from.0, "cancel_reason": from.1}),
        json!({"status": to.0, "cancel_reason": to.1}),
    )
}

/// An office with one person of each role.
pub struct Office {
    pub db: TestDatabase,
    pub org: Organization,
}

impl Office {
    pub async fn open() -> Self {
        let db = TestServer::database().await;
        let org = db
            .organization("Linden Catering")
            .administrator("ana@example.org")
            .manager("max@example.org")
            .staff("sam@example.org")
            .build()
            .await;
        Self { db, org }
    }

    /// An office with enough administrators to do twenty things at once: a device has four connections.
    pub async fn crowded() -> (Self, Vec<Desk>) {
        let db = TestServer::database().await;
        let mut building = db.organization("Linden Catering").administrator("ana@example.org");
        for name in ["bea", "cleo", "dora", "eva"] {
            building = building.administrator(&format!("{name}@example.org"));
        }
        let org = building.staff("sam@example.org").build().await;
        let office = Self { db, org };
        let administrators = office.org.people.iter().filter(|p| p.role == "administrator");
        let desks = administrators.map(|person| office.desk_of(person)).collect();
        (office, desks)
    }

    pub fn desk_of(&self, person: &Person) -> Desk {
        Desk { pool: self.db.pool_as(person), org: self.org.org_id }
    }

    pub fn ana(&self) -> Desk {
        self.desk_of(self.org.administrator())
    }

    pub fn max(&self) -> Desk {
        self.desk_of(self.org.manager())
    }

    pub fn sam(&self) -> Desk {
        self.desk_of(self.org.staff())
    }

    /// Grants permissions to a role, as an administrator does.
    pub async fn grant(&self, role: &str, permissions: &[&str]) {
        self.grant_by(&self.ana(), role, permissions).await;
    }

    /// The same from a desk that is open already.
    pub async fn grant_by(&self, desk: &Desk, role: &str, permissions: &[&str]) {
        let changes: Vec<Value> = permissions
            .iter()
            .map(|p| {
                json!({"table": "role_permissions", "id": Uuid::now_v7(), "op": "insert",
                       "set": {"role": role, "permission": p}})
            })
            .collect();
        desk.apply("role.grant", json!(changes)).await.unwrap();
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        self.scalar(&format!("select count(*) from app.{table}")).await
    }

    pub async fn scalar<T>(&self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
            .fetch_one(self.db.admin())
            .await
            .unwrap()
    }

    pub async fn run(&self, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(self.db.admin()).await.unwrap();
    }

    /// Waits until some session of this database waits for a lock: the other half of a race is in place.
    pub async fn until_somebody_waits(&self) {
        let waits = "select count(*) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'";
        while self.scalar::<i64>(waits).await == 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// A moment in June 2090: far enough ahead to be the future of every run.
pub fn june(day: u32, hour: u32) -> String {
    format!("2090-06-{day:02}T{hour:02}:00:00+00:00")
}

pub fn insert_resource(id: Uuid, name: &str, kind: &str, quantity: i32) -> Value {
    json!({"table": "resources", "id": id, "op": "insert",
           "set": {"name": name, "type": kind, "quantity": quantity}})
}

pub fn insert_task(id: Uuid, event: Uuid, title: &str) -> Value {
    json!({"table": "tasks", "id": id, "op": "insert", "set": {"event_id": event, "title": title}})
}

pub fn insert_dependency(id: Uuid, event: Uuid, task: Uuid, prerequisite: Uuid) -> Value {
    json!({"table": "task_dependencies", "id": id, "op": "insert",
           "set": {"event_id": event, "task_id": task, "prerequisite_id": prerequisite}})
}

pub fn insert_assignment(id: Uuid, resource: Uuid, event: Uuid, from: &str, until: &str) -> Value {
    json!({"table": "resource_schedule", "id": id, "op": "insert",
           "set": {"resource_id": resource, "event_id": event, "kind": "assignment",
                   "starts_at": from, "ends_at": until}})
}

pub fn insert_block(id: Uuid, resource: Uuid, from: &str, until: &str) -> Value {
    json!({"table": "resource_schedule", "id": id, "op": "insert",
           "set": {"resource_id": resource, "kind": "block", "starts_at": from, "ends_at": until}})
}

pub fn delete(table: &str, id: Uuid) -> Value {
    json!({"table": table, "id": id, "op": "delete"})
}

/// The change with more columns set.
pub fn with(mut change: Value, set: Value) -> Value {
    let more = set.as_object().unwrap().clone();
    change["set"].as_object_mut().unwrap().extend(more);
    change
}

/// A change of an entry's group of columns, from the row as it is to `set`.
pub fn place(row: &Value, set: Value) -> Value {
    let mut was = json!({});
    for column in ["resource_id", "starts_at", "ends_at", "quantity", "override_reason"] {
        was[column] = row[column].clone();
    }
    let mut wanted = was.clone();
    wanted.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
    update("resource_schedule", id_of(&row["id"]), was, wanted)
}

pub fn move_task(id: Uuid, from: &str, to: &str) -> Value {
    update("tasks", id, json!({"status": from}), json!({"status": to}))
}

impl Desk {
    pub async fn person(&self, name: &str) -> Uuid {
        self.resource(name, "staff", 1).await
    }

    pub async fn resource(&self, name: &str, kind: &str, quantity: i32) -> Uuid {
        let id = Uuid::now_v7();
        let row = insert_resource(id, name, kind, quantity);
        self.apply("resource.create", json!([row])).await.unwrap();
        id
    }

    pub async fn task(&self, event: Uuid, title: &str) -> Uuid {
        let id = Uuid::now_v7();
        self.apply("task.create", json!([insert_task(id, event, title)])).await.unwrap();
        id
    }

    /// Makes `task` wait for `prerequisite`.
    pub async fn wait_for(&self, event: Uuid, task: Uuid, prerequisite: Uuid) -> Answer {
        let row = insert_dependency(Uuid::now_v7(), event, task, prerequisite);
        self.apply("task.edit", json!([row])).await
    }

    pub async fn move_task(&self, id: Uuid, from: &str, to: &str) -> Answer {
        self.apply("task.move", json!([move_task(id, from, to)])).await
    }

    /// Books a resource for an event; the entry's id and what the door said.
    pub async fn book(
        &self,
        resource: Uuid,
        event: Uuid,
        from: &str,
        until: &str,
    ) -> (Uuid, Answer) {
        let id = Uuid::now_v7();
        let row = insert_assignment(id, resource, event, from, until);
        (id, self.apply("schedule.assign", json!([row])).await)
    }

    /// Books what nothing stands in the way of.
    pub async fn booked(&self, resource: Uuid, event: Uuid, from: &str, until: &str) -> Uuid {
        let (id, said) = self.book(resource, event, from, until).await;
        said.unwrap();
        id
    }
}

impl Office {
    /// Makes a resource that is the member of the staff.
    pub async fn link_sam(&self, desk: &Desk) -> Uuid {
        let id = Uuid::now_v7();
        let row = with(
            insert_resource(id, "Sam", "staff", 1),
            json!({"user_id": self.org.staff().user_id}),
        );
        desk.apply("resource.create", json!([row])).await.unwrap();
        id
    }
}
