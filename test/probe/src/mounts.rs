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

pub fn is_mount_point(point: &str) -> bool {
    at(point).is_some()
}

pub fn points_of(kinds: &[&str]) -> Vec<String> {
    let found = all().into_iter().filter(|mount| mount.is_kind(kinds));
    found.map(|mount| mount.point).collect()
}

const INSIDE: &[&str] = &["proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2"];
/// Where a session has a file system in memory; a test may add others below these.
const IN_MEMORY: &[&str] = &["/dev", "/dev/shm", "/sys/fs/cgroup", "/tmp", "/workspace"];

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
        // A tmpfs can be the node's /run: it is ours only in its places, and a mask only when nothing can be written to it.
        "tmpfs" | "devtmpfs" => {
            let is_kernel = point.starts_with("/proc/") || point.starts_with("/sys/");
            let is_mask = is_kernel && (root == "/null" || (root == "/" && mount.has("ro")));
            is_mask || (root == "/" && IN_MEMORY.contains(&point.as_str()))
        }
        kind if INSIDE.contains(&kind) => true,
        _ if root == "/" && point == "/" => true,
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
