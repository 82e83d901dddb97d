//! Importing a roster: doors and the people behind them. Importing the same file twice changes
//! nothing, because ids are derived from addresses and names, and only what differs is written.
//!
//! What a roster says of care goes into the casework space; the door's card gets only the cadence
//! that follows from it (rule R10). A care need already on file keeps what the office recorded, and one
//! that ended stays so; a cell that is empty clears nothing.

use std::collections::BTreeMap;

use doorknock_model::Message;
use doorknock_model::access::SpaceKind;
use doorknock_model::care::plan::{Wanted, wanted};
use doorknock_model::care::{CareCategory, RiskLevel};
use doorknock_model::ids::{DocId, DoorId, GridId, PersonId};
use doorknock_model::kind::{Key, Kind, Value};
use doorknock_model::kinds::{
    DOOR_CARD, DoorAddress, Need, PERSON_FILE, door_card, pack, person_file,
};
use doorknock_model::roster::{Roster, RosterRow, RowMessage};

use crate::Result;
use crate::care::{NewNeed, need_key, new_need, plan_value, set_risk};
use crate::env::Transport;
use crate::error::said;
use crate::home::Doorknock;
use crate::writer::{Writer, with_writer};

/// Doors in one transaction.
const BATCH: usize = 500;

/// How to import.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportOptions {
    /// Report what would happen, and change nothing.
    pub dry_run: bool,
}

/// What an import did. What was wrong with the file itself stands in the roster's own report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Doors that are new.
    pub doors_added: usize,
    /// Doors of which something changed, or of someone behind them.
    pub doors_updated: usize,
    /// Doors of which nothing changed.
    pub unchanged: usize,
    /// Rows refused here, with reasons.
    pub rows_refused: Vec<RowMessage>,
}

enum Change {
    Added,
    Updated,
    None,
}

type Group<'a> = (DoorId, Vec<&'a RosterRow>);

