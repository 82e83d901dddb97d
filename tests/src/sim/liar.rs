//! A hub that withholds, replays, lies, forgets, or shows some homes another log than the others. It
//! has the hub's key, so its lies are signed where a signature helps.

use doorknock::Answer;
use doorknock::model::ids::SpaceId;
use doorknock_seal::entry::Entry;
use doorknock_seal::identity::HubSecret;
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_seal::request::SignedRequest;
use doorknock_sync::wire::{self, Pulled, PulledItem, SyncRequest, SyncResponse, Verdict};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha20Rng;

use super::run::{Checked, Run};
use super::sabotage::Sabotage;
use super::spoil::SNAPSHOTS;
use super::trouble::copy_file;
use crate::TestHub;

/// As [`TestHub`] has it.
const HUB: [u8; 32] = [42; 32];

/// Older answers that are kept for being given again.
const KEPT: usize = 12;

/// The epoch of an answer that no hub stands for.
const NEVER: u64 = u64::MAX;

type Lie = fn(&Run<'_>, &mut ChaCha20Rng, &mut SyncResponse);

const WITHHOLDINGS: [Lie; 4] = [
    |_, _, answer| answer.pulled.clear(),
    |run, rng, answer| {
        for pulled in &mut answer.pulled {
            let left = rng.random_range(0..=pulled.items.len());
            pulled.items.truncate(left);
            if let Some(running) = run.running_of(pulled) {
                pulled.head = pulled.first + left as u64 - 1;
                pulled.head_running = running;
            }
            run.sign_head(pulled);
        }
        answer.more = false;
    },
    |_, _, answer| answer.pulled.iter_mut().for_each(|p| p.items.reverse()),
    |_, rng, answer| {
        for pulled in answer.pulled.iter_mut().filter(|p| !p.items.is_empty()) {
            pulled.items.remove(rng.random_range(0..pulled.items.len()));
        }
    },
];

const LIES: [Lie; 12] = [
    |_, rng, answer| {
        for receipt in &mut answer.receipts {
            receipt.signature[rng.random_range(0..64)] ^= 1;
        }
    },
    |_, rng, answer| {
        let other = rng.random();
        answer.receipts.iter_mut().for_each(|r| r.entry = other);
    },
    |_, _, answer| answer.receipts.iter_mut().for_each(|r| r.position += 1),
    |_, _, answer| answer.receipts.iter_mut().for_each(|r| r.running[0] ^= 1),
    |_, _, answer| answer.receipts.clear(),
    |_, rng, answer| {
        let all = [
            Verdict::Malformed,
            Verdict::BadSignature,
            Verdict::NoRight,
            Verdict::Quota,
        ];
        let verdict = all[rng.random_range(0..all.len())];
        answer.receipts.iter_mut().for_each(|r| r.verdict = verdict);
    },
    |_, _, answer| {
        answer
            .pulled
            .iter_mut()
            .for_each(|p| p.head_running[0] ^= 1);
    },
    |run, rng, answer| {
        for pulled in &mut answer.pulled {
            pulled.head_running = rng.random();
            run.sign_head(pulled);
        }
    },
    |run, _, answer| {
        let spaces = run.hostile.hand.charter.spaces().len();
        answer.mismatched = (0..u32::try_from(spaces).unwrap_or(0)).collect();
    },
    |_, rng, answer| {
        answer.charter_length = [0, 1, answer.charter_length + 3][rng.random_range(0..3)];
    },
    |_, rng, answer| {
        let mut noise = vec![0; 90];
        rng.fill_bytes(&mut noise);
        answer.statements.insert(0, noise);
    },
    |_, _, answer| answer.more = true,
];

impl Run<'_> {
    /// The hub says something else than what is so, in an answer that is on its way.
    pub(super) fn lie(&mut self) -> Checked {
        if self.answers.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.answers.len());
        let before = self.answers[at].body.body.clone();
        if self.answers[at].path.starts_with(SNAPSHOTS) {
            return self.lie_of_snapshots(at);
        }
        let Ok(mut response) = wire::decode::<SyncResponse>(&before) else {
            return Ok(());
        };
        let mut rng = self.rng.clone();
        let (kind, lies) = match rng.random_range(0..3) {
            0 => ("hub withholds", &WITHHOLDINGS[..]),
            _ => ("hub lies", &LIES[..]),
        };
        let n = rng.random_range(0..lies.len());
        lies[n](self, &mut rng, &mut response);
        let after = wire::encode(&response);
        if after == before {
            return Ok(());
        }
        self.note_bogus(&before, &after);
        self.answers[at].body.body = after;
        self.answers[at].tampered = true;
        let id = self.answers[at].id;
        self.event(kind, format_args!("#{id}: {n}"));
        Ok(())
    }

    /// Keeps an answer, to be given once more.
    pub(super) fn keep_answer(&mut self, of: (u64, usize, &'static str), answer: &Answer) {
        if self.old_answers.len() == KEPT {
            self.old_answers.remove(0);
        }
        let letter = self.letter(of, answer.clone());
        self.old_answers.push(letter);
    }

    /// The hub gives an older answer to a newer request.
    pub(super) fn replay(&mut self) -> Checked {
        if self.answers.is_empty() || self.old_answers.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.answers.len());
        let old = self.rng.random_range(0..self.old_answers.len());
        let (old, letter) = (&self.old_answers[old], &mut self.answers[at]);
        if old.body == letter.body {
            return Ok(());
        }
        letter.body = old.body.clone();
        letter.epoch = letter.epoch.min(old.epoch);
        letter.tampered = true;
        let (id, of) = (letter.id, old.id);
        self.tampered = true;
        self.event("hub replays", format_args!("#{id}: the answer to #{of}"));
        Ok(())
    }

    /// The hub signs receipts for what it then does not store. Only where homes are not set back: what a home
    /// was told is safe may be lost with it.
    pub(super) fn forget_what_is_acknowledged(&mut self) -> Checked {
        if self.homes_set_back || self.requests.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.requests.len());
        let Some(response) = promised(&self.requests[at].body.body) else {
            return Ok(());
        };
        let request = self.requests.swap_remove(at);
        let body = wire::encode(&response);
        let of = (request.id, request.node, request.path);
        let mut letter = self.letter(of, Answer { status: 200, body });
        if self.sabotage != Some(Sabotage::BelievesAnyReceipt) {
            letter.epoch = NEVER;
        }
        letter.tampered = true;
        self.tampered = true;
        let name = self.name(request.node);
        self.event("hub forgets", format_args!("#{} of {name}", request.id));
        if self.sabotage == Some(Sabotage::BelievesAnyReceipt) {
            // At once, for a sound home gives up such a belief with the next honest answer.
            self.answers.clear();
            self.answers.push(letter);
            return self.deliver_an_answer();
        }
        self.answers.push(letter);
        Ok(())
    }

    /// Some homes are shown another log from now on. Never the office's: it extends the charter.
    pub(super) fn fork_the_hub(&mut self) -> Checked {
        if self.homes_set_back || self.fork.is_some() {
            return Ok(());
        }
        let path = self.folder.path().join(format!("fork-{}.db", self.epoch));
        self.reopen_hub(|hub| copy_file(hub, &path));
        self.fork = Some(TestHub::open(&path, &self.hub_clock));
        let chosen = self.rng.random_range(1..self.nodes.len());
        for node in 1..self.nodes.len() {
            self.nodes[node].forked = node == chosen || self.rng.random_bool(0.3);
        }
        let names = (0..self.nodes.len()).filter(|node| self.nodes[*node].forked);
        let names: Vec<_> = names.map(|node| self.name(node)).collect();
        self.log_is_another();
        self.event("hub forks", format_args!("{names:?} see another log"));
        Ok(())
    }

    /// They see what the others see again.
    pub(super) fn end_the_fork(&mut self) -> Checked {
        if self.fork.take().is_some() {
            self.nodes.iter_mut().for_each(|node| node.forked = false);
            self.log_is_another();
            self.event("fork ends", "");
        }
        Ok(())
    }

    /// What homes believed of the hub may no longer be so.
    pub(super) fn log_is_another(&mut self) {
        self.epoch += 1;
        for node in &mut self.nodes {
            node.stale = true;
            node.sessions.iter_mut().for_each(|s| s.fresh = false);
        }
    }

    fn space(&self, number: u32) -> Option<SpaceId> {
        let charter = &self.hostile.hand.charter;
        Some(charter.space_by_number(number.into())?.id)
    }

    /// The running hash behind what is left of a log, where its head was the end of what was given.
    fn running_of(&self, pulled: &Pulled) -> Option<[u8; 32]> {
        let space = self.space(pulled.space)?;
        let hub = self.hub().service().store();
        let community = self.hostile.hand.community();
        let before =
            doorknock_hub::store::HubStore::running(hub, community, space, pulled.first - 1);
        let mut running = before.ok().flatten()?;
        for item in &pulled.items {
            let hash = match item {
                PulledItem::Own(hash) => *hash,
                PulledItem::Entry(bytes) => Entry::hash_of(bytes).ok()?,
            };
            running = running_hash(&running, &hash);
        }
        Some(running)
    }

    fn sign_head(&self, pulled: &mut Pulled) {
        if let Some(space) = self.space(pulled.space) {
            let head = Receipt::head(space, pulled.head, pulled.head_running);
            let community = self.hostile.hand.community();
            pulled.head_signature = head.sign(&HubSecret::from_bytes(&HUB), community);
        }
    }
}

/// Receipts for everything that a request brings, for places behind what the home has read; `None` if it
/// brings nothing.
fn promised(request: &[u8]) -> Option<SyncResponse> {
    let signed = SignedRequest::parse(request).ok()?;
    let request: SyncRequest = wire::decode(signed.body()).ok()?;
    let hub = HubSecret::from_bytes(&HUB);
    let mut receipts = Vec::new();
    for (n, bytes) in (0..).zip(&request.entries) {
        let entry = Entry::parse(bytes).ok()?;
        let furthest = request.cursors.iter().map(|c| c.position).max()?;
        let promise = Receipt {
            space: entry.header().space,
            entry: entry.hash(),
            position: furthest + 1 + n,
            running: [7; 32],
        };
        receipts.push(wire::Receipt {
            entry: promise.entry,
            verdict: Verdict::Stored,
            space: promise.space,
            position: promise.position,
            running: promise.running,
            signature: promise.sign(&hub, request.community),
        });
    }
    (!receipts.is_empty()).then(|| SyncResponse {
        receipts,
        // So that the home does not look at the end of the log at once.
        more: true,
        charter_length: request.charter_length,
        ..SyncResponse::default()
    })
}
