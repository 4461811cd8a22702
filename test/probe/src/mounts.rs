//! The mount table: what is mounted, from where, and how.

use crate::report::{verdict, Verdict};
use crate::sys;

pub struct Mount {
    pub root: String,
    pub point: String,
    options: Vec<String>,
    propagation: Vec<String>,
    kind: String,
}

impl Mount {
    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|each| each == option)
    }

    fn is_kind(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind.as_str())
    }
}

/// Source: proc(5), "mountinfo".
pub fn all() -> Vec<Mount> {
    sys::read("/proc/self/mountinfo")
        .lines()
        .filter_map(parse)
        .collect()
}

fn parse(line: &str) -> Option<Mount> {
    let (left, right) = line.split_once(" - ")?;
    let mut fields = left.split(' ').skip(3).map(str::to_string);
    Some(Mount {
        root: fields.next()?,
        point: fields.next()?,
        options: fields.next()?.split(',').map(str::to_string).collect(),
        propagation: fields.collect(),
        kind: right.split(' ').next()?.to_string(),
    })
}

/// The one that counts where several lie over each other.
fn at(point: &str) -> Option<Mount> {
    all().into_iter().rev().find(|mount| mount.point == point)
}

pub fn root_is_read_only() -> Verdict {
    match at("/") {
        Some(root) if root.has("ro") => Verdict::Ok(format!("{} ro", root.kind)),
        Some(root) => Verdict::Fail(format!("{} rw", root.kind)),
        None => Verdict::Fail("no mount at /".into()),
    }
}

const INSIDE: &[&str] = &[
    "overlay", "proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2", "tmpfs",
];

pub fn from_the_node() -> Verdict {
    let found = all()
        .into_iter()
        .filter(|mount| !is_own(mount))
        .map(|mount| format!("{} is {} of a {}", mount.point, mount.root, mount.kind))
        .collect();
    verdict(found, "every mount is the container's own")
}

fn is_own(mount: &Mount) -> bool {
    let Mount { root, point, .. } = mount;
    match mount.kind.as_str() {
        // Below the root of these lies what the container itself has, but a tmpfs can be a part of the node's /run.
        "tmpfs" | "devtmpfs" => root == "/" || (root == "/null" && point.starts_with("/proc/")),
        "overlay" => root == "/" && point == "/",
        kind if INSIDE.contains(&kind) => true,
        _ => is_file_of_engine(root, point) || is_init_volume(mount),
    }
}

fn is_file_of_engine(root: &str, point: &str) -> bool {
    ["resolv.conf", "hostname", "hosts"].iter().any(|name| {
        let directory = root
            .strip_suffix(name)
            .and_then(|rest| rest.strip_suffix('/'));
        let id = directory
            .and_then(|rest| rest.rsplit('/').next())
            .unwrap_or_default();
        point == format!("/etc/{name}")
            && id.len() == 64
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_init_volume(mount: &Mount) -> bool {
    let name = mount
        .root
        .strip_suffix("/_data")
        .and_then(|rest| rest.rsplit('/').next());
    let is_named = name.unwrap_or_default().starts_with("mcpsession-init-");
    is_named && mount.point == "/.mcpsession" && mount.has("ro")
}

pub fn extra_kernel_file_systems() -> Verdict {
    let places = [
        ("proc", "/proc"),
        ("sysfs", "/sys"),
        ("cgroup", "/sys/fs/cgroup"),
        ("cgroup2", "/sys/fs/cgroup"),
    ];
    let refused = [
        "devtmpfs",
        "debugfs",
        "tracefs",
        "securityfs",
        "bpf",
        "configfs",
        "pstore",
        "efivarfs",
        "fusectl",
    ];
    let found = all()
        .into_iter()
        .filter(|mount| {
            let odd = places.iter().any(|(kind, place)| {
                mount.kind == *kind
                    && mount.point != *place
                    && !mount.point.starts_with(&format!("{place}/"))
            });
            odd || (mount.is_kind(&refused) && mount.root != "/null")
        })
        .map(|mount| format!("{} at {}", mount.kind, mount.point))
        .collect();
    verdict(
        found,
        "proc, sysfs and cgroup are where they belong, and no other",
    )
}

pub fn propagation() -> Verdict {
    let found = all()
        .into_iter()
        .flat_map(|mount| {
            // The root and volumes receive mounts, by the engine's own doing, and send none.
            let may_receive = mount.point == "/" || is_init_volume(&mount);
            let Mount {
                point, propagation, ..
            } = mount;
            propagation
                .into_iter()
                .filter(move |tag| {
                    tag.starts_with("shared:") || (tag.starts_with("master:") && !may_receive)
                })
                .map(move |tag| format!("{point} {tag}"))
        })
        .collect();
    verdict(found, "no mount is shared with the node")
}

const MASKED: &[&str] = &[
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];

pub fn masked() -> Verdict {
    let mounts = all();
    let found = MASKED
        .iter()
        .filter(|path| std::fs::symlink_metadata(path).is_ok())
        .filter(|path| !mounts.iter().any(|mount| mount.point == **path))
        .map(|path| format!("{path} is not masked"))
        .collect();
    verdict(found, "every path that this kernel has is masked")
}

pub fn tmp_options() -> Verdict {
    let mount = match at("/tmp") {
        Some(mount) => mount,
        None => return Verdict::Fail("/tmp is no mount of its own".into()),
    };
    let found = ["nosuid", "nodev", "noexec"]
        .iter()
        .filter(|option| !mount.has(option))
        .map(|option| format!("/tmp has not {option}"))
        .collect();
    verdict(found, "nosuid,nodev,noexec")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_that_is_the_root_of_the_node_is_seen_by_its_root() {
        let line = "98 97 254:0 / /data rw,relatime master:1 - ext4 /dev/vda rw";
        assert!(!is_own(&parse(line).unwrap()));
    }

    #[test]
    fn the_files_of_the_engine_are_the_containers_own() {
        let id = "ab".repeat(32);
        let line = format!(
            "92 74 254:0 /var/lib/docker/containers/{id}/hosts /etc/hosts ro - ext4 /dev/vda rw"
        );
        assert!(is_own(&parse(&line).unwrap()));
        let other = format!("92 74 254:0 /etc/hosts /etc/hosts ro - ext4 /dev/vda rw");
        assert!(!is_own(&parse(&other).unwrap()));
    }
}
