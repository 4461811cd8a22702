//! Finding and killing every process of a tree. The init does it itself, from /proc: session code can stop a reaper, but not PID 1.

use crate::sys::{fs, io, proc, Result};
use std::ffi::CString;
use std::os::unix::io::AsRawFd;

/// A process as /proc/PID/stat tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    /// Nothing of it runs any more. A process whose first thread has ended while others run is alive, though /proc calls it a zombie.
    pub is_dead: bool,
    pub cpu_ticks: u64,
    /// With the pid, the identity of a process: pids are used again.
    pub started: u64,
}

/// All processes of the PID namespace at about one moment.
pub struct Snapshot(Vec<Process>);

fn open(path: &str, flags: i32) -> Option<std::os::unix::io::OwnedFd> {
    fs::open_plain(&CString::new(path).ok()?, flags).ok()
}

pub fn look_at(pid: i32) -> Option<Process> {
    try_look(pid).ok().flatten()
}

/// `Ok(None)`: there is no such process. `Err`: nobody can tell, for want of a descriptor for one.
fn try_look(pid: i32) -> Result<Option<Process>> {
    let read = || {
        let path = CString::new(format!("/proc/{pid}/stat")).map_err(|_| libc::EINVAL)?;
        let file = fs::open_plain(&path, libc::O_RDONLY)?;
        let mut buffer = [0; 1024];
        let length = io::read(file.as_raw_fd(), &mut buffer)?;
        Ok(buffer.get(..length).and_then(parse))
    };
    match read() {
        Err(libc::ENOENT | libc::ESRCH) => Ok(None),
        other => other,
    }
}

fn parse(stat: &[u8]) -> Option<Process> {
    // The name may hold anything, blanks and brackets too; it ends with the last bracket.
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let fields: Vec<&str> = std::str::from_utf8(stat.get(end + 1..)?)
        .ok()?
        .split_ascii_whitespace()
        .collect();
    // proc(5) counts from 1 and the state is its third field.
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let head = std::str::from_utf8(stat.get(..stat.iter().position(|byte| *byte == b' ')?)?);
    let state = *fields.first()?;
    Some(Process {
        pid: head.ok()?.parse().ok()?,
        parent: i32::try_from(number(4)?).ok()?,
        group: number(5).and_then(|group| i32::try_from(group).ok())?,
        is_dead: matches!(state, "Z" | "X") && number(20)? <= 1,
        cpu_ticks: [14, 15, 16, 17].into_iter().filter_map(number).sum(),
        started: number(22)?,
    })
}

impl Snapshot {
    /// `None` without a readable /proc, or when a process in it could not be looked at: what was not seen is not proved dead.
    pub fn take() -> Option<Snapshot> {
        let directory = open("/proc", libc::O_RDONLY | libc::O_DIRECTORY)?;
        let mut buffer = [0; 8192];
        let mut all = Vec::new();
        loop {
            let names = match fs::read_names(directory.as_raw_fd(), &mut buffer) {
                Ok(Some(names)) => names,
                Ok(None) => break,
                Err(_) => return None,
            };
            let pids = names.filter_map(|name| std::str::from_utf8(name).ok()?.parse::<i32>().ok());
            for pid in pids {
                all.extend(try_look(pid).ok()?);
            }
        }
        all.sort_unstable_by_key(|process| process.parent);
        Some(Snapshot(all))
    }

    fn children(&self, parent: i32) -> &[Process] {
        let from = self.0.partition_point(|process| process.parent < parent);
        let to = self.0.partition_point(|process| process.parent <= parent);
        self.0.get(from..to).unwrap_or(&[])
    }

    /// Every living process below `root`, except `spared` children of it and what is below those. Looks through the dead: their
    /// living threads may have children.
    pub fn living_below(&self, root: i32, spared: &[i32]) -> Vec<Process> {
        let mut found: Vec<Process> = self.children(root).to_vec();
        found.retain(|process| !spared.contains(&process.pid));
        let mut next = 0;
        // Bounded by the snapshot: a process that was seen twice, with two parents, cannot make it endless.
        while let Some(process) = found.get(next).copied() {
            next += 1;
            if found.len() <= self.0.len() {
                found.extend_from_slice(self.children(process.pid));
            }
        }
        found.retain(|process| !process.is_dead);
        found
    }
}

