//! Random histories of several homes: visits late and early, rosters imported side by side, edits of what
//! somebody saw before.

use doorknock::model::address::DoorKind;
use doorknock::model::kinds::Outcome;
use doorknock::model::roster::Roster;
use doorknock::{DoorEdit, Doorknock, Draft, NewVisit, VisitEdit};
use doorknock_tests::{World, roster, visit};
use proptest::prelude::*;

/// Something that happens. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A home records a visit at a door, so many hours ago.
    Visit {
        home: usize,
        door: usize,
        hours_ago: i64,
        outcome: u8,
    },
    /// A home of the office imports the roster with another phone number and number at one row.
    Import { desk: usize, row: usize, value: u8 },
    /// A home changes a door's kind as it stood so many events ago.
    Edit {
        home: usize,
        door: usize,
        kind: u8,
        stale: bool,
    },
    /// A home corrects one of the visits it lists, to another outcome and perhaps another time, or settles it
    /// with what stands beside it.
    Correct {
        home: usize,
        visit: usize,
        outcome: u8,
        hours_later: i64,
        settle: bool,
    },
    /// A home undoes one of the visits it lists.
    Undo { home: usize, visit: usize },
    /// A home decides something about a door, or takes back what it decided.
    Decide { home: usize, door: usize, what: u8 },
    /// A home saves a draft.
    Draft { home: usize, door: usize },
    /// A home syncs.
    Sync { home: usize },
    /// A home is closed and opened again.
    Reopen { home: usize },
}

pub(crate) fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (0..3_usize, 0..8_usize, 0..500_i64, 0..5_u8)
            .prop_map(|(home, door, hours_ago, outcome)| Event::Visit { home, door, hours_ago, outcome }),
        3 => (0..2_usize, 0..8_usize, 0..4_u8).prop_map(|(desk, row, value)| Event::Import { desk, row, value }),
        3 => (0..3_usize, 0..8_usize, 0..5_u8, any::<bool>())
            .prop_map(|(home, door, kind, stale)| Event::Edit { home, door, kind, stale }),
        4 => (0..3_usize, 0..6_usize, 0..5_u8, 0..9000_i64, any::<bool>()).prop_map(
            |(home, visit, outcome, hours_later, settle)| Event::Correct { home, visit, outcome, hours_later, settle }
        ),
        1 => (0..3_usize, 0..6_usize).prop_map(|(home, visit)| Event::Undo { home, visit }),
        2 => (0..3_usize, 0..8_usize, 0..6_u8)
            .prop_map(|(home, door, what)| Event::Decide { home, door, what }),
        1 => (0..3_usize, 0..8_usize).prop_map(|(home, door)| Event::Draft { home, door }),
        4 => (0..3_usize).prop_map(|home| Event::Sync { home }),
        1 => (0..3_usize).prop_map(|home| Event::Reopen { home }),
    ];
    proptest::collection::vec(event, 1..most)
}

const NAMES: [&str; 3] = ["office", "desk", "李文丽"];

/// An office, a desk of its staff and a worker, all of one grid.
pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) homes: Vec<Option<Doorknock>>,
    roster: Roster,
    /// The versions of every door's card that each home first saw.
    seen: Vec<Vec<String>>,
    counter: u32,
    _folder: tempfile::TempDir,
}

