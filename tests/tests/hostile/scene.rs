//! An office, a worker, and a member of the same grid whose device was put together by hand.

use doorknock::model::access::{Role, SpaceKind};
use doorknock::model::ids::{DocId, DoorId, SpaceId};
use doorknock::model::kind::{Key, Value};
use doorknock::model::kinds::{
    Channel, Outcome, Tick, VISIT_BOOK, Visit, pack, round_sheet, visit_book,
};
use doorknock::{Doorknock, Error};
use doorknock_replica::change::Op;
use doorknock_store::{Options, Store};
use doorknock_sync::wire::Verdict;
use doorknock_tests::by_hand::{After, ByHand, Made, put, section};
use doorknock_tests::{World, roster};
use tempfile::TempDir;

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) office: Doorknock,
    pub(crate) li: Doorknock,
    pub(crate) villain: ByHand,
    pub(crate) door: DoorId,
    good: u8,
    _folder: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), 5);
        let office = world.office(&roster(&["G1", "G2"], 4)).unwrap();
        let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
        let grids = ["G1".to_owned()];
        let link = office
            .invite(Role::Worker, &grids, 86_400_000, &world.net())
            .unwrap();
        let villain = ByHand::join(&world, &link);
        for home in [&office, &li] {
            home.sync(&world.net(), &mut |_| {}).unwrap();
        }
        let door = li.doors(None).unwrap()[0].door;
        Self {
            world,
            office,
            li,
            villain,
            door,
            good: 0,
            _folder: folder,
        }
    }

    pub(crate) fn casework(&self) -> SpaceId {
        self.villain.space(SpaceKind::Casework, Some("G1"))
    }

    pub(crate) fn rounds(&self) -> SpaceId {
        self.villain.space(SpaceKind::Rounds, Some("G1"))
    }

    pub(crate) fn common(&self) -> SpaceId {
        self.villain.space(SpaceKind::Common, None)
    }

    /// A visit book of the scene's door, one for each year.
    pub(crate) fn book(&self, year: i32) -> DocId {
        let community = self.villain.community();
        visit_book::book(community, community.grid("G1"), self.door, year)
    }

    pub(crate) fn visit_value(&self, summary: &str) -> Value {
        pack(&Visit {
            door: self.door,
            at: 1_790_000_000,
            channel: Channel::InPerson,
            outcome: Outcome::Met,
            with: vec![],
            checklist: None,
            answers: vec![],
            summary: Some(summary.to_owned()),
            follow_up: None,
            corrects: None,
            void: None,
            why: None,
            matters: None,
        })
    }

    pub(crate) fn tick_value(&self, tick: &Tick) -> Value {
        pack(tick)
    }

    /// A visit as an honest app would put it.
    pub(crate) fn visit_op(&self, id: u8, summary: &str) -> Op {
        put(visit_key(id), self.visit_value(summary))
    }

    /// One change with these operations at the beginning of the book of a year.
    pub(crate) fn first(&self, year: i32, ops: Vec<Op>) -> Made {
        let after = [After::genesis(VISIT_BOOK.code)];
        self.villain
            .change(self.casework(), self.book(year), 1, &after, ops)
    }

    /// An entry in the casework space with these bodies of the book of a year.
    pub(crate) fn entry(&mut self, year: i32, bodies: Vec<Vec<u8>>) -> Vec<u8> {
        let doc = self.book(year);
        let bodies = bodies.into_iter().map(|body| (doc, body)).collect();
        let space = self.casework();
        self.villain.seal(&self.world, space, bodies)
    }

    /// An entry with this one change of the book of a year.
    pub(crate) fn entry_of(&mut self, year: i32, changes: &[&Made]) -> Vec<u8> {
        let body = section(VISIT_BOOK.code, self.book(year), changes).encode();
        self.entry(year, vec![body])
    }

    pub(crate) fn push(&self, entry: &[u8]) {
        assert_eq!(
            self.villain.push(&self.world, &[entry.to_vec()]),
            [Verdict::Stored]
        );
    }

    /// The villain also writes something good, behind all else, and everybody syncs.
    pub(crate) fn good_visit_behind(&mut self) -> String {
        self.good += 1;
        let summary = format!("后面的好记录{}", self.good);
        let year = 1900 + i32::from(self.good);
        let good = self.first(year, vec![self.visit_op(200 + self.good, &summary)]);
        let entry = self.entry_of(year, &[&good]);
        self.push(&entry);
        summary
    }

    pub(crate) fn sync(&self, home: &Doorknock) -> Result<(), Error> {
        home.sync(&self.world.net(), &mut |_| {}).map(|_| ())
    }

    /// The raw reasons for which a home set things aside, oldest first.
    pub(crate) fn reasons(&self, home: &str) -> Vec<String> {
        let folder = self.world.home(home);
        let key = std::fs::read(folder.join("key"))
            .unwrap()
            .try_into()
            .unwrap();
        let store = Store::open(&folder.join("home.db"), &key, Options::default()).unwrap();
        store
            .view()
            .unwrap()
            .quarantined()
            .unwrap()
            .into_iter()
            .map(|q| q.reason)
            .collect()
    }
}

pub(crate) fn visit_key(id: u8) -> Key {
    Key::with_id(visit_book::VISIT, &[id; 16])
}

pub(crate) fn tick_key(id: u8) -> Key {
    Key::with_id(round_sheet::TICK, &[id; 16])
}

pub(crate) fn has(home: &Doorknock, summary: &str) -> bool {
    home.visits(None, 100_000)
        .unwrap()
        .iter()
        .any(|v| v.summary.as_deref() == Some(summary))
}
