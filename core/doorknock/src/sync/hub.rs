//! What the hub says of the charter, of receipts and of its own log, and what follows from it (rule R8).

use doorknock_seal::receipt::Receipt;
use doorknock_sync::wire::{self, Verdict};

use crate::Result;
use crate::community::{self, append_name, append_request, extend_and_keep};
use crate::env::Request;
use crate::error::said;
use crate::home::Inner;
use crate::ingest::{self};

/// The hub lost part of a space's log, or shows another one.
const HUB_RESTARTED: &str = "hub_restarted";

/// Whether the same entry would be refused again. A hub that does not know the device or the space yet, or is
/// full, may take it later.
const fn is_final(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Malformed
            | Verdict::TooLarge
            | Verdict::BadSignature
            | Verdict::NotSenders
            | Verdict::NoRight
    )
}

pub(super) fn take_charter(
    inner: &mut Inner,
    response: &wire::CharterResponse,
    now_ms: i64,
) -> Result<usize> {
    let before = inner.charter()?.len();
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
    let new = usize::try_from(inner.charter()?.len() - before).unwrap_or(0);
    if new > 0 || !response.wraps.is_empty() {
        ingest::retry(inner)?;
    }
    Ok(new)
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

/// Believes a receipt only with the hub's signature. Returns how many changes each newly kept entry holds.
pub(super) fn take_receipts(
    inner: &mut Inner,
    pushed: &[[u8; 32]],
    receipts: &[wire::Receipt],
) -> Result<Vec<usize>> {
    if receipts.is_empty() {
        return Ok(Vec::new());
    }
    let (hub_key, community) = {
        let charter = inner.charter()?;
        (charter.hub_key(), charter.community())
    };
    inner.store.write(|tx| {
        let mut kept = Vec::new();
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
                let promise = Receipt {
                    space: *space,
                    entry: *entry,
                    position: *position,
                    running: *running,
                };
                if promise.verify(&hub_key, community, signature)
                    && tx.entry_kept(entry, *position)?
                {
                    kept.push(tx.entry_changes(entry)?);
                }
            } else if is_final(*verdict) {
                tx.entry_refused(entry, verdict.code())?;
            }
        }
        Ok(kept)
    })
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
    let spaces = inner.store.view()?.spaces()?;
    Ok(inner.store.write(|tx| {
        spaces
            .iter()
            .try_for_each(|space| tx.void_behind(space.n, space.position).map(|_| ()))
    })?)
}
