//! The sync machine step by step: when it asks, what it stores, what it says. Time is virtual.

use chrono::{DateTime, Duration, Utc};
use replica::sync::{
    Activity, CursorReply, Fault, FirstLoad, Input, Machine, Now, Output, Position, PullReply,
    Remembered, Reply, Request, RequestId, SnapshotReply, Store, SyncState, SyncStatus,
};
use replica::{Batch, RowImage, TABLES};
use serde_json::json;
use uuid::Uuid;

struct Bench {
    machine: Machine,
    now: u64,
    wake: u64,
    asked: Option<(RequestId, Request)>,
    stores: Vec<Store>,
    states: Vec<SyncState>,
    lost: Option<Fault>,
}

fn followed(n: i64) -> Remembered {
    Remembered {
        position: Some(Position { n, seq: None, command: Some(Uuid::from_u128(n as u128)) }),
        epoch: "1".into(),
        view: 1,
        known_n: n,
        as_of: None,
        first: None,
    }
}

fn cursor(n: i64) -> Reply {
    Reply::Cursor(CursorReply { n, epoch: "1".into(), view: 1, ..CursorReply::default() })
}

fn pulled(n: i64, rows: usize, done: bool) -> PullReply {
    let image = RowImage { table: "clients".into(), id: Uuid::nil(), row: None };
    let next = if done {
        Position { n, seq: None, command: Some(Uuid::from_u128(n as u128)) }
    } else {
        Position { n: n - 1, seq: Some(rows as i64), command: None }
    };
    PullReply {
        resync: false,
        n,
        epoch: "1".into(),
        view: 1,
        rows: vec![image; rows],
        next: Some(next),
        done,
    }
}

impl Bench {
    fn new(remembered: Remembered) -> Self {
        Self::seeded(remembered, 5)
    }

    fn seeded(remembered: Remembered, seed: u64) -> Self {
        let mut bench = Self {
            machine: Machine::new(remembered, seed),
            now: 1_000,
            wake: 0,
            asked: None,
            stores: vec![],
            states: vec![],
            lost: None,
        };
        bench.feed(Input::Started);
        bench
    }

    fn wall(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::milliseconds(self.now as i64)
    }

    fn feed(&mut self, input: Input) {
        let now = Now { mono_ms: self.now, wall: self.wall() };
        for output in self.machine.step(now, input) {
            match output {
                Output::Request(id, request) => self.asked = Some((id, request)),
                Output::Store(store) => self.stores.push(store),
                Output::Status(status) => self.states.push(status.state),
                Output::Wake(at) => self.wake = at,
                Output::LostAccess(fault) => self.lost = Some(fault),
            }
        }
    }

    /// Answers what was asked.
    fn reply(&mut self, reply: Reply) {
        let (id, _) = self.asked.take().expect("something was asked");
        self.feed(Input::Reply(id, reply));
    }

    /// Lets time pass until the next wake; answers how long that was.
    fn sleep(&mut self) -> u64 {
        let slept = self.wake - self.now;
        self.now = self.wake;
        self.feed(Input::Tick);
        slept
    }

    fn request(&self) -> Option<&Request> {
        self.asked.as_ref().map(|(_, request)| request)
    }

    fn asks_cursor(&self) -> bool {
        matches!(self.request(), Some(Request::Cursor | Request::Start))
    }

    fn batches(&self) -> Vec<&Batch> {
        let batches = self.stores.iter().filter_map(|store| match store {
            Store::Batch { batch, .. } => Some(batch),
            _ => None,
        });
        batches.collect()
    }

    fn state(&self) -> SyncState {
        self.machine.status().state
    }
}

#[test]
fn a_visible_window_polls_twice_a_second_a_hidden_and_an_idle_one_less() {
    let mut bench = Bench::new(followed(4));
    for (activity, about) in
        [(Activity::Visible, 500), (Activity::Hidden, 5_000), (Activity::Idle, 30_000)]
    {
        bench.feed(Input::Activity(activity));
        let mut waits = vec![];
        for _ in 0..20 {
            bench.reply(cursor(4));
            assert!(bench.asked.is_none(), "nothing is asked before its time");
            waits.push(bench.sleep());
            assert!(bench.asks_cursor());
        }
        assert!(
            waits.iter().all(|ms| (about * 8 / 10..=about * 12 / 10).contains(ms)),
            "{waits:?}"
        );
        assert!(waits.iter().any(|ms| *ms != waits[0]), "desks do not ask in step");
    }
    bench.reply(cursor(4));
    bench.feed(Input::Activity(Activity::Visible));
    assert!(bench.asks_cursor(), "who comes back is shown the present at once");
}

