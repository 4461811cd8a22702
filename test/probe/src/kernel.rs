//! Kernel interfaces of the node: namespaces, settings, control groups.

use crate::mounts;
use crate::report::{verdict, Verdict};
use crate::sys;
use std::fs;
use std::path::{Path, PathBuf};

/// Numbers of the first namespaces, fixed by the kernel (include/linux/proc_ns.h).
const FIRST: &[(&str, &str)] = &[
    ("ipc", "4026531839"),
    ("uts", "4026531838"),
    ("pid", "4026531836"),
];
const FIRST_CGROUP: &str = "4026531835";

/// Followed by the links of the node's namespaces, "pid:[4026531836],ipc:...": a node may itself be a container.
pub const NODE_NAMESPACES: &str = "--node-namespaces=";

fn is_of_node(name: &str, number: &str) -> bool {
    let link = fs::read_link(format!("/proc/self/ns/{name}")).unwrap_or_default();
    let link = link.to_string_lossy();
    let told = std::env::args().any(|argument| {
        let links = argument.strip_prefix(NODE_NAMESPACES).unwrap_or_default();
        links.split(',').any(|each| each == link)
    });
    told || link.is_empty() || link.contains(number)
}

pub fn namespaces() -> Verdict {
    let found = FIRST
        .iter()
        .filter(|(name, number)| is_of_node(name, number));
    verdict(
        found
            .map(|(name, _)| format!("the {name} namespace is the node's"))
            .collect(),
        "own namespaces",
    )
}

pub fn cgroup_namespace() -> Verdict {
    let mut problems = Vec::new();
    if is_of_node("cgroup", FIRST_CGROUP) {
        problems.push("the cgroup namespace is the node's".to_string());
    }
    let groups = sys::read("/proc/self/cgroup");
    let outer = groups.lines().find(|line| !line.ends_with(":/"));
    problems.extend(outer.map(|line| format!("a path of the node is visible: {line}")));
    verdict(problems, "own namespace")
}

fn protected(paths: &[&str]) -> Verdict {
    let mut problems = Vec::new();
    for path in paths {
        if sys::open_for_writing(path).is_ok() {
            problems.push(format!("{path} can be opened for writing"));
        }
        if sys::is_read_only_mount(path) == Some(false) {
            problems.push(format!("{path} is not mounted read-only"));
        }
    }
    verdict(problems, "read-only")
}

pub fn core_pattern() -> Verdict {
    protected(&["/proc/sys/kernel/core_pattern"])
}

pub fn sysrq() -> Verdict {
    protected(&["/proc/sysrq-trigger"])
}

pub fn settings() -> Verdict {
    protected(&[
        "/proc/sys/kernel/panic",
        "/proc/sys/vm/overcommit_memory",
        "/proc/irq",
        "/proc/bus",
        "/proc/fs",
        "/sys/kernel",
    ])
}

pub fn firmware() -> Verdict {
    let found = fs::read_dir("/sys/firmware")
        .into_iter()
        .flatten()
        .flatten();
    let mut problems: Vec<String> = found
        .map(|entry| entry.path().display().to_string())
        .collect();
    // Some machines have none to show, and would hide a mask that is missing.
    if Path::new("/sys/firmware").exists() && !mounts::is_mount_point("/sys/firmware") {
        problems.push("/sys/firmware is not masked".into());
    }
    verdict(problems, "nothing to see")
}

/// Directories of control groups, of either version.
fn groups() -> Vec<PathBuf> {
    let top = Path::new("/sys/fs/cgroup");
    let below = fs::read_dir(top)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let all = std::iter::once(top.to_path_buf()).chain(below);
    all.filter(|path| path.join("cgroup.procs").exists())
        .collect()
}

pub fn cgroup_write() -> Verdict {
    let files = [
        "cgroup.procs",
        "memory.limit_in_bytes",
        "memory.max",
        "devices.allow",
        "pids.max",
        "cpu.max",
        "cpu.cfs_quota_us",
    ];
    let mut problems = Vec::new();
    for group in groups() {
        if sys::is_read_only_mount(&group.to_string_lossy()) == Some(false) {
            problems.push(format!("{} is not mounted read-only", group.display()));
        }
        let open = files
            .iter()
            .map(|name| group.join(name))
            .filter(|path| sys::open_for_writing(path).is_ok());
        problems.extend(open.map(|path| format!("{} can be opened for writing", path.display())));
        let child = group.join("mcpsession-probe");
        if fs::create_dir(&child).is_ok() {
            let _ = fs::remove_dir(&child);
            problems.push(format!("a group can be made in {}", group.display()));
        }
    }
    verdict(problems, "read-only")
}

pub fn release_agent() -> Verdict {
    let found = groups()
        .into_iter()
        .map(|group| group.join("release_agent"))
        .filter(|path| path.exists());
    verdict(
        found.map(|path| path.display().to_string()).collect(),
        "none to see",
    )
}
