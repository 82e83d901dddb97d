//! Matters: one folded row each, so that lists read no history, and the steps behind it.

use doorknock_model::ids::{DocId, DoorId, EventId, MatterId, PersonId};
use doorknock_model::kind::Value;
use doorknock_model::kinds::{matter, unpack};
use doorknock_model::matter::{
    Logged, MatterKind, MatterState, Place, Satisfaction, Source, Stage, Urgency, state,
};
use rusqlite::{OptionalExtension, Row, params};

use crate::cells::CellRow;
use crate::{Result, Tx, View, fixed};

/// What a matter's registers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterFacts {
    /// In a line.
    pub title: Option<String>,
    /// The door it is about.
    pub door: Option<DoorId>,
    /// Who raised it.
    pub person: Option<PersonId>,
    /// What sort of matter.
    pub kind: MatterKind,
    /// How pressing.
    pub urgency: Urgency,
    /// How it came in.
    pub source: Source,
    /// In the resident's words.
    pub description: Option<String>,
}

/// A step with its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The step.
    pub logged: Logged,
    /// The author's number.
    pub author: i64,
}

impl MatterFacts {
    fn take(&mut self, cell: &CellRow) {
        let text = || cell.value.as_text().map(str::to_owned);
        let id = || cell.value.as_bytes().and_then(|b| b.try_into().ok());
        let code = || match cell.value {
            Value::Int(code) => u8::try_from(code).ok(),
            _ => None,
        };
        match cell.key.field {
            matter::TITLE => self.title = text(),
            matter::DOOR => self.door = id().map(DoorId),
            matter::PERSON => self.person = id().map(PersonId),
            matter::DESCRIPTION => self.description = text(),
            matter::KIND => self.kind = code().map_or(self.kind, MatterKind::from_code),
            matter::URGENCY => self.urgency = code().map_or(self.urgency, Urgency::from_code),
            matter::SOURCE => self.source = code().map_or(self.source, Source::from_code),
            _ => {}
        }
    }
}

/// A step from its cell. Its shape was checked when it was projected; an id of another length is nobody's.
fn step(cell: &CellRow) -> Option<StepRow> {
    Some(StepRow {
        logged: Logged {
            id: EventId::from_slice(&cell.key.id)?,
            version: cell.version,
            event: unpack(&cell.value)?,
        },
        author: cell.author?,
    })
}

/// A matter's folded row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterRow {
    /// Which.
    pub matter: MatterId,
    /// Its grid's casework space.
    pub space: u32,
    /// What it is; without the description.
    pub facts: MatterFacts,
    /// Whether there is still something to be done.
    pub open: bool,
    /// How far it has come.
    pub stage: Stage,
    /// Who has it.
    pub place: Place,
    /// When it was raised, in seconds since 1970.
    pub raised_at: Option<i64>,
    /// Seconds to the first response.
    pub first_response: Option<i64>,
    /// When it was settled.
    pub ended_at: Option<i64>,
    /// Its deadline.
    pub due: Option<i64>,
    /// The earliest deadline of a partner awaited.
    pub partner_due: Option<i64>,
    /// The partners awaited, with 、 between.
    pub partners: String,
    /// Whether it was ever taken out of the grid.
    pub left_grid: bool,
    /// A visit is wanted by this day.
    pub visit_by: Option<i32>,
    /// How content the resident is.
    pub satisfaction: Option<Satisfaction>,
    /// How many in a hundred are content.
    pub percent: Option<i32>,
    /// How often it was reopened.
    pub reopened: u32,
}

/// Which matters to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MatterFilter {
    /// Of this casework space only.
    pub space: Option<u32>,
    /// About this door only.
    pub door: Option<DoorId>,
    /// Open ones only.
    pub open: bool,
    /// Only those late at this time, in seconds since 1970.
    pub late_at: Option<i64>,
    /// Only those that await a visit.
    pub visit: bool,
}

/// Where a list of matters stopped: at this one, as it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatterMark {
    /// Whether it was over.
    over: bool,
    /// Its deadline; the least number without one, 0 once it was over.
    due: i64,
    /// When it was raised, so that the latest is the least.
    raised: i64,
    /// Which.
    matter: MatterId,
}

impl MatterMark {
    /// From its parts ([`Self::parts`]).
    #[must_use]
    pub const fn new((over, due, raised, matter): (bool, i64, i64, MatterId)) -> Self {
        Self {
            over,
            due,
            raised,
            matter,
        }
    }

    /// Its parts, in the order of the list.
    #[must_use]
    pub const fn parts(self) -> (bool, i64, i64, MatterId) {
        (self.over, self.due, self.raised, self.matter)
    }
}

impl From<&MatterRow> for MatterMark {
    fn from(row: &MatterRow) -> Self {
        Self {
            over: !row.open,
            due: if row.open {
                row.due.unwrap_or(i64::MIN)
            } else {
                0
            },
            raised: !row.raised_at.unwrap_or(i64::MIN),
            matter: row.matter,
        }
    }
}

/// What matters are listed by, all of it ascending; the same as [`MatterMark`].
const ORDER: &str = "NOT open, CASE WHEN open THEN ifnull(due, 0x8000000000000000) ELSE 0 END,
    ~ifnull(raised_at, 0x8000000000000000), doc";

const ROW: &str =
    "SELECT doc, space, title, door, person, matter_kind, urgency, source, open, stage,
    place, raised_at, first_response, ended_at, due, partner_due, partners, left_grid, visit_by,
    satisfaction, percent, reopened FROM matter_state";

