//! Reading what a damaged database still holds, page by page.
//!
//! **What it is for.** SQLite reads a table from its root down: one damaged page near the root hides all
//! that is below it, and SQLCipher gives a connection up at the first page that does not authenticate.
//! Here every page that authenticates is read by itself.
//!
//! **How it works.** The database is copied, with what its log holds on top, behind a first page made
//! anew, in the mode that SQLCipher has for recovery: a page that fails then reads as empty, and only
//! that page. Two tables in that first page are pointed at one page after the other, one that reads pages
//! of tables by row number and one that reads pages of indexes and of tables without. What a row is, its
//! shape tells; whether it is true is for the caller to verify.
//!
//! **What it never does.** It changes nothing of the database it reads, and takes no byte from a page
//! whose authentication fails.

mod rows;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, params};

pub use rows::{EntryRow, Found};

use crate::log::ChunkRow;
use crate::wal::{self, PAGE};
use crate::{Result, StoreError, schema};

/// What stands at a page's end: its initialisation vector and its authentication code.
const RESERVED: usize = 48;

/// Where a database's first page says how many there are.
const PAGE_COUNT: u64 = 28;

/// The two tables of the first page. Each has a column more than the widest row looked for.
const PROBES: &str = "CREATE TABLE r(a,b,c,d,e,f,g,h,i);
    CREATE TABLE w(a,b,c,d,e,f,g,PRIMARY KEY(a)) WITHOUT ROWID;";

/// A copy of a damaged database, readable page by page. The copy is the caller's to delete.
pub struct Damaged {
    conn: Connection,
    pages: u32,
    unreadable: Vec<u32>,
}

impl Damaged {
    /// Copies a database and its log to `copy`, where nothing may stand yet.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if no page authenticates with this key; the disk's.
    pub fn open(database: &Path, key: &[u8; 32], copy: &Path) -> Result<Self> {
        schema::FIRST.call_once(|| drop(Connection::open_in_memory()));
        let log = wal::beside(database);
        let newest = wal::committed_pages(&log)?;
        let first_page = first_page(key, copy)?;
        let pages = copy_pages(database, &first_page, &log, &newest, copy)?;
        for salt in salts(database, &log, &newest, key)? {
            let conn = connect(copy, key, &salt)?;
            let unreadable = unreadable(&conn)?;
            if unreadable.len() as u64 >= u64::from(pages - 1) {
                continue;
            }
            let older = restore(database, copy, &newest, &unreadable)?;
            // What was read before is in the connection's cache.
            drop(conn);
            let conn = connect(copy, key, &salt)?;
            let unreadable = if older {
                self::unreadable(&conn)?
            } else {
                unreadable
            };
            return Ok(Self {
                conn,
                pages,
                unreadable,
            });
        }
        Err(StoreError::Unreadable)
    }

    /// How many pages the database has.
    #[must_use]
    pub const fn pages(&self) -> u32 {
        self.pages
    }

    /// How many of them do not authenticate; the first, which is made anew, is not counted.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable.len()
    }

    /// Reads every page: small rows are in what is returned, of changes and entries the places.
    ///
    /// # Errors
    /// The disk's, for the copy.
    pub fn scan(&self) -> Result<Found> {
        let mut found = Found::default();
        for page in 2..=self.pages {
            if self.unreadable.binary_search(&page).is_ok() {
                continue;
            }
            self.look_at(page)?;
            let ids = (!self.is_internal()).then(|| self.row_numbers()).flatten();
            if let Some(ids) = ids {
                for id in ids {
                    match self.row(id)? {
                        Some(row) => found.numbered(page, id, row),
                        None => found.torn += 1,
                    }
                }
            } else {
                self.keyed(&mut found);
            }
        }
        Ok(found)
    }

    /// The changes on a page, by their places in the log.
    ///
    /// # Errors
    /// The disk's, for the copy.
    pub fn chunks(&self, page: u32) -> Result<Vec<ChunkRow>> {
        self.on(page, rows::chunk)
    }

    /// The sealed entries on a page.
    ///
    /// # Errors
    /// The disk's, for the copy.
    pub fn entries(&self, page: u32) -> Result<Vec<EntryRow>> {
        self.on(page, rows::entry)
    }

    fn on<T>(&self, page: u32, read: fn(i64, Vec<Value>) -> Option<T>) -> Result<Vec<T>> {
        self.look_at(page)?;
        let mut all = Vec::new();
        for id in self.row_numbers().unwrap_or_default() {
            all.extend(self.row(id)?.and_then(|row| read(id, row)));
        }
        Ok(all)
    }

    /// Points both tables at a page.
    fn look_at(&self, page: u32) -> Result<()> {
        self.conn.execute_batch("PRAGMA writable_schema = ON")?;
        self.conn
            .execute("UPDATE sqlite_schema SET rootpage = ?1", [page])?;
        Ok(self.conn.execute_batch("PRAGMA writable_schema = RESET")?)
    }

    /// Whether the page's rows are those of other pages, which are read by themselves.
    fn is_internal(&self) -> bool {
        let sql = "SELECT pagetype FROM dbstat WHERE name = 'r' LIMIT 1";
        let page_type = self.conn.query_row(sql, [], |row| row.get::<_, String>(0));
        page_type.is_ok_and(|page_type| page_type == "internal")
    }

    /// The numbers of the rows on the page; `None` if it is not one of a table by row number.
    fn row_numbers(&self) -> Option<Vec<i64>> {
        let mut statement = self.conn.prepare("SELECT rowid FROM r").ok()?;
        let rows = statement.query_map([], |row| row.get(0)).ok()?;
        rows.collect::<rusqlite::Result<_>>().ok()
    }

    /// One row; `None` if a page that it goes on in does not read.
    fn row(&self, id: i64) -> Result<Option<Vec<Value>>> {
        let mut statement = self.conn.prepare("SELECT * FROM r WHERE rowid = ?1")?;
        let row = statement.query_row(params![id], |row| {
            (0..9).map(|n| row.get(n)).collect::<rusqlite::Result<_>>()
        });
        Ok(row.ok())
    }

    /// The rows on and below a page of a table without row numbers. What is below may not read, so it
    /// is walked from both ends.
    fn keyed(&self, found: &mut Found) {
        for order in ["", "ORDER BY a DESC"] {
            let Ok(mut statement) = self.conn.prepare(&format!("SELECT * FROM w {order}")) else {
                return;
            };
            let Ok(mut rows) = statement.query([]) else {
                return;
            };
            let whole = loop {
                match rows.next() {
                    Ok(None) => break true,
                    Err(_) => break false,
                    Ok(Some(row)) => {
                        let row = (0..7).map(|n| row.get(n)).collect::<rusqlite::Result<_>>();
                        if let Ok(row) = row {
                            found.keyed(row);
                        }
                    }
                }
            };
            if whole {
                return;
            }
        }
    }
}

