//! The few calls that std has no word for. Every number of an error is that of the kernel.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub type Errno = i32;

pub fn errno() -> Errno {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

pub fn c_path(path: impl AsRef<Path>) -> CString {
    CString::new(path.as_ref().as_os_str().as_bytes()).unwrap_or_default()
}

/// For calls that give -1.
pub fn check(result: i64) -> Result<i64, Errno> {
    if result < 0 {
        Err(errno())
    } else {
        Ok(result)
    }
}

pub fn error_name(errno: Errno) -> String {
    std::io::Error::from_raw_os_error(errno).to_string()
}

pub fn read(path: impl AsRef<Path>) -> String {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

/// Value of a `Name:\tvalue` line of /proc/self/status.
pub fn status(name: &str) -> String {
    read("/proc/self/status")
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .unwrap_or_default()
        .trim()
        .to_string()
}

/// Opens for writing, without writing.
pub fn open_for_writing(path: impl AsRef<Path>) -> Result<(), Errno> {
    let flags = libc::O_WRONLY | libc::O_CLOEXEC | libc::O_NONBLOCK;
    // SAFETY: the path ends in NUL; the descriptor is closed at once.
    let file = check(i64::from(unsafe {
        libc::open(c_path(path).as_ptr(), flags)
    }))?;
    unsafe { libc::close(file as i32) };
    Ok(())
}

pub fn is_read_only_mount(path: &str) -> Option<bool> {
    let mut found = std::mem::MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the path ends in NUL and the result is a whole statvfs.
    check(i64::from(unsafe {
        libc::statvfs(c_path(path).as_ptr(), found.as_mut_ptr())
    }))
    .ok()?;
    Some(unsafe { found.assume_init() }.f_flag & libc::ST_RDONLY != 0)
}

#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Code(i32),
    Signal(i32),
    NotForked(Errno),
}

/// Runs `work` in a child, whose exit code it gives. The child is killed after a minute: a second of processor time can take long.
pub fn in_child(work: impl FnOnce() -> i32) -> End {
    // SAFETY: this program has one thread, so the child may do anything.
    let child = unsafe { libc::fork() };
    if child < 0 {
        return End::NotForked(errno());
    }
    if child == 0 {
        unsafe { libc::alarm(60) };
        let code = work();
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: waits for our own child.
    while unsafe { libc::waitpid(child, &mut status, 0) } < 0 && errno() == libc::EINTR {}
    if libc::WIFSIGNALED(status) {
        End::Signal(libc::WTERMSIG(status))
    } else {
        End::Code(libc::WEXITSTATUS(status))
    }
}

/// The number of the error of `call`, made in a child because it would change this process; 0 when it succeeds.
pub fn errno_in_child(call: impl FnOnce() -> i64) -> End {
    in_child(|| check(call()).err().unwrap_or(0))
}
