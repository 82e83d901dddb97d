//! What was kept and what was not, for people.

use std::collections::BTreeMap;

use doorknock_model::checklist::Label;
use doorknock_model::kinds;

use crate::ingest::Kept;
use crate::status::Status;

/// What became of one sort of thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalvageLine {
    /// A stable code.
    pub code: &'static str,
    /// What it is.
    pub name: Label,
    /// How many stand in the new home.
    pub kept: u64,
    /// How many are known to have been there and did not read or verify.
    pub lost: u64,
}

/// How many changes to records of a kind were kept: its name, and the count.
pub(super) type OfKind = (Label, u64);

/// What came of a salvage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// Pages of the damaged database.
    pub pages: u32,
    /// Those that did not authenticate; the first is made anew and not counted.
    pub unreadable_pages: usize,
    /// What was kept and what was not.
    pub lines: Vec<SalvageLine>,
    /// The changes that were kept, by kind of record.
    pub kinds: Vec<(Label, u64)>,
    /// Changes that are lost and may have been recorded here and never sent, at most.
    pub maybe_unsent: u64,
    /// Where the new home stands: what is pending was recorded here and has no receipt.
    pub status: Status,
}

fn line(code: &'static str, zh: &str, en: &str, kept: u64, of: u64) -> SalvageLine {
    SalvageLine {
        code,
        name: Label::new(zh, en),
        kept,
        lost: of.saturating_sub(kept),
    }
}

impl SalvageLine {
    /// What did not read, the hub gave back.
    pub(super) fn charter(kept: usize) -> Self {
        line("charter", "社区章程", "charter statements", kept as u64, 0)
    }

    pub(super) fn keys(kept: usize, missing: usize) -> Self {
        let of = (kept + missing) as u64;
        line("keys", "空间密钥", "space keys", kept as u64, of)
    }

    pub(super) fn entries(kept: usize, last: i64) -> Self {
        let of = u64::try_from(last).unwrap_or(0);
        line("entries", "已封存的条目", "sealed entries", kept as u64, of)
    }

    /// The log is numbered without gaps.
    pub(super) fn changes(kept: u64, last: i64) -> Self {
        let of = u64::try_from(last).unwrap_or(0);
        line("changes", "记录的修改", "changes to records", kept, of)
    }

    pub(super) fn drafts(kept: usize, of: usize) -> Self {
        line("drafts", "草稿", "drafts", kept as u64, of as u64)
    }
}

/// Counts changes by kind.
#[derive(Default)]
pub(super) struct Tally {
    of: BTreeMap<u16, u64>,
}

impl Tally {
    pub(super) fn count(&mut self, change: &Kept) {
        *self.of.entry(change.section.kind).or_default() += 1;
    }

    pub(super) fn kinds(&self) -> Vec<OfKind> {
        let name = |code: u16| {
            kinds::kind(code).map_or_else(
                || Label::new("新版本的记录", "of a newer version"),
                |kind| Label::new(kind.zh, kind.name),
            )
        };
        self.of.iter().map(|(code, n)| (name(*code), *n)).collect()
    }
}
