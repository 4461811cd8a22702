//! Variables that the controller gives after the start, so that no value of them is in the container's configuration.

use crate::wire::{Code, Fields, Refusal};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Of all variables together; the kernel takes no more than twice that with arguments and all (execve(2)).
const MAX_BYTES: usize = 1024 * 1024;

#[derive(Default)]
pub struct LaterEnvironment {
    bytes: usize,
}

impl LaterEnvironment {
    /// Sets what a frame brings in the init's own environment, which everything it starts inherits. Nothing of a frame that is
    /// refused is set. Gives whether it was the last one.
    pub fn take(&mut self, payload: &[u8]) -> Result<bool, Refusal> {
        let (has_more, variables) = read(payload)?;
        let bytes: usize = variables
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if self.bytes + bytes > MAX_BYTES {
            return Err(Refusal::new(
                Code::TooLarge,
                0,
                "the environment is too large",
            ));
        }
        self.bytes += bytes;
        for (name, value) in variables {
            std::env::set_var(OsStr::from_bytes(name), OsStr::from_bytes(value));
        }
        Ok(!has_more)
    }
}

type Variable<'a> = (&'a [u8], &'a [u8]);

fn read(payload: &[u8]) -> Result<(bool, Vec<Variable<'_>>), Refusal> {
    let mut fields = Fields::of(payload);
    let parsed = (|| {
        let (more, items) = (fields.u8()?, fields.list()?);
        fields.end().map(|_| (more, items))
    })();
    let (more, items) = match parsed {
        Some((more @ (0 | 1), items)) => (more == 1, items),
        _ => {
            return Err(Refusal::invalid(
                "ENVIRONMENT: the payload does not fit its fields",
            ))
        }
    };
    let variables: Option<Vec<Variable>> = items.into_iter().map(variable).collect();
    // Which one is not told: it would be a value.
    variables
        .map(|variables| (more, variables))
        .ok_or_else(|| Refusal::invalid("env: an item is not NAME=value, or has a NUL byte inside"))
}

fn variable(item: &[u8]) -> Option<Variable<'_>> {
    let end = item.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (item.get(..end)?, item.get(end + 1..)?);
    (!name.is_empty() && !item.contains(&0)).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Payload;

    fn payload(more: u8, items: &[&[u8]]) -> Payload {
        let head = Payload::default().u8(more).u32(items.len() as u32);
        items.iter().fold(head, |all, item| all.bytes(item))
    }

    #[test]
    fn sets_what_comes_and_tells_the_last_part() {
        let mut later = LaterEnvironment::default();
        let first = payload(1, &[b"LATER_A=1", b"LATER_B=x=y", b"LATER_C="]);
        assert_eq!(later.take(first.as_slice()), Ok(false));
        assert_eq!(later.take(payload(0, &[b"LATER_A=2"]).as_slice()), Ok(true));
        let value = |name: &str| std::env::var(name).ok();
        assert_eq!(value("LATER_A").as_deref(), Some("2"));
        assert_eq!(value("LATER_B").as_deref(), Some("x=y"));
        assert_eq!(value("LATER_C").as_deref(), Some(""));
    }

    #[test]
    fn refuses_what_is_no_variable_and_tells_no_value() {
        for (case, bad) in [
            ("no name", payload(0, &[b"=hidden"])),
            ("no value", payload(0, &[b"LATER_GOOD=1", b"hidden"])),
            ("NUL in a name", payload(0, &[b"hid\0den=1"])),
            ("NUL in a value", payload(0, &[b"LATER_NUL=hid\0den"])),
            ("unknown flag", payload(2, &[])),
            ("longer", payload(0, &[b"LATER_LONG=1"]).u8(0)),
        ] {
            let refusal = LaterEnvironment::default()
                .take(bad.as_slice())
                .expect_err(case);
            assert_eq!(refusal.code, Code::Invalid, "{case}");
            assert!(!refusal.message.contains("hidden"), "{case}");
        }
        assert_eq!(std::env::var_os("LATER_GOOD"), None);
    }

    #[test]
    fn refuses_every_truncation_and_more_than_its_limit() {
        let whole = payload(0, &[b"LATER_CUT=1"]);
        for length in 0..whole.as_slice().len() {
            let cut = &whole.as_slice()[..length];
            assert!(LaterEnvironment::default().take(cut).is_err(), "{length}");
        }
        let mut later = LaterEnvironment::default();
        let large = [b"LATER_LARGE=".as_slice(), &vec![b'x'; MAX_BYTES / 2]].concat();
        assert_eq!(later.take(payload(1, &[&large]).as_slice()), Ok(false));
        let refused = later
            .take(payload(1, &[&large]).as_slice())
            .expect_err("too large");
        assert_eq!(refused.code, Code::TooLarge);
    }
}
