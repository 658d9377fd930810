//! The orders of a list of tasks: which index each one walks, and what always comes last.

use super::select::RANKS;
use super::{TaskSort, TaskSortBy};

/// Tasks of somebody, then nobody's.
static SOMEBODYS: [&str; 2] = ["t.assignee_key > ''", "t.assignee_key = ''"];

/// An order: its index, the columns of it that sort, and its direction.
pub(super) struct Order {
    pub index: &'static str,
    /// The columns of the index after the shelf, which all go in the order's direction.
    walked: &'static [&'static str],
    /// Conditions that cut a shelf into what comes first and what always comes last.
    splits: &'static [&'static str],
    /// What comes before the walked columns: the status, then whether the task always comes last.
    lead: [&'static str; 2],
    /// Whether the walked columns go down.
    descending: bool,
}

impl Order {
    pub fn of(sort: TaskSort) -> Self {
        const DUE: &[&str] = &["due_key", "category_rank", "unassigned"];
        // Going up, the end of time comes last by itself.
        const BY_DUE: &[&str] =
            &["t.due_key < 9223372036854775807", "t.due_key = 9223372036854775807"];
        const WHOLE: &[&str] = &["1"];
        let never = "due_key = 9223372036854775807";
        let (index, walked, splits, lead): (_, &[&str], _, _) = match sort.by {
            TaskSortBy::DueAt if sort.descending => ("tasks_by_due", DUE, BY_DUE, ["0", never]),
            TaskSortBy::DueAt => ("tasks_by_due", DUE, WHOLE, ["0", "0"]),
            TaskSortBy::Title => (
                "tasks_by_title",
                &["title_key", "due_key", "category_rank", "unassigned"],
                WHOLE,
                ["0", "0"],
            ),
            TaskSortBy::Event => (
                "tasks_by_event",
                &["event_key", "due_key", "category_rank", "unassigned"],
                WHOLE,
                ["0", "0"],
            ),
            TaskSortBy::AssignedTo => (
                "tasks_by_assignee",
                &["assignee_key", "due_key", "category_rank", "unassigned"],
                &SOMEBODYS,
                ["0", "unassigned"],
            ),
            TaskSortBy::Status if sort.descending => {
                ("tasks_by_due", DUE, WHOLE, ["-(shelf % 4)", "0"])
            }
            TaskSortBy::Status => ("tasks_by_due", DUE, WHOLE, ["shelf % 4", "0"]),
        };
        let descending = sort.descending && sort.by != TaskSortBy::Status;
        Self { index, walked, splits, lead, descending }
    }

    /// What comes one after the other: shelves that go together, and a condition on them.
    pub fn runs(&self, shelves: &[i64], unassigned: bool) -> Vec<(Vec<i64>, &'static str)> {
        let mut ranks: Vec<i64> = shelves.iter().map(|shelf| shelf % RANKS).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let groups: Vec<Vec<i64>> = match self.lead[0] {
            "0" => vec![shelves.to_vec()],
            lead => {
                if lead.starts_with('-') {
                    ranks.reverse();
                }
                let of = |rank| shelves.iter().copied().filter(|s| s % RANKS == rank).collect();
                ranks.into_iter().map(of).collect()
            }
        };
        let splits = self.splits(unassigned);
        let run = |group: &Vec<i64>| splits.iter().map(|split| (group.clone(), *split)).collect();
        groups.iter().flat_map(|group| -> Vec<_> { run(group) }).collect()
    }

    /// The columns of the index that sort, named by `t`.
    pub fn walked_columns(&self) -> String {
        let names: Vec<String> = self.walked.iter().map(|name| format!("t.{name}")).collect();
        names.join(", ")
    }

    /// What a shelf is cut into; where only nobody's tasks are wanted, they need no cutting off.
    pub fn splits(&self, unassigned: bool) -> &'static [&'static str] {
        match self.splits {
            splits if unassigned && splits == SOMEBODYS => &splits[1..],
            splits => splits,
        }
    }

    /// Number and keys of `tasks` named by `prefix`.
    pub fn columns(&self, prefix: &str) -> String {
        let of = |name: &str| name.replace("shelf", &format!("{prefix}shelf"));
        let [status, last] = self.lead;
        let last = last
            .replace("due_key", &format!("{prefix}due_key"))
            .replace("unassigned", &format!("{prefix}unassigned"));
        let walked: Vec<String> =
            self.walked.iter().map(|name| format!("{prefix}{name}")).collect();
        format!("{prefix}number, {} as lead, {last} as ending, {}", of(status), walked.join(", "))
    }

    pub fn keys(&self) -> String {
        format!("lead, ending, {}", self.walked.join(", "))
    }

    pub fn walked(&self, prefix: &str, backwards: bool) -> String {
        let direction = if self.descending == backwards { "asc" } else { "desc" };
        let names: Vec<String> = self
            .walked
            .iter()
            .chain(&["number"])
            .map(|name| format!("{prefix}{name} {direction}"))
            .collect();
        names.join(", ")
    }

    pub fn by(&self, backwards: bool) -> String {
        self.by_of("", backwards)
    }

    pub fn by_of(&self, prefix: &str, backwards: bool) -> String {
        let lead = if backwards { "desc" } else { "asc" };
        let direction = if self.descending == backwards { "asc" } else { "desc" };
        let mut names = vec![format!("{prefix}lead {lead}"), format!("{prefix}ending {lead}")];
        names.extend(
            self.walked.iter().chain(&["number"]).map(|name| format!("{prefix}{name} {direction}")),
        );
        format!("order by {}", names.join(", "))
    }
}
