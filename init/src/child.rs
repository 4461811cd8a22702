//! A started command as the init sees it: its reaper, its outputs, how it began and ended. What commands and the main command share.

use crate::process::{self, Plan, Report, Stage};
use crate::source::Source;
use crate::sys::{io, proc, reason, Result};
use crate::tree::{self, Kill, Round, Snapshot};
use crate::wire::{Code, Payload, Refusal};
use std::os::unix::io::{AsRawFd, OwnedFd};

/// How long a reaper without children may take to end by itself before it is killed: it is stopped, or the session fights it.
const REAPER_GRACE_MS: u64 = 250;
/// An exit waits this long for the rest of a tree that is being killed.
const EXIT_WAITS_MS: u64 = 2000;

/// State of an EXEC_STATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    Running = 0,
    Exited = 1,
    Signalled = 2,
    /// Its reaper was killed by somebody in the container, so nobody knows.
    Lost = 3,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub state: State,
    pub code: u32,
    pub cpu_ms: u64,
    pub max_rss_kib: u64,
    pub wall_ms: u64,
}

pub struct Child {
    reaper: i32,
    control: Option<OwnedFd>,
    /// `None` once its program is executed, or will never be.
    executed: Option<OwnedFd>,
    /// 0 until it exists.
    pid: i32,
    failure: Option<(Stage, i32)>,
    end: Option<End>,
    pub sources: [Source; 2],
    is_reaper_gone: bool,
    has_left_processes: bool,
    is_reaper_killed_by_us: bool,
    kill: Option<Kill>,
    started_ms: u64,
}

impl Child {
    /// The second value is the init's end of standard input.
    pub fn start(plan: &Plan, now_ms: u64) -> Result<(Child, Option<OwnedFd>)> {
        let spawned = process::spawn(plan)?;
        let is_terminal = plan.terminal.is_some();
        let child = Child {
            reaper: spawned.reaper,
            control: Some(spawned.control),
            executed: Some(spawned.executed),
            pid: 0,
            failure: None,
            end: None,
            sources: spawned.outputs.map(|fd| Source::new(fd, is_terminal)),
            is_reaper_gone: false,
            has_left_processes: false,
            is_reaper_killed_by_us: false,
            kill: None,
            started_ms: now_ms,
        };
        Ok((child, spawned.stdin))
    }

    /// The reaper, while its pid cannot belong to anybody else.
    pub fn reaper(&self) -> Option<i32> {
        Some(self.reaper).filter(|_| !self.is_reaper_gone)
    }

    /// Where `read_reports` has something to read from.
    pub fn report_fds(&self) -> [Option<&OwnedFd>; 2] {
        [self.control.as_ref(), self.executed.as_ref()]
    }

    /// The pid, once it has executed its program.
    pub fn pid(&self) -> Option<i32> {
        let is_executed = self.executed.is_none() && self.failure.is_none();
        Some(self.pid).filter(|pid| is_executed && *pid > 0)
    }

    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    pub fn has_live_tree(&self) -> bool {
        !self.is_reaper_gone && (self.end.is_none() || self.has_left_processes)
    }

    /// The program was not executed, and why.
    pub fn failure(&self) -> Option<(Stage, i32)> {
        self.failure
    }

    pub fn started_ms(&self) -> u64 {
        self.started_ms
    }

