//! A small street for the tests of search: doors, people and visits, and what is found of them.

use doorknock_model::address::{Address, AddressParts};
use doorknock_model::ids::{CommunityId, DeviceId, DocId, DoorId, GridId, Incarnation, MemberId};
use doorknock_model::kind::{Key, Kind, Value};
use doorknock_model::kinds::{
    Channel, DOOR_CARD, DoorAddress, Outcome, PERSON_FILE, VISIT_BOOK, Visit, door_card, pack,
    person_file, visit_book,
};

use crate::project::Origin;
use crate::search::Hit;
use crate::{Options, Store, Tx};

pub(super) const COMMUNITY: CommunityId = CommunityId([9; 16]);

pub(super) struct Street {
    pub(super) store: Store,
    _dir: tempfile::TempDir,
    visits: u8,
}

pub(super) fn address(text: &str) -> Address {
    let [compound, building, unit, room] = text.split('/').collect::<Vec<_>>()[..] else {
        panic!("compound/building/unit/room");
    };
    Address::parse_parts(&AddressParts {
        compound,
        building,
        unit,
        room,
        ..AddressParts::default()
    })
    .unwrap()
}

pub(super) fn door_id(address: &Address) -> DoorId {
    COMMUNITY.door(GridId::default(), &address.key("x"))
}

pub(super) fn put(tx: &Tx<'_>, kind: &Kind, doc: [u8; 16], key: &Key, value: &Value) {
    let author = tx.author(DeviceId([1; 16]), Incarnation([1; 8]), MemberId([1; 16]));
    let origin = Origin {
        space: 1,
        doc: DocId(doc),
        kind: kind.code,
        at: 0,
        author: author.unwrap(),
        version: 1,
        folds: true,
    };
    let field = kind.field(key.field).unwrap();
    assert!(tx.project(&origin, field, key, value).unwrap());
}

impl Street {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("home.db"), &[7; 32], Options::default());
        Self {
            store: store.unwrap(),
            _dir: dir,
            visits: 0,
        }
    }

    pub(super) fn door(&mut self, text: &str) -> &mut Self {
        let address = address(text);
        let door = door_id(&address);
        self.store
            .write(|tx| {
                let value = pack(&DoorAddress::from(&address));
                put(
                    tx,
                    &DOOR_CARD,
                    door.0,
                    &Key::plain(door_card::ADDRESS),
                    &value,
                );
                tx.index_door(door)
            })
            .unwrap();
        self
    }

    /// A person; the door's card is made with it.
    pub(super) fn person(&mut self, at: &str, name: &str, phone: &str, remark: &str) -> &mut Self {
        self.door(at);
        let door = door_id(&address(at));
        let person = COMMUNITY.person(GridId::default(), door, name);
        self.store
            .write(|tx| {
                let text = |text: &str| Value::Text(text.to_owned());
                for (field, value) in [
                    (person_file::DOOR, Value::Bytes(door.0.to_vec())),
                    (person_file::NAME, text(name)),
                    (person_file::PHONE, text(phone)),
                    (person_file::REMARK, text(remark)),
                ] {
                    put(tx, &PERSON_FILE, person.0, &Key::plain(field), &value);
                }
                tx.index_person(person)
            })
            .unwrap();
        self
    }

    pub(super) fn visit(&mut self, at: &str, summary: &str) -> &mut Self {
        self.visits += 1;
        let visit = Visit {
            door: door_id(&address(at)),
            at: 0,
            channel: Channel::InPerson,
            outcome: Outcome::Met,
            with: vec!["周海".to_owned()],
            checklist: None,
            answers: vec![],
            summary: Some(summary.to_owned()),
            follow_up: None,
            corrects: None,
            void: None,
            why: None,
            matters: None,
        };
        let key = Key::with_id(visit_book::VISIT, &[self.visits; 16]);
        self.store
            .write(|tx| {
                put(tx, &VISIT_BOOK, [3; 16], &key, &pack(&visit));
                tx.index_visits(100)
            })
            .unwrap();
        self
    }

    /// What is found, best first: `门` and the address, the name, `访` and the summary.
    pub(super) fn find(&self, query: &str) -> Vec<String> {
        let view = self.store.view().unwrap();
        let name = |hit| match hit {
            Hit::Door(door) => format!(
                "门{}",
                view.door(door).unwrap().unwrap().door.address.short()
            ),
            Hit::Person(person) => view.person(person).unwrap().unwrap().name.unwrap(),
            Hit::Visit(visit) => {
                format!("访{}", view.visit(visit).unwrap().unwrap().summary.unwrap())
            }
            Hit::Record(kind, doc) => {
                let kind = doorknock_model::kinds::kind(kind).unwrap();
                view.searched_texts(kind, doc).unwrap()[0].1.clone()
            }
        };
        let hits = view.search(query, 20).unwrap();
        hits.into_iter().map(name).collect()
    }

    pub(super) fn finds(&self, query: &str, what: &str) -> bool {
        self.find(query).iter().any(|found| found == what)
    }
}
