//! From standard input to the part that a frame is meant for.

use super::{Server, STDIN};
use crate::frame::Frame;
use crate::sys::{io, proc};
use crate::wire::{kind, Code, Fields, Payload, Refusal, PROTOCOL};

/// Frames handled in one turn.
const AT_ONCE: usize = 256;

impl Server {
    pub(super) fn read_input(&mut self) {
        let most = self.buffer.len().min(self.reader.room());
        let buffer = self.buffer.get_mut(..most).unwrap_or(&mut []);
        match io::read(STDIN, buffer) {
            Ok(count) if count > 0 => self.reader.push(buffer.get(..count).unwrap_or(&[])),
            Err(libc::EAGAIN) => {}
            // Nobody can come back: the engine holds the other end of this pipe as long as the container has one. What runs goes on.
            Ok(_) | Err(_) => self.is_input_open = false,
        }
    }

    pub(super) fn take_frames(&mut self) {
        for _ in 0..AT_ONCE {
            if !self.out.has_room_for_answers() {
                return;
            }
            match self.reader.next() {
                Some(frame) => self.take(&frame),
                None => return,
            }
        }
        self.is_busy = true;
    }

    pub(super) fn take(&mut self, frame: &Frame) {
        match frame.kind {
            kind::HELLO => self.hello(frame),
            _ if !self.out.is_open() => {}
            kind::MAIN_SUBSCRIBE | kind::MAIN_CREDIT => {
                if let Some(main) = &mut self.main {
                    let _ = main.take(frame.kind, &frame.payload);
                }
            }
            // 0 is no request: there would be nobody to answer.
            _ if frame.id == 0 => {}
            kind::PING if frame.payload.is_empty() => self.out.send(kind::PONG, frame.id, &[]),
            kind::ENVIRONMENT => self.take_environment(frame),
            kind::PART if self.later.is_some() => {}
            kind::EXEC_START if self.later.is_some() => {
                let message = "the session has no environment yet";
                let refusal = Refusal::new(Code::Busy, 0, message);
                self.out.refuse(frame.id, &refusal);
            }
            kind::PART => self.commands.add_part(frame),
            kind::EXEC_START => self.commands.start(frame, &self.oom, &mut self.out),
            kind::EXEC_READ | kind::EXEC_LIST => self.commands.answer(frame, &mut self.out),
            kind::CANCEL => {
                self.files.cancel(frame.id);
                self.forwards.cancel(frame.id);
            }
            kind::FILE_STAT..=kind::FILE_REMOVE => self.files.take(frame, &mut self.out),
            kind::FORWARD_OPEN..=kind::FORWARD_CREDIT => self.forwards.take(frame, &mut self.out),
            kind::EXEC_STDIN..=kind::EXEC_FORGET => self.commands.steer(frame, &mut self.out),
            _ => {
                let message = format!("frame type {:02X}: unknown or malformed", frame.kind);
                self.out.refuse(frame.id, &Refusal::invalid(message));
            }
        }
    }

    /// The last part of the environment starts the main command.
    fn take_environment(&mut self, frame: &Frame) {
        let taken = match &mut self.later {
            Some(later) => later.take(&frame.payload),
            None => Err(Refusal::new(Code::Conflict, 0, "the environment is set")),
        };
        match taken {
            Err(refusal) => self.out.refuse(frame.id, &refusal),
            Ok(is_last) => {
                self.out.send(kind::ENVIRONMENT_SET, frame.id, &[]);
                if is_last {
                    self.later = None;
                    self.start_main();
                }
            }
        }
    }

    /// Nothing of an earlier controller's connection goes on but the commands themselves.
    pub(super) fn hello(&mut self, frame: &Frame) {
        let mut fields = Fields::of(&frame.payload);
        let nonce = match (fields.array::<16>(), fields.u32(), fields.end()) {
            (Some(nonce), Some(_), Some(())) => nonce,
            _ => return,
        };
        self.out.reset();
        self.commands.disconnect();
        self.files.reset();
        self.forwards.reset();
        let (state, next) = match &mut self.main {
            None if self.later.is_some() => (3, 0),
            None => (0, 0),
            Some(main) => {
                main.disconnect();
                (1 + u8::from(main.is_ended()), main.next_number())
            }
        };
        let payload = Payload::default()
            .raw(&nonce)
            .u32(PROTOCOL)
            .bytes(env!("CARGO_PKG_VERSION").as_bytes())
            .u64(io::now_ms().saturating_sub(self.started_ms))
            .u8(state)
            .u64(next)
            .u64(proc::own_cpu_ms());
        self.out.send(kind::HELLO_ACK, 0, &[payload.as_slice()]);
    }
}
