//! Recording: puts become a change, the change goes into the log and its projections, in one
//! transaction. No document is loaded for what is written once.

use chrono::NaiveDate;
use doorknock_model::access::SpaceKind;
use doorknock_model::checklist::care_visit;
use doorknock_model::ids::{DocId, DoorId, Incarnation, VisitId};
use doorknock_model::kind::{Key, Kind, Value};
use doorknock_model::kinds::{
    Channel, Outcome, ROUND_SHEET, Tick, VISIT_BOOK, Visit, pack, round_sheet, visit_book,
};
use doorknock_model::random;
use doorknock_model::round::{date_of, day_of, local_day};
use doorknock_replica::change::{Op, Parts, build};
use doorknock_replica::section::limits;
use doorknock_replica::{ChangeHash, actor};
use doorknock_store::Tx;
use doorknock_store::log::{Heads, NewChunk};

use crate::Result;
use crate::apply::{self, Applied};
use crate::env::Env;
use crate::error::{not_found, said};
use crate::home::{CachedDoc, Doorknock, Identity, Inner};

/// A visit to record.
#[derive(Debug, Clone)]
pub struct NewVisit {
    /// The door.
    pub door: DoorId,
    /// What it found.
    pub outcome: Outcome,
    /// How it was made.
    pub channel: Channel,
    /// When, in seconds since 1970; now if absent.
    pub at: Option<i64>,
    /// Who came along.
    pub with: Vec<String>,
    /// Answers to the care visit's items, each as a person types it: `item=value`.
    pub answers: Vec<String>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return.
    pub follow_up: Option<NaiveDate>,
}

/// Writes documents within one transaction.
pub(crate) struct Writer<'a> {
    pub(crate) tx: &'a Tx<'a>,
    pub(crate) identity: Identity,
    incarnation: Incarnation,
    author: Option<i64>,
    now_ms: i64,
    docs: &'a std::collections::HashMap<DocId, CachedDoc>,
    docs_complete: bool,
    touched: Vec<(DocId, CachedDoc)>,
}

/// Runs `work` with a writer in one transaction; memory follows only after the COMMIT (rule R4).
pub(crate) fn with_writer<T>(
    inner: &mut Inner,
    env: &Env,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    let identity = inner.identity()?;
    let (incarnation, author, now_ms) = (inner.incarnation, inner.author, env.clock.now_ms());
    let Inner {
        store,
        docs,
        docs_complete,
        ..
    } = inner;
    let docs_complete = *docs_complete;
    let (value, author, touched) = store.write(|tx| {
        let mut writer = Writer {
            tx,
            identity,
            incarnation,
            author,
            now_ms,
            docs,
            docs_complete,
            touched: Vec::new(),
        };
        let value = work(&mut writer)?;
        Ok::<_, crate::Error>((value, writer.author, writer.touched))
    })?;
    inner.author = author;
    inner.remember(touched);
    Ok(value)
}

