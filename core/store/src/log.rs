//! The log of changes: documents, their heads, who wrote what.

use doorknock_model::ids::{DeviceId, DocId, Incarnation, MemberId};
use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, StoreError, Tx, View, fixed};

/// A document's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocRow {
    /// Its number on this device.
    pub ord: i64,
    /// Its id.
    pub id: DocId,
    /// The code of its kind.
    pub kind: u16,
    /// The space it lives in.
    pub space: u32,
}

/// An author's row: one incarnation of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthorRow {
    /// Its number on this device.
    pub ord: i64,
    /// The device.
    pub device: DeviceId,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// The member behind it.
    pub member: MemberId,
}

/// A document's heads, each with the greatest operation number behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads(pub Vec<([u8; 32], u64)>);

impl Heads {
    /// The hashes.
    #[must_use]
    pub fn hashes(&self) -> Vec<[u8; 32]> {
        self.0.iter().map(|(hash, _)| *hash).collect()
    }

    /// The greatest operation number known.
    #[must_use]
    pub fn max_op(&self) -> u64 {
        self.0.iter().map(|(_, op)| *op).max().unwrap_or(0)
    }

    /// The operation number behind a head.
    #[must_use]
    pub fn op(&self, hash: &[u8; 32]) -> Option<u64> {
        self.0.iter().find(|(h, _)| h == hash).map(|(_, op)| *op)
    }

    /// The heads after a change that follows `deps`.
    #[must_use]
    pub fn after(&self, deps: &[[u8; 32]], hash: [u8; 32], max_op: u64) -> Self {
        let mut heads = self.0.clone();
        heads.retain(|(h, _)| !deps.contains(h));
        heads.push((hash, max_op));
        Self(heads)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 36);
        for (hash, op) in &self.0 {
            out.extend_from_slice(hash);
            out.extend_from_slice(&u32::try_from(*op).unwrap_or(u32::MAX).to_be_bytes());
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut heads = Vec::with_capacity(bytes.len() / 36);
        for head in bytes.chunks(36) {
            let (hash, op) = head.split_at_checked(32).ok_or(StoreError::BadRow)?;
            let op = u32::from_be_bytes(op.try_into().map_err(|_| StoreError::BadRow)?);
            heads.push((
                hash.try_into().map_err(|_| StoreError::BadRow)?,
                u64::from(op),
            ));
        }
        Ok(Self(heads))
    }
}

/// A change to append.
#[derive(Debug, Clone, Copy)]
pub struct NewChunk<'a> {
    /// The document.
    pub doc: i64,
    /// The author.
    pub author: i64,
    /// The author's n-th change to this document.
    pub seq: u64,
    /// Whether it was recorded on this device and is still to be sealed.
    pub mine: bool,
    /// Its hash.
    pub hash: [u8; 32],
    /// The document's heads after it.
    pub heads: &'a Heads,
    /// automerge's bytes.
    pub change: &'a [u8],
}

/// A change in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkRow {
    /// Its place in the log.
    pub id: i64,
    /// The document.
    pub doc: i64,
    /// The author.
    pub author: i64,
    /// Its hash.
    pub hash: [u8; 32],
    /// automerge's bytes; the packed history where `seq` is [`crate::snapshots::PACKED`].
    pub change: Vec<u8>,
    /// The author's n-th change to the document.
    pub seq: u64,
}

pub(crate) fn chunk_row(row: &Row<'_>) -> rusqlite::Result<ChunkRow> {
    Ok(ChunkRow {
        id: row.get(0)?,
        doc: row.get(1)?,
        author: row.get(2)?,
        hash: fixed(row, 3)?,
        change: row.get(4)?,
        seq: row.get(5)?,
    })
}

fn doc_row(row: &Row<'_>) -> rusqlite::Result<DocRow> {
    Ok(DocRow {
        ord: row.get(0)?,
        id: DocId(fixed(row, 1)?),
        kind: row.get(2)?,
        space: row.get(3)?,
    })
}

