//! PID 1 of a session container. A library only so that tests can reach its parts; the program is `main.rs`.

pub mod arguments;
pub mod child;
pub mod command;
pub mod commands;
pub mod crc32;
pub mod environment;
pub mod exec_request;
pub mod files;
pub mod forward;
pub mod frame;
pub mod lock;
pub mod main_command;
pub mod oom;
pub mod orphans;
pub mod out_queue;
pub mod poll_set;
pub mod process;
pub mod records;
pub mod server;
pub mod sha256;
pub mod source;
pub mod spool;
pub mod stdin_pipe;
pub mod sys;
pub mod tree;
pub mod wire;
