//! Processes that lost their reaper. The only legitimate children of the init are reapers; whatever else turns up below it belongs to
//! somebody who ended his own reaper, and is killed with all that comes after it.

use crate::sys::proc;
use crate::tree::{Kill, Round, Snapshot};

#[derive(Default)]
pub struct Orphans {
    kill: Option<Kill>,
}

impl Orphans {
    /// Something happened that may have brought orphans.
    pub fn look(&mut self, now_ms: u64) {
        self.kill.get_or_insert_with(|| Kill::new(now_ms)).next_ms = now_ms;
    }

    pub fn next_ms(&self) -> Option<u64> {
        self.kill.as_ref().map(|kill| kill.next_ms)
    }

    /// Says whether another round should follow at once. Finished when a look finds none: more can only come with an event.
    pub fn round(&mut self, snapshot: Option<&Snapshot>, reapers: &[i32], now_ms: u64) -> bool {
        let (kill, snapshot) = match (&mut self.kill, snapshot) {
            (Some(kill), Some(snapshot)) => (kill, snapshot),
            _ => {
                self.kill = None;
                return false;
            }
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
