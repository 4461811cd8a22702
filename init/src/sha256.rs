//! SHA-256 (FIPS 180-4). With the processor's own instructions where it has them: the CPU time of transfers is PID 1's, which a limit
//! on the session's CPU time counts as well.

const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
const START: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const BLOCK: usize = 64;

#[derive(Clone)]
pub struct Sha256 {
    state: [u32; 8],
    /// The begun block.
    rest: [u8; BLOCK],
    rest_length: usize,
    length: u64,
    compress: fn(&mut [u32; 8], &[u8]),
}

impl Default for Sha256 {
    fn default() -> Self {
        Sha256::with(fastest())
    }
}

impl Sha256 {
    fn with(compress: fn(&mut [u32; 8], &[u8])) -> Self {
        Sha256 {
            state: START,
            rest: [0; BLOCK],
            rest_length: 0,
            length: 0,
            compress,
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        let mut bytes = bytes;
        if self.rest_length > 0 {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.rest_length));
            self.rest[self.rest_length..self.rest_length + now.len()].copy_from_slice(now);
            self.rest_length += now.len();
            bytes = later;
            if self.rest_length < BLOCK {
                return;
            }
            let block = self.rest;
            (self.compress)(&mut self.state, &block);
            self.rest_length = 0;
        }
        let (whole, rest) = bytes.split_at(bytes.len() - bytes.len() % BLOCK);
        (self.compress)(&mut self.state, whole);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.rest_length = rest.len();
    }

    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.length.wrapping_mul(8);
        self.update(&[0x80]);
        while self.rest_length != BLOCK - 8 {
            self.update(&[0]);
        }
        self.update(&bits.to_be_bytes());
        let mut digest = [0; 32];
        for (place, word) in digest.chunks_exact_mut(4).zip(self.state) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

fn fastest() -> fn(&mut [u32; 8], &[u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("sse4.1")
        && is_x86_feature_detected!("ssse3")
    {
        // SAFETY: the processor has the instructions that the function is compiled for.
        return |state, blocks| unsafe { x86::compress(state, blocks) };
    }
    portable
}

/// `blocks` is a multiple of 64 bytes.
fn portable(state: &mut [u32; 8], blocks: &[u8]) {
    for block in blocks.chunks_exact(BLOCK) {
        let mut words = [0u32; 64];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        for at in 16..64 {
            let (early, late) = (words[at - 15], words[at - 2]);
            let low = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
            let high = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
            words[at] = words[at - 16]
                .wrapping_add(low)
                .wrapping_add(words[at - 7])
                .wrapping_add(high);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
        for (word, round) in words.iter().zip(ROUNDS) {
            let high = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let first = h
                .wrapping_add(high)
                .wrapping_add((e & f) ^ (!e & g))
                .wrapping_add(round)
                .wrapping_add(*word);
            let low = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let second = low.wrapping_add((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d.wrapping_add(first);
            d = c;
            c = b;
            b = a;
            a = first.wrapping_add(second);
        }
        for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *word = word.wrapping_add(more);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{BLOCK, ROUNDS};
    use std::arch::x86_64::*;

    /// # Safety
    /// The processor must have SHA, SSSE3 and SSE4.1.
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    pub unsafe fn compress(state: &mut [u32; 8], blocks: &[u8]) {
        // The instructions want the state as (a b e f) and (c d g h), highest word first.
        let [a, b, c, d, e, f, g, h] = state.map(|word| word as i32);
        let mut abef = _mm_set_epi32(a, b, e, f);
        let mut cdgh = _mm_set_epi32(c, d, g, h);
        let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
        for block in blocks.chunks_exact(BLOCK) {
            let (abef_before, cdgh_before) = (abef, cdgh);
            // Sixteen words of the schedule, four to a register, the oldest first.
            let mut words = [_mm_setzero_si128(); 4];
            for (word, bytes) in words.iter_mut().zip(block.chunks_exact(16)) {
                *word = _mm_shuffle_epi8(_mm_loadu_si128(bytes.as_ptr().cast()), big_endian);
            }
            for (four, round) in ROUNDS.chunks_exact(4).enumerate() {
                if four >= 4 {
                    let middle = _mm_alignr_epi8(words[3], words[2], 4);
                    let next = _mm_add_epi32(_mm_sha256msg1_epu32(words[0], words[1]), middle);
                    let next = _mm_sha256msg2_epu32(next, words[3]);
                    words = [words[1], words[2], words[3], next];
                }
                let now = if four >= 4 { words[3] } else { words[four] };
                let added = _mm_add_epi32(now, _mm_loadu_si128(round.as_ptr().cast()));
                cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
                abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0E));
            }
            abef = _mm_add_epi32(abef, abef_before);
            cdgh = _mm_add_epi32(cdgh, cdgh_before);
        }
        let mut halves = [[0u32; 4]; 2];
        _mm_storeu_si128(halves[0].as_mut_ptr().cast(), abef);
        _mm_storeu_si128(halves[1].as_mut_ptr().cast(), cdgh);
        let [[f, e, b, a], [h, g, d, c]] = halves;
        *state = [a, b, c, d, e, f, g, h];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digest: [u8; 32]) -> String {
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn digest(mut hash: Sha256, bytes: &[u8], piece: usize) -> String {
        bytes.chunks(piece).for_each(|part| hash.update(part));
        hex(hash.finish())
    }

    #[test]
    fn agrees_with_the_standard_on_its_examples() {
        let million = vec![b'a'; 1_000_000];
        for (bytes, want) in [
            (
                &b""[..],
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                b"abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (
                &million,
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            ),
        ] {
            for piece in [1, 63, 64, 65, 1000] {
                assert_eq!(digest(Sha256::default(), bytes, piece), want);
                assert_eq!(digest(Sha256::with(portable), bytes, piece), want);
            }
        }
    }

    #[test]
    fn both_ways_agree_at_every_length() {
        let bytes: Vec<u8> = (0..300u32).map(|at| (at * 31 % 256) as u8).collect();
        for length in 0..bytes.len() {
            let input = &bytes[..length];
            let (fast, slow) = (Sha256::default(), Sha256::with(portable));
            assert_eq!(digest(fast, input, 300), digest(slow, input, 7));
        }
    }
}
