//! What came in and could not be applied at once: parked, quarantined, attempted; and notices.

use doorknock_model::ids::DeviceId;
use rusqlite::{OptionalExtension, params};

use crate::{Result, Tx, View, fixed};

/// A change that waits for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Its row.
    pub id: i64,
    /// Its author.
    pub author: i64,
    /// Its space.
    pub space: u32,
    /// The entry it came in.
    pub entry: [u8; 32],
    /// A section body with this one change.
    pub section: Vec<u8>,
    /// The change it waits for.
    pub waits_for: [u8; 8],
    /// Whether it came by file.
    pub by_file: bool,
}

const PARKED: &str = "SELECT id, author, space, entry, section, waits_for, by_file FROM parked";

fn parked_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Parked> {
    Ok(Parked {
        id: row.get(0)?,
        author: row.get(1)?,
        space: row.get(2)?,
        entry: fixed(row, 3)?,
        section: row.get(4)?,
        waits_for: fixed(row, 5)?,
        by_file: row.get(6)?,
    })
}

/// A change to park.
#[derive(Debug, Clone, Copy)]
pub struct Park<'a> {
    /// Its author.
    pub author: i64,
    /// Its space.
    pub space: u32,
    /// The entry it came in.
    pub entry: &'a [u8; 32],
    /// A section body that begins with it.
    pub section: &'a [u8],
    /// Whether it came by file.
    pub by_file: bool,
}

/// Input to set aside.
#[derive(Debug, Clone, Copy)]
pub struct SetAside<'a> {
    /// The entry.
    pub entry: &'a [u8; 32],
    /// The space.
    pub space: u32,
    /// The section, -1 for the whole entry.
    pub section: i64,
    /// Whose it is, where that was established.
    pub author: Option<i64>,
    /// Why: a stable code.
    pub reason: &'a str,
    /// The version of the rules that judged.
    pub rules: u32,
    /// When, unix milliseconds.
    pub at: i64,
    /// The entry's or the section body's bytes.
    pub bytes: &'a [u8],
    /// Whether it came by file.
    pub by_file: bool,
}

/// An input in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its row.
    pub id: i64,
    /// The entry.
    pub entry: [u8; 32],
    /// The space.
    pub space: u32,
    /// Why.
    pub reason: String,
    /// When, unix milliseconds.
    pub at: i64,
    /// The section, -1 for the whole entry.
    pub section: i64,
    /// Whose it is, where that was established.
    pub author: Option<i64>,
    /// The version of the rules that judged.
    pub rules: u32,
    /// The entry's, the section body's or the sealed section's bytes.
    pub bytes: Vec<u8>,
    /// Whether it came by file.
    pub by_file: bool,
}

