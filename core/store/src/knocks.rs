//! Ticks folded into doors' states, and what stands in for what: the projections that are more than
//! a row for a value. Both are a pure function of the set of records, whatever order they came in.

use doorknock_model::ids::{DoorId, VisitId};
use doorknock_model::kind::{Columns, Key, Value};
use doorknock_model::kinds::{Tick, TickResult};
use doorknock_model::round::{DoorState, Knock};
use rusqlite::{OptionalExtension, params};

use crate::project::{ONCE_ID, Origin};
use crate::{Result, StoreError, Tx, View};

/// A door's state with the tick it ends at.
struct Last {
    at: i64,
    id: Vec<u8>,
    state: DoorState,
    /// Whether the tick asked about is one that another stands in for.
    replaced: bool,
}

impl Tx<'_> {
    /// Folds a new tick into its door's state: onto the state where it is the latest and has nothing to do
    /// with a correction, from the first tick again otherwise.
    pub(crate) fn fold_tick(&self, origin: &Origin, key: &Key, value: &Value) -> Result<()> {
        let tick: Tick = doorknock_model::kinds::unpack(value).ok_or(StoreError::BadRow)?;
        let (space, door) = (origin.space, tick.door);
        for named in tick.replaces.iter().flatten() {
            self.correction(space, door, &named.0, &key.id)?;
        }
        if !origin.folds {
            return Ok(());
        }
        let current = self.state_row(space, door, &key.id)?;
        let utc_offset = self.utc_offset()?;
        let late = current
            .as_ref()
            // Two records under one id count in the order of their versions, not of their arrival.
            .is_some_and(|last| last.replaced || (last.at, &last.id) >= (tick.at, &key.id));
        if late || tick.replaces.is_some() {
            return self.refold(space, door, utc_offset);
        }
        let mut state = current.map(|last| last.state).unwrap_or_default();
        let visit = VisitId::from_slice(&key.id).ok_or(StoreError::BadRow)?;
        let at = tick.at;
        state.fold(&Knock::new(visit, tick), utc_offset);
        self.put_state(space, door, at, &key.id, &state)
    }

    /// Notes which visits a visit stands in for; a plain one writes nothing.
    pub(crate) fn note_correction(&self, origin: &Origin, key: &Key, row: &Columns) -> Result<()> {
        let column = |name: &str| row.iter().find(|(n, _)| *n == name).map(|(_, v)| v);
        let named = column("corrects").and_then(Value::as_bytes);
        let door = column("door").and_then(Value::as_bytes);
        let (Some(named), Some(door)) = (named, door.and_then(DoorId::from_slice)) else {
            return Ok(());
        };
        named
            .chunks_exact(ONCE_ID)
            .try_for_each(|id| self.correction(origin.space, door, id, &key.id))
    }

    fn correction(&self, space: u32, door: DoorId, id: &[u8], by: &[u8]) -> Result<()> {
        self.exec(
            r#"INSERT INTO correction (space, door, id, "by") VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO NOTHING"#,
            params![space, door.0, id, by],
        )?;
        Ok(())
    }

    fn put_state(
        &self,
        space: u32,
        door: DoorId,
        at: i64,
        id: &[u8],
        state: &DoorState,
    ) -> Result<()> {
        let packed = minicbor::to_vec(state).map_err(|_| StoreError::BadRow)?;
        self.exec(
            "INSERT INTO door_state (space, door, last_at, last_id, state) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (space, door) DO UPDATE
             SET last_at = excluded.last_at, last_id = excluded.last_id, state = excluded.state",
            params![space, door.0, at, id, packed],
        )?;
        Ok(())
    }

    fn refold(&self, space: u32, door: DoorId, utc_offset: i32) -> Result<()> {
        let ticks = self.ticks(space, door)?;
        let Some(last) = ticks.last() else {
            return Ok(());
        };
        let state = DoorState::of(&ticks, utc_offset);
        self.put_state(space, door, last.at, &last.visit.0, &state)
    }

    /// Folds every door's ticks again, for another time zone or after a rebuild.
    ///
    /// # Errors
    /// The database's.
    pub fn refold_all(&self, utc_offset: i32) -> Result<()> {
        let spaces: Vec<u32> = {
            let mut statement = self
                .conn
                .prepare_cached("SELECT DISTINCT space FROM tick")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        spaces
            .into_iter()
            .try_for_each(|space| self.refold_space(space, utc_offset))
    }

    /// Folds the ticks of every door of a space again.
    ///
    /// # Errors
    /// The database's.
    pub fn refold_space(&self, space: u32, utc_offset: i32) -> Result<()> {
        let doors: Vec<[u8; 16]> = {
            let mut statement = self
                .conn
                .prepare_cached("SELECT DISTINCT door FROM tick WHERE space = ?1")?;
            let rows = statement.query_map([space], |row| crate::fixed(row, 0))?;
            rows.collect::<Result<_, _>>()?
        };
        doors
            .into_iter()
            .try_for_each(|door| self.refold(space, DoorId(door), utc_offset))
    }
}

impl View<'_> {
    /// How a door stands, and whether another record stands in for the tick under `id`.
    fn state_row(&self, space: u32, door: DoorId, id: &[u8]) -> Result<Option<Last>> {
        let mut statement = self.conn.prepare_cached(
            r#"SELECT last_at, last_id, state, EXISTS (
                   SELECT 1 FROM correction c
                   WHERE c.space = ?1 AND c.door = ?2 AND c.id = ?3 AND c."by" <> ?3
               ) FROM door_state WHERE space = ?1 AND door = ?2"#,
        )?;
        let row: Option<(i64, Vec<u8>, Vec<u8>, bool)> = statement
            .query_row(params![space, door.0, id], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
            })
            .optional()?;
        row.map(|(at, id, state, replaced)| {
            let state = minicbor::decode(&state).map_err(|_| StoreError::BadRow)?;
            Ok(Last {
                at,
                id,
                state,
                replaced,
            })
        })
        .transpose()
    }

    /// A door's ticks in the order they are folded.
    ///
    /// # Errors
    /// The database's.
    pub fn ticks(&self, space: u32, door: DoorId) -> Result<Vec<Knock>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, at, result, follow_up, replaces FROM tick WHERE space = ?1 AND door = ?2
             ORDER BY at, id, version",
        )?;
        let rows = statement.query_map(params![space, door.0], |row| {
            let replaces = row.get_ref(4)?.as_blob_or_null()?.unwrap_or_default();
            Ok(Knock {
                visit: VisitId(crate::fixed(row, 0)?),
                at: row.get(1)?,
                result: TickResult::from_code(row.get(2)?),
                follow_up: row.get(3)?,
                replaces: replaces
                    .chunks_exact(ONCE_ID)
                    .filter_map(VisitId::from_slice)
                    .collect(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
