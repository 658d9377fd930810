//! An office in which everything that can be done can be done, and every action with an input that fits.

use serde_json::{Value, json};
use testkit::{Organization, Person, SimulatedDesk, TestDatabase, TestServer, event_form};
use uuid::Uuid;

pub async fn office() -> (TestDatabase, Organization) {
    let db = TestServer::database().await;
    let office = db
        .organization("Linden")
        .administrator("ana@example.org")
        .manager("max@example.org")
        .staff("eva@example.org")
        .staff("ida@example.org")
        .administrator("ben@example.org")
        .build()
        .await;
    (db, office)
}

/// What the actions work on.
pub struct World {
    client: Uuid,
    spare_client: Uuid,
    event: Uuid,
    cancelled: Uuid,
    archived: Uuid,
    tasks: [Uuid; 3],
    person: Uuid,
    spare: Uuid,
    booking: Uuid,
    other_booking: Uuid,
    block: Uuid,
    undoable: Uuid,
    memberships: [Uuid; 3],
    invitation: Uuid,
    import: Value,
    books: Value,
    folder: tempfile::TempDir,
}

fn id() -> Uuid {
    Uuid::now_v7()
}

fn resource_form(name: &str, kind: &str) -> Value {
    json!({
        "name": name, "type": kind, "role": null, "quantity": 1, "setup_minutes": 0,
        "teardown_minutes": 0, "is_available": true, "user_id": null, "notes": null,
    })
}

fn task_form(title: &str) -> Value {
    json!({
        "title": title, "description": null, "due_local": "2026-06-01T09:00", "due_choice": null,
        "category": "pre_event", "assigned_to": null, "prerequisites": [],
    })
}

fn booking(entry: Uuid, event: Uuid, resource: Uuid, day: u32) -> Value {
    json!({
        "command_id": id(), "entry_id": entry, "event_id": event, "task_id": null,
        "resource_id": resource, "quantity": 1, "starts_local": format!("2026-06-{day:02}T08:00"),
        "ends_local": format!("2026-06-{day:02}T10:00"), "starts_choice": null,
        "ends_choice": null, "override_reason": null,
    })
}

impl World {
    /// Makes it with `desk`, an administrator's.
    pub async fn make(desk: &SimulatedDesk, office: &Organization) -> Self {
        let (client, spare_client) = (desk.client("Peña").await, desk.client("Spare").await);
        let event = desk.event(client, "Wedding").await;
        let (cancelled, archived) =
            (desk.event(client, "Lunch").await, desk.event(client, "Gala").await);
        for event in [cancelled, archived] {
            let input = json!({ "command_id": id(), "event_id": event, "reason": "Rain" });
            desk.done("event_cancel", input).await;
        }
        desk.done("event_archive", json!({ "command_id": id(), "event_id": archived })).await;
        let tasks = [id(), id(), id()];
        for (task, title) in tasks.iter().zip(["Order", "Bake", "Serve"]) {
            let input = json!({ "command_id": id(), "task_id": task, "event_id": event,
                "form": task_form(title) });
            desk.done("task_create", input).await;
        }
        let (person, spare) = (id(), id());
        for (resource, name, kind) in [(person, "Rosa", "staff"), (spare, "Oven", "equipment")] {
            let input = json!({ "command_id": id(), "resource_id": resource,
                "form": resource_form(name, kind) });
            desk.done("resource_create", input).await;
        }
        let (first, second, block) = (id(), id(), id());
        desk.done("assignment_create", booking(first, event, person, 12)).await;
        desk.done("assignment_create", booking(second, event, person, 13)).await;
        let mut closed = booking(block, event, person, 20);
        closed["time_zone"] = "Europe/Vienna".into();
        closed["note"] = "Holiday".into();
        desk.done("block_create", closed).await;
        let (undoable, invitation) = (id(), id());
        let input = json!({ "command_id": undoable, "client_id": id(),
            "form": { "company_name": "Mistake" } });
        desk.done("client_create", input).await;
        desk.done("member_invite", invite(invitation, "new@example.org")).await;
        let members = desk.done("team", json!({})).await;
        let membership = |person: &Person| -> Uuid {
            let members = members["members"].as_array().unwrap();
            let member = members.iter().find(|m| m["email"] == json!(person.email)).unwrap();
            member["membership_id"].as_str().unwrap().parse().unwrap()
        };
        let memberships = [1, 2, 3].map(|i| membership(&office.people[i]));
        let ended = json!({ "command_id": id(), "membership_id": memberships[2] });
        desk.done("member_end", ended).await;
        // Those changes change what may be done; the rest begins when that has come.
        desk.live().await;
        let (import, books, folder) = books(desk).await;
        Self {
            client,
            spare_client,
            event,
            cancelled,
            archived,
            tasks,
            person,
            spare,
            booking: first,
            other_booking: second,
            block,
            undoable,
            memberships,
            invitation,
            import,
            books,
            folder,
        }
    }

