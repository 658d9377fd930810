//! One question, asked of the pure domain and of the database: may this row become that row?
//!
//! The domain is asked through its planners, the database through a preview at the door with the raw row, as a desk
//! without any planner would send it. Where the planners would write something else than what was asked for (trimmed
//! text, say), the database must refuse the raw row and take what the planners write.

pub mod generate;
pub mod judge;

use crate::door_support::Refusal;
use domain::change::{Change, Entity, Op, Plan};
use judge::Judged;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::fmt::Write;
use uuid::Uuid;

pub type Row = Map<String, Value>;

/// What one desk would like a row to become.
#[derive(Debug, Clone)]
pub struct Edit<E> {
    /// Makes the edit again, together with the seed.
    pub number: u64,
    /// The door's name of it; what starts with `import.` may bring in history.
    pub command: &'static str,
    /// The row now; `None` where it is to be created.
    pub before: Option<E>,
    /// The columns that a desk writes, as it would send them.
    pub wanted: Row,
}

/// The columns of `entity` that a desk writes.
pub fn columns<E: Entity>(entity: &E) -> Row {
    let Value::Object(mut row) = serde_json::to_value(entity).unwrap() else { unreachable!() };
    row.retain(|column, _| E::DESK_COLUMNS.contains(&column.as_str()));
    row
}

impl<E: Judged> Edit<E> {
    fn id(&self) -> Uuid {
        self.before.as_ref().map_or_else(Uuid::now_v7, Entity::id)
    }

    /// What the domain says the row becomes, or why not; and whether that is what was asked for.
    fn planned(&self) -> Result<(E, bool), String> {
        let mut row = serde_json::to_value(E::blank(self.id())).unwrap();
        if let Some(before) = &self.before {
            row = serde_json::to_value(before).unwrap();
        }
        row.as_object_mut().unwrap().extend(self.wanted.clone());
        let wanted: E = serde_json::from_value(row).map_err(|error| error.to_string())?;
        let wanted = E::settled(self.before.as_ref(), wanted);
        let planned = match &self.before {
            Some(before) => E::changed(before, &wanted),
            None => E::created(&wanted, self.command.starts_with("import.")),
        };
        let planned = planned.map_err(|refusal| refusal.to_string())?;
        let as_asked = columns(&planned) == columns(&wanted);
        Ok((planned, as_asked))
    }

    /// The change as a desk without planners sends it: whatever differs, with the columns that go with it.
    fn raw(&self) -> Option<Change> {
        let table = E::TABLE.to_owned();
        let Some(before) = self.before.as_ref() else {
            let set = self.wanted.clone();
            return Some(Change { table, id: self.id(), op: Op::Insert, set, was: Row::new() });
        };
        let old = columns(before);
        let differs = |column: &str| old[column] != self.wanted[column];
        let sent = |column: &&str| {
            differs(column)
                || E::GROUPS.iter().any(|g| g.contains(column) && g.iter().any(|c| differs(c)))
        };
        let names: Vec<&str> = E::DESK_COLUMNS.iter().copied().filter(sent).collect();
        let pick = |row: &Row| names.iter().map(|c| ((*c).to_owned(), row[*c].clone())).collect();
        let (set, was) = (pick(&self.wanted), pick(&old));
        (!names.is_empty()).then(|| Change { table, id: before.id(), op: Op::Update, set, was })
    }

    fn plan(&self, planned: &E) -> Plan {
        self.before
            .as_ref()
            .map_or_else(|| Plan::creating(planned), |before| Plan::changing(before, planned))
    }
}

/// What came of many edits.
#[derive(Debug, Default)]
pub struct Tally {
    pub taken: usize,
    pub refused: usize,
    /// How often each constraint or SQLSTATE said no.
    pub reasons: BTreeMap<String, usize>,
    /// Readable counterexamples.
    pub disagreements: Vec<String>,
}

impl Tally {
    pub fn join(mut self, other: Self) -> Self {
        self.taken += other.taken;
        self.refused += other.refused;
        for (reason, times) in other.reasons {
            *self.reasons.entry(reason).or_default() += times;
        }
        self.disagreements.extend(other.disagreements);
        self
    }
}

/// A desk that asks the door what a change would do.
pub struct Asker {
    pub connection: PgConnection,
    pub org: Uuid,
}

/// Enough to see what is wrong.
const MOST_DISAGREEMENTS: usize = 5;

impl Asker {
    /// Asks both about each edit.
    pub async fn compare<E: Judged>(&mut self, edits: impl IntoIterator<Item = Edit<E>>) -> Tally {
        let mut tally = Tally::default();
        for edit in edits {
            if self.disagreement(&edit, &mut tally).await.is_some() {
                let said = self.shrunk(edit).await;
                tally.disagreements.push(said);
            }
            if tally.disagreements.len() == MOST_DISAGREEMENTS {
                break;
            }
        }
        tally
    }

