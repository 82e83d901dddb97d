//! A section's plaintext: `coding (1 byte) || body length (u32 big-endian) || body || zeros`.
//!
//! The body is compressed where that helps, and the whole is padded so that its size tells little
//! about what is inside.

use std::io::Read;

use zstd::stream::read::Decoder;

use crate::entry::EntryError;
use crate::limits::SECTION_BODY_BYTES;

/// Coding and body length.
const HEAD: usize = 5;
/// No plaintext is shorter.
const SHORTEST: usize = 64;
const AS_IS: u8 = 0;
const ZSTD: u8 = 1;
/// Bodies are small and written once, so a little more work for fewer bytes is well spent.
const ZSTD_LEVEL: i32 = 9;
/// Reading keeps at most this window (1 MiB), whatever a frame asks for.
const ZSTD_WINDOW_LOG: u32 = 20;

/// The longest a plaintext gets: of a body at the limit that does not compress.
pub(crate) const LONGEST: usize = padded_len(HEAD + SECTION_BODY_BYTES);

/// The Padmé rule: a length is rounded up so that only its O(log log) leading bits vary, which
/// costs at most 12 % (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and
/// Communication with PURBs", 2019). At least 64.
#[must_use]
pub const fn padded_len(len: usize) -> usize {
    if len <= SHORTEST {
        return SHORTEST;
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
    let compressed = zstd::bulk::compress(body, ZSTD_LEVEL).map_err(|_| EntryError::Coding)?;
    let (coding, coded) = if compressed.len() < body.len() {
        (ZSTD, &compressed[..])
    } else {
        (AS_IS, body)
    };
    frame(coding, coded)
}

fn frame(coding: u8, coded: &[u8]) -> Result<Vec<u8>, EntryError> {
    let len = u32::try_from(coded.len()).map_err(|_| EntryError::TooLarge)?;
    let mut plain = [&[coding][..], &len.to_be_bytes(), coded].concat();
    plain.resize(padded_len(plain.len()), 0);
    Ok(plain)
}

/// The body of a plaintext, at most [`SECTION_BODY_BYTES`].
pub fn unpack(plain: &[u8]) -> Result<Vec<u8>, EntryError> {
    let (&[coding, a, b, c, d], rest) = plain.split_first_chunk().ok_or(EntryError::Coding)?;
    let len = usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| EntryError::Coding)?;
    let (coded, padding) = rest.split_at_checked(len).ok_or(EntryError::Coding)?;
    if padding.iter().any(|&byte| byte != 0) {
        return Err(EntryError::Coding);
    }
    match coding {
        AS_IS if coded.len() > SECTION_BODY_BYTES => Err(EntryError::InflatesTooLarge),
        AS_IS => Ok(coded.to_vec()),
        ZSTD => inflate(coded),
        _ => Err(EntryError::Coding),
    }
}

/// Inflates one zstd frame, never beyond the limit and without believing the size it claims.
fn inflate(coded: &[u8]) -> Result<Vec<u8>, EntryError> {
    let bad = |_| EntryError::Coding;
    let mut decoder = Decoder::with_buffer(coded).map_err(bad)?.single_frame();
    decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(bad)?;
    let limit = u64::try_from(SECTION_BODY_BYTES).unwrap_or(u64::MAX);
    let mut body = Vec::new();
    decoder
        .by_ref()
        .take(limit + 1)
        .read_to_end(&mut body)
        .map_err(bad)?;
    if body.len() > SECTION_BODY_BYTES {
        return Err(EntryError::InflatesTooLarge);
    }
    if decoder.finish().is_empty() {
        Ok(body)
    } else {
        Err(EntryError::Coding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        fn any_plaintext_is_a_body_or_an_error(plain in proptest::collection::vec(any::<u8>(), 0..200), coding in 0u8..3) {
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
        assert_eq!((plain[0], plain.len()), (ZSTD, 64));
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
        let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap();
        assert!(bomb.len() < SECTION_BODY_BYTES);
        let refused = unpack(&frame(ZSTD, &bomb).unwrap());
        assert!(matches!(
            refused,
            Err(EntryError::InflatesTooLarge | EntryError::Coding)
        ));

        // Streamed, so that the frame does not say its size, with a window that is allowed.
        let zeros = vec![0; 4 << 20];
        let bomb = zstd::stream::encode_all(&zeros[..], 1).unwrap();
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
            frame(ZSTD, &encoder.finish().unwrap()).unwrap()
        };
        assert_eq!(unpack(&compress(ZSTD_WINDOW_LOG)).unwrap(), b"body");
        let refused = unpack(&compress(ZSTD_WINDOW_LOG + 1));
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
            dirty(0, 2),
            Err(EntryError::Coding),
            "a shared dictionary's coding"
        );
        assert_eq!(dirty(0, 255), Err(EntryError::Coding));
        assert_eq!(
            dirty(1, 255),
            Err(EntryError::Coding),
            "longer than there is"
        );
        assert_eq!(
            dirty(4, 3),
            Err(EntryError::Coding),
            "a body byte among the padding"
        );
        assert_eq!(dirty(63, 1), Err(EntryError::Coding));
        assert_eq!(unpack(&plain[..4]), Err(EntryError::Coding));
        assert_eq!(unpack(&[]), Err(EntryError::Coding));

        let two_frames = [zstd::bulk::compress(body, 1).unwrap(), vec![0; 3]].concat();
        assert_eq!(
            unpack(&frame(ZSTD, &two_frames).unwrap()),
            Err(EntryError::Coding)
        );
        let cut = zstd::bulk::compress(body, 1).unwrap();
        assert_eq!(
            unpack(&frame(ZSTD, &cut[..cut.len() - 1]).unwrap()),
            Err(EntryError::Coding)
        );
    }
}
