//! What the hub promises: receipts for entries, and the heads of its logs.
//!
//! A space's log at the hub is gapless: positions 1, 2, 3, … Its running hash at position 0 is
//! zeros, and each entry's hash is hashed onto it, so equal running hashes mean equal logs.

use doorknock_model::ids::{CommunityId, SpaceId};

use crate::identity::{Context, HubSecret, verify};
use crate::{Hash, sha256};

/// The place of an entry in a space's log, or (with an entry hash of zeros) the log's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The log.
    pub space: SpaceId,
    /// The entry at the position; zeros for a head.
    pub entry: Hash,
    /// Counted from 1; 0 is the empty log.
    pub position: u64,
    /// The running hash at the position.
    pub running: Hash,
}

impl Receipt {
    /// The head of a log: the same promise without naming an entry.
    #[must_use]
    pub const fn head(space: SpaceId, position: u64, running: Hash) -> Self {
        Self {
            space,
            entry: [0; 32],
            position,
            running,
        }
    }

    /// The signed bytes: `space || entry hash || position (u64 big-endian) || running`.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [
            &self.space.0[..],
            &self.entry,
            &self.position.to_be_bytes(),
            &self.running,
        ]
        .concat()
    }

    /// The hub's signature.
    #[must_use]
    pub fn sign(&self, hub: &HubSecret, community: CommunityId) -> [u8; 64] {
        hub.sign(Context::Receipt, community, &self.message())
    }

    /// Whether the hub with this key signed it.
    #[must_use]
    pub fn verify(&self, hub_key: &[u8; 32], community: CommunityId, signature: &[u8; 64]) -> bool {
        verify(
            hub_key,
            Context::Receipt,
            community,
            &self.message(),
            signature,
        )
    }
}

/// The running hash after the next entry.
#[must_use]
pub fn running_hash(before: &Hash, entry: &Hash) -> Hash {
    sha256(&[before, entry])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_promises_exactly_what_it_says() {
        let hub = HubSecret::from_bytes(&[1; 32]);
        let here = CommunityId([2; 16]);
        let receipt = Receipt {
            space: SpaceId([3; 16]),
            entry: [4; 32],
            position: 5,
            running: [6; 32],
        };
        let signature = receipt.sign(&hub, here);
        assert!(receipt.verify(&hub.key(), here, &signature));

        let others = [
            Receipt {
                space: SpaceId([0; 16]),
                ..receipt
            },
            Receipt {
                entry: [0; 32],
                ..receipt
            },
            Receipt {
                position: 6,
                ..receipt
            },
            Receipt {
                running: [0; 32],
                ..receipt
            },
        ];
        for other in others {
            assert!(!other.verify(&hub.key(), here, &signature), "{other:?}");
        }
        assert!(!receipt.verify(&hub.key(), CommunityId([9; 16]), &signature));
        let stranger = HubSecret::from_bytes(&[9; 32]);
        assert!(!receipt.verify(&stranger.key(), here, &signature));
    }

    #[test]
    fn a_head_names_no_entry() {
        let head = Receipt::head(SpaceId([3; 16]), 5, [6; 32]);
        assert_eq!(head.entry, [0; 32]);
        assert_eq!(head.message().len(), 16 + 32 + 8 + 32);
    }

    #[test]
    fn the_running_hash_knows_the_order() {
        let (a, b) = ([1; 32], [2; 32]);
        let start = [0; 32];
        let ab = running_hash(&running_hash(&start, &a), &b);
        let ba = running_hash(&running_hash(&start, &b), &a);
        assert_ne!(ab, ba);
    }
}
