//! Reading, writing and listing files.

mod common;

use common::world::*;
use common::*;
use mcpsession_init::wire::{kind, Fields, Payload};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Duration;

#[test]
fn writes_and_reads_files_of_every_size() {
    let mut world = World::new("sizes");
    for size in [0, 1, 32_767, 32_768, 32_769, 200_000] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 7 % 251) as u8).collect();
        let name = format!("file-{size}");
        assert_eq!(world.write(name.as_bytes(), &bytes), Ok(true));
        assert_eq!(world.write(name.as_bytes(), &bytes), Ok(false), "was there");
        assert_eq!(world.read(name.as_bytes(), 0, 0), Ok(bytes.clone()));
        let middle = bytes.get(10..30).map_or(Vec::new(), <[u8]>::to_vec);
        if size > 30 {
            assert_eq!(world.read(name.as_bytes(), 10, 20), Ok(middle));
        }
        assert_eq!(world.read(name.as_bytes(), u64::MAX, 20), Ok(Vec::new()));
    }
    assert_eq!(world.temporaries(), 0);
}

#[test]
fn a_large_file_goes_both_ways_within_credit() {
    let mut world = World::new("large");
    let bytes: Vec<u8> = (0..5_000_000u32).map(|at| (at >> 8) as u8).collect();
    let id = world.open(b"large", 0, 0, [0; 32], bytes.len() as u64);
    let ready = world.answer(id);
    let mut credit = Fields::of(&ready.payload).u32().expect("credit") as usize;
    for part in bytes.chunks(32_768) {
        while credit < part.len() {
            let frame = world.init.next_of(&[kind::FILE_WRITE_CREDIT]);
            credit += Fields::of(&frame.payload).u32().expect("credit") as usize;
        }
        world.init.send(kind::FILE_CHUNK, id, part);
        credit -= part.len();
    }
    assert_eq!(world.commit(id, Some(digest(&bytes))), Ok(true));
    assert_eq!(fs::read(world.path("large")).expect("there"), bytes);

    let payload = Payload::default()
        .bytes(b"large")
        .u64(0)
        .u64(0)
        .u32(100_000);
    let id = world.init.request(kind::FILE_READ, &payload);
    assert_eq!(world.answer(id).kind, kind::FILE_INFO);
    let mut got = 0;
    while let Some(frame) = world.init.next_within(Duration::from_millis(100)) {
        got += frame.payload.len();
    }
    assert_eq!(got, 100_000);
    world
        .init
        .send(kind::FILE_CREDIT, id, &4_900_000u32.to_be_bytes());
    // The credit is the rest exactly: the end is told without more of it.
    let done = world.init.next_of(&[kind::FILE_DONE]);
    assert_eq!(done.payload[8..40], digest(&bytes));
}

#[test]
fn writes_only_on_the_given_condition() {
    let mut world = World::new("condition");
    assert_eq!(
        world.write_with(b"a", 1, digest(b"x"), b"new"),
        Err(4),
        "nothing there"
    );
    assert_eq!(world.write_with(b"a", 2, [0; 32], b"x"), Ok(true));
    assert_eq!(world.write_with(b"a", 2, [0; 32], b"y"), Err(4), "exists");
    assert_eq!(
        world.write_with(b"a", 1, digest(b"other"), b"y"),
        Err(4),
        "differs"
    );
    assert_eq!(world.write_with(b"a", 1, digest(b"x"), b"y"), Ok(false));
    assert_eq!(
        world.write_with(b"a", 3, digest(b"y"), b"z"),
        Err(1),
        "both"
    );
    assert_eq!(world.read(b"a", 0, 0), Ok(b"y".to_vec()));

    let id = world.open(b"a", 0, 1, digest(b"y"), 100);
    assert_eq!(world.answer(id).kind, kind::FILE_READY);
    fs::write(world.path("a"), "changed").expect("written");
    assert_eq!(world.commit(id, None), Err(4), "changed since");
    let id = world.open(b"b", 0, 2, [0; 32], 100);
    assert_eq!(world.answer(id).kind, kind::FILE_READY);
    fs::write(world.path("b"), "theirs").expect("written");
    assert_eq!(world.commit(id, None), Err(4), "came since");
    assert_eq!(world.read(b"b", 0, 0), Ok(b"theirs".to_vec()));
    assert_eq!(world.temporaries(), 0);
}

