//! Thin wrappers over libc: every `unsafe` of the program is below here, each with the reason why it is sound. Errors are errno values.

pub mod fs;
pub mod io;
pub mod proc;
pub mod pty;
pub mod socket;

/// The errno of a failed call.
pub type Result<T> = std::result::Result<T, i32>;

pub(crate) fn errno() -> i32 {
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(libc::EIO)
}

/// A libc result below 0 is a failure.
pub(crate) fn check(result: i32) -> Result<i32> {
    if result < 0 {
        Err(errno())
    } else {
        Ok(result)
    }
}

pub(crate) fn check_size(result: isize) -> Result<usize> {
    usize::try_from(result).map_err(|_| errno())
}

/// "No such file or directory" for an errno.
pub fn reason(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
