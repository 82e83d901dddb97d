//! Homes that exchange files: a phone and the office, two phones, and all of it mixed with a hub.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod carried;
mod cut;
mod hub;
mod places;
mod wrong;

use doorknock::model::ids::{DoorId, VisitId};
use doorknock::{Doorknock, FileRead, FileScope};
use doorknock_tests::{Crew, visit};

/// A file of a home's, which from then on counts as handed over.
pub(crate) fn file(home: &Doorknock, scope: FileScope) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = home.sync_to_file(&mut bytes, scope).unwrap();
    assert_eq!(written.bytes, bytes.len() as u64);
    home.handed_to_file(&written).unwrap();
    bytes
}

/// What one home lacks, read by another.
pub(crate) fn carry(from: &Doorknock, to: &Doorknock) -> FileRead {
    read(to, &file(from, FileScope::Missing))
}

pub(crate) fn read(home: &Doorknock, bytes: &[u8]) -> FileRead {
    let done = home.sync_from_file(&mut &bytes[..], &mut |_| {}).unwrap();
    assert_eq!(done.bytes, bytes.len() as u64);
    done
}

pub(crate) fn door(crew: &Crew, n: usize) -> DoorId {
    crew.li.doors(None).unwrap()[n].door
}

pub(crate) fn log(home: &Doorknock, door: DoorId, summary: &str) -> VisitId {
    home.log_visit(&visit(door, summary)).unwrap()
}

/// The state of a visit, by its code.
pub(crate) fn state(home: &Doorknock, id: VisitId) -> &'static str {
    let place = home.place_of_visit(id).unwrap().place.unwrap();
    place.message().code
}

pub(crate) fn count(home: &Doorknock) -> usize {
    home.visits(None, 1000).unwrap().len()
}

/// Every home shows the same rows.
pub(crate) fn same(homes: &[&Doorknock]) {
    let rows: Vec<_> = homes
        .iter()
        .map(|home| home.dump_projections().unwrap())
        .collect();
    for other in &rows[1..] {
        assert!(*other == rows[0], "two homes show different rows");
    }
}
