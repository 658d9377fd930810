//! What a program without a door would do: begin, one prepared statement a row and table, commit; a round trip each.
//!
//! The rows are the same that the door writes, journal and feed included. Triggers and policies are off for this
//! connection, so nothing is checked: it is the least that writing these rows can cost this way.

use domain::events::Event;
use serde_json::{Value, json};
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{Connection, Postgres, Row};
use std::time::{Duration, Instant};
use testkit::sign_in::Fault;
use uuid::Uuid;

pub struct Raw {
    connection: PgConnection,
}

impl Raw {
    pub async fn new(mut connection: PgConnection) -> Result<Self, Fault> {
        sqlx::raw_sql("set session_replication_role = replica").execute(&mut connection).await?;
        Ok(Self { connection })
    }

    /// Events as they are.
    pub async fn images(&mut self, org: Uuid, ids: &[Uuid]) -> Result<Vec<Event>, Fault> {
        let sql = "select to_jsonb(e) from app.events e where e.org_id = $1 and e.id = any ($2)";
        let rows = sqlx::query(sql).bind(org).bind(ids).fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok(serde_json::from_value(row.try_get::<Value, _>(0)?)?)).collect()
    }

    /// Changes two columns of each event.
    pub async fn edit(
        &mut self,
        org: Uuid,
        actor: Uuid,
        edits: &[(Event, Event)],
    ) -> Result<Duration, Fault> {
        let command = Command::new(org, actor, "event.edit");
        let images: Vec<(Value, Value)> =
            edits.iter().map(|(b, a)| (image(org, b), image(org, a))).collect();
        let begun = Instant::now();
        let mut transaction = self.connection.begin().await?;
        command.begin().execute(&mut *transaction).await?;
        for (seq, ((_, event), (before, after))) in (1..).zip(edits.iter().zip(&images)) {
            sqlx::query(
                "update app.events set location = $3, estimated_attendees = $4, updated_at = $5
                 where org_id = $1 and id = $2",
            )
            .bind(org)
            .bind(event.id)
            .bind(&event.location)
            .bind(event.estimated_attendees)
            .bind(event.updated_at)
            .execute(&mut *transaction)
            .await?;
            command
                .row(seq, "events", event.id, Some(before), after)
                .execute(&mut *transaction)
                .await?;
        }
        command.end(&mut transaction, edits.len()).await?;
        transaction.commit().await?;
        Ok(begun.elapsed())
    }

    /// Inserts events with the first entry of each one's status log.
    pub async fn create(
        &mut self,
        org: Uuid,
        actor: Uuid,
        events: &[Event],
    ) -> Result<Duration, Fault> {
        let command = Command::new(org, actor, "event.create");
        let rows: Vec<(Value, Uuid, Value)> = events
            .iter()
            .map(|event| {
                let id = Uuid::now_v7();
                (image(org, event), id, log_image(org, id, event, actor))
            })
            .collect();
        let begun = Instant::now();
        let mut transaction = self.connection.begin().await?;
        command.begin().execute(&mut *transaction).await?;
        for (place, (event, (row, log_id, log))) in (0..).zip(events.iter().zip(&rows)) {
            insert(org, event).execute(&mut *transaction).await?;
            command
                .row(2 * place + 1, "events", event.id, None, row)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "insert into app.event_status_log (org_id, id, event_id, new_status, changed_by, imported)
                 values ($1, $2, $3, 'inquiry', $4, false)",
            )
            .bind(org)
            .bind(log_id)
            .bind(event.id)
            .bind(actor)
            .execute(&mut *transaction)
            .await?;
            command
                .row(2 * place + 2, "event_status_log", *log_id, None, log)
                .execute(&mut *transaction)
                .await?;
        }
        command.end(&mut transaction, events.len() * 2).await?;
        transaction.commit().await?;
        Ok(begun.elapsed())
    }

    /// The floor of every change on this computer: one row, one commit.
    pub async fn empty_commits(&mut self, times: u32) -> Result<Vec<Duration>, Fault> {
        sqlx::raw_sql("create table public.bench_commits (n bigint)")
            .execute(&mut self.connection)
            .await?;
        let mut took = Vec::new();
        for n in 0..i64::from(times) {
            let begun = Instant::now();
            sqlx::query("insert into public.bench_commits values ($1)")
                .bind(n)
                .execute(&mut self.connection)
                .await?;
            took.push(begun.elapsed());
        }
        sqlx::raw_sql("drop table public.bench_commits").execute(&mut self.connection).await?;
        Ok(took)
    }
}