    pub fn age_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.started_ms)
    }

    pub fn read_reports(&mut self, now_ms: u64) {
        // Looked at first: what the command had to say of a failure is in the other pipe when this one ends.
        if let Some(executed) = &self.executed {
            if io::read(executed.as_raw_fd(), &mut [0]) != Err(libc::EAGAIN) {
                self.executed = None;
            }
        }
        while let Some(control) = &self.control {
            match Report::read(control.as_raw_fd()) {
                Ok(Some(report)) => self.take_report(report, now_ms),
                Ok(None) => return,
                Err(_) => self.control = None,
            }
        }
    }

    fn take_report(&mut self, report: Report, now_ms: u64) {
        match report {
            Report::Forked { pid } => self.pid = pid,
            Report::Failed { stage, errno } => self.failure = Some((stage, errno)),
            // Of the fork that did not become the program.
            Report::Ended { .. } if self.failure.is_some() => {}
            Report::Ended {
                status,
                cpu_ms,
                max_rss_kib,
                left_behind,
            } => {
                let (state, code) = if libc::WIFSIGNALED(status) {
                    (State::Signalled, libc::WTERMSIG(status))
                } else {
                    (State::Exited, libc::WEXITSTATUS(status))
                };
                self.has_left_processes = left_behind;
                self.set_end(End {
                    state,
                    code: code.unsigned_abs(),
                    cpu_ms,
                    max_rss_kib,
                    wall_ms: self.age_ms(now_ms),
                });
            }
        }
    }

    fn set_end(&mut self, end: End) {
        if self.end.is_none() {
            self.end = Some(end);
            self.sources.iter_mut().for_each(Source::mark_end);
        }
    }

    /// For a main command, which has nobody to refuse it to.
    pub fn end_as_failed(&mut self, code: u32) {
        self.set_end(End {
            state: State::Exited,
            code,
            cpu_ms: 0,
            max_rss_kib: 0,
            wall_ms: 0,
        });
    }

    /// The init has waited for the reaper. Says whether it ended as it should: otherwise its tree has come to the init.
    pub fn reaper_ended(&mut self, ended_well: bool, now_ms: u64) -> bool {
        self.read_reports(now_ms);
        self.control = None;
        self.is_reaper_gone = true;
        let told = self.end.is_some() || self.failure.is_some();
        if !told && self.pid().is_none() {
            self.failure = Some((Stage::Setup, libc::ESRCH));
        } else if !told {
            let (state, code) = if self.is_reaper_killed_by_us {
                (State::Signalled, libc::SIGKILL.unsigned_abs())
            } else {
                (State::Lost, 0)
            };
            self.set_end(End {
                state,
                code,
                cpu_ms: 0,
                max_rss_kib: 0,
                wall_ms: self.age_ms(now_ms),
            });
        }
        self.kill = None;
        ended_well && told
    }

    /// Everything that the command wrote is read, and nothing of its tree is about to be killed.
    pub fn is_settled(&self, now_ms: u64) -> bool {
        let is_killing = matches!(&self.kill, Some(kill) if kill.age_ms(now_ms) < EXIT_WAITS_MS);
        self.end.is_some() && !is_killing && self.sources.iter().all(Source::is_drained)
    }

    /// SIGKILL for the whole tree, from the next turn on.
    pub fn kill_tree(&mut self, now_ms: u64) {
        if !self.is_reaper_gone && self.kill.is_none() {
            self.kill = Some(Kill::new(now_ms));
        }
    }

    /// When the next round of killing is due.
    pub fn next_kill_ms(&self) -> Option<u64> {
        self.kill.as_ref().map(|kill| kill.next_ms)
    }

    pub fn postpone_kill(&mut self, until_ms: u64) {
        if let Some(kill) = &mut self.kill {
            kill.next_ms = kill.next_ms.max(until_ms);
        }
    }

    /// One round; says whether another should follow at once.
    pub fn kill_round(&mut self, snapshot: &Snapshot, now_ms: u64) -> bool {
        let kill = match &mut self.kill {
            Some(kill) => kill,
            None => return false,
        };
        match kill.round(&snapshot.living_below(self.reaper, &[]), now_ms) {
            Round::Found => true,
            Round::Empty(for_ms) if for_ms < REAPER_GRACE_MS => {
                // A stopped reaper goes on, tells how its command ended, and ends.
                let _ = proc::kill(self.reaper, libc::SIGCONT);
                false
            }
            Round::Empty(_) => {
                self.is_reaper_killed_by_us = true;
                let _ = proc::kill(self.reaper, libc::SIGKILL);
                false
            }
        }
    }

    /// To the process group of the command, while that is certain to be its own.
    pub fn signal(&self, signal: i32) {
        let pid = match self.pid().filter(|_| self.end.is_none()) {
            Some(pid) => pid,
            None => return,
        };
        let is_ours =
            |process: tree::Process| process.parent == self.reaper && process.group == pid;
        // Without /proc there is nothing to ask, and the reaper still holds the pid unless it is just being told of its end.
        if tree::look_at(pid).map_or(true, is_ours) {
            let _ = proc::kill(-pid, signal);
        }
    }

    /// The EXEC_STATE of a command that has written so much.
    pub fn state(&self, flags: u8, written: [u64; 2]) -> Payload {
        let tree_flag = if self.end.is_some() && self.has_live_tree() {
            4
        } else {
            0
        };
        let end = self.end.unwrap_or_else(|| End {
            state: State::Running,
            code: 0,
            cpu_ms: self.cpu_ms_so_far(),
            max_rss_kib: 0,
            wall_ms: self.age_ms(io::now_ms()),
        });
        Payload::default()
            .u8(end.state as u8)
            .u32(end.code)
            .u8(flags | tree_flag)
            .u64(end.wall_ms)
            .u64(end.cpu_ms)
            .u64(end.max_rss_kib)
            .u64(written[0])
            .u64(written[1])
    }

    fn cpu_ms_so_far(&self) -> u64 {
        // USER_HZ is 100 on every architecture that containers run on.
        self.pid()
            .and_then(tree::look_at)
            .map_or(0, |process| process.cpu_ticks * 10)
    }
}

/// What the controller is told when a program did not start.
pub fn start_refusal(stage: Stage, errno: i32, cwd: &[u8]) -> Refusal {
    let text = reason(errno);
    match (stage, errno) {
        (Stage::Fork, libc::EAGAIN) => no_process_slot(),
        (Stage::Directory, _) => Refusal::new(
            Code::Invalid,
            errno,
            format!(
                "working directory {:?}: {text}",
                String::from_utf8_lossy(cwd)
            ),
        ),
        (Stage::Program, libc::ENOENT | libc::ENOTDIR | libc::ENAMETOOLONG) => {
            Refusal::new(Code::NotFound, errno, "the program was not found")
        }
        (Stage::Program, libc::EACCES | libc::ENOEXEC | libc::EPERM) => Refusal::new(
            Code::NotExecutable,
            errno,
            format!("the program cannot be executed: {text}"),
        ),
        (Stage::Program, libc::E2BIG) => Refusal::new(
            Code::Invalid,
            errno,
            "arguments and environment are too large",
        ),
        _ => Refusal::new(
            Code::Internal,
            errno,
            format!("the command did not start: {text}"),
        ),
    }
}

pub fn no_process_slot() -> Refusal {
    Refusal::new(
        Code::Busy,
        libc::EAGAIN,
        "no free process slot: resources.pids is used up",
    )
}
