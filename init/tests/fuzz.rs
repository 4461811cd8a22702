//! Hostile input, from a fixed seed and from tests/corpus: for the reader of frames, and for a running init, which must go on and answer.

mod common;

use common::*;
use mcpsession_init::frame::{put_frame, FrameReader, HEADER, MAX_FRAME};
use mcpsession_init::wire::{kind, Payload};
use std::time::Duration;

/// Marsaglia's xorshift: the same inputs in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let count = self.below(most + 1);
        (0..count).map(|_| self.next() as u8).collect()
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len());
        all[at]
    }
}

const KINDS: [u8; 34] = [
    0x01, 0x02, 0x03, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x20, 0x21,
    0x22, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x30, 0x31, 0x40, 0x41, 0x42, 0x43, 0x00, 0x1B, 0x23,
    0x81, 0xFF,
];
const PATHS: [&[u8]; 10] = [
    b".", b"..", b"a", b"a/b", b"a/b/c", b"/", b"a/../b", b"\0", b"", b"a//b/.",
];

const PROGRAMS: [&[u8]; 5] = [b"/bin/true", b"true", b"/no", b"", b"cat"];
const DIRECTORIES: [&[u8]; 3] = [b"", b"/", b"/no"];

/// A payload as its type wants it.
fn payload(random: &mut Random, kind: u8) -> Vec<u8> {
    let path = random.one(&PATHS);
    let number = random.one(&[0, 1, 5, 32_768, 262_144, u64::from(u32::MAX), u64::MAX]);
    let small = number as u32;
    let begin = Payload::default();
    let built = match kind {
        kind::HELLO => begin.raw(&[1; 16]).u32(1),
        kind::EXEC_START => begin
            .bytes(format!("key{}", random.below(40)).as_bytes())
            .u32(1)
            .bytes(random.one(&PROGRAMS))
            .u32(1)
            .bytes(b"A=b")
            .bytes(random.one(&DIRECTORIES))
            .u64(random.one(&[1, 20, 200]))
            .u32(random.one(&[0, 5]))
            .u32(random.one(&[0, 64]))
            .u32(small)
            .u8(random.below(9) as u8)
            .raw(&[0, 24, 0, 80])
            .u32(small),
        kind::EXEC_SIGNAL => begin.u8(random.next() as u8),
        kind::EXEC_RESIZE => begin.raw(&[0, 1, 2, 3]),
        kind::EXEC_SUBSCRIBE => begin.u64(number).u64(0).u32(small),
        kind::EXEC_READ => begin
            .u32(random.below(30) as u32)
            .u8(1)
            .u64(number)
            .u32(small),
        kind::FILE_STAT => begin.bytes(path),
        kind::FILE_LIST => begin.bytes(path).bytes(b"").u32(small),
        kind::FILE_READ => begin.bytes(path).u64(number).u64(number).u32(small),
        kind::FILE_WRITE => begin
            .bytes(path)
            .u32(0o600)
            .u8(random.below(8) as u8)
            .raw(&[3; 32])
            .u64(number),
        kind::FILE_COMMIT => begin.u8(random.below(2) as u8).raw(&[9; 32]),
        kind::FILE_MKDIR => begin.bytes(path).u32(small).u8(1),
        kind::FILE_REMOVE => begin.bytes(path).u8(1),
        kind::MAIN_SUBSCRIBE => begin.u64(number).u32(small),
        kind::EXEC_CREDIT | kind::FILE_CREDIT | kind::MAIN_CREDIT | kind::FORWARD_CREDIT => {
            begin.u32(small)
        }
        kind::EXEC_STDIN | kind::FILE_CHUNK | kind::FORWARD_DATA => begin.raw(&random.bytes(3000)),
        _ => begin,
    };
    built.as_slice().to_vec()
}

/// A frame with a right checksum, whose fields may be wrong.
fn frame(random: &mut Random) -> Vec<u8> {
    let kind = random.one(&KINDS);
    let mut payload = payload(random, kind);
    match random.below(6) {
        0 => payload = random.bytes(200),
        1 if !payload.is_empty() => {
            let at = random.below(payload.len());
            payload[at] ^= 1 << random.below(8);
        }
        2 => payload.truncate(random.below(payload.len() + 1)),
        3 => payload.extend(random.bytes(20)),
        _ => {}
    }
    if kind == kind::FORWARD_OPEN {
        // No other port than one where nobody listens: this is somebody's machine.
        payload = vec![0, 1, 0, 0, 1, 0];
        payload.truncate(random.below(8));
    }
    let id = random.one(&[0, 1, 2, 3, 7, 20, 100, u32::MAX]);
    let mut bytes = Vec::new();
    put_frame(&mut bytes, kind, id, &[&payload]);
    bytes
}

/// Random bytes, a frame, or frames cut and broken and put together.
fn input(random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => random.bytes(300),
        1 => {
            let mut bytes = frame(random);
            let at = random.below(bytes.len());
            bytes[at] = random.next() as u8;
            bytes
        }
        2 => {
            let mut bytes = Vec::new();
            for _ in 0..random.below(5) {
                let part = frame(random);
                let until = random.below(part.len() + 1);
                bytes.extend_from_slice(&part[..until]);
            }
            bytes
        }
        3 => [&b"MCP1"[..], &random.bytes(40)].concat(),
        _ => frame(random),
    }
}

