//! Trains a shared dictionary (`cargo xtask dictionary FILE`) on invented records of every kind, sealed sections'
//! bodies as they travel. From a fixed seed: the same corpus, zstd and program give the same bytes.
//!
//! A dictionary that is committed is never trained again: its bytes are the format. Better ones get the next
//! number (docs/adr/0014-few-bytes.md).

mod corpus;
mod records;

use std::process::ExitCode;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// The size that left the held-out third smallest; beyond it offsets cost more than matches save.
const SIZE: usize = 48 * 1024;
const SAMPLES: usize = 9_000;

fn run(file: &str) -> std::io::Result<()> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let samples: Vec<_> = (0..SAMPLES)
        .map(|n| records::section(n, &mut rng))
        .collect();
    let (learnt, held_out) = samples.split_at(SAMPLES * 2 / 3);
    let dictionary = zstd::dict::from_samples(learnt, SIZE)?;
    let mut alone = zstd::bulk::Compressor::new(19)?;
    let mut shared = zstd::bulk::Compressor::with_dictionary(19, &dictionary)?;
    let (mut plain, mut one, mut two) = (0, 0, 0);
    for body in held_out {
        plain += body.len();
        one += alone.compress(body)?.len();
        two += shared.compress(body)?.len();
    }
    eprintln!(
        "{} held out: {plain} B, {one} B each alone, {two} B with the dictionary of {} B",
        held_out.len(),
        dictionary.len()
    );
    std::fs::write(file, dictionary)
}

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("dictionary FILE");
        return ExitCode::FAILURE;
    };
    match run(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dictionary: {error}");
            ExitCode::FAILURE
        }
    }
}
