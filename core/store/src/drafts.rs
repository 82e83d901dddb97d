//! Half-written visits: rows of this device alone, in no document.

use doorknock_model::ids::{DoorId, VisitId};
use rusqlite::{OptionalExtension, Row, params};

use crate::queries::optional_id;
use crate::{Result, Touched, Tx, View, fixed};

/// A draft as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Its id.
    pub id: VisitId,
    /// The door, if it names one.
    pub door: Option<DoorId>,
    /// When it was last saved, unix milliseconds.
    pub saved: i64,
    /// The facade's CBOR.
    pub body: Vec<u8>,
}

fn draft_row(row: &Row<'_>) -> rusqlite::Result<DraftRow> {
    Ok(DraftRow {
        id: VisitId(fixed(row, 0)?),
        door: optional_id(row, 1)?.map(DoorId),
        saved: row.get(2)?,
        body: row.get(3)?,
    })
}

impl Tx<'_> {
    /// Keeps a draft, in place of an earlier one under its id.
    ///
    /// # Errors
    /// The database's.
    pub fn save_draft(&self, draft: &DraftRow) -> Result<()> {
        let door = draft.door.map(|door| door.0.to_vec());
        self.exec(
            "INSERT INTO draft (id, door, saved, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE
             SET door = excluded.door, saved = excluded.saved, body = excluded.body",
            params![draft.id.0, door, draft.saved, draft.body],
        )?;
        self.touch(Touched::Draft(draft.id));
        Ok(())
    }

    /// Throws a draft away; whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub fn discard_draft(&self, id: VisitId) -> Result<bool> {
        self.touch(Touched::Draft(id));
        Ok(self.exec("DELETE FROM draft WHERE id = ?1", [id.0])? > 0)
    }
}

impl View<'_> {
    /// The drafts, the one saved last first.
    ///
    /// # Errors
    /// The database's.
    pub fn drafts(&self) -> Result<Vec<DraftRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, door, saved, body FROM draft ORDER BY saved DESC, id DESC",
        )?;
        let rows = statement.query_map([], draft_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One draft.
    ///
    /// # Errors
    /// The database's.
    pub fn draft(&self, id: VisitId) -> Result<Option<DraftRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, door, saved, body FROM draft WHERE id = ?1")?;
        Ok(statement.query_row([id.0], draft_row).optional()?)
    }
}
