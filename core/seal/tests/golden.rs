//! Frozen bytes: what version 1 wrote must be written and read for ever. If a constant here has to
//! change, the format has changed, and data of earlier versions becomes unreadable.

#![allow(clippy::unwrap_used, reason = "a test may end by panicking")]

mod common;

use common::{GRID, Seeded, World, hex};
use doorknock_model::access::SpaceKind;
use doorknock_model::ids::Incarnation;
use doorknock_seal::entry::{Entry, EntryParams, SpaceKeys, seal_entry};
use doorknock_seal::identity::InviteSecret;
use doorknock_seal::sha256;
use doorknock_seal::wrap::{Recipient, open_wrap, wrap_key};

const GENESIS: &str = "\
    8359011087010100582000000000000000000000000000000000000000000000000000000000000000001b00\
    0001a0c4506c000058de8758207082ae21a5851604bb6dcec0e845440c4b65a5c31cc352a9e3c46929b50c19\
    5350e6ed2e98f774fa593dbf44412df9b7185820831201abd42a91621223c7321a98559bc56395b89a7cf103\
    7c774e64aef9a4695820f9a410a2bc1ec65d0c2a2fcb99141e36b18c19c6948d91fb0befdef0ddcf47785820\
    60ee1920fec334d7bb3c3e096f8bdc3a0495f594eb59125254b97f6fe27d544e5820ac88b469540ee3cbf7f3\
    e4d63aa74178dde19da8594cb98ae0dbe0c806b7d8345820540ed11b7f353e7e8738592949141e06efd3d2dd\
    e6deb871f173437aaa40c13b50dea550b5d370451681c03d225ee3dabd5840ffdb2e331e935c766e5423f708\
    95b81f1395665319a81fba707ee675b2e6a994ac3e710d792ca1fa46a13448e9affa9d6e8750ceef526e9146\
    fd17aaa5203900";
const WRAP: &str = "\
    8450dea550b5d370451681c03d225ee3dabd50bfd9050cc882e1d9447704d720cf3a3e03585080d5e97a703a\
    6aeaad6aafe1ae3a0c0cc911b8c3b47972d33fb951c68efdcb40a080767783de3203d93fda8412d57a6847ee\
    1b21c37e56f2649efbcb2080a1d00f4bbf5a0a524705e179faf089f760a6";
const ENTRY: &str = "9a1e54f21afd458f4b8e520df8d1ad0f4e173978142b8590e468988478eaf046";
const ENTRY_HASH: &str = "0e525996b4d11cd407cb19872b605e279d0ebff8af49e045b831496e1178008e";
const INVITE: &str = "\
    ecb13ae3a7671bb7d6776b7ef57a8000f4364f7ee87dede14275ed8632aef5694b07dfa111a2561eb38ce03c\
    1bca571eeb6f075bd7b08734508f9bb2c55b664fca43fd1b88ba11307c550148d5982d36";

#[test]
fn the_first_statement_is_frozen() {
    assert_eq!(hex(&World::seeded(42).genesis), GENESIS);
}

#[test]
fn a_wrap_is_frozen() {
    let world = World::seeded(42);
    let to = Recipient {
        id: world.admin.device_id().0,
        hpke_key: world.admin.hpke_key(),
    };
    let space = world.charter.space_id(SpaceKind::Rounds, GRID);
    let wrap = wrap_key(
        world.community(),
        space,
        3,
        &world.common,
        &to,
        &Seeded::new(43),
    )
    .unwrap();
    assert_eq!(hex(&wrap.to_bytes()), WRAP);
    let opened = open_wrap(world.community(), &wrap, world.admin.hpke()).unwrap();
    assert_eq!(opened.as_bytes(), world.common.as_bytes());
}

#[test]
fn an_entry_is_frozen() {
    let world = World::seeded(42);
    let keys = SpaceKeys::derive(world.charter.spaces()[0].id, 0, &world.common);
    let community = world.community();
    let params = EntryParams {
        community,
        incarnation: Incarnation([4; 8]),
        sequence: 300,
        previous: [5; 32],
    };
    let sections = [b"short".to_vec(), b"repeated ".repeat(40)];
    let sealed = seal_entry(&params, &keys, &world.admin, &sections, &Seeded::new(44)).unwrap();
    assert_eq!(hex(&sealed.hash), ENTRY_HASH);
    assert_eq!(hex(&sha256(&[&sealed.bytes])), ENTRY);
    let entry = Entry::parse(&sealed.bytes).unwrap();
    let verified = entry.verify(community, &world.admin.sign_key()).unwrap();
    assert_eq!(verified.open_section(1, &keys).unwrap(), sections[1]);
}

#[test]
fn an_invitations_keys_are_frozen() {
    let invite = InviteSecret::from_bytes(&[0xAB; 32]);
    let all = [
        &invite.invite_id().0[..],
        &invite.sign_key(),
        &invite.hpke_key(),
    ]
    .concat();
    assert_eq!(hex(&all), INVITE);
}
