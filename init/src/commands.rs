//! The commands of a session: their frames, their records, and the bounds on all of them together.

use crate::child::{no_process_slot, start_refusal, Child};
use crate::command::{Command, Terms, BY_KILL, BY_TIME_LIMIT};
use crate::exec_request;
use crate::frame::Frame;
use crate::oom::OomScore;
use crate::out_queue::OutQueue;
use crate::spool::Budget;
use crate::stdin_pipe::StdinPipe;
use crate::sys::{io, pty, reason};
use crate::wire::{kind, Code, Fields, Payload, Refusal, MAX_DATA};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::unix::io::AsRawFd;

/// Ended commands that are kept, and trees that may run.
const MOST: usize = 256;
/// A program that is not executed by then never will be: somebody has stopped its reaper.
const START_WITHIN_MS: u64 = 10_000;

/// The kernel takes at most 2 MiB of arguments and environment with a stack limit of 8 MiB (execve(2)); here come their lengths and the rest.
const LARGEST_START: usize = 2_359_296;

pub struct Commands {
    all: BTreeMap<u32, Command>,
    last_handle: u32,
    budget: Budget,
    cpu_seconds: u32,
    /// Where `send_some` begins, so that no command is always first.
    turn: u32,
    /// What came ahead of an EXEC_START that is larger than a frame.
    ahead: Option<Ahead>,
}

struct Ahead {
    request: u32,
    /// Empty for what is too large to be kept.
    payload: Vec<u8>,
    is_too_large: bool,
}

