//! The session init; the contract is docs/session-init.md.

use mcpsession_init::arguments::{self, Invocation, Options};
use mcpsession_init::lock;
use mcpsession_init::oom::OomScore;
use mcpsession_init::server::Server;
use mcpsession_init::sys::proc;
use mcpsession_init::wire::PROTOCOL;
use std::io::Write;

/// Opens nothing: a caller of `lock` may have left descriptor 3 closed, and whatever is opened then would be locked.
fn main() {
    match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Invocation::Run(options)) => run(options),
        Ok(Invocation::Lock) => proc::exit_now(lock::run()),
        Ok(Invocation::Version) => {
            let version = env!("CARGO_PKG_VERSION");
            let _ = writeln!(
                std::io::stdout(),
                "mcpsession-init {version} protocol {PROTOCOL}"
            );
        }
        Err(message) => {
            let _ = write!(std::io::stderr(), "init: {message}\n{}", arguments::USAGE);
            proc::exit_now(2);
        }
    }
}

fn run(options: Options) -> ! {
    // Opened before everything, because an undumpable process cannot. Nothing of the session runs yet.
    let oom = OomScore::open();
    let hidden = proc::forbid_dumping();
    proc::tune_allocator();
    // An init that its sessions can read must not run.
    let server = hidden.and_then(|_| Server::new(options, oom));
    match server {
        Ok(mut server) => {
            let code = server.run();
            proc::exit_now(code);
        }
        Err(_) => proc::exit_now(125),
    }
}