type Statement<'q> = Query<'q, Postgres, PgArguments>;

struct Command {
    org: Uuid,
    id: Uuid,
    actor: Uuid,
    name: &'static str,
}

impl Command {
    fn new(org: Uuid, actor: Uuid, name: &'static str) -> Self {
        Self { org, id: Uuid::now_v7(), actor, name }
    }

    fn begin(&self) -> Statement<'_> {
        sqlx::query(
            "insert into app.commands (org_id, command_id, actor, request_hash)
             values ($1, $2, $3, sha256($4))",
        )
        .bind(self.org)
        .bind(self.id)
        .bind(self.actor)
        .bind(self.id.as_bytes().as_slice())
    }

    fn row<'q>(
        &'q self,
        seq: i32,
        table: &'q str,
        id: Uuid,
        before: Option<&'q Value>,
        after: &'q Value,
    ) -> Statement<'q> {
        sqlx::query(
            "insert into app.journal_rows (org_id, command_id, seq, table_name, id, op, before, after)
             values ($1, $2, $3, $4, $5, case when $6::jsonb is null then 'i' else 'u' end::\"char\", $6, $7)",
        )
        .bind(self.org)
        .bind(self.id)
        .bind(seq)
        .bind(table)
        .bind(id)
        .bind(before.map(Json))
        .bind(Json(after))
    }

    async fn end(&self, connection: &mut PgConnection, rows: usize) -> Result<(), Fault> {
        let n: i64 =
            sqlx::query_scalar("update app.feeds set n = n + 1 where org_id = $1 returning n")
                .bind(self.org)
                .fetch_one(&mut *connection)
                .await?;
        sqlx::query(
            "insert into app.journal (org_id, n, command_id, command, actor, permissions, row_count)
             values ($1, $2, $3, $4, $5, array['events.edit'], $6)",
        )
        .bind(self.org)
        .bind(n)
        .bind(self.id)
        .bind(self.name)
        .bind(self.actor)
        .bind(i32::try_from(rows)?)
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn insert(org: Uuid, event: &Event) -> Statement<'_> {
    sqlx::query(
        "insert into app.events (org_id, id, client_id, name, event_type, starts_at, ends_at, time_zone, location,
             status, estimated_attendees, notes, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'inquiry', $10, $11, $12, $13, $14)",
    )
    .bind(org)
    .bind(event.id)
    .bind(event.client_id)
    .bind(&event.name)
    .bind(&event.event_type)
    .bind(event.starts_at)
    .bind(event.ends_at)
    .bind(&event.time_zone)
    .bind(&event.location)
    .bind(event.estimated_attendees)
    .bind(&event.notes)
    .bind(event.created_by)
    .bind(event.created_at)
    .bind(event.updated_at)
}

/// A row as the journal keeps it.
fn image(org: Uuid, event: &Event) -> Value {
    let mut image = serde_json::to_value(event).unwrap_or_default();
    image["org_id"] = json!(org);
    image
}

fn log_image(org: Uuid, id: Uuid, event: &Event, actor: Uuid) -> Value {
    json!({
        "org_id": org, "id": id, "event_id": event.id, "old_status": null, "new_status": "inquiry",
        "changed_by": actor, "changed_at": event.created_at, "imported": false,
    })
}
