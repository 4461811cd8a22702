//! Starting a command: init -> reaper -> command. The reaper is a fork of the init that collects every orphan of its command and
//! tells the init by a pipe how it began and ended. Nothing here runs in the init but `spawn` itself.

use crate::sys::proc::{self, Limit, Side, Waited};
use crate::sys::{io, pty, Result};
use std::ffi::{CStr, CString};
use std::os::unix::io::{AsRawFd, OwnedFd, RawFd};

/// The PATH of execvp(3) is the host's business; this one is that of every container image.
pub const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A command as it will be executed.
pub struct Plan {
    pub argv: Vec<CString>,
    pub envp: Vec<CString>,
    /// Where a program without a slash is looked for.
    pub path: Vec<u8>,
    pub cwd: Option<CString>,
    /// 0: inherited.
    pub cpu_seconds: u32,
    /// 0: inherited.
    pub open_files: u32,
    /// Rows and columns.
    pub terminal: Option<(u16, u16)>,
    pub has_stdin: bool,
}

/// The init's ends of a started command.
pub struct Spawned {
    pub reaper: i32,
    /// Reports come here until the reaper ends.
    pub control: OwnedFd,
    /// At its end when the program is executed, or will never be.
    pub executed: OwnedFd,
    pub stdin: Option<OwnedFd>,
    /// Standard output and error; with a terminal, its master and nothing.
    pub outputs: [Option<OwnedFd>; 2],
}

/// What the reaper tells, and before its program is executed the command itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The pid of the command, from itself as well: its program may kill the reaper before that has said a word.
    Forked {
        pid: i32,
    },
    Failed {
        stage: Stage,
        errno: i32,
    },
    Ended {
        status: i32,
        cpu_ms: u64,
        max_rss_kib: u64,
        /// Processes of the tree still run.
        left_behind: bool,
    },
}

/// Where a start failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Fork,
    Setup,
    Directory,
    Program,
}

/// Below PIPE_BUF, so that a report is read whole or not at all.
const REPORT_BYTES: usize = 40;

