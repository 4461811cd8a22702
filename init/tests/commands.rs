//! Commands: starting, output, what is kept, limits, records.

mod common;

use common::*;
use mcpsession_init::wire::{kind, Fields, Payload};
use std::time::Duration;

#[test]
fn runs_a_command_and_tells_its_output_and_exit() {
    let mut init = Init::new();
    let done = init.run(&shell("echo out; echo err >&2; exit 3"));
    assert_eq!(
        (done.stdout, done.stderr),
        (b"out\n".to_vec(), b"err\n".to_vec())
    );
    assert_eq!(
        (done.state.state, done.state.code, done.state.flags),
        (1, 3, 0)
    );
    assert_eq!(done.state.written, [4, 4]);
    let done = init.run(&shell("kill -USR1 $$"));
    assert_eq!(
        (done.state.state, done.state.code),
        (2, libc::SIGUSR1 as u32)
    );
}

#[test]
fn a_command_gets_clean_descriptors_signals_session_environment_and_limits() {
    let mut init = Init::with(&["run", "--cpu-seconds", "77"]);
    let script = "ls /proc/self/fd | tr '\\n' ' '; grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f2; \
        cat /proc/self/oom_score_adj; echo $A$PATH; pwd; ulimit -t; ulimit -n; ps -o sid= -p $$ | grep -cw $$";
    let exec = Exec {
        env: vec![b"A=1", b"A=2", b"PATH=/usr/bin:/bin"],
        cwd: b"/proc",
        open_files: 50,
        ..shell(script)
    };
    let done = init.run(&exec);
    let text = String::from_utf8(done.stdout).expect("text");
    let want =
        "0 1 2 3 0000000000000000\n0000000000000000\n500\n2/usr/bin:/bin\n/proc\n77\n50\n1\n";
    assert_eq!(text, want, "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn refuses_what_cannot_be_started() {
    let mut init = Init::new();
    let running = Exec {
        key: "taken".into(),
        ..shell("sleep 100")
    };
    init.start(&running);
    let plain = |argv: &'static [&'static [u8]]| command(argv);
    for (case, exec, code) in [
        ("known key", running, 4),
        ("no argv", plain(&[]), 1),
        ("NUL", plain(&[b"a\0b"]), 1),
        ("no such program", plain(&[b"no-such-program"]), 2),
        ("no such file", plain(&[b"/no/such/file"]), 2),
        ("empty name", plain(&[b""]), 2),
        ("not executable", plain(&[b"/etc/passwd"]), 14),
        ("a directory", plain(&[b"/etc"]), 14),
        (
            "bad cwd",
            Exec {
                cwd: b"/no/such",
                ..plain(&[b"true"])
            },
            1,
        ),
        (
            "bad variable",
            Exec {
                env: vec![b"X"],
                ..plain(&[b"true"])
            },
            1,
        ),
    ] {
        let id = init.send_exec(&exec);
        let frame = init.next_of(&[kind::ERROR, kind::EXEC_STARTED]);
        assert_eq!((error_code(&frame), frame.id), (code, id), "{case}");
    }
    assert_eq!(init.list().len(), 1);
}

#[test]
fn finds_programs_by_the_path_of_the_new_environment() {
    let scratch = Scratch::new("path");
    let program = scratch.path().join("mine");
    std::fs::write(&program, "#!/bin/sh\necho found\n").expect("written");
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("mode");
    let path = format!("PATH=/nowhere::{}", scratch.text());
    let mut init = Init::new();
    let exec = Exec {
        env: vec![path.as_bytes()],
        ..command(&[b"mine"])
    };
    assert_eq!(init.run(&exec).stdout, b"found\n");
}

#[test]
fn ends_a_command_at_its_time_limit_and_at_its_cpu_limit() {
    let mut init = Init::new();
    let exec = Exec {
        limit_ms: 150,
        ..shell("trap '' TERM; while :; do sleep 0.01; done")
    };
    let done = init.run(&exec);
    assert_eq!(
        (done.state.state, done.state.code, done.state.flags),
        (2, 9, 1)
    );
    assert!(
        (140..2000).contains(&done.state.wall_ms),
        "{:?}",
        done.state
    );
    init.wait_until_empty(Duration::from_secs(2));
    let exec = Exec {
        cpu_seconds: 1,
        ..shell("while :; do :; done")
    };
    let done = init.run(&exec);
    assert_eq!(
        (done.state.state, done.state.code, done.state.flags),
        (2, 9, 0)
    );
    assert!(done.state.cpu_ms >= 500, "{:?}", done.state);
}

