//! Taking a snapshot in, part by part.

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::kind::Kind;
use doorknock_model::kinds;
use doorknock_replica::pack::Pack;
use doorknock_seal::charter::{Charter, Member};
use doorknock_seal::sha256;
use doorknock_seal::snapshot::{Level, SignedManifest, SnapshotKeys, part_hash};
use doorknock_seal::wrap::EpochKey;
use doorknock_store::charter::SpaceRow;
use doorknock_store::inbox::{Park, SetAside};
use doorknock_store::log::{AuthorRow, DocRow, Heads};
use doorknock_store::snapshots::{NewPack, PartRow, SnapshotRow};
use doorknock_store::{Tx, View};

use super::REFUSED;
use super::body::{Body, Who};
use crate::Result;
use crate::apply;
use crate::history;
use crate::home::Inner;
use crate::ingest::section::From;
use crate::ingest::{Ingest, Taken, begin_attempts};

/// Why a snapshot is not taken in, for the notice's sake only: the log is read instead.
#[derive(Debug)]
struct Refused;

/// What a part came to.
type Judged<T> = Result<std::result::Result<T, Refused>>;

/// The spaces of which nothing was taken in yet, and no snapshot was found.
pub(crate) fn wanted(view: &View<'_>) -> Result<Vec<u32>> {
    let begun: Vec<_> = view.snapshots()?.into_iter().map(|s| s.space).collect();
    let mut wanted = Vec::new();
    for space in view.spaces()? {
        let never = view.meta(&refused_name(space.n))?.as_deref() == Some(NEVER);
        if !never && !begun.contains(&space.n) && view.is_fresh(space.n)? {
            wanted.push(space.n);
        }
    }
    Ok(wanted)
}

/// The part to read next: what today's doors need, most needed first; and, if `history` says so, the rest.
pub(crate) fn next_part(view: &View<'_>, history: bool) -> Result<Option<PartRow>> {
    let mut left = view.parts_left()?;
    if !left.is_empty() {
        let spaces = view.spaces()?;
        let order = |space: u32| spaces.iter().find(|s| s.n == space).map(crate::sync::order);
        left.sort_by_key(|part| (part.level, order(part.space), part.place));
    }
    Ok(left.into_iter().find(|part| history || part.level == 0))
}

/// Begins with a manifest that the hub gave; one that is not the office's is left.
pub(crate) fn begin(inner: &mut Inner, number: u32, bytes: &[u8]) -> Result<bool> {
    let charter = inner.charter()?.clone();
    let Some(space) = inner.store.view()?.space(number)? else {
        return Ok(false);
    };
    let Ok(signed) = SignedManifest::parse(bytes) else {
        return Ok(false);
    };
    let manifest = signed.manifest();
    let honest = charter
        .device(signed.maker())
        .is_some_and(|device| signed.verify(&device.sign_key, charter.community()));
    let member = charter.member_of(signed.maker());
    let office = member.filter(|m| matches!(m.role, Some(Role::Admin | Role::Staff)));
    let hash = sha256(&[bytes]);
    let known_bad = inner.store.view()?.meta(&refused_name(number))? == Some(hash.to_vec());
    let keys = inner.store.view()?.space_keys(number)?;
    let openable = keys.iter().any(|(epoch, _)| *epoch == manifest.epoch);
    let Some(member) = office.filter(|_| {
        honest && !known_bad && openable && manifest.space == space.id && manifest.position > 0
    }) else {
        return Ok(false);
    };
    let parts: Vec<_> = (0..)
        .zip(&manifest.parts)
        .map(|(place, part)| PartRow {
            space: number,
            place,
            hash: part.hash,
            size: part.size.into(),
            level: u8::from(part.level == Level::History),
        })
        .collect();
    inner.store.write(|tx| {
        let maker = tx.author(signed.maker(), Default::default(), member.id)?;
        let row = SnapshotRow {
            space: number,
            manifest: hash,
            maker,
            epoch: manifest.epoch,
            position: manifest.position,
            running: manifest.running,
        };
        tx.begin_snapshot(&row, &parts)?;
        settle(tx, &row)?;
        Ok::<_, crate::Error>(())
    })?;
    Ok(true)
}

/// In the place of such a hash: none is asked for or tried again.
const NEVER: &[u8] = b"never";

/// Where the hash of a manifest is kept that was no good.
fn refused_name(space: u32) -> String {
    format!("no_snapshot:{space}")
}

/// Asks for no snapshot of a space again.
pub(crate) fn never(tx: &Tx<'_>, space: u32) -> doorknock_store::Result<()> {
    tx.set_meta(&refused_name(space), NEVER)
}

/// Goes on with the log: from its beginning, if something of the snapshot is still missing. What came of it is kept,
/// and will be nothing new in the log, so doors are folded now.
pub(crate) fn give_up(tx: &Tx<'_>, space: u32) -> Result<()> {
    tx.drop_snapshot(space)?;
    tx.refold_space(space, tx.utc_offset()?)?;
    Ok(tx.set_cursor(space, 0, &[0; 32])?)
}

