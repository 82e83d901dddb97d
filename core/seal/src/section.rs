//! A section's plaintext: `coding (4 bits), length (20 bits), together 3 bytes big-endian || body || zeros`.
//!
//! The body is compressed where that helps, and the whole is padded so that its size tells little
//! about what is inside.

use crate::dictionary::{self, InflateError};
use crate::entry::EntryError;
use crate::limits::SECTION_BODY_BYTES;

/// Coding and body length.
const HEAD: usize = 3;
/// No plaintext is shorter.
const SHORTEST: usize = 64;
/// Up to here the steps are of eight bytes: what a short text weighs is told by its words' number anyway.
const FINE: usize = 256;
/// Coding 0 is the body as it is; coding 1 + n one zstd frame with dictionary n, 0 being none.
const AS_IS: u32 = 0;
/// Bits of the length.
const LENGTH_BITS: u32 = 20;

/// The longest a plaintext gets: of a body at the limit that does not compress.
pub(crate) const LONGEST: usize = padded_len(HEAD + SECTION_BODY_BYTES);

/// Below `FINE` a multiple of eight; above it the Padmé rule: a length is rounded up so that only its O(log log) leading bits vary, which
/// costs at most 12 % (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and
/// Communication with PURBs", 2019). At least 64.
#[must_use]
pub const fn padded_len(len: usize) -> usize {
    if len <= SHORTEST {
        return SHORTEST;
    }
    if len <= FINE {
        return len.next_multiple_of(8);
    }
    let exponent = len.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1 << (exponent - kept)) - 1;
    (len + mask) & !mask
}

/// Codes and pads a body.
pub fn pack(body: &[u8]) -> Result<Vec<u8>, EntryError> {
    if body.len() > SECTION_BODY_BYTES {
        return Err(EntryError::TooLarge);
    }
    let mut best = (AS_IS, body.to_vec());
    for version in [0, dictionary::NEWEST] {
        let coded = dictionary::compress(version, body).map_err(|_| EntryError::Coding)?;
        if coded.len() < best.1.len() {
            best = (u32::from(version) + 1, coded);
        }
    }
    frame(best.0, &best.1)
}

fn frame(coding: u32, coded: &[u8]) -> Result<Vec<u8>, EntryError> {
    let len = u32::try_from(coded.len()).map_err(|_| EntryError::TooLarge)?;
    if len >> LENGTH_BITS != 0 {
        return Err(EntryError::TooLarge);
    }
    let [_, head @ ..] = (coding << LENGTH_BITS | len).to_be_bytes();
    let mut plain = [&head[..], coded].concat();
    plain.resize(padded_len(plain.len()), 0);
    Ok(plain)
}

