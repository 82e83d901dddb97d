//! What becomes of snapshots on their way to a new home: cut anywhere, withheld, changed, an older one, another
//! space's.

use std::cell::{Cell, RefCell};

use doorknock::{Answer, Request, Transport, Unreachable};
use doorknock_seal::request::SignedRequest;
use doorknock_sync::wire::{self, SnapshotFound, SnapshotPiece, SnapshotRead};
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

use super::Tally;
use super::run::{Checked, Run};
use super::shelf::Shelf;
use crate::TestHub;

/// How the paths begin on which snapshots travel.
pub(super) const SNAPSHOTS: &str = "/v1/snapshot/";

const WITHHELD: &str = "snapshot withheld";
const GARBLED: &str = "snapshot garbled";
const OLDER: &str = "older snapshot";
const ANOTHERS: &str = "another's snapshot";

/// Has a hub say something else of snapshots than what is so; what it did, if anything.
fn spoil(
    shelf: &Shelf,
    rng: &mut ChaCha20Rng,
    path: &str,
    answer: &mut Answer,
) -> Option<&'static str> {
    if answer.status != 200 {
        return None;
    }
    let (kind, body) = match path {
        wire::PATH_SNAPSHOT_FIND => {
            let mut found: SnapshotFound = wire::decode(&answer.body).ok()?;
            (spoil_found(shelf, rng, &mut found)?, wire::encode(&found))
        }
        wire::PATH_SNAPSHOT_READ => {
            let mut piece: SnapshotPiece = wire::decode(&answer.body).ok()?;
            let kind = spoil_piece(shelf, rng, &mut piece)?;
            if kind == WITHHELD && rng.random_bool(0.5) {
                answer.status = 404;
            }
            (kind, wire::encode(&piece))
        }
        _ => return None,
    };
    answer.body = body;
    Some(kind)
}

fn spoil_found(
    shelf: &Shelf,
    rng: &mut ChaCha20Rng,
    found: &mut SnapshotFound,
) -> Option<&'static str> {
    let before = found.manifests.clone();
    let kind = match rng.random_range(0..6) {
        0 => {
            *found = SnapshotFound::default();
            WITHHELD
        }
        1 => {
            found.manifests.rotate_left(1.min(before.len()));
            ANOTHERS
        }
        2 => {
            for manifest in found.manifests.iter_mut().filter(|m| !m.is_empty()) {
                let at = rng.random_range(0..manifest.len());
                manifest[at] ^= 1 << rng.random_range(0..8);
            }
            GARBLED
        }
        _ => {
            for (space, manifest) in found.spaces.iter().zip(&mut found.manifests) {
                let of_space = shelf.manifests.iter().filter(|(n, _)| n == space);
                let all: Vec<_> = of_space.map(|(_, manifest)| manifest).collect();
                let newest = all.iter().position(|m| *m == manifest).unwrap_or(all.len());
                if newest > 0 {
                    manifest.clone_from(all[rng.random_range(0..newest)]);
                }
            }
            OLDER
        }
    };
    (found.manifests != before).then_some(kind)
}

fn spoil_piece(
    shelf: &Shelf,
    rng: &mut ChaCha20Rng,
    piece: &mut SnapshotPiece,
) -> Option<&'static str> {
    let len = piece.bytes.len();
    if len == 0 {
        return None;
    }
    Some(match rng.random_range(0..3) {
        0 => {
            piece.bytes.clear();
            WITHHELD
        }
        1 => {
            piece.bytes[rng.random_range(0..len)] ^= 1 << rng.random_range(0..8);
            GARBLED
        }
        _ => {
            let nth = rng.random_range(0..shelf.parts.len().max(1));
            let other = shelf.parts.values().nth(nth)?;
            if piece.bytes == other[..len.min(other.len())] {
                return None;
            }
            piece.bytes = other[..len.min(other.len())].to_vec();
            ANOTHERS
        }
    })
}

impl Run<'_> {
    /// An answer on its way speaks of snapshots, and not the truth.
    pub(super) fn lie_of_snapshots(&mut self, at: usize) -> Checked {
        let mut rng = self.rng.clone();
        let letter = &mut self.answers[at];
        let Some(kind) = spoil(&self.shelf, &mut rng, letter.path, &mut letter.body) else {
            return Ok(());
        };
        letter.tampered = true;
        self.tampered = true;
        let id = letter.id;
        self.event(kind, format_args!("#{id}"));
        Ok(())
    }
}

/// The network of a first sync that goes badly.
pub(super) struct Torn<'a> {
    pub(super) hub: &'a TestHub,
    pub(super) shelf: &'a Shelf,
    pub(super) rng: RefCell<ChaCha20Rng>,
    /// After so many answers the network is gone.
    pub(super) cut_after: Option<u32>,
    /// The most bytes of a part that are given at once.
    pub(super) piece: usize,
    /// How likely an answer about snapshots is not the truth.
    pub(super) lies: f64,
    /// What happened.
    pub(super) done: RefCell<Tally>,
    /// Answers so far.
    pub(super) answers: Cell<u32>,
    /// Whether the last piece was less than what was left of its part.
    pub(super) midst: Cell<bool>,
}

impl Torn<'_> {
    fn note(&self, kind: &'static str) {
        *self.done.borrow_mut().entry(kind).or_default() += 1;
    }

    /// A part that the hub no longer has: a lying one may have kept it.
    fn kept(&self, request: &Request, answer: &mut Answer) -> Option<()> {
        let signed = SignedRequest::parse(&request.body).ok()?;
        let read: SnapshotRead = wire::decode(signed.body()).ok()?;
        let part = self.shelf.parts.get(&read.part)?;
        let from = usize::try_from(read.offset).ok()?.min(part.len());
        let to = (from + read.limit as usize).min(part.len());
        let bytes = part[from..to].to_vec();
        *answer = Answer {
            status: 200,
            body: wire::encode(&SnapshotPiece { bytes }),
        };
        Some(())
    }

    fn shorten(&self, answer: &mut Answer) -> Option<()> {
        let mut piece: SnapshotPiece = wire::decode(&answer.body).ok()?;
        self.midst.set(piece.bytes.len() > self.piece);
        piece.bytes.truncate(self.piece);
        answer.body = wire::encode(&piece);
        Some(())
    }
}

impl Transport for Torn<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        if self.cut_after.is_some_and(|n| self.answers.get() >= n) {
            if self.midst.get() {
                self.note("download torn");
            }
            return Err(Unreachable::Broken);
        }
        self.answers.set(self.answers.get() + 1);
        let mut answer = self.hub.handle(request);
        if !request.path.starts_with(SNAPSHOTS) {
            return Ok(answer);
        }
        let mut rng = self.rng.borrow_mut();
        let lying = self.lies > 0.0;
        // There is one such answer, and many pieces.
        let lies = match request.path {
            wire::PATH_SNAPSHOT_FIND => self.lies * 3.0,
            _ => self.lies,
        };
        if lying && answer.status == 404 && request.path == wire::PATH_SNAPSHOT_READ {
            let _ = self.kept(request, &mut answer);
        }
        if lying
            && rng.random_bool(lies)
            && let Some(kind) = spoil(self.shelf, &mut rng, request.path, &mut answer)
        {
            self.note(kind);
        }
        if answer.status == 200 && request.path == wire::PATH_SNAPSHOT_READ {
            let _ = self.shorten(&mut answer);
        }
        Ok(answer)
    }
}
