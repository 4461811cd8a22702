//! Processes: signals, waiting, limits, fork, exec.

use super::{check, errno, io, Result};
use std::ffi::{CStr, CString};
use std::os::unix::io::{OwnedFd, RawFd};

/// The pid of this process.
pub fn own_pid() -> i32 {
    // SAFETY: always succeeds and touches no memory.
    unsafe { libc::getpid() }
}

pub fn parent_pid() -> i32 {
    // SAFETY: always succeeds and touches no memory.
    unsafe { libc::getppid() }
}

fn prctl(option: i32, value: libc::c_ulong) -> Result<()> {
    let zero: libc::c_ulong = 0;
    // SAFETY: only called with options that take plain numbers.
    check(unsafe { libc::prctl(option, value, zero, zero, zero) }).map(|_| ())
}

/// Nobody of the same user may trace this process, read its memory or open its descriptors by way of /proc. Children that
/// have not executed a program inherit it.
pub fn forbid_dumping() -> Result<()> {
    prctl(libc::PR_SET_DUMPABLE, 0)
}

/// Orphans below this process come to it.
pub fn become_subreaper() -> Result<()> {
    prctl(libc::PR_SET_CHILD_SUBREAPER, 1)
}

/// The name that `ps` shows.
pub fn set_name(name: &CStr) {
    let zero: libc::c_ulong = 0;
    // SAFETY: `name` ends in NUL; the kernel copies at most 16 bytes of it.
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), zero, zero, zero) };
}

/// Blocks every signal and gives a descriptor that tells the given ones. SIGPIPE and SIGXFSZ become errno values.
pub fn signal_fd(signals: &[i32]) -> Result<OwnedFd> {
    // SAFETY: the sets are initialised by sigfillset and sigemptyset before they are read.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        check(libc::sigprocmask(
            libc::SIG_SETMASK,
            &all,
            std::ptr::null_mut(),
        ))?;
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        let mut told: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut told);
        for signal in signals {
            libc::sigaddset(&mut told, *signal);
        }
        check(libc::signalfd(
            -1,
            &told,
            libc::SFD_CLOEXEC | libc::SFD_NONBLOCK,
        ))
        .map(io::owned)
    }
}

/// The next signal and the pid that sent it (0: the kernel, or somebody outside the PID namespace; -1: somebody who wrote that himself).
pub fn next_signal(fd: RawFd) -> Option<(i32, i32)> {
    let mut bytes = [0u8; std::mem::size_of::<libc::signalfd_siginfo>()];
    if io::read(fd, &mut bytes) != Ok(bytes.len()) {
        return None;
    }
    // signalfd(2): ssi_signo at 0, ssi_errno, ssi_code, ssi_pid at 12; native order.
    let number = i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let code = i32::from_ne_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
    let sender = i32::from_ne_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
    // With rt_sigqueueinfo(2) a process writes both itself, but no code that is not negative.
    Some((number, if code < 0 { -1 } else { sender }))
}

/// What wait4 tells of a child.
#[derive(Clone, Copy, Debug)]
pub struct Waited {
    pub pid: i32,
    pub status: i32,
    pub cpu_ms: u64,
    pub max_rss_kib: u64,
}

impl Waited {
    pub fn is_stopped(&self) -> bool {
        libc::WIFSTOPPED(self.status)
    }

    pub fn ended_well(&self) -> bool {
        libc::WIFEXITED(self.status) && libc::WEXITSTATUS(self.status) == 0
    }
}

fn milliseconds(time: libc::timeval) -> u64 {
    (time.tv_sec as u64)
        .saturating_mul(1000)
        .saturating_add(time.tv_usec as u64 / 1000)
}

/// One child that changed; `Ok(None)` when none has (with WNOHANG); `Err(ECHILD)` when there are no children.
pub fn wait_any(flags: i32) -> Result<Option<Waited>> {
    let mut status = 0;
    // SAFETY: `usage` is plain data that wait4 fills; both pointers are to live variables.
    let (result, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(-1, &mut status, flags, &mut usage), usage)
    };
    match check(result)? {
        0 => Ok(None),
        pid => Ok(Some(Waited {
            pid,
            status,
            cpu_ms: milliseconds(usage.ru_utime).saturating_add(milliseconds(usage.ru_stime)),
            max_rss_kib: usage.ru_maxrss as u64,
        })),
    }
}

/// CPU time of this process alone.
pub fn own_cpu_ms() -> u64 {
    // SAFETY: `usage` is plain data that getrusage fills.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    milliseconds(usage.ru_utime).saturating_add(milliseconds(usage.ru_stime))
}

/// Negative pids are process groups, as with kill(2).
pub fn kill(pid: i32, signal: i32) -> Result<()> {
    // SAFETY: touches no memory of ours.
    check(unsafe { libc::kill(pid, signal) }).map(|_| ())
}

