//! What of the node, and of those who run it, can be seen.

use crate::mounts;
use crate::network::reached;
use crate::report::{verdict, Verdict};
use crate::sys;
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

pub fn processes() -> Verdict {
    let own = sys::status("Uid")
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_string();
    let known = [
        "kthreadd",
        "systemd",
        "dockerd",
        "containerd",
        "kubelet",
        "sshd",
    ];
    let mut problems = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let directory = entry.path();
        if !entry
            .file_name()
            .to_string_lossy()
            .bytes()
            .all(|byte| byte.is_ascii_digit())
        {
            continue;
        }
        let status = sys::read(directory.join("status"));
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default()
                .trim()
        };
        let owner = field("Uid:").split_whitespace().next().unwrap_or_default();
        if known.contains(&field("Name:")) || (!owner.is_empty() && owner != own) {
            problems.push(format!(
                "{} {} of user {owner}",
                directory.display(),
                field("Name:")
            ));
        }
    }
    problems.truncate(8);
    verdict(problems, "only processes of this user")
}

const ENGINE_SOCKETS: &[&str] = &[
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/var/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/var/run/crio/crio.sock",
    "/run/podman/podman.sock",
    "/run/k3s/containerd/containerd.sock",
    "/var/run/cri-dockerd.sock",
    "/docker.sock",
];

pub fn engine_sockets() -> Verdict {
    let found = ENGINE_SOCKETS
        .iter()
        .filter(|path| fs::symlink_metadata(path).is_ok());
    verdict(found.map(|path| path.to_string()).collect(), "none")
}

/// Everything below `top` so many levels deep, but for `kernel`: there the kernel shows itself, with a tree for every process.
fn walk(
    (top, levels): (&Path, u32),
    kernel: &[String],
    seen: &mut dyn FnMut(PathBuf, fs::FileType),
) {
    for entry in fs::read_dir(top).into_iter().flatten().flatten() {
        let path = entry.path();
        // Not the directory's own word for it: a socket that is mounted over a file is a file there.
        let kind = fs::symlink_metadata(&path).map(|found| found.file_type());
        let is_kernel = kernel.iter().any(|point| path == Path::new(point));
        match kind {
            Ok(kind) if kind.is_dir() && levels > 0 && !is_kernel => {
                walk((&path, levels - 1), kernel, seen)
            }
            Ok(kind) => seen(path, kind),
            Err(_) => {}
        }
    }
}

fn found_below(
    top: &str,
    levels: u32,
    wanted: impl Fn(&Path, &fs::FileType) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    let kernel = mounts::points_of(&["proc", "sysfs"]);
    walk((Path::new(top), levels), &kernel, &mut |path, kind| {
        if found.len() < 8 && wanted(&path, &kind) {
            found.push(path.display().to_string());
        }
    });
    found
}

pub fn other_sockets() -> Verdict {
    let mut problems = found_below("/", 4, |_, kind| kind.is_socket());
    let ports = [
        "127.0.0.1:2375",
        "127.0.0.1:2376",
        "127.0.0.1:10250",
        "172.17.0.1:2375",
        "172.17.0.1:10250",
    ];
    problems.extend(ports.iter().find_map(|address| reached(address).err()));
    verdict(problems, "no socket, no port")
}

pub fn block_devices() -> Verdict {
    verdict(
        found_below("/", 4, |_, kind| kind.is_block_device()),
        "none",
    )
}

const PLAIN_DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/console",
    "/dev/pts/ptmx",
    "/dev/ptmx",
];

pub fn odd_devices() -> Verdict {
    let is_plain = |path: &Path| {
        let text = path.to_string_lossy();
        let terminal = text
            .strip_prefix("/dev/pts/")
            .map_or(false, |rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        terminal || PLAIN_DEVICES.contains(&text.as_ref())
    };
    verdict(
        found_below("/", 4, |path, kind| {
            kind.is_char_device() && !is_plain(path)
        }),
        "none but the plain ones",
    )
}

pub fn first_process() -> Verdict {
    if std::process::id() == 1 {
        return Verdict::Fail("this program is process 1 itself".into());
    }
    let files = ["mem", "environ", "maps", "root", "cwd", "fd"]
        .iter()
        .map(|name| format!("/proc/1/{name}"));
    let readable = files.filter(|path| {
        let path = Path::new(path);
        fs::File::open(path).is_ok() || fs::read_link(path).is_ok() || fs::read_dir(path).is_ok()
    });
    verdict(
        readable.map(|path| format!("{path} can be read")).collect(),
        "closed",
    )
}

pub fn credentials() -> Verdict {
    let home = std::env::var("HOME").unwrap_or_default();
    let own = [
        ".kube",
        ".docker",
        ".ssh",
        ".aws",
        ".config/gcloud",
        ".netrc",
    ]
    .iter()
    .map(|name| format!("{home}/{name}"));
    let places = [
        "/var/run/secrets",
        "/run/secrets",
        "/etc/kubernetes",
        "/root/.kube",
        "/root/.ssh",
        "/var/lib/kubelet",
    ];
    let all = places.iter().map(|path| path.to_string()).chain(own);
    verdict(
        all.filter(|path| fs::symlink_metadata(path).is_ok())
            .collect(),
        "none",
    )
}

pub fn environment() -> Verdict {
    let starts = [
        "KUBERNETES_",
        "DOCKER_",
        "AWS_",
        "AZURE_",
        "GOOGLE_",
        "GITHUB_",
        "SSH_",
        "NPM_",
        "MCPSESSION_",
        "KUBECONFIG",
        "LD_",
    ];
    let parts = [
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "CREDENTIAL",
        "API_KEY",
        "PRIVATE",
    ];
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().to_uppercase());
    let odd = names.filter(|name| {
        starts.iter().any(|start| name.starts_with(start))
            || parts.iter().any(|part| name.contains(part))
    });
    verdict(odd.collect(), "nothing of those who run the node")
}