impl Report {
    fn encode(self) -> [u8; REPORT_BYTES] {
        let fields: [u64; 5] = match self {
            Report::Forked { pid } => [1, pid as u64, 0, 0, 0],
            Report::Failed { stage, errno } => [2, stage as u64, errno as u64, 0, 0],
            Report::Ended {
                status,
                cpu_ms,
                max_rss_kib,
                left_behind,
            } => [
                3,
                status as u64,
                cpu_ms,
                max_rss_kib,
                u64::from(left_behind),
            ],
        };
        let mut bytes = [0; REPORT_BYTES];
        for (place, field) in bytes.chunks_exact_mut(8).zip(fields) {
            place.copy_from_slice(&field.to_ne_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Report> {
        let mut fields = bytes
            .chunks_exact(8)
            .filter_map(|field| field.try_into().ok().map(u64::from_ne_bytes));
        let (kind, first, second) = (fields.next()?, fields.next()?, fields.next()?);
        let (third, fourth) = (fields.next()?, fields.next()?);
        match kind {
            1 => Some(Report::Forked { pid: first as i32 }),
            2 => Some(Report::Failed {
                stage: match first {
                    0 => Stage::Fork,
                    2 => Stage::Directory,
                    3 => Stage::Program,
                    _ => Stage::Setup,
                },
                errno: second as i32,
            }),
            3 => Some(Report::Ended {
                status: first as i32,
                cpu_ms: second,
                max_rss_kib: third,
                left_behind: fourth != 0,
            }),
            _ => None,
        }
    }

    /// `Ok(None)`: nothing now. `Err`: the reaper has ended.
    pub fn read(control: RawFd) -> Result<Option<Report>> {
        let mut bytes = [0; REPORT_BYTES];
        match io::read(control, &mut bytes) {
            Ok(REPORT_BYTES) => Ok(Report::decode(&bytes)),
            Ok(_) => Err(libc::EPIPE),
            Err(libc::EAGAIN) => Ok(None),
            Err(errno) => Err(errno),
        }
    }
}

/// The descriptors that the command gets, and those that the init keeps.
struct Stdio {
    child: [OwnedFd; 3],
    stdin: Option<OwnedFd>,
    outputs: [Option<OwnedFd>; 2],
}

/// A standard input that is at its end. Images without /dev/null exist.
fn no_input() -> Result<OwnedFd> {
    let null = CStr::from_bytes_with_nul(b"/dev/null\0").unwrap_or_default();
    crate::sys::fs::open_plain(null, libc::O_RDONLY).or_else(|_| io::pipe().map(|(read, _)| read))
}

fn stdio(plan: &Plan) -> Result<Stdio> {
    if let Some((rows, columns)) = plan.terminal {
        let (master, slave) = pty::open(rows, columns)?;
        io::set_nonblocking(master.as_raw_fd())?;
        let copy = |fd: &OwnedFd| io::duplicate(fd.as_raw_fd());
        let (input, stdin) = if plan.has_stdin {
            (copy(&slave)?, Some(copy(&master)?))
        } else {
            (no_input()?, None)
        };
        return Ok(Stdio {
            child: [input, copy(&slave)?, slave],
            stdin,
            outputs: [Some(master), None],
        });
    }
    let (input, stdin) = if plan.has_stdin {
        let (read, write) = io::pipe()?;
        io::set_nonblocking(write.as_raw_fd())?;
        (read, Some(write))
    } else {
        (no_input()?, None)
    };
    let (out_read, out_write) = io::pipe()?;
    let (err_read, err_write) = io::pipe()?;
    io::set_nonblocking(out_read.as_raw_fd())?;
    io::set_nonblocking(err_read.as_raw_fd())?;
    Ok(Stdio {
        child: [input, out_write, err_write],
        stdin,
        outputs: [Some(out_read), Some(err_read)],
    })
}

/// Forks the reaper, which starts the command and reports. The errno of a failure is that of the fork or of a pipe.
pub fn spawn(plan: &Plan) -> Result<Spawned> {
    let stdio = stdio(plan)?;
    let (control, reports) = io::pipe()?;
    let (executed, not_executed) = io::pipe()?;
    io::set_nonblocking(control.as_raw_fd())?;
    io::set_nonblocking(executed.as_raw_fd())?;
    match proc::fork()? {
        Side::Child => run_reaper(plan, &stdio.child, &reports, &not_executed),
        Side::Parent(reaper) => Ok(Spawned {
            reaper,
            control,
            executed,
            stdin: stdio.stdin,
            outputs: stdio.outputs,
        }),
    }
}

fn run_reaper(plan: &Plan, stdio: &[OwnedFd; 3], reports: &OwnedFd, not_executed: &OwnedFd) -> ! {
    let [input, output, error] = stdio;
    let mut keep = [input, output, error, reports, not_executed].map(AsRawFd::as_raw_fd);
    proc::close_all_but(&mut keep);
    proc::set_name(CStr::from_bytes_with_nul(b"mcps-reaper\0").unwrap_or_default());
    let reports = reports.as_raw_fd();
    let tell = |report: Report| {
        let _ = io::write(reports, &report.encode());
    };
    let forked = proc::become_subreaper().and_then(|_| proc::fork());
    let pid = match forked {
        Ok(Side::Parent(pid)) => pid,
        Ok(Side::Child) => {
            tell(Report::Forked {
                pid: proc::own_pid(),
            });
            let (stage, errno) = run_command(plan, stdio);
            tell(Report::Failed { stage, errno });
            proc::exit_now(127)
        }
        Err(errno) => {
            let stage = Stage::Fork;
            tell(Report::Failed { stage, errno });
            proc::exit_now(0)
        }
    };
    // Once more, for a command that was killed before it could say so.
    tell(Report::Forked { pid });
    // The command's ends of its pipes must not stay open here, or they would never come to an end.
    proc::close_all_but(&mut [reports]);
    loop {
        let waited = match proc::wait_any(0) {
            Ok(Some(waited)) => waited,
            Err(libc::EINTR) | Ok(None) => continue,
            Err(_) => proc::exit_now(0),
        };
        if waited.pid == pid {
            tell(ended(waited));
        }
    }
}

/// Looks for what is left before it tells, so that an ordinary command is not reported as one that left processes behind.
fn ended(command: Waited) -> Report {
    let left_behind = loop {
        match proc::wait_any(libc::WNOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    Report::Ended {
        status: command.status,
        cpu_ms: command.cpu_ms,
        max_rss_kib: command.max_rss_kib,
        left_behind,
    }
}

/// Becomes the program; returns only what failed.
fn run_command(plan: &Plan, stdio: &[OwnedFd; 3]) -> (Stage, i32) {
    if let Err(errno) = prepare(plan, stdio) {
        return (Stage::Setup, errno);
    }
    if let Some(cwd) = &plan.cwd {
        if let Err(errno) = proc::change_directory(cwd) {
            return (Stage::Directory, errno);
        }
    }
    proc::reset_signals();
    (Stage::Program, execute(plan))
}

fn prepare(plan: &Plan, stdio: &[OwnedFd; 3]) -> Result<()> {
    proc::new_session()?;
    for (number, fd) in (0..).zip(stdio) {
        proc::use_as(fd.as_raw_fd(), number)?;
    }
    if plan.terminal.is_some() {
        pty::take_as_controlling(1)?;
    }
    if plan.open_files > 0 {
        proc::lower_limit(Limit::OpenFiles, u64::from(plan.open_files))?;
    }
    if plan.cpu_seconds > 0 {
        proc::lower_limit(Limit::CpuSeconds, u64::from(plan.cpu_seconds))?;
    }
    Ok(())
}

/// Tries the places of PATH in their order, one at a time: a long PATH must not become a large list.
fn execute(plan: &Plan) -> i32 {
    let program = match plan.argv.first() {
        Some(program) if !program.as_bytes().is_empty() => program,
        _ => return libc::ENOENT,
    };
    if program.as_bytes().contains(&b'/') {
        return proc::execute(program, &plan.argv, &plan.envp);
    }
    let mut worst = libc::ENOENT;
    for place in plan.path.split(|byte| *byte == b':') {
        let place = if place.is_empty() { &b"."[..] } else { place };
        let whole = [place, b"/", program.as_bytes()].concat();
        let errno = match CString::new(whole) {
            Ok(path) => proc::execute(&path, &plan.argv, &plan.envp),
            Err(_) => libc::ENOENT,
        };
        match errno {
            libc::ENOENT | libc::ENOTDIR | libc::ENAMETOOLONG => {}
            libc::EACCES => worst = libc::EACCES,
            _ => return errno,
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_through_the_pipe_as_they_were() {
        for report in [
            Report::Forked { pid: 77 },
            Report::Failed {
                stage: Stage::Directory,
                errno: libc::ENOENT,
            },
            Report::Failed {
                stage: Stage::Fork,
                errno: libc::EAGAIN,
            },
            Report::Ended {
                status: 9,
                cpu_ms: 1 << 40,
                max_rss_kib: 3,
                left_behind: true,
            },
        ] {
            assert_eq!(Report::decode(&report.encode()), Some(report));
        }
    }
}