#[test]
fn an_own_action_is_looked_for_at_once() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(4));
    bench.feed(Input::Written { n: Some(5) });
    assert!(bench.asks_cursor());
    bench.reply(cursor(5));
    assert_eq!(
        bench.request(),
        Some(&Request::Pull { after: followed(4).position.expect("there"), limit: 2_000 })
    );
}

#[test]
fn an_answer_from_before_an_own_action_is_no_restore() {
    let mut bench = Bench::new(followed(4));
    // The cursor was asked before the action was known, and answers what was true then.
    bench.feed(Input::Written { n: Some(9) });
    bench.reply(cursor(4));
    assert_eq!(bench.state(), SyncState::Live);
    assert!(bench.asks_cursor(), "asked again because the own action is still ahead");
    // This one was asked afterwards: a lower n is a doubt, and the second such answer a restore.
    bench.reply(cursor(4));
    assert_eq!(bench.state(), SyncState::Live);
    bench.reply(cursor(4));
    assert_eq!(bench.state(), SyncState::OldCopy);
}

#[test]
fn one_strange_answer_alone_changes_nothing() {
    let other = || {
        Reply::Cursor(CursorReply { n: 4, epoch: "2".into(), view: 1, ..CursorReply::default() })
    };
    let mut bench = Bench::new(followed(4));
    bench.reply(other());
    assert!(bench.asks_cursor(), "asked again at once");
    bench.reply(cursor(4));
    assert_eq!(bench.state(), SyncState::Live);
    bench.sleep();
    bench.reply(other());
    assert_eq!(bench.state(), SyncState::Live, "an old doubt does not count");
}

#[test]
fn a_restored_server_is_loaded_beside_the_old_copy_and_swapped_in() {
    let restored = || {
        Reply::Cursor(CursorReply { n: 2, epoch: "2".into(), view: 1, ..CursorReply::default() })
    };
    let mut bench = Bench::new(followed(4));
    bench.reply(restored());
    bench.reply(restored());
    assert_eq!(bench.state(), SyncState::OldCopy);
    assert!(bench.sleep() < 5_000, "desks begin spread over a few seconds");
    bench.reply(restored());
    assert_eq!(bench.stores[1], Store::Begin { beside: true });
    for table in TABLES {
        let Some(Request::Snapshot { table: asked, .. }) = bench.request() else {
            panic!("{:?} instead of a page of {table}", bench.request());
        };
        assert_eq!(asked, table);
        bench.reply(Reply::Snapshot(SnapshotReply { n: 2, rows: vec![], done: true }));
    }
    assert!(matches!(bench.request(), Some(Request::Pull { .. })));
    bench.reply(Reply::Pull(PullReply { epoch: "2".into(), ..pulled(2, 0, true) }));
    assert!(bench.stores.contains(&Store::SwapIn));
    assert!(
        bench.stores.iter().all(|s| !matches!(s, Store::Batch { beside: false, .. })),
        "the old copy was not written to"
    );
    assert_eq!(bench.state(), SyncState::Live);
}

#[test]
fn a_resync_answer_is_believed_the_second_time() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(6));
    let resync = || Reply::Pull(PullReply { resync: true, next: None, ..pulled(6, 0, false) });
    bench.reply(resync());
    assert!(matches!(bench.request(), Some(Request::Pull { .. })), "the same question again");
    assert_eq!(bench.state(), SyncState::Live);
    bench.reply(resync());
    assert_eq!(bench.state(), SyncState::OldCopy);
}

#[test]
fn a_load_says_how_much_there_is_to_come_and_following_the_feed_asks_no_such_thing() {
    let mut bench = Bench::new(Remembered::default());
    assert_eq!(bench.request(), Some(&Request::Start));
    assert_eq!(bench.machine.status().rows_total, None);
    let told =
        CursorReply { n: 7, epoch: "1".into(), view: 1, rows: Some(1), ..CursorReply::default() };
    bench.reply(Reply::Cursor(told));
    assert_eq!(bench.machine.status().rows_total, Some(1));
    let row = |n: u128| serde_json::from_value(json!({"id": Uuid::from_u128(n)})).expect("a row");
    bench.reply(Reply::Snapshot(SnapshotReply { n: 7, rows: vec![row(1), row(2)], done: false }));
    let status = bench.machine.status();
    assert_eq!((status.rows_done, status.rows_total), (2, Some(2)), "it was an estimate");
    let bench = Bench::new(followed(4));
    assert_eq!(bench.request(), Some(&Request::Cursor));
    assert_eq!(bench.machine.status().rows_total, None);
}

