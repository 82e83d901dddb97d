//! Snapshots being taken in, and documents whose history is packed.

use rusqlite::{OptionalExtension, params};

use crate::log::{ChunkRow, DocRow, Heads, chunk_row};
use crate::{Result, Tx, View, fixed};

/// The `seq` of a row that holds a document's packed history.
pub const PACKED: u64 = 0;

/// A snapshot that is being taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The space.
    pub space: u32,
    /// The manifest's hash.
    pub manifest: [u8; 32],
    /// The author whose device made it.
    pub maker: i64,
    /// The epoch of the keys that sealed it.
    pub epoch: u32,
    /// The place in the hub's log that it is of.
    pub position: u64,
    /// The running hash there.
    pub running: [u8; 32],
}

/// A part of it that is still to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// The space.
    pub space: u32,
    /// Its place in the manifest.
    pub place: u32,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its bytes.
    pub size: u64,
    /// 0 for what today's doors need, 1 for history.
    pub level: u8,
}

/// How far the snapshots of a first sync are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SnapshotProgress {
    /// Bytes of all parts.
    pub bytes: u64,
    /// Bytes that have come.
    pub come: u64,
    /// Parts that today's doors need and that are not taken in yet.
    pub now_left: u64,
    /// All parts that are not taken in yet.
    pub left: u64,
}

/// A packed history to put into the log.
#[derive(Debug, Clone, Copy)]
pub struct NewPack<'a> {
    /// The document.
    pub doc: i64,
    /// Who packed it.
    pub maker: i64,
    /// How many changes it holds.
    pub changes: usize,
    /// The hash of the packed bytes.
    pub hash: [u8; 32],
    /// The document's heads after it.
    pub heads: &'a Heads,
    /// The packed bytes.
    pub bytes: &'a [u8],
}

