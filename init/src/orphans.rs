//! Processes that lost their reaper. The only legitimate children of the init are reapers; whatever else turns up below it belongs to
//! somebody who ended his own reaper, and is killed with all that comes after it.

use crate::sys::proc;
use crate::tree::{Kill, Round, Snapshot};

/// After a reaper was lost, whoever comes to the init within this time is taken for one of its tree. Others are left alone: what the
/// engine itself started in the container (`docker exec`) may leave children behind as well.
const SUSPECT_MS: u64 = 10_000;

#[derive(Default)]
pub struct Orphans {
    kill: Option<Kill>,
    suspect_until_ms: u64,
}

impl Orphans {
    /// A reaper did not end as it should: its tree has come to the init.
    pub fn lost_reaper(&mut self, now_ms: u64) {
        self.suspect_until_ms = now_ms.saturating_add(SUSPECT_MS);
        self.kill.get_or_insert_with(|| Kill::new(now_ms)).next_ms = now_ms;
    }

    /// A child that is no reaper has ended: of a tree that forks and ends without end, if one was lost.
    pub fn stray_ended(&mut self, now_ms: u64) {
        if now_ms <= self.suspect_until_ms {
            self.lost_reaper(now_ms);
        }
    }

    pub fn postpone(&mut self, until_ms: u64) {
        if let Some(kill) = &mut self.kill {
            kill.next_ms = until_ms;
        }
    }

    pub fn next_ms(&self) -> Option<u64> {
        self.kill.as_ref().map(|kill| kill.next_ms)
    }

    /// Says whether another round should follow at once. Finished when a look finds none: more can only come with an event.
    pub fn round(&mut self, snapshot: &Snapshot, reapers: &[i32], now_ms: u64) -> bool {
        let kill = match &mut self.kill {
            Some(kill) => kill,
            None => return false,
        };
        let found = snapshot.living_below(proc::own_pid(), reapers);
        match kill.round(&found, now_ms) {
            Round::Found => true,
            Round::Empty(_) => {
                self.kill = None;
                false
            }
        }
    }
}