    /// How the two answers differ.
    async fn disagreement<E: Judged>(
        &mut self,
        edit: &Edit<E>,
        tally: &mut Tally,
    ) -> Option<String> {
        let raw = edit.raw()?;
        let planned = edit.planned();
        let answer = self.preview(edit.command, &[raw]).await;
        match &answer {
            Ok(_) => tally.taken += 1,
            Err(no) => {
                tally.refused += 1;
                let reason = if no.constraint.is_empty() { &no.code } else { &no.constraint };
                *tally.reasons.entry(reason.clone()).or_default() += 1;
            }
        }
        match (planned, answer) {
            (Err(_), Err(_)) => None,
            (Ok((planned, true)), answer) => differing(&planned, answer, "what was asked for"),
            (Err(refusal), Ok(_)) => {
                Some(format!("the domain refuses ({refusal}), the database takes it"))
            }
            (Ok((planned, false)), Ok(_)) => Some(format!(
                "the database takes it, the domain would write {}",
                shown_row(&columns(&planned), &edit.wanted)
            )),
            (Ok((planned, false)), Err(_)) => {
                let plan = edit.plan(&planned);
                if plan.is_nothing() {
                    return None;
                }
                let answer = self.preview(edit.command, &plan.changes).await;
                differing(&planned, answer, "what the domain makes of it")
            }
        }
    }

    /// The row that `changes` would leave behind.
    async fn preview(&mut self, command: &str, changes: &[Change]) -> Result<Value, Refusal> {
        let answer: Result<Value, sqlx::Error> =
            sqlx::query_scalar("select api.apply($1, $2, $3, $4, true)")
                .bind(self.org)
                .bind(Uuid::nil())
                .bind(command)
                .bind(json!(changes))
                .fetch_one(&mut self.connection)
                .await;
        let answer = answer.map_err(Refusal::from).inspect_err(|no| {
            let is_verdict =
                no.code == "CL422" || no.code.starts_with("22") || no.code.starts_with("23");
            assert!(is_verdict, "the question itself was wrong: {no:?}\n{changes:?}");
        })?;
        let rows = answer["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["table"] == json!(changes[0].table));
        Ok(row.unwrap_or_else(|| panic!("nothing changed: {changes:?}"))["row"].clone())
    }

    /// The smallest edit made of `edit` that is still answered differently, in words.
    async fn shrunk<E: Judged>(&mut self, mut edit: Edit<E>) -> String {
        let mut plain = edit.before.as_ref().map_or_else(E::plain, columns);
        if edit.before.is_none() && plain.contains_key("client_id") {
            // There is no plain client.
            plain.insert("client_id".into(), edit.wanted["client_id"].clone());
        }
        for &column in E::DESK_COLUMNS {
            if edit.wanted[column] == plain[column] {
                continue;
            }
            let group = E::GROUPS.iter().find(|group| group.contains(&column));
            for together in [&[column][..], group.copied().unwrap_or_default()] {
                let mut smaller = edit.clone();
                for &column in together {
                    smaller.wanted.insert(column.to_owned(), plain[column].clone());
                }
                if self.disagreement(&smaller, &mut Tally::default()).await.is_some() {
                    edit = smaller;
                }
            }
        }
        let why = self.disagreement(&edit, &mut Tally::default()).await.unwrap_or_default();
        let mut said = format!("edit {} ({}): {why}", edit.number, edit.command);
        match &edit.before {
            Some(before) => {
                let row = columns(before);
                let standing = ["status", "cancel_reason", "is_archived"].map(|c| row.get(c));
                let _ = write!(said, "\n    row now: {standing:?}");
            }
            None => said.push_str("\n    new row"),
        }
        said + "\n    asked for: " + &shown_row(&edit.wanted, &plain)
    }
}

fn differing<E: Judged>(
    expected: &E,
    answer: Result<Value, Refusal>,
    what: &str,
) -> Option<String> {
    let row = match answer {
        Ok(row) => row,
        Err(no) => return Some(format!("the domain allows {what}, the database does not: {no:?}")),
    };
    let became: E = match serde_json::from_value(row) {
        Ok(became) => became,
        Err(error) => return Some(format!("the row cannot be read back: {error}")),
    };
    let (became, expected) = (columns(&became), columns(expected));
    (became != expected).then(|| {
        let (became, expected) = (shown_row(&became, &expected), shown_row(&expected, &became));
        format!("both allow {what}, but the row becomes {became} instead of {expected}")
    })
}

/// The columns of `row` that differ from `other`, long text cut.
fn shown_row(row: &Row, other: &Row) -> String {
    let mut shown = String::new();
    for (column, value) in row.iter().filter(|(column, value)| other.get(*column) != Some(value)) {
        let full = value.as_str().map_or_else(|| value.to_string(), |text| format!("{text:?}"));
        let cut: String = full.chars().take(80).collect();
        let length = value.as_str().map_or(0, |text| text.chars().count());
        let _ = write!(shown, "{column} = {cut}");
        if cut.len() < full.len() {
            let _ = write!(shown, "… ({length} characters)");
        }
        shown.push_str("; ");
    }
    shown
}
