//! Port forwards: connections to the container's own loopback, with credit in both directions.

use crate::frame::Frame;
use crate::out_queue::OutQueue;
use crate::poll_set::{PollSet, Token};
use crate::sys::socket::{self, Loopback};
use crate::sys::{io, reason};
use crate::wire::{kind, Code, Fields, Refusal, MAX_DATA};
use std::collections::{BTreeMap, VecDeque};
use std::os::unix::io::{AsRawFd, OwnedFd};

const MOST: usize = 64;
const CREDIT: u32 = 256 * 1024;
const RETURN: u32 = 64 * 1024;
const CONNECT_WITHIN_MS: u64 = 10_000;
/// Reads of one connection in one turn.
const READS: usize = 2;

enum Phase {
    Connecting(Loopback),
    Open,
}

struct Forward {
    socket: OwnedFd,
    phase: Phase,
    port: u16,
    until_ms: u64,
    /// What the controller has granted.
    credit: u64,
    /// What it was granted, and what it will be.
    granted: u32,
    owed: u32,
    pending: VecDeque<u8>,
    has_read_end: bool,
    /// The controller will send no more.
    is_input_ended: bool,
    has_shut_down: bool,
}

#[derive(Default)]
pub struct Forwards {
    all: BTreeMap<u32, Forward>,
}

fn failed(code: Code, errno: i32) -> Refusal {
    Refusal::new(code, errno, reason(errno))
}

impl Forwards {
    pub fn reset(&mut self) {
        self.all.clear();
    }

    pub fn cancel(&mut self, id: u32) {
        self.all.remove(&id);
    }

    pub fn take(&mut self, frame: &Frame, out: &mut OutQueue) {
        let taken = match frame.kind {
            kind::FORWARD_OPEN => self.open(frame),
            _ => match self.all.get_mut(&frame.id) {
                Some(forward) => forward.take(frame),
                // It ended before its end was heard of.
                None => Ok(()),
            },
        };
        if let Err(refusal) = taken {
            self.end(frame.id, &refusal, out);
        }
    }

    fn end(&mut self, id: u32, refusal: &Refusal, out: &mut OutQueue) {
        self.all.remove(&id);
        out.refuse(id, refusal);
    }

    fn open(&mut self, frame: &Frame) -> Result<(), Refusal> {
        let mut fields = Fields::of(&frame.payload);
        let (port, credit) = match (fields.u16(), fields.u32(), fields.end()) {
            (Some(port), Some(credit), Some(())) if port > 0 => (port, credit),
            _ => return Err(Refusal::invalid("FORWARD_OPEN: malformed, or port 0")),
        };
        if self.all.contains_key(&frame.id) {
            return Err(Refusal::invalid("the id belongs to another request"));
        }
        if self.all.len() >= MOST {
            let message = format!("{MOST} port forwards run already");
            return Err(Refusal::new(Code::Busy, 0, message));
        }
        let (socket, to) = connect_from(Loopback::V4, port)?;
        let forward = Forward {
            socket,
            phase: Phase::Connecting(to),
            port,
            until_ms: io::now_ms() + CONNECT_WITHIN_MS,
            credit: u64::from(credit),
            granted: 0,
            owed: 0,
            pending: VecDeque::new(),
            has_read_end: false,
            is_input_ended: false,
            has_shut_down: false,
        };
        self.all.insert(frame.id, forward);
        Ok(())
    }

    pub fn gather(&self, set: &mut PollSet, out: &OutQueue) {
        for (id, forward) in &self.all {
            let events = forward.events(out);
            // Without a wish an ended socket would still be ready all the time.
            if events != 0 {
                set.add(Some(&forward.socket), events, Token::Forward(*id));
            }
        }
    }

    pub fn next_ms(&self) -> Option<u64> {
        let connecting = |it: &&Forward| matches!(it.phase, Phase::Connecting(_));
        let until = self.all.values().filter(connecting);
        until.map(|forward| forward.until_ms).min()
    }

    /// Does what the connection is ready for.
    pub fn ready(&mut self, id: u32, buffer: &mut [u8], out: &mut OutQueue) {
        let forward = match self.all.get_mut(&id) {
            Some(forward) => forward,
            None => return,
        };
        let went = forward.advance(id, buffer, out);
        let is_over = forward.has_read_end && forward.has_shut_down;
        match went {
            Err(refusal) => self.end(id, &refusal, out),
            Ok(()) if is_over => self.cancel(id),
            Ok(()) => {}
        }
    }

    pub fn tend(&mut self, now_ms: u64, out: &mut OutQueue) {
        let mut over = Vec::new();
        for (id, forward) in &mut self.all {
            forward.return_credit(*id, out);
            let is_late = forward.until_ms <= now_ms;
            if matches!(forward.phase, Phase::Connecting(_)) && is_late {
                over.push((*id, Some(failed(Code::Refused, libc::ETIMEDOUT))));
            } else if forward.has_read_end && forward.has_shut_down {
                over.push((*id, None));
            }
        }
        for (id, refusal) in over {
            match refusal {
                Some(refusal) => self.end(id, &refusal, out),
                None => self.cancel(id),
            }
        }
    }
}

