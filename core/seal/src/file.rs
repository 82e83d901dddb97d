//! A file that carries entries from home to home, sealed as a whole: to whoever finds it, it is a magic number
//! and noise of a padded length (docs/sync-by-file.md).
//!
//! `magic and version (8) || salt (32) || frames`. The key is derived from an epoch secret that every member
//! holds and from the salt, so no two files share one. Frames are those of STREAM (Hoang and others, "Online
//! Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015) with XChaCha20-Poly1305: each is numbered and the last one marked,
//! so none can be left out, moved or repeated, and a file that was cut is noticed. Inside is a row
//! of records, each after its length; a length of zero begins the padding.

use std::io::{self, BufRead, BufReader, Read, Write};

use aead_stream::{Key, NewStream, Nonce, StreamBE32, StreamPrimitive};
use chacha20poly1305::XChaCha20Poly1305;
use doorknock_model::{Entropy, Message, random};
use zeroize::Zeroizing;

use crate::wrap::EpochKey;
use crate::{hkdf32, limits, section};

/// What every such file begins with; the last byte is the version.
pub const MAGIC: [u8; 8] = *b"dk-sync\x01";
/// The plain bytes of a frame; the last one may have fewer.
pub const FRAME: usize = 16 * 1024;
/// The longest record: an entry at its limit and what is said of it.
pub const RECORD: usize = limits::ENTRY_BYTES + 1024;

const SALT: usize = 32;
const TAG: usize = 16;

type Stream = StreamBE32<XChaCha20Poly1305>;

/// Why a file cannot be read, or not further.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It does not begin like one.
    #[error("not a sync file")]
    NotOne,
    /// Of a newer version.
    #[error("a sync file of a newer version")]
    Newer,
    /// No key of this home opens its first frame.
    #[error("a sync file of another community, or damaged where it begins")]
    NotOurs,
    /// The medium failed.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

impl FileError {
    /// For people.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotOne => Message::new(
                "file_not_one",
                "这不是敲门的同步文件；请核对选的是哪个文件。",
                "This is not a Doorknock sync file; check which file you chose.",
            ),
            Self::Newer => Message::new(
                "file_newer_version",
                "同步文件由更新的版本写出；请升级敲门后再读。",
                "A newer version wrote this sync file; update Doorknock, then read it.",
            ),
            Self::NotOurs => Message::new(
                "file_not_ours",
                "同步文件打不开：它属于别的社区，或开头已损坏；请换一份，或请对方重新写一份。",
                "This sync file does not open: it is another community's, or damaged where it begins; take another, or have it written again.",
            ),
            Self::Io(error) => Message::new(
                "file_io",
                format!(
                    "无法读取文件（{}）；已读到的都已收下，请检查存储设备后再读一次。",
                    error.kind()
                ),
                format!(
                    "The file cannot be read ({}); what was read is taken in, check the medium and read it again.",
                    error.kind()
                ),
            ),
        }
    }
}

fn stream(key: &EpochKey, salt: &[u8; SALT]) -> Stream {
    let key = hkdf32(Some(salt), key.as_bytes(), "doorknock/1 sync file");
    // The key is this file's alone, so the nonce needs nothing but frame numbers.
    Stream::new(
        &Key::<XChaCha20Poly1305>::from(*key),
        &Nonce::<XChaCha20Poly1305, Stream>::default(),
    )
}

/// Writes a file record by record; holds one frame.
pub struct FileWriter<W: Write> {
    out: W,
    stream: Stream,
    frame: u32,
    plain: Zeroizing<Vec<u8>>,
    total: usize,
}

impl<W: Write> FileWriter<W> {
    /// Begins a file under a key that its readers hold.
    ///
    /// # Errors
    /// The medium's.
    pub fn begin(mut out: W, key: &EpochKey, entropy: &dyn Entropy) -> io::Result<Self> {
        let salt: [u8; SALT] = random(entropy);
        out.write_all(&MAGIC)?;
        out.write_all(&salt)?;
        Ok(Self {
            out,
            stream: stream(key, &salt),
            frame: 0,
            plain: Zeroizing::new(Vec::with_capacity(FRAME)),
            total: 0,
        })
    }

    /// Writes a record.
    ///
    /// # Errors
    /// The medium's; `InvalidInput` for an empty record or one above [`RECORD`].
    pub fn record(&mut self, record: &[u8]) -> io::Result<()> {
        let length = u32::try_from(record.len()).map_err(|_| too_long())?;
        if record.is_empty() || record.len() > RECORD {
            return Err(too_long());
        }
        self.plain(&length.to_be_bytes())?;
        self.plain(record)
    }

    /// Pads the file and ends it. Gives its length in bytes.
    ///
    /// # Errors
    /// The medium's.
    pub fn finish(mut self) -> io::Result<u64> {
        // Where what is written happens to have a padded length, a reader sees its end by the last frame.
        let mut left = section::padded_len(self.total) - self.total;
        while left > 0 {
            let some = left.min(FRAME);
            self.plain(&vec![0; some])?;
            left -= some;
        }
        self.seal(true)?;
        self.out.flush()?;
        let frames = u64::from(self.frame);
        Ok((MAGIC.len() + SALT + self.total) as u64 + frames * TAG as u64)
    }

