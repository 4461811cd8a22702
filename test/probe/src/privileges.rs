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