#[test]
fn what_a_command_leaves_behind_goes_on_until_it_is_killed() {
    let mut init = Init::new();
    let handle = init.start(&shell("(sleep 0.2; echo late; exec sleep 100) & echo now"));
    let done = init.finish(handle);
    assert_eq!((done.stdout, done.state.flags), (b"now\n".to_vec(), 4));
    let read = |init: &mut Init| {
        let payload = Payload::default().u32(handle).u8(1).u64(0).u32(100);
        init.request(kind::EXEC_READ, &payload);
        init.next_of(&[kind::EXEC_DATA]).payload
    };
    let until = std::time::Instant::now() + PATIENCE;
    while !read(&mut init).ends_with(b"now\nlate\n") {
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(read(&mut init)[16], 0, "more may follow");
    init.send(kind::EXEC_KILL, handle, b"");
    init.wait_until_empty(PATIENCE);
    let until = std::time::Instant::now() + PATIENCE;
    while read(&mut init)[16] == 0 {
        assert!(std::time::Instant::now() < until);
    }
    assert_eq!(
        init.list()[0].2.flags,
        0,
        "was not running when it was killed"
    );
}

#[test]
fn keeps_the_first_and_the_last_half_and_shows_the_gap() {
    let mut init = Init::new();
    let exec = Exec {
        spool: 2000,
        ..shell("seq 1 20000; sleep 0.3")
    };
    let handle = init.start(&exec);
    init.wait_for_output(handle, b"1\n2\n");
    let done = init.finish(handle);
    let all: String = (1..=20_000).map(|number| format!("{number}\n")).collect();
    let jump = all.len() as u64 - 1000;
    assert_eq!(done.state.written, [all.len() as u64, 0]);
    assert!(done.stdout.ends_with(&all.as_bytes()[all.len() - 1000..]));
    let read = Payload::default().u32(handle).u8(1).u64(5000).u32(10);
    init.request(kind::EXEC_READ, &read);
    let data = init.next_of(&[kind::EXEC_DATA]).payload;
    assert_eq!(
        Fields::of(&data).u64(),
        Some(jump),
        "from where it is kept again"
    );
    assert_eq!(data.len(), 17 + 10);
}

#[test]
fn a_lossless_command_waits_for_its_subscriber_and_loses_nothing() {
    let mut init = Init::new();
    let script = "i=0; while [ $i -lt 200 ]; do head -c 10000 /dev/zero | tr '\\0' x; i=$((i+1)); done; echo end";
    let exec = Exec {
        spool: 1000,
        flags: LOSSLESS,
        credit: 100_000,
        ..shell(script)
    };
    let handle = init.start(&exec);
    let mut got = 0;
    while let Some(frame) = init.next_within(Duration::from_millis(400)) {
        got += frame.payload.len() as u64 - 9;
    }
    assert_eq!(got, 100_000);
    let (_, _, state) = init.list().remove(0);
    assert_eq!(state.state, 0, "it waits");
    assert!(state.written[0] < 600_000, "{state:?}");
    init.send(kind::EXEC_CREDIT, handle, &100_000u32.to_be_bytes());
    loop {
        let frame = init.next();
        match frame.kind {
            kind::EXEC_OUTPUT => {
                let offset = Fields::of(&frame.payload[1..]).u64();
                assert_eq!(offset, Some(got), "no gap");
                got += frame.payload.len() as u64 - 9;
                let more = (frame.payload.len() as u32 - 9).to_be_bytes();
                init.send(kind::EXEC_CREDIT, handle, &more);
            }
            kind::EXEC_EXIT => break,
            _ => {}
        }
    }
    assert_eq!(got, 2_000_004);
}

#[test]
fn a_late_subscriber_of_a_lossless_command_gets_what_is_kept_and_then_everything() {
    let mut init = Init::new();
    let exec = Exec {
        spool: 100,
        flags: LOSSLESS,
        credit: 0,
        ..shell("seq 1 1000; sleep 0.4; seq 1 100000")
    };
    let handle = init.start(&exec);
    std::thread::sleep(Duration::from_millis(200));
    let subscribe = Payload::default().u64(0).u64(0).u32(1 << 24);
    init.send(kind::EXEC_SUBSCRIBE, handle, subscribe.as_slice());
    let done = init.finish(handle);
    let later: String = (1..=100_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(done.stdout.len(), 100 + later.len());
    assert!(done.stdout.ends_with(later.as_bytes()));
    assert_eq!(done.jumps, [3893 - 50]);
}

#[test]
fn sends_no_more_than_the_credit() {
    let mut init = Init::new();
    let handle = init.start(&Exec {
        credit: 1000,
        ..shell("head -c 5000 /dev/zero")
    });
    let mut got = 0;
    while let Some(frame) = init.next_within(Duration::from_millis(300)) {
        assert_eq!(frame.kind, kind::EXEC_OUTPUT);
        got += frame.payload.len() - 9;
    }
    assert_eq!(got, 1000);
    init.send(kind::EXEC_CREDIT, handle, &1500u32.to_be_bytes());
    assert_eq!(init.next().payload.len() - 9, 1500);
    init.send(kind::EXEC_CREDIT, handle, &u32::MAX.to_be_bytes());
    assert_eq!(init.finish(handle).stdout.len(), 2500);
}

#[test]
fn commands_and_their_output_outlive_a_controller() {
    let mut init = Init::new();
    let handle = init.start(&Exec {
        key: "long".into(),
        ..shell("echo one; read x; echo two $x")
    });
    let other = init.start(&Exec {
        flags: STDIN,
        ..shell("echo a; read x; echo got $x")
    });
    init.wait_for_output(other, b"a\n");
    init.hello();
    assert!(
        init.next_within(Duration::from_millis(50)).is_none(),
        "nothing without a subscription"
    );
    assert_eq!(init.list()[0].0, "long");
    let subscribe = Payload::default().u64(0).u64(0).u32(1000);
    for handle in [handle, other] {
        init.send(kind::EXEC_SUBSCRIBE, handle, subscribe.as_slice());
    }
    let frame = init.next_of(&[kind::EXEC_STDIN_CREDIT]);
    assert_eq!(
        (frame.id, frame.payload),
        (other, 262_144u32.to_be_bytes().to_vec())
    );
    init.send(kind::EXEC_STDIN, other, b"it\n");
    assert!(init.finish(other).stdout.ends_with(b"got it\n"));
    init.send(kind::EXEC_SUBSCRIBE, handle, subscribe.as_slice());
    let done = init.finish(handle);
    assert_eq!(done.stdout, b"one\ntwo\n");
}

#[test]
fn forgets_on_request_and_beyond_256_ended_commands() {
    let mut init = Init::new();
    let handle = init.start(&Exec {
        key: "a".into(),
        ..shell("echo x")
    });
    init.finish(handle);
    init.send(kind::EXEC_FORGET, handle, b"");
    assert_eq!(init.list(), []);
    let read = Payload::default().u32(handle).u8(1).u64(0).u32(10);
    init.request(kind::EXEC_READ, &read);
    assert_eq!(error_code(&init.next()), 11);
    let again = init.run(&Exec {
        key: "a".into(),
        ..shell("echo y")
    });
    assert_eq!(again.stdout, b"y\n", "the key is free");
    for _ in 0..300 {
        init.run(&command(&[b"/bin/true"]));
    }
    assert_eq!(init.list().len(), 256);
}

#[test]
fn forgetting_a_command_with_a_living_tree_does_not_end_the_tree() {
    let scratch = Scratch::new("forget");
    let mut init = Init::new();
    let script = format!(
        "(while :; do echo x; date >{}/beat; sleep 0.02; done) &",
        scratch.text()
    );
    let handle = init.start(&shell(&script));
    init.finish(handle);
    init.send(kind::EXEC_FORGET, handle, b"");
    assert_eq!(init.list(), []);
    let beat = scratch.path().join("beat");
    let until = std::time::Instant::now() + PATIENCE;
    for _ in 0..3 {
        let _ = std::fs::remove_file(&beat);
        while !beat.exists() {
            assert!(std::time::Instant::now() < until, "it stands still");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn all_spools_together_stay_below_their_bound() {
    let mut init = Init::with(&["run", "--spool-bytes", "1000000"]);
    let flood = |spool| Exec {
        spool,
        credit: 0,
        ..shell("head -c 400000 /dev/zero; sleep 100")
    };
    for _ in 0..20 {
        init.start(&flood(500_000));
    }
    let until = std::time::Instant::now() + PATIENCE;
    while init
        .list()
        .iter()
        .any(|(_, _, state)| state.written[0] < 400_000)
    {
        assert!(std::time::Instant::now() < until);
    }
    let rollup =
        std::fs::read_to_string(format!("/proc/{}/smaps_rollup", init.pid())).expect("as root");
    let line = rollup
        .lines()
        .find(|line| line.starts_with("Anonymous:"))
        .expect("kernel 5");
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .expect("a number")
        .parse()
        .expect("a number");
    assert!(kib < 2000, "{kib} KiB");
}

#[test]
fn two_thousand_commands_leave_nothing_behind() {
    let mut init = Init::new();
    let count = |init: &Init| {
        let fds = std::fs::read_dir(format!("/proc/{}/fd", init.pid()))
            .expect("as root")
            .count();
        let rollup =
            std::fs::read_to_string(format!("/proc/{}/smaps_rollup", init.pid())).expect("as root");
        let line = rollup
            .lines()
            .find(|line| line.starts_with("Anonymous:"))
            .expect("kernel 5");
        let kib: u64 = line
            .split_whitespace()
            .nth(1)
            .expect("number")
            .parse()
            .expect("number");
        (fds, kib)
    };
    for _ in 0..300 {
        init.run(&command(&[b"/bin/true"]));
    }
    init.wait_until_empty(PATIENCE);
    let before = count(&init);
    for _ in 0..1700 {
        let done = init.run(&command(&[b"/bin/true"]));
        assert_eq!((done.state.state, done.state.code), (1, 0));
    }
    init.wait_until_empty(PATIENCE);
    init.ping();
    let after = count(&init);
    assert_eq!(after.0, before.0, "descriptors");
    assert!(after.1 <= before.1 + 100, "memory {before:?} {after:?}");
    let status = std::fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| {
            let stat = std::fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
            stat.contains(&format!(" Z {} ", init.pid())).then_some(())
        });
    assert_eq!(status.count(), 0, "zombies");
}