impl View<'_> {
    /// The snapshots that are being taken in.
    pub fn snapshots(&self) -> Result<Vec<SnapshotRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT space, manifest, maker, epoch, position, running FROM snapshot ORDER BY space",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(SnapshotRow {
                space: row.get(0)?,
                manifest: fixed(row, 1)?,
                maker: row.get(2)?,
                epoch: row.get(3)?,
                position: row.get(4)?,
                running: fixed(row, 5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The parts that are still to be taken in, by level and place.
    pub fn parts_left(&self) -> Result<Vec<PartRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT space, place, hash, size, level FROM snapshot_part WHERE taken = 0
             ORDER BY level, place",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(PartRow {
                space: row.get(0)?,
                place: row.get(1)?,
                hash: fixed(row, 2)?,
                size: row.get(3)?,
                level: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How far it is; nothing where no snapshot is being taken in.
    pub fn snapshot_progress(&self) -> Result<SnapshotProgress> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ifnull(sum(size), 0),
                    ifnull(sum(size) FILTER (WHERE taken = 1), 0)
                    + (SELECT ifnull(sum(length(bytes)), 0) FROM snapshot_piece),
                    count(*) FILTER (WHERE taken = 0 AND level = 0),
                    count(*) FILTER (WHERE taken = 0)
             FROM snapshot_part",
        )?;
        Ok(statement.query_row([], |row| {
            Ok(SnapshotProgress {
                bytes: row.get(0)?,
                come: row.get(1)?,
                now_left: row.get(2)?,
                left: row.get(3)?,
            })
        })?)
    }

    /// How many bytes of a part have come, without a gap.
    pub fn part_come(&self, part: &PartRow) -> Result<u64> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ifnull(max(offset + length(bytes)), 0) FROM snapshot_piece
             WHERE space = ?1 AND place = ?2",
        )?;
        Ok(statement.query_row([part.space, part.place], |row| row.get(0))?)
    }

    /// What has come of a part.
    pub fn part_bytes(&self, part: &PartRow) -> Result<Vec<u8>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT bytes FROM snapshot_piece WHERE space = ?1 AND place = ?2 ORDER BY offset",
        )?;
        let mut rows = statement.query([part.space, part.place])?;
        let mut bytes = Vec::new();
        while let Some(row) = rows.next()? {
            bytes.extend_from_slice(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
        }
        Ok(bytes)
    }

    /// Whether nothing of others was taken in from a space yet.
    pub fn is_fresh(&self, space: u32) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT position = 0 AND NOT EXISTS (
                 SELECT 1 FROM doc JOIN chunk ON chunk.doc = doc.ord
                 WHERE doc.space = ?1 AND chunk.mine = 0)
             FROM space WHERE n = ?1",
        )?;
        let fresh = statement.query_row([space], |row| row.get(0)).optional()?;
        Ok(fresh.unwrap_or(false))
    }

    /// The row that holds a document's packed history, if it has one.
    pub fn pack_of(&self, doc: i64) -> Result<Option<ChunkRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, doc, author, hash, change, seq FROM chunk WHERE id = (
                 SELECT id FROM chunk WHERE doc = ?1 ORDER BY id LIMIT 1) AND seq = 0",
        )?;
        Ok(statement.query_row([doc], chunk_row).optional()?)
    }

    /// The documents of a space.
    pub fn docs_in(&self, space: u32) -> Result<Vec<DocRow>> {
        Ok(self
            .docs()?
            .into_iter()
            .filter(|doc| doc.space == space)
            .collect())
    }

    /// Some documents whose packed history was not built yet.
    pub fn unbuilt(&self, limit: u32) -> Result<Vec<i64>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT doc FROM unbuilt ORDER BY doc LIMIT ?1")?;
        let rows = statement.query_map([limit], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a document's packed history was not built yet.
    pub fn is_unbuilt(&self, doc: i64) -> Result<bool> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM unbuilt WHERE doc = ?1)")?;
        Ok(statement.query_row([doc], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// Begins to take a snapshot in, in the place of an earlier one of the space.
    pub fn begin_snapshot(&self, snapshot: &SnapshotRow, parts: &[PartRow]) -> Result<()> {
        self.drop_snapshot(snapshot.space)?;
        self.exec(
            "INSERT INTO snapshot (space, manifest, maker, epoch, position, running)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                snapshot.space,
                snapshot.manifest,
                snapshot.maker,
                snapshot.epoch,
                snapshot.position,
                snapshot.running
            ],
        )?;
        for part in parts {
            self.exec(
                "INSERT INTO snapshot_part (space, place, hash, size, level) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![part.space, part.place, part.hash, part.size, part.level],
            )?;
        }
        Ok(())
    }

    /// Forgets a space's snapshot, which is taken in; its parts are remembered until those of all spaces are,
    /// for people to see how far it is.
    pub fn snapshot_taken(&self, space: u32) -> Result<()> {
        self.exec("DELETE FROM snapshot WHERE space = ?1", [space])?;
        self.exec(
            "DELETE FROM snapshot_part WHERE NOT EXISTS (SELECT 1 FROM snapshot)",
            [],
        )?;
        Ok(())
    }

    /// Forgets a space's snapshot, which is no good, or gives way to another.
    pub fn drop_snapshot(&self, space: u32) -> Result<()> {
        for table in ["snapshot", "snapshot_part", "snapshot_piece"] {
            self.exec(&format!("DELETE FROM {table} WHERE space = ?1"), [space])?;
        }
        Ok(())
    }

    /// Keeps a piece of a part.
    pub fn add_piece(&self, part: &PartRow, offset: u64, bytes: &[u8]) -> Result<()> {
        self.exec(
            "INSERT INTO snapshot_piece (space, place, offset, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            params![part.space, part.place, offset, bytes],
        )?;
        Ok(())
    }

    /// Forgets the pieces of a part.
    pub fn drop_pieces(&self, part: &PartRow) -> Result<()> {
        self.exec(
            "DELETE FROM snapshot_piece WHERE space = ?1 AND place = ?2",
            [part.space, part.place],
        )?;
        Ok(())
    }

    /// Notes that a part is taken in.
    pub fn part_taken(&self, part: &PartRow) -> Result<()> {
        self.exec(
            "UPDATE snapshot_part SET taken = 1 WHERE space = ?1 AND place = ?2",
            [part.space, part.place],
        )?;
        self.drop_pieces(part)
    }

    /// Puts a document's packed history into the log. It takes as many places there as it has changes.
    pub fn append_pack(&self, pack: &NewPack<'_>) -> Result<()> {
        self.exec(
            "INSERT INTO chunk (id, doc, author, seq, mine, hash, heads, change)
             VALUES ((SELECT ifnull(max(id), 0) FROM chunk) + ?1, ?2, ?3, 0, 0, ?4, ?5, ?6)",
            params![
                i64::try_from(pack.changes).unwrap_or(i64::MAX),
                pack.doc,
                pack.maker,
                pack.hash,
                pack.heads.encode(),
                pack.bytes
            ],
        )?;
        Ok(())
    }

    /// Notes that a document's packed history is still to be built.
    pub fn add_unbuilt(&self, doc: i64) -> Result<()> {
        self.exec(
            "INSERT INTO unbuilt (doc) VALUES (?1) ON CONFLICT DO NOTHING",
            [doc],
        )?;
        Ok(())
    }

    /// Notes that it was built and is what it says.
    pub fn built(&self, doc: i64) -> Result<()> {
        self.exec("DELETE FROM unbuilt WHERE doc = ?1", [doc])?;
        Ok(())
    }

    /// Takes a document's packed history, and what others wrote on it since, out of the log: it is not what
    /// it says. Everything comes again with the log.
    pub fn forget_pack(&self, doc: i64) -> Result<()> {
        self.exec("DELETE FROM chunk WHERE doc = ?1 AND mine = 0", [doc])?;
        self.exec(
            "UPDATE doc SET settled = 0, heads = NULL WHERE ord = ?1",
            [doc],
        )?;
        self.built(doc)
    }
}
