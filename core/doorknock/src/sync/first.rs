//! The snapshot's side of a sync: asking for manifests and reading parts, piece by piece.

use doorknock_seal::request::sign_request;
use doorknock_store::snapshots::{PartRow, SnapshotProgress};
use doorknock_sync::wire;

use super::{Asked, SyncSession, pace};
use crate::Result;
use crate::community::{self, accepted, post};
use crate::env::{Answer, Request};
use crate::home::Doorknock;
use crate::ingest::Taken;
use crate::snapshot;

/// The most bytes of a part asked for at once.
const PIECE: u32 = 1 << 18;
/// Fewer are not asked for: each piece costs a trip.
const LEAST: u32 = 1 << 12;

impl SyncSession {
    /// The next request for a snapshot's sake: what today's doors need comes before the log, history after.
    pub(super) fn next_for_snapshot(
        &mut self,
        home: &Doorknock,
        history: bool,
    ) -> Result<Option<Request>> {
        if !std::mem::replace(&mut self.looked, true) {
            let mut spaces = snapshot::wanted(&home.lock().store.view()?)?;
            spaces.extend(
                self.lost
                    .iter()
                    .filter(|n| !spaces.contains(n))
                    .copied()
                    .collect::<Vec<_>>(),
            );
            if !spaces.is_empty() {
                let community = home.lock().identity()?.community;
                if !self.knows_charter {
                    self.looked = false;
                    let (from, _) = community::asked(&mut home.lock())?;
                    let ask = wire::encode(&wire::CharterRequest { community, from });
                    let request = signed(home, wire::PATH_CHARTER, &ask)?;
                    return Ok(Some(self.send(request, Asked::Charter)));
                }
                let find = wire::encode(&wire::SnapshotFind {
                    community,
                    spaces: spaces.clone(),
                });
                let request = signed(home, wire::PATH_SNAPSHOT_FIND, &find)?;
                return Ok(Some(self.send(request, Asked::Find(spaces))));
            }
        }
        let limit;
        let (part, offset, community) = {
            let inner = home.lock();
            let view = inner.store.view()?;
            let Some(part) = snapshot::next_part(&view, history)? else {
                return Ok(None);
            };
            let come = view.part_come(&part)?;
            limit = pace::bytes(&view)?.clamp(LEAST, PIECE);
            (part, come, inner.identity()?.community)
        };
        let read = wire::encode(&wire::SnapshotRead {
            community,
            space: part.space,
            part: part.hash,
            offset,
            limit,
        });
        let request = signed(home, wire::PATH_SNAPSHOT_READ, &read)?;
        home.noting(pace::asking)?;
        Ok(Some(self.send(request, Asked::Piece(part, offset))))
    }

    /// Manifests; a hub that knows no snapshots has none. It is not asked again for a space of which there
    /// is none: an empty space would be asked for at every sync, and what has a log by now is read from it.
    pub(super) fn take_found(
        &mut self,
        home: &Doorknock,
        asked: &[u32],
        answer: Answer,
    ) -> Result<()> {
        let found = match answer.status {
            200 => wire::decode(&accepted(answer)?)?,
            _ => wire::SnapshotFound::default(),
        };
        for space in asked {
            let mut manifests = found.spaces.iter().zip(&found.manifests);
            let manifest = manifests.find(|(n, _)| *n == space).map(|(_, bytes)| bytes);
            let begun = home.taking(|inner| {
                let begun = match manifest {
                    Some(bytes) => snapshot::begin(inner, *space, bytes)?,
                    None => false,
                };
                if !begun {
                    inner.store.write(|tx| snapshot::never(tx, *space))?;
                }
                Ok(())
            });
            self.unless_full(begun)?;
        }
        Ok(())
    }

    /// A piece of a part. A hub that no longer has it has another snapshot, or the log.
    pub(super) fn take_piece(
        &mut self,
        home: &Doorknock,
        part: &PartRow,
        offset: u64,
        answer: Answer,
    ) -> Result<()> {
        let arrived = answer.body.len();
        home.noting(|inner| pace::answered(inner, arrived))?;
        let gone = answer.status == 404;
        let piece = match gone {
            true => wire::SnapshotPiece { bytes: Vec::new() },
            false => wire::decode(&accepted(answer)?)?,
        };
        let come = offset + piece.bytes.len() as u64;
        if piece.bytes.is_empty() || come > part.size {
            let left =
                home.taking(|inner| inner.store.write(|tx| snapshot::give_up(tx, part.space)));
            self.unless_full(left)?;
            // Once a session: a hub that goes on losing what it offers is left to its log.
            self.looked = !self.lost.insert(part.space);
            return Ok(());
        }
        let taken = home.taking(|inner| {
            inner
                .store
                .write(|tx| tx.add_piece(part, offset, &piece.bytes))?;
            if come < part.size {
                return Ok(Taken::default());
            }
            snapshot::take_part(inner, home.now_ms(), part)
        });
        match taken {
            Err(error) if error.is_full() => {
                home.excuse(&[(part.hash, &[])])?;
                self.unless_full(Err(error))?;
            }
            taken => {
                let taken = taken?;
                self.report.pulled += taken.changes;
                self.report.quarantined += taken.set_aside;
            }
        }
        self.report.first_sync = progress(home)?.or_else(|| self.report.first_sync.map(whole));
        Ok(())
    }
}

impl SyncSession {
    /// On a full disk what is here is still sent; what others wrote can wait.
    fn unless_full(&mut self, done: Result<()>) -> Result<()> {
        match done {
            Err(error) if error.is_full() => {
                self.full = Some(error);
                Ok(())
            }
            done => done,
        }
    }
}

fn signed(home: &Doorknock, path: &'static str, body: &[u8]) -> Result<Request> {
    let inner = home.lock();
    let community = inner.identity()?.community;
    Ok(post(
        path,
        sign_request(path, body, community, &inner.secrets),
    ))
}

/// The same, with nothing left to come.
const fn whole(first: super::FirstSync) -> super::FirstSync {
    super::FirstSync {
        come: first.bytes,
        today_ready: true,
        ..first
    }
}

/// How far a first sync is; nothing once all of it is in.
fn progress(home: &Doorknock) -> Result<Option<super::FirstSync>> {
    let SnapshotProgress {
        bytes,
        come,
        now_left,
        ..
    } = home.lock().store.view()?.snapshot_progress()?;
    let first = super::FirstSync {
        bytes,
        come,
        today_ready: now_left == 0,
    };
    Ok((bytes > 0).then_some(first))
}
