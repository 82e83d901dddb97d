//! Compression with a shared dictionary: what every program knows of these records before it reads
//! any, so that a short text alone compresses nearly as well as in company.
//!
//! A dictionary is frozen bytes under a number. It was trained (`cargo xtask dictionary`) on invented
//! records; none is ever changed, a better one gets the next number. Readers know all of them.

use std::io::{self, BufRead, Read};
use std::sync::LazyLock;

use zstd::bulk::Compressor;
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::stream::read::Decoder;

/// The newest dictionary, with which this version writes.
pub const NEWEST: u8 = 1;

/// Dictionary 1, a zstd dictionary.
static FIRST: &[u8] = include_bytes!("../dictionaries/1.zdict");

/// Bodies are small and written once, so more work for fewer bytes is well spent.
const LEVEL: i32 = 19;
/// Reading keeps at most this window (1 MiB), whatever a frame asks for.
const WINDOW_LOG: u32 = 20;
/// What every zstd frame begins with. It is not sent.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(FIRST, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(FIRST));

/// Why bytes do not inflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// Not exactly one frame, damaged, or asking for more memory than the format allows.
    #[error("not a compressed body")]
    Malformed,
    /// Longer than the limit.
    #[error("inflates beyond the limit")]
    TooLarge,
    /// A dictionary of a newer version.
    #[error("compressed with a dictionary of a newer version")]
    Newer,
}

/// The bytes of a dictionary: what a format that keeps a stream of its own begins with.
#[must_use]
pub fn bytes(version: u8) -> Option<&'static [u8]> {
    (version == 1).then_some(FIRST)
}

/// Compresses into one zstd frame without its magic number, with the newest dictionary or with none (0).
///
/// # Errors
/// zstd's.
pub fn compress(version: u8, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = if version == 0 {
        Compressor::new(LEVEL)?
    } else {
        Compressor::with_prepared_dictionary(&ENCODER)?
    };
    // The length stands beside the frame, and the dictionary is named by what holds it.
    compressor.include_contentsize(false)?;
    compressor.include_dictid(false)?;
    compressor.window_log(WINDOW_LOG)?;
    let frame = compressor.compress(body)?;
    let bare = frame.strip_prefix(&MAGIC).map(<[u8]>::to_vec);
    bare.ok_or_else(|| io::Error::other("zstd wrote no frame"))
}

/// Inflates one such frame, never beyond the limit and without believing the size it claims.
///
/// # Errors
/// [`InflateError`].
pub fn inflate(version: u8, coded: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
    let frame = MAGIC.chain(coded);
    match version {
        0 => read(Decoder::with_buffer(frame), limit),
        1 => read(Decoder::with_prepared_dictionary(frame, &DECODER), limit),
        _ => Err(InflateError::Newer),
    }
}

fn read<'d>(
    decoder: io::Result<Decoder<'d, io::Chain<&'d [u8], &'d [u8]>>>,
    limit: usize,
) -> Result<Vec<u8>, InflateError> {
    let bad = |_| InflateError::Malformed;
    let mut decoder = decoder.map_err(bad)?.single_frame();
    decoder.window_log_max(WINDOW_LOG).map_err(bad)?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut body = Vec::new();
    decoder
        .by_ref()
        .take(most)
        .read_to_end(&mut body)
        .map_err(bad)?;
    if body.len() > limit {
        return Err(InflateError::TooLarge);
    }
    let mut rest = decoder.finish();
    match rest.fill_buf() {
        Ok([]) => Ok(body),
        _ => Err(InflateError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dictionary is frozen: what was written with it must be read for ever.
    #[test]
    fn the_first_dictionary_is_the_one_that_was_committed() {
        let hash = crate::sha256(&[FIRST]);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, FIRST_SHA256);
    }

    const FIRST_SHA256: &str = "a42e685eb85608ee75020414eda01e8420d3c39b6139ca3552010e1571690bdc";

    #[test]
    fn short_chinese_text_alone_shrinks_with_the_dictionary_only() {
        let text = "上门看望老人，身体状况良好，血压正常。".as_bytes();
        let (alone, shared) = (compress(0, text).unwrap(), compress(1, text).unwrap());
        assert!(shared.len() * 3 < text.len() * 2, "{}", shared.len());
        assert!(alone.len() > text.len() * 9 / 10, "{}", alone.len());
        assert_eq!(inflate(1, &shared, text.len()).unwrap(), text);
        assert_eq!(inflate(0, &alone, text.len()).unwrap(), text);
        assert_ne!(inflate(0, &shared, 1 << 20).ok().as_deref(), Some(text));
        let short = inflate(1, &shared, text.len() - 1);
        assert_eq!(short, Err(InflateError::TooLarge));
        assert_eq!(inflate(2, &shared, 1 << 20), Err(InflateError::Newer));
    }
}
