//! Limits of a session's defaults, and that the kernel holds to them.

use crate::report::{verdict, Verdict};
use crate::sys::{self, End};

const MIB: u64 = 1_048_576;
/// The defaults of a session (requirements.md 9.1).
const CORES: f64 = 1.0;
const MEMORY_BYTES: u64 = 512 * MIB;
const PROCESSES: u64 = 50;
const CPU_SECONDS: u64 = 60;
const OPEN_FILES: u64 = 1024;
/// The most that any session may have.
const MOST_MEMORY_BYTES: u64 = 2048 * MIB;
const MOST_PROCESSES: u64 = 512;

/// The first of the files that is there; version 1 of control groups, then version 2.
fn first(paths: &[&str]) -> Option<String> {
    let text = paths.iter().map(sys::read).find(|text| !text.is_empty());
    text.map(|text| text.trim().to_string())
}

/// Limits of memory and processor seconds are only read, not tried: that costs a second of processor time and half a GiB.
pub const BRIEF: &str = "--brief";

fn is_brief() -> bool {
    std::env::args().any(|argument| argument == BRIEF)
}

fn cores() -> Option<f64> {
    let quota = first(&["/sys/fs/cgroup/cpu/cpu.cfs_quota_us"]);
    let period = first(&["/sys/fs/cgroup/cpu/cpu.cfs_period_us"]);
    let (quota, period) = match (quota, period) {
        (Some(quota), Some(period)) => (quota, period),
        _ => {
            let both = first(&["/sys/fs/cgroup/cpu.max"])?;
            let (quota, period) = both.split_once(' ')?;
            (quota.to_string(), period.to_string())
        }
    };
    let cores = quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?;
    Some(cores).filter(|cores| *cores > 0.0)
}

pub fn cpu() -> Verdict {
    match cores() {
        Some(cores) if (cores - CORES).abs() < 0.001 => Verdict::Ok(format!("{cores} cores")),
        Some(cores) => Verdict::Fail(format!("{cores} cores")),
        None => Verdict::Fail("no limit".into()),
    }
}

fn memory_limit() -> Option<u64> {
    first(&[
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory.max",
    ])?
    .parse()
    .ok()
}

/// Null where the kernel does not count swap.
fn memory_and_swap_limit() -> Option<u64> {
    let v1 = first(&["/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"])
        .and_then(|text| text.parse().ok());
    let swap = || {
        first(&["/sys/fs/cgroup/memory.swap.max"])?
            .parse::<u64>()
            .ok()
    };
    v1.or_else(|| Some(swap()? + memory_limit()?))
}

pub fn memory() -> Verdict {
    let mut problems = Vec::new();
    match memory_limit() {
        Some(MEMORY_BYTES) => {}
        other => problems.push(format!("limit {other:?}")),
    }
    match memory_and_swap_limit() {
        Some(MEMORY_BYTES) | None => {}
        other => problems.push(format!("limit with swap {other:?}")),
    }
    if is_brief() {
        return verdict(problems, "512 MiB with swap");
    }
    match sys::in_child(use_too_much) {
        End::Signal(libc::SIGKILL) => {}
        other => problems.push(format!("a process that used more ended by {other:?}")),
    }
    verdict(
        problems,
        "512 MiB with swap; a process that used more was killed",
    )
}

/// More than the limit, as the first victim of the kernel.
fn use_too_much() -> i32 {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let length = (MEMORY_BYTES + 64 * MIB) as usize;
    let (access, kind) = (
        libc::PROT_READ | libc::PROT_WRITE,
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
    );
    // SAFETY: a mapping of its own, written once per page within its length.
    unsafe {
        let start = libc::mmap(std::ptr::null_mut(), length, access, kind, -1, 0);
        if start == libc::MAP_FAILED {
            return 1;
        }
        for offset in (0..length).step_by(4096) {
            start.cast::<u8>().add(offset).write_volatile(1);
        }
    }
    0
}

pub fn processes() -> Verdict {
    let mut children = Vec::new();
    let mut refused = None;
    while refused.is_none() && (children.len() as u64) < PROCESSES + 20 {
        // SAFETY: this program has one thread; the child only waits.
        match unsafe { libc::fork() } {
            0 => unsafe {
                libc::alarm(20);
                libc::pause();
                libc::_exit(0)
            },
            child if child > 0 => children.push(child),
            _ => refused = Some(sys::errno()),
        }
    }
    for child in &children {
        // SAFETY: our own children.
        unsafe {
            libc::kill(*child, libc::SIGKILL);
            libc::waitpid(*child, std::ptr::null_mut(), 0);
        }
    }
    let count = children.len() as u64;
    if refused == Some(libc::EAGAIN) && count < PROCESSES && process_limit() == Some(PROCESSES) {
        return Verdict::Ok(format!("limit {PROCESSES}; fork {} was refused", count + 1));
    }
    Verdict::Fail(format!(
        "limit {:?}; {count} forks succeeded, then {refused:?}",
        process_limit()
    ))
}

fn process_limit() -> Option<u64> {
    first(&["/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/pids.max"])?
        .parse()
        .ok()
}

fn limit_of(resource: libc::__rlimit_resource_t) -> (u64, u64) {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the result is a whole rlimit.
    unsafe { libc::getrlimit(resource, &mut limit) };
    (limit.rlim_cur, limit.rlim_max)
}

pub fn cpu_seconds() -> Verdict {
    let limit = limit_of(libc::RLIMIT_CPU);
    if limit.0 > CPU_SECONDS || limit.1 > CPU_SECONDS {
        return Verdict::Fail(format!("limit {limit:?}"));
    }
    if is_brief() {
        return Verdict::Ok(format!("{} s", limit.0));
    }
    let end = sys::in_child(|| {
        let limit = libc::rlimit {
            rlim_cur: 1,
            rlim_max: 1,
        };
        // SAFETY: a whole rlimit.
        unsafe { libc::setrlimit(libc::RLIMIT_CPU, &limit) };
        loop {
            std::hint::spin_loop();
        }
    });
    match end {
        End::Signal(libc::SIGXCPU | libc::SIGKILL) => Verdict::Ok(format!(
            "{} s; a process at its limit was ended by a signal",
            limit.0
        )),
        other => Verdict::Fail(format!("a process at its limit ended by {other:?}")),
    }
}

pub fn open_files() -> Verdict {
    let limit = limit_of(libc::RLIMIT_NOFILE);
    if limit != (OPEN_FILES, OPEN_FILES) {
        return Verdict::Fail(format!("limit {limit:?}"));
    }
    let mut files = Vec::new();
    while (files.len() as u64) <= OPEN_FILES {
        match std::fs::File::open("/dev/null") {
            Ok(file) => files.push(file),
            Err(error) if error.raw_os_error() == Some(libc::EMFILE) => {
                return Verdict::Ok(format!(
                    "limit {OPEN_FILES}; file {} was refused",
                    files.len() + 1
                ));
            }
            Err(error) => return Verdict::Fail(error.to_string()),
        }
    }
    Verdict::Fail(format!("{} files are open", files.len()))
}

pub fn has_process_limit() -> Verdict {
    match process_limit() {
        Some(limit) if (1..=MOST_PROCESSES).contains(&limit) => Verdict::Ok(limit.to_string()),
        other => Verdict::Fail(format!("{other:?}")),
    }
}

pub fn has_memory_limit() -> Verdict {
    match memory_limit() {
        Some(limit) if (1..=MOST_MEMORY_BYTES).contains(&limit) => Verdict::Ok(limit.to_string()),
        other => Verdict::Fail(format!("{other:?}")),
    }
}