impl Doorknock {
    /// Imports a roster. Grids that are not there yet are made first, which needs the hub; all
    /// the rest is done offline. Progress is called with doors done and doors in all.
    ///
    /// # Errors
    /// `not_joined`, `grids_need_hub`, `not_admin` (for new grids), `space_key_missing`, `disk_full`. Doors
    /// imported before a failure stay.
    pub fn import(
        &self,
        roster: &Roster,
        options: ImportOptions,
        net: &dyn Transport,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<ImportReport> {
        let community = self.lock().identity()?.community;
        if !options.dry_run {
            self.make_missing_grids(roster, net)?;
            self.name_compounds(roster)?;
        }
        let mut groups: BTreeMap<DoorId, (usize, Vec<&RosterRow>)> = BTreeMap::new();
        for (n, row) in roster.rows.iter().enumerate() {
            let door = community.door(community.grid(&row.grid_code), &row.door_key());
            groups
                .entry(door)
                .or_insert_with(|| (n, Vec::new()))
                .1
                .push(row);
        }
        // In the file's order: neighbours on the list are neighbours in the database.
        let mut groups: Vec<_> = groups
            .into_iter()
            .map(|(door, (n, rows))| (n, (door, rows)))
            .collect();
        groups.sort_unstable_by_key(|(n, _)| *n);
        let groups: Vec<Group<'_>> = groups.into_iter().map(|(_, group)| group).collect();
        let mut report = ImportReport::default();
        for batch in groups.chunks(BATCH) {
            let part = self.import_batch(batch, options.dry_run)?;
            report.doors_added += part.doors_added;
            report.doors_updated += part.doors_updated;
            report.unchanged += part.unchanged;
            report.rows_refused.extend(part.rows_refused);
            progress(
                report.doors_added
                    + report.doors_updated
                    + report.unchanged
                    + report.rows_refused.len(),
                groups.len(),
            );
        }
        Ok(report)
    }

    /// Names the roster's compounds in the settings, where this device may.
    fn name_compounds(&self, roster: &Roster) -> Result<()> {
        let mut names: Vec<_> = roster
            .rows
            .iter()
            .map(|r| r.address.compound.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| !name.is_empty());
        if names.is_empty() || !self.is_office()? {
            return Ok(());
        }
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                names
                    .iter()
                    .try_for_each(|name| writer.compound(name, None).map(|_| ()))
            })
        })
    }

    fn make_missing_grids(&self, roster: &Roster, net: &dyn Transport) -> Result<()> {
        let there: Vec<_> = self
            .grids()?
            .into_iter()
            .filter(|g| g.mine)
            .map(|g| g.code)
            .collect();
        let mut missing: Vec<String> = Vec::new();
        for row in &roster.rows {
            if !there.contains(&row.grid_code) && !missing.contains(&row.grid_code) {
                missing.push(row.grid_code.clone());
            }
        }
        self.ensure_grids(&missing, net).map_err(|error| match error.code() {
            "hub_unreachable" => said(
                "grids_need_hub",
                "名册里有新的网格，建立网格须连上服务器；请联网后再导入，尚未写入任何内容。",
                "The roster names new grids, and making a grid needs the hub; connect and import again, nothing was written.",
            ),
            _ => error,
        })
    }

    fn import_batch(&self, batch: &[Group<'_>], dry_run: bool) -> Result<ImportReport> {
        let today = self.today()?;
        let work = |writer: &mut Writer<'_>| {
            let mut report = ImportReport::default();
            for (door, rows) in batch {
                match import_door(writer, *door, rows, today)? {
                    Ok(Change::Added) => report.doors_added += 1,
                    Ok(Change::Updated) => report.doors_updated += 1,
                    Ok(Change::None) => report.unchanged += 1,
                    Err(reason) => report
                        .rows_refused
                        .extend(rows.iter().map(|row| RowMessage {
                            row: row.number,
                            reason: reason.clone(),
                        })),
                }
            }
            Ok(report)
        };
        if !dry_run {
            return self.writing(|inner| with_writer(inner, &self.env, work));
        }
        // The same work, then the transaction is given up.
        let mut inner = self.lock();
        let mut found = None;
        let given_up = with_writer(&mut inner, &self.env, |writer| {
            found = Some(work(writer)?);
            Err::<(), _>(said("dry_run", "", ""))
        });
        inner.forget();
        match (found, given_up) {
            (Some(report), _) => Ok(report),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Ok(ImportReport::default()),
        }
    }
}

fn import_door(
    writer: &mut Writer<'_>,
    door: DoorId,
    rows: &[&RosterRow],
    today: i32,
) -> Result<Result<Change, Message>> {
    let Some(row) = rows.first() else {
        return Ok(Ok(Change::None));
    };
    let existing = writer.tx.door(door)?;
    let grid = writer.identity.community.grid(&row.grid_code);
    let space = |kind: SpaceKind| writer.tx.space_of(kind.code(), grid);
    let (rounds, casework) = (space(SpaceKind::Rounds)?, space(SpaceKind::Casework)?);
    let (Some(rounds), Some(casework)) = (rounds, casework) else {
        // Only a dry run comes here: its grid is not made.
        return Ok(Ok(Change::Added));
    };
    if writer.tx.door_of_other_grid(door)? {
        return Ok(Err(Message::new(
            "door_in_other_grid",
            "这户已登记在另一个网格；换网格要单独办理，本行未导入。",
            "This door is in another grid already; moving it is a step of its own, the row was not imported.",
        )));
    }
    let mut values = vec![
        (
            Key::plain(door_card::ADDRESS),
            pack(&DoorAddress::from(&row.address)),
        ),
        (
            Key::plain(door_card::KIND),
            Value::Int(row.kind.code().into()),
        ),
    ];
    if let Some(id) = &row.external_id {
        values.push((Key::plain(door_card::EXTERNAL_ID), Value::Text(id.clone())));
    }
    let mut people = Vec::new();
    for row in rows {
        people.extend(read_person(writer, (grid, door), row, today)?);
    }
    let by_hand = existing.as_ref().is_some_and(|d| d.by_hand);
    if !by_hand && people.iter().any(|person| !person.needs.is_empty()) {
        let wanted = wanted_with(writer, door, &people)?;
        values.push(plan_value(wanted, existing.as_ref()));
    }
    let mut of_people = people.iter().flat_map(|person| &person.values);
    if !fit(&DOOR_CARD, &values) || !of_people.all(|value| fit(&PERSON_FILE, [value])) {
        return Ok(Err(Message::new(
            "row_too_long",
            "这户有内容过长（如备注），未导入；请缩短后再导入。",
            "Something of this door is too long (a remark, say), and it was not imported; shorten it and import again.",
        )));
    }
    let mut changed = writer.set(&DOOR_CARD, DocId(door.0), rounds.n, values)?;
    for Imported {
        person,
        mut values,
        needs,
    } in people
    {
        let needs = needs
            .iter()
            .map(|(code, need)| (need_key(*code), pack(need)));
        values.extend(needs);
        changed |= writer.set(&PERSON_FILE, DocId(person.0), casework.n, values)?;
    }
    Ok(Ok(match (existing, changed) {
        (None, _) => Change::Added,
        (Some(_), true) => Change::Updated,
        (Some(_), false) => Change::None,
    }))
}

