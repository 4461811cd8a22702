//! File requests: which run, and a bounded piece of each in every turn of the loop, so that a transfer never holds up a command.

mod list;
mod path;
mod read;
mod remove;
mod write;

use crate::frame::Frame;
use crate::out_queue::OutQueue;
use crate::sha256::Sha256;
use crate::sys::fs::{self, Stat};
use crate::wire::{kind, Code, Fields, Payload, Refusal};
use list::List;
use path::{refusal, Root};
use read::Read;
use remove::Remove;
use std::collections::BTreeMap;
use std::os::unix::io::AsRawFd;
use write::Write;

const MOST: usize = 16;
/// Pieces of 32 KiB that a request handles in a turn.
const CHUNKS: usize = 4;
const DIRECTORY_MODE: u32 = 0o755;

/// How a request stands after its piece of work.
pub enum Step {
    /// More could be done at once.
    Busy,
    /// For credit, for data or for room in the output.
    Waiting,
    Done,
    Failed(Refusal),
}

enum Request {
    Read(Read),
    Write(Box<Write>),
    List(List),
    Remove(Remove),
}

pub struct Files {
    root: Root,
    requests: BTreeMap<u32, Request>,
}

fn info(stat: &Stat) -> Payload {
    let kind = match stat {
        _ if stat.is_file() => 1,
        _ if stat.is_directory() => 2,
        _ if stat.is_link() => 3,
        _ => 4,
    };
    Payload::default()
        .u8(kind)
        .u64(stat.size)
        .u32(stat.mode & 0o7777)
        .u64(stat.modified_ms)
}

fn done(out: &mut OutQueue, id: u32, bytes: u64, hash: Sha256, is_created: bool) {
    let payload = Payload::default()
        .u64(bytes)
        .raw(&hash.finish())
        .u8(u8::from(is_created));
    out.send(kind::FILE_DONE, id, &[payload.as_slice()]);
}

impl Files {
    pub fn new(root: &[u8]) -> Self {
        Files {
            root: Root::new(root),
            requests: BTreeMap::new(),
        }
    }

    /// Ends every request; temporary files go with them.
    pub fn reset(&mut self) {
        self.requests.clear();
    }

    pub fn cancel(&mut self, id: u32) {
        self.requests.remove(&id);
    }

    pub fn take(&mut self, frame: &Frame, out: &mut OutQueue) {
        let taken = match frame.kind {
            kind::FILE_CHUNK | kind::FILE_COMMIT | kind::FILE_CREDIT => self.steer(frame),
            _ => self.start(frame, out),
        };
        if let Err(refusal) = taken {
            self.cancel(frame.id);
            out.refuse(frame.id, &refusal);
        }
    }

    fn start(&mut self, frame: &Frame, out: &mut OutQueue) -> Result<(), Refusal> {
        if self.requests.contains_key(&frame.id) {
            return Err(Refusal::invalid("the id belongs to another request"));
        }
        if self.requests.len() >= MOST {
            let message = format!("{MOST} file requests run already");
            return Err(Refusal::new(Code::Busy, 0, message));
        }
        let (root, payload) = (&mut self.root, &frame.payload);
        let request = match frame.kind {
            kind::FILE_STAT => return self.stat(frame, out),
            kind::FILE_MKDIR => return self.make_directory(frame, out),
            kind::FILE_LIST => Request::List(List::start(root, payload)?),
            kind::FILE_READ => Request::Read(Read::start(root, frame.id, payload, out)?),
            kind::FILE_WRITE => Request::Write(Box::new(Write::start(root, payload)?)),
            kind::FILE_REMOVE => Request::Remove(Remove::start(root, payload)?),
            _ => return Err(Refusal::invalid("unknown file request")),
        };
        self.requests.insert(frame.id, request);
        Ok(())
    }

    /// Frames of a running request. Those of one that is over were sent before its end was heard of.
    fn steer(&mut self, frame: &Frame) -> Result<(), Refusal> {
        match (frame.kind, self.requests.get_mut(&frame.id)) {
            (_, None) => Ok(()),
            (kind::FILE_CHUNK, Some(Request::Write(write))) => write.take(&frame.payload),
            (kind::FILE_COMMIT, Some(Request::Write(write))) => write.ask_commit(&frame.payload),
            (kind::FILE_CREDIT, Some(Request::Read(read))) => {
                let mut fields = Fields::of(&frame.payload);
                match (fields.u32(), fields.end()) {
                    (Some(more), Some(())) => read.add_credit(more),
                    _ => return Err(Refusal::invalid("FILE_CREDIT: malformed")),
                }
                Ok(())
            }
            _ => Err(Refusal::invalid("not a frame of this request")),
        }
    }

    fn stat(&mut self, frame: &Frame, out: &mut OutQueue) -> Result<(), Refusal> {
        let mut fields = Fields::of(&frame.payload);
        let path = match (fields.bytes(), fields.end()) {
            (Some(path), Some(())) => path,
            _ => return Err(Refusal::invalid("FILE_STAT: malformed")),
        };
        let found = self.root.open(path, libc::O_PATH | libc::O_NOFOLLOW)?;
        let stat = fs::stat(found.as_raw_fd()).map_err(refusal)?;
        out.send(kind::FILE_INFO, frame.id, &[info(&stat).as_slice()]);
        Ok(())
    }

    fn make_directory(&mut self, frame: &Frame, out: &mut OutQueue) -> Result<(), Refusal> {
        let mut fields = Fields::of(&frame.payload);
        let mut parse = || {
            let all = (fields.bytes()?, fields.u32()?, fields.u8()?);
            fields.end().map(|_| all)
        };
        let (mut path, mode, parents) =
            parse().ok_or_else(|| Refusal::invalid("FILE_MKDIR: malformed"))?;
        let mode = match mode & 0o7777 {
            0 => DIRECTORY_MODE,
            mode => mode,
        };
        let is_made = if parents != 0 {
            self.root.make_directories(path, mode)?.1
        } else {
            while let (Some(shorter), true) = (path.strip_suffix(b"/"), path.len() > 1) {
                path = shorter;
            }
            let entry = self.root.entry(path)?;
            fs::make_directory(entry.directory(), &entry.name, mode).map_err(refusal)?;
            true
        };
        done(out, frame.id, 0, Sha256::default(), is_made);
        Ok(())
    }

    /// A piece of every request; says whether there is more to do at once.
    pub fn step(&mut self, buffer: &mut [u8], out: &mut OutQueue) -> bool {
        let mut is_busy = false;
        let mut over = Vec::new();
        for (id, request) in &mut self.requests {
            let step = match request {
                Request::Read(read) => read.step(*id, buffer, out),
                Request::Write(write) => write.step(*id, buffer, out),
                Request::List(list) => list.step(*id, buffer, out),
                Request::Remove(remove) => remove.step(*id, out),
            };
            match step {
                Step::Busy => is_busy = true,
                Step::Waiting => {}
                Step::Done => over.push(*id),
                Step::Failed(refusal) => {
                    out.refuse(*id, &refusal);
                    over.push(*id);
                }
            }
        }
        for id in over {
            self.requests.remove(&id);
        }
        is_busy
    }
}
