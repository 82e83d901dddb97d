//! Every decoder that takes outside bytes, as a plain function of bytes.
//!
//! **What it is for.** The bodies of the fuzz targets. libFuzzer feeds them through `tests/fuzz` (`cargo xtask fuzz`);
//! `cargo test` replays the committed corpus and every past crash through the same functions, with the stable compiler.
//!
//! **How it works.** A [`Target`] is a function that must come back: whatever the bytes, it neither panics nor hangs,
//! and what it asserts about what was read holds. It says whether the bytes were taken for what they claim to be, so
//! that a test can see that the seeds, which the code itself makes, still reach the inside. Most targets hold several
//! decoders; the first byte chooses. To add a target, write one file like [`entry`] and name it in [`TARGETS`].
//!
//! **What it never does.** It keeps no state from one input to the next that would change a result.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "panics are what is looked for"
)]

pub mod charter;
pub mod entry;
pub mod file;
mod home;
pub mod hub;
pub mod ingest;
pub mod roster;
pub mod section;
pub mod snapshot;
pub mod whole;
pub mod wire;
pub mod words;

/// A decoder, or several, and examples of what they take.
pub struct Target {
    /// The name, which the corpus's folder has too.
    pub name: &'static str,
    /// Feeds it; whether the bytes were taken.
    pub run: fn(&[u8]) -> bool,
    /// Inputs that are taken, made by the code that writes them.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub static TARGETS: [Target; 11] = [
    entry::TARGET,
    section::TARGET,
    charter::TARGET,
    wire::TARGET,
    hub::TARGET,
    roster::TARGET,
    words::TARGET,
    snapshot::TARGET,
    file::TARGET,
    ingest::TARGET,
    whole::TARGET,
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// A seed for the decoder with this number in its target.
fn seed(which: u8, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    [&[which], bytes.as_ref()].concat()
}

/// Cuts numbers and lists of bytes off the front of an input.
struct Parts<'b>(&'b [u8]);

impl<'b> Parts<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Two bytes of length, then that many bytes, or what there is.
    fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = u16::from_be_bytes([self.byte()?, self.byte()?]);
        let (bytes, rest) = self.0.split_at(usize::from(length).min(self.0.len()));
        self.0 = rest;
        Some(bytes)
    }

    /// What [`Self::bytes`] reads back.
    fn of(list: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        for bytes in list {
            let length = u16::try_from(bytes.len()).expect("a seed is small");
            out.extend(length.to_be_bytes());
            out.extend_from_slice(bytes);
        }
        out
    }
}