/// Whether every value is within its field's limit: one that is not must not keep the other rows out.
fn fit<'v>(kind: &Kind, values: impl IntoIterator<Item = &'v (Key, Value)>) -> bool {
    values.into_iter().all(|(key, value)| {
        let field = kind.field(key.field);
        field.is_some_and(|field| value.size() <= field.max_bytes)
    })
}

/// A row's person: what the row says of them, and the care needs that are new or change.
struct Imported {
    person: PersonId,
    values: Vec<(Key, Value)>,
    needs: Vec<(u16, Need)>,
}

fn read_person(
    writer: &Writer<'_>,
    (grid, door): (GridId, DoorId),
    row: &RosterRow,
    today: i32,
) -> Result<Option<Imported>> {
    let RosterRow {
        name,
        phone,
        remark,
        categories,
        ..
    } = row;
    if name.is_none() && phone.is_none() && remark.is_none() && categories.is_empty() {
        return Ok(None);
    }
    let person = writer
        .identity
        .community
        .person(grid, door, name.as_deref().unwrap_or(""));
    let mut values = vec![(Key::plain(person_file::DOOR), Value::Bytes(door.0.to_vec()))];
    let texts = [
        (person_file::NAME, name),
        (person_file::PHONE, phone),
        (person_file::REMARK, remark),
    ];
    for (field, text) in texts {
        values.extend(
            text.as_ref()
                .map(|t| (Key::plain(field), Value::Text(t.clone()))),
        );
    }
    let on_file = writer.tx.needs_of(person)?;
    let mut needs = Vec::new();
    for category in categories {
        let known = on_file.iter().find(|n| n.category == category.code());
        let need = match known {
            None => new_need(&from_roster(*category, row.risk), today)?,
            // What the office ended, a roster does not begin again.
            Some(known) if known.until.is_some() => continue,
            Some(known) => {
                let Some(risk) = row.risk.filter(|risk| known.risk != risk.code()) else {
                    continue;
                };
                let mut need = known.need.clone();
                set_risk(&mut need, risk, today);
                need
            }
        };
        needs.push((category.code(), need));
    }
    Ok(Some(Imported {
        person,
        values,
        needs,
    }))
}

fn from_roster(category: CareCategory, risk: Option<RiskLevel>) -> NewNeed {
    NewNeed {
        category,
        risk,
        cadence: None,
        consent: None,
        review: None,
        note: None,
    }
}

/// What the door's needs will ask for once the file's are recorded.
fn wanted_with(writer: &Writer<'_>, door: DoorId, people: &[Imported]) -> Result<Option<Wanted>> {
    let mut all: BTreeMap<(PersonId, u16), Need> = BTreeMap::new();
    for (person, row) in writer.tx.needs_of_door(door)? {
        all.insert((person, row.category), row.need);
    }
    for Imported { person, needs, .. } in people {
        let needs = needs.iter().cloned();
        all.extend(needs.map(|(category, need)| ((*person, category), need)));
    }
    Ok(wanted(all.values(), &writer.tx.cadences()?))
}
