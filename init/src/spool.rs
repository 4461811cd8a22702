//! What is kept of one output stream: its first half and its last half. All spools draw on one budget, so that no number of
//! commands makes the init large.

/// Memory that all spools together may use.
pub struct Budget {
    limit: usize,
    used: usize,
}

impl Budget {
    pub fn new(limit: usize) -> Self {
        Budget { limit, used: 0 }
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    pub fn free(&self) -> usize {
        self.limit.saturating_sub(self.used)
    }

    fn take(&mut self, bytes: usize) -> usize {
        let taken = bytes.min(self.free());
        self.used += taken;
        taken
    }

    fn give_back(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }
}

/// Bytes in memory that was paid for.
#[derive(Default)]
struct Store {
    bytes: Vec<u8>,
    /// What the budget gave: never more bytes than this.
    paid: usize,
    limit: usize,
}

impl Store {
    fn new(limit: usize) -> Self {
        Store {
            limit,
            ..Store::default()
        }
    }

    /// Tries to have room for `more` bytes; doubles, so that slow output is not copied for every line.
    fn grow(&mut self, more: usize, budget: &mut Budget) {
        let wanted = self.bytes.len().saturating_add(more).min(self.limit);
        if wanted <= self.paid {
            return;
        }
        let roomy = wanted.max(self.paid * 2).max(4096).min(self.limit);
        let size = if budget.free() >= roomy - self.paid {
            roomy
        } else {
            wanted
        };
        self.paid += budget.take(size - self.paid);
        self.bytes.reserve_exact(self.paid - self.bytes.len());
    }

    /// Appends what there is room for and gives the rest.
    fn append<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (now, rest) = bytes.split_at(bytes.len().min(self.paid - self.bytes.len()));
        self.bytes.extend_from_slice(now);
        rest
    }

    fn clear(&mut self, budget: &mut Budget) {
        budget.give_back(self.paid);
        *self = Store::default();
    }
}

pub struct Spool {
    head: Store,
    /// The head takes no more: whatever follows belongs to the tail.
    is_head_closed: bool,
    /// A ring once it is full; `tail_start` is the place of its oldest byte.
    tail: Store,
    tail_start: usize,
    total: u64,
}

impl Spool {
    pub fn new(bytes: usize) -> Self {
        Spool {
            head: Store::new(bytes / 2),
            is_head_closed: false,
            tail: Store::new(bytes - bytes / 2),
            tail_start: 0,
            total: 0,
        }
    }

    /// Bytes written by the command so far, kept or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// What `push` of so many bytes would like to have of the budget.
    pub fn wants(&self, more: usize) -> usize {
        let left = |store: &Store| store.limit - store.paid;
        more.min(left(&self.head) + left(&self.tail))
    }

    pub fn push(&mut self, bytes: &[u8], budget: &mut Budget) {
        self.total += bytes.len() as u64;
        let mut rest = bytes;
        if !self.is_head_closed {
            self.head.grow(rest.len(), budget);
            rest = self.head.append(rest);
            // Also without more memory: the head stays one piece.
            self.is_head_closed = !rest.is_empty() || self.head.bytes.len() == self.head.limit;
        }
        self.push_tail(rest, budget);
    }

    fn push_tail(&mut self, bytes: &[u8], budget: &mut Budget) {
        let before = self.tail.paid;
        self.tail.grow(bytes.len(), budget);
        if self.tail.paid > before && self.tail_start > 0 {
            self.tail.bytes.rotate_left(self.tail_start);
            self.tail_start = 0;
        }
        let rest = self.tail.append(bytes);
        let ring = &mut self.tail.bytes;
        let size = ring.len();
        let last = rest.get(rest.len().saturating_sub(size)..).unwrap_or(&[]);
        let (to_end, from_start) = last.split_at(last.len().min(size - self.tail_start));
        if let Some(place) = ring.get_mut(self.tail_start..self.tail_start + to_end.len()) {
            place.copy_from_slice(to_end);
        }
        if let Some(place) = ring.get_mut(..from_start.len()) {
            place.copy_from_slice(from_start);
        }
        if size > 0 {
            self.tail_start = (self.tail_start + last.len()) % size;
        }
    }

