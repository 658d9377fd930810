//! Words that stand in so many tasks that looking all of them up and sorting them would take longer than anything else.
//!
//! The search index is asked once and its answer kept as bits. An order's index is then walked, in longer and longer
//! strides, until enough tasks were found.

use super::TaskSort;
use super::order::Order;
use super::select::Selection;
use sqlx::SqlitePool;

/// The first stride; one in twenty tasks, found anywhere, fills a window of a hundred.
const STRIDE: i64 = 2_000;
/// Each stride is so many times the one before: what was walked is walked over again.
const LONGER: i64 = 8;

/// The numbers of tasks that were found.
#[derive(Clone)]
pub(super) struct Found {
    bits: Vec<u64>,
    /// How many there are.
    pub count: i64,
}

impl Found {
    /// Those of a text that lists them.
    pub fn of(text: &str) -> Self {
        let mut found = Self { bits: Vec::new(), count: 0 };
        for number in numbers(text) {
            let (word, bit) = place(number);
            if found.bits.len() <= word {
                found.bits.resize((word + 1).max(found.bits.len() * 2), 0);
            }
            found.bits[word] |= bit;
            found.count += 1;
        }
        found
    }

    fn has(&self, number: i64) -> bool {
        let (word, bit) = place(number);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Those of a text's numbers that are among these, in its order.
    pub fn among<'t>(&'t self, text: &'t str) -> impl Iterator<Item = i64> + 't {
        numbers(text).filter(|number| self.has(*number))
    }
}

fn numbers(text: &str) -> impl Iterator<Item = i64> + '_ {
    text.split(',').filter_map(|number| number.parse().ok())
}

fn place(number: i64) -> (usize, u64) {
    // Rows are numbered from one on.
    (usize::try_from(number / 64).unwrap_or(0), 1 << (number % 64))
}

impl Selection {
    /// The numbers of one window of what was found, in order.
    pub(super) async fn found_window(
        &self,
        pool: &SqlitePool,
        sort: TaskSort,
        (total, found): (i64, &Found),
        (offset, limit): (i64, i64),
    ) -> Result<Vec<i64>, sqlx::Error> {
        let order = Order::of(sort);
        let limit = limit.min(total - offset);
        if self.is_read_whole() {
            let sorted = format!(
                "select number from (select {} from {}) {} limit -1",
                order.columns("t."),
                self.narrow(),
                order.by(false)
            );
            let sorted = self.numbers(pool, &sorted).await?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX);
            return Ok(found.among(&sorted).skip(from).take(count(limit)).collect());
        }
        // From the far end where that is nearer.
        let backwards = offset > total / 2;
        let offset = if backwards { total - offset - limit } else { offset };
        let walk = Walk { selection: self, order: &order, backwards };
        let mut first = walk.first(pool, found, offset + limit).await?;
        let mut window = first.split_off(count(offset).min(first.len()));
        if backwards {
            window.reverse();
        }
        Ok(window)
    }
}

struct Walk<'a> {
    selection: &'a Selection,
    order: &'a Order,
    backwards: bool,
}

impl Walk<'_> {
    /// The first so many of what was found.
    async fn first(
        &self,
        pool: &SqlitePool,
        found: &Found,
        reach: i64,
    ) -> Result<Vec<i64>, sqlx::Error> {
        let mut runs = self.order.runs(&self.selection.shelves, self.selection.unassigned);
        if self.backwards {
            runs.reverse();
        }
        let reach = count(reach);
        let mut first: Vec<i64> = Vec::with_capacity(reach);
        for (shelves, split) in runs {
            let (mut walked, mut stride) = (0, STRIDE.max(reach as i64));
            while first.len() < reach {
                let sql = self.stretch(&shelves, split, (walked, stride));
                let stretch = self.selection.numbers(pool, &sql).await?;
                let wanted = reach - first.len();
                first.extend(found.among(&stretch).take(wanted));
                if (numbers(&stretch).count() as i64) < stride {
                    break;
                }
                (walked, stride) = (walked + stride, stride * LONGER);
            }
        }
        Ok(first)
    }

    /// The numbers on a stretch of these shelves. Each is read in the order of its index and no further than needed, as
    /// long as nothing but columns of the index sorts them.
    fn stretch(&self, shelves: &[i64], split: &str, (from, stride): (i64, i64)) -> String {
        let (columns, conditions) = (self.order.walked_columns(), self.selection.conditions());
        let shelf = |shelf: &i64| {
            format!(
                "select t.number, {columns} from tasks t indexed by {} where t.shelf = {shelf} and {split}{conditions}",
                self.order.index
            )
        };
        let shelves: Vec<String> = shelves.iter().map(shelf).collect();
        format!(
            "select number from ({} order by {} limit {stride} offset {from})",
            shelves.join(" union all "),
            self.order.walked("", self.backwards)
        )
    }
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_kept_whatever_its_number() {
        let found = Found::of("1,63,64,500000,2");
        assert_eq!(found.count, 5);
        assert_eq!(found.among("500000,3,64,1,500001").collect::<Vec<_>>(), [500_000, 64, 1]);
        assert_eq!(Found::of("").count, 0, "nothing found is an empty text");
    }
}