/// SIGKILL for exactly this process: the descriptor holds on to whoever has the pid, and then the start time shows whether it is still the same one.
pub fn kill(process: &Process) {
    let pidfd = match proc::pidfd_open(process.pid) {
        Ok(pidfd) => Some(pidfd),
        Err(libc::ESRCH) => return,
        // A kernel or seccomp profile without pidfds.
        Err(_) => None,
    };
    if look_at(process.pid).map(|now| now.started) != Some(process.started) {
        return;
    }
    let is_killed = pidfd.map(|pidfd| proc::pidfd_kill(pidfd.as_raw_fd(), libc::SIGKILL));
    if !matches!(is_killed, Some(Ok(()) | Err(libc::ESRCH))) {
        let _ = proc::kill(process.pid, libc::SIGKILL);
    }
}

/// The work of ending one tree, round by round. Never given up: what cannot be killed now (uninterruptible sleep) is tried again, ever slower.
pub struct Kill {
    since_ms: u64,
    pub next_ms: u64,
    empty_since_ms: Option<u64>,
}

/// What a round found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Processes, which were killed: look again.
    Found,
    /// None, for so many milliseconds.
    Empty(u64),
}

impl Kill {
    pub fn new(now_ms: u64) -> Self {
        Kill {
            since_ms: now_ms,
            next_ms: now_ms,
            empty_since_ms: None,
        }
    }

    pub fn age_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.since_ms)
    }

    pub fn round(&mut self, targets: &[Process], now_ms: u64) -> Round {
        if targets.is_empty() {
            let since = *self.empty_since_ms.get_or_insert(now_ms);
            self.next_ms = now_ms + 5;
            return Round::Empty(now_ms.saturating_sub(since));
        }
        targets.iter().for_each(kill);
        self.empty_since_ms = None;
        self.next_ms = match self.age_ms(now_ms) {
            // Whoever forks faster than this is met by a process that only looks and kills.
            0..=99 => now_ms,
            100..=999 => now_ms + 1,
            1000..=9999 => now_ms + 20,
            _ => now_ms + 200,
        };
        Round::Found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, parent: i32, is_dead: bool) -> Process {
        Process {
            pid,
            parent,
            group: pid,
            is_dead,
            cpu_ticks: 0,
            started: 1,
        }
    }

    fn pids(found: Vec<Process>) -> Vec<i32> {
        let mut pids: Vec<i32> = found.iter().map(|process| process.pid).collect();
        pids.sort_unstable();
        pids
    }

    #[test]
    fn reads_a_process_whose_name_looks_like_fields() {
        let stat = b"42 (a) R 1 (b) Z 7 42 42 0 -1 4 1 2 3 4 5 6 7 8 20 0 3 0 999 1 1 1\n";
        let found = parse(stat).expect("parsed");
        assert_eq!((found.pid, found.parent, found.started), (42, 7, 999));
        assert_eq!(found.cpu_ticks, 5 + 6 + 7 + 8);
        assert!(!found.is_dead, "three threads live");
        let one = b"42 (a) Z 7 42 42 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 999 1 1 1\n";
        assert!(parse(one).expect("parsed").is_dead);
    }

    #[test]
    fn refuses_what_is_no_stat_line() {
        for text in ["", "(", "1 (x", "1 (x) R", "x (y) R 1 1 1", ") ) )"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn finds_descendants_through_dead_parents_and_spares_reapers() {
        let mut all = vec![
            process(2, 1, false),
            process(3, 1, false),
            process(4, 2, true),
            process(5, 4, false),
            process(6, 3, false),
            process(7, 6, true),
        ];
        all.sort_by_key(|process| process.parent);
        let snapshot = Snapshot(all);
        assert_eq!(pids(snapshot.living_below(2, &[])), [5]);
        assert_eq!(pids(snapshot.living_below(1, &[2])), [3, 6]);
        assert_eq!(pids(snapshot.living_below(1, &[])), [2, 3, 5, 6]);
        assert_eq!(pids(snapshot.living_below(9, &[])), []);
    }

    #[test]
    fn a_snapshot_that_shows_a_cycle_comes_to_an_end() {
        let snapshot = Snapshot(vec![process(3, 2, false), process(2, 3, false)]);
        assert!(!snapshot.living_below(3, &[]).is_empty());
    }

    #[test]
    fn sees_this_very_process() {
        let own = proc::own_pid();
        let found = look_at(own).expect("itself");
        assert_eq!(found.parent, proc::parent_pid());
        assert!(Snapshot::take()
            .expect("/proc")
            .0
            .iter()
            .any(|process| process.pid == own));
    }
}
