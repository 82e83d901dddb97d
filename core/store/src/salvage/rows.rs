//! What rows are, by their shape: no schema says it where its page is lost.

use std::collections::{BTreeMap, HashMap};

use doorknock_model::ids::{DeviceId, DocId, DoorId, Incarnation, MemberId, VisitId};
use rusqlite::types::Value::{self, Blob, Integer, Null, Text};

use crate::drafts::DraftRow;
use crate::log::{ChunkRow, DocRow};

/// A sealed entry of this device, as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its place.
    pub id: i64,
    /// The space.
    pub space: u32,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many changes it carries.
    pub changes: usize,
    /// How many of them are visits.
    pub visits: usize,
    /// Where the hub keeps it, if its receipt was verified.
    pub position: Option<u64>,
    /// The hub's verdict, if it refused.
    pub refused: Option<u32>,
}

/// What was found on the pages that read. None of it is verified.
#[derive(Debug, Default)]
pub struct Found {
    /// Single values.
    pub meta: HashMap<String, Vec<u8>>,
    /// What may be the charter's statements, by position.
    pub statements: BTreeMap<i64, Vec<Vec<u8>>>,
    /// What may be the spaces' secrets: space, epoch, key.
    pub keys: Vec<(u32, u32, [u8; 32])>,
    /// This device's last entry in each space.
    pub last_entries: HashMap<u32, [u8; 32]>,
    /// What may be the next sequence number of an incarnation in a space.
    pub chain: Vec<(u32, Incarnation, u64)>,
    /// Authors by number: device, incarnation, and the member if the row itself was read.
    pub authors: HashMap<i64, (DeviceId, Incarnation, Option<MemberId>)>,
    /// Documents by number.
    pub docs: HashMap<i64, DocRow>,
    /// What may be the ids of documents by number, from an index: for those whose row does not read.
    pub doc_ids: HashMap<i64, Vec<DocId>>,
    /// Half-written visits.
    pub drafts: BTreeMap<VisitId, DraftRow>,
    /// Changes by their place in the log, with the page each is on.
    pub chunks: BTreeMap<i64, u32>,
    /// Sealed entries by number, with the page each is on.
    pub entries: BTreeMap<i64, u32>,
    /// Rows that go on in a page that does not read.
    pub torn: usize,
}

/// How a statement begins: an array of three.
const STATEMENT: u8 = 0x83;

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn number<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    match value {
        Integer(n) => T::try_from(*n).ok(),
        _ => None,
    }
}

/// A change in the log.
pub(super) fn chunk(id: i64, row: Vec<Value>) -> Option<ChunkRow> {
    match <[Value; 9]>::try_from(row).ok()? {
        [
            Null,
            Integer(doc),
            Integer(author),
            Integer(_),
            Integer(_),
            Blob(hash),
            Blob(_),
            Blob(change),
            Null,
        ] => Some(ChunkRow {
            id,
            doc,
            author,
            hash: array(&hash)?,
            change,
        }),
        _ => None,
    }
}

/// A sealed entry.
pub(super) fn entry(id: i64, row: Vec<Value>) -> Option<EntryRow> {
    match <[Value; 9]>::try_from(row).ok()? {
        [
            Null,
            space @ Integer(_),
            Blob(hash),
            Blob(bytes),
            changes @ Integer(_),
            visits @ Integer(_),
            position,
            refused,
            Null,
        ] => Some(EntryRow {
            id,
            space: number(&space)?,
            hash: array(&hash)?,
            bytes,
            changes: number(&changes)?,
            visits: number(&visits)?,
            position: number(&position),
            refused: number(&refused),
        }),
        _ => None,
    }
}

impl Found {
    /// A row of a table by row number.
    pub(super) fn numbered(&mut self, page: u32, id: i64, row: Vec<Value>) {
        let places = match &row[..] {
            // Blocks of the search index have this shape as well, and are many.
            [Null, Blob(bytes), Null, ..] if bytes.first() == Some(&STATEMENT) => {
                self.statements.entry(id).or_default().push(bytes.clone());
                None
            }
            [
                Null,
                Blob(device),
                Blob(incarnation),
                Blob(member),
                Null,
                ..,
            ] => {
                let ids = (array(device), array(incarnation), array(member));
                if let (Some(device), Some(incarnation), Some(member)) = ids {
                    let member = Some(MemberId(member));
                    let author = (DeviceId(device), Incarnation(incarnation), member);
                    self.authors.insert(id, author);
                }
                None
            }
            [
                Null,
                Blob(_),
                Integer(_),
                Blob(_),
                Integer(_),
                Blob(_),
                Blob(last),
                Null,
                Null,
            ] => {
                let space = u32::try_from(id).ok().zip(array(last));
                self.last_entries.extend(space);
                None
            }
            [Null, Integer(_), Integer(_), ..] => chunk(id, row).map(|_| &mut self.chunks),
            [Null, Integer(_), Blob(_), ..] => entry(id, row).map(|_| &mut self.entries),
            _ => None,
        };
        if let Some(places) = places {
            places.insert(id, page);
        }
    }

    /// A row of a table without row numbers, or of an index.
    pub(super) fn keyed(&mut self, row: Vec<Value>) {
        self.keyed_row(&row);
    }

    /// `None` where a row is nothing that is looked for.
    fn keyed_row(&mut self, row: &[Value]) -> Option<()> {
        match row {
            [Text(key), Blob(value), Null, ..] => {
                self.meta.insert(key.clone(), value.clone());
            }
            [space @ Integer(_), epoch @ Integer(_), Blob(key), Null, ..] => {
                self.keys
                    .push((number(space)?, number(epoch)?, array(key)?));
            }
            [
                space @ Integer(_),
                Blob(incarnation),
                next @ Integer(_),
                Null,
                ..,
            ] => {
                let incarnation = Incarnation(array(incarnation)?);
                self.chain
                    .push((number(space)?, incarnation, number(next)?));
            }
            [
                Blob(id),
                ord @ Integer(_),
                kind @ Integer(_),
                space @ Integer(_),
                Integer(_),
                _,
                Null,
            ] => {
                let doc = DocRow {
                    ord: number(ord)?,
                    id: DocId(array(id)?),
                    kind: number(kind)?,
                    space: number(space)?,
                };
                self.docs.insert(doc.ord, doc);
            }
            [Blob(id), door, saved @ Integer(_), Blob(body), Null, ..] => {
                let door = match door {
                    Null => None,
                    Blob(door) => Some(DoorId(array(door)?)),
                    _ => return None,
                };
                let (id, saved) = (VisitId(array(id)?), number(saved)?);
                let body = body.clone();
                self.drafts.insert(
                    id,
                    DraftRow {
                        id,
                        door,
                        saved,
                        body,
                    },
                );
            }
            [ord @ Integer(_), Blob(id), Null, ..] => {
                let id = DocId(array(id)?);
                self.doc_ids.entry(number(ord)?).or_default().push(id);
            }
            // The index of authors knows them too, but for the member.
            [Blob(device), Blob(incarnation), ord @ Integer(_), Null, ..] => {
                let author = (
                    DeviceId(array(device)?),
                    Incarnation(array(incarnation)?),
                    None,
                );
                self.authors.entry(number(ord)?).or_insert(author);
            }
            _ => (),
        }
        Some(())
    }
}
