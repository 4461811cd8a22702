//! What can be written, and executed.

use crate::report::{verdict, Verdict};
use crate::sys::{self, End};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

const NAME: &str = ".mcpsession-probe";

/// Creates a file and removes it again.
fn write_in(directory: &str) -> Result<(), std::io::Error> {
    let path = Path::new(directory).join(NAME);
    fs::write(&path, b"x")?;
    fs::remove_file(&path)
}

fn refuses(directories: &[&str]) -> Verdict {
    let there: Vec<&&str> = directories
        .iter()
        .filter(|path| Path::new(path).is_dir())
        .collect();
    if there.is_empty() {
        return Verdict::Fail(format!("there is none of {}", directories.join(", ")));
    }
    let problems = there
        .iter()
        .filter(|path| write_in(path).is_ok())
        .map(|path| format!("{path} can be written"));
    verdict(problems.collect(), "refused")
}

pub fn root() -> Verdict {
    refuses(&["/"])
}

pub fn programs() -> Verdict {
    refuses(&["/app", "/usr"])
}

pub fn etc() -> Verdict {
    refuses(&["/etc"])
}

/// Not for want of rights to a directory: the file system itself must refuse.
pub fn root_refuses() -> Verdict {
    let mut problems = Vec::new();
    for directory in ["/", "/app", "/bin", "/etc", "/opt"] {
        if !Path::new(directory).is_dir() {
            continue;
        }
        match write_in(directory) {
            Err(error) if error.raw_os_error() == Some(libc::EROFS) => {}
            Err(error) => problems.push(format!("{directory}: {error}")),
            Ok(()) => problems.push(format!("{directory} can be written")),
        }
    }
    verdict(problems, "EROFS")
}

pub fn tmp() -> Verdict {
    if let Err(error) = write_in("/tmp") {
        return Verdict::Fail(error.to_string());
    }
    let mode = fs::metadata("/tmp")
        .map(|found| found.mode() & 0o7777)
        .unwrap_or(0);
    verdict(
        if mode == 0o1777 {
            Vec::new()
        } else {
            vec![format!("mode {mode:o}")]
        },
        "mode 1777",
    )
}

/// Made when it is missing, as the program that it is named after does.
pub fn code_executor() -> Verdict {
    let directory = "/tmp/code-executor";
    if let Err(error) = fs::create_dir_all(directory) {
        return Verdict::Fail(error.to_string());
    }
    match write_in(directory) {
        Ok(()) => Verdict::Ok("written".into()),
        Err(error) => Verdict::Fail(error.to_string()),
    }
}

pub fn exec_from_tmp() -> Verdict {
    let path = format!("/tmp/{NAME}-program");
    let copied = fs::copy("/proc/self/exe", &path)
        .and_then(|_| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
    if let Err(error) = copied {
        return Verdict::Fail(format!("cannot copy this program to /tmp: {error}"));
    }
    let c_path = sys::c_path(&path);
    let nothing = sys::c_path(crate::DO_NOTHING);
    let arguments = [c_path.as_ptr(), nothing.as_ptr(), std::ptr::null()];
    // SAFETY: both lists end in a null pointer.
    let end = sys::errno_in_child(|| {
        i64::from(unsafe { libc::execv(c_path.as_ptr(), arguments.as_ptr()) })
    });
    let _ = fs::remove_file(&path);
    match end {
        End::Code(libc::EACCES) => Verdict::Ok("EACCES".into()),
        other => Verdict::Fail(format!("{other:?}")),
    }
}

/// Writes until it is refused, and removes what it wrote: bytes written and the error, "104857600 ENOSPC".
pub fn fill(directory: &str) -> String {
    let path = Path::new(directory).join(NAME);
    let block = vec![0_u8; 1 << 20];
    let mut written = 0;
    let error = match fs::File::create(&path) {
        Err(error) => error,
        Ok(mut file) => loop {
            match file.write(&block) {
                Ok(count) => written += count,
                Err(error) => break error,
            }
        },
    };
    let _ = fs::remove_file(&path);
    let name = match error.raw_os_error() {
        Some(libc::ENOSPC) => "ENOSPC".to_string(),
        Some(libc::EROFS) => "EROFS".to_string(),
        other => format!("{other:?}"),
    };
    format!("{written} {name}")
}
