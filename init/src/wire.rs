//! Names of the wire (docs/session-init.md) and the reading and writing of payload fields. Reading never trusts a length.

pub const PROTOCOL: u32 = 1;
/// Most bytes of data in one data frame.
pub const MAX_DATA: usize = 32_768;

/// Frame types. Those of the controller are below 0x80.
pub mod kind {
    pub const HELLO: u8 = 0x01;
    pub const HELLO_ACK: u8 = 0x81;
    pub const PING: u8 = 0x02;
    pub const PONG: u8 = 0x82;
    pub const CANCEL: u8 = 0x03;
    pub const ERROR: u8 = 0x83;
    pub const PART: u8 = 0x04;
    pub const ENVIRONMENT: u8 = 0x05;
    pub const ENVIRONMENT_SET: u8 = 0x85;

    pub const EXEC_START: u8 = 0x10;
    pub const EXEC_STARTED: u8 = 0x90;
    pub const EXEC_STDIN: u8 = 0x11;
    pub const EXEC_OUTPUT: u8 = 0x91;
    pub const EXEC_STDIN_EOF: u8 = 0x12;
    pub const EXEC_EXIT: u8 = 0x92;
    pub const EXEC_SIGNAL: u8 = 0x13;
    pub const EXEC_STDIN_CREDIT: u8 = 0x93;
    pub const EXEC_KILL: u8 = 0x14;
    pub const EXEC_DATA: u8 = 0x94;
    pub const EXEC_RESIZE: u8 = 0x15;
    pub const EXEC_LIST_ITEM: u8 = 0x95;
    pub const EXEC_SUBSCRIBE: u8 = 0x16;
    pub const EXEC_LIST_END: u8 = 0x96;
    pub const EXEC_CREDIT: u8 = 0x17;
    pub const EXEC_READ: u8 = 0x18;
    pub const EXEC_LIST: u8 = 0x19;
    pub const EXEC_FORGET: u8 = 0x1A;

    pub const FILE_STAT: u8 = 0x20;
    pub const FILE_INFO: u8 = 0xA0;
    pub const FILE_LIST: u8 = 0x21;
    pub const FILE_ENTRY: u8 = 0xA1;
    pub const FILE_READ: u8 = 0x22;
    pub const FILE_LIST_END: u8 = 0xA2;
    pub const FILE_DATA: u8 = 0xA3;
    pub const FILE_CREDIT: u8 = 0x24;
    pub const FILE_DONE: u8 = 0xA4;
    pub const FILE_WRITE: u8 = 0x25;
    pub const FILE_READY: u8 = 0xA5;
    pub const FILE_CHUNK: u8 = 0x26;
    pub const FILE_WRITE_CREDIT: u8 = 0xA6;
    pub const FILE_COMMIT: u8 = 0x27;
    pub const FILE_MKDIR: u8 = 0x28;
    pub const FILE_REMOVE: u8 = 0x29;

    pub const MAIN_SUBSCRIBE: u8 = 0x30;
    pub const MAIN_OUTPUT: u8 = 0xB0;
    pub const MAIN_CREDIT: u8 = 0x31;
    pub const MAIN_EXIT: u8 = 0xB1;

    pub const FORWARD_OPEN: u8 = 0x40;
    pub const FORWARD_READY: u8 = 0xC0;
    pub const FORWARD_DATA: u8 = 0x41;
    pub const FORWARD_DATA_OUT: u8 = 0xC1;
    pub const FORWARD_EOF: u8 = 0x42;
    pub const FORWARD_EOF_OUT: u8 = 0xC2;
    pub const FORWARD_CREDIT: u8 = 0x43;
    pub const FORWARD_CREDIT_OUT: u8 = 0xC3;
}

/// Codes of an ERROR frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    Invalid = 1,
    NotFound = 2,
    OutsideRoot = 3,
    Conflict = 4,
    NoSpace = 5,
    TooLarge = 6,
    Unsupported = 7,
    Busy = 8,
    Denied = 9,
    WrongType = 10,
    Gone = 11,
    Refused = 12,
    Internal = 13,
    NotExecutable = 14,
}

/// Why a request is over. `errno` 0: no system call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub errno: i32,
    pub message: String,
}

impl Refusal {
    pub fn new(code: Code, errno: i32, message: impl Into<String>) -> Self {
        Refusal {
            code,
            errno,
            message: message.into(),
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Refusal::new(Code::Invalid, 0, message)
    }
}

/// Takes fields off a payload; `None` once the payload is shorter than its fields say.
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub fn of(payload: &'a [u8]) -> Self {
        Fields(payload)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.0.get(..count)?;
        self.0 = self.0.get(count..)?;
        Some(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// Grows with what is there, never with what the count claims.
    pub fn list(&mut self) -> Option<Vec<&'a [u8]>> {
        let mut items = Vec::new();
        for _ in 0..self.u32()? {
            items.push(self.bytes()?);
        }
        Some(items)
    }

    /// `None` when anything follows the last field.
    pub fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Builds a payload, field by field.
#[derive(Default)]
pub struct Payload(Vec<u8>);

impl Payload {
    pub fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX))
            .raw(bytes)
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_was_built() {
        let payload = Payload::default()
            .u8(7)
            .u32(70_000)
            .u64(1 << 40)
            .bytes(b"abc");
        let mut fields = Fields::of(payload.as_slice());
        assert_eq!(fields.u8(), Some(7));
        assert_eq!(fields.u32(), Some(70_000));
        assert_eq!(fields.u64(), Some(1 << 40));
        assert_eq!(fields.end(), None);
        assert_eq!(fields.bytes(), Some(&b"abc"[..]));
        assert_eq!(fields.end(), Some(()));
    }

    #[test]
    fn refuses_lengths_and_counts_that_the_payload_does_not_hold() {
        assert_eq!(Fields::of(&[0xFF, 0xFF, 0xFF, 0xFF, 1]).bytes(), None);
        assert_eq!(Fields::of(&[0xFF, 0xFF, 0xFF, 0xFF, 0, 0]).list(), None);
        assert_eq!(Fields::of(&[0, 0, 0]).u32(), None);
    }
}
