//! The command line.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

pub const USAGE: &str = "usage: init run [--root DIR] [--cpu-seconds N] [--spool-bytes N] [--environment later] [-- PROGRAM [ARG...]]\n       init lock\n       init version\n";

#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Directory that file requests are confined to.
    pub root: Vec<u8>,
    /// 0: inherited.
    pub cpu_seconds: u32,
    pub spool_bytes: usize,
    /// Nothing is started before an ENVIRONMENT frame.
    pub is_environment_later: bool,
    /// Empty: none.
    pub main: Vec<Vec<u8>>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Invocation {
    Run(Options),
    Lock,
    Version,
}

/// `arguments` without the program's own name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Invocation, String> {
    let mut rest = arguments.map(OsString::into_vec);
    match rest.next().as_deref() {
        Some(b"version") => return Ok(Invocation::Version),
        Some(b"lock") => return Ok(Invocation::Lock),
        Some(b"run") => {}
        _ => return Err("expected run, lock or version".to_owned()),
    }
    let mut options = Options {
        root: b"/workspace".to_vec(),
        cpu_seconds: 0,
        spool_bytes: 8 * 1024 * 1024,
        is_environment_later: false,
        main: Vec::new(),
    };
    while let Some(name) = rest.next() {
        if name == b"--" {
            options.main = rest.collect();
            if options.main.is_empty() {
                return Err("--: a program must follow".to_owned());
            }
            break;
        }
        let shown = String::from_utf8_lossy(&name).into_owned();
        let value = rest.next().ok_or(format!("{shown}: a value must follow"))?;
        match name.as_slice() {
            b"--root" => options.root = value,
            b"--cpu-seconds" => options.cpu_seconds = number(&shown, &value)?,
            b"--spool-bytes" => options.spool_bytes = number(&shown, &value)?,
            b"--environment" if value == b"later" => options.is_environment_later = true,
            _ => return Err(format!("{shown}: unknown option or value")),
        }
    }
    Ok(Invocation::Run(options))
}

fn number<T: std::str::FromStr>(name: &str, value: &[u8]) -> Result<T, String> {
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(format!("{name}: not a number in range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Invocation, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn takes_options_and_a_main_command() {
        let found = parsed(
            "run --root /r --cpu-seconds 7 --spool-bytes 9 --environment later -- sh -c --root",
        );
        let main = ["sh", "-c", "--root"].map(|it| it.as_bytes().to_vec());
        let want = Options {
            root: b"/r".to_vec(),
            cpu_seconds: 7,
            spool_bytes: 9,
            is_environment_later: true,
            main: main.to_vec(),
        };
        assert_eq!(found, Ok(Invocation::Run(want)));
        assert_eq!(parsed("version"), Ok(Invocation::Version));
        assert_eq!(parsed("lock"), Ok(Invocation::Lock));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "",
            "walk",
            "run --root",
            "run --x 1",
            "run --cpu-seconds x",
            "run --cpu-seconds -1",
            "run --environment now",
            "run --",
            "run sh",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
