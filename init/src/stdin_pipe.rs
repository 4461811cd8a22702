//! Standard input of a command: a bounded buffer before its pipe or terminal, and the credit that keeps it bounded.

use crate::sys::io;
use std::collections::VecDeque;
use std::os::unix::io::{AsRawFd, OwnedFd};

/// What the controller may send before the command has read any of it.
pub const CREDIT: u32 = 256 * 1024;
/// Credit is returned in pieces of at least this size: one frame for many small writes.
const RETURN: u32 = 64 * 1024;
/// Control-D: how a terminal is told of an end.
const END_OF_INPUT: u8 = 4;

#[derive(Default)]
pub struct StdinPipe {
    fd: Option<OwnedFd>,
    is_terminal: bool,
    pending: VecDeque<u8>,
    ends_after_pending: bool,
    /// The controller of now has been told of credit.
    is_granted: bool,
    /// What the controller may still send.
    credit: u32,
    /// Taken off the controller's credit, consumed, and not given back yet.
    owed: u32,
}

impl StdinPipe {
    pub fn new(fd: Option<OwnedFd>, is_terminal: bool) -> Self {
        let credit = if fd.is_some() { CREDIT } else { 0 };
        StdinPipe {
            fd,
            is_terminal,
            is_granted: true,
            credit,
            ..StdinPipe::default()
        }
    }

    pub fn credit(&self) -> u32 {
        self.credit
    }

    /// The descriptor while there is something to write to it. Not otherwise: a pipe without readers is ready all the time.
    pub fn wanted_fd(&self) -> Option<&OwnedFd> {
        self.fd.as_ref().filter(|_| !self.pending.is_empty())
    }

    /// Bytes above the credit are dropped: they break the contract, and the buffer is bounded by it.
    pub fn accept(&mut self, bytes: &[u8]) {
        let taken = bytes.len().min(self.credit as usize);
        self.credit -= taken as u32;
        if self.fd.is_none() || self.ends_after_pending {
            self.owed += taken as u32;
            return;
        }
        self.pending.extend(bytes.iter().take(taken));
        self.flush();
    }

    pub fn end(&mut self) {
        if self.fd.is_some() && !self.ends_after_pending {
            self.ends_after_pending = true;
            if self.is_terminal {
                self.pending.push_back(END_OF_INPUT);
            }
            self.flush();
        }
    }

    pub fn close(&mut self) {
        self.fd = None;
        self.owed += self.dropped();
    }

    fn dropped(&mut self) -> u32 {
        let extra = usize::from(self.is_terminal && self.ends_after_pending);
        let count = self.pending.len().saturating_sub(extra) as u32;
        self.pending = VecDeque::new();
        count
    }

    pub fn flush(&mut self) {
        while let Some(fd) = self.fd.as_ref().filter(|_| !self.pending.is_empty()) {
            match io::write(fd.as_raw_fd(), self.pending.as_slices().0) {
                Ok(written) => {
                    self.pending.drain(..written);
                    self.owed += written as u32;
                }
                Err(libc::EAGAIN) => return,
                // The command closed its standard input: the rest is dropped, and credited, so that nobody waits.
                Err(_) => self.close(),
            }
        }
        self.pending.shrink_to(0);
        if self.ends_after_pending {
            self.fd = None;
        }
    }

    /// Credit to give back now, when it is worth a frame.
    pub fn returned_credit(&mut self) -> Option<u32> {
        if self.owed < RETURN || !self.is_granted {
            return None;
        }
        // The control byte at a terminal's end was never on the controller's account.
        let more = self.owed.min(CREDIT.saturating_sub(self.credit));
        self.owed = 0;
        self.credit += more;
        Some(more).filter(|more| *more > 0)
    }

    /// A new controller knows of no credit: everything that is not waiting in the buffer is its to have.
    pub fn forget_credit(&mut self) {
        self.is_granted = false;
        self.credit = 0;
    }

    /// The first credit for a controller that has not been told of any.
    pub fn renewed_credit(&mut self) -> Option<u32> {
        if self.fd.is_none() || self.ends_after_pending || self.is_granted {
            return None;
        }
        self.is_granted = true;
        self.owed = 0;
        self.credit = CREDIT.saturating_sub(self.pending.len() as u32);
        Some(self.credit).filter(|credit| *credit > 0)
    }
}
