//! What a forger can send, and the check that a refusal changes nothing.

use doorknock_model::ids::{CommunityId, GridId, MemberId};
use doorknock_seal::charter::{Charter, CharterError, NotAllowed};
use doorknock_seal::identity::{Context, Signer};

use super::{AT, DAY, GRID};

/// A statement with any body, signed by anyone: what a forger can send.
pub(crate) struct Forged {
    pub(crate) format: u64,
    pub(crate) suite: u64,
    pub(crate) position: u64,
    pub(crate) previous: [u8; 32],
    pub(crate) kind: u64,
    pub(crate) payload: Vec<u8>,
    pub(crate) community: CommunityId,
    pub(crate) context: Context,
}

impl Forged {
    /// One that follows the charter's head.
    pub(crate) fn next(charter: &Charter, kind: u64, payload: Vec<u8>) -> Self {
        Self {
            format: 1,
            suite: 1,
            position: charter.len(),
            previous: charter.head(),
            kind,
            payload,
            community: charter.community(),
            context: Context::Charter,
        }
    }

    pub(crate) fn sign(&self, signer: &dyn Signer) -> Vec<u8> {
        self.sign_as(signer.signer_id(), signer)
    }

    pub(crate) fn sign_as(&self, id: [u8; 16], signer: &dyn Signer) -> Vec<u8> {
        let mut e = minicbor::Encoder::new(Vec::new());
        e.array(7)
            .unwrap()
            .u64(self.format)
            .unwrap()
            .u64(self.suite)
            .unwrap();
        e.u64(self.position)
            .unwrap()
            .bytes(&self.previous)
            .unwrap()
            .i64(AT)
            .unwrap();
        e.u64(self.kind).unwrap().bytes(&self.payload).unwrap();
        let body = e.into_writer();
        let signature = signer.sign(self.context, self.community, &body);
        let mut e = minicbor::Encoder::new(Vec::new());
        e.array(3)
            .unwrap()
            .bytes(&body)
            .unwrap()
            .bytes(&id)
            .unwrap()
            .bytes(&signature)
            .unwrap();
        e.into_writer()
    }
}

pub(crate) fn space_payload(kind: u64, grid: GridId) -> Vec<u8> {
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(4)
        .unwrap()
        .u64(kind)
        .unwrap()
        .bytes(&grid.0)
        .unwrap();
    e.bytes(&[1; 32]).unwrap().bytes(&[0; 32]).unwrap();
    e.into_writer()
}

pub(crate) fn invite_payload(sign: [u8; 32], hpke: [u8; 32], role: u64) -> Vec<u8> {
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(6)
        .unwrap()
        .bytes(&sign)
        .unwrap()
        .bytes(&hpke)
        .unwrap()
        .u64(role)
        .unwrap();
    e.array(1)
        .unwrap()
        .bytes(&GRID.0)
        .unwrap()
        .i64(AT + DAY)
        .unwrap();
    e.bytes(&[0; 32]).unwrap();
    e.into_writer()
}

pub(crate) fn join_payload(member: MemberId, sign: [u8; 32], hpke: [u8; 32]) -> Vec<u8> {
    let mut e = minicbor::Encoder::new(Vec::new());
    e.array(3)
        .unwrap()
        .bytes(&member.0)
        .unwrap()
        .bytes(&sign)
        .unwrap()
        .bytes(&hpke)
        .unwrap();
    e.into_writer()
}

/// Extends a copy and checks that a refusal leaves it alone.
pub(crate) fn refused(charter: &Charter, statement: &[u8]) -> CharterError {
    let mut copy = charter.clone();
    let error = copy.extend(statement).unwrap_err();
    assert_eq!(&copy, charter, "changed by a refused statement");
    error
}

pub(crate) fn not_allowed(why: NotAllowed) -> CharterError {
    CharterError::NotAllowed(why)
}

pub(crate) fn payload_of(statement: &[u8]) -> Vec<u8> {
    let mut d = minicbor::Decoder::new(statement);
    d.array().unwrap();
    let mut d = minicbor::Decoder::new(d.bytes().unwrap());
    d.array().unwrap();
    for _ in 0..6 {
        d.skip().unwrap();
    }
    d.bytes().unwrap().to_vec()
}
