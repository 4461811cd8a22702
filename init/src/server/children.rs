//! Signals, ended children, and the killing of trees.

use super::Server;
use crate::child::Child;
use crate::sys::{io, proc};
use crate::tree::{self, Snapshot};
use std::os::unix::io::AsRawFd;

/// Children and signals handled in one turn.
const AT_ONCE: usize = 256;
/// Rounds of killing in one turn: more than one, because a fork bomb is a race.
const KILL_ROUNDS: usize = 8;
const KILL_TURN_MS: u64 = 5;
/// A kill that cannot look into /proc for so long ends the session.
const BLIND_MS: u64 = 3000;
const BLIND_RETRY_MS: u64 = 50;
/// 128 + SIGKILL.
const KILLED: i32 = 137;
/// An init that is not PID 1 has no kernel to end what it leaves behind.
const LAST_KILL_MS: u64 = 2000;

impl Server {
    pub(super) fn children(&self) -> impl Iterator<Item = &Child> {
        let main = self.main.iter().map(|main| &main.child);
        main.chain(self.commands.iter().map(|command| &command.child))
    }

    pub(super) fn children_mut(&mut self) -> impl Iterator<Item = &mut Child> {
        let main = self.main.iter_mut().map(|main| &mut main.child);
        main.chain(self.commands.iter_mut().map(|command| &mut command.child))
    }

    pub(super) fn take_signals(&mut self) {
        for _ in 0..AT_ONCE {
            let (signal, sender) = match proc::next_signal(self.signals.as_raw_fd()) {
                Some(signal) => signal,
                None => break,
            };
            // Only from outside the container: PID 1 has no parent in it, which is pid 0, as such a sender is.
            if signal != libc::SIGCHLD && sender == proc::parent_pid() {
                match &mut self.main {
                    Some(main) => main.signal(signal),
                    None if matches!(signal, libc::SIGTERM | libc::SIGINT) => {
                        self.exit_code = Some(0);
                    }
                    None => {}
                }
            }
        }
        self.wait_for_children();
    }

    pub(super) fn wait_for_children(&mut self) {
        let now_ms = io::now_ms();
        self.has_more_children = false;
        for _ in 0..AT_ONCE {
            let waited = match proc::wait_any(libc::WNOHANG | libc::WUNTRACED) {
                Ok(Some(waited)) => waited,
                Ok(None) | Err(_) => return,
            };
            let is_its = |child: &&mut Child| child.reaper() == Some(waited.pid);
            let reaper = self.children_mut().find(is_its);
            match reaper {
                // Somebody stopped a reaper: without it nobody tells how the command ended.
                Some(_) if waited.is_stopped() => {
                    let _ = proc::kill(waited.pid, libc::SIGCONT);
                }
                Some(child) => {
                    if !child.reaper_ended(waited.ended_well(), now_ms) {
                        self.orphans.lost_reaper(now_ms);
                    }
                }
                None => self.orphans.stray_ended(now_ms),
            }
        }
        self.has_more_children = true;
        self.is_busy = true;
    }

    pub(super) fn kill_trees(&mut self) {
        let begin_ms = io::now_ms();
        for _ in 0..KILL_ROUNDS {
            let now_ms = io::now_ms();
            let is_due = |at: Option<u64>| matches!(at, Some(at) if at <= now_ms);
            let orphans_due = is_due(self.orphans.next_ms());
            if !orphans_due && !self.children().any(|child| is_due(child.next_kill_ms())) {
                return;
            }
            let snapshot = match Snapshot::take() {
                Some(snapshot) => snapshot,
                None => return self.cannot_look(now_ms),
            };
            self.blind_since_ms = None;
            let mut is_found = false;
            for child in self.children_mut() {
                if is_due(child.next_kill_ms()) {
                    is_found |= child.kill_round(&snapshot, now_ms);
                }
            }
            if orphans_due {
                let reapers: Vec<i32> = self.children().filter_map(Child::reaper).collect();
                is_found |= self.orphans.round(&snapshot, &reapers, now_ms);
            }
            if !is_found || now_ms.saturating_sub(begin_ms) > KILL_TURN_MS {
                return;
            }
        }
    }

    /// Without a look nothing is proved dead. Session code can take the init's descriptors away (prlimit(2) asks only for the same user): then
    /// the session ends, since surviving a kill is worse.
    fn cannot_look(&mut self, now_ms: u64) {
        let since_ms = *self.blind_since_ms.get_or_insert(now_ms);
        if now_ms.saturating_sub(since_ms) > BLIND_MS {
            self.exit_code = Some(KILLED);
            return;
        }
        let again_ms = now_ms + BLIND_RETRY_MS;
        for child in self.children_mut() {
            child.postpone_kill(again_ms);
        }
        self.orphans.postpone(again_ms);
    }

    /// What the end of a PID namespace does for PID 1. Only the lack of children proves that nothing is left: a look into /proc can
    /// miss whoever forks and ends faster.
    pub(super) fn end_everything(&mut self) {
        let until_ms = io::now_ms() + LAST_KILL_MS;
        while proc::own_pid() != 1 && io::now_ms() < until_ms {
            if let Some(snapshot) = Snapshot::take() {
                let found = snapshot.living_below(proc::own_pid(), &[]);
                found.iter().for_each(tree::kill);
            }
            loop {
                match proc::wait_any(libc::WNOHANG) {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => return,
                }
            }
        }
    }
}
