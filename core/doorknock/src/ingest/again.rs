//! Judging again what was set aside, when its reason may have passed.

use doorknock_model::ids::Recorder;
use doorknock_replica::section::Section;
use doorknock_store::inbox::Quarantined;

use super::section::From;
use super::{CRASHED, Ingest, RULES, Taken, begin_attempts, keeps_all};
use crate::Result;
use crate::home::Inner;

/// Reasons that may pass: a statement or a key that has come since, a newer version of the app.
const RETRIED: [&str; 6] = [
    "entry_newer_version",
    "unknown_device",
    "no_right_to_space",
    "no_key_for_epoch",
    "unknown_role",
    "newer_kind",
];

/// How long what ended with the app too often is left alone before it is tried again by itself.
const REST_MS: i64 = 86_400_000;

impl Ingest<'_> {
    /// One input out of quarantine: a whole entry, or a section whose author was established.
    pub(super) fn again(&self, item: &Quarantined) -> Result<Taken> {
        let Some(author) = item.author else {
            let log = (!item.by_file).then_some(item.space);
            return self.entry(log, &item.entry, &item.bytes);
        };
        let author = self.tx.author_by_ord(author)?;
        let space = self.tx.space(item.space)?;
        let recorder = Recorder {
            device: author.device,
            incarnation: author.incarnation,
        };
        let section = space
            .as_ref()
            .and_then(|space| Section::decode_by(&item.bytes, &recorder, space.id).ok());
        if let (Some(space), Some(member), Some(section)) =
            (space, self.charter.member(author.member), section)
        {
            let from = From {
                entry: &item.entry,
                space: &space,
                author: &author,
                member,
                by_file: item.by_file,
            };
            return self.changes(&from, item.section, &section);
        }
        let at = Some((item.section, author.ord));
        let (reason, bytes) = (&item.reason, &item.bytes);
        self.set_aside(&item.entry, item.space, at, reason, bytes, item.by_file)?;
        Ok(Taken {
            changes: 0,
            set_aside: 1,
        })
    }
}

/// Judges again what is in quarantine for a reason that may have passed, or under older rules.
/// Returns how many changes were applied.
pub(crate) fn retry(inner: &mut Inner) -> Result<usize> {
    let mut waiting: Vec<_> = inner.store.view()?.quarantined()?;
    waiting.retain(|q| RETRIED.contains(&q.reason.as_str()) || q.rules != RULES);
    judge_again(inner, waiting)
}

/// Tries again, once a day, what was set aside because the app ended while it was read. A phone that kills
/// the app looks like a crash, and a good entry must not wait for a person; one that does crash
/// the app does so once a day, and blocks nothing.
pub(crate) fn retry_rested(inner: &mut Inner, now_ms: i64) -> Result<usize> {
    let mut waiting: Vec<_> = inner.store.view()?.quarantined()?;
    waiting.retain(|q| q.reason == CRASHED && (now_ms - q.at).abs() >= REST_MS);
    inner.store.write(|tx| {
        waiting.iter().try_for_each(|q| {
            tx.postpone_quarantine(q.id, now_ms)?;
            tx.end_attempt(&q.entry)
        })
    })?;
    judge_again(inner, waiting)
}

/// Judges everything in quarantine again, also what the app crashed on.
pub(crate) fn retry_all(inner: &mut Inner) -> Result<usize> {
    let waiting = inner.store.view()?.quarantined()?;
    inner
        .store
        .write(|tx| waiting.iter().try_for_each(|q| tx.end_attempt(&q.entry)))?;
    judge_again(inner, waiting)
}

/// One input after the other, each noted as attempted like any other: it may crash the app.
fn judge_again(inner: &mut Inner, waiting: Vec<Quarantined>) -> Result<usize> {
    if waiting.is_empty() {
        return Ok(0);
    }
    let charter = inner.charter()?.clone();
    let mine = inner.identity()?.device;
    inner.forget_docs();
    let mut changes = 0;
    for item in waiting {
        if !begin_attempts(inner, &[(item.entry, &item.bytes)])?.is_empty() {
            continue;
        }
        changes += inner.store.write(|tx| {
            let ingest = Ingest {
                keeps: keeps_all(&charter, mine),
                ..Ingest::new(tx, &charter, mine, item.at)
            };
            tx.leave_quarantine(item.id)?;
            let mut taken = ingest.again(&item)?;
            taken.add(ingest.release()?);
            tx.end_attempt(&item.entry)?;
            Ok::<_, crate::Error>(taken.changes)
        })?;
    }
    Ok(changes)
}
