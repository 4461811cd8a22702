//! Files: openat2 and the calls that work below a directory descriptor.

use super::{check, check_size, io, Result};
use std::ffi::CStr;
use std::os::unix::io::{OwnedFd, RawFd};

/// What the kernel says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    pub mode: u32,
    pub size: u64,
    pub modified_ms: u64,
    pub device: u64,
    pub inode: u64,
}

impl Stat {
    pub fn is_file(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }

    pub fn is_directory(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }

    pub fn is_link(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFLNK
    }

    pub fn is_same_file(&self, other: &Stat) -> bool {
        self.device == other.device && self.inode == other.inode
    }

    #[allow(clippy::unnecessary_cast)] // the types of the fields differ between architectures
    fn of(raw: &libc::stat) -> Stat {
        let seconds = u64::try_from(raw.st_mtime).unwrap_or(0);
        Stat {
            mode: raw.st_mode,
            size: u64::try_from(raw.st_size).unwrap_or(0),
            modified_ms: seconds
                .saturating_mul(1000)
                .saturating_add(raw.st_mtime_nsec as u64 / 1_000_000),
            device: raw.st_dev as u64,
            inode: raw.st_ino as u64,
        }
    }
}

pub fn open_directory_path(path: &CStr) -> Result<OwnedFd> {
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: `path` ends in NUL; the result is a new descriptor.
    check(unsafe { libc::open(path.as_ptr(), flags) }).map(io::owned)
}

pub fn open_plain(path: &CStr, flags: i32) -> Result<OwnedFd> {
    // SAFETY: `path` ends in NUL; the result is a new descriptor.
    check(unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) }).map(io::owned)
}

/// Opens below `root` and nowhere else: neither `..`, nor an absolute link, nor a magic link of /proc leads out.
pub fn open_beneath(root: RawFd, path: &CStr, flags: i32) -> Result<OwnedFd> {
    // SAFETY: plain data for which zero is a valid value; later kernels may know more fields.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = (flags | libc::O_CLOEXEC) as u64;
    how.resolve = libc::RESOLVE_BENEATH | libc::RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed while `..` was resolved, so the kernel could not be sure. A session that renames all the
    // time must not hold up the others, hence the bound.
    for _ in 0..32 {
        // SAFETY: `path` ends in NUL, and the size is that of `how`.
        let result = unsafe {
            libc::syscall(
                libc::SYS_openat2,
                root,
                path.as_ptr(),
                std::ptr::addr_of!(how),
                std::mem::size_of_val(&how),
            )
        };
        match check(result as i32) {
            Err(libc::EAGAIN) => {}
            other => return other.map(io::owned),
        }
    }
    Err(libc::EAGAIN)
}

/// Opens an entry of `directory`; `name` is one component.
pub fn open_entry(directory: RawFd, name: &CStr, flags: i32) -> Result<OwnedFd> {
    let flags = flags | libc::O_CLOEXEC | libc::O_NOFOLLOW;
    // SAFETY: `name` ends in NUL; the result is a new descriptor.
    check(unsafe { libc::openat(directory, name.as_ptr(), flags, 0o600) }).map(io::owned)
}

pub fn stat(fd: RawFd) -> Result<Stat> {
    // SAFETY: plain data that fstat fills.
    let (result, raw) = unsafe {
        let mut raw: libc::stat = std::mem::zeroed();
        (libc::fstat(fd, &mut raw), raw)
    };
    check(result).map(|_| Stat::of(&raw))
}

/// Of the entry itself, not of what a link names.
pub fn stat_entry(directory: RawFd, name: &CStr) -> Result<Stat> {
    // SAFETY: plain data that fstatat fills; `name` ends in NUL.
    let (result, raw) = unsafe {
        let mut raw: libc::stat = std::mem::zeroed();
        let flags = libc::AT_SYMLINK_NOFOLLOW;
        (
            libc::fstatat(directory, name.as_ptr(), &mut raw, flags),
            raw,
        )
    };
    check(result).map(|_| Stat::of(&raw))
}

