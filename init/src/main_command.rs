//! The session's main command: its output as numbered records, its exit code as that of the init.

use crate::child::{Child, End, State};
use crate::exec_request;
use crate::oom::OomScore;
use crate::out_queue::OutQueue;
use crate::process::Stage;
use crate::records::Records;
use crate::source::Got;
use crate::sys::io;
use crate::wire::{kind, Fields, MAX_DATA};

/// How long an ended main command waits for somebody to take its last output.
const LINGER_MS: u64 = 30_000;
const NOT_FOUND: u32 = 127;
const NOT_EXECUTABLE: u32 = 126;

struct Subscription {
    next: u64,
    credit: u64,
    is_exit_sent: bool,
}

pub struct MainCommand {
    pub child: Child,
    records: Records,
    written: [u64; 2],
    subscription: Option<Subscription>,
    /// Signals that came before the program was executed.
    early_signals: Vec<i32>,
    ended_ms: Option<u64>,
    /// TERM or INT while it lingers: nobody needs to come any more.
    is_dismissed: bool,
}

impl MainCommand {
    /// Fails with the exit code of the init.
    pub fn start(argv: &[Vec<u8>], cpu_seconds: u32, oom: &OomScore) -> Result<MainCommand, i32> {
        let argv: Vec<&[u8]> = argv.iter().map(Vec::as_slice).collect();
        let failed = NOT_EXECUTABLE as i32;
        let mut plan = exec_request::plan(&argv, &[], b"").map_err(|_| failed)?;
        plan.cpu_seconds = cpu_seconds;
        let started = oom.raised(|| Child::start(&plan, io::now_ms()));
        let (child, _) = started.map_err(|_| failed)?;
        Ok(MainCommand {
            child,
            records: Records::default(),
            written: [0; 2],
            subscription: None,
            early_signals: Vec::new(),
            ended_ms: None,
            is_dismissed: false,
        })
    }

    pub fn is_ended(&self) -> bool {
        self.child.end().is_some()
    }

    pub fn next_number(&self) -> u64 {
        self.records.next()
    }

    pub fn disconnect(&mut self) {
        self.subscription = None;
    }

    /// A frame that is malformed is skipped: it has no request id to answer.
    pub fn take(&mut self, kind: u8, payload: &[u8]) -> Option<()> {
        let mut fields = Fields::of(payload);
        if kind == kind::MAIN_SUBSCRIBE {
            let (from, credit) = (fields.u64()?, fields.u32()?);
            fields.end()?;
            self.subscription = Some(Subscription {
                next: from.min(self.records.next()),
                credit: u64::from(credit),
                is_exit_sent: false,
            });
            return Some(());
        }
        let more = u64::from(fields.u32()?);
        fields.end()?;
        let subscription = self.subscription.as_mut()?;
        subscription.credit = subscription.credit.saturating_add(more);
        Some(())
    }

    /// A signal from outside.
    pub fn signal(&mut self, signal: i32) {
        if self.is_ended() {
            self.is_dismissed |= matches!(signal, libc::SIGTERM | libc::SIGINT);
        } else if self.child.pid().is_some() {
            self.child.signal(signal);
        } else if !self.early_signals.contains(&signal) {
            self.early_signals.push(signal);
        }
    }

    pub fn read_output(&mut self, number: usize, buffer: &mut [u8]) {
        if let Some(source) = self.child.sources.get_mut(number) {
            if let Got::Bytes(count) = source.read(buffer) {
                let bytes = buffer.get(..count).unwrap_or(&[]);
                self.records.push(number as u8 + 1, bytes, io::unix_ms());
                if let Some(written) = self.written.get_mut(number) {
                    *written += count as u64;
                }
            }
        }
    }

    pub fn tend(&mut self, now_ms: u64) {
        if self.child.pid().is_some() {
            for signal in std::mem::take(&mut self.early_signals) {
                self.child.signal(signal);
            }
        }
        if let Some((stage, errno)) = self.child.failure() {
            self.child.end_as_failed(exit_code_of_failure(stage, errno));
        }
        if self.is_ended() {
            self.ended_ms.get_or_insert(now_ms);
        }
    }

    /// Sends what the subscriber may have now.
    pub fn send_some(&mut self, out: &mut OutQueue, now_ms: u64) {
        let is_settled = self.child.is_settled(now_ms);
        let subscription = match &mut self.subscription {
            Some(subscription) if !subscription.is_exit_sent => subscription,
            _ => return,
        };
        while subscription.credit > 0 && out.has_room_for_data() {
            let most = MAX_DATA.min(usize::try_from(subscription.credit).unwrap_or(MAX_DATA));
            let (record, from) = match self.records.at(subscription.next) {
                Some(found) => found,
                None => break,
            };
            let piece = record.bytes_from(from);
            let piece = piece.get(..piece.len().min(most)).unwrap_or(&[]);
            let head = [
                &from.to_be_bytes()[..],
                &record.unix_ms.to_be_bytes(),
                &[record.stream],
            ];
            out.send(kind::MAIN_OUTPUT, 0, &[&head.concat(), piece]);
            subscription.next = from + piece.len() as u64;
            subscription.credit -= piece.len() as u64;
        }
        if is_settled && self.records.at(subscription.next).is_none() {
            subscription.is_exit_sent = true;
            let state = self.child.state(0, self.written);
            out.send(kind::MAIN_EXIT, 0, &[state.as_slice()]);
        }
    }

    /// The exit code, once the init may end.
    pub fn exit_code(&self, is_all_written: bool, now_ms: u64) -> Option<i32> {
        let end = self.child.end()?;
        let is_over = self.is_dismissed || self.linger_until_ms()? <= now_ms;
        let is_taken = matches!(&self.subscription, Some(it) if it.is_exit_sent) && is_all_written;
        if is_over || is_taken {
            Some(exit_code_of(end))
        } else {
            None
        }
    }

    pub fn linger_until_ms(&self) -> Option<u64> {
        self.ended_ms.map(|at| at + LINGER_MS)
    }
}

fn exit_code_of_failure(stage: Stage, errno: i32) -> u32 {
    match (stage, errno) {
        (Stage::Program, libc::ENOENT | libc::ENOTDIR | libc::ENAMETOOLONG) => NOT_FOUND,
        _ => NOT_EXECUTABLE,
    }
}

fn exit_code_of(end: &End) -> i32 {
    let code = match end.state {
        State::Signalled => 128 + end.code,
        // As if by SIGKILL: somebody killed its reaper, and the init the rest.
        State::Lost => 128 + libc::SIGKILL.unsigned_abs(),
        State::Exited | State::Running => end.code,
    };
    i32::try_from(code).unwrap_or(255)
}