/// In the mode for recovery: the first page in clear, and a page that fails reads as empty.
fn connect(copy: &Path, key: &[u8; 32], salt: &[u8; 16]) -> Result<Connection> {
    let conn = Connection::open(copy)?;
    conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
    conn.pragma_update(None, "key", format!("x'{}'", schema::hex(key)))?;
    conn.execute_batch(&format!(
        "PRAGMA cipher_hmac_algorithm = HMAC_SHA256;
         PRAGMA cipher_plaintext_header_size = {};
         PRAGMA cipher_salt = \"x'{}'\";",
        PAGE - RESERVED,
        schema::hex(salt)
    ))?;
    conn.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    Ok(conn)
}

/// A first page with the two tables, in clear.
fn first_page(key: &[u8; 32], copy: &Path) -> Result<Vec<u8>> {
    connect(copy, key, &[0; 16])?.execute_batch(PROBES)?;
    let mut page = vec![0; PAGE];
    File::open(copy)?.read_exact(&mut page)?;
    Ok(page)
}

fn place(page: u32) -> u64 {
    u64::from(page.saturating_sub(1)) * PAGE as u64
}

/// Makes the copy: the database's pages with the log's on top, behind the new first page. How many.
fn copy_pages(
    database: &Path,
    first_page: &[u8],
    log: &Path,
    newest: &BTreeMap<u32, u64>,
    copy: &Path,
) -> Result<u32> {
    let bytes = fs::copy(database, copy)?;
    let in_file = u32::try_from(bytes.div_ceil(PAGE as u64)).unwrap_or(u32::MAX);
    let in_log = newest.keys().next_back().copied().unwrap_or(0);
    let pages = in_file.max(in_log).max(1);
    let mut file = File::options().write(true).open(copy)?;
    file.set_len(place(pages) + PAGE as u64)?;
    if !newest.is_empty() {
        let mut log = File::open(log)?;
        for (page, at) in newest {
            file.seek(SeekFrom::Start(place(*page)))?;
            file.write_all(&wal::page_at(&mut log, *at)?)?;
        }
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(first_page)?;
    file.seek(SeekFrom::Start(PAGE_COUNT))?;
    file.write_all(&pages.to_be_bytes())?;
    Ok(pages)
}

/// Pages that fail as the log has them are taken as the database has them; whether there were any.
fn restore(
    database: &Path,
    copy: &Path,
    newest: &BTreeMap<u32, u64>,
    unreadable: &[u32],
) -> Result<bool> {
    let mut older = false;
    let mut from = File::open(database)?;
    let mut to = File::options().write(true).open(copy)?;
    for page in unreadable.iter().filter(|page| newest.contains_key(page)) {
        let mut bytes = vec![0; PAGE];
        from.seek(SeekFrom::Start(place(*page)))?;
        if from.read_exact(&mut bytes).is_ok() {
            to.seek(SeekFrom::Start(place(*page)))?;
            to.write_all(&bytes)?;
            older = true;
        }
    }
    Ok(older)
}

/// What the salt may be: as the database begins, as its log has the first page, as this version makes it.
fn salts(
    database: &Path,
    log: &Path,
    newest: &BTreeMap<u32, u64>,
    key: &[u8; 32],
) -> Result<Vec<[u8; 16]>> {
    let mut salts = Vec::new();
    let mut salt = [0; 16];
    if File::open(database)?.read_exact(&mut salt).is_ok() {
        salts.push(salt);
    }
    if let Some(at) = newest.get(&1) {
        salt.copy_from_slice(&wal::page_at(&mut File::open(log)?, *at)?[..16]);
        salts.push(salt);
    }
    salts.push(schema::salt(key));
    Ok(salts)
}

/// The pages that do not authenticate, but for the first.
fn unreadable(conn: &Connection) -> Result<Vec<u32>> {
    let mut statement = conn.prepare("PRAGMA cipher_integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut pages = Vec::new();
    for line in lines {
        let page = line?.rsplit(' ').next().and_then(|page| page.parse().ok());
        pages.extend(page.filter(|page: &u32| *page > 1));
    }
    Ok(pages)
}

#[cfg(test)]
mod tests;
