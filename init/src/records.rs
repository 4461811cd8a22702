//! The last output of the main command as records: bytes of one stream, with the number of the first of them and its time.

use std::collections::VecDeque;

const KEPT_BYTES: usize = 1024 * 1024;
const RECORD_BYTES: usize = 32 * 1024;
/// Bounds the memory for records of a byte or two.
const KEPT_RECORDS: usize = 16 * 1024;
/// From so many on, what is written within a second is put together.
const MANY_RECORDS: usize = 4 * 1024;

pub struct Record {
    first: u64,
    pub unix_ms: u64,
    pub stream: u8,
    bytes: Vec<u8>,
}

impl Record {
    fn end(&self) -> u64 {
        self.first + self.bytes.len() as u64
    }

    pub fn bytes_from(&self, number: u64) -> &[u8] {
        let skip = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.bytes.get(skip..).unwrap_or(&[])
    }
}

#[derive(Default)]
pub struct Records {
    all: VecDeque<Record>,
    kept: usize,
    next: u64,
}

impl Records {
    /// The number of the byte that comes next.
    pub fn next(&self) -> u64 {
        self.next
    }

    pub fn push(&mut self, stream: u8, bytes: &[u8], unix_ms: u64) {
        let within_ms = if self.all.len() < MANY_RECORDS {
            0
        } else {
            1000
        };
        let first = self.next;
        self.next += bytes.len() as u64;
        self.kept += bytes.len();
        match self.all.back_mut() {
            Some(last)
                if last.stream == stream
                    && unix_ms.saturating_sub(last.unix_ms) <= within_ms
                    && last.bytes.len() + bytes.len() <= RECORD_BYTES =>
            {
                last.bytes.extend_from_slice(bytes);
            }
            _ => self.all.push_back(Record {
                first,
                unix_ms,
                stream,
                bytes: bytes.to_vec(),
            }),
        }
        while self.kept > KEPT_BYTES || self.all.len() > KEPT_RECORDS {
            match self.all.pop_front() {
                Some(record) => self.kept -= record.bytes.len(),
                None => return,
            }
        }
    }

    /// The record with that byte, or the first after it, and the number of its first byte that was asked for.
    pub fn at(&self, number: u64) -> Option<(&Record, u64)> {
        let place = self.all.partition_point(|record| record.end() <= number);
        let record = self.all.get(place)?;
        Some((record, number.max(record.first)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(records: &Records, mut from: u64) -> Vec<(u64, u8, Vec<u8>)> {
        let mut found = Vec::new();
        while let Some((record, at)) = records.at(from) {
            let bytes = record.bytes_from(at).to_vec();
            from = at + bytes.len() as u64;
            found.push((at, record.stream, bytes));
        }
        found
    }

    #[test]
    fn numbers_the_bytes_of_both_streams_together() {
        let mut records = Records::default();
        records.push(1, b"abc", 10);
        records.push(2, b"de", 10);
        records.push(2, b"f", 10);
        records.push(2, b"g", 11);
        let want = vec![
            (1, 1, b"bc".to_vec()),
            (3, 2, b"def".to_vec()),
            (6, 2, b"g".to_vec()),
        ];
        assert_eq!(all(&records, 1), want);
        assert_eq!(records.next(), 7);
        assert!(records.at(7).is_none());
    }

    #[test]
    fn keeps_the_last_mebibyte_and_a_bounded_number_of_records() {
        let mut records = Records::default();
        for at in 0..100 {
            records.push(1, &[at; 20_000], u64::from(at));
        }
        assert!(records.kept <= KEPT_BYTES && records.kept > KEPT_BYTES - 20_000);
        let (first, _) = records.at(0).expect("kept");
        assert_eq!(first.first, 2_000_000 - records.kept as u64);

        let mut records = Records::default();
        for at in 0..100_000u64 {
            records.push((at % 2) as u8 + 1, b"x", at);
        }
        assert!(records.all.len() <= KEPT_RECORDS);
        assert_eq!(records.next(), 100_000);
    }
}
