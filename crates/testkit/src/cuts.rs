//! Where a call can be cut, and finding that place in what passes.

use std::sync::Mutex;
use std::sync::PoisonError;
use uuid::Uuid;

/// Where in a call the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The request never leaves.
    BeforeRequest,
    /// Half of the request arrives.
    InRequest,
    /// So many of the request's messages arrive (it has three: bind, execute, sync).
    RequestMessages(u32),
    /// The whole request arrives; nobody waits for the answer.
    AfterRequest,
    /// The server has answered, but nothing of it arrives.
    BeforeAnswer,
    /// A piece of the answer arrives.
    InAnswer,
    /// So many of the answer's messages arrive (it has four: bound, row, complete, ready).
    AnswerMessages(u32),
}

impl Cut {
    /// The steps that differ for a desk.
    pub const ALL: [Self; 5] = [
        Self::BeforeRequest,
        Self::InRequest,
        Self::AfterRequest,
        Self::BeforeAnswer,
        Self::InAnswer,
    ];

    /// Every step of the protocol, the last one after all of it.
    pub const EVERY: [Self; 11] = [
        Self::BeforeRequest,
        Self::InRequest,
        Self::RequestMessages(1),
        Self::RequestMessages(2),
        Self::AfterRequest,
        Self::BeforeAnswer,
        Self::InAnswer,
        Self::AnswerMessages(1),
        Self::AnswerMessages(2),
        Self::AnswerMessages(3),
        Self::AnswerMessages(4),
    ];
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The desk.
    ToServer,
    /// The server.
    ToDesk,
}

#[derive(Debug, Clone, Copy)]
enum Armed {
    /// At this step of the call that carries this id; whether everything else is cut then too.
    Call(Uuid, Cut, bool),
    /// After so many more messages that way, in whatever connection.
    Messages(Direction, u64),
}

/// The cut that is to be made, for all connections together.
#[derive(Debug, Default)]
pub(crate) struct Cuts(Mutex<Option<Armed>>);

/// What becomes of a piece: how much of it passes, and whether the connection ends there.
pub(crate) struct Verdict {
    pub passed: usize,
    pub ends: bool,
    pub all_down: bool,
}

impl Cuts {
    pub fn arm_call(&self, command: Uuid, cut: Cut, stay_down: bool) {
        self.set(Some(Armed::Call(command, cut, stay_down)));
    }

    pub fn arm_messages(&self, direction: Direction, messages: u64) {
        self.set(Some(Armed::Messages(direction, messages)));
    }

    pub fn is_armed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn set(&self, armed: Option<Armed>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = armed;
    }

    /// Judges a piece that goes in `direction`; `ends` are the places in it where messages end.
    pub fn judge(
        &self,
        connection: &Connection,
        direction: Direction,
        piece: &[u8],
        ends: &[usize],
    ) -> Verdict {
        let (passed, all_down) = match self.take(direction, piece, ends) {
            Some(Found::Here(passed)) => (passed, false),
            Some(Found::Call(cut, all_down)) => {
                connection.set(cut, 0);
                (connection.reach(direction, piece.len(), ends), all_down)
            }
            None => (connection.reach(direction, piece.len(), ends), false),
        };
        let ends = passed < piece.len() || connection.is_at_its_end(direction);
        Verdict { passed, ends, all_down }
    }

    fn take(&self, direction: Direction, piece: &[u8], ends: &[usize]) -> Option<Found> {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match armed.as_mut()? {
            Armed::Call(command, cut, stay_down) => {
                let is_meant = direction == Direction::ToServer
                    && piece.windows(16).any(|bytes| bytes == command.as_bytes());
                let found = Found::Call(*cut, *stay_down);
                is_meant.then(|| *armed = None).map(|()| found)
            }
            Armed::Messages(way, left) if *way == direction => {
                let place = usize::try_from(*left).unwrap_or(usize::MAX);
                let passed = match place.checked_sub(1) {
                    None => 0,
                    Some(last) if last < ends.len() => ends[last],
                    Some(_) => {
                        *left -= ends.len() as u64;
                        return None;
                    }
                };
                *armed = None;
                Some(Found::Here(passed))
            }
            Armed::Messages(..) => None,
        }
    }
}

