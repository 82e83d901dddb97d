//! `/v1/sync`: entries in, receipts and entries out, in one trip.

use doorknock_model::ids::{CommunityId, DeviceId, SpaceId};
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{Entry, EntryError};
use doorknock_seal::receipt::Receipt;
use doorknock_sync::wire::{self, Verdict};

use crate::refusal;
use crate::service::{Asked, Service, Stop};
use crate::signatures::verify_together;
use crate::store::{Hash, Head, HubStore, LogItem, NewEntry, Placed, Read};

/// What a part of a log is cut to by number; the answer's memory is bounded by it too.
const MOST_ITEMS: usize = 4_096;

/// Why an entry is not stored, with what is known of it.
#[derive(Debug, Clone, Copy)]
struct Refused {
    verdict: Verdict,
    entry: Hash,
    space: SpaceId,
}

impl From<Refused> for wire::Receipt {
    fn from(refused: Refused) -> Self {
        Self::refused(refused.entry, refused.verdict, refused.space)
    }
}

impl<S: HubStore> Service<S> {
    pub(crate) fn sync(&self, body: &[u8], now_ms: i64) -> Result<Vec<u8>, Stop> {
        let community = |request: &wire::SyncRequest| request.community;
        let Asked {
            signer,
            request,
            charter,
        } = self.asked(wire::PATH_SYNC, body, community, false, now_ms)?;
        let too_many = request.entries.len() > wire::ENTRIES_LIMIT
            || request.cursors.len() > wire::CURSORS_LIMIT;
        if too_many {
            return Err(refusal::TOO_LARGE.into());
        }
        let device = DeviceId(signer);
        let receipts = self.push(&charter, &request.entries)?;
        let from = missing_from(&charter, &request);
        let wire::CharterResponse { statements, wraps } =
            self.statements(&charter, from, &signer)?;
        let mut answer = wire::SyncResponse {
            more: from + (statements.len() as u64) < charter.len(),
            charter_length: charter.len(),
            statements,
            wraps,
            receipts,
            ..Default::default()
        };
        self.pull(&charter, device, &request, &mut answer)?;
        Ok(wire::encode(&answer))
    }

    /// Stores what may be stored, all in one transaction, and says for each what became of it.
    fn push(&self, charter: &Charter, entries: &[Vec<u8>]) -> Result<Vec<wire::Receipt>, Stop> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let community = charter.community();
        let judged = judge(charter, entries);
        let good: Vec<_> = judged.iter().filter_map(|judged| judged.ok()).collect();
        let placed = if good.is_empty() {
            Vec::new()
        } else {
            self.store
                .append(community, &good, self.config.entry_quota)?
        };
        let mut placed = placed.into_iter();
        let mut receipts = Vec::with_capacity(judged.len());
        for judged in judged {
            receipts.push(match judged {
                Err(refused) => refused.into(),
                Ok(entry) => match placed.next() {
                    Some(Placed::At(head)) => self.receipt(community, &entry, head),
                    Some(Placed::Full) => {
                        wire::Receipt::refused(entry.hash, Verdict::Quota, entry.space)
                    }
                    None => return Err(refusal::INTERNAL.into()),
                },
            });
        }
        receipts
            .iter()
            .for_each(|receipt| self.metrics().judged(receipt.verdict.code()));
        Ok(receipts)
    }

    /// The signed promise. It depends on nothing but the entry's place: a retry gets the same.
    fn receipt(&self, community: CommunityId, entry: &NewEntry<'_>, at: Head) -> wire::Receipt {
        let Head { position, running } = at;
        let promise = Receipt {
            space: entry.space,
            entry: entry.hash,
            position,
            running,
        };
        wire::Receipt {
            entry: entry.hash,
            verdict: Verdict::Stored,
            space: entry.space,
            position,
            running,
            signature: self.signer.sign(&promise, community),
        }
    }

    /// Reads the spaces in the order asked for until the answer is full.
    fn pull(
        &self,
        charter: &Charter,
        device: DeviceId,
        request: &wire::SyncRequest,
        answer: &mut wire::SyncResponse,
    ) -> Result<(), Stop> {
        let community = charter.community();
        let (mut bytes, mut items) = (request.limit.min(wire::PULL_LIMIT) as usize, MOST_ITEMS);
        let without = (!request.own).then_some(device);
        let mut asked = std::collections::BTreeSet::new();
        for cursor in &request.cursors {
            let space = charter
                .space_by_number(cursor.space.into())
                .map(|space| space.id);
            let Some(space) = space.filter(|space| charter.may_hold(device, *space)) else {
                continue;
            };
            if !asked.insert(cursor.space) {
                continue;
            }
            if !self.continues(community, space, cursor)? {
                answer.mismatched.push(cursor.space);
                continue;
            }
            let full = (bytes == 0 || items == 0) && !answer.pulled.is_empty();
            if full {
                answer.more |= self.store.head(community, space)?.position > cursor.position;
                continue;
            }
            let part = Read {
                after: cursor.position,
                max_bytes: bytes,
                max_items: items,
                without,
            };
            let mut read = self.store.read(community, space, part)?;
            // The store gives at least one item; only the answer's first may exceed what is asked.
            if !answer.pulled.is_empty() && read.first().is_some_and(|item| item.cost() > bytes) {
                read.clear();
            }
            bytes = bytes.saturating_sub(read.iter().map(|item| item.cost()).sum());
            items -= read.len();
            // Read after the items, so it is never before them.
            let head = self.store.head(community, space)?;
            answer.more |= head.position > cursor.position + read.len() as u64;
            if !read.is_empty() {
                answer
                    .pulled
                    .push(self.pulled(community, (cursor, space), read, head));
            }
        }
        Ok(())
    }

    /// Whether the log has the cursor's running hash at its position.
    fn continues(
        &self,
        community: CommunityId,
        space: SpaceId,
        cursor: &wire::Cursor,
    ) -> Result<bool, Stop> {
        let running = self.store.running(community, space, cursor.position)?;
        Ok(running.is_some_and(|running| running.starts_with(&cursor.running)))
    }

    fn pulled(
        &self,
        community: CommunityId,
        (cursor, space): (&wire::Cursor, SpaceId),
        read: Vec<LogItem>,
        head: Head,
    ) -> wire::Pulled {
        let promise = Receipt::head(space, head.position, head.running);
        let item = |item: LogItem| {
            item.bytes
                .map_or(wire::PulledItem::Own(item.hash), wire::PulledItem::Entry)
        };
        wire::Pulled {
            space: cursor.space,
            first: cursor.position + 1,
            items: read.into_iter().map(item).collect(),
            head: head.position,
            head_running: head.running,
            head_signature: self.signer.sign(&promise, community),
        }
    }
}

