//! One command: its output into spools and to its subscriber, its standard input, its limits, its exit.

use crate::child::Child;
use crate::out_queue::OutQueue;
use crate::source::Got;
use crate::spool::{Budget, Spool};
use crate::stdin_pipe::StdinPipe;
use crate::sys::io;
use crate::wire::{kind, Payload, MAX_DATA};
use std::collections::VecDeque;

/// A lossless command waits while this much of its output is unsent.
const UNSENT_BYTES: usize = 256 * 1024;
/// Of a stream that was sent to a subscriber of a lossless command, the last so many bytes are held on to: they may not have reached him when
/// the connection breaks. No less than what a controller grants.
const REPLAY_BYTES: u64 = 256 * 1024;
/// A lossless command whose subscriber has gone waits so long for him, or for another.
const HOLD_MS: u64 = 10_000;
/// Reads of one stream in one turn of the loop.
const READS: usize = 2;

/// Why a command was ended, as flags of an EXEC_STATE.
pub const BY_TIME_LIMIT: u8 = 1;
pub const BY_KILL: u8 = 2;

#[derive(Debug)]
struct Subscription {
    offsets: [u64; 2],
    credit: u64,
    is_exit_sent: bool,
}

struct Stream {
    spool: Spool,
    /// Read of a subscribed lossless command, not sent yet or sent last; ends where the spool ends.
    recent: VecDeque<u8>,
    /// What was written when the command ended: a subscription ends there.
    at_end: Option<u64>,
}

impl Stream {
    fn written(&self) -> u64 {
        self.at_end.unwrap_or_else(|| self.spool.total())
    }

    /// Where that which is there for the subscriber alone begins; the end of the command's output when nothing is.
    fn recent_from(&self) -> u64 {
        self.written().saturating_sub(self.recent.len() as u64)
    }

    fn recent_at(&self, offset: u64) -> Option<(u64, &[u8])> {
        let from = self.recent_from().max(offset);
        let skip = usize::try_from(from - self.recent_from()).ok()?;
        let (old, new) = self.recent.as_slices();
        let piece = match old.get(skip..) {
            Some(piece) if !piece.is_empty() => piece,
            _ => new.get(skip.checked_sub(old.len())?..)?,
        };
        Some((from, piece)).filter(|(_, piece)| !piece.is_empty())
    }

    /// Of the bytes from `offset` on, those that only a subscriber can still get.
    fn unsent(&self, offset: u64) -> usize {
        let left = usize::try_from(self.written().saturating_sub(offset)).unwrap_or(usize::MAX);
        left.min(self.recent.len())
    }

    fn forget_recent_before(&mut self, offset: u64) {
        let count = offset.saturating_sub(self.recent_from());
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.recent.drain(..count.min(self.recent.len()));
        if self.recent.is_empty() {
            self.recent.shrink_to(0);
        }
    }
}

/// What a request said of a command.
pub struct Terms {
    pub key: String,
    pub is_lossless: bool,
    pub spool_bytes: usize,
    /// Monotonic.
    pub deadline_ms: Option<u64>,
    pub start_request: u32,
    pub credit: u32,
    /// For the message when there is no such directory.
    pub cwd: Vec<u8>,
}

pub struct Command {
    pub handle: u32,
    pub terms: Terms,
    pub child: Child,
    pub stdin: StdinPipe,
    streams: [Stream; 2],
    subscription: Option<Subscription>,
    /// The subscriber of a lossless command has gone, and it waits until then.
    hold_until_ms: Option<u64>,
    flags: u8,
    /// The request that waits for EXEC_STARTED.
    pub start_request: Option<u32>,
    /// EXEC_FORGET came while its tree still runs: unlisted, its output read and dropped, so that nothing of it blocks.
    pub is_forgotten: bool,
    /// EXEC_STARTED was sent, or would have been.
    pub is_announced: bool,
}

impl Command {
    pub fn new(handle: u32, terms: Terms, child: Child, stdin: StdinPipe) -> Self {
        let stream = || Stream {
            spool: Spool::new(terms.spool_bytes),
            recent: VecDeque::new(),
            at_end: None,
        };
        let streams = [stream(), stream()];
        Command {
            handle,
            start_request: Some(terms.start_request),
            terms,
            child,
            stdin,
            streams,
            subscription: None,
            hold_until_ms: None,
            flags: 0,
            is_forgotten: false,
            is_announced: false,
        }
    }