#[test]
fn another_view_is_loaded_at_once() {
    let mut bench = Bench::new(followed(4));
    bench.reply(Reply::Cursor(CursorReply {
        n: 4,
        epoch: "1".into(),
        view: 2,
        ..CursorReply::default()
    }));
    assert_eq!(bench.state(), SyncState::OldCopy);
    assert!(bench.asks_cursor(), "the load begins with where the server is now");
}

#[test]
fn a_catch_up_of_several_pages_is_one_transaction() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(9));
    bench.reply(Reply::Pull(pulled(9, 2_000, false)));
    assert_eq!(bench.state(), SyncState::Syncing);
    assert!(bench.batches().is_empty(), "nothing is shown half-way");
    bench.reply(Reply::Pull(pulled(10, 3, true)));
    let batches = bench.batches();
    assert_eq!(batches.len(), 1);
    assert_eq!(
        batches[0].pages.iter().map(|p| (p.n, p.rows.len())).collect::<Vec<_>>(),
        [(9, 2_000), (10, 3)]
    );
    let remembered = batches[0].remember.as_ref().expect("with its place");
    assert_eq!(remembered.position.as_ref().map(|p| p.n), Some(10));
    assert_eq!(bench.state(), SyncState::Live);
}

#[test]
fn a_very_long_catch_up_is_stored_in_parts_with_their_places() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(90));
    for page in 0..12 {
        let mut reply = pulled(90, 2_000, false);
        reply.next = Some(Position { n: 5 + page, seq: Some(1), command: None });
        bench.reply(Reply::Pull(reply));
    }
    let batches = bench.batches();
    assert_eq!(batches.len(), 1, "20 000 rows are enough for one transaction");
    let remembered = batches[0].remember.as_ref().expect("with its place");
    assert_eq!(remembered.position.as_ref().map(|p| (p.n, p.seq)), Some((14, Some(1))));
}

#[test]
fn a_server_that_answers_nothing_new_for_ever_is_a_fault() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(9));
    let stuck = || PullReply { next: followed(4).position, ..pulled(9, 1, false) };
    bench.reply(Reply::Pull(stuck()));
    assert_eq!(bench.state(), SyncState::Offline);
    assert!(bench.machine.status().message.is_some());
}

#[test]
fn out_of_contact_it_tries_again_at_any_moment_of_a_time_that_grows_up_to_a_quarter_of_a_minute() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(4));
    let heard = bench.wall();
    bench.sleep();
    let mut waits = vec![];
    for _ in 0..9 {
        bench.reply(Reply::Fault(Fault::Offline));
        assert_eq!(bench.state(), SyncState::Offline);
        waits.push(bench.sleep());
    }
    for (wait, most) in waits.iter().zip([1, 2, 4, 8, 15, 15, 15, 15, 15]) {
        assert!((100..=most * 1_000).contains(wait), "{waits:?}");
    }
    assert_eq!(bench.machine.status().as_of, Some(heard), "as of the last contact");
    bench.reply(cursor(4));
    assert_eq!(bench.state(), SyncState::Live);
    assert_eq!(
        bench.states,
        [SyncState::Syncing, SyncState::Live, SyncState::Offline, SyncState::Live]
    );
}

#[test]
fn a_lost_answer_is_given_up_and_a_late_one_ignored() {
    let mut bench = Bench::new(followed(4));
    let (late, _) = bench.asked.clone().expect("asked");
    assert_eq!(bench.sleep(), 10_000);
    assert_eq!(bench.state(), SyncState::Offline);
    bench.feed(Input::Reply(late, cursor(99)));
    assert_eq!(bench.state(), SyncState::Offline, "it is not waited for any more");
    bench.asked = None;
    bench.sleep();
    assert!(bench.asks_cursor());
}

