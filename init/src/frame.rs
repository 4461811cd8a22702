//! Frames: writing one, and finding whole valid ones in a stream that may begin anywhere or hold the half of a dead peer's frame.

use crate::crc32::Crc32;

pub const MAGIC: [u8; 4] = *b"MCP1";
pub const HEADER: usize = 20;
pub const MAX_PAYLOAD: usize = 65_536;
pub const MAX_FRAME: usize = HEADER + MAX_PAYLOAD;

/// What the reader holds at most: a candidate for a frame is decided when it is whole, so one frame and one read suffice.
const READER_BYTES: usize = MAX_FRAME + 32_768;

#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub id: u32,
    pub payload: Vec<u8>,
}

/// Appends a frame whose payload is `parts` one after the other; a payload above the limit is a fault of the caller and left out.
pub fn put_frame(out: &mut Vec<u8>, kind: u8, id: u32, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length > MAX_PAYLOAD {
        return;
    }
    let mut head = [0u8; 16];
    head[..4].copy_from_slice(&MAGIC);
    head[4] = kind;
    head[8..12].copy_from_slice(&id.to_be_bytes());
    head[12..].copy_from_slice(&(length as u32).to_be_bytes());
    let mut crc = Crc32::default();
    crc.update(&head);
    parts.iter().for_each(|part| crc.update(part));
    out.reserve(HEADER + length);
    out.extend_from_slice(&head);
    out.extend_from_slice(&crc.value().to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// What a stream position holds.
enum Candidate {
    /// No frame begins here.
    No,
    /// One may: more bytes decide.
    Undecided,
    Whole(Frame),
}

fn candidate(bytes: &[u8]) -> Candidate {
    let magic = bytes.len().min(MAGIC.len());
    if bytes.get(..magic) != MAGIC.get(..magic) {
        return Candidate::No;
    }
    let head: &[u8; HEADER] = match bytes.get(..HEADER).and_then(|head| head.try_into().ok()) {
        Some(head) => head,
        None => return Candidate::Undecided,
    };
    let length = u32::from_be_bytes([head[12], head[13], head[14], head[15]]) as usize;
    if head[5..8] != [0, 0, 0] || length > MAX_PAYLOAD {
        return Candidate::No;
    }
    let payload = match bytes.get(HEADER..HEADER + length) {
        Some(payload) => payload,
        None => return Candidate::Undecided,
    };
    let mut crc = Crc32::default();
    crc.update(&head[..16]);
    crc.update(payload);
    if crc.value() != u32::from_be_bytes([head[16], head[17], head[18], head[19]]) {
        return Candidate::No;
    }
    Candidate::Whole(Frame {
        kind: head[4],
        id: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        payload: payload.to_vec(),
    })
}

/// Cuts a byte stream into frames; skips whatever is none. Holds less than `READER_BYTES` whatever arrives.
#[derive(Default)]
pub struct FrameReader {
    bytes: Vec<u8>,
    /// Bytes before it are done with.
    start: usize,
}

impl FrameReader {
    /// How many bytes `push` accepts now. Never 0 after `next` has said `None`.
    pub fn room(&self) -> usize {
        READER_BYTES.saturating_sub(self.bytes.len() - self.start)
    }

    /// Takes as many bytes as there is room for; the caller reads no more than that.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        let taken = bytes.len().min(self.room());
        self.bytes.extend_from_slice(&bytes[..taken]);
    }

    /// The next whole frame, or `None` until more bytes come.
    #[allow(clippy::should_implement_trait)] // not an iterator: it goes on after None
    pub fn next(&mut self) -> Option<Frame> {
        loop {
            let rest = self.bytes.get(self.start..).unwrap_or(&[]);
            match rest.iter().position(|byte| *byte == MAGIC[0]) {
                Some(at) => self.start += at,
                None => {
                    self.forget_all();
                    return None;
                }
            }
            match candidate(self.bytes.get(self.start..).unwrap_or(&[])) {
                Candidate::No => self.start += 1,
                Candidate::Undecided => return None,
                Candidate::Whole(frame) => {
                    self.start += HEADER + frame.payload.len();
                    return Some(frame);
                }
            }
        }
    }

    fn forget_all(&mut self) {
        self.start = 0;
        self.bytes.clear();
        // A burst must not stay in the memory of a process that mostly sleeps.
        self.bytes.shrink_to(4096);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, id: u32, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put_frame(&mut out, kind, id, &[payload]);
        out
    }

    fn all(input: &[u8], piece: usize) -> Vec<(u8, u32, Vec<u8>)> {
        let mut reader = FrameReader::default();
        let mut found = Vec::new();
        for part in input.chunks(piece) {
            assert!(reader.room() >= part.len());
            reader.push(part);
            while let Some(frame) = reader.next() {
                found.push((frame.kind, frame.id, frame.payload));
            }
        }
        found
    }

    #[test]
    fn a_frame_has_the_documented_bytes() {
        let bytes = frame(2, 9, b"");
        assert_eq!(bytes[..16], *b"MCP1\x02\0\0\0\0\0\0\x09\0\0\0\0");
        let mut check = Crc32::default();
        check.update(&bytes[..16]);
        assert_eq!(bytes[16..], check.value().to_be_bytes());
    }

    #[test]
    fn finds_frames_however_the_stream_is_cut() {
        let mut input = frame(1, 0, &[7; 100]);
        input.extend(frame(2, 3, b""));
        input.extend(frame(16, 4, &[1; MAX_PAYLOAD]));
        for piece in [1, 3, 19, 20, 21, 4096, 32_768] {
            let found = all(&input, piece);
            assert_eq!(found.len(), 3, "cut into {piece}");
            assert_eq!(found[1], (2, 3, Vec::new()));
            assert_eq!(found[2].2.len(), MAX_PAYLOAD);
        }
    }

    #[test]
    fn finds_the_next_frame_after_half_of_one_and_the_zeros_of_a_new_peer() {
        for cut in [1, 4, 19, 20, 30, 65_000] {
            let mut input = frame(16, 4, &[b'M'; MAX_PAYLOAD])[..cut].to_vec();
            input.extend(vec![0; MAX_FRAME]);
            input.extend(frame(1, 0, &[9; 20]));
            assert_eq!(all(&input, 32_768), vec![(1, 0, vec![9; 20])], "cut {cut}");
        }
    }

    #[test]
    fn skips_frames_with_a_wrong_checksum_length_or_reserved_byte() {
        for (at, value) in [(0, b'X'), (5, 1), (7, 9), (12, 1), (16, 0xAA), (20, 0xAA)] {
            let mut input = frame(2, 1, &[5; 40]);
            input[at] = value;
            input.extend(vec![0; MAX_FRAME]);
            input.extend(frame(2, 2, b""));
            assert_eq!(all(&input, 1000), vec![(2, 2, Vec::new())], "byte {at}");
        }
    }

    #[test]
    fn finds_a_frame_inside_a_broken_one() {
        let mut broken = frame(17, 1, &frame(2, 7, b""));
        broken[16] ^= 1;
        assert_eq!(all(&broken, 4096), vec![(2, 7, Vec::new())]);
    }
}