impl Town {
    pub(crate) fn new() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        }
        .unwrap();
        let world = World::new(folder.path(), 21);
        let roster = roster(&["G1"], 8);
        let office = world.office(&roster).unwrap();
        let desk = world.staff(&office, NAMES[1]).unwrap();
        let li = world.phone(&office, NAMES[2], &["G1"]).unwrap();
        let homes = vec![office, desk, li];
        let version = |home: &Doorknock| {
            let doors = home.doors(None).unwrap();
            doors
                .iter()
                .map(|d| home.door(d.door).unwrap().version)
                .collect::<Vec<_>>()
        };
        let seen = homes.iter().map(version).collect();
        let homes = homes.into_iter().map(Some).collect();
        Self {
            world,
            homes,
            roster,
            seen,
            counter: 0,
            _folder: folder,
        }
    }

    pub(crate) fn home(&self, n: usize) -> &Doorknock {
        self.homes[n].as_ref().unwrap()
    }

    pub(crate) fn play(&mut self, event: &Event) {
        match *event {
            Event::Visit {
                home,
                door,
                hours_ago,
                outcome,
            } => {
                self.counter += 1;
                let home = self.home(home);
                let doors = home.doors(None).unwrap();
                let summary = format!("第{}次", self.counter);
                let at =
                    Some(doorknock::Clock::now_ms(&*self.world.clock) / 1000 - hours_ago * 3600);
                let outcome = Outcome::from_code(outcome);
                let visit = NewVisit {
                    at,
                    outcome,
                    ..visit(doors[door % doors.len()].door, &summary)
                };
                home.log_visit(&visit).unwrap();
            }
            Event::Import { desk, row, value } => {
                let mut list = self.roster.clone();
                let rows = list.rows.len();
                list.rows[row % rows].phone = Some(format!("1000000009{value}"));
                list.rows[row % rows].external_id = Some(format!("E{value}"));
                let net = self.world.net();
                self.home(desk)
                    .import(&list, Default::default(), &net, &mut |_, _| {})
                    .unwrap();
            }
            Event::Edit {
                home,
                door,
                kind,
                stale,
            } => {
                let at = self.home(home);
                let doors = at.doors(None).unwrap();
                let n = door % doors.len();
                let now = at.door(doors[n].door).unwrap().version;
                let version = if stale {
                    self.seen[home][n].clone()
                } else {
                    now
                };
                let edit = DoorEdit {
                    kind: Some(DoorKind::ALL[usize::from(kind) % DoorKind::ALL.len()]),
                    ..Default::default()
                };
                at.edit_door(doors[n].door, &version, &edit).unwrap();
            }
            Event::Correct {
                home,
                visit,
                outcome,
                hours_later,
                settle,
            } => {
                let listed = self.home(home).visits(None, 100).unwrap();
                let Some(seen) = listed.get(visit % listed.len().max(1)) else {
                    return;
                };
                let now = doorknock::Clock::now_ms(&*self.world.clock) / 1000;
                let at = (seen.at.timestamp() - 8000 * 3600 + hours_later * 3600).min(now);
                let edit = VisitEdit {
                    outcome: Some(Outcome::from_code(outcome)),
                    at: Some(at),
                    settles: if settle { seen.beside.clone() } else { vec![] },
                    ..VisitEdit::default()
                };
                self.home(home).correct_visit(seen.visit, &edit).unwrap();
            }
            Event::Undo { home, visit } => {
                let listed = self.home(home).visits(None, 100).unwrap();
                if let Some(seen) = listed.get(visit % listed.len().max(1)) {
                    self.home(home).undo_visit(seen.visit, None).unwrap();
                }
            }
            Event::Decide { home, door, what } => self.decide(home, door, what),
            Event::Draft { home, door } => {
                let at = self.home(home);
                let doors = at.doors(None).unwrap();
                let draft = Draft {
                    door: Some(doors[door % doors.len()].door),
                    ..Draft::default()
                };
                at.save_draft(None, &draft).unwrap();
            }
            Event::Sync { home } => {
                self.home(home)
                    .sync(&self.world.net(), &mut |_| {})
                    .unwrap();
            }
            Event::Reopen { home } => {
                self.homes[home] = None;
                self.homes[home] = Some(self.world.open(NAMES[home], None).unwrap());
            }
        }
    }

    fn decide(&self, home: usize, door: usize, what: u8) {
        let at = self.home(home);
        let doors = at.doors(None).unwrap();
        let door = doors[door % doors.len()].door;
        match what {
            0 => drop(at.take_door(door, None).unwrap()),
            1 => drop(at.skip_door(door, "下雨", None).unwrap()),
            2 => drop(at.add_to_round(door, "邻居反映", None).unwrap()),
            3 => {
                let me = at.community().unwrap().unwrap().member;
                at.assign_door(door, me, None).unwrap();
            }
            _ => drop(at.release_door(door, None).unwrap()),
        }
    }

    pub(crate) fn sync_all(&self) {
        for home in [0, 1, 2, 0, 1, 2] {
            self.home(home)
                .sync(&self.world.net(), &mut |_| {})
                .unwrap();
        }
    }
}