/// The body of a plaintext, at most [`SECTION_BODY_BYTES`].
pub fn unpack(plain: &[u8]) -> Result<Vec<u8>, EntryError> {
    let (&[a, b, c], rest) = plain.split_first_chunk().ok_or(EntryError::Coding)?;
    let head = u32::from_be_bytes([0, a, b, c]);
    let (coding, len) = (head >> LENGTH_BITS, head & ((1 << LENGTH_BITS) - 1));
    let len = usize::try_from(len).map_err(|_| EntryError::Coding)?;
    let (coded, padding) = rest.split_at_checked(len).ok_or(EntryError::Coding)?;
    if padding.iter().any(|&byte| byte != 0) {
        return Err(EntryError::Coding);
    }
    if coding == AS_IS {
        return match coded.len() {
            0..=SECTION_BODY_BYTES => Ok(coded.to_vec()),
            _ => Err(EntryError::InflatesTooLarge),
        };
    }
    let version = u8::try_from(coding - 1).map_err(|_| EntryError::Coding)?;
    dictionary::inflate(version, coded, SECTION_BODY_BYTES).map_err(|error| match error {
        InflateError::Malformed => EntryError::Coding,
        InflateError::TooLarge => EntryError::InflatesTooLarge,
        InflateError::Newer => EntryError::Unsupported,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ZSTD: u32 = 1;

    /// A frame without its magic number.
    fn bare(frame: Vec<u8>) -> Vec<u8> {
        frame[4..].to_vec()
    }

    proptest! {
        #[test]
        fn padding_never_shrinks_costs_little_and_is_stable(len in 0usize..2_000_000) {
            let padded = padded_len(len);
            prop_assert!(padded >= len && padded >= SHORTEST);
            prop_assert!(padded <= SHORTEST || (padded - len) * 100 <= len * 12);
            prop_assert_eq!(padded_len(padded), padded);
            prop_assert!(padded_len(len + 1) >= padded);
        }

        #[test]
        fn a_body_reads_back(body in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let plain = pack(&body).unwrap();
            prop_assert_eq!(plain.len(), padded_len(plain.len()));
            prop_assert_eq!(unpack(&plain).unwrap(), body);
        }

        #[test]
        fn any_plaintext_is_a_body_or_an_error(plain in proptest::collection::vec(any::<u8>(), 0..200), coding in 0u32..4) {
            let _ = unpack(&plain);
            let _ = unpack(&frame(coding, &plain).unwrap());
        }
    }

    #[test]
    fn few_sizes_are_seen() {
        let sizes: std::collections::BTreeSet<_> =
            (0..SECTION_BODY_BYTES).map(padded_len).collect();
        assert!(sizes.len() < 300, "{}", sizes.len());
        // Worked examples of the rule.
        for (len, padded) in [
            (1, 64),
            (64, 64),
            (65, 72),
            (1000, 1024),
            (1025, 1088),
            (9, 64),
        ] {
            assert_eq!(padded_len(len), padded, "{len}");
        }
    }

    #[test]
    fn bodies_up_to_the_limit_pass_and_repetitive_ones_shrink() {
        let plain = pack(&vec![7; SECTION_BODY_BYTES]).unwrap();
        assert_eq!((u32::from(plain[0] >> 4) > AS_IS, plain.len()), (true, 64));
        assert_eq!(unpack(&plain).unwrap().len(), SECTION_BODY_BYTES);
        assert_eq!(
            pack(&vec![7; SECTION_BODY_BYTES + 1]),
            Err(EntryError::TooLarge)
        );

        let as_is = frame(AS_IS, &vec![7; SECTION_BODY_BYTES]).unwrap();
        assert_eq!(as_is.len(), LONGEST);
        assert_eq!(unpack(&as_is).unwrap().len(), SECTION_BODY_BYTES);
        let larger = frame(AS_IS, &vec![7; SECTION_BODY_BYTES + 1]).unwrap();
        assert_eq!(unpack(&larger), Err(EntryError::InflatesTooLarge));
    }

    #[test]
    fn a_bomb_is_stopped_whatever_size_it_claims() {
        let bomb = bare(zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap());
        assert!(bomb.len() < SECTION_BODY_BYTES);
        let refused = unpack(&frame(ZSTD, &bomb).unwrap());
        assert!(matches!(
            refused,
            Err(EntryError::InflatesTooLarge | EntryError::Coding)
        ));

        // Streamed, so that the frame does not say its size, with a window that is allowed.
        let zeros = vec![0; 4 << 20];
        let bomb = bare(zstd::stream::encode_all(&zeros[..], 1).unwrap());
        assert_eq!(
            unpack(&frame(ZSTD, &bomb).unwrap()),
            Err(EntryError::InflatesTooLarge)
        );
    }

    #[test]
    fn a_frame_that_asks_for_much_memory_is_refused() {
        use std::io::Write;
        let compress = |window_log| {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
            encoder.window_log(window_log).unwrap();
            encoder.write_all(b"body").unwrap();
            frame(ZSTD, &bare(encoder.finish().unwrap())).unwrap()
        };
        assert_eq!(unpack(&compress(20)).unwrap(), b"body");
        let refused = unpack(&compress(21));
        assert_eq!(refused, Err(EntryError::Coding));
    }

    #[test]
    fn reserved_codings_wrong_lengths_and_dirty_padding_are_refused() {
        let body = b"body".as_slice();
        let plain = frame(AS_IS, body).unwrap();
        assert_eq!(unpack(&plain).unwrap(), body);
        let dirty = |at: usize, byte: u8| {
            let mut plain = plain.clone();
            plain[at] = byte;
            unpack(&plain)
        };
        assert_eq!(
            dirty(0, 0x30),
            Err(EntryError::Unsupported),
            "the next dictionary's coding"
        );
        assert_eq!(dirty(0, 0xf0), Err(EntryError::Unsupported));
        assert_eq!(
            dirty(1, 255),
            Err(EntryError::Coding),
            "longer than there is"
        );
        assert_eq!(
            dirty(2, 3),
            Err(EntryError::Coding),
            "a body byte among the padding"
        );
        assert_eq!(dirty(63, 1), Err(EntryError::Coding));
        assert_eq!(unpack(&plain[..2]), Err(EntryError::Coding));
        assert_eq!(unpack(&[]), Err(EntryError::Coding));

        let two_frames = [bare(zstd::bulk::compress(body, 1).unwrap()), vec![0; 3]].concat();
        assert_eq!(
            unpack(&frame(ZSTD, &two_frames).unwrap()),
            Err(EntryError::Coding)
        );
        let cut = bare(zstd::bulk::compress(body, 1).unwrap());
        assert_eq!(
            unpack(&frame(ZSTD, &cut[..cut.len() - 1]).unwrap()),
            Err(EntryError::Coding)
        );
    }
}