impl Writer<'_> {
    /// Puts values under keys that nobody has written: write-once records, or a new document's
    /// first values.
    pub(crate) fn put(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        puts: Vec<(Key, Value)>,
    ) -> Result<()> {
        let op = |(key, value)| Op {
            key,
            replaces: Vec::new(),
            value,
        };
        self.write(kind, doc, space, puts.into_iter().map(op).collect())
    }

    /// Sets registers: what differs from the value shown replaces it; other values of a conflict stay
    /// (rule R3). Whether anything differed.
    pub(crate) fn set(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        values: Vec<(Key, Value)>,
    ) -> Result<bool> {
        self.set_seen(kind, doc, space, values, None)
    }

    /// The same for somebody who saw the document as it stood at `base`: only what was shown then is
    /// replaced, so that a form saved after somebody else's edit becomes a conflict, never a loss.
    pub(crate) fn set_seen(
        &mut self,
        kind: &Kind,
        doc: DocId,
        space: u32,
        values: Vec<(Key, Value)>,
        base: Option<&[ChangeHash]>,
    ) -> Result<bool> {
        let row = self.tx.doc(doc)?;
        let heads = row.map(|row| self.tx.heads(&row)).transpose()?.flatten();
        let (Some(row), Some(heads)) = (row, heads) else {
            let values: Vec<_> = values
                .into_iter()
                .filter(|(_, v)| *v != Value::Null)
                .collect();
            let any = !values.is_empty();
            if any {
                self.put(kind, doc, space, values)?;
            }
            return Ok(any);
        };
        let document = apply::load(self.tx, row, &heads)?;
        let follows = followed(&heads);
        if base.is_some_and(|base| !document.knows(base)) {
            return Err(said(
                "unknown_version",
                "这份资料的版本无法识别；请重新打开后再修改。",
                "The version this edit is based on is not known here; open the record again and repeat the edit.",
            ));
        }
        let mut ops = Vec::new();
        for (key, value) in values {
            let mut all = document.values_at(&key, base.unwrap_or(&follows));
            let values: Vec<_> = all.iter().map(|w| &w.value).collect();
            let shown = kind
                .field(key.field)
                .and_then(|field| field.shown(&values))
                .map(|n| all.swap_remove(n));
            if shown.as_ref().map_or(&Value::Null, |w| &w.value) != &value {
                ops.push(Op {
                    key,
                    replaces: shown.into_iter().map(|w| w.op).collect(),
                    value,
                });
            }
        }
        let any = !ops.is_empty();
        if any {
            self.write(kind, doc, space, ops)?;
        }
        Ok(any)
    }

    fn write(&mut self, kind: &Kind, doc: DocId, space: u32, ops: Vec<Op>) -> Result<()> {
        check_sizes(kind, &ops)?;
        let author = self.author()?;
        let known = self
            .touched
            .iter()
            .rev()
            .find(|(id, _)| *id == doc)
            .map(|(_, cached)| cached);
        let known = known.or_else(|| self.docs.get(&doc)).cloned();
        let (row, before, seq, first) = if let Some(cached) = known {
            let row = doorknock_store::log::DocRow {
                ord: cached.ord,
                id: doc,
                kind: kind.code,
                space,
            };
            (row, cached.heads, cached.seq, false)
        } else {
            let row = self.tx.ensure_doc(doc, kind.code, space)?;
            let (heads, first) = apply::heads_or_genesis(self.tx, row)?;
            // Every document this incarnation wrote is in memory, unless some were forgotten.
            let seq = if self.docs_complete {
                0
            } else {
                self.tx.last_seq(row.ord, author)?
            };
            (row, heads, seq, first)
        };
        let author = self.author()?;
        let Identity {
            community, device, ..
        } = self.identity;
        let id = self
            .tx
            .space(space)?
            .ok_or_else(|| not_found("空间", "space"))?
            .id;
        let parts = Parts {
            seq: seq + 1,
            time: self.now_ms,
            start_op: before.max_op() + 1,
            deps: followed(&before),
            ops,
        };
        let change = build(actor(community, id, doc, device, self.incarnation), &parts)?;
        let heads = before.after(&parts.deps, change.hash, change.max_op);
        self.tx.append(&NewChunk {
            doc: row.ord,
            author,
            seq: parts.seq,
            mine: true,
            hash: change.hash,
            heads: &heads,
            change: &change.bytes,
        })?;
        let (hash, ops) = (change.hash, &parts.ops);
        apply::project_change(
            self.tx,
            &Applied {
                doc: row,
                author,
                hash,
                time: self.now_ms,
                ops,
                first,
                heads: &heads,
            },
        )?;
        self.touched.push((
            doc,
            CachedDoc {
                ord: row.ord,
                heads,
                seq: parts.seq,
            },
        ));
        Ok(())
    }

    fn author(&mut self) -> Result<i64> {
        if let Some(author) = self.author {
            return Ok(author);
        }
        let Identity { device, member, .. } = self.identity;
        let author = self.tx.author(device, self.incarnation, member)?;
        self.author = Some(author);
        Ok(author)
    }
}

/// The heads that the next change follows: all, or of very many as many as a change may name, the newest
/// first, so that its operations' numbers follow from them.
fn followed(heads: &Heads) -> Vec<ChangeHash> {
    let mut newest = heads.0.clone();
    newest.sort_unstable_by_key(|(hash, op)| (std::cmp::Reverse(*op), *hash));
    newest.truncate(limits::DEPS);
    newest.into_iter().map(|(hash, _)| hash).collect()
}

