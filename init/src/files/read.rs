//! FILE_READ.

use super::path::{refusal, Root};
use super::{done, Step, CHUNKS};
use crate::out_queue::OutQueue;
use crate::sha256::Sha256;
use crate::sys::fs::Stat;
use crate::sys::io;
use crate::wire::{kind, Fields, Refusal, MAX_DATA};
use std::os::unix::io::{AsRawFd, OwnedFd};

/// The kernel refuses to look where offset and length together leave its numbers.
const LARGEST_OFFSET: i64 = i64::MAX - (1 << 20);

pub struct Read {
    file: OwnedFd,
    offset: u64,
    /// `None`: to the end of the file.
    left: Option<u64>,
    credit: u64,
    sent: u64,
    hash: Sha256,
    /// Without credit, one look tells whether the end is reached.
    has_looked: bool,
}

impl Read {
    /// Sends the FILE_INFO.
    pub fn start(
        root: &mut Root,
        id: u32,
        payload: &[u8],
        out: &mut OutQueue,
    ) -> Result<Read, Refusal> {
        let mut fields = Fields::of(payload);
        let mut parse = || {
            let path = fields.bytes()?;
            let rest = (fields.u64()?, fields.u64()?, fields.u32()?);
            fields.end().map(|_| (path, rest))
        };
        let (path, (offset, most, credit)) = parse()
            .ok_or_else(|| Refusal::invalid("FILE_READ: the payload does not fit its fields"))?;
        let (file, stat) = root.open_readable(path, Stat::is_file)?;
        out.send(kind::FILE_INFO, id, &[super::info(&stat).as_slice()]);
        Ok(Read {
            file,
            offset,
            left: Some(most).filter(|most| *most > 0),
            credit: u64::from(credit),
            sent: 0,
            hash: Sha256::default(),
            has_looked: false,
        })
    }

    pub fn add_credit(&mut self, more: u32) {
        self.credit = self.credit.saturating_add(u64::from(more));
        self.has_looked = false;
    }

    pub fn step(&mut self, id: u32, buffer: &mut [u8], out: &mut OutQueue) -> Step {
        for _ in 0..CHUNKS {
            if self.left == Some(0) {
                return self.finish(id, out);
            }
            if !out.has_room_for_data() || (self.credit == 0 && self.has_looked) {
                return Step::Waiting;
            }
            let is_look = self.credit == 0;
            let most = MAX_DATA as u64;
            let most = most.min(self.left.unwrap_or(most));
            let most = if is_look { 1 } else { most.min(self.credit) };
            let offset = match i64::try_from(self.offset.saturating_add(self.sent)) {
                Ok(offset) if offset < LARGEST_OFFSET => offset,
                // Behind the end of every file.
                _ => return self.finish(id, out),
            };
            let place = buffer.get_mut(..most as usize).unwrap_or(&mut []);
            let count = match io::pread(self.file.as_raw_fd(), place, offset) {
                Ok(0) => return self.finish(id, out),
                Ok(count) => count,
                Err(errno) => return Step::Failed(refusal(errno)),
            };
            if is_look {
                self.has_looked = true;
                return Step::Waiting;
            }
            let bytes = buffer.get(..count).unwrap_or(&[]);
            self.hash.update(bytes);
            self.sent += count as u64;
            self.credit -= count as u64;
            self.left = self.left.map(|left| left.saturating_sub(count as u64));
            out.send(kind::FILE_DATA, id, &[bytes]);
        }
        Step::Busy
    }

    fn finish(&mut self, id: u32, out: &mut OutQueue) -> Step {
        done(out, id, self.sent, std::mem::take(&mut self.hash), false);
        Step::Done
    }
}