    pub fn is_ended(&self) -> bool {
        self.child.end().is_some()
    }

    /// Nothing of it runs, and nobody waits for the rest of its output: the record can go when memory is short.
    pub fn is_disposable(&self) -> bool {
        let is_waiting = matches!(&self.subscription, Some(it) if !it.is_exit_sent);
        self.is_ended() && self.child.reaper().is_none() && !is_waiting
    }

    pub fn state(&self) -> Payload {
        let [out, err] = &self.streams;
        self.child
            .state(self.flags, [out.spool.total(), err.spool.total()])
    }

    /// Ends the whole tree, because of `flag` if the command itself still runs.
    pub fn kill(&mut self, flag: u8, now_ms: u64) {
        // The first reason counts.
        if !self.is_ended() && self.flags == 0 {
            self.flags = flag;
        }
        self.child.kill_tree(now_ms);
    }

    pub fn drop_output(&mut self, budget: &mut Budget) {
        for stream in &mut self.streams {
            stream.spool.clear(budget);
            stream.recent = VecDeque::new();
        }
    }

    /// An ended command is kept for long: its standard input must not be, once nothing of its tree can read it.
    pub fn close_unused(&mut self) {
        if !self.child.has_live_tree() {
            self.stdin.close();
        }
    }

    pub fn kept_bytes_wanted(&self, stream: usize, more: usize) -> usize {
        self.streams
            .get(stream)
            .map_or(0, |stream| stream.spool.wants(more))
    }

    // ---- subscription

    /// Without credit it is the end of a subscription.
    pub fn subscribe(&mut self, offsets: [u64; 2], credit: u32) {
        if credit == 0 {
            self.unsubscribe();
            return;
        }
        for (stream, offset) in self.streams.iter_mut().zip(offsets) {
            stream.forget_recent_before(offset);
        }
        self.hold_until_ms = None;
        let [out, err] = &self.streams;
        self.subscription = Some(Subscription {
            offsets: [
                offsets[0].min(out.spool.total()),
                offsets[1].min(err.spool.total()),
            ],
            credit: u64::from(credit),
            is_exit_sent: false,
        });
    }

    pub fn add_credit(&mut self, more: u32) {
        if let Some(subscription) = &mut self.subscription {
            subscription.credit = subscription.credit.saturating_add(u64::from(more));
        }
    }

    /// The controller has gone.
    pub fn disconnect(&mut self) {
        self.unsubscribe();
        self.start_request = None;
        self.stdin.forget_credit();
    }

    /// A lossless command waits a while for its subscriber; then it is kept like any other.
    fn unsubscribe(&mut self) {
        if self.subscription.take().is_some() && self.terms.is_lossless {
            self.hold_until_ms = Some(io::now_ms().saturating_add(HOLD_MS));
        }
    }

    /// When a command that waits for its subscriber goes on without him.
    pub fn hold_until_ms(&self) -> Option<u64> {
        self.hold_until_ms
    }

    pub fn end_hold(&mut self) {
        self.hold_until_ms = None;
        for stream in &mut self.streams {
            stream.recent = VecDeque::new();
        }
    }

    /// A lossless command is not read while its subscriber is behind, and none before its subscriber could be there.
    pub fn wants_output(&self) -> bool {
        if !self.is_announced || self.hold_until_ms.is_some() {
            return false;
        }
        let subscription = match &self.subscription {
            Some(subscription) if self.terms.is_lossless => subscription,
            _ => return true,
        };
        if self.streams.iter().all(|stream| stream.at_end.is_some()) {
            return true;
        }
        let unsent: usize = self
            .streams
            .iter()
            .zip(subscription.offsets)
            .map(|(stream, offset)| stream.unsent(offset))
            .sum();
        // Until the subscriber has what was kept before it came, nothing may push that out.
        let is_behind =
            |(stream, offset): (&Stream, u64)| kept_piece(stream, offset, true).is_some();
        unsent < UNSENT_BYTES && !self.streams.iter().zip(subscription.offsets).any(is_behind)
    }

