//! What the kernel says of this process's privileges.

use crate::report::{verdict, Verdict};
use crate::sys;

fn empty(sets: &[&str]) -> Verdict {
    let problems = sets
        .iter()
        .map(|name| (name, sys::status(name)))
        .filter(|(_, value)| value.is_empty() || value.bytes().any(|byte| byte != b'0'))
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    verdict(problems, "empty")
}

pub fn effective() -> Verdict {
    empty(&["CapEff", "CapPrm"])
}

pub fn bounding() -> Verdict {
    empty(&["CapBnd"])
}

pub fn inheritable() -> Verdict {
    empty(&["CapInh", "CapAmb"])
}

fn is(name: &str, want: &str) -> Verdict {
    let value = sys::status(name);
    verdict(
        if value == want {
            Vec::new()
        } else {
            vec![format!("{name} {value}")]
        },
        want,
    )
}

pub fn no_new() -> Verdict {
    is("NoNewPrivs", "1")
}

pub fn seccomp() -> Verdict {
    is("Seccomp", "2")
}

const CAPABILITY_VERSION_3: u32 = 0x2008_0522;

/// For the test of the check: what is permitted becomes inheritable, as a careless runtime leaves it.
pub fn make_inheritable() {
    let mut header = [CAPABILITY_VERSION_3, 0];
    let mut sets = [[0_u32; 3]; 2]; // effective, permitted, inheritable; low and high half
                                    // SAFETY: both have the form that the kernel documents for version 3 (capabilities(7)).
    unsafe {
        if libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) == 0 {
            for [_, permitted, inheritable] in &mut sets {
                *inheritable = *permitted;
            }
            libc::syscall(libc::SYS_capset, header.as_mut_ptr(), sets.as_ptr());
        }
    }
}