#[test]
fn desks_that_lose_the_same_server_come_back_spread_over_the_whole_time() {
    let mut waits: Vec<u64> = (0..200)
        .map(|seed| {
            let mut bench = Bench::seeded(followed(4), seed);
            for _ in 0..4 {
                bench.reply(Reply::Fault(Fault::Offline));
                bench.sleep();
            }
            bench.reply(Reply::Fault(Fault::Offline));
            bench.sleep()
        })
        .collect();
    waits.sort_unstable();
    for (part, wait) in waits.chunks(20).map(|chunk| chunk[0]).enumerate() {
        let about = part as u64 * 1_500;
        assert!(wait.abs_diff(about) < 1_500, "a tenth of them in each tenth: {waits:?}");
    }
}

#[test]
fn after_a_sleep_it_asks_anew_and_does_not_claim_to_be_up_to_date() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(4));
    bench.sleep();
    let (before, _) = bench.asked.take().expect("it was asking when the lid closed");
    bench.feed(Input::Woke);
    assert_eq!(bench.state(), SyncState::Syncing, "nobody knows how old this is");
    assert!(bench.asks_cursor(), "asked at once");
    let (_, request) = bench.asked.clone().expect("asked");
    bench.feed(Input::Reply(before, cursor(4)));
    assert_eq!(bench.state(), SyncState::Syncing, "an answer from before the sleep is none");
    assert_eq!(request, Request::Cursor);
    bench.reply(cursor(9));
    bench.reply(Reply::Pull(pulled(9, 3, true)));
    assert_eq!(bench.state(), SyncState::Live);
}

#[test]
fn who_wakes_up_without_a_network_does_not_wait_for_the_pause_of_yesterday() {
    let mut bench = Bench::new(followed(4));
    for _ in 0..8 {
        bench.reply(Reply::Fault(Fault::Offline));
        bench.sleep();
    }
    bench.reply(Reply::Fault(Fault::Offline));
    bench.feed(Input::Woke);
    assert!(bench.asks_cursor());
    bench.reply(Reply::Fault(Fault::Offline));
    assert_eq!(bench.state(), SyncState::Offline);
    assert!(bench.sleep() <= 1_000, "and begins with short pauses");
}

#[test]
fn a_load_that_slept_goes_on_where_it_was() {
    let mut bench = Bench::new(Remembered::default());
    bench.reply(cursor(7));
    bench.reply(Reply::Snapshot(SnapshotReply { n: 7, rows: vec![], done: true }));
    let next = bench.request().cloned();
    bench.asked = None;
    bench.feed(Input::Woke);
    assert_eq!(bench.request().cloned(), next);
    assert_eq!(bench.state(), SyncState::FirstSync);
}

#[test]
fn lost_access_wipes_and_ends_everything() {
    for fault in [Fault::SignedOut, Fault::Removed] {
        let mut bench = Bench::new(followed(4));
        bench.reply(Reply::Fault(fault.clone()));
        assert_eq!(bench.stores, [Store::Wipe]);
        assert_eq!(bench.lost, Some(fault));
        let now = Now { mono_ms: 1_000_000, wall: DateTime::UNIX_EPOCH };
        assert!(bench.machine.step(now, Input::Tick).is_empty());
        assert!(bench.machine.step(now, Input::Started).is_empty());
    }
}

#[test]
fn only_lost_access_wipes() {
    for fault in [Fault::Offline, Fault::Other("The server could not answer.".into())] {
        let mut bench = Bench::new(followed(4));
        bench.reply(Reply::Fault(fault));
        assert!(bench.stores.is_empty());
        assert_eq!(bench.state(), SyncState::Offline);
    }
}

