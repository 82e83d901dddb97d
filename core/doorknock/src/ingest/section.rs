//! A section: opened, decoded, and its changes applied, parked or set aside one by one.

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::Recorder;
use doorknock_model::kinds;
use doorknock_replica::change::genesis;
use doorknock_replica::section::{Dep, HashStart, Section, WireChange, start};
use doorknock_seal::charter::Member;
use doorknock_seal::entry::EntryError;
use doorknock_store::charter::SpaceRow;
use doorknock_store::inbox::{Park, Parked};
use doorknock_store::log::AuthorRow;

use super::change::Verdict;
use super::{Ingest, Taken};
use crate::Result;

/// Where a section came from.
pub(crate) struct From<'a> {
    pub(crate) entry: &'a [u8; 32],
    pub(crate) space: &'a SpaceRow,
    pub(crate) author: &'a AuthorRow,
    pub(crate) member: &'a Member,
    pub(crate) by_file: bool,
}

/// Stands for a change that was refused, and whose hash was never made.
pub(super) const REFUSED: HashStart = [0; 8];

/// What a change follows.
#[derive(Clone, Copy)]
pub(super) enum Follows {
    /// A change known by its whole hash.
    Known([u8; 32]),
    /// A change by the beginning of its hash.
    Start(HashStart),
}

impl Follows {
    pub(super) fn fits(self, hash: &[u8; 32]) -> bool {
        match self {
            Self::Known(known) => known == *hash,
            Self::Start(begins) => hash.starts_with(&begins),
        }
    }

    pub(super) fn start(self) -> HashStart {
        match self {
            Self::Known(known) => start(&known),
            Self::Start(begins) => begins,
        }
    }
}

impl From<'_> {
    /// Whose ids go without saying in what came from here.
    pub(super) const fn recorder(&self) -> Recorder {
        Recorder {
            device: self.author.device,
            incarnation: self.author.incarnation,
        }
    }
}

