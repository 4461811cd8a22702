//! The loop: waits for what is ready, lets every part do a bounded piece of work, writes what they have to say.

mod children;
mod requests;

use crate::arguments::Options;
use crate::child::Child;
use crate::commands::Commands;
use crate::environment::LaterEnvironment;
use crate::files::Files;
use crate::forward::Forwards;
use crate::frame::FrameReader;
use crate::main_command::MainCommand;
use crate::oom::OomScore;
use crate::orphans::Orphans;
use crate::out_queue::OutQueue;
use crate::poll_set::{PollSet, Token};
use crate::sys::{io, proc};
use std::os::unix::io::OwnedFd;

const STDIN: i32 = 0;
const STDOUT: i32 = 1;
const SIGNALS: [i32; 7] = [
    libc::SIGCHLD,
    libc::SIGTERM,
    libc::SIGINT,
    libc::SIGHUP,
    libc::SIGQUIT,
    libc::SIGUSR1,
    libc::SIGUSR2,
];

pub struct Server {
    started_ms: u64,
    signals: OwnedFd,
    is_input_open: bool,
    reader: FrameReader,
    out: OutQueue,
    commands: Commands,
    main: Option<MainCommand>,
    /// While variables are missing, nothing of the session starts.
    later: Option<LaterEnvironment>,
    main_argv: Vec<Vec<u8>>,
    main_cpu_seconds: u32,
    files: Files,
    forwards: Forwards,
    orphans: Orphans,
    /// Since when a kill has not been able to look for what is left.
    blind_since_ms: Option<u64>,
    oom: OomScore,
    buffer: Vec<u8>,
    /// Set when there is work left that no descriptor will announce.
    is_busy: bool,
    /// One signal may stand for more ended children than were waited for.
    has_more_children: bool,
    exit_code: Option<i32>,
}

impl Server {
    /// Fails with an errno.
    pub fn new(options: Options, oom: OomScore) -> Result<Server, i32> {
        let signals = proc::signal_fd(&SIGNALS)?;
        if proc::own_pid() != 1 {
            proc::become_subreaper()?;
        }
        for fd in [STDIN, STDOUT] {
            io::set_nonblocking(fd)?;
        }
        let mut server = Server {
            started_ms: io::now_ms(),
            signals,
            is_input_open: true,
            reader: FrameReader::default(),
            out: OutQueue::default(),
            commands: Commands::new(options.spool_bytes, options.cpu_seconds),
            main: None,
            later: options.is_environment_later.then(LaterEnvironment::default),
            main_argv: options.main,
            main_cpu_seconds: options.cpu_seconds,
            files: Files::new(&options.root),
            forwards: Forwards::default(),
            orphans: Orphans::default(),
            blind_since_ms: None,
            oom,
            buffer: vec![0; 32 * 1024],
            is_busy: false,
            has_more_children: false,
            exit_code: None,
        };
        if server.later.is_none() {
            server.start_main();
        }
        Ok(server)
    }

    fn start_main(&mut self) {
        let argv = std::mem::take(&mut self.main_argv);
        if argv.is_empty() {
            return;
        }
        match MainCommand::start(&argv, self.main_cpu_seconds, &self.oom) {
            Ok(main) => self.main = Some(main),
            Err(code) => self.exit_code = Some(code),
        }
    }

    /// Runs until the init is told to end or its main command has; gives the exit code.
    pub fn run(&mut self) -> i32 {
        let mut set = PollSet::default();
        loop {
            if let Some(code) = self.exit_code {
                self.end_everything();
                return code;
            }
            self.gather(&mut set);
            let ready = set.wait(self.timeout_ms());
            self.is_busy = false;
            self.turn(&ready);
        }
    }

    fn gather(&self, set: &mut PollSet) {
        set.clear();
        set.add(Some(&self.signals), libc::POLLIN, Token::Signals);
        if self.is_input_open && self.reader.room() > 0 && self.out.has_room_for_answers() {
            set.add_raw(STDIN, libc::POLLIN, Token::Input);
        }
        if !self.out.is_empty() {
            set.add_raw(STDOUT, libc::POLLOUT, Token::Output);
        }
        for command in self.commands.iter() {
            let handle = command.handle;
            for fd in command.child.report_fds() {
                set.add(fd, libc::POLLIN, Token::Report(handle));
            }
            if command.wants_output() {
                for (number, source) in command.child.sources.iter().enumerate() {
                    let token = Token::CommandOutput(handle, number);
                    set.add(source.fd(), libc::POLLIN, token);
                }
            }
            let token = Token::CommandInput(handle);
            set.add(command.stdin.wanted_fd(), libc::POLLOUT, token);
        }
        if let Some(main) = &self.main {
            for fd in main.child.report_fds() {
                set.add(fd, libc::POLLIN, Token::MainReport);
            }
            for (number, source) in main.child.sources.iter().enumerate() {
                set.add(source.fd(), libc::POLLIN, Token::MainOutput(number));
            }
        }
        self.forwards.gather(set, &self.out);
    }