/// The first statement the client lacks. A client whose head is not in the hub's charter gets
/// everything, so that it sees where the two part.
fn missing_from(charter: &Charter, request: &wire::SyncRequest) -> u64 {
    let length = request.charter_length;
    if length > charter.len() {
        // The hub lost statements: there is nothing to give, and the client will bring them.
        return charter.len();
    }
    let head: Hash = charter.head_at(length).unwrap_or_default();
    if head.starts_with(&request.charter_head) {
        length
    } else {
        0
    }
}

/// The hub's part of judging entries: everything that needs no key to read. An entry is judged by its author
/// alone: which member's device carries it here makes no difference, so that what went by file, or what this hub
/// lost, can be brought by whoever has it (docs/adr/0016-files-and-relaying.md).
fn judge<'b>(charter: &Charter, entries: &'b [Vec<u8>]) -> Vec<Result<NewEntry<'b>, Refused>> {
    let read: Vec<_> = (entries.iter()).map(|bytes| read(charter, bytes)).collect();
    let community = charter.community();
    let signed: Vec<_> = (read.iter().flatten())
        .map(|(entry, key)| (entry, *key))
        .collect();
    let all_good = verify_together(community, &signed);
    (read.iter().zip(entries))
        .map(|(read, bytes)| {
            let (entry, key) = read.as_ref().map_err(|refused| *refused)?;
            if !all_good && !verify_together(community, &[(entry, *key)]) {
                return Err(refused(entry, Verdict::BadSignature));
            }
            allowed(charter, entry, bytes)
        })
        .collect()
}

/// The entry in these bytes, and its author's key.
fn read<'b>(charter: &Charter, bytes: &'b [u8]) -> Result<(Entry<'b>, [u8; 32]), Refused> {
    let entry = Entry::parse(bytes).map_err(|error| {
        let verdict = match error {
            EntryError::TooLarge => Verdict::TooLarge,
            _ => Verdict::Malformed,
        };
        Refused {
            verdict,
            entry: [0; 32],
            space: SpaceId::default(),
        }
    })?;
    let device = charter
        .device(entry.header().device)
        .ok_or_else(|| refused(&entry, Verdict::UnknownDevice))?;
    let key = device.sign_key;
    Ok((entry, key))
}

fn allowed<'b>(
    charter: &Charter,
    entry: &Entry<'_>,
    bytes: &'b [u8],
) -> Result<NewEntry<'b>, Refused> {
    let header = entry.header();
    if charter.space(header.space).is_none() {
        return Err(refused(entry, Verdict::UnknownSpace));
    }
    if !charter.may_hold(header.device, header.space) {
        return Err(refused(entry, Verdict::NoRight));
    }
    Ok(NewEntry {
        space: header.space,
        hash: entry.hash(),
        device: header.device,
        bytes,
    })
}

fn refused(entry: &Entry<'_>, verdict: Verdict) -> Refused {
    Refused {
        verdict,
        entry: entry.hash(),
        space: entry.header().space,
    }
}