/// Begins a connection to the first address that does not refuse at once.
fn connect_from(first: Loopback, port: u16) -> Result<(OwnedFd, Loopback), Refusal> {
    let tried = socket::connect(first, port).map(|socket| (socket, first));
    let result = match (tried, first) {
        (Err(libc::ECONNREFUSED), Loopback::V4) => socket::connect(Loopback::V6, port)
            .map(|socket| (socket, Loopback::V6))
            .map_err(|_| libc::ECONNREFUSED),
        (tried, _) => tried,
    };
    result.map_err(|errno| match errno {
        libc::EMFILE | libc::ENFILE => failed(Code::Busy, errno),
        _ => failed(Code::Refused, errno),
    })
}

impl Forward {
    fn events(&self, out: &OutQueue) -> i16 {
        if let Phase::Connecting(_) = self.phase {
            return libc::POLLOUT;
        }
        let mut events = 0;
        if !self.has_read_end && self.credit > 0 && out.has_room_for_data() {
            events |= libc::POLLIN;
        }
        if !self.pending.is_empty() {
            events |= libc::POLLOUT;
        }
        events
    }

    fn take(&mut self, frame: &Frame) -> Result<(), Refusal> {
        match frame.kind {
            kind::FORWARD_DATA => {
                let count = u32::try_from(frame.payload.len()).unwrap_or(u32::MAX);
                if count > self.granted || self.is_input_ended {
                    return Err(Refusal::invalid("FORWARD_DATA: more than the credit"));
                }
                self.granted -= count;
                self.pending.extend(&frame.payload);
                self.write()
            }
            kind::FORWARD_EOF if frame.payload.is_empty() => {
                self.is_input_ended = true;
                self.write()
            }
            _ => {
                let mut fields = Fields::of(&frame.payload);
                match (fields.u32(), fields.end()) {
                    (Some(more), Some(())) if frame.kind == kind::FORWARD_CREDIT => {
                        self.credit = self.credit.saturating_add(u64::from(more));
                        Ok(())
                    }
                    _ => Err(Refusal::invalid("malformed frame of a port forward")),
                }
            }
        }
    }

    fn advance(&mut self, id: u32, buffer: &mut [u8], out: &mut OutQueue) -> Result<(), Refusal> {
        if let Phase::Connecting(to) = self.phase {
            return self.connected(id, to, out);
        }
        self.write()?;
        for _ in 0..READS {
            if self.has_read_end || self.credit == 0 || !out.has_room_for_data() {
                break;
            }
            let most = MAX_DATA.min(usize::try_from(self.credit).unwrap_or(MAX_DATA));
            let place = buffer.get_mut(..most).unwrap_or(&mut []);
            match io::read(self.socket.as_raw_fd(), place) {
                Ok(0) => {
                    self.has_read_end = true;
                    out.send(kind::FORWARD_EOF_OUT, id, &[]);
                }
                Ok(count) => {
                    self.credit -= count as u64;
                    let bytes = buffer.get(..count).unwrap_or(&[]);
                    out.send(kind::FORWARD_DATA_OUT, id, &[bytes]);
                }
                Err(libc::EAGAIN) => break,
                Err(errno) => return Err(failed(Code::Internal, errno)),
            }
        }
        Ok(())
    }

    fn connected(&mut self, id: u32, to: Loopback, out: &mut OutQueue) -> Result<(), Refusal> {
        match (socket::connected(self.socket.as_raw_fd()), to) {
            (Ok(()), _) => {
                self.phase = Phase::Open;
                self.granted = CREDIT;
                out.send(kind::FORWARD_READY, id, &[&CREDIT.to_be_bytes()]);
                self.write()
            }
            (Err(errno), Loopback::V4) => {
                // Containers without IPv6 are many: what the controller hears of is IPv4.
                let refused = |_| failed(Code::Refused, errno);
                let (socket, to) = connect_from(Loopback::V6, self.port).map_err(refused)?;
                self.socket = socket;
                self.phase = Phase::Connecting(to);
                Ok(())
            }
            (Err(errno), Loopback::V6) => Err(failed(Code::Refused, errno)),
        }
    }

    fn write(&mut self) -> Result<(), Refusal> {
        if let Phase::Connecting(_) = self.phase {
            return Ok(());
        }
        while !self.pending.is_empty() {
            match io::write(self.socket.as_raw_fd(), self.pending.as_slices().0) {
                Ok(written) => {
                    self.pending.drain(..written);
                    self.owed += written as u32;
                }
                Err(libc::EAGAIN) => return Ok(()),
                Err(errno) => return Err(failed(Code::Internal, errno)),
            }
        }
        self.pending.shrink_to(0);
        if self.is_input_ended && !self.has_shut_down {
            socket::end_writing(self.socket.as_raw_fd());
            self.has_shut_down = true;
        }
        Ok(())
    }

    fn return_credit(&mut self, id: u32, out: &mut OutQueue) {
        if self.owed >= RETURN && !self.is_input_ended {
            out.send(kind::FORWARD_CREDIT_OUT, id, &[&self.owed.to_be_bytes()]);
            self.granted += self.owed;
            self.owed = 0;
        }
    }
}