impl View<'_> {
    /// How many changes are parked.
    pub fn parked_count(&self) -> Result<u64> {
        Ok(self
            .conn
            .query_row("SELECT count(*) FROM parked", [], |row| row.get(0))?)
    }

    /// How many inputs are set aside.
    pub fn quarantine_count(&self) -> Result<u64> {
        Ok(self
            .conn
            .query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?)
    }

    /// The quarantine, oldest first.
    pub fn quarantined(&self) -> Result<Vec<Quarantined>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, entry, space, reason, at, section, author, rules, bytes, by_file
                 FROM quarantine ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Quarantined {
                id: row.get(0)?,
                entry: fixed(row, 1)?,
                space: row.get(2)?,
                reason: row.get(3)?,
                at: row.get(4)?,
                section: row.get(5)?,
                author: row.get(6)?,
                rules: row.get(7)?,
                bytes: row.get(8)?,
                by_file: row.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The changes that wait for one whose hash begins so.
    pub fn waiting_for(&self, start: &[u8; 8]) -> Result<Vec<Parked>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{PARKED} WHERE waits_for = ?1 ORDER BY id"))?;
        let rows = statement.query_map([&start[..]], parked_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All that wait in a space.
    pub fn parked_in(&self, space: u32) -> Result<Vec<Parked>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{PARKED} WHERE space = ?1 ORDER BY id"))?;
        let rows = statement.query_map([space], parked_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How often parsing an entry was begun and not finished.
    pub fn attempts(&self, entry: &[u8; 32]) -> Result<u32> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT count FROM attempt WHERE entry = ?1")?;
        Ok(statement
            .query_row([&entry[..]], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Every entry whose parsing was begun and not finished.
    pub fn attempted(&self) -> Result<Vec<[u8; 32]>> {
        let mut statement = self.conn.prepare_cached("SELECT entry FROM attempt")?;
        let rows = statement.query_map([], |row| crate::fixed(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notices: code and subject.
    pub fn notices(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT code, subject FROM notice ORDER BY at")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx<'_> {
    /// Parks a change until one whose hash begins with `waits_for` is there.
    pub fn park(&self, waits_for: &[u8; 8], change: &Park<'_>) -> Result<()> {
        self.exec_status(
            "INSERT INTO parked (waits_for, author, space, entry, section, by_file)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (entry, section) DO UPDATE SET waits_for = excluded.waits_for",
            params![
                &waits_for[..],
                change.author,
                change.space,
                &change.entry[..],
                change.section,
                change.by_file
            ],
        )?;
        Ok(())
    }

    /// Takes a change out of parking.
    pub fn unpark(&self, id: i64) -> Result<()> {
        self.exec_status("DELETE FROM parked WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Sets input aside.
    pub fn set_aside(&self, item: &SetAside<'_>) -> Result<()> {
        self.exec_status(
            "INSERT INTO quarantine (entry, space, section, author, reason, rules, at, bytes, by_file)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
            params![
                &item.entry[..],
                item.space,
                item.section,
                item.author,
                item.reason,
                item.rules,
                item.at,
                item.bytes,
                item.by_file
            ],
        )?;
        Ok(())
    }

    /// Takes an input out of quarantine, to be judged again.
    pub fn leave_quarantine(&self, id: i64) -> Result<()> {
        self.exec_status("DELETE FROM quarantine WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Moves the time of an input in quarantine, so that it is not tried again before long.
    pub fn postpone_quarantine(&self, id: i64, at: i64) -> Result<()> {
        self.exec(
            "UPDATE quarantine SET at = ?2 WHERE id = ?1",
            params![id, at],
        )?;
        Ok(())
    }

    /// Notes that parsing an entry begins.
    pub fn begin_attempt(&self, entry: &[u8; 32]) -> Result<()> {
        self.exec(
            "INSERT INTO attempt (entry, count) VALUES (?1, 1)
             ON CONFLICT (entry) DO UPDATE SET count = count + 1",
            [&entry[..]],
        )?;
        Ok(())
    }

    /// Notes that it ended, one way or another.
    pub fn end_attempt(&self, entry: &[u8; 32]) -> Result<()> {
        self.exec("DELETE FROM attempt WHERE entry = ?1", [&entry[..]])?;
        Ok(())
    }

    /// Notes that all that were begun ended.
    pub fn end_attempts(&self) -> Result<()> {
        self.exec("DELETE FROM attempt", [])?;
        Ok(())
    }

    /// Notes that `entry` follows `previous` in a device's chain; true if another entry already does,
    /// which means that the device's home was copied or restored (rule R1).
    pub fn note_successor(
        &self,
        space: u32,
        device: DeviceId,
        previous: &[u8],
        entry: &[u8; 32],
    ) -> Result<bool> {
        self.exec(
            "INSERT INTO successor (space, device, previous, entry) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            params![space, device.0, previous, &entry[..]],
        )?;
        let mut statement = self.conn.prepare_cached(
            "SELECT count(*) FROM successor WHERE space = ?1 AND device = ?2 AND previous = ?3",
        )?;
        let count: u64 =
            statement.query_row(params![space, device.0, previous], |row| row.get(0))?;
        Ok(count > 1)
    }

    /// Takes a notice back: what it told of has passed.
    pub fn drop_notice(&self, code: &str, subject: &[u8]) -> Result<()> {
        self.exec_status(
            "DELETE FROM notice WHERE code = ?1 AND subject = ?2",
            params![code, subject],
        )?;
        Ok(())
    }

    /// Keeps a notice; one that is there stays.
    pub fn notice(&self, code: &str, subject: &[u8], at: i64) -> Result<()> {
        self.exec_status(
            "INSERT INTO notice (code, subject, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![code, subject, at],
        )?;
        Ok(())
    }
}
