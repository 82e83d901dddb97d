//! Taking in what was salvaged from a damaged home of this very device: the same guards as for what
//! comes from others, except that a signature may be missing; the caller has verified who wrote it.

use doorknock_model::ids::{DeviceId, Incarnation};
use doorknock_replica::section::Section;
use doorknock_seal::charter::Charter;
use doorknock_store::log::AuthorRow;

use super::section::From;
use super::{Ingest, UNSENT};
use crate::Result;
use crate::home::Inner;

/// Changes of one document by one author.
pub(crate) struct Kept {
    pub(crate) device: DeviceId,
    pub(crate) incarnation: Incarnation,
    /// The space's number.
    pub(crate) space: u32,
    pub(crate) section: Section,
    /// What it is known by if it has to wait: its entry, or [`Kept::UNSENT`].
    pub(crate) from: [u8; 32],
}

impl Kept {
    /// Recorded on this device, and in no entry that was kept: it is sealed and sent.
    pub(crate) const UNSENT: [u8; 32] = UNSENT;
}

/// Takes changes in, in one transaction. What they follow may come later; they wait for it then.
pub(crate) fn take_kept(
    inner: &mut Inner,
    charter: &Charter,
    mine: DeviceId,
    now_ms: i64,
    batch: &[Kept],
) -> Result<()> {
    inner.store.write(|tx| {
        let ingest = Ingest::new(tx, charter, mine, now_ms);
        for kept in batch {
            let member = charter.member_of(kept.device);
            let (Some(space), Some(member)) = (tx.space(kept.space)?, member) else {
                continue;
            };
            let ord = tx.author(kept.device, kept.incarnation, member.id)?;
            let author = AuthorRow {
                ord,
                device: kept.device,
                incarnation: kept.incarnation,
                member: member.id,
            };
            let from = From {
                entry: &kept.from,
                space: &space,
                author: &author,
                member,
                by_file: false,
            };
            ingest.changes(&from, 0, &kept.section)?;
            ingest.release()?;
        }
        Ok(())
    })
}