impl Ingest<'_> {
    pub(super) fn section(
        &self,
        from: &From<'_>,
        n: usize,
        opened: std::result::Result<Vec<u8>, EntryError>,
        sealed: &[u8],
    ) -> Result<Taken> {
        let number = i64::try_from(n).unwrap_or(i64::MAX);
        let refuse = |reason: &str, bytes: &[u8]| {
            self.set_aside(
                from.entry,
                from.space.n,
                Some((number, from.author.ord)),
                reason,
                bytes,
                from.by_file,
            )?;
            Ok(Taken {
                changes: 0,
                set_aside: 1,
            })
        };
        let body = match opened {
            Ok(body) => body,
            Err(error) => return refuse(error.message().code, sealed),
        };
        let section = match Section::decode_by(&body, &from.recorder(), from.space.id) {
            Ok(section) => section,
            Err(error) => return refuse(replica_code(error), &body),
        };
        self.changes(from, number, &section)
    }

    /// Applies a section's changes, fresh or from parking.
    pub(crate) fn changes(&self, from: &From<'_>, number: i64, section: &Section) -> Result<Taken> {
        let refuse = |reason: &str, section: &Section| {
            let at = Some((number, from.author.ord));
            let body = section.encode();
            self.set_aside(from.entry, from.space.n, at, reason, &body, from.by_file)?;
            Ok::<_, crate::Error>(())
        };
        if !from.space.id.holds(section.doc) {
            refuse("document_of_other_space", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        }
        let Some(kind) = kinds::kind(section.kind) else {
            refuse("newer_kind", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        };
        if SpaceKind::from_code(from.space.kind) != Some(kind.space) {
            refuse("kind_in_wrong_space", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        }
        let known = self.tx.doc(section.doc)?;
        if known.is_some_and(|doc| doc.space != from.space.n || doc.kind != section.kind) {
            refuse("document_elsewhere", section)?;
            return Ok(Taken {
                changes: 0,
                set_aside: 1,
            });
        }
        let doc = self
            .tx
            .ensure_doc(section.doc, section.kind, from.space.n)?;
        let mut taken = Taken::default();
        let mut hashes: Vec<Option<[u8; 32]>> = Vec::new();
        for (n, change) in section.changes.iter().enumerate() {
            let Some(follows) = resolve(section.kind, &change.deps, &hashes) else {
                refuse("depends_on_refused", &alone(section, n, &hashes))?;
                taken.set_aside += 1;
                hashes.push(None);
                continue;
            };
            // A failed write of one change is undone by itself and blocks no other.
            match self
                .tx
                .attempt(|| self.change(from, doc, kind, change, &follows))?
            {
                Ok(Verdict::Applied(hash)) => {
                    taken.changes += 1;
                    hashes.push(Some(hash));
                    self.applied.borrow_mut().push(hash);
                }
                Ok(Verdict::Known(hash)) => hashes.push(Some(hash)),
                Ok(Verdict::Waits(hash)) => {
                    // What follows in the section may name this change by its place, so it waits too.
                    let change = Park {
                        author: from.author.ord,
                        space: from.space.n,
                        entry: from.entry,
                        section: &rest(section, n, &hashes).encode(),
                        by_file: from.by_file,
                    };
                    self.tx.park(&hash, &change)?;
                    return Ok(taken);
                }
                Ok(Verdict::Refused(reason)) => {
                    refuse(reason, &alone(section, n, &hashes))?;
                    taken.set_aside += 1;
                    hashes.push(None);
                }
                Err(error) if error.is_local() => return Err(error),
                Err(_) => {
                    refuse("document_unreadable", &alone(section, n, &hashes))?;
                    taken.set_aside += 1;
                    hashes.push(None);
                }
            }
        }
        Ok(taken)
    }

    /// Applies what waited for the changes applied so far, and what waited for that.
    pub(crate) fn release(&self) -> Result<Taken> {
        let mut taken = Taken::default();
        loop {
            let Some(hash) = self.applied.borrow_mut().pop() else {
                return Ok(taken);
            };
            for parked in self.tx.waiting_for(&start(&hash))? {
                taken.add(self.unpark(&parked)?);
            }
        }
    }

    /// Tries everything that waits in a space once more: what it waits for may be there by another way.
    pub(crate) fn release_all(&self, space: u32) -> Result<Taken> {
        let mut taken = Taken::default();
        for parked in self.tx.parked_in(space)? {
            taken.add(self.unpark(&parked)?);
        }
        taken.add(self.release()?);
        Ok(taken)
    }

    fn unpark(&self, parked: &Parked) -> Result<Taken> {
        self.tx.unpark(parked.id)?;
        let author = self.tx.author_by_ord(parked.author)?;
        let (Some(space), Some(member)) = (
            self.tx.space(parked.space)?,
            self.charter.member(author.member),
        ) else {
            return Ok(Taken::default());
        };
        let from = From {
            entry: &parked.entry,
            space: &space,
            author: &author,
            member,
            by_file: parked.by_file,
        };
        match Section::decode(&parked.section) {
            Ok(section) => self.changes(&from, 0, &section),
            Err(_) => Ok(Taken::default()),
        }
    }
}

pub(super) fn replica_code(error: doorknock_replica::ReplicaError) -> &'static str {
    match error {
        doorknock_replica::ReplicaError::TooLarge => "too_large",
        doorknock_replica::ReplicaError::EncoderMismatch => "encoder_mismatch",
        _ => "malformed",
    }
}

/// Dependencies as hashes; `None` if one names a change of this section that was refused.
fn resolve(kind: u16, deps: &[Dep], hashes: &[Option<[u8; 32]>]) -> Option<Vec<Follows>> {
    deps.iter()
        .map(|dep| match dep {
            Dep::Genesis => Some(Follows::Known(genesis(kind).hash)),
            Dep::InSection(n) => hashes.get(*n).copied().flatten().map(Follows::Known),
            Dep::Hash(start) => Some(Follows::Start(*start)).filter(|_| *start != REFUSED),
        })
        .collect()
}

/// The section's changes from the n-th on, with dependencies on earlier ones by hash.
fn rest(section: &Section, from: usize, hashes: &[Option<[u8; 32]>]) -> Section {
    let renumber = |dep: &Dep| match dep {
        Dep::InSection(n) if *n >= from => Dep::InSection(n - from),
        Dep::InSection(n) => hashes
            .get(*n)
            .copied()
            .flatten()
            .map_or(Dep::Hash(REFUSED), |hash| Dep::Hash(start(&hash))),
        other => *other,
    };
    let changes = section.changes[from..].iter().map(|change| WireChange {
        deps: change.deps.iter().map(renumber).collect(),
        ..change.clone()
    });
    Section {
        kind: section.kind,
        doc: section.doc,
        changes: changes.collect(),
        context: None,
    }
}

/// The n-th change as a section of its own.
fn alone(section: &Section, n: usize, hashes: &[Option<[u8; 32]>]) -> Section {
    let mut one = rest(section, n, hashes);
    one.changes.truncate(1);
    one
}
