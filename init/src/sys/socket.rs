//! TCP to the container's own loopback.

use super::{check, errno, io, Result};
use std::os::unix::io::{AsRawFd, OwnedFd, RawFd};

/// The two addresses that a forward tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loopback {
    V4,
    V6,
}

/// Begins a connection; it is made, or failed, when the socket becomes writable.
pub fn connect(to: Loopback, port: u16) -> Result<OwnedFd> {
    let family = match to {
        Loopback::V4 => libc::AF_INET,
        Loopback::V6 => libc::AF_INET6,
    };
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: touches no memory; the result is a new descriptor.
    let socket = io::owned(check(unsafe { libc::socket(family, kind, 0) })?);
    // SAFETY: both address types are plain data, and the lengths passed are theirs.
    let result = unsafe {
        match to {
            Loopback::V4 => {
                let mut address: libc::sockaddr_in = std::mem::zeroed();
                address.sin_family = libc::AF_INET as libc::sa_family_t;
                address.sin_port = port.to_be();
                address.sin_addr.s_addr = u32::from_be_bytes([127, 0, 0, 1]).to_be();
                let size = std::mem::size_of_val(&address) as libc::socklen_t;
                libc::connect(socket.as_raw_fd(), std::ptr::addr_of!(address).cast(), size)
            }
            Loopback::V6 => {
                let mut address: libc::sockaddr_in6 = std::mem::zeroed();
                address.sin6_family = libc::AF_INET6 as libc::sa_family_t;
                address.sin6_port = port.to_be();
                address.sin6_addr.s6_addr[15] = 1;
                let size = std::mem::size_of_val(&address) as libc::socklen_t;
                libc::connect(socket.as_raw_fd(), std::ptr::addr_of!(address).cast(), size)
            }
        }
    };
    match check(result) {
        Ok(_) | Err(libc::EINPROGRESS) => Ok(socket),
        Err(errno) => Err(errno),
    }
}

/// How the connection that `connect` began came out.
pub fn connected(fd: RawFd) -> Result<()> {
    let mut error: libc::c_int = 0;
    let mut size = std::mem::size_of_val(&error) as libc::socklen_t;
    // SAFETY: SO_ERROR writes one int of the given size.
    let result = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_ERROR,
            std::ptr::addr_of_mut!(error).cast(),
            &mut size,
        )
    };
    if result < 0 {
        return Err(errno());
    }
    if error == 0 {
        Ok(())
    } else {
        Err(error)
    }
}

pub fn end_writing(fd: RawFd) {
    // SAFETY: touches no memory; a socket that is gone already needs no end.
    unsafe { libc::shutdown(fd, libc::SHUT_WR) };
}
