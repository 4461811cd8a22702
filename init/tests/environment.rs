//! The environment that comes after the start: nothing runs before it, everything has it, and it comes once.

mod common;

use common::{command, error_code, shell, Init};
use mcpsession_init::wire::{kind, Payload};

const BUSY: u8 = 8;
const CONFLICT: u8 = 4;
const INVALID: u8 = 1;
/// Nonce and what comes before `main` in a HELLO_ACK: protocol, version and the milliseconds.
fn main_state(ack: &[u8]) -> u8 {
    let version = u32::from_be_bytes(ack[4..8].try_into().expect("a length")) as usize;
    ack[8 + version + 8]
}

fn environment(more: u8, items: &[&[u8]]) -> Payload {
    let head = Payload::default().u8(more).u32(items.len() as u32);
    items.iter().fold(head, |all, item| all.bytes(item))
}

#[test]
fn refuses_commands_until_it_has_its_environment() {
    let mut init = Init::silent(&["run", "--environment", "later"]);
    assert_eq!(main_state(&init.hello()), 3);
    let id = init.send_exec(&command(&[b"/bin/true"]));
    let refused = init.next();
    assert_eq!((refused.id, error_code(&refused)), (id, BUSY));

    init.request(
        kind::ENVIRONMENT,
        &environment(1, &[b"TOKEN=one", b"OTHER=two"]),
    );
    assert_eq!(init.next().kind, kind::ENVIRONMENT_SET);
    init.send_exec(&command(&[b"/bin/true"]));
    assert_eq!(error_code(&init.next()), BUSY);

    // Another controller begins again.
    assert_eq!(main_state(&init.hello()), 3);
    init.request(kind::ENVIRONMENT, &environment(0, &[b"TOKEN=three"]));
    assert_eq!(init.next().kind, kind::ENVIRONMENT_SET);
    let run = init.run(&shell("echo $TOKEN $OTHER"));
    assert_eq!(run.stdout, b"three two\n");
    assert_eq!(main_state(&init.hello()), 0);

    init.request(kind::ENVIRONMENT, &environment(0, &[b"TOKEN=four"]));
    assert_eq!(error_code(&init.next()), CONFLICT);
    assert_eq!(init.run(&shell("echo $TOKEN")).stdout, b"three\n");
}

#[test]
fn starts_the_main_command_with_it_and_not_before() {
    let mut init = Init::silent(&[
        "run",
        "--environment",
        "later",
        "--",
        "/bin/sh",
        "-c",
        "echo $TOKEN",
    ]);
    assert_eq!(main_state(&init.hello()), 3);
    init.request(kind::ENVIRONMENT, &environment(0, &[b"TOKEN\0=one"]));
    assert_eq!(error_code(&init.next()), INVALID);
    assert!(init.processes().is_empty());

    init.request(kind::ENVIRONMENT, &environment(0, &[b"TOKEN=one"]));
    assert_eq!(init.next().kind, kind::ENVIRONMENT_SET);
    init.send(
        kind::MAIN_SUBSCRIBE,
        0,
        Payload::default().u64(0).u32(1 << 20).as_slice(),
    );
    let output = init.next_of(&[kind::MAIN_OUTPUT]);
    assert!(output.payload.ends_with(b"one\n"), "{output:?}");
}

#[test]
fn an_init_with_its_environment_takes_no_other() {
    let mut init = Init::new();
    init.request(kind::ENVIRONMENT, &environment(0, &[b"TOKEN=one"]));
    assert_eq!(error_code(&init.next()), CONFLICT);
}
