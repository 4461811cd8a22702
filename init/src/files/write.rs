//! FILE_WRITE: into a temporary file beside the target, which is untouched until everything was checked at FILE_COMMIT.

use super::path::{refusal, temporary_name, wrong_type, Entry, Root};
use super::{done, Step, CHUNKS};
use crate::out_queue::OutQueue;
use crate::sha256::Sha256;
use crate::sys::fs::{self, Stat};
use crate::sys::io;
use crate::wire::{kind, Code, Fields, Refusal};
use std::ffi::CString;
use std::os::unix::io::{AsRawFd, OwnedFd};

const ONLY_IF_SAME: u8 = 1;
const ONLY_IF_ABSENT: u8 = 2;
const MAKE_DIRECTORIES: u8 = 4;
const CREDIT: u32 = 256 * 1024;
const RETURN: u32 = 64 * 1024;
const DEFAULT_MODE: u32 = 0o644;
const DIRECTORY_MODE: u32 = 0o755;

enum Condition {
    None,
    Sha256([u8; 32]),
    Absent,
}

struct Temporary {
    file: OwnedFd,
    name: CString,
}

/// The target as it is being compared with the condition.
struct Comparison {
    file: OwnedFd,
    stat: Stat,
    hash: Sha256,
    read: u64,
}

enum Phase {
    /// Before FILE_READY, and again at FILE_COMMIT.
    Comparing(Comparison),
    Receiving,
    Committing,
}

pub struct Write {
    target: Entry,
    condition: Condition,
    mode: u32,
    most: u64,
    phase: Phase,
    temporary: Option<Temporary>,
    received: u64,
    hash: Sha256,
    credit: u32,
    owed: u32,
    /// FILE_COMMIT came, with or without the SHA-256 that the bytes must have.
    commit: Option<Option<[u8; 32]>>,
}

fn conflict(message: &str) -> Refusal {
    Refusal::new(Code::Conflict, 0, message)
}

impl Write {
    pub fn start(root: &mut Root, payload: &[u8]) -> Result<Write, Refusal> {
        let mut fields = Fields::of(payload);
        let mut parse = || {
            let path = fields.bytes()?;
            let all = (
                path,
                fields.u32()?,
                fields.u8()?,
                fields.array()?,
                fields.u64()?,
            );
            fields.end().map(|_| all)
        };
        let (path, mode, flags, expected, most) = parse()
            .ok_or_else(|| Refusal::invalid("FILE_WRITE: the payload does not fit its fields"))?;
        let condition = match flags & (ONLY_IF_SAME | ONLY_IF_ABSENT) {
            0 => Condition::None,
            ONLY_IF_SAME => Condition::Sha256(expected),
            ONLY_IF_ABSENT => Condition::Absent,
            _ => return Err(Refusal::invalid("flags: 1 and 2 exclude each other")),
        };
        let directories = path.iter().rposition(|byte| *byte == b'/');
        if let Some(end) = directories.filter(|end| *end > 0 && flags & MAKE_DIRECTORIES != 0) {
            root.make_directories(path.get(..end).unwrap_or(b"."), DIRECTORY_MODE)?;
        }
        let mut write = Write {
            target: root.entry(path)?,
            condition,
            mode: mode & 0o7777,
            most,
            phase: Phase::Receiving,
            temporary: None,
            received: 0,
            hash: Sha256::default(),
            credit: 0,
            owed: 0,
            commit: None,
        };
        write.compare()?;
        Ok(write)
    }

    /// Begins to compare the target with the condition; what needs no reading is decided here.
    fn compare(&mut self) -> Result<(), Refusal> {
        self.phase = Phase::Committing;
        let found = self.target.stat()?;
        match &found {
            Some(stat) if !stat.is_file() && !stat.is_link() => {
                return Err(wrong_type(
                    "path: there is something that is no regular file",
                ));
            }
            Some(_) if matches!(self.condition, Condition::Absent) => {
                return Err(conflict("the file exists"));
            }
            _ => {}
        }
        if self.mode == 0 {
            let mode = |stat: Stat| stat.mode & 0o7777;
            self.mode = found.filter(Stat::is_file).map_or(DEFAULT_MODE, mode);
        }
        if !matches!(self.condition, Condition::Sha256(_)) {
            return Ok(());
        }
        let stat = found
            .filter(Stat::is_file)
            .ok_or_else(|| conflict("there is no file to compare with"))?;
        let flags = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = fs::open_entry(self.target.directory(), &self.target.name, flags);
        self.phase = Phase::Comparing(Comparison {
            file: file.map_err(refusal)?,
            stat,
            hash: Sha256::default(),
            read: 0,
        });
        Ok(())
    }

    pub fn step(&mut self, id: u32, buffer: &mut [u8], out: &mut OutQueue) -> Step {
        let result = match &mut self.phase {
            Phase::Comparing(comparison) => match comparison.advance(buffer) {
                Ok(false) => return Step::Busy,
                Ok(true) => self.compared(),
                Err(refusal) => Err(refusal),
            },
            Phase::Receiving => {
                self.return_credit(id, out);
                return Step::Waiting;
            }
            Phase::Committing => Ok(()),
        };
        let next = result.and_then(|_| match self.commit {
            None => self.open_temporary(id, out).map(|_| Step::Waiting),
            Some(_) => self.commit(id, out).map(|_| Step::Done),
        });
        next.unwrap_or_else(Step::Failed)
    }