fn corpus() -> Vec<(String, Vec<u8>)> {
    // Asked for when the test runs: the cache of built tests is shared between checkouts, and a path from compile time may be gone.
    let directory = std::env::var("CARGO_MANIFEST_DIR")
        .expect("cargo test says where the package is")
        + "/tests/corpus";
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(directory)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (
                path.display().to_string(),
                std::fs::read(path).expect("read"),
            )
        })
        .collect();
    all.sort();
    assert!(all.len() >= 20);
    all
}

/// Every frame that the reader gives was in the input; then it finds the frame of a new peer.
fn check_reader(name: &str, input: &[u8], piece: usize) {
    let mut reader = FrameReader::default();
    let mut read = Vec::new();
    let mut feed = |reader: &mut FrameReader, bytes: &[u8]| {
        for part in bytes.chunks(piece) {
            assert!(reader.room() >= part.len(), "{name}: room");
            reader.push(part);
            while let Some(frame) = reader.next() {
                read.push(frame);
            }
        }
    };
    feed(&mut reader, input);
    let mut hello = vec![0; MAX_FRAME];
    put_frame(&mut hello, kind::HELLO, 0, &[b"the nonce of new"]);
    feed(&mut reader, &hello);
    // The zeros may complete a frame that was cut within zeros of its own.
    let input = [input, &[0; 4096]].concat();
    let last = read.pop().expect("the new peer's frame");
    assert_eq!(
        (last.kind, last.payload.as_slice()),
        (kind::HELLO, &b"the nonce of new"[..]),
        "{name}"
    );
    for frame in read {
        let mut bytes = Vec::new();
        put_frame(&mut bytes, frame.kind, frame.id, &[&frame.payload]);
        let is_there = input.windows(bytes.len()).any(|part| part == bytes);
        assert!(is_there, "{name}: a frame that nobody sent");
    }
}

#[test]
fn the_reader_survives_and_finds_a_new_peer() {
    for (name, bytes) in corpus() {
        for piece in [7, 32_768] {
            check_reader(&name, &bytes, piece);
        }
    }
    let mut random = Random(0x6D63_7073);
    for round in 0..2000 {
        let bytes = input(&mut random);
        let piece = 1 + random.below(5000);
        check_reader(&format!("round {round}"), &bytes, piece);
    }
}

#[test]
fn the_reader_survives_a_long_stream() {
    let mut random = Random(0x7365_7373);
    let mut reader = FrameReader::default();
    let mut found = 0;
    for _ in 0..40_000 {
        let bytes = input(&mut random);
        for part in bytes.chunks(1 + random.below(2000)) {
            assert!(reader.room() >= part.len());
            reader.push(part);
            while let Some(frame) = reader.next() {
                assert!(frame.payload.len() + HEADER <= MAX_FRAME);
                found += 1;
            }
        }
    }
    assert!(found > 10_000, "{found}");
}

fn is_alive(init: &mut Init, name: &str) {
    let pid = init.pid();
    assert!(
        mcpsession_init::tree::look_at(pid).map_or(false, |it| !it.is_dead),
        "{name}: it died"
    );
    init.hello();
    init.ping();
}

#[test]
fn a_running_init_survives_the_corpus() {
    let scratch = Scratch::new("corpus");
    let mut init = Init::with(&["run", "--root", scratch.text()]);
    for (name, bytes) in corpus() {
        for part in bytes.chunks(16_384) {
            init.write(part);
            while init.next_within(Duration::ZERO).is_some() {}
        }
        is_alive(&mut init, &name);
    }
}

#[test]
fn a_running_init_survives_four_thousand_inputs() {
    let scratch = Scratch::new("fuzz");
    for seed in [0x1357_9BDF, 0x2468_ACE0] {
        let mut init = Init::with(&["run", "--root", scratch.text(), "--", "sleep", "100"]);
        let fds = |init: &Init| {
            let directory = format!("/proc/{}/fd", init.pid());
            std::fs::read_dir(directory).map_or(0, Iterator::count)
        };
        let before = fds(&init);
        let mut random = Random(seed);
        for round in 0..2000 {
            let bytes = input(&mut random);
            init.write(&bytes);
            while init.next_within(Duration::ZERO).is_some() {}
            if round % 40 == 39 {
                is_alive(&mut init, &format!("seed {seed:x} round {round}"));
            }
        }
        for (_, handle, _) in init.list() {
            init.send(kind::EXEC_KILL, handle, b"");
        }
        // Then only the main command is left with its reaper, and no descriptor of any request.
        let until = std::time::Instant::now() + PATIENCE;
        while init.processes().len() > 2 {
            assert!(std::time::Instant::now() < until, "{:?}", init.processes());
            std::thread::sleep(Duration::from_millis(20));
        }
        is_alive(&mut init, "the end");
        while fds(&init) > before {
            assert!(std::time::Instant::now() < until, "{before} {}", fds(&init));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
