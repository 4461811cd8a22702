//! Who the process is, and whether a setuid program makes it somebody else.

use crate::report::{verdict, Verdict};
use crate::sys;
use std::process::Command;

pub const SHOW_IDENTITY: &str = "--identity";
/// This program again in the test's image, owned by root with the setuid and setgid bits.
const SETUID_PROGRAM: &str = "/opt/setuid-probe";
const SESSION_ID: &str = "1001";

fn ids(name: &str) -> Vec<String> {
    sys::status(name)
        .split_whitespace()
        .map(str::to_string)
        .collect()
}

pub fn not_root() -> Verdict {
    let ids = ids("Uid");
    if ids.len() == 4 && ids.iter().all(|id| id != "0") {
        return Verdict::Ok(ids.join(" "));
    }
    Verdict::Fail(ids.join(" "))
}

pub fn no_root_group() -> Verdict {
    let (own, more) = (ids("Gid"), ids("Groups"));
    let shown = format!("{}, groups {}", own.join(" "), more.join(" "));
    if own.len() == 4 && own.iter().chain(&more).all(|id| id != "0") {
        return Verdict::Ok(shown);
    }
    Verdict::Fail(shown)
}

fn all_are_1001(name: &str) -> Verdict {
    let ids = ids(name);
    if ids.len() == 4 && ids.iter().all(|id| id == SESSION_ID) {
        return Verdict::Ok(ids.join(" "));
    }
    Verdict::Fail(ids.join(" "))
}

pub fn is_1001() -> Verdict {
    all_are_1001("Uid")
}

pub fn group_is_1001() -> Verdict {
    all_are_1001("Gid")
}

/// Of this process, on one line.
pub fn identity() -> String {
    ["Uid", "Gid", "CapEff"]
        .iter()
        .map(|name| ids(name).join(" "))
        .collect::<Vec<_>>()
        .join("|")
}

fn identity_through_setuid() -> Result<Vec<String>, Verdict> {
    if std::fs::metadata(SETUID_PROGRAM).is_err() {
        return Err(Verdict::Fail(format!(
            "the image has no {SETUID_PROGRAM} to try it with"
        )));
    }
    match Command::new(SETUID_PROGRAM).arg(SHOW_IDENTITY).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
            Ok(text.split('|').map(str::to_string).collect())
        }
        Err(error) => Err(Verdict::Fail(format!("{SETUID_PROGRAM}: {error}"))),
    }
}

pub fn setuid_identity() -> Verdict {
    let seen = match identity_through_setuid() {
        Ok(seen) => seen,
        Err(verdict) => return verdict,
    };
    let same =
        seen.len() == 3 && seen[0] == ids("Uid").join(" ") && seen[1] == ids("Gid").join(" ");
    if same && ids("Uid").iter().all(|id| id != "0") {
        return Verdict::Ok(format!("{} stays {}", SETUID_PROGRAM, seen[0]));
    }
    Verdict::Fail(format!("becomes {}", seen.join("|")))
}

pub fn setuid_capabilities() -> Verdict {
    let seen = match identity_through_setuid() {
        Ok(seen) => seen,
        Err(verdict) => return verdict,
    };
    let capabilities = seen.get(2).cloned().unwrap_or_default();
    let is_none = !capabilities.is_empty() && capabilities.bytes().all(|byte| byte == b'0');
    verdict(
        if is_none {
            Vec::new()
        } else {
            vec![format!("CapEff {capabilities}")]
        },
        "no capability",
    )
}

/// Root here must not be root of the node: either the engine maps user ids, or this user is not root.
pub fn id_map() -> Verdict {
    let map = sys::read("/proc/self/uid_map")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let is_identity = map == "0 0 4294967295";
    match (is_identity, ids("Uid").iter().any(|id| id == "0")) {
        (false, _) => Verdict::Ok(map),
        (true, false) => Verdict::Ok(format!(
            "{map}: no user ids are mapped, and this is not root"
        )),
        (true, true) => Verdict::Fail("root here is root of the node".into()),
    }
}
