//! Terminals, standard input, the main command.

mod common;

use common::*;
use mcpsession_init::wire::{kind, Fields, Payload};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(5);

#[test]
fn standard_input_without_the_flag_is_empty() {
    let mut init = Init::new();
    assert_eq!(
        init.run(&shell("cat; readlink /proc/self/fd/0")).stdout,
        b"/dev/null\n"
    );
}

#[test]
fn standard_input_reaches_the_command_within_its_credit() {
    let mut init = Init::new();
    let exec = Exec {
        flags: STDIN,
        spool: 0,
        ..shell("sleep 0.2; cksum")
    };
    let id = init.send_exec(&exec);
    let frame = init.next_of(&[kind::EXEC_STARTED]);
    assert_eq!(frame.id, id);
    let mut fields = Fields::of(&frame.payload);
    let handle = fields.u32().expect("a handle");
    let mut credit = u64::from(fields.array::<8>().map_or(0, |last| {
        u32::from_be_bytes([last[4], last[5], last[6], last[7]])
    }));
    assert_eq!(credit, 262_144);
    let (mut sent, total) = (0u64, 3_000_000u64);
    while sent < total {
        while credit == 0 {
            let frame = init.next_of(&[kind::EXEC_STDIN_CREDIT]);
            credit += u64::from(Fields::of(&frame.payload).u32().expect("credit"));
        }
        let count = credit.min(32_768).min(total - sent);
        init.send(kind::EXEC_STDIN, handle, &vec![b'x'; count as usize]);
        sent += count;
        credit -= count;
    }
    init.send(kind::EXEC_STDIN_EOF, handle, b"");
    let done = init.finish(handle);
    assert_eq!(done.state.written[0], done_length(&done.stdout));
    assert!(done.state.written[0] > 0);
}

fn done_length(_: &[u8]) -> u64 {
    // With a spool of 0 bytes nothing is kept to be sent; the count alone tells that cksum has ended with an answer.
    "1234567890 3000000\n".len() as u64
}

#[test]
fn input_above_the_credit_is_dropped_and_that_of_a_deaf_command_credited() {
    let mut init = Init::new();
    let handle = init.start(&Exec {
        flags: STDIN,
        ..shell("exec 0<&-; echo deaf; sleep 100")
    });
    init.wait_for_output(handle, b"deaf");
    let mut returned = 0;
    for _ in 0..40 {
        init.send(kind::EXEC_STDIN, handle, &[b'x'; 32_768]);
        while let Some(frame) = init.next_within(Duration::from_millis(2)) {
            assert_eq!(frame.kind, kind::EXEC_STDIN_CREDIT);
            returned += Fields::of(&frame.payload).u32().expect("credit");
        }
    }
    assert!(returned >= 1_000_000, "{returned}");

    let handle = init.start(&Exec {
        flags: STDIN,
        ..shell("echo slow; sleep 0.3; wc -c")
    });
    init.wait_for_output(handle, b"slow");
    for _ in 0..20 {
        init.send(kind::EXEC_STDIN, handle, &[b'x'; 32_768]);
    }
    init.send(kind::EXEC_STDIN_EOF, handle, b"");
    let done = init.finish(handle);
    assert_eq!(
        done.stdout, b"327680\n",
        "the credit and what the pipe took"
    );
}

#[test]
fn a_terminal_has_a_size_control_and_one_stream() {
    let mut init = Init::new();
    let size = init.run(&Exec {
        flags: TERMINAL | STDIN,
        ..shell("stty size; tty >&2")
    });
    let text = String::from_utf8(size.stdout).expect("text");
    assert!(text.starts_with("24 80\r\n/dev/pts/"), "{text}");
    assert_eq!(size.stderr, b"");
    let script = "trap 'stty size; exit 5' WINCH; echo ready; while :; do sleep 0.01; done";
    let handle = init.start(&Exec {
        flags: TERMINAL | STDIN,
        ..shell(script)
    });
    init.wait_for_output(handle, b"ready");
    init.send(kind::EXEC_RESIZE, handle, &[0, 50, 0, 132]);
    let done = init.finish(handle);
    assert!(done.stdout.ends_with(b"50 132\r\n"), "{done:?}");
    assert_eq!(done.state.code, 5);
}

