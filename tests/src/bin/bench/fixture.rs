//! Homes to measure on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorknock::model::address::{Address, AddressParts, DoorKind};
use doorknock::model::care::CareCategory;
use doorknock::model::ids::DoorId;
use doorknock::model::kinds::{Channel, Outcome};
use doorknock::model::roster::{Roster, RosterReport, RosterRow};
use doorknock::{Doorknock, NewVisit};
use doorknock_tests::{ManualClock, SeededEntropy, World};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{Failure, workload};

pub(crate) const SEED: u64 = 20_261_121;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Memory where there is any, for fixtures whose making is not measured.
pub(crate) fn quick_folder() -> Result<tempfile::TempDir, Failure> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}

/// A disk, for what is measured.
pub(crate) fn disk_folder() -> Result<tempfile::TempDir, Failure> {
    let target = std::env::current_exe()?;
    let target = target.parent().ok_or("the program has a folder")?;
    Ok(tempfile::tempdir_in(target)?)
}

/// A home with a community and doors, and the doors in order.
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) home: Doorknock,
    pub(crate) doors: Vec<DoorId>,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) folder: PathBuf,
}

const FAMILY: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗",
];
const GIVEN: [&str; 24] = [
    "建国", "秀英", "桂兰", "志强", "玉珍", "淑华", "国庆", "凤英", "文丽", "海燕", "德明", "春梅",
    "永福", "金凤", "少华", "晓东", "雪梅", "长河", "素芬", "兴旺", "月娥", "宝山", "红霞", "卫东",
];

fn roster(grids: u32, doors: u32, rng: &mut impl Rng) -> Roster {
    let mut rows = Vec::new();
    for n in 0..grids * doors {
        let (grid, k) = (n / doors, n % doors);
        let building = (k / 60 + 1).to_string();
        let (unit, room) = (
            ((k % 60) / 20 + 1).to_string(),
            ((k % 20) / 4 + 1) * 100 + k % 4 + 1,
        );
        let room = room.to_string();
        let parts = AddressParts {
            compound: &format!(
                "{}花园",
                ["阳光", "金桂", "东风", "柳荫"][grid as usize % 4]
            ),
            building: &format!("{building}栋"),
            unit: &unit,
            room: &room,
            ..Default::default()
        };
        let mut address = Address::parse_parts(&parts).unwrap_or_default();
        address.compound = format!("{}{}", address.compound, grid + 1);
        let family = FAMILY[rng.random_range(0..FAMILY.len())];
        let name = format!("{family}{}", GIVEN[rng.random_range(0..GIVEN.len())]);
        rows.push(RosterRow {
            number: n + 2,
            grid_code: format!("G{:02}", grid + 1),
            address,
            external_id: None,
            kind: DoorKind::Household,
            name: Some(name),
            phone: Some(format!("1000{:07}", rng.random_range(0..10_000_000))),
            categories: if k % 3 == 0 {
                vec![CareCategory::LivesAlone]
            } else {
                vec![]
            },
            risk: None,
            remark: None,
        });
    }
    Roster {
        rows,
        report: RosterReport::default(),
    }
}

impl Bench {
    /// A community of so many grids with so many doors each.
    pub(crate) fn new(folder: &Path, grids: u32, doors: u32) -> Result<Self, Failure> {
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        let world = World::new(folder, SEED);
        let home = world.office(&roster(grids, doors, &mut rng))?;
        let doors = home.doors(None)?.into_iter().map(|d| d.door).collect();
        Ok(Self {
            world,
            home,
            doors,
            rng,
            folder: folder.to_owned(),
        })
    }

    /// A visit to a door, so many days before now. One of today is of this minute, and the clock goes on: it
    /// comes after all that was recorded before, as it does for a worker at a door.
    pub(crate) fn visit(&mut self, door: DoorId, days_ago: i64) -> NewVisit {
        let rng = &mut self.rng;
        let at = doorknock::Clock::now_ms(&*self.world.clock) - days_ago * DAY_MS;
        let earlier = (days_ago > 0).then(|| at / 1000 - rng.random_range(0..20_000));
        if earlier.is_none() {
            self.world.clock.advance(MINUTE_MS);
        }
        NewVisit {
            door,
            outcome: if rng.random_bool(0.9) {
                Outcome::Met
            } else {
                Outcome::NobodyHome
            },
            channel: Channel::InPerson,
            at: earlier,
            with: vec![],
            checklist: None,
            answers: workload::answers(rng),
            summary: Some(workload::summary(rng)),
            follow_up: None,
            matters: vec![],
        }
    }

    /// Logs visits spread over all doors and the last `days` days, oldest first.
    pub(crate) fn history(&mut self, visits: usize, days: i64) -> Result<(), Failure> {
        let doors = self.doors.clone();
        for n in 0..visits {
            let back = days - 1 - i64::try_from(n)? * days / i64::try_from(visits)?;
            let visit = self.visit(doors[n * 7919 % doors.len()], back);
            self.home.log_visit(&visit)?;
        }
        while self.home.maintain()? {}
        Ok(())
    }

    /// Copies the home's folder to another place and opens it there.
    pub(crate) fn moved_to(self, folder: &Path) -> Result<Self, Failure> {
        let Self {
            home,
            doors,
            rng,
            folder: old,
            ..
        } = self;
        drop(home);
        copy(&old, folder)?;
        let world = World::new(folder, SEED + 1);
        let home = world.open("office", None)?;
        Ok(Self {
            world,
            home,
            doors,
            rng,
            folder: folder.to_owned(),
        })
    }
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// What it is for a process that only reads, in unix milliseconds.
pub(crate) const NOW_MS: i64 = 1_795_226_400_000;

/// The environment of a child process that only reads.
pub(crate) fn reading_env(now_ms: i64) -> doorknock::Env {
    let clock = Arc::new(ManualClock::at(now_ms));
    doorknock_tests::env(&Arc::new(SeededEntropy::new(SEED + 2)), &clock, None)
}