/// Takes a whole part in. A snapshot that is not what it must be is given up.
pub(crate) fn take_part(inner: &mut Inner, now_ms: i64, part: &PartRow) -> Result<Taken> {
    let row = inner.store.view()?.snapshots()?;
    let Some(snapshot) = row.into_iter().find(|s| s.space == part.space) else {
        return Ok(Taken::default());
    };
    let bytes = inner.store.view()?.part_bytes(part)?;
    let crashed = !begin_attempts(inner, &[(part.hash, &bytes)])?.is_empty();
    let body = opened(inner, &snapshot, part, &bytes)?;
    drop(bytes);
    let charter = inner.charter()?.clone();
    let mine = inner.identity()?.device;
    inner.forget_docs();
    inner.store.write(|tx| {
        let taking = || -> Judged<Taken> {
            let (Ok(body), false) = (&body, crashed) else {
                return Ok(Err(Refused));
            };
            let Some(space) = tx.space(part.space)? else {
                return Ok(Err(Refused));
            };
            let ingest = Ingest::new(tx, &charter, mine, now_ms);
            let take = Take {
                ingest: &ingest,
                charter: &charter,
                entry: &part.hash,
                space: &space,
                maker: snapshot.maker,
            };
            take.body(body)
        };
        // What a bad part did before it was known to be bad is undone.
        let judged = match tx.attempt(|| match taking() {
            Ok(Ok(taken)) => Ok(taken),
            Ok(Err(Refused)) => Err(None),
            Err(error) => Err(Some(error)),
        })? {
            Ok(taken) => Some(taken),
            Err(Some(error)) if error.is_local() => return Err(error),
            Err(_) => None,
        };
        tx.end_attempt(&part.hash)?;
        let Some(mut taken) = judged else {
            tx.set_meta(&refused_name(part.space), &snapshot.manifest)?;
            tx.notice(REFUSED, &part.space.to_be_bytes(), now_ms)?;
            give_up(tx, part.space)?;
            return Ok(Taken::default());
        };
        tx.part_taken(part)?;
        if settle(tx, &snapshot)? {
            let ingest = Ingest::new(tx, &charter, mine, now_ms);
            taken.add(ingest.release_all(part.space)?);
        }
        Ok(taken)
    })
}

/// The part's body, if it is the one that the manifest names.
fn opened(inner: &Inner, snapshot: &SnapshotRow, part: &PartRow, bytes: &[u8]) -> Judged<Body> {
    if part_hash(bytes) != part.hash {
        return Ok(Err(Refused));
    }
    let view = inner.store.view()?;
    let keys = view.space_keys(part.space)?;
    let key = keys.into_iter().find(|(epoch, _)| *epoch == snapshot.epoch);
    let (Some((epoch, key)), Some(space)) = (key, view.space(part.space)?) else {
        return Ok(Err(Refused));
    };
    let keys = SnapshotKeys::derive(space.id, epoch, &EpochKey::from_bytes(&key));
    let body = keys.open(bytes).map_err(|_| Refused);
    Ok(body.and_then(|body| minicbor::decode(&body).map_err(|_| Refused)))
}

/// Moves the cursor to the snapshot's place once today's doors have what they need, folds their states, and
/// forgets the snapshot when all of it is in. Whether it is.
fn settle(tx: &Tx<'_>, snapshot: &SnapshotRow) -> Result<bool> {
    let left: Vec<_> = tx
        .parts_left()?
        .into_iter()
        .filter(|part| part.space == snapshot.space)
        .collect();
    if left.iter().any(|part| part.level == 0) {
        return Ok(false);
    }
    let position = tx.space(snapshot.space)?.map_or(0, |s| s.position);
    if position < snapshot.position {
        tx.set_cursor(snapshot.space, snapshot.position, &snapshot.running)?;
        tx.refold_space(snapshot.space, tx.utc_offset()?)?;
    }
    if left.is_empty() {
        tx.refold_space(snapshot.space, tx.utc_offset()?)?;
        tx.snapshot_taken(snapshot.space)?;
    }
    Ok(left.is_empty())
}

/// What a part is judged with.
struct Take<'a> {
    ingest: &'a Ingest<'a>,
    charter: &'a Charter,
    entry: &'a [u8; 32],
    space: &'a SpaceRow,
    maker: i64,
}