pub(crate) fn is_sound(home: &Doorknock) {
    let before = home.dump_projections().unwrap();
    home.rebuild().unwrap();
    let after = home.dump_projections().unwrap();
    let changed: Vec<_> = after
        .iter()
        .filter(|l| !before.contains(l))
        .chain(before.iter().filter(|l| !after.contains(l)))
        .collect();
    assert_eq!(before, after, "a rebuild changes {changed:#?}");
    let status = home.status().unwrap();
    let reasons: Vec<_> = home
        .quarantine()
        .unwrap()
        .into_iter()
        .map(|q| q.reason.code)
        .collect();
    assert_eq!(
        (status.quarantined, status.waiting, status.refused),
        (0, 0, 0),
        "{reasons:?}"
    );
}

fn config() -> ProptestConfig {
    let cases = if cfg!(debug_assertions) { 24 } else { 64 };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_rebuild_equals_what_came_about_step_by_step_and_homes_agree(events in events(40)) {
        let mut town = Town::new();
        for event in &events {
            town.play(event);
        }
        for home in 0..3 {
            is_sound(town.home(home));
        }
        town.sync_all();
        let dumps: Vec<_> = (0..3).map(|home| town.home(home).dump_projections().unwrap()).collect();
        prop_assert_eq!(&dumps[0], &dumps[1]);
        // The worker holds every space that has something in it.
        prop_assert_eq!(&dumps[0], &dumps[2]);
        for home in 0..3 {
            is_sound(town.home(home));
            prop_assert!(town.home(home).doctor().unwrap().ok());
        }
    }

    #[test]
    fn the_round_depends_on_its_inputs_alone(events in events(30), days in 0..40_u64) {
        let mut town = Town::new();
        for event in &events {
            town.play(event);
        }
        town.sync_all();
        let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 10).unwrap() + chrono::Days::new(days);
        let rounds: Vec<_> = (0..3).map(|home| town.home(home).round(Some("G1"), Some(date)).unwrap()).collect();
        prop_assert_eq!(&rounds[0], &rounds[1]);
        prop_assert_eq!(&rounds[0], &rounds[2]);
        town.home(2).rebuild().unwrap();
        prop_assert_eq!(&town.home(2).round(Some("G1"), Some(date)).unwrap(), &rounds[0]);
    }
}

#[test]
fn an_edit_of_what_was_replaced_since_is_a_conflict_everywhere_and_no_loss() {
    let mut town = Town::new();
    town.play(&Event::Edit {
        home: 0,
        door: 0,
        kind: 1,
        stale: false,
    });
    town.sync_all();
    // The worker's form was open all the while.
    town.play(&Event::Edit {
        home: 2,
        door: 0,
        kind: 2,
        stale: true,
    });
    town.sync_all();
    for (home, name) in NAMES.iter().enumerate() {
        is_sound(town.home(home));
        assert_eq!(town.home(home).status().unwrap().conflicts, 1, "{name}");
    }
    let dumps: Vec<_> = (0..3)
        .map(|home| town.home(home).dump_projections().unwrap())
        .collect();
    assert!(dumps[0] == dumps[1] && dumps[0] == dumps[2]);
}

#[test]
fn edits_side_by_side_at_two_desks_are_a_conflict_until_they_meet() {
    let mut town = Town::new();
    town.play(&Event::Import {
        desk: 0,
        row: 1,
        value: 1,
    });
    town.play(&Event::Import {
        desk: 1,
        row: 1,
        value: 2,
    });
    town.sync_all();
    for home in 0..3 {
        let dump = town.home(home).dump_projections().unwrap();
        let lines: Vec<_> = dump.iter().filter(|l| l.starts_with("conflict")).collect();
        assert_eq!(lines.len(), 2, "the phone and the number: {lines:?}");
        is_sound(town.home(home));
    }
}
