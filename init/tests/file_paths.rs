//! Attempts to leave the root, special files, links, and what a removal may not touch.

mod common;

use common::world::*;
use common::*;
use std::ffi::CString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn no_path_leads_out_of_the_root() {
    let mut world = World::new("escape");
    fs::create_dir(world.path("in")).expect("made");
    fs::write(world.path("in/file"), "inside").expect("written");
    for (link, target) in [
        ("up", "../outside"),
        ("absolute", "/"),
        ("leaf", "../outside/secret"),
        ("loop", "loop"),
        ("proc", "/proc/self/root"),
        ("kept", "in/file"),
        ("kept-dir", "in"),
        ("around", "in/../in/file"),
        ("nowhere", "in/nothing"),
    ] {
        symlink(target, world.path(link)).expect("linked");
    }
    for path in [
        "..",
        "../outside/secret",
        "in/../../outside/secret",
        "/etc/passwd",
        "up/secret",
        "leaf",
        "loop",
        "loop/x",
        "absolute/etc/passwd",
        "proc/etc/passwd",
        "kept-dir/../../outside/secret",
    ] {
        let path = path.as_bytes();
        let shown = String::from_utf8_lossy(path);
        assert_eq!(world.read(path, 0, 0), Err(3), "read {shown}");
        if !matches!(path, b"leaf" | b"loop") {
            assert_eq!(error_code(&world.stat(path)), 3, "stat {shown}");
        }
        assert_eq!(world.list(path, b"", 10), Err(3), "list {shown}");
        let below = [path, b"/new"].concat();
        for flags in [0, 4] {
            assert_eq!(
                world.write_with(&below, flags, [0; 32], b"x"),
                Err(3),
                "write {shown}"
            );
        }
        assert_eq!(world.make(&below, 0, false), Err(3), "mkdir {shown}");
        assert_eq!(world.make(&below, 0, true), Err(3), "mkdir -p {shown}");
        assert_eq!(world.remove(&below, true), Err(3), "remove {shown}");
    }
    assert_eq!(world.read(b"kept", 0, 0), Ok(b"inside".to_vec()));
    assert_eq!(world.read(b"around", 0, 0), Ok(b"inside".to_vec()));
    assert_eq!(
        world.read(b"in/../kept-dir/file", 0, 0),
        Ok(b"inside".to_vec())
    );
    assert_eq!(world.read(b"nowhere", 0, 0), Err(2));
    assert_eq!(world.stat(b"leaf").payload[0], 3, "the link itself");
    assert_eq!(
        world.write(b"leaf", b"mine"),
        Ok(false),
        "replaces the link"
    );
    assert_eq!(world.read(b"leaf", 0, 0), Ok(b"mine".to_vec()));
    assert!(world.is_untouched());
    for (path, code) in [
        (&b""[..], 1),
        (b"a\0b", 1),
        (&[b'a'; 4097], 1),
        (b"in/nothing", 2),
        (b"in/file/x", 2),
        (b"in", 10),
    ] {
        assert_eq!(world.read(path, 0, 0), Err(code));
    }
    assert_eq!(world.list(b"in/file", b"", 10), Err(10));
    for path in [&b"."[..], b"..", b"in/.", b"in/..", b"./"] {
        assert!(matches!(world.remove(path, true), Err(1 | 3)));
    }
    assert!(world.path("in/file").exists());
}

#[test]
fn opens_neither_pipes_nor_devices_nor_sockets() {
    let mut world = World::new("special");
    let make = |path: &Path, mode, device| {
        let path = CString::new(path.to_str().expect("plain")).expect("no NUL");
        // SAFETY: the path ends in NUL.
        unsafe { libc::mknod(path.as_ptr(), mode, device) == 0 }
    };
    assert!(make(&world.path("pipe"), libc::S_IFIFO | 0o666, 0));
    let _socket = std::os::unix::net::UnixListener::bind(world.path("socket")).expect("bound");
    let mut names = vec!["pipe", "socket"];
    if make(
        &world.path("device"),
        libc::S_IFCHR | 0o666,
        libc::makedev(1, 5),
    ) {
        names.push("device");
    } else {
        eprintln!("skipped: a device cannot be made without privileges");
    }
    for name in names {
        let name = name.as_bytes();
        assert_eq!(world.stat(name).payload[0], 4);
        assert_eq!(world.read(name, 0, 0), Err(10));
        assert_eq!(world.list(name, b"", 10), Err(10));
        assert_eq!(world.write(name, b"x"), Err(10));
        assert_eq!(world.write_with(name, 1, [0; 32], b"x"), Err(10));
        assert_eq!(world.remove(name, false), Ok(false));
    }
}

#[test]
fn a_hard_link_is_replaced_and_not_written_through() {
    let mut world = World::new("hardlink");
    let secret = world.scratch.path().join("outside/secret");
    fs::hard_link(secret, world.path("link")).expect("linked");
    assert_eq!(world.write(b"link", b"changed"), Ok(false));
    assert!(world.is_untouched());
    assert_eq!(world.read(b"link", 0, 0), Ok(b"changed".to_vec()));
}

#[test]
fn removes_trees_of_any_depth_without_following_links() {
    let mut world = World::new("remove");
    symlink("../../outside", world.path("link")).expect("linked");
    assert_eq!(world.make(b"t/a/b", 0, true), Ok(true));
    for name in ["t/link", "t/a/link", "t/a/b/link"] {
        symlink("/", world.path(name)).expect("linked");
        fs::write(world.path(&format!("{name}-file")), "x").expect("written");
    }
    for number in 0..700 {
        fs::write(world.path(&format!("t/a/f{number}")), "").expect("written");
    }
    let script = format!("cd {} && i=0 && while [ $i -lt 300 ]; do mkdir -p d e && echo >e/f && cd d && i=$((i+1)); done",
        world.path("t").display());
    assert_eq!(world.init.run(&shell(&script)).state.code, 0);
    assert_eq!(world.remove(b"t", false), Err(4), "not empty");
    assert_eq!(world.remove(b"t", true), Ok(false));
    assert!(!world.path("t").exists());
    assert_eq!(world.remove(b"t", true), Err(2));
    assert_eq!(world.remove(b"link", true), Ok(false), "the link only");
    assert!(world.is_untouched());
    assert_eq!(world.temporaries(), 0);
}

#[test]
fn a_full_disk_and_a_read_only_one_are_told() {
    let mut world = World::new("full");
    fs::create_dir(world.path("disk")).expect("made");
    let script = format!(
        "mount -t tmpfs -o size=64k none {}",
        world.path("disk").display()
    );
    let mounted = world.init.run(&shell(&script));
    if mounted.state.code != 0 {
        eprintln!("skipped: mounting needs root");
        return;
    }
    assert_eq!(world.write(b"disk/large", &[1; 200_000]), Err(5));
    assert_eq!(
        world.list(b"disk", b"", 9),
        Ok((Vec::new(), 0, false)),
        "nothing left over"
    );
    assert_eq!(world.write(b"disk/small", &[1; 1000]), Ok(true));
    let script = format!("mount -o remount,ro {}", world.path("disk").display());
    assert_eq!(world.init.run(&shell(&script)).state.code, 0);
    assert_eq!(world.write(b"disk/small", b"x"), Err(9));
    assert_eq!(world.remove(b"disk/small", false), Err(9));
    assert_eq!(world.remove(b"disk", true), Err(9));
    world
        .init
        .run(&shell(&format!("umount {}", world.path("disk").display())));
}