impl View<'_> {
    /// A document by id.
    pub fn doc(&self, id: DocId) -> Result<Option<DocRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT ord, id, kind, space FROM doc WHERE id = ?1")?;
        Ok(statement.query_row([&id.0[..]], doc_row).optional()?)
    }

    /// A document by number.
    pub fn doc_by_ord(&self, ord: i64) -> Result<DocRow> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT ord, id, kind, space FROM doc WHERE ord = ?1")?;
        Ok(statement.query_row([ord], doc_row)?)
    }

    /// Every document, in order of number.
    pub fn docs(&self) -> Result<Vec<DocRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT ord, id, kind, space FROM doc ORDER BY ord")?;
        let rows = statement.query_map([], doc_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of an author who was seen.
    pub fn author_of(&self, device: DeviceId, incarnation: Incarnation) -> Result<Option<i64>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT ord FROM author WHERE device = ?1 AND incarnation = ?2")?;
        let ord = statement.query_row(params![device.0, incarnation.0], |row| row.get(0));
        Ok(ord.optional()?)
    }

    /// An author by number.
    pub fn author_by_ord(&self, ord: i64) -> Result<AuthorRow> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT device, incarnation, member FROM author WHERE ord = ?1")?;
        Ok(statement.query_row([ord], |row| {
            Ok(AuthorRow {
                ord,
                device: DeviceId(fixed(row, 0)?),
                incarnation: Incarnation(fixed(row, 1)?),
                member: MemberId(fixed(row, 2)?),
            })
        })?)
    }

    /// A document's heads; `None` while it has no change but its genesis. Where nothing came since a quiet
    /// moment, the document's own row says so and no old page of the log is read.
    pub fn heads(&self, doc: &DocRow) -> Result<Option<Heads>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT heads, (SELECT id FROM chunk WHERE doc = ?2 AND id > doc.settled
                            ORDER BY id DESC LIMIT 1) FROM doc WHERE id = ?1",
        )?;
        let row: Option<(Option<Vec<u8>>, Option<i64>)> = statement
            .query_row(params![&doc.id.0[..], doc.ord], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let bytes = match row {
            Some((_, Some(newest))) => {
                let mut statement = self
                    .conn
                    .prepare_cached("SELECT heads FROM chunk WHERE id = ?1")?;
                Some(statement.query_row([newest], |row| row.get(0))?)
            }
            Some((settled, None)) => settled,
            None => None,
        };
        bytes.map(|b: Vec<u8>| Heads::decode(&b)).transpose()
    }

    /// The greatest sequence number of an author in a document, 0 if none.
    pub fn last_seq(&self, doc: i64, author: i64) -> Result<u64> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ifnull(max(seq), 0) FROM chunk WHERE doc = ?1 AND author = ?2",
        )?;
        Ok(statement.query_row([doc, author], |row| row.get(0))?)
    }

    /// The hash of the change of an author with this sequence number.
    pub fn hash_of_seq(&self, doc: i64, author: i64, seq: u64) -> Result<Option<[u8; 32]>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT hash FROM chunk WHERE doc = ?1 AND author = ?2 AND seq = ?3")?;
        Ok(statement
            .query_row(params![doc, author, seq], |row| fixed(row, 0))
            .optional()?)
    }

    /// The greatest operation number of each change of a document, by hash. Reads all its rows:
    /// for changes that do not simply follow the heads.
    pub fn ops_by_hash(&self, doc: i64) -> Result<Heads> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT hash, heads FROM chunk WHERE doc = ?1 AND seq > 0")?;
        let mut rows = statement.query([doc])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let hash = fixed(row, 0)?;
            // A change is one of the heads right after it; a packed history is looked into by the caller.
            let op = Heads::decode(row.get_ref(1)?.as_blob().map_err(|_| StoreError::BadRow)?)?
                .op(&hash)
                .ok_or(StoreError::BadRow)?;
            all.push((hash, op));
        }
        Ok(Heads(all))
    }

    /// A document's changes, in the order they came; the first may be its packed history.
    pub fn chunks_of(&self, doc: i64) -> Result<Vec<ChunkRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, doc, author, hash, change, seq FROM chunk WHERE doc = ?1",
        )?;
        let rows = statement.query_map([doc], chunk_row)?;
        let mut chunks = rows.collect::<Result<Vec<_>, _>>()?;
        chunks.sort_unstable_by_key(|chunk| chunk.id);
        Ok(chunks)
    }

    /// Up to `limit` changes recorded here after a place in the log.
    pub fn mine_after(&self, id: i64, limit: u32) -> Result<Vec<ChunkRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, doc, author, hash, change, seq FROM chunk
             WHERE id > ?1 AND mine = 1 ORDER BY id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![id, limit], chunk_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// The change up to which documents' heads are settled.