    /// The first kept bytes at or after `offset`, in one piece, with the offset of the first of them.
    pub fn piece(&self, offset: u64, with_tail: bool) -> Option<(u64, &[u8])> {
        let head = &self.head.bytes;
        if offset < head.len() as u64 {
            return Some((offset, head.get(offset as usize..)?));
        }
        let tail = &self.tail.bytes;
        let begin = self.total - tail.len() as u64;
        let offset = offset.max(begin);
        if !with_tail || offset >= self.total {
            return None;
        }
        let (old, new) = (tail.get(self.tail_start..)?, tail.get(..self.tail_start)?);
        let skip = (offset - begin) as usize;
        let piece = match old.get(skip..) {
            Some(piece) if !piece.is_empty() => piece,
            _ => new.get(skip - old.len()..)?,
        };
        Some((offset, piece))
    }

    /// Drops what is kept; the count goes on.
    pub fn clear(&mut self, budget: &mut Budget) {
        self.head.clear(budget);
        self.tail.clear(budget);
        self.tail_start = 0;
        self.is_head_closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(from: u64, count: usize) -> Vec<u8> {
        (from..from + count as u64)
            .map(|at| (at % 251) as u8)
            .collect()
    }

    fn kept(spool: &Spool) -> Vec<(u64, Vec<u8>)> {
        let mut pieces: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut offset = 0;
        while let Some((at, bytes)) = spool.piece(offset, true) {
            offset = at + bytes.len() as u64;
            match pieces.last_mut() {
                Some((start, last)) if *start + last.len() as u64 == at => {
                    last.extend_from_slice(bytes);
                }
                _ => pieces.push((at, bytes.to_vec())),
            }
        }
        pieces
    }

    #[test]
    fn keeps_all_of_what_fits() {
        let mut budget = Budget::new(1 << 20);
        let mut spool = Spool::new(1000);
        for at in (0..1000).step_by(10) {
            spool.push(&text(at, 10), &mut budget);
        }
        assert_eq!(kept(&spool), vec![(0, text(0, 1000))]);
        assert_eq!(spool.total(), 1000);
    }

    #[test]
    fn keeps_the_first_and_the_last_half_of_more() {
        for step in [1usize, 7, 333, 5000] {
            let mut budget = Budget::new(1 << 20);
            let mut spool = Spool::new(1001);
            let mut at = 0;
            while at < 10_000 {
                spool.push(&text(at, step), &mut budget);
                at += step as u64;
            }
            let want = vec![(0, text(0, 500)), (at - 501, text(at - 501, 501))];
            assert_eq!(kept(&spool), want, "step {step}");
            assert!(budget.used <= 1001);
        }
    }

    #[test]
    fn never_takes_more_than_the_budget_and_gives_all_of_it_back() {
        let mut budget = Budget::new(10_000);
        let mut spools: Vec<Spool> = (0..5).map(|_| Spool::new(8000)).collect();
        for round in 0..200 {
            for spool in &mut spools {
                spool.push(&text(round * 100, 100), &mut budget);
                assert!(budget.used <= 10_000);
                assert!(spool.head.bytes.capacity() <= spool.head.paid.max(8));
            }
        }
        for spool in &mut spools {
            assert_eq!(spool.total(), 20_000);
            for (at, bytes) in kept(spool) {
                assert_eq!(bytes, text(at, bytes.len()));
            }
            spool.clear(&mut budget);
            assert_eq!(kept(spool), Vec::new());
        }
        assert_eq!(budget.used, 0);
    }

    #[test]
    fn a_spool_of_no_bytes_only_counts() {
        let mut budget = Budget::new(100);
        let mut spool = Spool::new(0);
        spool.push(b"hello", &mut budget);
        assert_eq!((spool.total(), spool.piece(0, true)), (5, None));
    }

    #[test]
    fn without_the_tail_there_is_silence_after_the_first_half() {
        let mut budget = Budget::new(1000);
        let mut spool = Spool::new(10);
        spool.push(b"0123456789", &mut budget);
        assert_eq!(spool.piece(3, false), Some((3, &b"34"[..])));
        assert_eq!(spool.piece(5, false), None);
        assert_eq!(spool.piece(5, true), Some((5, &b"56789"[..])));
    }
}
