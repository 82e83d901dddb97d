//! What a bad line, a proxy or a captive portal makes of requests and answers.

use doorknock::Answer;
use doorknock_seal::entry::Entry;
use doorknock_sync::wire::{self, PulledItem};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha20Rng;

use super::run::{Checked, Run};

const PORTAL: &[u8] =
    "<!DOCTYPE html><html><body>请先登录无线网络 Please log in</body></html>".as_bytes();

/// What a home may say to an answer that somebody changed.
pub(super) const SAID_TO_NONSENSE: [&str; 4] =
    ["hub_answer", "hub_refused", "charter_forked", "key_wrap"];

impl Run<'_> {
    pub(super) fn garble_a_request(&mut self) -> Checked {
        if self.requests.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.requests.len());
        let how = garble(&mut self.rng, &mut self.requests[at].body.body);
        self.requests[at].tampered = true;
        let id = self.requests[at].id;
        self.event("request garbled", format_args!("#{id}: {how}"));
        Ok(())
    }

    pub(super) fn garble_an_answer(&mut self) -> Checked {
        if self.answers.is_empty() {
            return Ok(());
        }
        let at = self.rng.random_range(0..self.answers.len());
        let letter = &mut self.answers[at];
        letter.tampered = true;
        let id = letter.id;
        let before = letter.body.body.clone();
        let (kind, how) = match self.rng.random_range(0..6) {
            0 => {
                letter.body = Answer {
                    status: 200,
                    body: PORTAL.to_vec(),
                };
                ("captive portal", "a page")
            }
            1 => {
                let all = [204, 302, 403, 404, 407, 409, 413, 429, 500, 502, 503, 504];
                letter.body.status = all[self.rng.random_range(0..all.len())];
                ("wrong status", "the body as it was")
            }
            _ => (
                "answer garbled",
                garble(&mut self.rng, &mut letter.body.body),
            ),
        };
        let after = letter.body.body.clone();
        self.note_bogus(&before, &after);
        self.event(kind, format_args!("#{id}: {how}"));
        Ok(())
    }

    /// Notes what a changed answer holds that the true one did not.
    pub(super) fn note_bogus(&mut self, before: &[u8], after: &[u8]) {
        self.tampered = true;
        let honest = entries_of(before);
        let bogus = entries_of(after);
        self.bogus
            .extend(bogus.into_iter().filter(|entry| !honest.contains(entry)));
    }
}

/// The beginnings of the hashes of the entries that an answer holds, as homes show them.
fn entries_of(answer: &[u8]) -> Vec<String> {
    let Ok(response) = wire::decode::<wire::SyncResponse>(answer) else {
        return Vec::new();
    };
    let items = response.pulled.iter().flat_map(|pulled| &pulled.items);
    let hash = |item: &PulledItem| match item {
        PulledItem::Entry(bytes) => Entry::hash_of(bytes).ok(),
        PulledItem::Own(_) => None,
    };
    items.filter_map(hash).map(|hash| mark(&hash)).collect()
}

/// The beginning of an entry's hash, as homes show it.
pub(super) fn mark(hash: &[u8; 32]) -> String {
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn garble(rng: &mut ChaCha20Rng, bytes: &mut Vec<u8>) -> &'static str {
    let len = bytes.len().max(1);
    match rng.random_range(0..8) {
        0 => {
            bytes.clear();
            "empty"
        }
        1 => {
            rng.fill_bytes(bytes);
            "noise"
        }
        2 | 3 => {
            bytes.truncate(rng.random_range(0..len));
            "cut off"
        }
        _ => {
            for _ in 0..rng.random_range(1..4) {
                let at = rng.random_range(0..len);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << rng.random_range(0..8);
                }
            }
            "bits flipped"
        }
    }
}
