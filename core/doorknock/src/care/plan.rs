//! The due plan that follows from care needs, and where it does not.

use std::collections::{HashMap, HashSet};

use doorknock_model::access::SpaceKind;
use doorknock_model::cadence::Cadence;
use doorknock_model::care::RiskLevel;
use doorknock_model::care::plan::{Cadences, Wanted, wanted};
use doorknock_model::checklist::care_visit_id;
use doorknock_model::ids::{DocId, DoorId, GridId};
use doorknock_model::kind::{Key, Kind, Value};
use doorknock_model::kinds::{DOOR_CARD, Need, Plan, SETTINGS, door_card, pack, settings};
use doorknock_model::round::day_of;
use doorknock_store::View;
use doorknock_store::queries::DoorRow;

use crate::Result;
use crate::error::not_found;
use crate::home::Doorknock;
use crate::writer::Writer;

/// Doors replanned in one transaction.
const BATCH: usize = 500;

/// A door whose plan is not what its needs ask for: two devices changed needs at once, or the
/// community changed its cadences.
#[derive(Debug, Clone)]
pub(crate) struct Mismatch {
    pub(crate) door: DoorRow,
    pub(crate) wanted: Option<Wanted>,
}

impl Doorknock {
    /// Lets a door's plan follow its care needs again, also where a person had chosen it. Whether
    /// anything differed.
    ///
    /// # Errors
    /// `not_found`, `disk_full`.
    pub fn replan(&self, door: DoorId) -> Result<bool> {
        self.changing(|writer| {
            let there = writer.tx.door_space(door)?.is_some();
            if !there {
                return Err(not_found("门户", "door"));
            }
            writer.replan(door, true)
        })
    }

    /// Mends every plan here that does not follow the care needs; those that a person chose stay. How many.
    ///
    /// # Errors
    /// `disk_full`.
    pub fn replan_all(&self) -> Result<usize> {
        let all = mismatches(&self.lock().store.view()?)?;
        let doors: Vec<_> = all.iter().map(|m| m.door.door.door).collect();
        for batch in doors.chunks(BATCH) {
            self.changing(|writer| {
                batch
                    .iter()
                    .try_for_each(|door| writer.replan(*door, false).map(|_| ()))
            })?;
        }
        Ok(doors.len())
    }

    /// How often each level of risk is due in this community, most pressing first.
    ///
    /// # Errors
    /// The database's.
    pub fn default_cadences(&self) -> Result<Vec<(RiskLevel, Cadence)>> {
        let cadences = self.lock().store.view()?.cadences()?;
        Ok(RiskLevel::ALL.map(|r| (r, cadences.of(r))).to_vec())
    }

    /// Says how often a level of risk is due. Office only. Plans made before follow with
    /// [`Self::replan_all`].
    ///
    /// # Errors
    /// `not_office`, `disk_full`.
    pub fn set_default_cadence(&self, risk: RiskLevel, cadence: Cadence) -> Result<bool> {
        self.refuse_unless_office()?;
        self.changing(|writer| {
            let doc = SETTINGS.document(writer.identity.community, GridId::default(), &[]);
            let id = u16::from(risk.code()).to_be_bytes();
            let key = Key::with_id(settings::DEFAULT_CADENCE, &id);
            let value = Value::Text(cadence.to_string());
            writer.set(&SETTINGS, doc, 0, vec![(key, value)])
        })
    }
}

impl Writer<'_> {
    /// Makes a door's plan what its care needs ask for. One that a person chose stays, unless
    /// `anyhow`. Whether anything differed.
    pub(crate) fn replan(&mut self, door: DoorId, anyhow: bool) -> Result<bool> {
        let Some(row) = self.tx.door(door)? else {
            return Ok(false);
        };
        if row.by_hand && !anyhow {
            return Ok(false);
        }
        let needs = self.tx.needs_of_door(door)?;
        let wanted = wanted(needs.iter().map(|(_, n)| &n.need), &self.tx.cadences()?);
        let values = vec![plan_value(wanted, Some(&row))];
        self.decide(&DOOR_CARD, DocId(door.0), row.space, values)
    }
}

impl Writer<'_> {
    /// Sets registers for somebody who decides: where values stand side by side, all of them are
    /// replaced. Whether anything differed.
    pub(crate) fn decide(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        values: Vec<(Key, Value)>,
    ) -> Result<bool> {
        let (mut plain, mut open) = (Vec::new(), Vec::new());
        for (key, value) in values {
            let side_by_side = self.tx.conflicts_of(space, doc)?.contains(&key);
            if side_by_side { &mut open } else { &mut plain }.push((key, value));
        }
        let mut any = self.set(kind, doc, space, plain)?;
        for (key, value) in open {
            self.settle(kind, doc, space, key, value, None)?;
            any = true;
        }
        Ok(any)
    }
}

/// The plan that is asked for, as a value under its key; a checklist chosen for the door stays.
pub(crate) fn plan_value(wanted: Option<Wanted>, there: Option<&DoorRow>) -> (Key, Value) {
    let checklist = there.and_then(|row| row.door.plan?.checklist);
    let plan = wanted.map(|wanted| Plan {
        cadence: wanted.cadence.to_string(),
        since: wanted.since,
        until: None,
        checklist: checklist.or_else(|| Some(care_visit_id())),
        by_hand: None,
    });
    let value = plan.map_or(Value::Null, |plan| pack(&plan));
    (Key::plain(door_card::PLAN), value)
}

/// The doors whose plan is not what their needs ask for, in walking order within each grid. Only
/// grids whose casework is here can be judged.
pub(crate) fn mismatches(view: &View<'_>) -> Result<Vec<Mismatch>> {
    let cadences = view.cadences()?;
    let plan = Key::plain(door_card::PLAN);
    let unsettled = view.conflicts()?.into_iter();
    let unsettled: HashSet<DocId> = unsettled
        .filter(|row| row.key.as_ref() == Some(&plan))
        .map(|row| row.doc)
        .collect();
    let mut all = Vec::new();
    for space in view.spaces()? {
        if SpaceKind::from_code(space.kind) != Some(SpaceKind::Rounds) {
            continue;
        }
        let Some(casework) = view.space_of(SpaceKind::Casework.code(), space.grid)? else {
            continue;
        };
        let mut needs: HashMap<DoorId, Vec<Need>> = HashMap::new();
        for (person, rows) in view.people_in_care(casework.n)? {
            if let Some(door) = view.person(person)?.and_then(|p| p.door) {
                let needs = needs.entry(door).or_default();
                needs.extend(rows.into_iter().map(|row| row.need));
            }
        }
        let mut doors = view.doors_of(space.n)?;
        doors.sort_by_cached_key(|row| (row.door.address.walk_order(), row.door.door));
        for door in doors {
            let needs = needs.remove(&door.door.door).unwrap_or_default();
            let open = unsettled.contains(&DocId(door.door.door.0));
            all.extend(mismatch(door, &needs, &cadences, open));
        }
    }
    Ok(all)
}

fn mismatch(door: DoorRow, needs: &[Need], cadences: &Cadences, open: bool) -> Option<Mismatch> {
    let wanted = wanted(needs, cadences);
    let plan = door.door.plan.map(|plan| Wanted {
        cadence: plan.cadence,
        since: day_of(plan.since),
    });
    let differs = !door.by_hand && (plan != wanted || open);
    differs.then_some(Mismatch { door, wanted })
}
