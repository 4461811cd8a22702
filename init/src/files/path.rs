//! Paths of requests: what they may look like, how they are resolved below the root, and what an errno means to the controller.

use crate::sys::fs::{self, Stat};
use crate::sys::reason;
use crate::wire::{Code, Refusal};
use std::ffi::{CStr, CString};
use std::os::unix::io::{AsRawFd, OwnedFd, RawFd};

const LONGEST: usize = 4096;
const TEMPORARY_START: &[u8] = b".mcps-";
const TEMPORARY_END: &[u8] = b".tmp";

pub fn refusal(errno: i32) -> Refusal {
    let code = match errno {
        libc::ENOENT | libc::ENOTDIR => Code::NotFound,
        // RESOLVE_BENEATH refuses with EXDEV, RESOLVE_NO_MAGICLINKS and loops of links with ELOOP.
        libc::EXDEV | libc::ELOOP => Code::OutsideRoot,
        libc::ENOSPC | libc::EDQUOT => Code::NoSpace,
        libc::EFBIG => Code::TooLarge,
        libc::EACCES | libc::EPERM | libc::EROFS => Code::Denied,
        libc::EISDIR | libc::ENXIO => Code::WrongType,
        libc::EEXIST | libc::ENOTEMPTY | libc::EBUSY => Code::Conflict,
        libc::EINVAL | libc::ENAMETOOLONG | libc::EILSEQ => Code::Invalid,
        libc::EMFILE | libc::ENFILE | libc::EAGAIN => Code::Busy,
        libc::ENOSYS => Code::Unsupported,
        _ => Code::Internal,
    };
    let message = match code {
        Code::OutsideRoot => "it leads out of the workspace".to_string(),
        Code::Unsupported => {
            "the kernel or the seccomp profile of this node has no openat2".to_string()
        }
        _ => reason(errno),
    };
    Refusal::new(code, errno, message)
}

pub fn wrong_type(message: &str) -> Refusal {
    Refusal::new(Code::WrongType, 0, message)
}

fn checked(path: &[u8]) -> Result<CString, Refusal> {
    if path.is_empty() || path.len() > LONGEST {
        let message = format!("path: {} bytes; allowed are 1 to {LONGEST}", path.len());
        return Err(Refusal::invalid(message));
    }
    if path.first() == Some(&b'/') {
        let message = "path: absolute; paths are relative to the root";
        return Err(Refusal::new(Code::OutsideRoot, 0, message));
    }
    CString::new(path).map_err(|_| Refusal::invalid("path: a NUL byte inside"))
}

/// Names of temporary files of writes, which are nobody's business.
pub fn is_temporary(name: &[u8]) -> bool {
    let middle = name
        .strip_prefix(TEMPORARY_START)
        .and_then(|rest| rest.strip_suffix(TEMPORARY_END));
    matches!(middle, Some(middle) if !middle.is_empty() && middle.iter().all(u8::is_ascii_hexdigit))
}

pub fn temporary_name() -> Result<CString, Refusal> {
    let random = u64::from_ne_bytes(crate::sys::io::random().map_err(refusal)?);
    let start = String::from_utf8_lossy(TEMPORARY_START);
    let end = String::from_utf8_lossy(TEMPORARY_END);
    CString::new(format!("{start}{random:016x}{end}")).map_err(|_| refusal(libc::EIO))
}

/// The directory that requests are confined to.
pub struct Root {
    path: CString,
    /// Opened once, so that nothing that is done to the path later leads elsewhere.
    fd: Option<OwnedFd>,
    is_supported: bool,
}

/// An entry of a directory below the root.
pub struct Entry {
    pub directory: OwnedFd,
    pub name: CString,
}

impl Entry {
    pub fn directory(&self) -> RawFd {
        self.directory.as_raw_fd()
    }

    /// `Ok(None)`: there is nothing of that name.
    pub fn stat(&self) -> Result<Option<Stat>, Refusal> {
        match fs::stat_entry(self.directory(), &self.name) {
            Ok(stat) => Ok(Some(stat)),
            Err(libc::ENOENT) => Ok(None),
            Err(errno) => Err(refusal(errno)),
        }
    }
}

impl Root {
    pub fn new(path: &[u8]) -> Self {
        let path = CString::new(path).unwrap_or_default();
        let fd = fs::open_directory_path(&path).ok();
        let here = CStr::from_bytes_with_nul(b".\0").unwrap_or_default();
        // Seccomp profiles that do not know openat2 refuse it with ENOSYS or EPERM; the kernel never does for the own directory.
        let tried = fs::open_beneath(libc::AT_FDCWD, here, libc::O_PATH);
        let is_supported = !matches!(tried, Err(libc::ENOSYS | libc::EPERM));
        Root {
            path,
            fd,
            is_supported,
        }
    }

