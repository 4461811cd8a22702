//! Makes each system call of its arguments, `name:number:argument,...`, in a child of its own and prints `name result`: "ok", the errno,
//! or "signal <n>". `name:int80` makes getpid by the 32-bit gate of x86-64. `threads` proves that threads start. No dependencies.

use std::os::raw::{c_int, c_long};
use std::process::exit;

const ARGUMENTS: usize = 6;

extern "C" {
    fn fork() -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn _exit(code: c_int) -> !;
    fn syscall(number: c_long, ...) -> c_long;
}

enum Call {
    Number(c_long, [c_long; ARGUMENTS]),
    Gate32,
}

fn main() {
    for argument in std::env::args().skip(1) {
        if argument == "threads" {
            println!("threads {}", threads());
            continue;
        }
        match parse(&argument) {
            Some((name, call)) => println!("{name} {}", outcome(&call)),
            None => {
                eprintln!("not name:number:argument,...: {argument}");
                exit(2);
            }
        }
    }
}

fn parse(argument: &str) -> Option<(&str, Call)> {
    let mut parts = argument.splitn(3, ':');
    let name = parts.next()?;
    let number = parts.next()?;
    if number == "int80" {
        return Some((name, Call::Gate32));
    }
    let mut arguments: [c_long; ARGUMENTS] = [0; ARGUMENTS];
    for (index, text) in parts
        .next()
        .unwrap_or("")
        .split(',')
        .filter(|text| !text.is_empty())
        .enumerate()
    {
        // Wraps on purpose: the upper half of an argument is part of what is probed.
        *arguments.get_mut(index)? = text.parse::<i128>().ok()? as c_long;
    }
    Some((name, Call::Number(number.parse().ok()?, arguments)))
}

/// In a child, because some calls change the caller, fork it, or end it.
fn outcome(call: &Call) -> String {
    // SAFETY: the program has one thread here, and the child does nothing but the call and _exit.
    let pid = unsafe { fork() };
    if pid < 0 {
        return "no child".to_string();
    }
    if pid == 0 {
        let errno = make(call);
        unsafe { _exit(errno) }
    }
    let mut status: c_int = 0;
    // SAFETY: `status` outlives the call.
    if unsafe { waitpid(pid, &mut status, 0) } != pid {
        return "lost".to_string();
    }
    match (status & 0x7f, (status >> 8) & 0xff) {
        (0, 0) => "ok".to_string(),
        (0, errno) => errno.to_string(),
        (signal, _) => format!("signal {signal}"),
    }
}

fn make(call: &Call) -> c_int {
    let result = match call {
        // SAFETY: whatever it does to this child ends with it.
        Call::Number(number, [a, b, c, d, e, f]) => unsafe {
            syscall(*number, *a, *b, *c, *d, *e, *f)
        },
        Call::Gate32 => gate32(),
    };
    if result >= 0 {
        return 0;
    }
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(255)
}

#[cfg(target_arch = "x86_64")]
fn gate32() -> c_long {
    const GETPID_32: i64 = 20;
    let mut result = GETPID_32;
    // SAFETY: getpid reads and writes no memory.
    unsafe {
        std::arch::asm!("int 0x80", inout("rax") result, lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _)
    };
    result
}

#[cfg(not(target_arch = "x86_64"))]
fn gate32() -> c_long {
    -1
}

fn threads() -> &'static str {
    let started: Vec<_> = (0..4)
        .map(|number| std::thread::Builder::new().spawn(move || number))
        .collect();
    let all = started
        .into_iter()
        .all(|thread| matches!(thread.map(|handle| handle.join()), Ok(Ok(_))));
    if all {
        "ok"
    } else {
        "failed"
    }
}
