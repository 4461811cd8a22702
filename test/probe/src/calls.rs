//! Calls that must be refused, each made in a child or undone.

use crate::report::{verdict, Verdict};
use crate::sys::{self, c_path, End};

fn refused(name: &str, end: End, allowed: &[i32]) -> Option<String> {
    match end {
        End::Code(errno) if allowed.contains(&errno) => None,
        End::Code(0) => Some(format!("{name} succeeded")),
        End::Code(errno) => Some(format!("{name}: {}", sys::error_name(errno))),
        other => Some(format!("{name}: {other:?}")),
    }
}

const REFUSALS: &[i32] = &[libc::EPERM, libc::EACCES, libc::ENOSYS];

fn mount_problems() -> Vec<String> {
    let (tmp, none, tmpfs) = (c_path("/tmp"), c_path("none"), c_path("tmpfs"));
    // SAFETY (all): strings that end in NUL; what succeeds does so in a child and is undone there.
    let new = sys::errno_in_child(|| unsafe {
        let result = libc::mount(
            none.as_ptr(),
            tmp.as_ptr(),
            tmpfs.as_ptr(),
            0,
            std::ptr::null(),
        );
        if result == 0 {
            libc::umount2(tmp.as_ptr(), libc::MNT_DETACH);
        }
        i64::from(result)
    });
    let bind = sys::errno_in_child(|| unsafe {
        let proc = c_path("/proc");
        let result = libc::mount(
            proc.as_ptr(),
            tmp.as_ptr(),
            std::ptr::null(),
            libc::MS_BIND,
            std::ptr::null(),
        );
        if result == 0 {
            libc::umount2(tmp.as_ptr(), libc::MNT_DETACH);
        }
        i64::from(result)
    });
    let remount = sys::errno_in_child(|| unsafe {
        // With the flags that it has: a success must not change what other checks see.
        let (place, flags) = (
            c_path("/dev/shm"),
            libc::MS_REMOUNT | libc::MS_BIND | libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
        );
        i64::from(libc::mount(
            none.as_ptr(),
            place.as_ptr(),
            std::ptr::null(),
            flags,
            std::ptr::null(),
        ))
    });
    let fsopen =
        sys::errno_in_child(|| unsafe { libc::syscall(libc::SYS_fsopen, tmpfs.as_ptr(), 0) });
    let calls = [
        ("mount", new),
        ("bind mount", bind),
        ("remount", remount),
        ("fsopen", fsopen),
    ];
    calls
        .into_iter()
        .filter_map(|(name, end)| refused(name, end, REFUSALS))
        .collect()
}

pub fn mount() -> Verdict {
    verdict(mount_problems(), "refused")
}

fn unshare_problems() -> Vec<String> {
    let kinds = [
        ("user", libc::CLONE_NEWUSER),
        ("mount", libc::CLONE_NEWNS),
        ("pid", libc::CLONE_NEWPID),
        ("network", libc::CLONE_NEWNET),
        ("ipc", libc::CLONE_NEWIPC),
        ("uts", libc::CLONE_NEWUTS),
        ("cgroup", libc::CLONE_NEWCGROUP),
    ];
    // SAFETY: changes the child only.
    let attempt = |flag| sys::errno_in_child(|| i64::from(unsafe { libc::unshare(flag) }));
    kinds
        .iter()
        .filter_map(|(name, flag)| refused(&format!("unshare {name}"), attempt(*flag), REFUSALS))
        .collect()
}

pub fn unshare() -> Verdict {
    verdict(unshare_problems(), "refused")
}

pub fn mount_and_unshare() -> Verdict {
    let problems = mount_problems()
        .into_iter()
        .chain(unshare_problems())
        .collect();
    verdict(problems, "refused")
}

pub fn ptrace() -> Verdict {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: attaches to nothing that outlives the child.
    let trace_me =
        sys::errno_in_child(|| unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, none, none) });
    let seize = sys::errno_in_child(|| unsafe {
        libc::ptrace(libc::PTRACE_SEIZE, libc::getppid(), none, none)
    });
    let read = sys::errno_in_child(|| unsafe {
        let mut byte = 0_u8;
        let local = libc::iovec {
            iov_base: std::ptr::addr_of_mut!(byte).cast(),
            iov_len: 1,
        };
        libc::process_vm_readv(libc::getppid(), &local, 1, &local, 1, 0) as i64
    });
    let calls = [
        ("ptrace of itself", trace_me),
        ("ptrace of its parent", seize),
        ("process_vm_readv", read),
    ];
    verdict(
        calls
            .into_iter()
            .filter_map(|(name, end)| refused(name, end, REFUSALS))
            .collect(),
        "refused",
    )
}

pub fn mknod() -> Verdict {
    let kinds = [
        ("a block device", libc::S_IFBLK, libc::makedev(254, 0)),
        ("a character device", libc::S_IFCHR, libc::makedev(1, 1)),
    ];
    let mut problems = Vec::new();
    for directory in ["/tmp", "/workspace", "/dev/shm", "/dev"] {
        let path = c_path(format!("{directory}/.mcpsession-probe-node"));
        for (name, kind, device) in kinds {
            // SAFETY: a path that ends in NUL; what was made is removed.
            if unsafe { libc::mknod(path.as_ptr(), kind | 0o600, device) } == 0 {
                problems.push(format!("{name} in {directory}"));
                unsafe { libc::unlink(path.as_ptr()) };
            }
        }
    }
    verdict(problems, "refused")
}

pub fn chroot() -> Verdict {
    // SAFETY: changes the child only.
    let end = sys::errno_in_child(|| i64::from(unsafe { libc::chroot(c_path("/tmp").as_ptr()) }));
    verdict(
        refused("chroot", end, REFUSALS).into_iter().collect(),
        "refused",
    )
}