    /// Every action that only looks, with what it is asked; whether it needs the server to answer in full.
    pub fn looks(&self) -> Vec<(&'static str, Value)> {
        let event = json!({ "event_id": self.event });
        let filter = json!({ "statuses": [], "client_id": null, "event_type": null, "from": null,
            "until": null, "text": null, "archived": "without" });
        let tasks = json!({ "scope": "all", "state": "open", "event_id": null, "assigned_to": null,
            "category": null, "text": null, "archived": "without" });
        let mut moved = event_form(self.client, "Wedding");
        moved["starts_local"] = "2026-06-12T14:00".into();
        let window = |sort: &str| json!({ "by": sort, "descending": false });
        vec![
            (
                "event_list",
                json!({ "filter": filter, "sort": window("starts_at"), "offset": 0, "limit": 50 }),
            ),
            ("event_board", json!({ "filter": filter, "per_column": 20 })),
            ("event_page", event.clone()),
            ("event_form_check", event_form(self.client, "New")),
            (
                "event_move_preview",
                json!({ "event_id": self.event, "form": moved, "base": event_form(self.client, "Wedding") }),
            ),
            ("event_types", json!({})),
            (
                "client_list",
                json!({ "text": null, "sort": window("company_name"), "offset": 0, "limit": 50 }),
            ),
            ("client_page", json!({ "client_id": self.client })),
            (
                "task_list",
                json!({ "filter": tasks, "sort": window("due_at"), "offset": 0, "limit": 50 }),
            ),
            ("event_tasks", event.clone()),
            ("task_counts", json!({})),
            (
                "task_due_check",
                json!({ "event_id": self.event, "due_local": "2026-06-01T09:00", "due_choice": null }),
            ),
            (
                "resource_list",
                json!({ "filter": { "types": [], "text": null, "available": "any", "free_from": null, "free_until": null },
                "sort": window("name"), "offset": 0, "limit": 50 }),
            ),
            ("resource_page", json!({ "resource_id": self.person })),
            (
                "resource_schedule",
                json!({ "resource_id": self.person, "from": "2026-06-01T00:00:00Z", "until": "2026-07-01T00:00:00Z" }),
            ),
            ("event_staffing", event.clone()),
            ("event_release_preview", event.clone()),
            (
                "assignment_check",
                merged(booking(id(), self.event, self.person, 25), json!({ "entry_id": null })),
            ),
            (
                "assignment_candidates",
                merged(
                    booking(id(), self.event, self.person, 25),
                    json!({ "entry_id": null, "text": null, "types": [] }),
                ),
            ),
            (
                "block_check",
                merged(
                    booking(id(), self.event, self.person, 25),
                    json!({ "time_zone": "Europe/Vienna" }),
                ),
            ),
            ("team_members", json!({})),
            ("person_day", json!({ "resource_id": self.person, "date": "2026-06-12" })),
            ("event_sheet", event),
            ("today", json!({})),
            ("search", json!({ "text": "Wedding", "limit": 20 })),
            ("books_export", json!({ "folder": self.folder.path() })),
            ("import_fields", json!({ "kind": "clients" })),
            (
                "import_rows",
                json!({ "source_id": self.import, "verdict": null, "offset": 0, "limit": 10 }),
            ),
            ("sync_status", json!({})),
            ("session", json!({})),
        ]
    }

    /// Actions that look at what only the server knows; offline, they answer with what it said last, or say why not.
    pub fn questions(&self) -> Vec<(&'static str, Value)> {
        let of = |what: &str, id: Uuid| json!({ what: id, "before_n": null });
        vec![
            ("event_activity", of("event_id", self.event)),
            ("client_activity", of("client_id", self.client)),
            ("resource_activity", of("resource_id", self.person)),
            ("team", json!({})),
        ]
    }

    /// Every action that changes something for everybody, each possible at once; `command` names each anew.
    pub fn changes(&self) -> Vec<(&'static str, Value)> {
        let mut changes = self.undoable_changes();
        changes.extend(self.other_changes());
        changes
    }