    /// Reads one stream; the budget has been asked for room before.
    pub fn read_output(&mut self, number: usize, buffer: &mut [u8], budget: &mut Budget) {
        for _ in 0..READS {
            if !self.wants_output() {
                break;
            }
            let (source, stream) = match (
                self.child.sources.get_mut(number),
                self.streams.get_mut(number),
            ) {
                (Some(source), Some(stream)) => (source, stream),
                _ => return,
            };
            let bytes = match source.read(buffer) {
                Got::Bytes(count) => buffer.get(..count).unwrap_or(&[]),
                Got::Nothing | Got::Closed => break,
            };
            stream.spool.push(bytes, budget);
            if self.terms.is_lossless && self.subscription.is_some() && stream.at_end.is_none() {
                stream.recent.extend(bytes);
            }
            self.mark_ends();
        }
        self.mark_ends();
    }

    /// Draws the line under the output of a command that has ended, stream by stream, as soon as all of it is read.
    pub fn mark_ends(&mut self) {
        if !self.is_ended() {
            return;
        }
        for (stream, source) in self.streams.iter_mut().zip(&self.child.sources) {
            if stream.at_end.is_none() && source.is_drained() {
                stream.at_end = Some(stream.spool.total());
            }
        }
    }

    /// Sends one data frame, or the exit; says whether it sent anything.
    pub fn send_some(&mut self, out: &mut OutQueue, now_ms: u64) -> bool {
        let is_settled = self.child.is_settled(now_ms);
        let is_lossless = self.terms.is_lossless;
        let subscription = match &mut self.subscription {
            Some(subscription) if !subscription.is_exit_sent && self.is_announced => subscription,
            _ => return false,
        };
        if subscription.credit > 0 && out.has_room_for_data() {
            for number in [0, 1] {
                let (stream, offset) = (&self.streams[number], subscription.offsets[number]);
                let most = MAX_DATA.min(usize::try_from(subscription.credit).unwrap_or(MAX_DATA));
                if let Some((at, piece)) = next_piece(stream, offset, is_lossless) {
                    let piece = piece.get(..piece.len().min(most)).unwrap_or(&[]);
                    let parts = [&[number as u8 + 1][..], &at.to_be_bytes(), piece];
                    out.send(kind::EXEC_OUTPUT, self.handle, &parts);
                    subscription.offsets[number] = at + piece.len() as u64;
                    subscription.credit -= piece.len() as u64;
                    let replayable = subscription.offsets[number].saturating_sub(REPLAY_BYTES);
                    self.streams[number].forget_recent_before(replayable);
                    return true;
                }
            }
        }
        let is_all_sent = self
            .streams
            .iter()
            .zip(subscription.offsets)
            .all(|(stream, offset)| {
                stream.at_end.is_some() && next_piece(stream, offset, is_lossless).is_none()
            });
        if !is_settled || !is_all_sent {
            return false;
        }
        subscription.is_exit_sent = true;
        let [first, second] = &self.streams;
        let state = self
            .child
            .state(self.flags, [first.written(), second.written()]);
        out.send(kind::EXEC_EXIT, self.handle, &[state.as_slice()]);
        true
    }

    /// The answer to EXEC_READ.
    pub fn read_kept(&self, number: usize, offset: u64, limit: usize) -> Option<(Payload, &[u8])> {
        let stream = self.streams.get(number)?;
        let total = stream.spool.total();
        let (at, piece) = stream.spool.piece(offset, true).unwrap_or((total, &[]));
        let piece = piece.get(..piece.len().min(limit)).unwrap_or(&[]);
        let is_closed = self.child.sources.get(number)?.is_closed();
        let is_end = is_closed && at + piece.len() as u64 >= total;
        let head = Payload::default().u64(at).u64(total).u8(u8::from(is_end));
        Some((head, piece))
    }
}

/// Kept bytes below those that wait for the subscriber alone.
fn kept_piece(stream: &Stream, offset: u64, with_tail: bool) -> Option<(u64, &[u8])> {
    let (at, piece) = stream.spool.piece(offset, with_tail)?;
    let most = usize::try_from(stream.recent_from().checked_sub(at)?).unwrap_or(usize::MAX);
    Some((at, piece.get(..piece.len().min(most))?)).filter(|(_, piece)| !piece.is_empty())
}

/// The next bytes for a subscription. While a command runs, that is its first half only; a lossless one shows all that was kept
/// before its subscriber came.
fn next_piece(stream: &Stream, offset: u64, is_lossless: bool) -> Option<(u64, &[u8])> {
    let with_tail = is_lossless || stream.at_end.is_some();
    kept_piece(stream, offset, with_tail).or_else(|| stream.recent_at(offset))
}