pub fn make_directory(directory: RawFd, name: &CStr, mode: u32) -> Result<()> {
    // SAFETY: `name` ends in NUL.
    check(unsafe { libc::mkdirat(directory, name.as_ptr(), mode) }).map(|_| ())
}

pub fn remove_entry(directory: RawFd, name: &CStr) -> Result<()> {
    // SAFETY: `name` ends in NUL.
    check(unsafe { libc::unlinkat(directory, name.as_ptr(), 0) }).map(|_| ())
}

pub fn remove_directory(directory: RawFd, name: &CStr) -> Result<()> {
    // SAFETY: `name` ends in NUL.
    check(unsafe { libc::unlinkat(directory, name.as_ptr(), libc::AT_REMOVEDIR) }).map(|_| ())
}

pub fn set_mode(fd: RawFd, mode: u32) -> Result<()> {
    // SAFETY: touches no memory.
    check(unsafe { libc::fchmod(fd, mode) }).map(|_| ())
}

/// Moves an entry over whatever has the new name.
pub fn rename(from: (RawFd, &CStr), to: (RawFd, &CStr)) -> Result<()> {
    // SAFETY: both names end in NUL.
    check(unsafe { libc::renameat(from.0, from.1.as_ptr(), to.0, to.1.as_ptr()) }).map(|_| ())
}

/// Moves an entry; EEXIST when the new name is taken.
pub fn rename_to_free_name(directory: RawFd, from: &CStr, to: &CStr) -> Result<()> {
    // SAFETY: both names end in NUL.
    let moved = check(unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            directory,
            from.as_ptr(),
            directory,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        ) as i32
    });
    match moved {
        // A file system without the flag still refuses to link over a name.
        Err(libc::EINVAL) => {
            // SAFETY: both names end in NUL.
            check(unsafe { libc::linkat(directory, from.as_ptr(), directory, to.as_ptr(), 0) })?;
            remove_entry(directory, from)
        }
        other => other.map(|_| ()),
    }
}

#[allow(clippy::needless_lifetimes)] // Rust 1.63 wants the name for the iterator
/// Reads directory entries into `buffer` and gives the names in it, without `.` and `..`; `None` at the end.
pub fn read_names<'a>(
    directory: RawFd,
    buffer: &'a mut [u8],
) -> Result<Option<impl Iterator<Item = &'a [u8]>>> {
    // SAFETY: the pointer and the length are those of a live, exclusively borrowed buffer.
    let result = unsafe {
        libc::syscall(
            libc::SYS_getdents64,
            directory,
            buffer.as_mut_ptr(),
            buffer.len(),
        )
    };
    let filled = check_size(result as isize)?;
    if filled == 0 {
        return Ok(None);
    }
    let mut rest = buffer.get(..filled).unwrap_or(&[]);
    let all = std::iter::from_fn(move || {
        // linux_dirent64: inode (8), offset (8), record length (2), type (1), name ending in NUL.
        let length = usize::from(u16::from_ne_bytes(rest.get(16..18)?.try_into().ok()?));
        let field = rest.get(19..length)?;
        rest = rest.get(length..)?;
        let end = field.iter().position(|byte| *byte == 0)?;
        field.get(..end)
    });
    Ok(Some(all.filter(|name| *name != b"." && *name != b"..")))
}

/// Reads the directory from its beginning again.
pub fn rewind(directory: RawFd) -> Result<()> {
    // SAFETY: touches no memory.
    if unsafe { libc::lseek(directory, 0, libc::SEEK_SET) } < 0 {
        return Err(super::errno());
    }
    Ok(())
}

/// An exclusive lock on the open file, without waiting; false when another open file has it.
pub fn try_lock(fd: RawFd) -> Result<bool> {
    loop {
        // SAFETY: takes plain numbers.
        match check(unsafe { libc::flock(fd, libc::LOCK_EX | libc::LOCK_NB) }) {
            Ok(_) => return Ok(true),
            Err(libc::EWOULDBLOCK) => return Ok(false),
            Err(libc::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}