    fn timeout_ms(&self) -> i32 {
        if self.is_busy {
            return 0;
        }
        let kills = self.children().filter_map(Child::next_kill_ms);
        let next = kills
            .chain(self.orphans.next_ms())
            .chain(self.commands.next_ms())
            .chain(self.forwards.next_ms())
            .chain(self.main.as_ref().and_then(MainCommand::linger_until_ms))
            .min();
        next.map_or(-1, |at| {
            let left = at.saturating_sub(io::now_ms());
            i32::try_from(left).unwrap_or(i32::MAX)
        })
    }

    fn turn(&mut self, ready: &[Token]) {
        for token in ready {
            match *token {
                Token::Signals => self.take_signals(),
                Token::Input => self.read_input(),
                Token::Report(handle) => {
                    if let Some(command) = self.commands.get_mut(handle) {
                        command.child.read_reports(io::now_ms());
                    }
                }
                Token::MainReport => {
                    if let Some(main) = &mut self.main {
                        main.child.read_reports(io::now_ms());
                    }
                }
                Token::CommandInput(handle) => {
                    if let Some(command) = self.commands.get_mut(handle) {
                        command.stdin.flush();
                    }
                }
                Token::CommandOutput(handle, number) => {
                    self.commands.read_output(handle, number, &mut self.buffer);
                }
                Token::MainOutput(number) => {
                    if let Some(main) = &mut self.main {
                        main.read_output(number, &mut self.buffer);
                    }
                }
                Token::Forward(id) => {
                    self.forwards.ready(id, &mut self.buffer, &mut self.out);
                }
                Token::Output => {}
            }
        }
        if self.has_more_children {
            self.wait_for_children();
        }
        self.take_frames();
        self.kill_trees();
        self.tend();
        self.send();
    }

    fn tend(&mut self) {
        let now_ms = io::now_ms();
        self.commands.tend(now_ms, &mut self.out);
        if let Some(main) = &mut self.main {
            main.tend(now_ms);
        }
        // What a command left in its pipes at its end may be nothing at all, and then no descriptor becomes ready.
        let undrained = |child: &Child, number: usize| {
            let source = child.sources.get(number);
            child.end().is_some() && matches!(source, Some(source) if !source.is_drained())
        };
        for number in [0, 1] {
            let handles: Vec<u32> = self
                .commands
                .iter()
                .filter(|command| undrained(&command.child, number))
                .map(|command| command.handle)
                .collect();
            for handle in handles {
                self.commands.read_output(handle, number, &mut self.buffer);
                let command = self.commands.get_mut(handle);
                self.is_busy |= command.map_or(false, |it| {
                    undrained(&it.child, number) && it.wants_output()
                });
            }
            if let Some(main) = self.main.as_mut().filter(|it| undrained(&it.child, number)) {
                main.read_output(number, &mut self.buffer);
                self.is_busy |= undrained(&main.child, number);
            }
        }
        self.commands.return_credit(&mut self.out);
        self.forwards.tend(now_ms, &mut self.out);
        self.is_busy |= self.files.step(&mut self.buffer, &mut self.out);
    }

    fn send(&mut self) {
        let now_ms = io::now_ms();
        if let Some(main) = &mut self.main {
            main.send_some(&mut self.out, now_ms);
        }
        self.commands.send_some(&mut self.out, now_ms);
        let was_full = !self.out.has_room_for_data();
        self.out.flush(STDOUT);
        // What stopped for want of room goes on when there is room again.
        self.is_busy |= was_full && self.out.has_room_for_data();
        if let Some(main) = &self.main {
            let code = main.exit_code(self.out.is_empty(), now_ms);
            self.exit_code = self.exit_code.or(code);
        }
    }
}
