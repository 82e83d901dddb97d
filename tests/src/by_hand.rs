//! A member device without an app: its entries are put together piece by piece, so that a test can have it
//! say whatever the format can express.

use std::collections::HashMap;

use doorknock::model::access::SpaceKind;
use doorknock::model::ids::{CommunityId, DocId, GridId, Incarnation, MemberId, SpaceId};
use doorknock::model::kind::{Key, Value};
use doorknock::model::random;
use doorknock::{Clock, Request};
use doorknock_hub::store::{HubStore, NewEntry};
use doorknock_replica::change::{Op, OpId, Parts, build, genesis};
use doorknock_replica::section::{Dep, Section, WireChange, start};
use doorknock_replica::splice::Splice;
use doorknock_replica::{Actor, actor};
use doorknock_seal::charter::Charter;
use doorknock_seal::entry::{Entry, EntryParams, SpaceKeys, seal_entry};
use doorknock_seal::identity::DeviceSecrets;
use doorknock_seal::invite::InviteLink;
use doorknock_seal::request::sign_request;
use doorknock_seal::wrap::{EpochKey, Wrap, open_wrap};
use doorknock_sync::wire::{self, Verdict};

use crate::{SeededEntropy, TestHub, World};

/// A change that was made, and what the next one needs to follow it.
#[derive(Debug, Clone)]
pub struct Made {
    /// As it travels.
    pub wire: WireChange,
    /// Its hash.
    pub hash: [u8; 32],
    /// The number of its last operation.
    pub max_op: u64,
}

/// What a change follows.
#[derive(Debug, Clone, Copy)]
pub struct After {
    /// How it is named.
    pub dep: Dep,
    /// Its hash.
    pub hash: [u8; 32],
    /// The number of its last operation.
    pub max_op: u64,
}

impl After {
    /// The beginning of a document of this kind.
    #[must_use]
    pub fn genesis(kind: u16) -> Self {
        let genesis = genesis(kind);
        Self {
            dep: Dep::Genesis,
            hash: genesis.hash,
            max_op: genesis.max_op,
        }
    }

    /// A change, named by its hash.
    #[must_use]
    pub fn change(made: &Made) -> Self {
        Self {
            dep: Dep::Hash(start(&made.hash)),
            hash: made.hash,
            max_op: made.max_op,
        }
    }
}

/// A put that replaces nothing.
#[must_use]
pub const fn put(key: Key, value: Value) -> Op {
    Op {
        key,
        replaces: Vec::new(),
        value,
    }
}

/// A section with these changes.
#[must_use]
pub fn section(kind: u16, doc: DocId, changes: &[&Made]) -> Section {
    let changes = changes.iter().map(|made| made.wire.clone()).collect();
    Section {
        kind,
        doc,
        changes,
        context: None,
    }
}

/// Where a device stands: its randomness, its clock and its hub.
pub trait Ground {
    /// Randomness.
    fn entropy(&self) -> &SeededEntropy;
    /// The hub.
    fn hub(&self) -> &TestHub;
    /// Unix milliseconds.
    fn now_ms(&self) -> i64;
}

