//! A controller for tests: starts the real program as an ordinary process over pipes and speaks frames with it.
#![allow(dead_code)] // every test file uses a part of it

pub mod world;

use mcpsession_init::frame::{put_frame, Frame, FrameReader, MAX_FRAME};
use mcpsession_init::tree::{Process, Snapshot};
use mcpsession_init::wire::{kind, Fields, Payload};
use std::io::Write;
use std::os::unix::io::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(10);
pub const STDIN: u8 = 1;
pub const TERMINAL: u8 = 2;
pub const LOSSLESS: u8 = 4;

pub struct Init {
    process: Child,
    pub input: Option<ChildStdin>,
    output: ChildStdout,
    reader: FrameReader,
    id: u32,
}

#[derive(Clone)]
pub struct Exec<'a> {
    pub key: String,
    pub argv: Vec<&'a [u8]>,
    pub env: Vec<&'a [u8]>,
    pub cwd: &'a [u8],
    pub limit_ms: u64,
    pub cpu_seconds: u32,
    pub open_files: u32,
    pub spool: u32,
    pub flags: u8,
    pub credit: u32,
}

/// An EXEC_STATE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub state: u8,
    pub code: u32,
    pub flags: u8,
    pub wall_ms: u64,
    pub cpu_ms: u64,
    pub max_rss_kib: u64,
    pub written: [u64; 2],
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Offsets of the pieces of stdout that did not follow the one before.
    pub jumps: Vec<u64>,
    pub state: State,
}

pub fn shell(script: &str) -> Exec<'_> {
    command(&[b"/bin/sh", b"-c", script.as_bytes()])
}

pub fn command<'a>(argv: &[&'a [u8]]) -> Exec<'a> {
    Exec {
        key: String::new(),
        argv: argv.to_vec(),
        env: Vec::new(),
        cwd: b"",
        limit_ms: 0,
        cpu_seconds: 0,
        open_files: 0,
        spool: 65_536,
        flags: 0,
        credit: 1 << 24,
    }
}

pub fn state_of(bytes: &[u8]) -> State {
    let mut fields = Fields::of(bytes);
    let mut read = || {
        let state = State {
            state: fields.u8()?,
            code: fields.u32()?,
            flags: fields.u8()?,
            wall_ms: fields.u64()?,
            cpu_ms: fields.u64()?,
            max_rss_kib: fields.u64()?,
            written: [fields.u64()?, fields.u64()?],
        };
        fields.end().map(|_| state)
    };
    read().expect("an EXEC_STATE")
}

pub fn error_code(frame: &Frame) -> u8 {
    assert_eq!(frame.kind, kind::ERROR, "{frame:?}");
    frame.payload[0]
}

impl Init {
    /// The program without a HELLO.
    pub fn silent(arguments: &[&str]) -> Init {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mcpsession-init"));
        command.args(arguments).stdin(Stdio::piped());
        command.stdout(Stdio::piped());
        // SAFETY: prctl is safe between fork and exec. Whatever becomes of the test, its init does not stay.
        unsafe {
            command.pre_exec(|| {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                Ok(())
            });
        }
        let mut process = command.spawn().expect("the program starts");
        Init {
            input: process.stdin.take(),
            output: process.stdout.take().expect("piped"),
            process,
            reader: FrameReader::default(),
            id: 0,
        }
    }

    pub fn with(arguments: &[&str]) -> Init {
        let mut init = Init::silent(arguments);
        init.hello();
        init
    }

    pub fn new() -> Init {
        Init::with(&["run"])
    }

    pub fn pid(&self) -> i32 {
        self.process.id() as i32
    }

    /// Zeros, HELLO, and everything until the HELLO_ACK with its nonce, whose rest it gives.
    pub fn hello(&mut self) -> Vec<u8> {
        self.id += 1;
        let mut nonce = [7u8; 16];
        nonce[..4].copy_from_slice(&self.id.to_be_bytes());
        self.write(&vec![0; MAX_FRAME]);
        let payload = Payload::default().raw(&nonce).u32(1);
        self.send(kind::HELLO, 0, payload.as_slice());
        loop {
            let frame = self.next();
            if frame.kind == kind::HELLO_ACK && frame.payload[..16] == nonce {
                return frame.payload[16..].to_vec();
            }
        }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("open");
        input.write_all(bytes).expect("the init reads");
    }

    pub fn send(&mut self, kind: u8, id: u32, payload: &[u8]) {
        let mut bytes = Vec::new();
        put_frame(&mut bytes, kind, id, &[payload]);
        self.write(&bytes);
    }

    pub fn request(&mut self, kind: u8, payload: &Payload) -> u32 {
        self.id += 1;
        self.send(kind, self.id, payload.as_slice());
        self.id
    }

    /// `None` when nothing comes in time, or the init has ended.
    pub fn next_within(&mut self, time: Duration) -> Option<Frame> {
        let until = Instant::now() + time;
        loop {
            if let Some(frame) = self.reader.next() {
                return Some(frame);
            }
            let left = until.saturating_duration_since(Instant::now());
            let mut entry = [libc::pollfd {
                fd: self.output.as_raw_fd(),
                events: libc::POLLIN,
                revents: 0,
            }];
            mcpsession_init::sys::io::poll(&mut entry, left.as_millis() as i32);
            if entry[0].revents == 0 {
                return None;
            }
            let mut bytes = [0; 16_384];
            match mcpsession_init::sys::io::read(self.output.as_raw_fd(), &mut bytes) {
                Ok(count) if count > 0 => self.reader.push(&bytes[..count]),
                _ => return None,
            }
        }
    }

    #[track_caller]
    pub fn next(&mut self) -> Frame {
        self.next_within(PATIENCE).expect("a frame in time")
    }

