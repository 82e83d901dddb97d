//! What the hub says of the charter, of receipts and of its own log, and what follows from it (rule R8).

use doorknock_seal::receipt::Receipt;
use doorknock_store::View;
use doorknock_store::receipts::Promise;
use doorknock_sync::wire::{self, Verdict};

use crate::Result;
use crate::community::{self, append_name, append_request, extend_and_keep};
use crate::env::{Answer, Request};
use crate::error::said;
use crate::home::{Doorknock, Inner};
use crate::ingest::{self};

/// The hub lost part of a space's log, or shows another one.
const HUB_RESTARTED: &str = "hub_restarted";

/// When refused entries were last offered again, unix milliseconds, under this name.
const OFFERED_AGAIN: &str = "offered_again";
const DAY_MS: i64 = 86_400_000;

/// Whether the same entry would be refused again. A hub that does not know the device or the space yet, or is
/// full, may take it later.
const fn is_final(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Malformed | Verdict::TooLarge | Verdict::BadSignature | Verdict::NoRight
    )
}

/// Takes the charter's new statements in; how many there are.
pub(super) fn take_charter(
    inner: &mut Inner,
    response: &wire::CharterResponse,
    now_ms: i64,
) -> Result<usize> {
    let before = community::asked(inner)?.0;
    let kept = extend_and_keep(inner, &response.statements, &response.wraps, now_ms);
    kept.map_err(|error| {
        if error.is_local() {
            return error;
        }
        said(
            "charter_forked",
            "服务器给出的社区章程与本机已知的不一致，已拒绝；请联系社区管理员核对服务器。",
            "The hub's charter does not extend the one known here and was refused; ask your administrator to check the hub.",
        )
    })?;
    let new = usize::try_from(community::asked(inner)?.0.saturating_sub(before)).unwrap_or(0);
    if new > 0 || !response.wraps.is_empty() {
        ingest::retry(inner)?;
    }
    Ok(new)
}

/// The same, asked for by itself: it was worth asking, and all else goes on without.
pub(super) fn take_charter_alone(home: &Doorknock, answer: &Answer) -> Result<usize> {
    let said = wire::decode::<wire::CharterResponse>(&answer.body).ok();
    let Some(said) = said.filter(|_| answer.status == 200) else {
        return Ok(0);
    };
    let now = home.now_ms();
    home.writing(|inner| take_charter(inner, &said, now))
}

/// Requests that give the hub back the statements it lost (rule R8).
pub(super) fn what_the_hub_lost(inner: &mut Inner, length: u64) -> Result<Vec<Request>> {
    let charter = inner.charter()?;
    let (community, ours) = (charter.community(), charter.len());
    if length >= ours {
        return Ok(Vec::new());
    }
    let view = inner.store.view()?;
    let from = usize::try_from(length).unwrap_or(usize::MAX);
    let mut requests = Vec::new();
    for (position, statement) in (0_u64..).zip(view.statements()?).skip(from) {
        // With the wraps that belong to it, where this device made it.
        let made_here = |body: &Vec<u8>| {
            wire::decode::<wire::AppendRequest>(body).is_ok_and(|r| r.statement == statement)
        };
        requests.push(match view.meta(&append_name(position))?.filter(made_here) {
            Some(body) => community::post(wire::PATH_APPEND, body),
            None => append_request(community, statement, &[]),
        });
    }
    Ok(requests)
}

/// What the hub took of what it was sent.
#[derive(Default)]
pub(super) struct Stored {
    /// Entries.
    pub(super) entries: usize,
    /// Changes of this device in them.
    pub(super) changes: usize,
    /// Entries of others.
    pub(super) relayed: usize,
    /// Spaces with a receipt for a place that was read before: perhaps of a log that is no more.
    pub(super) doubtful: Vec<u32>,
}

