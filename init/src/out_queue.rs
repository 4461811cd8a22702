//! What waits for standard output. Data stops at a bound; answers are always taken, which is why the server stops reading requests
//! while much is unsent. Silent until a controller has said HELLO.

use crate::frame::{put_frame, HEADER};
use crate::sys::io;
use crate::wire::{kind, Payload, Refusal};

/// Above this no data frame is produced.
const DATA_BYTES: usize = 256 * 1024;
/// Above this no request is read: whoever does not read answers gets no more of them.
const ANSWER_BYTES: usize = 1024 * 1024;
const MESSAGE_CHARACTERS: usize = 500;

#[derive(Default)]
pub struct OutQueue {
    bytes: Vec<u8>,
    /// Bytes before it are written.
    start: usize,
    /// Unwritten bytes of the frame at `start`, when a part of it is written already; else 0.
    head_left: usize,
    is_open: bool,
}

impl OutQueue {
    /// A new controller: what its predecessor did not read is dropped, but a frame that was begun is ended.
    pub fn reset(&mut self) {
        self.is_open = true;
        let keep = self.start.saturating_add(self.head_left);
        self.bytes.truncate(keep);
    }

    /// A controller has said HELLO.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.start)
    }

    pub fn has_room_for_data(&self) -> bool {
        self.len() < DATA_BYTES
    }

    pub fn has_room_for_answers(&self) -> bool {
        self.len() < ANSWER_BYTES
    }

    pub fn send(&mut self, kind: u8, id: u32, parts: &[&[u8]]) {
        if !self.is_open {
            return;
        }
        if self.start > DATA_BYTES {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        put_frame(&mut self.bytes, kind, id, parts);
    }

    pub fn refuse(&mut self, id: u32, refusal: &Refusal) {
        // A message may name a path of any length.
        let message: String = refusal.message.chars().take(MESSAGE_CHARACTERS).collect();
        let payload = Payload::default()
            .u8(refusal.code as u8)
            .u32(refusal.errno.unsigned_abs())
            .bytes(message.as_bytes());
        self.send(kind::ERROR, id, &[payload.as_slice()]);
    }

    /// Writes what standard output takes now. A closed standard output takes everything: nobody will read it.
    pub fn flush(&mut self, fd: i32) {
        while !self.is_empty() {
            match io::write(fd, self.bytes.get(self.start..).unwrap_or(&[])) {
                Ok(written) if written > 0 => self.written(written),
                Err(libc::EAGAIN) | Ok(_) => return,
                Err(_) => {
                    self.bytes.clear();
                    self.start = 0;
                    self.head_left = 0;
                }
            }
        }
        self.bytes.clear();
        self.bytes.shrink_to(16 * 1024);
        self.start = 0;
        self.head_left = 0;
    }

    /// Walks over the frames that were written, so that `reset` knows where the one at the head ends.
    fn written(&mut self, mut count: usize) {
        while count > 0 {
            if self.head_left == 0 {
                let length = self
                    .bytes
                    .get(self.start + 12..self.start + 16)
                    .and_then(|field| field.try_into().ok())
                    .map_or(0, u32::from_be_bytes);
                self.head_left = HEADER + length as usize;
            }
            let step = count.min(self.head_left);
            self.start += step;
            self.head_left -= step;
            count -= step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameReader;

    #[test]
    fn says_nothing_before_hello() {
        let mut queue = OutQueue::default();
        queue.send(kind::PONG, 1, &[]);
        assert!(queue.is_empty());
        queue.reset();
        queue.send(kind::PONG, 1, &[]);
        assert!(!queue.is_empty());
    }

    #[test]
    fn a_reset_ends_the_begun_frame_and_drops_the_rest() {
        let mut queue = OutQueue::default();
        queue.reset();
        for id in 1..=3 {
            queue.send(kind::PONG, id, &[&[id as u8; 10]]);
        }
        let mut wire = queue.bytes[..35].to_vec();
        queue.written(35);
        queue.reset();
        queue.send(kind::PONG, 9, &[]);
        wire.extend_from_slice(&queue.bytes[queue.start..]);
        let mut reader = FrameReader::default();
        reader.push(&wire);
        let ids: Vec<u32> = std::iter::from_fn(|| reader.next())
            .map(|frame| frame.id)
            .collect();
        assert_eq!(ids, [1, 2, 9]);
    }
}
