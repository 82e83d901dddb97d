//! From a change in the log to its projections: the one path for what is recorded here, what comes
//! in, and a rebuild.

use doorknock_model::ids::{DocId, DoorId, MatterId, PersonId};
use doorknock_model::kind::{Find, Key, Kind, Merge, Value};
use doorknock_model::kinds::{self, DOOR_CARD, MATTER, PERSON_FILE, SETTINGS, settings};
use doorknock_replica::Actor;
use doorknock_replica::change::{self, Op};
use doorknock_replica::document::Document;
use doorknock_replica::splice::{Splice, TextRef};
use doorknock_store::log::{DocRow, Heads};
use doorknock_store::project::Origin;
use doorknock_store::{Touched, Tx};

use crate::Result;
use crate::history::{self, Written};
use crate::observe;

/// A change that was just appended to the log.
pub(crate) struct Applied<'a> {
    pub(crate) doc: DocRow,
    pub(crate) author: i64,
    pub(crate) actor: Actor,
    /// The number of its first operation.
    pub(crate) start_op: u64,
    /// When it was made, unix milliseconds.
    pub(crate) time: i64,
    pub(crate) ops: &'a [Op],
    pub(crate) splices: &'a [Splice],
    /// Whether it is the document's first, so that nothing can stand beside its values.
    pub(crate) first: bool,
    /// The document's heads after it.
    pub(crate) heads: &'a Heads,
}

/// The document's heads as they stand, genesis if nothing was written yet.
pub(crate) fn heads_or_genesis(
    tx: &doorknock_store::View<'_>,
    doc: DocRow,
) -> Result<(Heads, bool)> {
    Ok(match tx.heads(&doc)? {
        Some(heads) => (heads, false),
        None => (genesis_heads(doc.kind), true),
    })
}

pub(crate) fn genesis_heads(kind: u16) -> Heads {
    let genesis = change::genesis(kind);
    Heads(vec![(genesis.hash, genesis.max_op)])
}

/// A document as it stands, with its heads; `None` while nothing was written to it.
pub(crate) fn open(
    tx: &doorknock_store::View<'_>,
    doc: DocId,
) -> Result<Option<(Heads, Document)>> {
    let row = tx.doc(doc)?;
    let heads = row.map(|row| tx.heads(&row)).transpose()?.flatten();
    row.zip(heads)
        .map(|(row, heads)| load(tx, row, &heads).map(|document| (heads, document)))
        .transpose()
}

/// Loads a document from the log.
pub(crate) fn load(tx: &doorknock_store::View<'_>, doc: DocRow, heads: &Heads) -> Result<Document> {
    let changes = history::changes(tx, doc)?;
    Ok(Document::load(
        doc.kind,
        changes.iter().map(|row| row.change.as_slice()),
        &heads.hashes(),
    )?)
}

/// Projects one change.
pub(crate) fn project_change(tx: &Tx<'_>, applied: &Applied<'_>) -> Result<()> {
    observe::note(tx, applied.doc, applied.ops);
    let fields = project_ops(tx, applied)?;
    finish(tx, applied.doc, &fields)
}

/// Projects what a change writes; the fields of it that are not written once.
fn project_ops(tx: &Tx<'_>, applied: &Applied<'_>) -> Result<Vec<u16>> {
    let Some(kind) = kinds::kind(applied.doc.kind) else {
        return Ok(Vec::new());
    };
    let mut origin = origin(applied.doc, applied.author, applied.time);
    let registers = project_once(
        tx,
        &mut origin,
        kind,
        applied.actor,
        applied.start_op,
        applied.ops,
    )?;
    // What is written once may be written past a record's end like anything else.
    let may_be_late = kind.ending().is_some() && !applied.first;
    if registers.is_empty() && applied.splices.is_empty() && !may_be_late {
        return Ok(Vec::new());
    }
    let mut keys: Vec<_> = registers.iter().map(|op| op.key.clone()).collect();
    if applied.first && applied.splices.is_empty() {
        for op in &registers {
            project_register(tx, &origin, kind, &op.key, &[&op.value])?;
        }
    } else {
        let document = load(tx, applied.doc, applied.heads)?;
        keys.extend(applied.splices.iter().filter_map(|s| match &s.text {
            TextRef::New(key) => Some(key.clone()),
            TextRef::At(text) => document.key_of(*text),
        }));
        project_document(tx, &origin, kind, &document, &keys)?;
    }
    Ok(keys.into_iter().map(|key| key.field).collect())
}

fn origin(doc: DocRow, author: i64, at: i64) -> Origin {
    Origin {
        space: doc.space,
        doc: doc.id,
        kind: doc.kind,
        author,
        at,
        version: 0,
        folds: true,
    }
}

/// Projects what is written once, or not known to this version. What is left are registers.
fn project_once<'o>(
    tx: &Tx<'_>,
    origin: &mut Origin,
    kind: &Kind,
    actor: Actor,
    start_op: u64,
    ops: &'o [Op],
) -> Result<Vec<&'o Op>> {
    let mut registers = Vec::new();
    for (counter, op) in (start_op..).zip(ops) {
        match kind.field(op.key.field) {
            None => tx.project_unknown(origin, &op.key)?,
            Some(field) if field.merge == Merge::Once => {
                origin.version = version(actor, counter);
                tx.project(origin, field, &op.key, &op.value)?;
            }
            Some(_) => registers.push(op),
        }
    }
    Ok(registers)
}

/// Keeps two records under one id apart: eight bytes that follow from the operation's name, and that nobody
/// can aim at another's.
fn version(actor: Actor, counter: u64) -> i64 {
    let hash = doorknock_seal::sha256(&[&actor, &counter.to_be_bytes()]);
    hash.iter()
        .take(8)
        .fold(0, |n, byte| n << 8 | i64::from(*byte))
}

