//! Ending trees that do not want to end, and what becomes of those that end their own reaper.

mod common;

use common::*;
use mcpsession_init::wire::kind;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(5);
const ROUNDS: usize = 10;

/// Starts the script, waits for its `ready`, kills it, and expects that nothing at all is left.
fn kill_rounds(script: &str) {
    let mut init = Init::new();
    for _ in 0..ROUNDS {
        let handle = init.start(&shell(script));
        init.wait_for_output(handle, b"ready");
        init.send(kind::EXEC_KILL, handle, b"");
        let done = init.finish(handle);
        assert_eq!(
            (done.state.state, done.state.code, done.state.flags),
            (2, 9, 2),
            "{script}"
        );
        init.wait_until_empty(SOON);
    }
    assert_eq!(init.run(&shell("echo well")).stdout, b"well\n");
}

#[test]
fn a_tree_that_ignores_term() {
    kill_rounds(
        "trap '' TERM HUP INT; (trap '' TERM; sleep 100) & echo ready; sleep 100; sleep 100",
    );
}

#[test]
fn double_forks_in_sessions_of_their_own_without_environment_and_descriptors() {
    kill_rounds(
        "(setsid env -i /bin/sh -c '(exec 0<&- 1>&- 2>&-; sleep 100 & sleep 100) & exit 0' &) ; \
         (setsid setsid sleep 100 &); sleep 0.05; echo ready; exec sleep 100",
    );
}

#[test]
fn a_tree_that_stops_itself_and_its_reaper() {
    kill_rounds("(sleep 100 & kill -STOP $!); kill -STOP $PPID; echo ready; kill -STOP $$");
}

#[test]
fn a_tree_whose_leader_stops_its_reaper_all_the_time() {
    kill_rounds(
        "P=$PPID; (while kill -STOP $P; do :; done) & sleep 0.05; echo ready; exec sleep 100",
    );
}

#[test]
fn a_bomb_in_which_every_process_forks_and_ends() {
    // 3000 processes in a row, never more than a few alive.
    kill_rounds(
        "exec perl -e '$| = 1; print \"ready\\n\"; if (!fork) { for (1 .. 3000) { my $p = fork; exit 0 if $p; } } sleep 100'",
    );
}

#[test]
fn a_slower_chain_that_leaves_its_session_at_every_step() {
    kill_rounds(
        "exec perl -MPOSIX -e '$| = 1; print \"ready\\n\"; if (!fork) { for (1 .. 200) { exit 0 if fork; \
         POSIX::setsid(); select(undef, undef, undef, 0.005); } } sleep 100'",
    );
}

#[test]
fn a_bomb_that_doubles() {
    kill_rounds(
        "exec perl -e '$| = 1; print \"ready\\n\"; for (1 .. 7) { fork; } sleep 100'", // 128 processes
    );
}

#[test]
fn living_threads_behind_a_dead_first_thread() {
    // The first thread ends by the bare system call: /proc calls the process a zombie while the other thread runs on.
    let has_python = std::path::Path::new("/usr/bin/python3").exists();
    if !has_python {
        eprintln!("skipped: no /usr/bin/python3");
        return;
    }
    kill_rounds(
        "exec /usr/bin/python3 -c 'import threading, time, ctypes, os\n\
         def live():\n  time.sleep(0.1); os.write(1, b\"ready\"); time.sleep(100)\n\
         threading.Thread(target=live).start()\n\
         ctypes.CDLL(None).syscall(60 if os.uname().machine == \"x86_64\" else 93, 0)'",
    );
}

#[test]
fn whoever_kills_his_reaper_ends_his_own_tree() {
    let mut init = Init::new();
    for _ in 0..ROUNDS {
        let handle = init.start(&shell(
            "(setsid sleep 100 &); sleep 100 & kill -KILL $PPID; sleep 0.01; (setsid sleep 100 &); sleep 100",
        ));
        let done = init.finish(handle);
        assert_eq!(done.state.state, 3, "{:?}", done.state);
        init.wait_until_empty(SOON);
    }
    assert_eq!(init.run(&shell("echo well")).stdout, b"well\n");
}

#[test]
fn a_bomb_without_a_reaper_ends_as_well() {
    let mut init = Init::new();
    for _ in 0..ROUNDS {
        let handle = init.start(&shell(
            "exec perl -e '$p = getppid; if (!fork) { for (1 .. 3000) { exit 0 if fork; } } kill 9, $p; sleep 100'",
        ));
        assert_eq!(init.finish(handle).state.state, 3);
        init.wait_until_empty(SOON);
    }
}

