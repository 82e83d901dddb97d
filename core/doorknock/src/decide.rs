//! Deciding about a day's list: taking a door, leaving it out, giving it to somebody, adding it, and taking
//! such a decision back. Each is a record of its own on the day's sheet (docs/rounds.md).

use chrono::NaiveDate;
use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::{DecisionId, DocId, DoorId, GridId, MemberId};
use doorknock_model::kind::Key;
use doorknock_model::kinds::{DecisionKind, ROUND_SHEET, RoundDecision, pack, round_sheet};
use doorknock_model::random;
use doorknock_model::round::{Decision, day_of, effective, local_day};
use doorknock_store::View;

use crate::Result;
use crate::error::{not_found, said};
use crate::home::{Doorknock, Inner};
use crate::read::round::sheet as day_sheet;
use crate::read::utc_offset;
use crate::record::words;
use crate::records::name_of;
use crate::writer::with_writer;

/// A day's sheet of a grid.
struct Sheet {
    rounds: u32,
    grid: GridId,
    doc: DocId,
}

impl Doorknock {
    /// Takes a door: the author goes there. Taking it again gives the same decision. Today if no day is
    /// named.
    ///
    /// # Errors
    /// `not_found`, `day_is_over`, `disk_full`.
    pub fn take_door(&self, door: DoorId, date: Option<NaiveDate>) -> Result<DecisionId> {
        self.decide(date, plain(door, DecisionKind::Take))
    }

    /// Leaves a door out of a day's list, for a reason that the whole crew reads.
    ///
    /// # Errors
    /// `reason_needed`, `not_found`, `day_is_over`, `too_large`, `disk_full`.
    pub fn skip_door(
        &self,
        door: DoorId,
        reason: &str,
        date: Option<NaiveDate>,
    ) -> Result<DecisionId> {
        let decision = plain(door, DecisionKind::Skip);
        self.decide(date, with_reason(decision, reason)?)
    }

    /// Gives a door to a member of the grid's crew. Casework only.
    ///
    /// # Errors
    /// `not_casework`, `not_found`, `not_in_crew`, `day_is_over`, `disk_full`.
    pub fn assign_door(
        &self,
        door: DoorId,
        member: MemberId,
        date: Option<NaiveDate>,
    ) -> Result<DecisionId> {
        self.refuse_unless_casework()?;
        let sheet = self.sheet(door, date)?;
        self.refuse_unless_in_crew(member, sheet.grid)?;
        let member = Some(member);
        self.decide(
            date,
            RoundDecision {
                member,
                ..plain(door, DecisionKind::Assign)
            },
        )
    }

    /// Puts a door on a day's list, for a reason that the whole crew reads. Casework only.
    ///
    /// # Errors
    /// `not_casework`, `reason_needed`, `not_found`, `day_is_over`, `too_large`, `disk_full`.
    pub fn add_to_round(
        &self,
        door: DoorId,
        reason: &str,
        date: Option<NaiveDate>,
    ) -> Result<DecisionId> {
        self.refuse_unless_casework()?;
        let decision = plain(door, DecisionKind::Add);
        self.decide(date, with_reason(decision, reason)?)
    }

    /// Takes back a decision that counts: releases a door, brings back one that was left out.
    ///
    /// # Errors
    /// `not_found` if there is none, `not_casework` for an assignment, `day_is_over`, `disk_full`.
    pub fn undo_decision(
        &self,
        door: DoorId,
        decision: DecisionId,
        date: Option<NaiveDate>,
    ) -> Result<()> {
        match self.cancel(door, date, |d| d.id == decision)? {
            0 => Err(not_found("安排", "decision")),
            _ => Ok(()),
        }
    }

    /// Takes back everything that this member decided about a door that day; how many decisions that was.
    ///
    /// # Errors
    /// `not_found` for the door, `day_is_over`, `disk_full`.
    pub fn release_door(&self, door: DoorId, date: Option<NaiveDate>) -> Result<usize> {
        let me = self.lock().identity()?.member;
        self.cancel(door, date, |d| d.by == me)
    }

    /// The member meant by an id, the beginning of one (four digits or more), or a name.
    ///
    /// # Errors
    /// `not_found`, `ambiguous_name`.
    pub fn find_member(&self, text: &str) -> Result<MemberId> {
        let text = text.trim();
        let mut inner = self.lock();
        let members: Vec<_> = inner.charter()?.members().map(|m| m.id).collect();
        let view = inner.store.view()?;
        let by_id = text.len() >= 4;
        let mut found = Vec::new();
        for member in members {
            let starts = by_id && member.to_string().starts_with(text);
            if starts || name_of(&inner, &view, member)? == text {
                found.push(member);
            }
        }
        match found[..] {
            [member] => Ok(member),
            [] => Err(not_found("成员", "member")),
            _ => Err(said(
                "ambiguous_name",
                "有多位成员符合；请用成员编号。",
                "Several members fit; use the member's id.",
            )),
        }
    }