#[test]
fn a_first_load_shows_its_progress_and_goes_on_after_a_restart() {
    let mut bench = Bench::new(Remembered::default());
    assert_eq!(bench.state(), SyncState::FirstSync);
    bench.reply(cursor(7));
    assert_eq!(bench.stores[0], Store::Begin { beside: false });
    for _ in 0..3 {
        bench.reply(Reply::Snapshot(SnapshotReply { n: 7, rows: vec![], done: true }));
    }
    let page = |ids: std::ops::RangeInclusive<u128>| {
        let row = |n| serde_json::from_value(json!({"id": Uuid::from_u128(n)})).expect("prints");
        Reply::Snapshot(SnapshotReply { n: 8, rows: ids.map(row).collect(), done: false })
    };
    bench.reply(page(1..=9_999));
    bench.reply(Reply::Fault(Fault::Offline));
    bench.sleep();
    bench.reply(page(10_000..=10_000));
    assert_eq!(
        bench.machine.status(),
        SyncStatus {
            state: SyncState::FirstSync,
            as_of: Some(bench.wall()),
            rows_done: 10_000,
            rows_total: None,
            message: None
        }
    );
    let last = bench.batches().pop().expect("stored").clone();
    let portion = last.portion.expect("a part of a table");
    assert_eq!((portion.table, portion.rows.len(), portion.last), ("clients", 1, false));
    assert_eq!((portion.n, portion.since), (8, 7), "an outage costs no page");
    let remembered = last.remember.expect("with its progress");

    let mut again = Bench::new(remembered.clone());
    again.reply(cursor(9));
    assert!(again.stores.is_empty(), "nothing is begun anew");
    let after_id = Some(Uuid::from_u128(10_000));
    assert_eq!(
        again.request(),
        Some(&Request::Snapshot { table: "clients", after_id, limit: 5_000 })
    );
    assert_eq!(again.machine.status().rows_done, 10_000);

    let mut elsewhere = Bench::new(remembered);
    elsewhere.reply(Reply::Cursor(CursorReply {
        n: 9,
        epoch: "2".into(),
        view: 1,
        ..CursorReply::default()
    }));
    assert_eq!(elsewhere.stores[0], Store::Begin { beside: false }, "another server begins anew");
}

#[test]
fn a_server_restored_during_a_load_is_loaded_again() {
    let mut bench = Bench::new(Remembered::default());
    bench.reply(cursor(7));
    bench.reply(Reply::Snapshot(SnapshotReply { n: 8, rows: vec![], done: true }));
    bench.reply(Reply::Snapshot(SnapshotReply { n: 5, rows: vec![], done: true }));
    bench.sleep();
    assert!(bench.asks_cursor());
    bench.reply(cursor(5));
    assert_eq!(bench.stores.last().map(|s| matches!(s, Store::Batch { .. })), Some(true));
    let begun = bench.stores.iter().filter(|s| matches!(s, Store::Begin { beside: false })).count();
    assert_eq!(begun, 2);
}

#[test]
fn a_failed_store_goes_on_from_what_the_file_remembers() {
    let mut bench = Bench::new(followed(4));
    bench.reply(cursor(6));
    bench.reply(Reply::Pull(pulled(6, 1, true)));
    let remembered = Box::new(followed(4));
    bench.feed(Input::StoreFailed { remembered, message: "The disk is full.".into() });
    assert_eq!(bench.machine.status().message.as_deref(), Some("The disk is full."));
    assert_eq!(bench.state(), SyncState::Offline);
    bench.asked = None;
    bench.sleep();
    bench.reply(cursor(6));
    let after = followed(4).position.expect("there");
    assert_eq!(bench.request(), Some(&Request::Pull { after, limit: 2_000 }), "read once more");
}

#[test]
fn the_last_contact_is_written_down_but_not_at_every_poll() {
    let mut bench = Bench::new(followed(4));
    for _ in 0..240 {
        bench.reply(cursor(4));
        bench.sleep();
    }
    let contacts = bench.stores.iter().filter(|s| matches!(s, Store::Contact { .. })).count();
    assert!((2..=3).contains(&contacts), "{contacts} in two minutes");
}

#[test]
fn what_a_file_remembers_survives_printing() {
    let first = FirstLoad { start_n: 3, table: 4, ..FirstLoad::default() };
    let remembered = Remembered { first: Some(first), ..followed(4) };
    let text = serde_json::to_string(&remembered).expect("prints");
    assert_eq!(serde_json::from_str::<Remembered>(&text).expect("reads"), remembered);
}

#[test]
fn the_servers_answers_are_read_as_they_come() {
    let cursor: CursorReply =
        serde_json::from_value(json!({"n": 4, "epoch": "a", "view": 1, "more": true}))
            .expect("reads");
    assert_eq!((cursor.n, cursor.epoch.as_str()), (4, "a"));
    let pull: PullReply = serde_json::from_value(json!({
        "resync": false, "n": 4, "epoch": 12, "view": 1, "done": true,
        "rows": [{"table": "events", "id": Uuid::nil(), "row": null}],
        "next": {"n": 4, "seq": null, "command": Uuid::nil()},
    }))
    .expect("reads");
    assert_eq!(pull.epoch, "12");
    assert_eq!(pull.next.and_then(|next| next.command), Some(Uuid::nil()));
    let resync: PullReply =
        serde_json::from_value(json!({"resync": true, "n": 4, "epoch": "a", "view": 1}))
            .expect("reads");
    assert!(resync.resync);
}
