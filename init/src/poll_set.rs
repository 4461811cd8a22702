//! The descriptors that a turn of the loop waits for, each with what it belongs to.

use crate::sys::io;
use std::os::unix::io::OwnedFd;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Signals,
    Input,
    Output,
    Report(u32),
    CommandOutput(u32, usize),
    CommandInput(u32),
    MainReport,
    MainOutput(usize),
    Forward(u32),
}

#[derive(Default)]
pub struct PollSet {
    fds: Vec<libc::pollfd>,
    tokens: Vec<Token>,
}

impl PollSet {
    pub fn clear(&mut self) {
        self.fds.clear();
        self.tokens.clear();
    }

    pub fn add(&mut self, fd: Option<&OwnedFd>, events: i16, token: Token) {
        if fd.is_some() {
            self.fds.push(io::poll_entry(fd, events));
            self.tokens.push(token);
        }
    }

    pub fn add_raw(&mut self, fd: i32, events: i16, token: Token) {
        self.fds.push(libc::pollfd {
            fd,
            events,
            revents: 0,
        });
        self.tokens.push(token);
    }

    /// Waits, then gives what is ready, errors and ends included.
    pub fn wait(&mut self, timeout_ms: i32) -> Vec<Token> {
        io::poll(&mut self.fds, timeout_ms);
        let ready = |(fd, token): (&libc::pollfd, &Token)| (fd.revents != 0).then_some(*token);
        self.fds
            .iter()
            .zip(&self.tokens)
            .filter_map(ready)
            .collect()
    }
}
