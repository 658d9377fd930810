//! What waits for what: circles, and an order in which tasks can be done.

use super::{EventTasks, Task, TaskDependency, TaskStatus};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// The shortest way from `from` along what waits for what to `to`, both ends named; `None` where there is none.
pub(super) fn path(edges: &[(Uuid, Uuid)], from: Uuid, to: Uuid) -> Option<Vec<Uuid>> {
    let mut waits_for: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (task, prerequisite) in edges {
        waits_for.entry(*task).or_default().push(*prerequisite);
    }
    let mut came_from: HashMap<Uuid, Uuid> = HashMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut path = vec![to];
            let mut back = to;
            while back != from {
                back = came_from[&back];
                path.push(back);
            }
            path.reverse();
            return Some(path);
        }
        for next in waits_for.get(&at).into_iter().flatten() {
            if *next != from && !came_from.contains_key(next) {
                came_from.insert(*next, at);
                queue.push_back(*next);
            }
        }
    }
    None
}

/// The circle that adding `added` to `edges` would close, from its first task back to it; `None` where none would be.
pub(super) fn circle(edges: &[(Uuid, Uuid)], added: (Uuid, Uuid)) -> Option<Vec<Uuid>> {
    let (task, prerequisite) = added;
    let back = path(edges, prerequisite, task)?;
    Some(std::iter::once(task).chain(back).collect())
}

/// The pairs of who waits for whom.
pub(super) fn edges(dependencies: &[TaskDependency]) -> Vec<(Uuid, Uuid)> {
    dependencies.iter().map(|edge| (edge.task_id, edge.prerequisite_id)).collect()
}

/// The tasks in an order to read: by category, within it prerequisites first, then by due date and title.
#[must_use]
pub fn ordered(tasks: &EventTasks) -> Vec<&Task> {
    let mut ordered = prerequisites_first(tasks);
    ordered.sort_by_key(|task| task.category as u8);
    ordered
}

/// The tasks, each after all that it waits for; among equals by due date (none last) and title. What waits in a circle,
/// which only damaged data can, comes last.
pub(super) fn prerequisites_first(tasks: &EventTasks) -> Vec<&Task> {
    let mut by_wish: Vec<&Task> = tasks.tasks.iter().collect();
    by_wish.sort_by_key(|task| (task.due_at.is_none(), task.due_at, &task.title, task.id));
    let place: BTreeMap<Uuid, usize> =
        by_wish.iter().enumerate().map(|(place, task)| (task.id, place)).collect();
    let mut open = vec![0_usize; by_wish.len()];
    let mut dependants: Vec<Vec<usize>> = vec![Vec::new(); by_wish.len()];
    for edge in &tasks.dependencies {
        let ends = (place.get(&edge.task_id), place.get(&edge.prerequisite_id));
        if let (Some(task), Some(prerequisite)) = ends {
            open[*task] += 1;
            dependants[*prerequisite].push(*task);
        }
    }
    let ready = open.iter().enumerate().filter(|(_, open)| **open == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(|(place, _)| Reverse(place)).collect();
    let mut order = Vec::with_capacity(by_wish.len());
    while let Some(Reverse(next)) = ready.pop() {
        order.push(by_wish[next]);
        for dependant in &dependants[next] {
            open[*dependant] -= 1;
            if open[*dependant] == 0 {
                ready.push(Reverse(*dependant));
            }
        }
    }
    if order.len() < by_wish.len() {
        let done: HashSet<Uuid> = order.iter().map(|task| task.id).collect();
        order.extend(by_wish.into_iter().filter(|task| !done.contains(&task.id)));
    }
    order
}

/// Whether `id` is completed although something that it waits for is not: only imported history is so.
#[must_use]
pub fn finished_out_of_order(tasks: &EventTasks, id: Uuid) -> bool {
    tasks.find(id).is_some_and(|task| task.status == TaskStatus::Completed)
        && tasks.prerequisites(id).any(|task| task.status != TaskStatus::Completed)
}
