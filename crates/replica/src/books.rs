//! Reading everything that an office's books hold, to be written out.

use crate::{Replica, ReplicaError};
use domain::exports::Books;
use domain::tasks::TaskDependency;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

impl Replica {
    /// The whole office as people keep it: by name, by date. What staff sees masked is left out.
    ///
    /// # Errors
    /// What SQLite says, or [`ReplicaError::NotUnderstood`] for a row of a newer Cloche.
    pub async fn books(&self) -> Result<Books, ReplicaError> {
        let mut books = Books::default();
        for id in self.ids("clients order by company_key, number").await? {
            books.clients.extend(self.client(id).await?);
        }
        for id in self.ids("events order by starts_at, number").await? {
            books.events.extend(self.event(id).await?);
        }
        books.resources = self.resources(&self.ids("resources order by name, id").await?).await?;
        books.tasks = self.tasks(&self.ids("tasks order by due_key, number").await?).await?;
        let entries = "resource_schedule where event_id is not null order by starts_at, number";
        books.entries = self.entries(&self.ids(entries).await?).await?;
        let edges: Vec<(Uuid, Uuid, Uuid, Uuid)> = sqlx::query_as(
            "select id, event_id, task_id, prerequisite_id from task_dependencies order by id",
        )
        .fetch_all(self.readers())
        .await?;
        let edge = |(id, event_id, task_id, prerequisite_id)| TaskDependency {
            id,
            event_id,
            task_id,
            prerequisite_id,
        };
        books.dependencies = edges.into_iter().map(edge).collect();
        Ok(books)
    }

    /// The ids of the rows that `from` names; it is one of our constants.
    async fn ids(&self, from: &str) -> Result<Vec<Uuid>, ReplicaError> {
        let sql = AssertSqlSafe(format!("select id from {from}"));
        Ok(sqlx::query_scalar(sql).fetch_all(self.readers()).await?)
    }
}