    fn decide(&self, date: Option<NaiveDate>, record: RoundDecision) -> Result<DecisionId> {
        let sheet = self.sheet(record.door, date)?;
        let me = self.lock().identity()?.member;
        let same = |d: &Decision| d.by == me && d.record == record;
        if let Some(there) = self.standing(&sheet)?.into_iter().find(same) {
            return Ok(there.id);
        }
        let assignment = matches!(record.what, DecisionKind::Assign | DecisionKind::Add);
        let id = DecisionId(random(&*self.env.entropy));
        self.put_decisions(&sheet, vec![(assignment, id, record)])?;
        Ok(id)
    }

    fn cancel(
        &self,
        door: DoorId,
        date: Option<NaiveDate>,
        which: impl Fn(&Decision) -> bool,
    ) -> Result<usize> {
        let sheet = self.sheet(door, date)?;
        let mut standing = self.standing(&sheet)?;
        standing.retain(|d| d.record.door == door && which(d));
        let mut records = Vec::new();
        for assignment in [false, true] {
            let of_place = standing.iter().filter(|d| d.assignment == assignment);
            let cancels: Vec<_> = of_place.map(|d| d.id).collect();
            if cancels.is_empty() {
                continue;
            }
            if assignment {
                self.refuse_unless_casework()?;
            }
            let record = RoundDecision {
                cancels: Some(cancels),
                ..plain(door, DecisionKind::Cancel)
            };
            records.push((assignment, DecisionId(random(&*self.env.entropy)), record));
        }
        if !records.is_empty() {
            self.put_decisions(&sheet, records)?;
        }
        Ok(standing.len())
    }

    fn put_decisions(
        &self,
        sheet: &Sheet,
        records: Vec<(bool, DecisionId, RoundDecision)>,
    ) -> Result<()> {
        let put = |(assignment, id, record): &(bool, DecisionId, RoundDecision)| {
            let field = if *assignment {
                round_sheet::ASSIGNMENT
            } else {
                round_sheet::DECISION
            };
            (Key::with_id(field, id.as_bytes()), pack(record))
        };
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                let puts = records.iter().map(put).collect();
                writer.put(&ROUND_SHEET, sheet.doc, sheet.rounds, puts)
            })
        })
    }

    /// The decisions of a sheet that count.
    fn standing(&self, sheet: &Sheet) -> Result<Vec<Decision>> {
        let all = self
            .lock()
            .store
            .view()?
            .decisions(sheet.rounds, sheet.doc)?;
        Ok(effective(&all).into_iter().cloned().collect())
    }

    /// The sheet of a door's grid for a day that is not over yet.
    fn sheet(&self, door: DoorId, date: Option<NaiveDate>) -> Result<Sheet> {
        let now = self.now_ms().div_euclid(1000);
        let inner = self.lock();
        let view = inner.store.view()?;
        let today = local_day(now, utc_offset(&view)?);
        let day = date.map_or(today, day_of);
        if day < today {
            return Err(said(
                "day_is_over",
                "这一天已经过去，不能再安排；请选今天或以后的日期。",
                "That day is over; choose today or a later one.",
            ));
        }
        sheet_of(&inner, &view, door, day)
    }

    fn refuse_unless_casework(&self) -> Result<()> {
        let role = self.community()?.and_then(|c| c.role);
        if matches!(role, Some(Role::Admin | Role::Staff | Role::Worker)) {
            return Ok(());
        }
        Err(said(
            "not_casework",
            "只有网格员和社区工作人员能指派或加入门户；请联系网格员。",
            "Only the grid's worker and office staff can assign or add doors; ask the grid's worker.",
        ))
    }

    /// Whoever is to go there must be able to see the list.
    fn refuse_unless_in_crew(&self, member: MemberId, grid: GridId) -> Result<()> {
        let mut inner = self.lock();
        let charter = inner.charter()?;
        let known = charter.member(member);
        let known = known.ok_or_else(|| not_found("成员", "member"))?;
        let in_grid = known.grids.contains(&grid);
        let holds = |role: Role| role.holds(SpaceKind::Rounds, in_grid);
        if known.role.is_some_and(holds) {
            return Ok(());
        }
        Err(said(
            "not_in_crew",
            "这位成员不在这个网格，看不到清单；请选本网格的成员。",
            "This member is not of this grid's crew and does not see its list; choose one who is.",
        ))
    }
}

fn sheet_of(inner: &Inner, view: &View<'_>, door: DoorId, day: i32) -> Result<Sheet> {
    let rounds = view
        .door_space(door)?
        .ok_or_else(|| not_found("门户", "door"))?;
    let space = view.space(rounds)?;
    let grid = space.ok_or_else(|| not_found("网格", "grid"))?.grid;
    let doc = day_sheet(inner.identity()?.community, grid, day);
    Ok(Sheet { rounds, grid, doc })
}

fn plain(door: DoorId, what: DecisionKind) -> RoundDecision {
    RoundDecision {
        door,
        what,
        member: None,
        reason: None,
        cancels: None,
    }
}

fn with_reason(decision: RoundDecision, reason: &str) -> Result<RoundDecision> {
    let reason = words(Some(reason)).ok_or_else(|| {
        said(
            "reason_needed",
            "请写明原因；同网格的人都会看到。",
            "Say why; everybody of the grid's crew will read it.",
        )
    })?;
    Ok(RoundDecision {
        reason: Some(reason),
        ..decision
    })
}
