//! Golden vectors: what the wire format's page describes, byte for byte, for whoever writes a second
//! implementation. `cargo xtask vectors` writes them into `tests/vectors`; the same files come out every time.
//!
//! A test reads the committed files in both directions, and a reader in Python, which shares no code with this one,
//! derives them again from the page.

mod entries;
mod files;
mod hub;
mod keys;
mod snapshots;

use std::path::Path;

use doorknock::model::access::{Role, SpaceKind};
use doorknock_seal::identity::{HubSecret, InviteSecret};
use serde_json::{Value, json};

use crate::town::{Town, Writer};

/// The seed of everything in the vectors.
const SEED: u64 = 20_261_125;

/// One file: its name without `.json`, and what stands in it.
pub type File = (&'static str, Value);

/// The community that all vectors are of.
struct Scene {
    town: Town,
    invite: InviteSecret,
    worker: Writer,
}

impl Scene {
    fn new() -> Self {
        let mut town = Town::new(SEED, HubSecret::from_bytes(&[0x42; 32]));
        town.open(SpaceKind::Rounds, "G1");
        town.open(SpaceKind::Casework, "G1");
        let invite = town.invite(Role::Worker, &["G1"], true);
        let worker = town.join(&invite);
        Self {
            town,
            invite,
            worker,
        }
    }
}

/// All files.
#[must_use]
pub fn all() -> Vec<File> {
    let scene = Scene::new();
    vec![
        ("identities", keys::identities(&scene)),
        ("signatures", keys::signatures(&scene)),
        ("charter", keys::charter(&scene)),
        ("wraps", keys::wraps(&scene)),
        ("invite", keys::invite(&scene)),
        ("padding", entries::padding()),
        ("codings", entries::codings()),
        ("sections", entries::sections(&scene)),
        ("entries", entries::entries(&scene)),
        ("receipts", hub::receipts(&scene)),
        ("hub", hub::messages(&scene)),
        ("snapshots", snapshots::snapshots(&scene)),
        ("files", files::files(&scene)),
    ]
}

/// Writes all files into a folder, which must exist.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path) -> std::io::Result<()> {
    for (name, value) in all() {
        let text = serde_json::to_string_pretty(&value)?;
        std::fs::write(folder.join(format!("{name}.json")), text + "\n")?;
    }
    Ok(())
}

/// A file's content: what it is about, and its vectors.
fn file(about: &str, vectors: Vec<Value>) -> Value {
    json!({ "about": about, "vectors": vectors })
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