    fn plain(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            // A full frame waits until it is known that it is not the last.
            if self.plain.len() == FRAME {
                self.seal(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(FRAME - self.plain.len()));
            self.plain.extend_from_slice(now);
            self.total += now.len();
            bytes = later;
        }
        Ok(())
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.stream.encrypt(self.frame, last, &self.plain[..]);
        self.out.write_all(&sealed.map_err(|_| too_long())?)?;
        self.plain.clear();
        self.frame = self.frame.checked_add(1).ok_or_else(too_long)?;
        Ok(())
    }
}

fn too_long() -> io::Error {
    io::ErrorKind::InvalidInput.into()
}

/// Reads a file record by record, as far as it verifies; holds one record and one frame.
pub struct FileReader<R: Read> {
    input: BufReader<R>,
    stream: Stream,
    frame: u32,
    plain: Zeroizing<Vec<u8>>,
    /// Where the next record begins in `plain`.
    at: usize,
    end: Option<Whole>,
}

/// How a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    Yes,
    /// Cut off, or a frame that does not verify.
    No,
}

impl<R: Read> FileReader<R> {
    /// Opens a file with whichever of these keys fits.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn open(input: R, keys: &[EpochKey]) -> Result<Self, FileError> {
        let mut input = BufReader::with_capacity(FRAME + TAG, input);
        let mut head = Vec::new();
        let length = (MAGIC.len() + SALT) as u64;
        input.by_ref().take(length).read_to_end(&mut head)?;
        let (magic, rest) = head.split_first_chunk().ok_or(FileError::NotOne)?;
        if *magic != MAGIC {
            let known = magic[..7] == MAGIC[..7];
            return Err(if known {
                FileError::Newer
            } else {
                FileError::NotOne
            });
        }
        let salt = <[u8; SALT]>::try_from(rest).map_err(|_| FileError::NotOurs)?;
        let (sealed, last) = next_frame(&mut input)?;
        for key in keys {
            let mut reader = Self {
                input,
                stream: stream(key, &salt),
                frame: 0,
                plain: Zeroizing::default(),
                at: 0,
                end: None,
            };
            if reader.take(&sealed, last) {
                return Ok(reader);
            }
            input = reader.input;
        }
        Err(FileError::NotOurs)
    }

    /// The next record; `None` where the file ends, or where it does not verify any further.
    ///
    /// # Errors
    /// [`FileError::Io`].
    #[allow(
        clippy::should_implement_trait,
        reason = "it can fail, and holds a file"
    )]
    pub fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
        loop {
            if let Some((length, rest)) = self.plain[self.at..].split_first_chunk() {
                let length = u32::from_be_bytes(*length) as usize;
                if length == 0 {
                    return self.skip_padding();
                }
                if length > RECORD {
                    self.end = Some(Whole::No);
                    return Ok(None);
                }
                if let Some(record) = rest.get(..length) {
                    self.at += 4 + length;
                    return Ok(Some(Zeroizing::new(record.to_vec())));
                }
            }
            if self.end.is_some() {
                // A record that the end cut is nothing; fewer than four zeros may end the padding.
                let padding = self.plain[self.at..].iter().all(|byte| *byte == 0);
                if !padding {
                    self.end = Some(Whole::No);
                }
                return Ok(None);
            }
            self.read_on()?;
        }
    }

    /// Whether all of the file was there and verified. Said once [`Self::next`] gave `None`.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.end == Some(Whole::Yes)
    }

    fn skip_padding(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
        loop {
            self.at = self.plain.len();
            if self.end.is_some() {
                return Ok(None);
            }
            self.read_on()?;
        }
    }

    fn read_on(&mut self) -> Result<(), FileError> {
        self.plain.drain(..self.at);
        self.at = 0;
        let (sealed, last) = next_frame(&mut self.input)?;
        if !self.take(&sealed, last) {
            self.end = Some(Whole::No);
        }
        Ok(())
    }

    /// Opens a frame. The one before the file's end may be any but the last: then the file was cut.
    fn take(&mut self, sealed: &[u8], at_end: bool) -> bool {
        let open = |last| {
            self.stream
                .decrypt(self.frame, last, sealed)
                .map(Zeroizing::new)
                .ok()
        };
        let (plain, end) = if let Some(plain) = at_end.then(|| open(true)).flatten() {
            (plain, Some(Whole::Yes))
        } else if let Some(plain) = open(false) {
            (plain, at_end.then_some(Whole::No))
        } else {
            return false;
        };
        self.plain.extend_from_slice(&plain);
        self.end = end;
        let next = self.frame.checked_add(1);
        self.frame = next.unwrap_or(self.frame);
        next.is_some()
    }
}

/// The next frame's bytes, and whether the file ends behind it.
fn next_frame<R: Read>(input: &mut BufReader<R>) -> io::Result<(Vec<u8>, bool)> {
    let mut sealed = Vec::new();
    input
        .by_ref()
        .take((FRAME + TAG) as u64)
        .read_to_end(&mut sealed)?;
    Ok((sealed, input.fill_buf()?.is_empty()))
}