    fn fd(&mut self) -> Result<RawFd, Refusal> {
        if !self.is_supported {
            let message = "the kernel or the seccomp profile refuses openat2";
            return Err(Refusal::new(Code::Unsupported, libc::ENOSYS, message));
        }
        if let Some(fd) = &self.fd {
            return Ok(fd.as_raw_fd());
        }
        let opened = fs::open_directory_path(&self.path).map_err(refusal)?;
        Ok(self.fd.insert(opened).as_raw_fd())
    }

    pub fn open(&mut self, path: &[u8], flags: i32) -> Result<OwnedFd, Refusal> {
        let path = checked(path)?;
        fs::open_beneath(self.fd()?, &path, flags).map_err(refusal)
    }

    /// Opens a file or directory for reading, after a look that has no effect on whatever else it may be.
    pub fn open_readable(
        &mut self,
        path: &[u8],
        is_wanted: fn(&Stat) -> bool,
    ) -> Result<(OwnedFd, Stat), Refusal> {
        let kind =
            || wrong_type("path: neither a regular file nor a directory, or not the one asked for");
        let seen = self.open(path, libc::O_PATH)?;
        if !is_wanted(&fs::stat(seen.as_raw_fd()).map_err(refusal)?) {
            return Err(kind());
        }
        let flags = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY;
        let opened = self.open(path, flags)?;
        let stat = fs::stat(opened.as_raw_fd()).map_err(refusal)?;
        if is_wanted(&stat) {
            Ok((opened, stat))
        } else {
            Err(kind())
        }
    }

    /// The directory of an entry that is to be made, replaced or removed, and its name.
    pub fn entry(&mut self, path: &[u8]) -> Result<Entry, Refusal> {
        checked(path)?;
        let (directory, name) = match path.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => (path.get(..slash), path.get(slash + 1..)),
            None => (Some(&b"."[..]), Some(path)),
        };
        let (directory, name) = (directory.unwrap_or(b"."), name.unwrap_or(b""));
        if matches!(name, b"" | b"." | b"..") {
            let message = "path: its last part must name an entry, and the root is none";
            return Err(Refusal::invalid(message));
        }
        let flags = libc::O_PATH | libc::O_DIRECTORY;
        Ok(Entry {
            directory: self.open(directory, flags)?,
            name: checked(name)?,
        })
    }

    /// Makes the directories of `path` that are missing, and gives the last one and whether it was made. Each step is resolved
    /// from the root anew, so that links and `..` are followed as they always are.
    pub fn make_directories(&mut self, path: &[u8], mode: u32) -> Result<(OwnedFd, bool), Refusal> {
        checked(path)?;
        let flags = libc::O_PATH | libc::O_DIRECTORY;
        let mut last = (self.open(b".", flags)?, false);
        let mut end = 0;
        for part in path.split(|byte| *byte == b'/') {
            end += part.len();
            let whole = path.get(..end).unwrap_or(path);
            end += 1;
            if part.is_empty() || part == b"." {
                continue;
            }
            last = match self.open(whole, flags) {
                Ok(opened) => (opened, false),
                Err(missing) if missing.errno == libc::ENOENT => {
                    let made = fs::make_directory(last.0.as_raw_fd(), &checked(part)?, mode);
                    match made {
                        // EEXIST: somebody was quicker, or it is a link to nowhere, which the next line tells.
                        Ok(()) | Err(libc::EEXIST) => (self.open(whole, flags)?, made.is_ok()),
                        Err(errno) => return Err(refusal(errno)),
                    }
                }
                Err(other) => return Err(other),
            };
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_temporary_files() {
        let name = temporary_name().expect("random");
        assert!(is_temporary(name.as_bytes()));
        for name in [
            ".mcps-.tmp",
            ".mcps-xyz.tmp",
            "a.mcps-1.tmp",
            ".mcps-1.tmp2",
        ] {
            assert!(!is_temporary(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn refuses_paths_before_the_kernel_sees_them() {
        let mut root = Root::new(b"/proc/self");
        for (path, code) in [
            (&b""[..], Code::Invalid),
            (b"a\0b", Code::Invalid),
            (&[b'a'; 4097], Code::Invalid),
            (b"/etc/passwd", Code::OutsideRoot),
            (b"//", Code::OutsideRoot),
        ] {
            let refused = root.open(path, libc::O_PATH).expect_err("refused");
            assert_eq!(refused.code, code, "{path:?}");
        }
        for path in [&b"."[..], b"..", b"fd/.", b"fd/..", b"fd/"] {
            let refused = root.entry(path).err().expect("refused");
            assert_eq!(refused.code, Code::Invalid, "{path:?}");
        }
    }
}
