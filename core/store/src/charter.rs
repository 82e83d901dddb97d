//! Single values, the charter's statements, spaces and their keys.

use doorknock_model::ids::{GridId, SpaceId};
use rusqlite::{OptionalExtension, Row, params};

use crate::{Result, Touched, Tx, View, fixed};

/// A space this device holds keys of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceRow {
    /// Its number in the charter.
    pub n: u32,
    /// Its id.
    pub id: SpaceId,
    /// The code of its kind.
    pub kind: u8,
    /// The grid it belongs to; zeros for none.
    pub grid: GridId,
    /// The hub position up to which everything was taken in.
    pub position: u64,
    /// The hub's running hash there.
    pub running: [u8; 32],
    /// The hash of this device's last entry; zeros for none.
    pub last_entry: [u8; 32],
}

const SPACE: &str = "SELECT n, id, kind, grid, position, running, last_entry FROM space";

fn space_row(row: &Row<'_>) -> rusqlite::Result<SpaceRow> {
    Ok(SpaceRow {
        n: row.get(0)?,
        id: SpaceId(fixed(row, 1)?),
        kind: row.get(2)?,
        grid: GridId(fixed(row, 3)?),
        position: row.get(4)?,
        running: fixed(row, 5)?,
        last_entry: fixed(row, 6)?,
    })
}

impl View<'_> {
    /// A single value.
    pub fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// A single number; 0 if there is none.
    pub fn meta_number(&self, key: &str) -> Result<i64> {
        let bytes = self.meta(key)?.unwrap_or_default();
        Ok(bytes.try_into().map(i64::from_be_bytes).unwrap_or(0))
    }

    /// The charter's statements in order.
    pub fn statements(&self) -> Result<Vec<Vec<u8>>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT bytes FROM statement ORDER BY position")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The spaces, in order of number.
    pub fn spaces(&self) -> Result<Vec<SpaceRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{SPACE} ORDER BY n"))?;
        let rows = statement.query_map([], space_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One space.
    pub fn space(&self, n: u32) -> Result<Option<SpaceRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{SPACE} WHERE n = ?1"))?;
        Ok(statement.query_row([n], space_row).optional()?)
    }

    /// The space of a kind for a grid, if its keys are here.
    pub fn space_of(&self, kind: u8, grid: GridId) -> Result<Option<SpaceRow>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{SPACE} WHERE kind = ?1 AND grid = ?2"))?;
        Ok(statement
            .query_row(params![kind, grid.0], space_row)
            .optional()?)
    }

    /// A space's epoch secrets, oldest first.
    pub fn space_keys(&self, n: u32) -> Result<Vec<(u32, [u8; 32])>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT epoch, key FROM space_key WHERE space = ?1 ORDER BY epoch")?;
        let rows = statement.query_map([n], |row| Ok((row.get(0)?, fixed(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Sets a single value.
    pub fn set_meta(&self, key: &str, value: &[u8]) -> Result<()> {
        self.exec(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, value],
        )?;
        Ok(())
    }

    /// Sets a single number.
    pub fn set_meta_number(&self, key: &str, value: i64) -> Result<()> {
        self.set_meta(key, &value.to_be_bytes())
    }

    /// Appends a statement of the charter.
    pub fn append_statement(&self, position: u64, bytes: &[u8]) -> Result<()> {
        self.exec(
            "INSERT INTO statement (position, bytes) VALUES (?1, ?2)",
            params![position, bytes],
        )?;
        self.touch(Touched::Community);
        Ok(())
    }

    /// Adds a space; one that is there stays as it is.
    pub fn add_space(&self, n: u32, id: SpaceId, kind: u8, grid: GridId) -> Result<()> {
        self.exec(
            "INSERT INTO space (n, id, kind, grid) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![n, id.0, kind, grid.0],
        )?;
        Ok(())
    }

    /// Keeps an epoch secret.
    pub fn add_space_key(&self, n: u32, epoch: u32, key: &[u8; 32]) -> Result<()> {
        self.exec(
            "INSERT INTO space_key (space, epoch, key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![n, epoch, key],
        )?;
        self.touch(Touched::Community);
        Ok(())
    }

    /// Moves a space's cursor.
    pub fn set_cursor(&self, n: u32, position: u64, running: &[u8; 32]) -> Result<()> {
        self.exec(
            "UPDATE space SET position = ?2, running = ?3 WHERE n = ?1",
            params![n, position, running],
        )?;
        Ok(())
    }

    /// Notes this device's last entry in a space.
    pub fn set_last_entry(&self, n: u32, hash: &[u8; 32]) -> Result<()> {
        self.exec(
            "UPDATE space SET last_entry = ?2 WHERE n = ?1",
            params![n, hash],
        )?;
        Ok(())
    }
}