pub fn pidfd_open(pid: i32) -> Result<OwnedFd> {
    // SAFETY: touches no memory of ours; the result is a new descriptor.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    check(result as i32).map(io::owned)
}

pub fn pidfd_kill(pidfd: RawFd, signal: i32) -> Result<()> {
    // SAFETY: a null siginfo is allowed; no other memory is passed.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd,
            signal,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    };
    check(result as i32).map(|_| ())
}

/// Which side of a fork this is.
pub enum Side {
    Child,
    Parent(i32),
}

pub fn fork() -> Result<Side> {
    // SAFETY: the program has one thread, so the child may do anything that the parent may.
    match unsafe { libc::fork() } {
        0 => Ok(Side::Child),
        pid if pid > 0 => Ok(Side::Parent(pid)),
        _ => Err(errno()),
    }
}

/// Ends at once, without the destructors of a memory that is shared with the parent's plans.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: never returns.
    unsafe { libc::_exit(code) }
}

pub fn new_session() -> Result<()> {
    // SAFETY: touches no memory.
    check(unsafe { libc::setsid() }).map(|_| ())
}

pub fn change_directory(path: &CStr) -> Result<()> {
    // SAFETY: `path` ends in NUL.
    check(unsafe { libc::chdir(path.as_ptr()) }).map(|_| ())
}

/// Makes `fd` the standard stream `number`, inherited by the program.
pub fn use_as(fd: RawFd, number: RawFd) -> Result<()> {
    // SAFETY: touches no memory.
    check(unsafe { libc::dup2(fd, number) }).map(|_| ())
}

/// A limit that can be lowered.
#[derive(Clone, Copy)]
pub enum Limit {
    CpuSeconds,
    OpenFiles,
}

/// Sets soft and hard limit to `value`, or to the hard limit when that is lower already.
pub fn lower_limit(limit: Limit, value: u64) -> Result<()> {
    let resource = match limit {
        Limit::CpuSeconds => libc::RLIMIT_CPU,
        Limit::OpenFiles => libc::RLIMIT_NOFILE,
    };
    let mut now = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `now` is a live rlimit.
    check(unsafe { libc::getrlimit(resource, &mut now) })?;
    let most = now.rlim_max.min(value as libc::rlim_t);
    let new = libc::rlimit {
        rlim_cur: most,
        rlim_max: most,
    };
    // SAFETY: `new` is a live rlimit.
    check(unsafe { libc::setrlimit(resource, &new) }).map(|_| ())
}

/// Every signal acts as it does in a fresh process, and none is blocked.
pub fn reset_signals() {
    // The kernel's sigaction is smaller than this on every architecture, and all zeros are the default action. glibc's own call
    // refuses the two signals that it uses itself, and those may come ignored from outside.
    let default = [0usize; 8];
    let set_bytes: usize = 8;
    // SAFETY: numbers that cannot be changed are refused by the kernel; the set is initialised before it is read.
    unsafe {
        for signal in 1..=64 {
            let none = std::ptr::null_mut::<libc::c_void>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default.as_ptr(),
                none,
                set_bytes,
            );
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
    }
}

/// Pointers to the strings and a null at the end; valid as long as the strings are.
fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings
        .iter()
        .map(|string| string.as_ptr())
        .chain(std::iter::once(std::ptr::null()))
        .collect()
}

/// Returns only when it failed.
pub fn execute(path: &CStr, argv: &[CString], envp: &[CString]) -> i32 {
    let (argv, envp) = (pointers(argv), pointers(envp));
    // SAFETY: both arrays end in null and their strings outlive the call.
    unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), envp.as_ptr()) };
    errno()
}

/// Closes every descriptor but those in `keep`.
pub fn close_all_but(keep: &mut [RawFd]) {
    keep.sort_unstable();
    let mut from: u32 = 0;
    for fd in keep.iter() {
        let fd = *fd as u32;
        if fd > from {
            close_range(from, fd - 1);
        }
        from = fd + 1;
    }
    close_range(from, u32::MAX);
}

fn close_range(first: u32, last: u32) {
    // SAFETY: only called in a fork that uses nothing but the descriptors which it keeps, and never returns to its owners.
    if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
        return;
    }
    // Linux before 5.9, or a seccomp profile that does not know the call: an init never has more than these.
    for fd in first..=last.min(4096) {
        // SAFETY: as above.
        unsafe { libc::close(fd as RawFd) };
    }
}

/// Returns freed memory to the kernel early: the init sleeps for most of its life.
pub fn tune_allocator() {
    // SAFETY: documented parameters; called before anything is allocated that matters.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 64 * 1024);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 64 * 1024);
    }
}
