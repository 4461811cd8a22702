//! From the payload of an EXEC_START to a plan: everything that can be refused without starting anything.

use crate::process::{Plan, DEFAULT_PATH};
use crate::wire::{Fields, Refusal};
use std::ffi::CString;
use std::os::unix::ffi::OsStringExt;

const STDIN: u8 = 1;
const TERMINAL: u8 = 2;
const LOSSLESS: u8 = 4;
const LONGEST_KEY: usize = 64;

pub struct ExecRequest {
    pub key: String,
    pub plan: Plan,
    /// 0: none.
    pub time_limit_ms: u64,
    pub spool_bytes: u32,
    pub is_lossless: bool,
    pub credit: u32,
}

/// `default_cpu_seconds` is that of commands which name none.
pub fn parse(payload: &[u8], default_cpu_seconds: u32) -> Result<ExecRequest, Refusal> {
    fields(payload, default_cpu_seconds).unwrap_or_else(|| {
        Err(Refusal::invalid(
            "EXEC_START: the payload does not fit its fields",
        ))
    })
}

/// `None` for a payload that is shorter or longer than its fields.
fn fields(payload: &[u8], default_cpu_seconds: u32) -> Option<Result<ExecRequest, Refusal>> {
    let mut fields = Fields::of(payload);
    let key = fields.bytes()?;
    let (argv, env) = (fields.list()?, fields.list()?);
    let cwd = fields.bytes()?;
    let time_limit_ms = fields.u64()?;
    let (cpu_seconds, open_files) = (fields.u32()?, fields.u32()?);
    let spool_bytes = fields.u32()?;
    let flags = fields.u8()?;
    let (rows, columns) = (fields.u16()?, fields.u16()?);
    let credit = fields.u32()?;
    fields.end()?;
    Some(parse_key(key).and_then(|key| {
        if flags & !(STDIN | TERMINAL | LOSSLESS) != 0 {
            return Err(Refusal::invalid(format!("flags: {flags} has unknown bits")));
        }
        let mut plan = plan(&argv, &env, cwd)?;
        plan.cpu_seconds = if cpu_seconds == 0 {
            default_cpu_seconds
        } else {
            cpu_seconds
        };
        plan.open_files = open_files;
        plan.terminal = (flags & TERMINAL != 0).then_some((rows, columns));
        plan.has_stdin = flags & STDIN != 0;
        Ok(ExecRequest {
            key,
            plan,
            time_limit_ms,
            spool_bytes,
            is_lossless: flags & LOSSLESS != 0,
            credit,
        })
    }))
}

fn parse_key(key: &[u8]) -> Result<String, Refusal> {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_key = !key.is_empty() && key.len() <= LONGEST_KEY && key.iter().all(is_allowed);
    match std::str::from_utf8(key) {
        Ok(text) if is_key => Ok(text.to_owned()),
        _ => Err(Refusal::invalid("key must be 1 to 64 of A-Z a-z 0-9 _ -")),
    }
}

fn strings(what: &str, items: &[&[u8]]) -> Result<Vec<CString>, Refusal> {
    let string = |item: &&[u8]| CString::new(*item);
    let all: Result<Vec<CString>, _> = items.iter().map(string).collect();
    all.map_err(|_| Refusal::invalid(format!("{what}: a NUL byte inside")))
}

/// A plan without limits, terminal or standard input.
pub fn plan(argv: &[&[u8]], env: &[&[u8]], cwd: &[u8]) -> Result<Plan, Refusal> {
    if argv.is_empty() {
        return Err(Refusal::invalid("argv is empty"));
    }
    let environment = merged_environment(env)?;
    let path = environment
        .iter()
        .find_map(|variable| variable.strip_prefix(b"PATH="))
        .unwrap_or(DEFAULT_PATH)
        .to_vec();
    let views: Vec<&[u8]> = environment.iter().map(Vec::as_slice).collect();
    Ok(Plan {
        argv: strings("argv", argv)?,
        envp: strings("env", &views)?,
        path,
        cwd: strings("cwd", &[cwd])?.pop().filter(|_| !cwd.is_empty()),
        cpu_seconds: 0,
        open_files: 0,
        terminal: None,
        has_stdin: false,
    })
}

/// The init's own environment with the given variables over it; of two with one name the later counts.
fn merged_environment(env: &[&[u8]]) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut merged = std::collections::BTreeMap::new();
    for (name, value) in std::env::vars_os() {
        merged.insert(name.into_vec(), value.into_vec());
    }
    for variable in env {
        match variable.iter().position(|byte| *byte == b'=') {
            Some(end) if end > 0 => {
                let (name, value) = variable.split_at(end);
                merged.insert(name.to_vec(), value.get(1..).unwrap_or(&[]).to_vec());
            }
            _ => return Err(Refusal::invalid("env: an item is not NAME=value")),
        }
    }
    let join = |(name, value): (Vec<u8>, Vec<u8>)| [&name[..], b"=", &value].concat();
    Ok(merged.into_iter().map(join).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Payload;

    fn list(payload: Payload, items: &[&[u8]]) -> Payload {
        let payload = payload.u32(items.len() as u32);
        items.iter().fold(payload, |all, item| all.bytes(item))
    }

    fn start(key: &[u8], argv: &[&[u8]], env: &[&[u8]], flags: u8) -> Payload {
        list(list(Payload::default().bytes(key), argv), env)
            .bytes(b"/tmp")
            .u64(9)
            .u32(0)
            .u32(64)
            .u32(100)
            .u8(flags)
            .raw(&[0, 24, 0, 80])
            .u32(7)
    }

    #[test]
    fn reads_every_field() {
        let payload = start(b"k", &[b"ls", b""], &[b"A=1", b"A=2", b"PATH=/x"], 3);
        let request = parse(payload.as_slice(), 5).expect("parsed");
        assert_eq!((request.key.as_str(), request.credit), ("k", 7));
        assert_eq!(request.plan.terminal, Some((24, 80)));
        assert_eq!(request.plan.cpu_seconds, 5);
        assert_eq!(request.plan.path, b"/x");
        let named: Vec<&CString> = request
            .plan
            .envp
            .iter()
            .filter(|it| it.as_bytes().starts_with(b"A="))
            .collect();
        assert_eq!(named, [&CString::new("A=2").expect("no NUL")]);
    }

    #[test]
    fn refuses_what_cannot_be_started() {
        for (case, payload) in [
            ("no argv", start(b"k", &[], &[], 0)),
            ("NUL", start(b"k", &[b"a\0b"], &[], 0)),
            ("NUL in env", start(b"k", &[b"a"], &[b"A=\0"], 0)),
            ("no name", start(b"k", &[b"a"], &[b"=1"], 0)),
            ("no value", start(b"k", &[b"a"], &[b"A"], 0)),
            ("empty key", start(b"", &[b"a"], &[], 0)),
            ("long key", start(&[b'k'; 65], &[b"a"], &[], 0)),
            ("bad key", start(b"a/b", &[b"a"], &[], 0)),
            ("flags", start(b"k", &[b"a"], &[], 8)),
            ("longer", start(b"k", &[b"a"], &[], 0).u8(0)),
        ] {
            assert!(parse(payload.as_slice(), 0).is_err(), "{case}");
        }
    }

    #[test]
    fn refuses_every_truncation() {
        let payload = start(b"k", &[b"ls"], &[b"A=1"], 1);
        for length in 0..payload.as_slice().len() {
            assert!(parse(&payload.as_slice()[..length], 0).is_err());
        }
    }
}
