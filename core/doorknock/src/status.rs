//! What is here and what is at the hub, never a guess (invariant 1).

use chrono::{DateTime, FixedOffset};
use doorknock_model::Message;
use doorknock_model::ids::VisitId;
use doorknock_model::kinds::VISIT_BOOK;
use doorknock_store::View;
use doorknock_store::inbox::Quarantined;

use crate::Result;
use crate::community::KEY_MISSING;
use crate::home::Doorknock;
use crate::ingest::COPIED;
use crate::outbox::{SEALED, visit_recorded};
use crate::place::{self, SpaceStatus};
use crate::read::local_time;
use crate::records::recorded_at;
use crate::sync::LAST_SYNC;

/// Where this home stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Changes recorded here for which no verified receipt is held.
    pub pending: u64,
    /// Visits among them.
    pub pending_visits: u64,
    /// When the oldest of those visits was recorded.
    pub unsent_since: Option<DateTime<FixedOffset>>,
    /// Changes of this device that the hub holds, by verified receipts.
    pub at_hub: u64,
    /// Visits among them.
    pub at_hub_visits: u64,
    /// Changes of others that wait for another change.
    pub waiting: u64,
    /// Inputs set aside.
    pub quarantined: u64,
    /// Entries of this device that the hub refused.
    pub refused: u64,
    /// Keys that hold several values written side by side.
    pub conflicts: u64,
    /// Values of newer versions.
    pub unknown: u64,
    /// When a sync was last completed.
    pub last_sync: Option<DateTime<FixedOffset>>,
    /// Others' entries kept here for the hub, which is not known to have them.
    pub to_bring: u64,
    /// What of each space is where.
    pub spaces: Vec<SpaceStatus>,
    /// Reports for people.
    pub notices: Vec<Message>,
}

/// The first visit that is sealed and not known to be at the hub.
fn sealed_since(view: &View<'_>) -> Result<Option<VisitId>> {
    let Some((space, first, last)) = view.first_pending_with_visits()? else {
        return Ok(None);
    };
    for row in view.mine_between(space, first, last)? {
        let book = view.doc_by_ord(row.doc)?.kind == VISIT_BOOK.code;
        if book && let Some(visit) = visit_recorded(&row.change)? {
            return Ok(Some(visit));
        }
    }
    Ok(None)
}

/// A line of the quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineLine {
    /// The beginning of the entry's hash.
    pub entry: String,
    /// Why.
    pub reason: Message,
    /// When.
    pub at: DateTime<FixedOffset>,
}

impl Doorknock {
    /// Where this home stands.
    ///
    /// # Errors
    /// The database's.
    pub fn status(&self) -> Result<Status> {
        let offset = self.utc_offset()?;
        let inner = self.lock();
        let view = inner.store.view()?;
        let sealed = view.pending_sealed()?;
        let watermark = view.meta_number(SEALED)?;
        let unsealed = view.pending_unsealed(watermark)?;
        let recorded = view
            .unsealed_of_kind(watermark, VISIT_BOOK.code)?
            .iter()
            .map(|change| visit_recorded(change))
            .collect::<Result<Vec<_>>>()?;
        let visits: Vec<_> = recorded.into_iter().flatten().collect();
        // What is sealed was recorded before what is not.
        let first = sealed_since(&view)?.or(visits.first().copied());
        let at_hub = view.at_hub()?;
        let last = view.meta_number(LAST_SYNC)?;
        Ok(Status {
            pending: sealed.changes + unsealed,
            pending_visits: sealed.visits + visits.len() as u64,
            unsent_since: first.map(|at| local_time(recorded_at(at), offset)),
            at_hub: at_hub.changes,
            at_hub_visits: at_hub.visits,
            waiting: view.parked_count()?,
            quarantined: view.quarantine_count()?,
            refused: view.refused_entries()?,
            conflicts: view.conflict_count()?,
            unknown: view.unknown_count()?,
            to_bring: view.count_to_bring()?,
            spaces: place::spaces(&view)?,
            last_sync: (last > 0).then(|| local_time(last.div_euclid(1000), offset)),
            notices: view
                .notices()?
                .iter()
                .map(|(code, _)| notice(code))
                .collect(),
        })
    }