    /// Those that go through the door under the id of a command.
    pub fn undoable_changes(&self) -> Vec<(&'static str, Value)> {
        let mut edited = event_form(self.client, "Wedding");
        edited["location"] = "Hall".into();
        let mut moved = booking(self.booking, self.event, self.person, 15);
        moved["quantity"] = 1.into();
        let mut closed = booking(id(), self.event, self.spare, 21);
        closed["time_zone"] = "Europe/Vienna".into();
        closed["note"] = Value::Null;
        let client = |name: &str| json!({ "company_name": name });
        let event = |event: Uuid, more: Value| merged(json!({ "event_id": event }), more);
        let [first, second, third] = self.tasks;
        let [manager, staff, former] = self.memberships;
        let none = || json!({});
        let list = vec![
            ("client_create", json!({ "client_id": id(), "form": client("New") })),
            (
                "client_edit",
                json!({ "client_id": self.client, "form": client("Peña e hijos"), "base": client("Peña") }),
            ),
            ("client_delete", json!({ "client_id": self.spare_client })),
            ("event_create", json!({ "event_id": id(), "form": event_form(self.client, "New") })),
            (
                "event_edit",
                event(
                    self.event,
                    json!({ "form": edited, "base": event_form(self.client, "Wedding") }),
                ),
            ),
            ("event_advance", event(self.event, json!({ "to": "planning" }))),
            ("event_cancel", event(self.event, json!({ "reason": "Rain" }))),
            ("event_reinstate", event(self.cancelled, none())),
            ("event_archive", event(self.cancelled, none())),
            ("event_unarchive", event(self.archived, none())),
            (
                "task_create",
                json!({ "task_id": id(), "event_id": self.event, "form": task_form("Clean") }),
            ),
            (
                "task_edit",
                json!({ "task_id": second, "form": task_form("Bake bread"), "base": task_form("Bake") }),
            ),
            ("task_move", json!({ "moves": [{ "task_id": first, "to": "completed" }] })),
            ("task_assign", json!({ "task_ids": [first, second], "assigned_to": self.person })),
            ("task_delete", json!({ "task_ids": [third] })),
            (
                "resource_create",
                json!({ "resource_id": id(), "form": resource_form("Van", "equipment") }),
            ),
            (
                "resource_edit",
                json!({ "resource_id": self.spare, "form": resource_form("Big oven", "equipment"),
                "base": resource_form("Oven", "equipment") }),
            ),
            ("resource_delete", json!({ "resource_id": self.spare })),
            ("assignment_create", booking(id(), self.event, self.spare, 14)),
            ("assignment_edit", moved),
            ("assignment_release", json!({ "entry_ids": [self.other_booking] })),
            ("block_create", closed),
            ("block_remove", json!({ "entry_id": self.block })),
            ("member_role", json!({ "membership_id": staff, "role": "manager" })),
            ("member_rename", json!({ "membership_id": staff, "display_name": "Eva Maria" })),
            ("member_end", json!({ "membership_id": manager })),
            ("member_reinstate", json!({ "membership_id": former })),
            (
                "matrix_set",
                json!({ "role": "manager", "permission": "clients.edit", "granted": true }),
            ),
            ("undo", json!({ "target": self.undoable, "rest": false })),
            ("import_apply", json!({ "source_id": self.import, "only_valid": false })),
        ];
        list.into_iter()
            .map(|(name, input)| (name, merged(input, json!({ "command_id": id() }))))
            .collect()
    }

    /// Those with functions of their own.
    pub fn other_changes(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("member_invite", invite(id(), "other@example.org")),
            ("invitation_withdraw", json!({ "id": self.invitation })),
            (
                "import_books_apply",
                json!({ "source_ids": [self.books], "command_id": id(), "only_valid": false }),
            ),
        ]
    }
}

fn merged(mut input: Value, more: Value) -> Value {
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    input
}

fn invite(invitation: Uuid, email: &str) -> Value {
    json!({ "id": invitation, "email": email, "display_name": "New", "role": "staff", "resource_id": null })
}

/// Two small books, opened and looked at: one to import as a file, one as a folder.
async fn books(desk: &SimulatedDesk) -> (Value, Value, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let heading = "Company,Contact,Email,Phone,Address,Notes\n";
    let inner = folder.path().join("books");
    std::fs::create_dir(&inner).unwrap();
    for (path, company) in [(folder.path().join("a.csv"), "Import"), (inner.join("b.csv"), "Book")]
    {
        std::fs::write(path, format!("{heading}{company} GmbH,Somebody,,,,\n")).unwrap();
    }
    let path = folder.path().join("a.csv");
    let file = desk.done("import_open", json!({ "path": path })).await;
    let ask = json!({ "source_id": file["source_id"], "kind": file["kind"], "mapping": file["mapping"],
        "answers": [], "default_time_zone": "Europe/Vienna" });
    desk.done("import_preview", ask).await;
    let opened = desk.done("import_folder_open", json!({ "path": inner })).await;
    let book = &opened["files"][0];
    let one =
        json!({ "source_id": book["source_id"], "kind": book["kind"], "mapping": book["mapping"] });
    let ask = json!({ "files": [one], "answers": [], "default_time_zone": "Europe/Vienna" });
    desk.done("import_books_preview", ask).await;
    (file["source_id"].clone(), book["source_id"].clone(), folder)
}