#[test]
fn killing_one_tree_leaves_the_others_alone() {
    let mut init = Init::new();
    let kept = init.start(&shell(
        "(setsid sh -c 'echo kept; sleep 100' &); exec sleep 100",
    ));
    init.wait_for_output(kept, b"kept");
    for script in [
        "kill -KILL $PPID; sleep 100",
        "sleep 100 & echo ready; sleep 100",
    ] {
        let handle = init.start(&shell(script));
        init.send(kind::EXEC_KILL, handle, b"");
        init.finish(handle);
    }
    // The reaper, its command, and the shell in a session of its own with its sleep.
    let until = std::time::Instant::now() + SOON;
    while init.processes().len() > 4 {
        assert!(std::time::Instant::now() < until, "{:?}", init.processes());
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(init.processes().len(), 4);
    init.send(kind::EXEC_KILL, kept, b"");
    init.wait_until_empty(SOON);
}

#[test]
fn kills_what_is_left_of_a_command_that_has_ended() {
    let mut init = Init::new();
    for _ in 0..ROUNDS {
        let handle = init.start(&shell("(setsid sleep 100 &); sleep 0.01"));
        let done = init.finish(handle);
        assert_eq!((done.state.state, done.state.flags), (1, 4));
        init.send(kind::EXEC_KILL, handle, b"");
        init.wait_until_empty(SOON);
    }
}

#[test]
fn signals_go_to_the_process_group_of_the_command() {
    let mut init = Init::new();
    let handle = init.start(&shell(
        "trap 'echo got; exit 4' USR1; echo ready; while :; do sleep 0.01; done",
    ));
    init.wait_for_output(handle, b"ready");
    for ignored in [0u8, 65, 255] {
        init.send(kind::EXEC_SIGNAL, handle, &[ignored]);
    }
    init.send(kind::EXEC_SIGNAL, handle, &[libc::SIGUSR1 as u8]);
    let done = init.finish(handle);
    assert_eq!((done.state.state, done.state.code), (1, 4));
    init.send(kind::EXEC_SIGNAL, handle, &[9]);
    init.ping();
}

#[test]
fn a_kill_during_the_start_leaves_nothing() {
    let mut init = Init::new();
    for round in 0..30u64 {
        let exec = Exec {
            limit_ms: 1 + round % 3,
            ..shell("(setsid sleep 100 &) ; sleep 100")
        };
        let handle = init.start(&exec);
        init.finish(handle);
        init.wait_until_empty(SOON);
    }
}

#[test]
fn term_without_a_main_command_ends_everything() {
    let mut init = Init::new();
    let handle = init.start(&shell(
        "(setsid sleep 100 &); trap '' TERM; echo ready; sleep 100",
    ));
    init.wait_for_output(handle, b"ready");
    let processes = init.processes();
    init.signal(libc::SIGTERM);
    assert_eq!(init.exit(SOON).code(), Some(0));
    for process in processes {
        let now = mcpsession_init::tree::look_at(process.pid);
        assert!(now.map_or(true, |now| now.started != process.started || now.is_dead));
    }
}

#[test]
fn an_init_that_cannot_look_for_what_is_left_ends_the_session() {
    let mut init = Init::new();
    let handle = init.start(&shell("setsid sleep 1000 & echo ready; exec sleep 1000"));
    init.wait_for_output(handle, b"ready");
    let left = init.processes();
    // What session code can do to any process of its user, dumpable or not.
    let lowest_free = (0..)
        .find(|fd| !std::path::Path::new(&format!("/proc/{}/fd/{fd}", init.pid())).exists())
        .expect("a free descriptor");
    let none = libc::rlimit {
        rlim_cur: lowest_free,
        rlim_max: lowest_free,
    };
    // SAFETY: the limit lives through the call, and the old one is not asked for.
    let done =
        unsafe { libc::prlimit(init.pid(), libc::RLIMIT_NOFILE, &none, std::ptr::null_mut()) };
    assert_eq!(done, 0);
    init.send(kind::EXEC_KILL, handle, b"");
    let status = init.exit(Duration::from_secs(10));
    // Of PID 1 the kernel does this; here it is none.
    for process in left {
        let _ = mcpsession_init::sys::proc::kill(process.pid, libc::SIGKILL);
    }
    assert_eq!(status.code(), Some(137));
}