impl Commands {
    pub fn new(spool_bytes: usize, cpu_seconds: u32) -> Self {
        Commands {
            all: BTreeMap::new(),
            last_handle: 0,
            budget: Budget::new(spool_bytes),
            cpu_seconds,
            turn: 0,
            ahead: None,
        }
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Command> {
        self.all.values_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Command> {
        self.all.values()
    }

    pub fn get_mut(&mut self, handle: u32) -> Option<&mut Command> {
        self.all.get_mut(&handle)
    }

    pub fn disconnect(&mut self) {
        self.ahead = None;
        self.all.values_mut().for_each(Command::disconnect);
    }

    // ---- requests

    pub fn start(&mut self, frame: &Frame, oom: &OomScore, out: &mut OutQueue) {
        if let Err(refusal) = self.try_start(frame, oom) {
            out.refuse(frame.id, &refusal);
        }
    }

    /// One start at a time comes in parts: those of another request begin anew.
    pub fn add_part(&mut self, frame: &Frame) {
        let mut ahead = match self.ahead.take() {
            Some(ahead) if ahead.request == frame.id => ahead,
            _ => Ahead {
                request: frame.id,
                payload: Vec::new(),
                is_too_large: false,
            },
        };
        if ahead.is_too_large || ahead.payload.len() + frame.payload.len() > LARGEST_START {
            ahead.is_too_large = true;
            ahead.payload = Vec::new();
        } else {
            ahead.payload.extend_from_slice(&frame.payload);
        }
        self.ahead = Some(ahead);
    }

    /// The payload of an EXEC_START with what came ahead of it.
    fn whole_start(&mut self, frame: &Frame) -> Result<Vec<u8>, Refusal> {
        match self.ahead.take() {
            Some(ahead) if ahead.request == frame.id => {
                if ahead.is_too_large {
                    let message = "arguments and environment are too large";
                    return Err(Refusal::new(Code::Invalid, libc::E2BIG, message));
                }
                Ok([ahead.payload.as_slice(), &frame.payload].concat())
            }
            _ => Ok(frame.payload.clone()),
        }
    }

    fn try_start(&mut self, frame: &Frame, oom: &OomScore) -> Result<(), Refusal> {
        let request = exec_request::parse(&self.whole_start(frame)?, self.cpu_seconds)?;
        let has_key = |command: &Command| !command.is_forgotten && command.terms.key == request.key;
        if self.iter().any(has_key) {
            return Err(Refusal::new(Code::Conflict, 0, "the key is known"));
        }
        if self.iter().filter(|it| it.child.has_live_tree()).count() >= MOST {
            let message = format!("{MOST} commands run already");
            return Err(Refusal::new(Code::Busy, 0, message));
        }
        let now_ms = io::now_ms();
        let (child, stdin) =
            oom.raised(|| Child::start(&request.plan, now_ms))
                .map_err(|errno| match errno {
                    libc::EAGAIN => no_process_slot(),
                    libc::EMFILE | libc::ENFILE => {
                        Refusal::new(Code::Busy, errno, "too many commands: no free descriptor")
                    }
                    _ => Refusal::new(Code::Internal, errno, reason(errno)),
                })?;
        self.last_handle = self.last_handle.wrapping_add(1).max(1);
        let terms = Terms {
            key: request.key,
            is_lossless: request.is_lossless,
            spool_bytes: self.budget.limit().min(request.spool_bytes as usize),
            deadline_ms: Some(request.time_limit_ms)
                .filter(|limit| *limit > 0)
                .map(|limit| now_ms.saturating_add(limit)),
            start_request: frame.id,
            credit: request.credit,
            cwd: request.plan.cwd.map_or(Vec::new(), CString::into_bytes),
        };
        let stdin = StdinPipe::new(stdin, request.plan.terminal.is_some());
        let command = Command::new(self.last_handle, terms, child, stdin);
        self.all.insert(self.last_handle, command);
        Ok(())
    }

    /// EXEC_READ and EXEC_LIST.
    pub fn answer(&self, frame: &Frame, out: &mut OutQueue) {
        if frame.kind == kind::EXEC_LIST {
            return self.list(frame, out);
        }
        let answer = parse_read(&frame.payload).and_then(|(handle, number, offset, limit)| {
            let command = self.all.get(&handle).filter(|it| !it.is_forgotten);
            command
                .and_then(|command| command.read_kept(number, offset, limit))
                .ok_or_else(|| Refusal::new(Code::Gone, 0, "the output is not kept any more"))
        });
        match answer {
            Ok((head, piece)) => out.send(kind::EXEC_DATA, frame.id, &[head.as_slice(), piece]),
            Err(refusal) => out.refuse(frame.id, &refusal),
        }
    }

    fn list(&self, frame: &Frame, out: &mut OutQueue) {
        if !frame.payload.is_empty() {
            return out.refuse(frame.id, &Refusal::invalid("EXEC_LIST has no payload"));
        }
        let listed = |it: &&Command| !it.is_forgotten && it.is_announced;
        for command in self.iter().filter(listed) {
            let head = Payload::default()
                .bytes(command.terms.key.as_bytes())
                .u32(command.handle);
            let state = command.state();
            let parts = [head.as_slice(), state.as_slice()];
            out.send(kind::EXEC_LIST_ITEM, frame.id, &parts);
        }
        out.send(kind::EXEC_LIST_END, frame.id, &[]);
    }

    /// Frames that carry a handle. One for no command, or that is malformed, is skipped: its id is no request to answer.
    pub fn steer(&mut self, frame: &Frame, out: &mut OutQueue) {
        let known = |it: &&mut Command| !it.is_forgotten && it.is_announced;
        if let Some(command) = self.all.get_mut(&frame.id).filter(known) {
            if frame.kind != kind::EXEC_FORGET {
                let _ = steer(command, frame, out);
            } else if frame.payload.is_empty() {
                self.forget(frame.id);
            }
        }
    }

    fn forget(&mut self, handle: u32) {
        let command = match self.all.get_mut(&handle) {
            Some(command) if command.is_ended() => command,
            _ => return,
        };
        command.drop_output(&mut self.budget);
        command.disconnect();
        command.is_forgotten = true;
        self.remove_forgotten();
    }

    fn remove_forgotten(&mut self) {
        self.all
            .retain(|_, command| !command.is_forgotten || command.child.reaper().is_some());
    }

    // ---- what a turn of the loop does

    pub fn read_output(&mut self, handle: u32, number: usize, buffer: &mut [u8]) {
        let wanted = match self.all.get(&handle) {
            Some(command) => command.kept_bytes_wanted(number, buffer.len()),
            None => return,
        };
        while self.budget.free() < wanted && self.drop_oldest(Some(handle)) {}
        if let Some(command) = self.all.get_mut(&handle) {
            let mut none = Budget::new(0);
            let budget = if command.is_forgotten {
                &mut none
            } else {
                &mut self.budget
            };
            command.read_output(number, buffer, budget);
        }
    }

    /// Drops the oldest record that may go.
    fn drop_oldest(&mut self, but: Option<u32>) -> bool {
        let may_go = |it: &&Command| it.is_disposable() && Some(it.handle) != but;
        let handle = match self.iter().find(may_go) {
            Some(command) => command.handle,
            None => return false,
        };
        if let Some(mut command) = self.all.remove(&handle) {
            command.drop_output(&mut self.budget);
        }
        true
    }

    /// Announces what has started, refuses what has not, ends what is over its time, and forgets above the bound.
    pub fn tend(&mut self, now_ms: u64, out: &mut OutQueue) {
        for command in self.all.values_mut() {
            command.mark_ends();
            if matches!(command.hold_until_ms(), Some(until) if until <= now_ms) {
                command.end_hold();
            }
            if let Some((stage, errno)) = command.child.failure() {
                if let Some(request) = command.start_request.take() {
                    out.refuse(request, &start_refusal(stage, errno, &command.terms.cwd));
                }
                // Until its reaper, which is about to end, is waited for.
                command.is_forgotten = true;
                continue;
            }
            announce(command, out);
            if command.is_ended() {
                command.close_unused();
                continue;
            }
            let is_over = command.terms.deadline_ms.map_or(false, |at| at <= now_ms);
            if is_over {
                command.kill(BY_TIME_LIMIT, now_ms);
            } else if !command.is_announced && command.child.age_ms(now_ms) > START_WITHIN_MS {
                command.child.kill_tree(now_ms);
            }
        }
        self.remove_forgotten();
        let is_over = |it: &&Command| it.is_ended() && !it.child.has_live_tree();
        while self.iter().filter(is_over).count() > MOST && self.drop_oldest(None) {}
    }

    /// When `tend` has something to do by the clock.
    pub fn next_ms(&self) -> Option<u64> {
        let holds = self.iter().filter_map(Command::hold_until_ms);
        self.iter()
            .filter(|command| !command.is_ended())
            .filter_map(|command| {
                let deadline = command.terms.deadline_ms;
                if command.child.next_kill_ms().is_some() {
                    None
                } else if command.is_announced {
                    deadline
                } else {
                    let start_by_ms = command.child.started_ms() + START_WITHIN_MS;
                    Some(deadline.unwrap_or(u64::MAX).min(start_by_ms))
                }
            })
            .chain(holds)
            .min()
    }

    /// Standard input that was consumed may be sent anew.
    pub fn return_credit(&mut self, out: &mut OutQueue) {
        for command in self.all.values_mut() {
            if let Some(more) = command.stdin.returned_credit() {
                let more = more.to_be_bytes();
                out.send(kind::EXEC_STDIN_CREDIT, command.handle, &[&more]);
            }
        }
    }

    /// Sends what subscribers may have now, a frame of each command in turn.
    pub fn send_some(&mut self, out: &mut OutQueue, now_ms: u64) {
        let handles: Vec<u32> = self
            .all
            .range(self.turn..)
            .chain(self.all.range(..self.turn))
            .map(|(handle, _)| *handle)
            .collect();
        let mut has_sent = true;
        while has_sent && out.has_room_for_data() {
            has_sent = false;
            for handle in &handles {
                if let Some(command) = self.all.get_mut(handle) {
                    has_sent |= command.send_some(out, now_ms);
                }
            }
        }
        self.turn = handles.get(1).copied().unwrap_or(0);
    }
}

/// EXEC_STARTED once the program runs, and the subscription that was ordered with it.
fn announce(command: &mut Command, out: &mut OutQueue) {
    let pid = match command.child.pid() {
        Some(pid) if !command.is_announced => pid,
        _ => return,
    };
    command.is_announced = true;
    if let Some(request) = command.start_request.take() {
        let payload = Payload::default()
            .u32(command.handle)
            .u32(pid.unsigned_abs())
            .u32(command.stdin.credit());
        out.send(kind::EXEC_STARTED, request, &[payload.as_slice()]);
        if command.terms.credit > 0 {
            command.subscribe([0, 0], command.terms.credit);
        }
    }
}

fn parse_read(payload: &[u8]) -> Result<(u32, usize, u64, usize), Refusal> {
    let mut fields = Fields::of(payload);
    let mut read = || {
        let all = (fields.u32()?, fields.u8()?, fields.u64()?, fields.u32()?);
        fields.end().map(|_| all)
    };
    match read() {
        Some((handle, number @ 1..=2, offset, limit)) => {
            let limit = MAX_DATA.min(limit as usize);
            Ok((handle, usize::from(number) - 1, offset, limit))
        }
        _ => Err(Refusal::invalid(
            "EXEC_READ: bad fields, or stream not 1 or 2",
        )),
    }
}

/// `None` for a payload that is shorter or longer than its fields.
fn steer(command: &mut Command, frame: &Frame, out: &mut OutQueue) -> Option<()> {
    let mut fields = Fields::of(&frame.payload);
    match frame.kind {
        kind::EXEC_STDIN => command.stdin.accept(&frame.payload),
        kind::EXEC_STDIN_EOF => fields.end().map(|_| command.stdin.end())?,
        kind::EXEC_KILL => fields.end().map(|_| command.kill(BY_KILL, io::now_ms()))?,
        kind::EXEC_SIGNAL => {
            let signal = i32::from(fields.u8()?);
            fields.end()?;
            if (1..=64).contains(&signal) {
                command.child.signal(signal);
            }
        }
        kind::EXEC_RESIZE => {
            let (rows, columns) = (fields.u16()?, fields.u16()?);
            fields.end()?;
            let [terminal, _] = &command.child.sources;
            // Not a terminal, or one that is closed: nothing to resize.
            if let Some(fd) = terminal.fd() {
                let _ = pty::resize(fd.as_raw_fd(), rows, columns);
            }
        }
        kind::EXEC_SUBSCRIBE => {
            let (offsets, credit) = ([fields.u64()?, fields.u64()?], fields.u32()?);
            fields.end()?;
            command.subscribe(offsets, credit);
            // A controller that came after EXEC_STARTED has been told of no credit for standard input.
            if let Some(credit) = command.stdin.renewed_credit() {
                let credit = credit.to_be_bytes();
                out.send(kind::EXEC_STDIN_CREDIT, command.handle, &[&credit]);
            }
        }
        kind::EXEC_CREDIT => {
            let more = fields.u32()?;
            fields.end().map(|_| command.add_credit(more))?;
        }
        _ => {}
    }
    Some(())
}
