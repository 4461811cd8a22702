//! Port forwards.

mod common;

use common::*;
use mcpsession_init::wire::{kind, Fields, Payload};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

struct PortPayload;

impl PortPayload {
    fn of(port: u16, credit: u32) -> Payload {
        Payload::default().raw(&port.to_be_bytes()).u32(credit)
    }
}

fn open(init: &mut Init, listener: &TcpListener, credit: u32) -> (u32, TcpStream) {
    let port = listener.local_addr().expect("bound").port();
    let id = init.request(kind::FORWARD_OPEN, &PortPayload::of(port, credit));
    let frame = init.next();
    assert_eq!(
        (frame.kind, frame.id),
        (kind::FORWARD_READY, id),
        "{frame:?}"
    );
    assert_eq!(Fields::of(&frame.payload).u32(), Some(262_144));
    (id, listener.accept().expect("a connection").0)
}

#[test]
fn carries_bytes_both_ways_until_both_halves_are_closed() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let listener = match TcpListener::bind(address) {
            Ok(listener) => listener,
            Err(error) => {
                eprintln!("skipped {address}: {error}");
                continue;
            }
        };
        let mut init = Init::new();
        let (id, mut server) = open(&mut init, &listener, 5);
        init.send(kind::FORWARD_DATA, id, b"question");
        let mut bytes = [0; 8];
        server.read_exact(&mut bytes).expect("read");
        assert_eq!(&bytes, b"question");
        init.send(kind::FORWARD_EOF, id, b"");
        assert_eq!(server.read(&mut bytes).expect("read"), 0, "half closed");
        server.write_all(b"answer!").expect("written");
        server.shutdown(Shutdown::Write).expect("shut down");
        assert_eq!(init.next().payload, b"answe", "no more than the credit");
        assert!(init.next_within(Duration::from_millis(50)).is_none());
        init.send(kind::FORWARD_CREDIT, id, &100u32.to_be_bytes());
        assert_eq!(init.next().payload, b"r!");
        assert_eq!(init.next().kind, kind::FORWARD_EOF_OUT);
        init.send(kind::FORWARD_DATA, id, b"late");
        init.ping();
    }
}

#[test]
fn returns_credit_as_the_server_reads() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let mut init = Init::new();
    let (id, mut server) = open(&mut init, &listener, 0);
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        server.read_to_end(&mut all).expect("read");
        all.len()
    });
    let (mut credit, mut sent) = (262_144, 0);
    while sent < 2_000_000 {
        while credit < 20_000 {
            let frame = init.next_of(&[kind::FORWARD_CREDIT_OUT]);
            credit += Fields::of(&frame.payload).u32().expect("credit");
        }
        init.send(kind::FORWARD_DATA, id, &[b'x'; 20_000]);
        credit -= 20_000;
        sent += 20_000;
    }
    init.send(kind::FORWARD_EOF, id, b"");
    assert_eq!(reader.join().expect("no panic"), 2_000_000);
}

#[test]
fn refuses_what_it_cannot_connect_to_and_ends_on_cancel() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = listener.local_addr().expect("bound").port();
    let mut init = Init::new();
    let (id, mut server) = open(&mut init, &listener, 10);
    init.send(kind::CANCEL, id, b"");
    assert_eq!(server.read(&mut [0; 1]).expect("closed"), 0);
    let (id, server) = open(&mut init, &listener, 10);
    init.hello();
    let mut server = server;
    assert_eq!(server.read(&mut [0; 1]).expect("closed by HELLO"), 0);
    init.send(kind::FORWARD_DATA, id, b"late");
    let (_, _server) = open(&mut init, &listener, 10);
    drop(listener);
    init.request(kind::FORWARD_OPEN, &PortPayload::of(port, 10));
    assert_eq!(error_code(&init.next()), 12);
    init.request(kind::FORWARD_OPEN, &PortPayload::of(0, 10));
    assert_eq!(error_code(&init.next()), 1);
    init.request(kind::FORWARD_OPEN, &Payload::default());
    assert_eq!(error_code(&init.next()), 1);
}

#[test]
fn no_more_than_sixty_four_and_no_more_than_the_credit() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let mut init = Init::new();
    let mut servers = Vec::new();
    for _ in 0..64 {
        servers.push(open(&mut init, &listener, 10));
    }
    let port = listener.local_addr().expect("bound").port();
    init.request(kind::FORWARD_OPEN, &PortPayload::of(port, 10));
    assert_eq!(error_code(&init.next()), 8);
    let (id, _server) = &servers[0];
    for _ in 0..400 {
        init.send(kind::FORWARD_DATA, *id, &[0; 65_536]);
    }
    let frame = init.next_of(&[kind::ERROR]);
    assert_eq!((error_code(&frame), frame.id), (1, *id));
}