    /// The target was read to its end.
    fn compared(&mut self) -> Result<(), Refusal> {
        let comparison = match std::mem::replace(&mut self.phase, Phase::Committing) {
            Phase::Comparing(comparison) => comparison,
            _ => return Ok(()),
        };
        let now = self.target.stat()?;
        let is_same = matches!(&now, Some(now) if now.is_same_file(&comparison.stat));
        match self.condition {
            Condition::Sha256(expected) if is_same && comparison.hash.finish() == expected => {
                Ok(())
            }
            _ => Err(conflict("the file has another SHA-256")),
        }
    }

    fn open_temporary(&mut self, id: u32, out: &mut OutQueue) -> Result<(), Refusal> {
        let name = temporary_name()?;
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
        let file = fs::open_entry(self.target.directory(), &name, flags).map_err(refusal)?;
        fs::set_mode(file.as_raw_fd(), self.mode).map_err(refusal)?;
        self.temporary = Some(Temporary { file, name });
        self.phase = Phase::Receiving;
        self.credit = CREDIT;
        out.send(kind::FILE_READY, id, &[&CREDIT.to_be_bytes()]);
        Ok(())
    }

    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let count = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let file = match (&self.temporary, &self.phase) {
            (Some(temporary), Phase::Receiving) if count <= self.credit => &temporary.file,
            _ => return Err(Refusal::invalid("FILE_CHUNK: more than the credit")),
        };
        if self.received.saturating_add(u64::from(count)) > self.most {
            let message = format!("more than {} bytes", self.most);
            return Err(Refusal::new(Code::TooLarge, 0, message));
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            match io::write(file.as_raw_fd(), rest) {
                Ok(0) => return Err(refusal(libc::EIO)),
                Ok(written) => rest = rest.get(written..).unwrap_or(&[]),
                Err(errno) => return Err(refusal(errno)),
            }
        }
        self.hash.update(bytes);
        self.received += u64::from(count);
        self.credit -= count;
        self.owed += count;
        Ok(())
    }

    fn return_credit(&mut self, id: u32, out: &mut OutQueue) {
        if self.owed >= RETURN {
            out.send(kind::FILE_WRITE_CREDIT, id, &[&self.owed.to_be_bytes()]);
            self.credit += self.owed;
            self.owed = 0;
        }
    }

    pub fn ask_commit(&mut self, payload: &[u8]) -> Result<(), Refusal> {
        let mut fields = Fields::of(payload);
        let mut parse = || {
            let all = (fields.u8()?, fields.array::<32>()?);
            fields.end().map(|_| all)
        };
        match (parse(), &self.phase) {
            (Some((has_hash, hash)), Phase::Receiving) => {
                self.commit = Some((has_hash != 0).then_some(hash));
                self.compare()
            }
            _ => Err(Refusal::invalid("FILE_COMMIT: malformed, or not its turn")),
        }
    }

    fn commit(&mut self, id: u32, out: &mut OutQueue) -> Result<(), Refusal> {
        let digest = self.hash.clone().finish();
        if matches!(self.commit, Some(Some(wanted)) if wanted != digest) {
            return Err(Refusal::invalid("the bytes have another SHA-256"));
        }
        let temporary = match &self.temporary {
            Some(temporary) => temporary,
            None => return Err(refusal(libc::EIO)),
        };
        let directory = self.target.directory();
        let ours = fs::stat(temporary.file.as_raw_fd()).map_err(refusal)?;
        let there = fs::stat_entry(directory, &temporary.name).map_err(refusal)?;
        if !ours.is_same_file(&there) {
            return Err(conflict("somebody replaced the temporary file"));
        }
        let is_created = self.target.stat()?.is_none();
        if matches!(self.condition, Condition::Absent) {
            fs::rename_to_free_name(directory, &temporary.name, &self.target.name)
        } else {
            let from = (directory, &*temporary.name);
            fs::rename(from, (directory, &self.target.name))
        }
        .map_err(refusal)?;
        self.temporary = None;
        done(out, id, self.received, self.hash.clone(), is_created);
        Ok(())
    }
}

impl Comparison {
    /// Says whether the end is reached. A file that grows while it is read is not the one that was expected.
    fn advance(&mut self, buffer: &mut [u8]) -> Result<bool, Refusal> {
        for _ in 0..CHUNKS {
            let offset = i64::try_from(self.read).unwrap_or(i64::MAX);
            let count = io::pread(self.file.as_raw_fd(), buffer, offset).map_err(refusal)?;
            if count == 0 {
                return Ok(true);
            }
            self.hash.update(buffer.get(..count).unwrap_or(&[]));
            self.read += count as u64;
            if self.read > self.stat.size {
                return Err(conflict("the file is being written"));
            }
        }
        Ok(false)
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let _ = fs::remove_entry(self.target.directory(), &temporary.name);
        }
    }
}
