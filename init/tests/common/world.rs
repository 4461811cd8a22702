//! A root directory with an init that serves it, and the file requests as calls.
#![allow(dead_code)] // every test file uses a part of it

use super::*;
use mcpsession_init::sha256::Sha256;
use std::fs;

pub fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::default();
    hash.update(bytes);
    hash.finish()
}

/// A root with a directory beside it that nothing may touch.
pub struct World {
    pub scratch: Scratch,
    pub init: Init,
}

impl World {
    pub fn new(name: &str) -> World {
        let scratch = Scratch::new(name);
        for name in ["root", "outside"] {
            fs::create_dir(scratch.path().join(name)).expect("made");
        }
        fs::write(scratch.path().join("outside/secret"), "secret").expect("written");
        let root = format!("{}/root", scratch.text());
        let init = Init::with(&["run", "--root", &root]);
        World { scratch, init }
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.scratch.path().join("root").join(name)
    }

    pub fn answer(&mut self, id: u32) -> Frame {
        let frame = self.init.next();
        assert_eq!(frame.id, id, "{frame:?}");
        frame
    }

    pub fn stat(&mut self, path: &[u8]) -> Frame {
        let id = self
            .init
            .request(kind::FILE_STAT, &Payload::default().bytes(path));
        self.answer(id)
    }

    pub fn read(&mut self, path: &[u8], offset: u64, most: u64) -> Result<Vec<u8>, u8> {
        let payload = Payload::default()
            .bytes(path)
            .u64(offset)
            .u64(most)
            .u32(1 << 30);
        let id = self.init.request(kind::FILE_READ, &payload);
        let mut bytes = Vec::new();
        loop {
            let frame = self.answer(id);
            match frame.kind {
                kind::FILE_INFO => {}
                kind::FILE_DATA => bytes.extend(frame.payload),
                kind::FILE_DONE => {
                    let mut fields = Fields::of(&frame.payload);
                    assert_eq!(fields.u64(), Some(bytes.len() as u64));
                    assert_eq!(fields.array(), Some(digest(&bytes)));
                    return Ok(bytes);
                }
                _ => return Err(error_code(&frame)),
            }
        }
    }

    pub fn open(
        &mut self,
        path: &[u8],
        mode: u32,
        flags: u8,
        expected: [u8; 32],
        most: u64,
    ) -> u32 {
        let payload = Payload::default()
            .bytes(path)
            .u32(mode)
            .u8(flags)
            .raw(&expected)
            .u64(most);
        self.init.request(kind::FILE_WRITE, &payload)
    }

    pub fn commit(&mut self, id: u32, hash: Option<[u8; 32]>) -> Result<bool, u8> {
        let payload = Payload::default()
            .u8(u8::from(hash.is_some()))
            .raw(&hash.unwrap_or([0; 32]));
        self.init.send(kind::FILE_COMMIT, id, payload.as_slice());
        let frame = self.init.next_of(&[kind::FILE_DONE, kind::ERROR]);
        assert_eq!(frame.id, id);
        match frame.kind {
            kind::FILE_DONE => Ok(frame.payload[40] == 1),
            _ => Err(error_code(&frame)),
        }
    }

    pub fn write_with(
        &mut self,
        path: &[u8],
        flags: u8,
        expected: [u8; 32],
        bytes: &[u8],
    ) -> Result<bool, u8> {
        let id = self.open(path, 0, flags, expected, 1 << 20);
        let frame = self.answer(id);
        if frame.kind == kind::ERROR {
            return Err(error_code(&frame));
        }
        assert_eq!(frame.kind, kind::FILE_READY);
        for part in bytes.chunks(32_768) {
            self.init.send(kind::FILE_CHUNK, id, part);
        }
        self.commit(id, Some(digest(bytes)))
    }

    pub fn write(&mut self, path: &[u8], bytes: &[u8]) -> Result<bool, u8> {
        self.write_with(path, 0, [0; 32], bytes)
    }

    pub fn simple(&mut self, kind: u8, payload: Payload) -> Result<bool, u8> {
        let id = self.init.request(kind, &payload);
        let frame = self.answer(id);
        match frame.kind {
            kind::FILE_DONE => Ok(frame.payload[40] == 1),
            _ => Err(error_code(&frame)),
        }
    }

    pub fn remove(&mut self, path: &[u8], recursive: bool) -> Result<bool, u8> {
        self.simple(
            kind::FILE_REMOVE,
            Payload::default().bytes(path).u8(u8::from(recursive)),
        )
    }

    pub fn make(&mut self, path: &[u8], mode: u32, parents: bool) -> Result<bool, u8> {
        self.simple(
            kind::FILE_MKDIR,
            Payload::default()
                .bytes(path)
                .u32(mode)
                .u8(u8::from(parents)),
        )
    }

    /// Names of the page, entries in the directory, whether there is more.
    pub fn list(
        &mut self,
        path: &[u8],
        after: &[u8],
        most: u32,
    ) -> Result<(Vec<String>, u32, bool), u8> {
        let payload = Payload::default().bytes(path).bytes(after).u32(most);
        let id = self.init.request(kind::FILE_LIST, &payload);
        let mut names = Vec::new();
        loop {
            let frame = self.answer(id);
            match frame.kind {
                kind::FILE_ENTRY => {
                    let name = Fields::of(&frame.payload[21..])
                        .bytes()
                        .expect("a name")
                        .to_vec();
                    names.push(String::from_utf8_lossy(&name).into_owned());
                }
                kind::FILE_LIST_END => {
                    let mut fields = Fields::of(&frame.payload);
                    let entries = fields.u32().expect("entries");
                    return Ok((names, entries, fields.u8() == Some(1)));
                }
                _ => return Err(error_code(&frame)),
            }
        }
    }

    pub fn is_untouched(&self) -> bool {
        let outside = self.scratch.path().join("outside");
        fs::read(outside.join("secret")).ok() == Some(b"secret".to_vec())
            && fs::read_dir(outside).expect("there").count() == 1
    }

    pub fn temporaries(&self) -> usize {
        fs::read_dir(self.path("."))
            .expect("the root")
            .filter(|entry| {
                let name = entry.as_ref().expect("an entry").file_name();
                name.to_string_lossy().starts_with(".mcps-")
            })
            .count()
    }
}
