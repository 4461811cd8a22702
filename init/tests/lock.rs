//! The lock on a descriptor that the caller opened.

mod common;

use common::{Scratch, PATIENCE};
use std::fs::File;
use std::os::unix::io::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};
use std::time::Instant;

const INIT: &str = env!("CARGO_BIN_EXE_mcpsession-init");

/// Runs `init lock` with this file as descriptor 3.
fn lock(file: &File) -> Output {
    let mut command = Command::new(INIT);
    command.arg("lock");
    let fd = file.as_raw_fd();
    // SAFETY: dup2 and fcntl are safe between fork and exec.
    unsafe {
        command.pre_exec(move || {
            match fd {
                3 => libc::fcntl(3, libc::F_SETFD, 0),
                _ => libc::dup2(fd, 3),
            };
            Ok(())
        });
    }
    command.output().expect("the program starts")
}

fn open(scratch: &Scratch) -> File {
    let path = scratch.path().join("lock");
    let mut options = std::fs::OpenOptions::new();
    let opened = options.append(true).create(true).open(path);
    opened.expect("a file")
}

#[test]
fn the_lock_stays_with_the_file_until_whoever_opened_it_closes_it() {
    let scratch = Scratch::new("lock");
    let (first, second) = (open(&scratch), open(&scratch));
    let held = lock(&first);
    assert_eq!(held.status.code(), Some(0));
    assert!(held.stdout.is_empty() && held.stderr.is_empty());
    assert_eq!(lock(&second).status.code(), Some(1));
    assert_eq!(lock(&first).status.code(), Some(0), "its own");
    drop(first);
    // What another test has just forked has the file too, until it executes its program.
    let until = Instant::now() + PATIENCE;
    while lock(&second).status.code() != Some(0) {
        assert!(Instant::now() < until, "nobody has it any more");
    }
}

#[test]
fn excludes_the_flock_program_and_is_excluded_by_it() {
    let scratch = Scratch::new("lock");
    let path = scratch.path().join("lock");
    let flock = || {
        let mut command = Command::new("flock");
        command.arg("-n").arg(&path).arg("true");
        command.status().expect("util-linux").code()
    };
    let file = open(&scratch);
    assert_eq!(flock(), Some(0));
    assert_eq!(lock(&file).status.code(), Some(0));
    assert_eq!(flock(), Some(1));
}

#[test]
fn says_why_when_there_is_nothing_to_lock() {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "exec \"$0\" lock 3<&-", INIT]);
    let failed = command.output().expect("a shell");
    assert_eq!(failed.status.code(), Some(2));
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert_eq!(
        said,
        "init: cannot lock descriptor 3: Bad file descriptor\n"
    );
}
