//! Opening: key, settings, migrations.

use std::path::Path;
use std::sync::Once;

use doorknock_model::ids::derive16;
use rusqlite::{Connection, OpenFlags};

use crate::{Result, StoreError, wal};

/// Numbered migrations; the n-th brings `user_version` to n.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first_light.sql"),
    include_str!("../migrations/0002_whole_day.sql"),
    include_str!("../migrations/0003_matters.sql"),
    include_str!("../migrations/0004_rounds.sql"),
    include_str!("../migrations/0005_relay.sql"),
    include_str!("../migrations/0006_snapshots.sql"),
];

/// SQLite counts as initialised before SQLCipher's own start has ended, so a second thread's first opening
/// could find no cipher. The first opening of a process is therefore made alone.
pub(crate) static FIRST: Once = Once::new();

pub(crate) fn open(path: &Path, key: &[u8; 32]) -> Result<Connection> {
    open_at(path, key, MIGRATIONS.len())
}

/// Opens a database as of a version of the schema, or a later one that it has.
pub(crate) fn open_at(path: &Path, key: &[u8; 32], upto: usize) -> Result<Connection> {
    FIRST.call_once(|| drop(Connection::open_in_memory()));
    let is_new = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
    // A log that cannot be looked at now is SQLite's to report.
    if wal::is_damaged(&wal::beside(path)).unwrap_or(false) {
        return Err(StoreError::Unreadable);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // A library prints nothing: what is wrong with a file is said by the error.
    conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
    // The first bytes of the file are the salt of the pages' authentication; without them nothing of the rest
    // could be read. In a new file they follow from the key (docs/adr/0013-damaged-homes.md).
    let mut material = hex(key);
    if is_new {
        material += &hex(&salt(key));
    }
    conn.pragma_update(None, "key", format!("x'{material}'"))?;
    // SHA-256 has instructions on phones and servers alike; the default, SHA-512, mostly has none, and
    // authenticating pages is half of what encryption costs (docs/performance.md).
    conn.execute_batch("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")?;
    // The first read decides whether the key fits.
    let version: usize = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // FULL: a commit survives power loss. fullfsync: on Apple's systems fsync alone does not.
    // A page-cache miss costs a decryption, hence 16 MiB of cache.
    conn.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON;
         PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384;
         PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;",
    )?;
    conn.set_prepared_statement_cache_capacity(128);
    migrate(&conn, version, upto)?;
    Ok(conn)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The salt of a database of this version. It has to differ nowhere: the key is random.
pub(crate) fn salt(key: &[u8; 32]) -> [u8; 16] {
    derive16("database salt", &[key])
}

fn migrate(conn: &Connection, version: usize, upto: usize) -> Result<()> {
    if version > MIGRATIONS.len() {
        return Err(StoreError::TooNew);
    }
    for (n, sql) in MIGRATIONS.iter().enumerate().take(upto).skip(version) {
        // One transaction a migration: a crash leaves the old schema or the new one.
        conn.execute_batch(&format!(
            "BEGIN IMMEDIATE; {sql}; PRAGMA user_version={}; COMMIT;",
            n + 1
        ))?;
        if n == 0 {
            // FTS5's automatic merge stalls a commit by 300 ms; merging is `maintain`'s work.
            conn.execute_batch(
                "INSERT INTO fts_visit(fts_visit, rank) VALUES ('automerge', 0), ('crisismerge', 256);
                 INSERT INTO fts_card(fts_card, rank) VALUES ('automerge', 0), ('crisismerge', 256);",
            )?;
        }
    }
    Ok(())
}
