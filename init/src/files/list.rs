//! FILE_LIST: one page of a directory, sorted, in memory that the page bounds however large the directory is.

use super::path::{is_temporary, refusal, Root};
use super::{info, Step, CHUNKS};
use crate::out_queue::OutQueue;
use crate::sys::fs::{self, Stat};
use crate::wire::{kind, Fields, Payload, Refusal};
use std::collections::BinaryHeap;
use std::ffi::CString;
use std::os::unix::io::{AsRawFd, OwnedFd};

/// A longer page comes as several.
const LARGEST_PAGE: usize = 1024;
const ENTRIES_AT_ONCE: usize = 64;

pub struct List {
    directory: OwnedFd,
    after: Vec<u8>,
    most: usize,
    /// The smallest names so far; the largest of them on top.
    page: BinaryHeap<Vec<u8>>,
    entries: u32,
    has_more: bool,
    /// The page, last name first, once the directory is read.
    sorted: Option<Vec<Vec<u8>>>,
}

impl List {
    pub fn start(root: &mut Root, payload: &[u8]) -> Result<List, Refusal> {
        let mut fields = Fields::of(payload);
        let mut parse = || {
            let all = (fields.bytes()?, fields.bytes()?, fields.u32()?);
            fields.end().map(|_| all)
        };
        let (path, after, most) = parse()
            .ok_or_else(|| Refusal::invalid("FILE_LIST: the payload does not fit its fields"))?;
        let (directory, _) = root.open_readable(path, Stat::is_directory)?;
        Ok(List {
            directory,
            after: after.to_vec(),
            most: LARGEST_PAGE.min(most as usize),
            page: BinaryHeap::new(),
            entries: 0,
            has_more: false,
            sorted: None,
        })
    }

    pub fn step(&mut self, id: u32, buffer: &mut [u8], out: &mut OutQueue) -> Step {
        for _ in 0..CHUNKS {
            if self.sorted.is_some() {
                return self.send(id, out);
            }
            match fs::read_names(self.directory.as_raw_fd(), buffer) {
                Ok(Some(names)) => {
                    for name in names.filter(|name| !is_temporary(name)) {
                        self.entries = self.entries.saturating_add(1);
                        if name > self.after.as_slice() {
                            self.page.push(name.to_vec());
                        }
                        if self.page.len() > self.most {
                            self.page.pop();
                            self.has_more = true;
                        }
                    }
                }
                Ok(None) => {
                    let mut names = std::mem::take(&mut self.page).into_sorted_vec();
                    names.reverse();
                    self.sorted = Some(names);
                }
                Err(errno) => return Step::Failed(refusal(errno)),
            }
        }
        Step::Busy
    }

    fn send(&mut self, id: u32, out: &mut OutQueue) -> Step {
        for _ in 0..ENTRIES_AT_ONCE {
            if !out.has_room_for_data() {
                return Step::Waiting;
            }
            let name = match self.sorted.as_mut().and_then(Vec::pop) {
                Some(name) => name,
                None => {
                    let end = Payload::default()
                        .u32(self.entries)
                        .u8(u8::from(self.has_more));
                    out.send(kind::FILE_LIST_END, id, &[end.as_slice()]);
                    return Step::Done;
                }
            };
            let stat = CString::new(name.as_slice())
                .map_err(|_| libc::EINVAL)
                .and_then(|name| fs::stat_entry(self.directory.as_raw_fd(), &name));
            // One that is gone since is no error of the listing.
            if let Ok(stat) = stat {
                let entry = info(&stat).bytes(&name);
                out.send(kind::FILE_ENTRY, id, &[entry.as_slice()]);
            }
        }
        Step::Busy
    }
}