/// Believes a receipt only with the hub's signature, and only for a place that is still to be read, where what
/// stands there will show whether it holds: an answer may be older than the log that was read meanwhile.
pub(super) fn take_receipts(
    inner: &mut Inner,
    pushed: &[[u8; 32]],
    receipts: &[wire::Receipt],
    now_ms: i64,
) -> Result<Stored> {
    if receipts.is_empty() {
        return Ok(Stored::default());
    }
    let (hub_key, community) = {
        let charter = inner.charter()?;
        (charter.hub_key(), charter.community())
    };
    inner.store.write(|tx| {
        let mut stored = Stored::default();
        for receipt in receipts.iter().filter(|r| pushed.contains(&r.entry)) {
            let wire::Receipt {
                entry,
                verdict,
                space,
                position,
                running,
                signature,
            } = receipt;
            if *verdict == Verdict::Stored {
                let receipt = Receipt {
                    space: *space,
                    entry: *entry,
                    position: *position,
                    running: *running,
                };
                if !receipt.verify(&hub_key, community, signature) {
                    continue;
                }
                if let Some(space) = read_past(tx, entry, *position)? {
                    stored.doubtful.push(space);
                    continue;
                }
                let promise = Promise {
                    position: *position,
                    running: *running,
                    signature: *signature,
                };
                if tx.entry_kept(entry, &promise, now_ms)?
                    && let Some(row) = tx.entry(entry)?
                {
                    stored.entries += 1;
                    stored.changes += row.changes;
                    stored.relayed += usize::from(!row.own);
                }
            } else if is_final(*verdict) {
                tx.entry_refused(entry, verdict.code())?;
            }
        }
        Ok(stored)
    })
}

/// The space of an entry whose place was read before without a receipt for it.
fn read_past(view: &View<'_>, entry: &[u8; 32], position: u64) -> Result<Option<u32>> {
    let Some(row) = view.entry(entry)? else {
        return Ok(None);
    };
    let read = view.space(row.space)?.map_or(0, |space| space.position);
    // The log showed it there, or an earlier receipt said so.
    let known = [row.position, row.seen].contains(&Some(position));
    Ok((position <= read && !known).then_some(row.space))
}

/// Reads a space's log from its beginning again.
pub(super) fn read_again(inner: &mut Inner, space: u32) -> Result<()> {
    Ok(inner.store.write(|tx| tx.set_cursor(space, 0, &[0; 32]))?)
}

/// Offers the hub what it refused once more, once a day: a refusal is not signed, so it may have been a
/// damaged answer, or the word of a hub that has been put right since.
pub(super) fn offer_refused_again(inner: &mut Inner, now_ms: i64) -> Result<()> {
    let view = inner.store.view()?;
    let rested = (now_ms - view.meta_number(OFFERED_AGAIN)?).abs() >= DAY_MS;
    if view.refused_entries()? == 0 || !rested {
        return Ok(());
    }
    Ok(inner.store.write(|tx| {
        tx.forget_refusals()?;
        tx.set_meta_number(OFFERED_AGAIN, now_ms)
    })?)
}

pub(super) fn start_over(inner: &mut Inner, space: u32, now_ms: i64) -> Result<()> {
    Ok(inner.store.write(|tx| {
        tx.set_cursor(space, 0, &[0; 32])?;
        tx.receipts_void(space)?;
        tx.notice(HUB_RESTARTED, &space.to_be_bytes(), now_ms)
    })?)
}

/// Takes back receipts for what lies behind the log's end, which is where the cursors are when the
/// hub has no more: it was set back before the cursor had come as far as its receipt (rule R8).
pub(super) fn void_behind_the_log(inner: &mut Inner) -> Result<()> {
    let view = inner.store.view()?;
    let mut behind = Vec::new();
    for space in view.spaces()? {
        if view.has_behind(space.n, space.position)? {
            behind.push(space);
        }
    }
    if behind.is_empty() {
        return Ok(());
    }
    Ok(inner.store.write(|tx| {
        behind
            .iter()
            .try_for_each(|space| tx.void_behind(space.n, space.position).map(|_| ()))
    })?)
}