impl Ground for World {
    fn entropy(&self) -> &SeededEntropy {
        &self.entropy
    }
    fn hub(&self) -> &TestHub {
        &self.hub
    }
    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// A member device.
#[derive(Clone)]
pub struct ByHand {
    /// Its keys.
    pub secrets: DeviceSecrets,
    /// The member.
    pub member: MemberId,
    /// The charter as of its joining.
    pub charter: Charter,
    /// The incarnation it writes as.
    pub incarnation: Incarnation,
    common: EpochKey,
    keys: HashMap<SpaceId, SpaceKeys>,
    epochs: HashMap<SpaceId, (u32, EpochKey)>,
    chains: HashMap<SpaceId, (u64, [u8; 32])>,
}

impl ByHand {
    /// Joins with an invitation, as the wire format says.
    ///
    /// # Panics
    /// If the hub does not do its part.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn join(ground: &impl Ground, link: &str) -> Self {
        let link: InviteLink = link.parse().expect("a link");
        let entropy = ground.entropy();
        let secrets = DeviceSecrets::generate(entropy);
        let member = MemberId(random(entropy));
        let (mut statements, mut wraps) = (Vec::new(), Vec::new());
        loop {
            let from = statements.len() as u64;
            let body = wire::encode(&wire::CharterRequest {
                community: link.community,
                from,
            });
            let body = sign_request(wire::PATH_CHARTER, &body, link.community, &link.secret);
            let answer: wire::CharterResponse = ask(ground, wire::PATH_CHARTER, body);
            if answer.statements.is_empty() {
                break;
            }
            statements.extend(answer.statements);
            wraps.extend(answer.wraps);
        }
        let mut charter = Charter::replay(&statements).expect("a charter");
        let statement = charter.device_joined(&link.secret, &secrets, member, ground.now_ms());
        charter
            .extend(&statement)
            .expect("the charter takes the device");
        let append = wire::AppendRequest {
            community: link.community,
            statement,
            wraps: vec![],
        };
        let _: wire::AppendResponse = ask(ground, wire::PATH_APPEND, wire::encode(&append));
        let open = |bytes: &Vec<u8>| {
            let wrap = Wrap::from_bytes(bytes).expect("a wrap");
            let key = open_wrap(link.community, &wrap, link.secret.hpke()).expect("a wrap for us");
            (wrap.space, (wrap.epoch, key))
        };
        let epochs: HashMap<_, _> = wraps.iter().map(open).collect();
        let derive = |(space, (epoch, key)): (&SpaceId, &(u32, EpochKey))| {
            (*space, SpaceKeys::derive(*space, *epoch, key))
        };
        let common = charter.space_id(SpaceKind::Common, GridId::default());
        Self {
            common: epochs
                .get(&common)
                .map(|(_, key)| key.clone())
                .expect("every member holds the common space"),
            keys: epochs.iter().map(derive).collect(),
            epochs,
            incarnation: Incarnation(random(entropy)),
            chains: HashMap::new(),
            secrets,
            member,
            charter,
        }
    }