#[test]
fn a_terminal_echoes_interrupts_and_ends() {
    let mut init = Init::new();
    let exec = Exec {
        flags: TERMINAL | STDIN,
        ..shell("echo ready; cat; echo over $?")
    };
    let handle = init.start(&exec);
    init.wait_for_output(handle, b"ready");
    init.send(kind::EXEC_STDIN, handle, b"line\n");
    init.send(kind::EXEC_STDIN_EOF, handle, b"");
    let done = init.finish(handle);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.ends_with("line\r\nline\r\nover 0\r\n"), "{text}");

    // Not below a shell: one that is just forking may swallow the interrupt.
    let cat = Exec {
        flags: TERMINAL | STDIN,
        ..command(&[b"cat"])
    };
    let handle = init.start(&cat);
    init.send(kind::EXEC_STDIN, handle, b"line\n");
    init.wait_for_output(handle, b"line\r\nline\r\n");
    init.send(kind::EXEC_STDIN, handle, b"\x03");
    let done = init.finish(handle);
    assert_eq!(
        (done.state.state, done.state.code),
        (2, libc::SIGINT as u32)
    );
}

#[test]
fn output_of_a_terminal_is_whole_at_the_exit() {
    let mut init = Init::new();
    let want: String = (1..=5000).map(|number| format!("{number}\r\n")).collect();
    for _ in 0..10 {
        let done = init.run(&Exec {
            flags: TERMINAL,
            ..shell("seq 1 5000")
        });
        assert_eq!(done.stdout.len(), want.len());
        assert_eq!(done.stdout, want.as_bytes());
    }
}

#[test]
fn a_flood_of_output_does_not_hold_up_other_commands() {
    let mut init = Init::new();
    for _ in 0..4 {
        init.start(&Exec {
            credit: 1 << 30,
            flags: LOSSLESS,
            ..command(&[b"yes"])
        });
        init.start(&command(&[b"yes"]));
    }
    for _ in 0..20 {
        let done = init.run(&shell("echo quick"));
        assert_eq!(done.stdout, b"quick\n");
        assert!(done.state.wall_ms < 3000, "{:?}", done.state);
    }
}

#[test]
fn output_that_looks_like_frames_stays_inside_its_frame() {
    let mut init = Init::new();
    let script = "printf 'MCP1\\201\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0'; printf 'MCP1'";
    let handle = init.start(&shell(script));
    let done = init.finish(handle);
    assert_eq!(done.stdout.len(), 24);
    init.hello();
    init.ping();
}

// ---- the main command

fn subscribe(init: &mut Init, from: u64) {
    let payload = Payload::default().u64(from).u32(1 << 24);
    init.send(kind::MAIN_SUBSCRIBE, 0, payload.as_slice());
}

/// Everything that the main command wrote, and its EXEC_STATE.
fn take_main(init: &mut Init) -> (Vec<(u64, u8, Vec<u8>)>, State) {
    let mut all = Vec::new();
    loop {
        let frame = init.next_of(&[kind::MAIN_OUTPUT, kind::MAIN_EXIT]);
        if frame.kind == kind::MAIN_EXIT {
            return (all, state_of(&frame.payload));
        }
        let mut fields = Fields::of(&frame.payload);
        let (number, ms) = (fields.u64().expect("number"), fields.u64().expect("time"));
        assert!(ms > 1_600_000_000_000);
        let stream = fields.u8().expect("stream");
        all.push((number, stream, frame.payload[17..].to_vec()));
    }
}

#[test]
fn the_main_command_is_told_by_records_and_gives_its_exit_code() {
    let script = "echo out; sleep 0.1; echo err >&2; sleep 0.1; exit 9";
    let mut init = Init::with(&["run", "--", "sh", "-c", script]);
    subscribe(&mut init, 0);
    let (all, state) = take_main(&mut init);
    assert_eq!(all, [(0, 1, b"out\n".to_vec()), (4, 2, b"err\n".to_vec())]);
    assert_eq!((state.state, state.code, state.written), (1, 9, [4, 4]));
    assert_eq!(init.exit(SOON).code(), Some(9));
}

