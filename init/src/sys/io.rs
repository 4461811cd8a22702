//! Reading, writing, pipes, poll, clocks.

use super::{check, check_size, Result};
use std::os::unix::io::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Calls again when a signal interrupted the call.
fn uninterrupted(mut call: impl FnMut() -> Result<usize>) -> Result<usize> {
    loop {
        match call() {
            Err(libc::EINTR) => {}
            other => return other,
        }
    }
}

pub fn read(fd: RawFd, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: the pointer and the length are those of a live, exclusively borrowed buffer.
    uninterrupted(|| {
        check_size(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) })
    })
}

pub fn write(fd: RawFd, bytes: &[u8]) -> Result<usize> {
    // SAFETY: the pointer and the length are those of a live buffer.
    uninterrupted(|| check_size(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) }))
}

pub fn pread(fd: RawFd, buffer: &mut [u8], offset: i64) -> Result<usize> {
    // SAFETY: the pointer and the length are those of a live, exclusively borrowed buffer.
    uninterrupted(|| {
        check_size(unsafe { libc::pread(fd, buffer.as_mut_ptr().cast(), buffer.len(), offset) })
    })
}

/// Takes ownership of a descriptor that a call has just returned.
pub(super) fn owned(fd: RawFd) -> OwnedFd {
    // SAFETY: every caller passes a descriptor that the kernel has just handed out, which nothing else owns.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// A pipe whose both ends stay in this process: (read, write).
pub fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    Ok((owned(ends[0]), owned(ends[1])))
}

pub fn set_nonblocking(fd: RawFd) -> Result<()> {
    // SAFETY: F_GETFL and F_SETFL touch no memory of ours.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    Ok(())
}

pub fn duplicate(fd: RawFd) -> Result<OwnedFd> {
    // SAFETY: F_DUPFD_CLOEXEC touches no memory of ours; 3 keeps the copy off the standard streams.
    check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) }).map(owned)
}

/// Bytes that a read would get now.
pub fn readable_bytes(fd: RawFd) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int, which `count` is.
    let result = unsafe { libc::ioctl(fd, libc::FIONREAD, &mut count) };
    if result < 0 {
        0
    } else {
        usize::try_from(count).unwrap_or(0)
    }
}

/// Waits until one of them is ready or the time is over; -1 waits without end.
pub fn poll(fds: &mut [libc::pollfd], timeout_ms: i32) {
    // SAFETY: the pointer and the count are those of a live, exclusively borrowed slice.
    let result = unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, timeout_ms) };
    if result < 0 {
        // A caller that finds nothing ready looks at its clocks and comes again.
        fds.iter_mut().for_each(|fd| fd.revents = 0);
    }
}

/// `None` leaves the entry out of the poll (a negative descriptor is ignored by the kernel).
pub fn poll_entry(fd: Option<&OwnedFd>, events: i16) -> libc::pollfd {
    libc::pollfd {
        fd: fd.map_or(-1, AsRawFd::as_raw_fd),
        events,
        revents: 0,
    }
}

/// Milliseconds of the monotonic clock.
pub fn now_ms() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a live timespec; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    (time.tv_sec as u64)
        .saturating_mul(1000)
        .saturating_add(time.tv_nsec as u64 / 1_000_000)
}

/// Milliseconds since 1970; 0 for a clock before that.
pub fn unix_ms() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

/// Bytes that nobody in the container can guess.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    // SAFETY: the pointer and the length are those of `bytes`; up to 256 bytes come whole.
    let got = check_size(unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), N, 0) })?;
    if got == N {
        Ok(bytes)
    } else {
        Err(libc::EIO)
    }
}
