//! Charter statements as they arrive, and the rules a chain of well-signed ones meets.

use std::sync::LazyLock;

use doorknock_model::access::{Role, SpaceKind};
use doorknock_model::ids::CommunityId;
use doorknock_seal::charter::{Charter, Statement};
use doorknock_seal::identity::{Context, DeviceSecrets, HubSecret, Signer};
use doorknock_tests::town::{Said, Town};
use minicbor::Encoder;

use crate::{Parts, Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "charter",
    run,
    seeds,
};

/// A charter, and those who may sign: an admin, a worker, an open and a used invitation, a stranger.
struct Scene {
    town: Town,
    signers: Vec<Box<dyn Signer + Send + Sync>>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let mut town = Town::new(2, HubSecret::from_bytes(&[42; 32]));
    for kind in [SpaceKind::Rounds, SpaceKind::Casework] {
        town.open(kind, "G1");
    }
    let used = town.invite(Role::Worker, &["G1"], true);
    let worker = town.join(&used);
    let open = town.invite(Role::Volunteer, &["G1"], true);
    let stranger = DeviceSecrets::generate(&town.entropy);
    let admin = town.admin.secrets.clone();
    let signers: Vec<Box<dyn Signer + Send + Sync>> = vec![
        Box::new(admin),
        Box::new(worker.secrets),
        Box::new(open),
        Box::new(used),
        Box::new(stranger),
    ];
    Scene { town, signers }
});

fn run(data: &[u8]) -> bool {
    match data.split_first() {
        Some((0, bytes)) => statement(bytes),
        Some((1, bytes)) => chain(bytes),
        _ => false,
    }
}

fn statement(bytes: &[u8]) -> bool {
    let charter = &SCENE.town.charter;
    let parsed = Statement::parse(bytes);
    if let Ok(statement) = &parsed {
        let key = SCENE.town.admin.secrets.sign_key();
        for community in [charter.community(), CommunityId::default()] {
            let _ = statement.verify(&key, community);
        }
    }
    if let Ok(founded) = Charter::found(bytes) {
        assert_eq!(
            (founded.len(), founded.head()),
            (1, parsed.as_ref().expect("one").hash)
        );
    }
    let _ = charter.check(bytes);
    parsed.is_ok()
}

/// Statements, each a signer, a kind, a time and a payload, put in the chain's next place and signed.
fn chain(bytes: &[u8]) -> bool {
    let mut parts = Parts(bytes);
    let mut charter = SCENE.town.charter.clone();
    let mut all = true;
    for _ in 0..16 {
        let (Some(signer), Some(kind), Some(late)) = (parts.byte(), parts.byte(), parts.byte())
        else {
            break;
        };
        let Some(payload) = parts.bytes() else {
            break;
        };
        let at = 1_795_226_400_000 + i64::from(late) * 86_400_000;
        let signer = &*SCENE.signers[usize::from(signer) % SCENE.signers.len()];
        let bytes = signed(&charter, signer, kind, at, payload);
        let before = charter.clone();
        if charter.extend(&bytes).is_ok() {
            assert_eq!(charter.len(), before.len() + 1);
            assert!(
                charter.extend(&bytes).is_err(),
                "the same statement a second time"
            );
        } else {
            all = false;
            assert_eq!(
                (charter.len(), charter.head()),
                (before.len(), before.head())
            );
            assert_eq!(charter.spaces().len(), before.spaces().len());
            assert_eq!(charter.devices().count(), before.devices().count());
        }
        assert_eq!(charter.community(), before.community());
    }
    all && parts.0.is_empty()
}

fn signed(charter: &Charter, signer: &dyn Signer, kind: u8, at: i64, payload: &[u8]) -> Vec<u8> {
    let fill = |e: &mut Encoder<Vec<u8>>| {
        e.array(7)?
            .u8(1)?
            .u8(1)?
            .u64(charter.len())?
            .bytes(&charter.head())?;
        e.i64(at)?.u8(kind)?.bytes(payload)?.ok()
    };
    let body = cbor(fill);
    let signature = signer.sign(Context::Charter, charter.community(), &body);
    cbor(|e| {
        e.array(3)?
            .bytes(&body)?
            .bytes(&signer.signer_id())?
            .bytes(&signature)?
            .ok()
    })
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn cbor(fill: impl FnOnce(&mut Encoder<Vec<u8>>) -> Written) -> Vec<u8> {
    let mut e = Encoder::new(Vec::new());
    fill(&mut e).expect("memory takes it");
    e.into_writer()
}

/// What a statement says: its kind and payload.
fn content(statement: &[u8]) -> (u8, Vec<u8>) {
    let mut outer = minicbor::Decoder::new(statement);
    outer.array().expect("an envelope");
    let mut body = minicbor::Decoder::new(outer.bytes().expect("a body"));
    body.array().expect("a body");
    (0..5).for_each(|_| body.skip().expect("its first elements"));
    (
        body.u8().expect("a kind"),
        body.bytes().expect("a payload").to_vec(),
    )
}

fn seeds() -> Vec<Vec<u8>> {
    let raw = SCENE
        .town
        .said
        .iter()
        .map(|Said { statement, .. }| seed(0, statement));
    // New things to say, made in another town: their keys and grids are not known here.
    let mut other = Town::new(3, HubSecret::from_bytes(&[42; 32]));
    other.open(SpaceKind::Rounds, "G7");
    let invite = other.invite(Role::Staff, &[], false);
    other.join(&invite);
    let step = |signer: u8, statement: &[u8]| {
        let (kind, payload) = content(statement);
        [vec![signer, kind, 1], Parts::of(&[&payload])].concat()
    };
    let space = step(0, &other.said[1].statement);
    let issued = step(0, &other.said[2].statement);
    let joined = step(2, &other.said[3].statement);
    let newer = [vec![0, 9, 1], Parts::of(&[&[0x80]])].concat();
    let steps = [
        space.clone(),
        issued,
        joined.clone(),
        newer,
        [space, joined].concat(),
    ];
    raw.chain(steps.iter().map(|bytes| seed(1, bytes)))
        .collect()
}