const SETTLED: &str = "settled";

/// Changes looked at in one step of settling.
const SETTLE: i64 = 2000;

impl Tx<'_> {
    /// One step of copying documents' heads from the log into their rows; whether more is left.
    pub(crate) fn settle_heads(&self) -> Result<bool> {
        let from = self.meta_number(SETTLED)?;
        let newest: i64 =
            self.conn
                .query_row("SELECT ifnull(max(id), 0) FROM chunk", [], |row| row.get(0))?;
        if from >= newest {
            return Ok(false);
        }
        let to = newest.min(from + SETTLE);
        let last: Vec<(i64, i64)> = {
            let mut statement = self.conn.prepare_cached(
                "SELECT doc, max(id) FROM chunk WHERE id > ?1 AND id <= ?2 GROUP BY doc",
            )?;
            let rows = statement.query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (doc, id) in last {
            self.exec(
                "UPDATE doc SET settled = ?2, heads = (SELECT heads FROM chunk WHERE id = ?2)
                 WHERE ord = ?1",
                [doc, id],
            )?;
        }
        self.set_meta_number(SETTLED, to)?;
        Ok(to < newest)
    }

    /// The author's number, made if new.
    pub fn author(
        &self,
        device: DeviceId,
        incarnation: Incarnation,
        member: MemberId,
    ) -> Result<i64> {
        let found = self.author_of(device, incarnation)?;
        if let Some(ord) = found {
            return Ok(ord);
        }
        self.exec(
            "INSERT INTO author (device, incarnation, member) VALUES (?1, ?2, ?3)",
            params![device.0, incarnation.0, member.0],
        )?;
        Ok(self.conn.last_insert_rowid())
    }

    /// The document's row, made if new.
    pub fn ensure_doc(&self, id: DocId, kind: u16, space: u32) -> Result<DocRow> {
        if let Some(row) = self.doc(id)? {
            return Ok(row);
        }
        let ord: i64 = {
            let mut statement = self
                .conn
                .prepare_cached("SELECT ifnull(max(ord), 0) + 1 FROM doc")?;
            statement.query_row([], |row| row.get(0))?
        };
        self.exec(
            "INSERT INTO doc (id, ord, kind, space) VALUES (?1, ?2, ?3, ?4)",
            params![&id.0[..], ord, kind, space],
        )?;
        Ok(DocRow {
            ord,
            id,
            kind,
            space,
        })
    }

    /// Appends a change.
    pub fn append(&self, chunk: &NewChunk<'_>) -> Result<()> {
        self.exec_status(
            "INSERT INTO chunk (doc, author, seq, mine, hash, heads, change)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                chunk.doc,
                chunk.author,
                chunk.seq,
                chunk.mine,
                chunk.hash,
                chunk.heads.encode(),
                chunk.change
            ],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_read_back_and_damage_is_an_error() {
        let heads = Heads(vec![([1; 32], 7), ([2; 32], 9)]);
        assert_eq!(Heads::decode(&heads.encode()).unwrap(), heads);
        assert!(Heads::decode(&heads.encode()[..40]).is_err());
        let next = heads.after(&[[1; 32]], [3; 32], 10);
        assert_eq!((next.hashes(), next.max_op()), (vec![[2; 32], [3; 32]], 10));
    }
}
