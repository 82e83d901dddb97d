//! Communities prepared once and copied for every run: founding one and joining it is most of a
//! short run's work.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use doorknock::model::access::Role;
use doorknock::model::care::CareCategory;
use doorknock::model::ids::DoorId;
use doorknock::model::kind::Data;
use doorknock::model::matter::{Source, Urgency};
use doorknock::model::roster::Roster;
use doorknock::{Doorknock, Error, FileScope, NewMatter, NewNeed};
use tempfile::TempDir;

use super::ledger::{Fact, Fate, Ledger};
use crate::by_hand::ByHand;
use crate::world::WEEK_MS;
use crate::{World, roster};

/// A home of a shape.
#[derive(Debug, Clone, Copy)]
pub struct HomeShape {
    /// Its name, which is its folder's too.
    pub name: &'static str,
    /// Workers' grids; empty for the office's homes, which hold all.
    pub grids: &'static [&'static str],
}

impl HomeShape {
    const fn office(name: &'static str) -> Self {
        Self { name, grids: &[] }
    }

    /// Whether it holds a grid.
    #[must_use]
    pub fn holds(&self, grid: &str) -> bool {
        self.grids.is_empty() || self.grids.contains(&grid)
    }
}

/// Who is in a community. The first home is the founding office.
pub type Shape = &'static [HomeShape];

/// The grids of every prepared community; the roster's third is brought by a step.
pub(super) const GRIDS: [&str; 2] = ["G1", "G2"];

/// Doors of a grid.
pub(super) const DOORS: u32 = 5;

/// The shapes a seed chooses from.
pub const SHAPES: [Shape; 3] = [
    &[
        HomeShape::office("office"),
        HomeShape {
            name: "li",
            grids: &["G1"],
        },
        HomeShape {
            name: "wang",
            grids: &["G1"],
        },
    ],
    &[
        HomeShape::office("office"),
        HomeShape {
            name: "li",
            grids: &["G1"],
        },
        HomeShape {
            name: "wang",
            grids: &["G1", "G2"],
        },
        HomeShape {
            name: "zhao",
            grids: &["G2"],
        },
    ],
    &[
        HomeShape::office("office"),
        HomeShape::office("desk"),
        HomeShape {
            name: "li",
            grids: &["G1"],
        },
        HomeShape {
            name: "wang",
            grids: &["G2"],
        },
    ],
];

/// A staff home that never records and is never disturbed: what it reads is what the hub holds.
pub(super) const OBSERVER: &str = "observer";

/// Where runs take place, with what is prepared for them.
pub struct Stage {
    folder: TempDir,
    prepared: [OnceLock<Prepared>; SHAPES.len()],
}

/// A prepared community.
pub struct Prepared {
    /// Its homes' folders and the hub's database.
    pub folder: PathBuf,
    /// Its roster.
    pub roster: Roster,
    /// What the office wrote, for everybody to write on at.
    pub ledger: Ledger,
    /// A worker's device of the first grid that was put together by hand.
    pub villain: ByHand,
    /// A file that carries all of it.
    pub stick: Vec<u8>,
}

impl Stage {
    /// A stage in memory where the system has such a folder: durability costs nothing there, and what is
    /// tested is not the disk.
    ///
    /// # Panics
    /// If no folder can be made.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        Self {
            folder: folder.expect("a folder for the runs"),
            prepared: Default::default(),
        }
    }

    /// A new folder for one run.
    ///
    /// # Panics
    /// If no folder can be made.
    #[must_use]
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn folder(&self) -> TempDir {
        tempfile::tempdir_in(self.folder.path()).expect("a folder for a run")
    }

    /// The prepared community of a shape.
    ///
    /// # Panics
    /// If it cannot be made.
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn prepared(&self, shape: usize) -> &Prepared {
        self.prepared[shape].get_or_init(|| {
            let folder = self.folder.path().join(format!("shape-{shape}"));
            std::fs::create_dir(&folder).expect("a folder for a community");
            prepare(&folder, SHAPES[shape], shape as u64).expect("a community is made")
        })
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

fn prepare(folder: &Path, shape: Shape, seed: u64) -> Result<Prepared, Error> {
    let world = World::new(folder, seed);
    let roster = roster(&GRIDS, DOORS);
    let office = world.office(&roster)?;
    let mut homes = vec![];
    for home in &shape[1..] {
        homes.push(if home.grids.is_empty() {
            world.staff(&office, home.name)?
        } else {
            world.phone(&office, home.name, home.grids)?
        });
    }
    let observer = world.staff(&office, OBSERVER)?;
    let grids = [GRIDS[0].to_owned()];
    let link = office.invite(Role::Worker, &grids, WEEK_MS, &world.net())?;
    let villain = ByHand::join(&world, &link);
    let mut ledger = Ledger::default();
    for grid in GRIDS {
        write(&office, grid, &mut ledger)?;
    }
    office.sync(&world.net(), &mut |_| {})?;
    let net = world.net();
    for home in homes.iter().chain([&observer, &office]) {
        home.sync(&net, &mut |_| {})?;
    }
    let mut stick = Vec::new();
    office.sync_to_file(&mut stick, FileScope::Everything)?;
    Ok(Prepared {
        folder: folder.to_owned(),
        roster,
        ledger,
        villain,
        stick,
    })
}

/// A case with a note, a crew, a matter and somebody in care of a grid.
fn write(office: &Doorknock, grid: &str, ledger: &mut Ledger) -> Result<(), Error> {
    let words: [String; 6] = std::array::from_fn(|_| ledger.word());
    let [title, plan, note, crew, matter, care] = words.each_ref().map(Data::text);
    let case = office.add_record("case", Some(grid), &[("title", title), ("plan", plan)])?;
    office.append_record(case, "note", None, &note)?;
    office.add_record("crew", Some(grid), &[("name", crew)])?;
    let text = |data: &Data| data.as_text().unwrap_or_default().to_owned();
    let mut new = NewMatter::new(&text(&matter), Urgency::Hard, Source::DoorVisit);
    new.grid = Some(grid.to_owned());
    office.raise_matter(&new)?;
    let door = office.doors(Some(grid))?[0].door;
    let need = NewNeed {
        category: CareCategory::LivesAlone,
        risk: None,
        cadence: None,
        consent: None,
        review: None,
        note: Some(text(&care)),
    };
    let person = office.add_care(door, "王奶奶", None, &[need])?;
    ledger.places.people.insert(person);
    for word in words {
        ledger.note(0, grid, Fate::Kept, Fact::new(word));
    }
    Ok(())
}

/// A home's doors with their grids' codes. A first sync that was cut may have doors whose grids have no names yet.
pub(super) fn doors(home: &Doorknock) -> Result<Vec<(DoorId, String)>, Error> {
    Ok(home
        .doors(None)?
        .into_iter()
        .map(|d| (d.door, d.grid))
        .filter(|(_, grid)| !grid.is_empty())
        .collect())
}

/// Copies a home's database and keys; the rest is made again on opening.
///
/// # Panics
/// If a file cannot be copied.
#[allow(clippy::expect_used)] // a test's own ground
pub(super) fn copy_home(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a home's folder");
    for name in ["home.db", "key", "rescue.key"] {
        std::fs::copy(from.join(name), to.join(name)).expect("a home's file is copied");
    }
    for name in ["home.db-wal", "home.db-shm"] {
        let _ = std::fs::remove_file(to.join(name));
    }
}