    /// What was set aside, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub fn quarantine(&self) -> Result<Vec<QuarantineLine>> {
        let offset = self.utc_offset()?;
        let inner = self.lock();
        let lines = inner
            .store
            .view()?
            .quarantined()?
            .into_iter()
            .map(|item| quarantine_line(&item, offset));
        Ok(lines.collect())
    }

    /// Judges everything that was set aside again: after an update, or because the app had no luck with
    /// it. Returns how many changes were applied.
    ///
    /// # Errors
    /// `not_joined`, or the database's.
    pub fn retry_quarantine(&self) -> Result<usize> {
        self.writing(crate::ingest::retry_all)
    }
}

pub(crate) fn quarantine_line(item: &Quarantined, offset: i32) -> QuarantineLine {
    QuarantineLine {
        entry: item.entry[..8].iter().map(|b| format!("{b:02x}")).collect(),
        reason: reason(&item.reason),
        at: local_time(item.at.div_euclid(1000), offset),
    }
}

fn notice(code: &str) -> Message {
    match code {
        COPIED => Message::new(
            "device_copied",
            "有一台设备的数据被复制或从备份恢复过；记录没有丢失，请核对是否有两台在用同一份数据。",
            "A device's home was copied or restored from a backup; nothing is lost, but check that two are not in use.",
        ),
        "hub_restarted" => Message::new(
            "hub_restarted",
            "服务器的数据与以前不同（可能从备份恢复）；本机已重新上传全部记录。",
            "The hub's data is not what it was (perhaps restored from a backup); this device sent everything again.",
        ),
        crate::snapshot::REFUSED => Message::new(
            "snapshot_refused",
            "首次同步用的快照不可用，已改为读取完整记录；无需操作，只是会慢一些。",
            "A snapshot for the first sync was no good and the full log is read instead; nothing needs to be done, it only takes longer.",
        ),
        KEY_MISSING => Message::new(
            "space_key_unreadable",
            "有一个网格的密钥无法读取，该网格的资料暂时看不到，其余不受影响；同步时会再次索取，仍不行请联系社区管理员重新邀请。",
            "A grid's key cannot be read, so its records are not here; all else goes on. Each sync asks for it again; if that does not help, ask your administrator for a new invitation.",
        ),
        _ => Message::new(
            "hub_inconsistent",
            "服务器给出的数据前后不符，已停止接收该部分；请联系管理员检查服务器。",
            "The hub's data contradicts its own signature and was not taken; ask your administrator to check the hub.",
        ),
    }
}

fn reason(code: &str) -> Message {
    let (code, zh, en): (&'static str, &str, &str) = match code {
        "newer_kind" | "entry_newer_version" => (
            "newer_version",
            "由更新版本的应用写入；升级应用后会自动处理。",
            "A newer app wrote it; it is taken in after an update.",
        ),
        "unknown_device" | "no_right_to_space" | "no_key_for_epoch" | "unknown_role" => (
            "not_authorised",
            "来自未获授权的设备，或授权尚未同步到；同步后会自动重试。",
            "It is from a device without the right, or the right has not arrived yet; it is tried again after a sync.",
        ),
        "crashed_twice" => (
            "crashed_twice",
            "读取时应用曾两次异常退出，已隔离；请把应用升级后重试。",
            "The app failed twice while reading it, so it is set aside; update the app.",
        ),
        "forked_actor"
        | "sequence_gap"
        | "replaces_unseen"
        | "edits_unseen"
        | "text_overwritten"
        | "not_a_text"
        | "replaces_written_once"
        | "role_may_not_write"
        | "key_twice"
        | "bad_key"
        | "kind_in_wrong_space"
        | "document_elsewhere"
        | "depends_on_refused"
        | "wrong_space"
        | "document_of_other_space" => (
            "against_the_rules",
            "内容违反数据规则，已隔离，其他记录不受影响；请联系社区管理员。",
            "It breaks the rules for records and is set aside; nothing else is affected. Ask your administrator.",
        ),
        "encoder_mismatch" => (
            "encoder_mismatch",
            "两台设备的应用版本不兼容，内容已隔离；请升级应用。",
            "The two devices' apps do not agree on the format, so it is set aside; update the app.",
        ),
        _ => (
            "damaged",
            "内容损坏，已隔离，其他记录不受影响。",
            "It is damaged and set aside; nothing else is affected.",
        ),
    };
    Message::new(code, zh, en)
}