fn check_sizes(kind: &Kind, ops: &[Op]) -> Result<()> {
    for op in ops {
        let limit = kind.field(op.key.field).map_or(0, |f| f.max_bytes);
        if op.value.size() > limit {
            return Err(doorknock_replica::ReplicaError::TooLarge.into());
        }
    }
    Ok(())
}

impl Doorknock {
    /// Records a visit: the visit in the door's book and the tick on the day's sheet, in one
    /// transaction. When this returns, the visit survives power loss.
    ///
    /// # Errors
    /// `not_found` for a door that is not here, `no_casework` on a device without the grid's casework,
    /// `bad_answer`, `unknown_item`, `too_large`, `visit_in_future`, `follow_up_in_past`, `disk_full`.
    pub fn log_visit(&self, visit: &NewVisit) -> Result<VisitId> {
        let mut answers = Vec::new();
        for typed in &visit.answers {
            care_visit().answer(&mut answers, typed)?;
        }
        let now = self.now_ms();
        let at = visit.at.unwrap_or(now.div_euclid(1000));
        if at > now.div_euclid(1000) + 86_400 {
            return Err(said(
                "visit_in_future",
                "走访时间在将来；请核对日期和手机时间。",
                "The visit lies in the future; check its date and the phone's clock.",
            ));
        }
        let record = Visit {
            door: visit.door,
            at,
            channel: visit.channel,
            outcome: visit.outcome,
            with: visit
                .with
                .iter()
                .map(|w| w.trim().to_owned())
                .filter(|w| !w.is_empty())
                .collect(),
            checklist: (!answers.is_empty()).then(|| care_visit().id()),
            answers,
            summary: visit
                .summary
                .as_ref()
                .map(|s| s.trim().to_owned())
                .filter(|s| !s.is_empty()),
            follow_up: visit.follow_up.map(day_of),
        };
        let id = self.visit_id(now);
        self.writing(|inner| with_writer(inner, &self.env, |writer| writer.visit(id, &record)))?;
        Ok(id)
    }

    fn visit_id(&self, now_ms: i64) -> VisitId {
        let millis = u64::try_from(now_ms).unwrap_or(0);
        let random = random::<10>(&*self.env.entropy);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        VisitId(*id.as_bytes())
    }
}

impl Writer<'_> {
    fn visit(&mut self, id: VisitId, visit: &Visit) -> Result<()> {
        let space = self
            .tx
            .door_space(visit.door)?
            .ok_or_else(|| not_found("门户", "door"))?;
        let rounds = self
            .tx
            .space(space)?
            .ok_or_else(|| not_found("网格", "grid"))?;
        let casework = self
            .tx
            .space_of(SpaceKind::Casework.code(), rounds.grid)?
            .ok_or_else(|| {
                said(
                    "no_casework",
                    "这台设备没有这个网格的走访档案权限；请联系社区管理员。",
                    "This device does not hold this grid's casework; ask your administrator.",
                )
            })?;
        let utc_offset = self.tx.utc_offset()?;
        let day = local_day(visit.at, utc_offset);
        if visit.follow_up.is_some_and(|follow_up| follow_up < day) {
            return Err(said(
                "follow_up_in_past",
                "约定回访的日期早于走访日期；请改为当天或以后。",
                "The promised return lies before the visit; choose that day or a later one.",
            ));
        }
        let date = date_of(day).ok_or_else(|| not_found("日期", "date"))?;
        let year = chrono::Datelike::year(&date).to_be_bytes();
        let community = self.identity.community;
        let book = VISIT_BOOK.document(community, &[visit.door.as_bytes(), &year]);
        let sheet = ROUND_SHEET.document(community, &[rounds.grid.as_bytes(), &day.to_be_bytes()]);
        let tick = Tick {
            door: visit.door,
            at: visit.at,
            result: visit.outcome.tick(),
            follow_up: visit.follow_up,
        };
        let under = |field| Key::with_id(field, id.as_bytes());
        self.put(
            &VISIT_BOOK,
            book,
            casework.n,
            vec![(under(visit_book::VISIT), pack(visit))],
        )?;
        self.put(
            &ROUND_SHEET,
            sheet,
            rounds.n,
            vec![(under(round_sheet::TICK), pack(&tick))],
        )
    }
}