#[test]
fn an_ended_main_command_waits_for_somebody_to_take_its_output() {
    let mut init = Init::silent(&["run", "--", "sh", "-c", "echo last; kill -KILL $$"]);
    std::thread::sleep(Duration::from_millis(300));
    let acknowledged = init.hello();
    let main = 4 + 4 + 5 + 8;
    assert_eq!(acknowledged[main], 2, "ended");
    assert_eq!(acknowledged[main + 1..main + 9], 5u64.to_be_bytes());
    subscribe(&mut init, 2);
    let (all, state) = take_main(&mut init);
    assert_eq!(all, [(2, 1, b"st\n".to_vec())]);
    assert_eq!((state.state, state.code), (2, 9));
    assert_eq!(init.exit(SOON).code(), Some(137));
}

#[test]
fn a_main_command_that_cannot_start_gives_the_codes_of_a_shell() {
    for (program, code) in [
        ("/no/such", 127),
        ("no-such-program", 127),
        ("/etc/passwd", 126),
    ] {
        let mut init = Init::with(&["run", "--", program]);
        subscribe(&mut init, 0);
        assert_eq!(take_main(&mut init).1.code, code as u32);
        assert_eq!(init.exit(SOON).code(), Some(code), "{program}");
    }
}

#[test]
fn signals_from_outside_go_to_the_main_command() {
    for (signal, name) in [
        (libc::SIGTERM, "TERM"),
        (libc::SIGUSR2, "USR2"),
        (libc::SIGHUP, "HUP"),
    ] {
        let script =
            format!("trap 'echo got; exit 3' {name}; echo ready; while :; do sleep 0.01; done");
        let mut init = Init::with(&["run", "--", "sh", "-c", &script]);
        subscribe(&mut init, 0);
        init.next_of(&[kind::MAIN_OUTPUT]);
        init.signal(signal);
        let (all, _) = take_main(&mut init);
        assert!(all.iter().any(|it| it.2 == b"got\n"), "{name}: {all:?}");
        assert_eq!(init.exit(SOON).code(), Some(3));
    }
}

#[test]
fn signals_from_inside_are_ignored() {
    let mut init = Init::new();
    // A reaper is a child of the init; its children find it by their parent's parent.
    let script = "i=$(cut -d' ' -f4 /proc/$PPID/stat); kill -TERM $i; kill -INT $i; kill -HUP $i; kill -USR1 $i; echo sent";
    assert_eq!(init.run(&shell(script)).stdout, b"sent\n");
    init.ping();
}

#[test]
fn the_last_mebibyte_of_the_main_command_is_kept() {
    let mut init = Init::with(&[
        "run",
        "--",
        "sh",
        "-c",
        "head -c 3000000 /dev/zero; echo; sleep 0.5",
    ]);
    std::thread::sleep(Duration::from_millis(300));
    subscribe(&mut init, 0);
    let (all, state) = take_main(&mut init);
    let bytes: u64 = all.iter().map(|it| it.2.len() as u64).sum();
    assert_eq!(state.written, [3_000_001, 0]);
    assert_eq!(all[0].0 + bytes, 3_000_001);
    assert!((1_000_000..=1_048_576).contains(&bytes), "{bytes}");
    assert_eq!(init.exit(SOON).code(), Some(0));
}

#[test]
fn a_main_command_that_kills_its_reaper_is_lost() {
    let mut init = Init::with(&[
        "run",
        "--",
        "sh",
        "-c",
        "(setsid sleep 100 &); sleep 0.1; kill -KILL $PPID; sleep 100",
    ]);
    subscribe(&mut init, 0);
    assert_eq!(take_main(&mut init).1.state, 3);
    assert_eq!(init.exit(SOON).code(), Some(137));
}
