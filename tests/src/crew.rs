//! An office and two phones of one grid: the smallest company in which two people meet.

use doorknock::Doorknock;
use tempfile::TempDir;

use crate::world::{World, roster};

/// The office, and the phones of 李文丽 and 王建国, who share the grid G1.
pub struct Crew {
    /// Their hub, clock and network.
    pub world: World,
    /// The office.
    pub office: Doorknock,
    /// A phone.
    pub li: Doorknock,
    /// The other.
    pub wang: Doorknock,
    _folder: TempDir,
}

impl Crew {
    /// A community of these grids with so many doors each.
    ///
    /// # Panics
    /// If it cannot be founded.
    #[must_use]
    #[allow(clippy::unwrap_used)] // a test's own ground
    pub fn new(seed: u64, grids: &[&str], doors: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), seed);
        let office = world.office(&roster(grids, doors)).unwrap();
        let li = world.phone(&office, "李文丽", &["G1"]).unwrap();
        let wang = world.phone(&office, "王建国", &["G1"]).unwrap();
        let crew = Self {
            world,
            office,
            li,
            wang,
            _folder: folder,
        };
        crew.sync();
        crew
    }

    /// All three.
    #[must_use]
    pub const fn homes(&self) -> [&Doorknock; 3] {
        [&self.office, &self.li, &self.wang]
    }

    /// Everybody syncs until nothing is new.
    ///
    /// # Panics
    /// If a sync fails.
    #[allow(clippy::unwrap_used)] // a test's own ground
    pub fn sync(&self) {
        for _ in 0..2 {
            for home in self.homes() {
                home.sync(&self.world.net(), &mut |_| {}).unwrap();
            }
        }
    }

    /// The same; then nothing waits anywhere, every home's tables are what its log says, and both phones
    /// hold the same.
    ///
    /// # Panics
    /// If it is not so.
    #[allow(clippy::unwrap_used)] // a test's own ground
    pub fn settle(&self) {
        self.sync();
        for home in self.homes() {
            let status = home.status().unwrap();
            let left = (status.pending, status.quarantined, status.waiting);
            assert_eq!(left, (0, 0, 0));
            let report = home.doctor().unwrap();
            assert!(report.ok(), "{report:?}");
        }
        assert_eq!(
            self.li.dump_projections().unwrap(),
            self.wang.dump_projections().unwrap()
        );
    }
}
