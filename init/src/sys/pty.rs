//! Pseudo terminals.

use super::{check, errno, io, Result};
use std::os::unix::io::{AsRawFd, OwnedFd, RawFd};

/// A terminal: (master, slave), neither of them the controlling terminal of this process.
pub fn open(rows: u16, columns: u16) -> Result<(OwnedFd, OwnedFd)> {
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: touches no memory; the result is a new descriptor.
    let master = io::owned(check(unsafe { libc::posix_openpt(flags) })?);
    // SAFETY: touches no memory.
    check(unsafe { libc::unlockpt(master.as_raw_fd()) })?;
    resize(master.as_raw_fd(), rows, columns)?;
    let slave = open_slave(master.as_raw_fd(), flags)?;
    Ok((master, slave))
}

fn open_slave(master: RawFd, flags: i32) -> Result<OwnedFd> {
    // TIOCGPTPEER (Linux 4.13) asks no path, so a session cannot have put another device there.
    // SAFETY: takes a plain number; the result is a new descriptor.
    let peer = unsafe { libc::ioctl(master, libc::TIOCGPTPEER, flags) };
    if peer >= 0 {
        return Ok(io::owned(peer));
    }
    let mut name: [libc::c_char; 64] = [0; 64];
    // SAFETY: the length is that of the buffer.
    let result = unsafe { libc::ptsname_r(master, name.as_mut_ptr(), name.len()) };
    if result != 0 {
        return Err(errno());
    }
    // SAFETY: ptsname_r ended the name with NUL within the buffer.
    check(unsafe { libc::open(name.as_ptr(), flags) }).map(io::owned)
}

pub fn resize(master: RawFd, rows: u16, columns: u16) -> Result<()> {
    let size = libc::winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: TIOCSWINSZ reads one winsize, which `size` is.
    check(unsafe { libc::ioctl(master, libc::TIOCSWINSZ, &size) }).map(|_| ())
}

/// Makes the terminal that of this process's new session.
pub fn take_as_controlling(slave: RawFd) -> Result<()> {
    // SAFETY: takes a plain number.
    check(unsafe { libc::ioctl(slave, libc::TIOCSCTTY, 0) }).map(|_| ())
}