/// Projects keys as they stand in the document, and what was written past its end.
fn project_document<'k>(
    tx: &Tx<'_>,
    origin: &Origin,
    kind: &Kind,
    document: &Document,
    keys: impl IntoIterator<Item = &'k Key>,
) -> Result<()> {
    for key in keys {
        let all = document.values(key);
        let values: Vec<_> = all.iter().map(|w| &w.value).collect();
        project_register(tx, origin, kind, key, &values)?;
    }
    if let Some(ending) = kind.ending() {
        let key = Key::plain(ending.code);
        let ends = distinct(document.values(&key).iter().map(|w| &w.value));
        let late = document.written_past(&key).len();
        tx.set_conflict(origin.space, origin.doc, &key, ends + late)?;
    }
    Ok(())
}

/// One value is shown; different ones beside it are a conflict.
fn project_register(
    tx: &Tx<'_>,
    origin: &Origin,
    kind: &Kind,
    key: &Key,
    values: &[&Value],
) -> Result<()> {
    let Some(field) = kind.field(key.field) else {
        return Ok(());
    };
    let Some(shown) = field.shown(values) else {
        return Ok(());
    };
    tx.project(origin, field, key, values[shown])?;
    let different = distinct(values.iter().copied());
    tx.set_conflict(origin.space, origin.doc, key, different)?;
    Ok(())
}

fn distinct<'v>(values: impl Iterator<Item = &'v Value>) -> usize {
    values.collect::<std::collections::BTreeSet<_>>().len()
}

/// What follows from a document's rows: a matter's state, doors' states by another time zone, and, where one of
/// these fields is searched, words in the index.
fn finish(tx: &Tx<'_>, doc: DocRow, fields: &[u16]) -> Result<()> {
    if doc.kind == MATTER.code {
        tx.fold_matter(doc.space, MatterId(doc.id.0))?;
    }
    let Some(kind) = kinds::kind(doc.kind).filter(|_| !fields.is_empty()) else {
        return Ok(());
    };
    if doc.kind == DOOR_CARD.code {
        let door = DoorId(doc.id.0);
        tx.index_door(door)?;
        // A person's entry carries the door's address, whichever of the two came first.
        for person in tx.people_of(door)? {
            tx.index_person(person.person)?;
        }
    } else if doc.kind == PERSON_FILE.code {
        tx.index_person(PersonId(doc.id.0))?;
    } else if doc.kind == SETTINGS.code && fields.contains(&settings::UTC_OFFSET) {
        tx.refold_all(tx.utc_offset()?)?;
    } else if kind
        .fields
        .iter()
        .any(|f| f.find != Find::No && fields.contains(&f.code))
    {
        tx.index_record(kind, doc.id)?;
    }
    Ok(())
}

/// Empties the projections and makes them again from the log. A document that cannot be read has none, and
/// keeps no other from having its own; `doctor` counts it.
pub(crate) fn rebuild(tx: &Tx<'_>) -> Result<()> {
    tx.clear_projections()?;
    // Settings first, whose time zone the doors' states are folded by.
    let (settings, others): (Vec<_>, Vec<_>) = tx
        .docs()?
        .into_iter()
        .partition(|doc| doc.kind == SETTINGS.code);
    settings.into_iter().chain(others).try_for_each(|doc| {
        match tx.attempt(|| rebuild_document(tx, doc))? {
            Err(error) if error.is_local() => Err(error),
            _ => Ok(()),
        }
    })?;
    tx.refold_all(tx.utc_offset()?)?;
    while tx.index_visits(1000)? > 0 {}
    Ok(())
}

fn rebuild_document(tx: &Tx<'_>, doc: DocRow) -> Result<()> {
    let Some(heads) = tx.heads(&doc)? else {
        return Ok(());
    };
    let written = history::written(tx, doc)?;
    project_whole(tx, doc, &heads, &written).map(drop)
}

/// Projects a document's whole history at once. Doors' states are folded by the caller, once for all: in
/// whatever order documents come, each tick is then read once. Whether the document had to be built.
pub(crate) fn project_whole(
    tx: &Tx<'_>,
    doc: DocRow,
    heads: &Heads,
    written: &[Written],
) -> Result<bool> {
    tx.touch(Touched::Everything);
    let Some(kind) = kinds::kind(doc.kind) else {
        return Ok(false);
    };
    let mut plain = true;
    for change in written {
        let mut origin = origin(doc, change.author, change.time);
        origin.folds = false;
        let (actor, start_op) = (change.actor, change.start_op);
        let registers = project_once(tx, &mut origin, kind, actor, start_op, &change.ops)?;
        plain &= registers.is_empty();
        if let ([_], false) = (written, registers.is_empty()) {
            // Nothing can stand beside the only values that there are.
            for op in &registers {
                project_register(tx, &origin, kind, &op.key, &[&op.value])?;
            }
        }
    }
    let once = kind.fields.iter().all(|f| f.merge == Merge::Once);
    if once && plain {
        return Ok(false);
    }
    let texts = kind.fields.iter().any(|f| f.merge == Merge::Text);
    let built = written.len() > 1 || texts || kind.ending().is_some();
    if built {
        let document = load(tx, doc, heads)?;
        let mut keys = document.keys();
        keys.retain(|key| {
            kind.field(key.field)
                .is_some_and(|f| f.merge != Merge::Once)
        });
        project_document(tx, &origin(doc, 0, 0), kind, &document, &keys)?;
    }
    let all: Vec<_> = kind.fields.iter().map(|field| field.code).collect();
    finish(tx, doc, &all)?;
    Ok(built)
}