enum Found {
    Here(usize),
    Call(Cut, bool),
}

/// One connection, and how far the call that is to be cut got in it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub number: usize,
    call: Mutex<Option<(Cut, usize)>>,
}

impl Connection {
    pub fn new(number: usize) -> Self {
        Self { number, call: Mutex::default() }
    }

    fn set(&self, cut: Cut, messages: usize) {
        *self.call.lock().unwrap_or_else(PoisonError::into_inner) = Some((cut, messages));
    }

    /// How many bytes of a piece may pass.
    fn reach(&self, direction: Direction, length: usize, ends: &[usize]) -> usize {
        let mut at = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((cut, seen)) = at.as_mut() else { return length };
        let mut counted = |most: u32| {
            let left = (most as usize).saturating_sub(*seen);
            *seen += ends.len();
            match left.checked_sub(1) {
                None => 0,
                Some(last) => ends.get(last).copied().unwrap_or(length),
            }
        };
        match (direction, *cut) {
            (Direction::ToServer, Cut::BeforeRequest) | (Direction::ToDesk, Cut::BeforeAnswer) => 0,
            (Direction::ToServer, Cut::InRequest) | (Direction::ToDesk, Cut::InAnswer) => {
                length / 2
            }
            (Direction::ToServer, Cut::RequestMessages(most))
            | (Direction::ToDesk, Cut::AnswerMessages(most)) => counted(most),
            _ => length,
        }
    }

    fn is_at_its_end(&self, direction: Direction) -> bool {
        let at = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        match (*at, direction) {
            (Some((Cut::AfterRequest, _)), Direction::ToServer) => true,
            (Some((Cut::AnswerMessages(most), seen)), Direction::ToDesk) => seen >= most as usize,
            _ => false,
        }
    }
}

/// Finds where the messages of PostgreSQL's protocol end, in the clear.
#[derive(Debug)]
pub(crate) struct Frames {
    /// A desk's first message has no type.
    first: bool,
    header: Vec<u8>,
    body_left: usize,
}

impl Frames {
    pub fn new(direction: Direction) -> Self {
        Self { first: direction == Direction::ToServer, header: Vec::new(), body_left: 0 }
    }

    /// The places in the next piece where messages end.
    pub fn ends(&mut self, piece: &[u8]) -> Vec<usize> {
        let (mut ends, mut at) = (Vec::new(), 0);
        while at < piece.len() {
            if self.body_left > 0 {
                let step = self.body_left.min(piece.len() - at);
                at += step;
                self.body_left -= step;
            } else {
                self.header.push(piece[at]);
                at += 1;
                let whole = if self.first { 4 } else { 5 };
                if self.header.len() < whole {
                    continue;
                }
                let length: [u8; 4] = self.header[whole - 4..].try_into().unwrap_or_default();
                self.body_left = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                self.header.clear();
                self.first = false;
            }
            if self.body_left == 0 {
                ends.push(at);
            }
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_where_they_end_however_they_are_cut_up() {
        let mut stream = vec![0, 0, 0, 8, 0, 3, 0, 0];
        for body in [&b"abc"[..], b"", b"0123456789"] {
            stream.push(b'Q');
            stream.extend(u32::try_from(body.len() + 4).unwrap_or(4).to_be_bytes());
            stream.extend(body);
        }
        for size in 1..stream.len() {
            let mut frames = Frames::new(Direction::ToServer);
            let mut ends = Vec::new();
            for (i, piece) in stream.chunks(size).enumerate() {
                ends.extend(frames.ends(piece).into_iter().map(|end| i * size + end));
            }
            assert_eq!(ends, [8, 16, 21, 36], "in pieces of {size}");
        }
    }
}