#[test]
fn whatever_ends_a_write_leaves_the_target_and_no_temporary_file() {
    let mut world = World::new("aborted");
    assert_eq!(world.write(b"a", b"before"), Ok(true));
    let begin = |world: &mut World, most| {
        let id = world.open(b"a", 0, 0, [0; 32], most);
        assert_eq!(world.answer(id).kind, kind::FILE_READY);
        world.init.send(kind::FILE_CHUNK, id, b"after");
        id
    };
    let id = begin(&mut world, 100);
    world.init.ping();
    assert_eq!(world.temporaries(), 1);
    assert_eq!(
        world.list(b".", b"", 10),
        Ok((vec!["a".into()], 1, false)),
        "not listed"
    );
    world.init.send(kind::CANCEL, id, b"");
    world.init.ping();
    assert_eq!(world.temporaries(), 0, "CANCEL");
    let id = begin(&mut world, 100);
    assert_eq!(world.commit(id, Some(digest(b"else"))), Err(1));
    assert_eq!(world.temporaries(), 0, "wrong SHA-256");
    begin(&mut world, 4);
    assert_eq!(error_code(&world.init.next()), 6);
    assert_eq!(world.temporaries(), 0, "too large");
    let id = begin(&mut world, 1 << 30);
    world.init.send(kind::FILE_COMMIT, id, b"short");
    assert_eq!(error_code(&world.init.next()), 1, "malformed");
    assert_eq!(world.temporaries(), 0, "malformed");
    begin(&mut world, 100);
    world.init.hello();
    assert_eq!(world.temporaries(), 0, "HELLO");
    assert_eq!(world.read(b"a", 0, 0), Ok(b"before".to_vec()));
}

#[test]
fn keeps_or_sets_the_mode_and_makes_directories() {
    let mut world = World::new("mode");
    let mode =
        |world: &World, name: &str| fs::metadata(world.path(name)).expect("there").mode() & 0o7777;
    assert_eq!(world.write(b"d/e/f", b""), Err(2));
    assert_eq!(world.write_with(b"d/e/f", 4, [0; 32], b"x"), Ok(true));
    assert_eq!((mode(&world, "d/e/f"), mode(&world, "d/e")), (0o644, 0o755));
    fs::set_permissions(world.path("d/e/f"), fs::Permissions::from_mode(0o750)).expect("mode");
    assert_eq!(world.write(b"d/e/f", b"y"), Ok(false));
    assert_eq!(mode(&world, "d/e/f"), 0o750);
    let id = world.open(b"d/e/f", 0o600, 0, [0; 32], 10);
    assert_eq!(world.answer(id).kind, kind::FILE_READY);
    assert_eq!(world.commit(id, None), Ok(false));
    assert_eq!(mode(&world, "d/e/f"), 0o600);
    assert_eq!(world.make(b"n", 0o700, false), Ok(true));
    assert_eq!(world.make(b"n", 0o700, false), Err(4));
    assert_eq!(world.make(b"n", 0, true), Ok(false));
    assert_eq!(world.make(b"p/q/r/", 0, false), Err(2));
    assert_eq!(world.make(b"p/q/r/", 0, true), Ok(true));
    assert_eq!(world.make(b"d/e/f/g", 0, true), Err(2), "below a file");
}

#[test]
fn lists_pages_in_the_order_of_bytes() {
    let mut world = World::new("list");
    for number in 0..1500 {
        fs::write(world.path(&format!("f{number:04}")), "").expect("written");
    }
    fs::write(world.path(".mcps-0123456789abcdef.tmp"), "").expect("written");
    let (names, entries, more) = world.list(b".", b"", 3).expect("listed");
    assert_eq!(
        (names, entries, more),
        (
            vec!["f0000".into(), "f0001".into(), "f0002".into()],
            1500,
            true
        )
    );
    let (names, _, more) = world.list(b".", b"f1497", 3).expect("listed");
    assert_eq!((names, more), (vec!["f1498".into(), "f1499".into()], false));
    assert_eq!(world.list(b".", b"", 0), Ok((Vec::new(), 1500, true)));
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let (names, _, more) = world.list(b".", after.as_bytes(), 2000).expect("listed");
        after = names.last().expect("some").clone();
        all.extend(names);
        if !more {
            break;
        }
    }
    assert_eq!(all.len(), 1500);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn no_more_than_sixteen_requests_at_a_time() {
    let mut world = World::new("many");
    let mut ids = Vec::new();
    for number in 0..16 {
        let id = world.open(format!("f{number}").as_bytes(), 0, 0, [0; 32], 10);
        assert_eq!(world.answer(id).kind, kind::FILE_READY);
        ids.push(id);
    }
    assert_eq!(world.write(b"g", b"x"), Err(8));
    world.init.send(kind::CANCEL, ids[0], b"");
    assert_eq!(world.write(b"g", b"x"), Ok(true));
}

#[test]
fn a_transfer_does_not_hold_up_commands() {
    let mut world = World::new("busy");
    let file = fs::File::create(world.path("huge")).expect("made");
    file.set_len(400 << 20).expect("sparse");
    for _ in 0..2 {
        world.open(b"huge", 0, 1, [0; 32], 1);
    }
    world.init.send_exec(&shell("true"));
    let mut order = Vec::new();
    while order.len() < 3 {
        // Hashing takes its time on a busy machine.
        let frame = world.init.next_within(6 * PATIENCE).expect("in time");
        if matches!(frame.kind, kind::EXEC_EXIT | kind::ERROR) {
            order.push(frame.kind);
        }
    }
    assert_eq!(order, [kind::EXEC_EXIT, kind::ERROR, kind::ERROR]);
}
