//! Makes the kernel prefer commands to the init when memory runs out. A process that is not dumpable cannot open its own
//! oom_score_adj without privileges, and a command must not be dumpable before it executes its program, because it still holds a
//! copy of the init's memory. So the init opens its own file before it becomes undumpable, raises itself for the moment of a fork,
//! and the child inherits.

use crate::sys::{fs, io};
use std::ffi::CStr;
use std::os::unix::io::{AsRawFd, OwnedFd};

const FOR_COMMANDS: &[u8] = b"500";

/// All of it is best effort: a kernel without the file runs commands as well.
#[derive(Default)]
pub struct OomScore {
    file: Option<OwnedFd>,
    own: Vec<u8>,
}

impl OomScore {
    /// Must be called before the process becomes undumpable.
    pub fn open() -> Self {
        let path = CStr::from_bytes_with_nul(b"/proc/self/oom_score_adj\0").unwrap_or_default();
        let mut own = [0; 16];
        let opened = fs::open_plain(path, libc::O_RDWR).and_then(|file| {
            let length = io::read(file.as_raw_fd(), &mut own)?;
            Ok((file, length))
        });
        match opened {
            Ok((file, length)) => OomScore {
                file: Some(file),
                own: own.iter().take(length).copied().collect(),
            },
            Err(_) => OomScore::default(),
        }
    }

    /// Runs `fork` while what it forks inherits the score of commands.
    pub fn raised<T>(&self, fork: impl FnOnce() -> T) -> T {
        self.set(FOR_COMMANDS);
        let result = fork();
        self.set(&self.own);
        result
    }

    fn set(&self, score: &[u8]) {
        if let Some(file) = &self.file {
            let _ = io::write(file.as_raw_fd(), score);
        }
    }
}