    /// The next frame of one of these kinds; others are passed over.
    #[track_caller]
    pub fn next_of(&mut self, kinds: &[u8]) -> Frame {
        loop {
            let frame = self.next();
            if kinds.contains(&frame.kind) {
                return frame;
            }
        }
    }

    pub fn send_exec(&mut self, exec: &Exec) -> u32 {
        self.id += 1;
        let key = match exec.key.as_str() {
            "" => format!("key-{}", self.id),
            key => key.to_owned(),
        };
        let list = |payload: Payload, items: &[&[u8]]| {
            let payload = payload.u32(items.len() as u32);
            items.iter().fold(payload, |all, item| all.bytes(item))
        };
        let payload = list(Payload::default().bytes(key.as_bytes()), &exec.argv);
        let payload = list(payload, &exec.env)
            .bytes(exec.cwd)
            .u64(exec.limit_ms)
            .u32(exec.cpu_seconds)
            .u32(exec.open_files)
            .u32(exec.spool)
            .u8(exec.flags)
            .raw(&[0, 24, 0, 80])
            .u32(exec.credit);
        self.send(kind::EXEC_START, self.id, payload.as_slice());
        self.id
    }

    /// Starts it and gives the handle.
    #[track_caller]
    pub fn start(&mut self, exec: &Exec) -> u32 {
        let id = self.send_exec(exec);
        let frame = self.next_of(&[kind::EXEC_STARTED, kind::ERROR]);
        assert_eq!(
            (frame.kind, frame.id),
            (kind::EXEC_STARTED, id),
            "{frame:?}"
        );
        Fields::of(&frame.payload).u32().expect("a handle")
    }

    #[track_caller]
    pub fn finish(&mut self, handle: u32) -> Finished {
        let mut finished = Finished::default();
        loop {
            let frame = self.next();
            match frame.kind {
                kind::EXEC_EXIT if frame.id == handle => {
                    finished.state = state_of(&frame.payload);
                    return finished;
                }
                kind::EXEC_OUTPUT if frame.id == handle => finished.take(&frame.payload),
                _ => {}
            }
        }
    }

    #[track_caller]
    pub fn run(&mut self, exec: &Exec) -> Finished {
        let handle = self.start(exec);
        self.finish(handle)
    }

    /// Waits until the command has written this.
    #[track_caller]
    pub fn wait_for_output(&mut self, handle: u32, text: &[u8]) {
        let mut seen = Finished::default();
        while !seen.stdout.windows(text.len()).any(|part| part == text) {
            let frame = self.next();
            if frame.kind == kind::EXEC_OUTPUT && frame.id == handle {
                seen.take(&frame.payload);
            }
        }
    }

    /// The list as (key, handle, state).
    pub fn list(&mut self) -> Vec<(String, u32, State)> {
        let id = self.request(kind::EXEC_LIST, &Payload::default());
        let mut items = Vec::new();
        loop {
            let frame = self.next_of(&[kind::EXEC_LIST_ITEM, kind::EXEC_LIST_END]);
            assert_eq!(frame.id, id);
            if frame.kind == kind::EXEC_LIST_END {
                return items;
            }
            let mut fields = Fields::of(&frame.payload);
            let key = fields.bytes().expect("a key").to_vec();
            let handle = fields.u32().expect("a handle");
            let state = state_of(&frame.payload[8 + key.len()..]);
            items.push((String::from_utf8(key).expect("text"), handle, state));
        }
    }

    pub fn ping(&mut self) {
        let id = self.request(kind::PING, &Payload::default());
        while self.next_of(&[kind::PONG]).id != id {}
    }

    /// Every living process below the init.
    pub fn processes(&self) -> Vec<Process> {
        Snapshot::take()
            .expect("/proc")
            .living_below(self.pid(), &[])
    }

    /// Waits until nothing lives below the init, in several looks: one can miss whoever forks and ends faster.
    #[track_caller]
    pub fn wait_until_empty(&self, within: Duration) {
        let until = Instant::now() + within;
        let mut empty = 0;
        while empty < 4 {
            let left = self.processes();
            empty = if left.is_empty() { empty + 1 } else { 0 };
            assert!(Instant::now() < until, "still there: {left:?}");
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    pub fn signal(&self, signal: i32) {
        mcpsession_init::sys::proc::kill(self.pid(), signal).expect("it lives");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn exit(&mut self, within: Duration) -> ExitStatus {
        let until = Instant::now() + within;
        loop {
            if let Some(status) = self.process.try_wait().expect("our child") {
                return status;
            }
            assert!(Instant::now() < until, "the init goes on");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Init {
    fn drop(&mut self) {
        // TERM without a main command makes it end its trees, too.
        if let Ok(None) = self.process.try_wait() {
            let _ = mcpsession_init::sys::proc::kill(self.pid(), libc::SIGTERM);
            let until = Instant::now() + Duration::from_secs(4);
            while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Finished {
    fn take(&mut self, payload: &[u8]) {
        let mut fields = Fields::of(payload);
        let (stream, offset) = (fields.u8().expect("stream"), fields.u64().expect("offset"));
        if stream == 2 {
            self.stderr.extend_from_slice(&payload[9..]);
            return;
        }
        if offset != self.stdout.len() as u64 && self.jumps.is_empty() {
            self.jumps.push(offset);
        }
        self.stdout.extend_from_slice(&payload[9..]);
    }
}

/// A directory that goes with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        let random: [u8; 8] = mcpsession_init::sys::io::random().expect("random");
        let unique = u64::from_ne_bytes(random);
        let path = std::env::temp_dir().join(format!("mcps-init-{name}-{unique:x}"));
        std::fs::create_dir(&path).expect("a scratch directory");
        Scratch(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> &str {
        self.0.to_str().expect("plain")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
