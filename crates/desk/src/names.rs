//! Names behind ids, as this desk's copy has them, for sentences about what happened.

use crate::error::ActionError;
use crate::open::Desk;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Rows that sentences mention, by kind.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub clients: HashSet<Uuid>,
    pub events: HashSet<Uuid>,
    pub tasks: HashSet<Uuid>,
    pub resources: HashSet<Uuid>,
    /// Entries of the schedule: told by whom or what they book.
    pub bookings: HashSet<Uuid>,
}

/// What they are called, as far as this desk knows.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub clients: HashMap<Uuid, String>,
    pub events: HashMap<Uuid, String>,
    pub tasks: HashMap<Uuid, String>,
    pub resources: HashMap<Uuid, String>,
    pub bookings: HashMap<Uuid, String>,
}

impl Wanted {
    /// Asks for the name of a row of `table`.
    pub fn add(&mut self, table: &str, id: Uuid) {
        match table {
            "clients" => self.clients.insert(id),
            "events" => self.events.insert(id),
            "tasks" => self.tasks.insert(id),
            "resources" => self.resources.insert(id),
            "resource_schedule" => self.bookings.insert(id),
            _ => false,
        };
    }

    /// Looks all of them up. A name that cannot be read is not known: a sentence without it is better than none.
    pub async fn find(mut self, desk: &Desk) -> Found {
        let mut found = Found::default();
        let ids = &of(&self.bookings);
        let entries = desk.read(|replica| async move { replica.entries(ids).await }).await;
        let booked: Vec<(Uuid, Uuid)> =
            known(entries).into_iter().map(|entry| (entry.id, entry.resource_id)).collect();
        self.resources.extend(booked.iter().map(|(_, resource)| resource));
        let ids = &of(&self.resources);
        let resources = desk.read(|replica| async move { replica.resources(ids).await }).await;
        found.resources.extend(known(resources).into_iter().map(|one| (one.id, one.name)));
        let names = &found.resources;
        let named = |(entry, id): (Uuid, Uuid)| Some((entry, names.get(&id)?.clone()));
        found.bookings = booked.into_iter().filter_map(named).collect();
        let ids = &of(&self.tasks);
        let tasks = desk.read(|replica| async move { replica.tasks(ids).await }).await;
        found.tasks.extend(known(tasks).into_iter().map(|task| (task.id, task.title)));
        for id in self.clients {
            let client = desk.read(|replica| async move { replica.client(id).await }).await;
            found.clients.extend(client.ok().flatten().map(|client| (id, client.company_name)));
        }
        for id in self.events {
            let event = desk.read(|replica| async move { replica.event(id).await }).await;
            found.events.extend(event.ok().flatten().map(|event| (id, event.name)));
        }
        found
    }
}

impl Found {
    /// The name of a row of `table`.
    pub fn name(&self, table: &str, id: Uuid) -> Option<&str> {
        let names = match table {
            "clients" => &self.clients,
            "events" => &self.events,
            "tasks" => &self.tasks,
            "resources" => &self.resources,
            "resource_schedule" => &self.bookings,
            _ => return None,
        };
        names.get(&id).map(String::as_str)
    }
}

fn of(ids: &HashSet<Uuid>) -> Vec<Uuid> {
    ids.iter().copied().collect()
}

fn known<T>(rows: Result<Vec<T>, ActionError>) -> Vec<T> {
    rows.unwrap_or_else(|error| {
        tracing::info!(?error, "some names could not be read");
        Vec::new()
    })
}
