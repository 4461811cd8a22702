//! One output of a command as the init reads it, and the line between what came before the command's end and after it.

use crate::sys::io;
use std::os::unix::io::{AsRawFd, OwnedFd};

/// A terminal does not say how much it holds; it never holds more than this.
const TERMINAL_BYTES: usize = 128 * 1024;

pub enum Got {
    Bytes(usize),
    Nothing,
    Closed,
}

#[derive(Default)]
pub struct Source {
    fd: Option<OwnedFd>,
    is_terminal: bool,
    /// Bytes that were in the pipe when the command ended and are not read yet.
    drain: Option<usize>,
}

impl Source {
    pub fn new(fd: Option<OwnedFd>, is_terminal: bool) -> Self {
        Source {
            fd,
            is_terminal,
            drain: None,
        }
    }

    pub fn fd(&self) -> Option<&OwnedFd> {
        self.fd.as_ref()
    }

    pub fn is_closed(&self) -> bool {
        self.fd.is_none()
    }

    /// The command has ended: what the pipe holds now is its output, what comes later is not.
    pub fn mark_end(&mut self) {
        let held = match &self.fd {
            None => 0,
            Some(_) if self.is_terminal => TERMINAL_BYTES,
            Some(fd) => io::readable_bytes(fd.as_raw_fd()),
        };
        self.drain = Some(held);
    }

    /// Everything that the command wrote has been read.
    pub fn is_drained(&self) -> bool {
        self.fd.is_none() || self.drain == Some(0)
    }

    /// Never reads over the line that `mark_end` drew.
    pub fn read(&mut self, buffer: &mut [u8]) -> Got {
        let fd = match &self.fd {
            Some(fd) => fd.as_raw_fd(),
            None => return Got::Closed,
        };
        let most = match self.drain {
            Some(left) if left > 0 => left.min(buffer.len()),
            _ => buffer.len(),
        };
        match io::read(fd, buffer.get_mut(..most).unwrap_or(&mut [])) {
            Ok(0) => self.close(),
            Ok(count) => {
                self.drain = self.drain.map(|left| left.saturating_sub(count));
                Got::Bytes(count)
            }
            Err(libc::EAGAIN) => {
                self.drain = self.drain.map(|_| 0);
                Got::Nothing
            }
            // EIO of a terminal whose last user has gone is its end.
            Err(_) => self.close(),
        }
    }

    fn close(&mut self) -> Got {
        self.fd = None;
        Got::Closed
    }
}