impl Take<'_> {
    fn body(&self, body: &Body) -> Judged<Taken> {
        let mut taken = Taken::default();
        for pack in &body.packs {
            match self.document(&pack.0)? {
                Ok(one) => taken.add(one),
                Err(Refused) => return Ok(Err(Refused)),
            }
        }
        taken.add(self.ingest.release()?);
        let tx = self.ingest.tx;
        for waiting in &body.waiting {
            let Some((author, _)) = self.author(&waiting.author)? else {
                return Ok(Err(Refused));
            };
            let (space, entry) = (self.space.n, &waiting.entry);
            let change = Park {
                author: author.ord,
                space,
                entry,
                section: &waiting.section,
                by_file: false,
            };
            tx.park(&waiting.waits_for, &change)?;
        }
        for aside in &body.aside {
            let author = aside.author.as_ref().map(|who| self.author(who));
            let author = author.transpose()?.flatten().map(|(author, _)| author.ord);
            // Judged by rules that are none, so that it is judged again.
            tx.set_aside(&SetAside {
                entry: &aside.entry,
                space: self.space.n,
                section: aside.section,
                author,
                reason: &aside.reason,
                rules: 0,
                at: self.ingest.now_ms,
                bytes: &aside.bytes,
                by_file: false,
            })?;
        }
        Ok(Ok(taken))
    }

    /// An author by device and opening; `None` for who may not write here.
    fn author(&self, who: &Who) -> Result<Option<(AuthorRow, &Member)>> {
        let Who {
            device,
            incarnation,
        } = *who;
        let may = self.charter.may_hold(device, self.space.id);
        let Some(member) = self.charter.member_of(device).filter(|_| may) else {
            return Ok(None);
        };
        let ord = self.ingest.tx.author(device, incarnation, member.id)?;
        let author = AuthorRow {
            ord,
            device,
            incarnation,
            member: member.id,
        };
        Ok(Some((author, member)))
    }

    /// One document. A kind that this version does not know is left to the log, and so is the whole snapshot.
    fn document(&self, bytes: &[u8]) -> Judged<Taken> {
        let tx = self.ingest.tx;
        let Ok(pack) = Pack::decode(bytes) else {
            return Ok(Err(Refused));
        };
        let kind = kinds::kind(pack.kind);
        let Some(kind) = kind.filter(|k| SpaceKind::from_code(self.space.kind) == Some(k.space))
        else {
            return Ok(Err(Refused));
        };
        let mut authors = Vec::new();
        for (device, incarnation) in &pack.authors {
            let who = Who {
                device: *device,
                incarnation: *incarnation,
            };
            match self.author(&who)? {
                Some(author) => authors.push(author),
                None => return Ok(Err(Refused)),
            }
        }
        let doc = tx.ensure_doc(pack.doc, pack.kind, self.space.n)?;
        if (doc.space, doc.kind) != (self.space.n, pack.kind)
            || !self.allowed(doc, kind, &pack, &authors)
        {
            return Ok(Err(Refused));
        }
        if tx.heads(&doc)?.is_some() {
            return self.beside(doc, bytes, &pack, &authors).map(Ok);
        }
        self.whole(doc, bytes, pack, &authors)
    }

    fn allowed(
        &self,
        doc: DocRow,
        kind: &Kind,
        pack: &Pack,
        authors: &[(AuthorRow, &Member)],
    ) -> bool {
        pack.changes.iter().all(|change| {
            let Some((author, member)) = authors.get(change.author) else {
                return false;
            };
            let from = From {
                entry: self.entry,
                space: self.space,
                author,
                member,
                by_file: false,
            };
            let (ops, splices) = (&change.ops, &change.splices);
            self.ingest
                .check_fields(&from, doc, kind, ops, splices)
                .is_none()
        })
    }

    /// A document of which nothing is here: its packed history goes into the log as it is.
    fn whole(
        &self,
        doc: DocRow,
        bytes: &[u8],
        pack: Pack,
        authors: &[(AuthorRow, &Member)],
    ) -> Judged<Taken> {
        let tx = self.ingest.tx;
        let Ok(numbers) = pack.numbers() else {
            return Ok(Err(Refused));
        };
        let head = |(n, hash): &(usize, [u8; 32])| (*hash, numbers[*n].last_op);
        let heads = Heads(pack.heads.iter().map(head).collect());
        let changes = pack.changes.len();
        tx.append_pack(&NewPack {
            doc: doc.ord,
            maker: self.maker,
            changes,
            hash: sha256(&[bytes]),
            heads: &heads,
            bytes: &history::squeeze(bytes)?,
        })?;
        self.ingest
            .applied
            .borrow_mut()
            .extend(pack.heads.iter().map(|(_, hash)| *hash));
        let authors: Vec<_> = authors.iter().map(|(author, _)| author.ord).collect();
        let written = history::written_in(tx, doc, pack, &authors)?;
        if !apply::project_whole(tx, doc, &heads, &written)? {
            tx.add_unbuilt(doc.ord)?;
        }
        Ok(Ok(Taken {
            changes,
            set_aside: 0,
        }))
    }

    /// A document of which something is here, recorded before the snapshot came: change by change, as from
    /// the log.
    fn beside(
        &self,
        doc: DocRow,
        bytes: &[u8],
        pack: &Pack,
        authors: &[(AuthorRow, &Member)],
    ) -> Result<Taken> {
        let tx = self.ingest.tx;
        let mut taken = Taken::default();
        let same = tx
            .pack_of(doc.ord)?
            .is_some_and(|row| row.hash == sha256(&[bytes]));
        if same {
            return Ok(taken);
        }
        for (author, section) in history::sections(pack, self.ingest.community, self.space.id)? {
            let (author, member) = &authors[author];
            let from = From {
                entry: self.entry,
                space: self.space,
                author,
                member,
                by_file: false,
            };
            taken.add(self.ingest.changes(&from, 0, &section)?);
        }
        Ok(taken)
    }
}