    /// The community.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.charter.community()
    }

    /// The secret of the common space, under which files are sealed.
    #[must_use]
    pub const fn common_key(&self) -> &EpochKey {
        &self.common
    }

    /// A grid's space, or one without a grid.
    #[must_use]
    pub fn space(&self, kind: SpaceKind, grid: Option<&str>) -> SpaceId {
        let grid = grid.map_or(GridId::default(), |code| self.community().grid(code));
        self.charter.space_id(kind, grid)
    }

    /// The actor under which it writes to a document.
    #[must_use]
    pub fn actor(&self, space: SpaceId, doc: DocId) -> Actor {
        actor(
            self.community(),
            space,
            doc,
            self.secrets.device_id(),
            self.incarnation,
        )
    }

    /// The name of an operation of its own.
    #[must_use]
    pub fn op_id(&self, space: SpaceId, doc: DocId, counter: u64) -> OpId {
        OpId {
            counter,
            actor: self.actor(space, doc),
        }
    }

    /// The key of a space, with its epoch.
    ///
    /// # Panics
    /// If it was given none.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn epoch_key(&self, space: SpaceId) -> (u32, EpochKey) {
        self.epochs
            .get(&space)
            .cloned()
            .expect("a key of the space")
    }

    /// Asks the hub something, signed.
    ///
    /// # Panics
    /// If the hub refuses.
    pub fn ask<Q: minicbor::Encode<()>, A: for<'b> minicbor::Decode<'b, ()>>(
        &self,
        world: &World,
        path: &'static str,
        question: &Q,
    ) -> A {
        let body = wire::encode(question);
        ask(
            world,
            path,
            sign_request(path, &body, self.community(), &self.secrets),
        )
    }

    /// Makes a change as an app would.
    ///
    /// # Panics
    /// If it cannot be built.
    #[must_use]
    pub fn change(
        &self,
        space: SpaceId,
        doc: DocId,
        seq: u64,
        after: &[After],
        ops: Vec<Op>,
    ) -> Made {
        self.change_with(space, doc, seq, after, ops, vec![])
    }

    /// The same with edits of texts.
    ///
    /// # Panics
    /// If it cannot be built.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn change_with(
        &self,
        space: SpaceId,
        doc: DocId,
        seq: u64,
        after: &[After],
        ops: Vec<Op>,
        splices: Vec<Splice>,
    ) -> Made {
        let parts = Parts {
            seq,
            time: 0,
            start_op: 1 + after.iter().map(|a| a.max_op).max().unwrap_or(0),
            deps: after.iter().map(|a| a.hash).collect(),
            ops,
            splices,
        };
        let built = build(self.actor(space, doc), &parts).expect("a change is built");
        let mut check = [0; 4];
        check.copy_from_slice(&built.hash[..4]);
        let deps = after.iter().map(|a| a.dep).collect();
        let Parts {
            seq,
            time,
            ops,
            splices,
            ..
        } = parts;
        Made {
            wire: WireChange {
                seq,
                time,
                deps,
                ops,
                splices,
                check,
            },
            hash: built.hash,
            max_op: built.max_op,
        }
    }

    /// Seals bodies, each of a document, into its next entry of a space. A space it has no key of is
    /// sealed with another's.
    ///
    /// # Panics
    /// If the format cannot express it.
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn seal(
        &mut self,
        ground: &impl Ground,
        space: SpaceId,
        bodies: Vec<(DocId, Vec<u8>)>,
    ) -> Vec<u8> {
        let other = EpochKey::from_bytes(&[5; 32]);
        let keys = self
            .keys
            .get(&space)
            .cloned()
            .unwrap_or_else(|| SpaceKeys::derive(space, 0, &other));
        self.seal_with(ground, &keys, bodies)
    }

    /// Seals with these keys.
    ///
    /// # Panics
    /// If the format cannot express it.
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn seal_with(
        &mut self,
        ground: &impl Ground,
        keys: &SpaceKeys,
        bodies: Vec<(DocId, Vec<u8>)>,
    ) -> Vec<u8> {
        let (sequence, previous) = self.chains.get(&keys.space()).copied().unwrap_or_default();
        let community = self.community();
        let params = EntryParams {
            community,
            incarnation: self.incarnation,
            sequence,
            previous,
        };
        let bodies: Vec<_> = bodies.into_iter().map(|(_, body)| body).collect();
        let sealed =
            seal_entry(&params, keys, &self.secrets, &bodies, ground.entropy()).expect("an entry");
        self.chains
            .insert(keys.space(), (sequence + 1, sealed.hash));
        sealed.bytes
    }

    /// Pushes entries and gives the hub's verdicts.
    ///
    /// # Panics
    /// If the hub refuses the request as a whole.
    pub fn push(&self, ground: &impl Ground, entries: &[Vec<u8>]) -> Vec<Verdict> {
        let request = wire::SyncRequest {
            community: self.community(),
            charter_length: self.charter.len(),
            charter_head: self.charter.head()[..8].try_into().unwrap_or_default(),
            cursors: vec![],
            entries: entries.to_vec(),
            limit: 1,
            own: false,
        };
        let body = sign_request(
            wire::PATH_SYNC,
            &wire::encode(&request),
            self.community(),
            &self.secrets,
        );
        let answer: wire::SyncResponse = ask(ground, wire::PATH_SYNC, body);
        answer.receipts.iter().map(|r| r.verdict).collect()
    }

    /// Has a hub that judges nothing hand an entry out in a space.
    ///
    /// # Panics
    /// If the hub's database fails, or the bytes have no hash.
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn slip_in(&self, ground: &impl Ground, space: SpaceId, bytes: &[u8]) {
        let hash = Entry::hash_of(bytes).expect("what has the outer form of an entry");
        let entry = NewEntry {
            space,
            hash,
            device: self.secrets.device_id(),
            bytes,
        };
        let store = ground.hub().service().store();
        store
            .append(self.community(), &[entry], u64::MAX)
            .expect("the hub's store takes it");
    }
}

#[allow(clippy::expect_used)] // a test's own ground
fn ask<T: for<'b> minicbor::Decode<'b, ()>>(
    ground: &impl Ground,
    path: &'static str,
    body: Vec<u8>,
) -> T {
    let answer = ground.hub().handle(&Request {
        method: "POST",
        path,
        body,
    });
    assert_eq!(
        answer.status,
        200,
        "{path}: {:?}",
        wire::decode::<wire::Refusal>(&answer.body)
    );
    wire::decode(&answer.body).expect("the hub's answer")
}
