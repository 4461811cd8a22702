//! A lock for a program that cannot take one itself: Node.js has no call for it, and an image without a shell has no `flock`.

use crate::sys::{fs, reason};
use std::io::Write;

/// Descriptor 3, which whoever starts this has opened: the lock belongs to the open file, so it outlives this process for
/// as long as the other one has the file open.
const LOCKED_FILE: i32 = 3;

pub const HELD: i32 = 0;
pub const TAKEN: i32 = 1;
pub const FAILED: i32 = 2;

/// Gives the exit code.
pub fn run() -> i32 {
    match fs::try_lock(LOCKED_FILE) {
        Ok(true) => HELD,
        Ok(false) => TAKEN,
        Err(errno) => {
            let why = reason(errno);
            let _ = writeln!(std::io::stderr(), "init: cannot lock descriptor 3: {why}");
            FAILED
        }
    }
}