impl Tx<'_> {
    /// Folds a matter's row again, after a change to its document.
    ///
    /// # Errors
    /// The database's.
    pub fn fold_matter(&self, space: u32, matter: MatterId) -> Result<()> {
        let (facts, steps) = self.matter_record(matter)?;
        let logged: Vec<_> = steps.into_iter().map(|s| s.logged).collect();
        let state = state(facts.urgency, &logged);
        self.exec(
            "INSERT OR REPLACE INTO matter_state (doc, space, title, door, person, matter_kind, urgency,
                 source, open, stage, place, raised_at, first_response, ended_at, due, partner_due,
                 partners, left_grid, visit_by, satisfaction, percent, reopened)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                 ?20, ?21, ?22)",
            params![
                &matter.0[..],
                space,
                facts.title,
                facts.door.map(|d| d.0),
                facts.person.map(|p| p.0),
                facts.kind.code(),
                facts.urgency.code(),
                facts.source.code(),
                state.open,
                state.stage.code(),
                state.place.code(),
                state.raised_at,
                state.first_response,
                state.ended_at,
                state.due,
                state.awaited.iter().filter_map(|a| a.due).min(),
                partners(&state),
                state.left_grid,
                state.visit_by,
                state.satisfaction.map(Satisfaction::code),
                state.percent,
                state.reopened,
            ],
        )?;
        Ok(())
    }
}

/// Those awaited, each once, in the order of their names: the order of steps side by side says nothing.
fn partners(state: &MatterState) -> String {
    let awaited = state.awaited.iter();
    let mut names: Vec<&str> = awaited.filter_map(|a| a.partner.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    names.join("、")
}

impl View<'_> {
    /// What a matter's registers say, and its steps, by id. What the registers leave open is a worry of the
    /// ordinary kind.
    ///
    /// # Errors
    /// The database's.
    pub fn matter_record(&self, matter: MatterId) -> Result<(MatterFacts, Vec<StepRow>)> {
        let mut facts = MatterFacts {
            title: None,
            door: None,
            person: None,
            kind: MatterKind::Ordinary,
            urgency: Urgency::Worry,
            source: Source::Elsewhere,
            description: None,
        };
        let mut steps = Vec::new();
        for cell in self.cells_of(DocId(matter.0))? {
            if cell.key.field == matter::EVENT {
                steps.extend(step(&cell));
            } else {
                facts.take(&cell);
            }
        }
        Ok((facts, steps))
    }

    /// One matter.
    ///
    /// # Errors
    /// The database's.
    pub fn matter(&self, matter: MatterId) -> Result<Option<MatterRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{ROW} WHERE doc = ?1"))?;
        Ok(statement
            .query_row([&matter.0[..]], matter_row)
            .optional()?)
    }

    /// Matters: open ones first, by their deadlines; then those that are over, the latest first. From the
    /// beginning, or after a mark.
    ///
    /// # Errors
    /// The database's.
    pub fn matters(
        &self,
        filter: &MatterFilter,
        after: Option<&MatterMark>,
        limit: u32,
    ) -> Result<Vec<MatterRow>> {
        // A community has some thousands of matters; a scan of their rows takes a few milliseconds.
        let sql = format!(
            "{ROW} WHERE (?1 IS NULL OR space = ?1) AND (?2 IS NULL OR door = ?2)
                 AND (NOT ?3 OR open) AND (?4 IS NULL OR (open AND (due < ?4 OR partner_due < ?4)))
                 AND (NOT ?5 OR visit_by IS NOT NULL)
                 AND (?7 IS NULL OR ({ORDER}) > (?7, ?8, ?9, ?10))
             ORDER BY {ORDER} LIMIT ?6"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(
            params![
                filter.space,
                filter.door.map(|d| d.0),
                filter.open,
                filter.late_at,
                filter.visit,
                limit,
                after.map(|mark| mark.over),
                after.map(|mark| mark.due),
                after.map(|mark| mark.raised),
                after.map(|mark| mark.matter.0),
            ],
            matter_row,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn matter_row(row: &Row<'_>) -> rusqlite::Result<MatterRow> {
    let id = |column: usize| -> rusqlite::Result<Option<[u8; 16]>> {
        Ok(row
            .get_ref(column)?
            .as_blob_or_null()?
            .and_then(|b| b.try_into().ok()))
    };
    Ok(MatterRow {
        matter: MatterId(fixed(row, 0)?),
        space: row.get(1)?,
        facts: MatterFacts {
            title: row.get(2)?,
            door: id(3)?.map(DoorId),
            person: id(4)?.map(PersonId),
            kind: MatterKind::from_code(row.get(5)?),
            urgency: Urgency::from_code(row.get(6)?),
            source: Source::from_code(row.get(7)?),
            description: None,
        },
        open: row.get(8)?,
        stage: Stage::from_code(row.get(9)?),
        place: Place::from_code(row.get(10)?),
        raised_at: row.get(11)?,
        first_response: row.get(12)?,
        ended_at: row.get(13)?,
        due: row.get(14)?,
        partner_due: row.get(15)?,
        partners: row.get(16)?,
        left_grid: row.get(17)?,
        visit_by: row.get(18)?,
        satisfaction: row.get::<_, Option<u8>>(19)?.map(Satisfaction::from_code),
        percent: row.get(20)?,
        reopened: row.get(21)?,
    })
}
