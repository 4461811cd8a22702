//! FILE_REMOVE. A tree is removed by descriptors of its directories: no name in it is ever resolved further than one step, so no link
//! is followed and nothing outside is touched, whatever the session does meanwhile.

use super::path::{refusal, temporary_name, Entry, Root};
use super::{done, Step};
use crate::out_queue::OutQueue;
use crate::sha256::Sha256;
use crate::sys::fs;
use crate::wire::{Fields, Refusal};
use std::ffi::CString;
use std::os::unix::io::{AsRawFd, OwnedFd, RawFd};

const ENTRIES_AT_ONCE: usize = 64;
/// Bounds the descriptors. What lies deeper is moved up to the first level, and its turn comes there.
const LEVELS: usize = 16;
const NAMES_BYTES: usize = 4096;

struct Level {
    directory: OwnedFd,
    name: CString,
    names: Vec<CString>,
    /// Something was found since the directory was read from its beginning: removing may hide entries from a reading in progress.
    has_found: bool,
}

pub struct Remove {
    entry: Entry,
    /// Open directories, from the removed one down.
    levels: Vec<Level>,
}

fn open_level(parent: RawFd, name: CString) -> Result<Level, Refusal> {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_NONBLOCK;
    let directory = fs::open_entry(parent, &name, flags).map_err(refusal)?;
    Ok(Level {
        directory,
        name,
        names: Vec::new(),
        has_found: false,
    })
}

impl Remove {
    pub fn start(root: &mut Root, payload: &[u8]) -> Result<Remove, Refusal> {
        let mut fields = Fields::of(payload);
        let mut parse = || {
            let all = (fields.bytes()?, fields.u8()?);
            fields.end().map(|_| all)
        };
        let (mut path, recursive) = parse()
            .ok_or_else(|| Refusal::invalid("FILE_REMOVE: the payload does not fit its fields"))?;
        while let (Some(shorter), true) = (path.strip_suffix(b"/"), path.len() > 1) {
            path = shorter;
        }
        let entry = root.entry(path)?;
        let stat = entry.stat()?.ok_or_else(|| refusal(libc::ENOENT))?;
        let mut levels = Vec::new();
        if !stat.is_directory() {
            fs::remove_entry(entry.directory(), &entry.name).map_err(refusal)?;
        } else if recursive == 0 {
            fs::remove_directory(entry.directory(), &entry.name).map_err(refusal)?;
        } else {
            levels.push(open_level(entry.directory(), entry.name.clone())?);
        }
        Ok(Remove { entry, levels })
    }

    pub fn step(&mut self, id: u32, out: &mut OutQueue) -> Step {
        for _ in 0..ENTRIES_AT_ONCE {
            if self.levels.is_empty() {
                done(out, id, 0, Sha256::default(), false);
                return Step::Done;
            }
            if let Err(refusal) = self.advance() {
                return Step::Failed(refusal);
            }
        }
        Step::Busy
    }

    /// Removes one entry, or reads on, or ends a level.
    fn advance(&mut self) -> Result<(), Refusal> {
        let level = match self.levels.last_mut() {
            Some(level) => level,
            None => return Ok(()),
        };
        if let Some(name) = level.names.pop() {
            return self.remove(name);
        }
        let directory = level.directory.as_raw_fd();
        let mut buffer = [0; NAMES_BYTES];
        if let Some(names) = fs::read_names(directory, &mut buffer).map_err(refusal)? {
            level.names = names.filter_map(|name| CString::new(name).ok()).collect();
            level.has_found |= !level.names.is_empty();
            return Ok(());
        }
        if level.has_found {
            level.has_found = false;
            return fs::rewind(directory).map_err(refusal);
        }
        self.end_level()
    }

    fn end_level(&mut self) -> Result<(), Refusal> {
        let level = match self.levels.pop() {
            Some(level) => level,
            None => return Ok(()),
        };
        let parent = match self.levels.last() {
            Some(above) => above.directory.as_raw_fd(),
            None => self.entry.directory(),
        };
        match fs::remove_directory(parent, &level.name) {
            Ok(()) | Err(libc::ENOENT) => Ok(()),
            // The session is still writing there.
            Err(libc::ENOTEMPTY | libc::EEXIST) => {
                self.levels.push(open_level(parent, level.name)?);
                Ok(())
            }
            Err(errno) => Err(refusal(errno)),
        }
    }

    fn remove(&mut self, name: CString) -> Result<(), Refusal> {
        let directory = match self.levels.last() {
            Some(level) => level.directory.as_raw_fd(),
            None => return Ok(()),
        };
        match fs::remove_entry(directory, &name) {
            Ok(()) | Err(libc::ENOENT) => return Ok(()),
            Err(libc::EISDIR | libc::EPERM) => {}
            Err(errno) => return Err(refusal(errno)),
        }
        match fs::remove_directory(directory, &name) {
            Ok(()) | Err(libc::ENOENT) => Ok(()),
            Err(libc::ENOTEMPTY | libc::EEXIST) => self.descend(directory, name),
            Err(errno) => Err(refusal(errno)),
        }
    }

    fn descend(&mut self, directory: RawFd, name: CString) -> Result<(), Refusal> {
        match self.levels.first() {
            Some(top) if self.levels.len() >= LEVELS => {
                let to = (top.directory.as_raw_fd(), &*temporary_name()?);
                fs::rename((directory, &name), to).map_err(refusal)
            }
            _ => {
                self.levels.push(open_level(directory, name)?);
                Ok(())
            }
        }
    }
}
