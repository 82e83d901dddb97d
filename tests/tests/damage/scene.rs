//! A phone with a history, and copies of it to damage.

use std::path::{Path, PathBuf};

use doorknock::model::ids::DoorId;
use doorknock::{Doorknock, Draft, Env, Error, FileKeyStore, Salvaged};
use doorknock_tests::{HubNet, World, roster, visit};

pub(crate) const PAGE: usize = 4096;
/// Visits that are at the hub, and visits that are on the phone only.
pub(crate) const SENT: usize = 120;
pub(crate) const UNSENT: usize = 25;

/// Two phones of one grid; the history of the first is what is damaged.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) office: Doorknock,
    pub(crate) wang: Doorknock,
    pub(crate) doors: Vec<DoorId>,
    _folder: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(folder.path(), seed);
        let office = world.office(&roster(&["G1"], 24)).unwrap();
        let li = world.phone(&office, "li", &["G1"]).unwrap();
        let wang = world.phone(&office, "wang", &["G1"]).unwrap();
        let doors: Vec<DoorId> = li.doors(None).unwrap().iter().map(|d| d.door).collect();
        let log = |home: &Doorknock, by: &str, n: usize| {
            let summary = format!("{by}第{n}次走访，精神不错，早饭喝了粥，药按时吃。");
            home.log_visit(&visit(doors[n % doors.len()], &summary))
                .unwrap();
        };
        for n in 0..SENT {
            log(&li, "li", n);
            if n % 3 == 0 {
                log(&wang, "wang", n);
            }
        }
        for home in [&li, &wang, &office, &li] {
            home.sync(&world.net(), &mut |_| {}).unwrap();
        }
        let draft = Draft {
            summary: Some("写到一半".to_owned()),
            ..Draft::default()
        };
        li.save_draft(None, &draft).unwrap();
        for n in SENT..SENT + UNSENT {
            log(&li, "li", n);
        }
        drop(li);
        Self {
            world,
            office,
            wang,
            doors,
            _folder: folder,
        }
    }

    pub(crate) fn net(&self) -> HubNet<'_> {
        self.world.net()
    }

    pub(crate) fn database(&self) -> Vec<u8> {
        std::fs::read(self.world.home("li").join("home.db")).unwrap()
    }

    /// A copy of the phone's home with this database, and what stands in its log.
    pub(crate) fn copy(&self, name: &str, database: &[u8], log: Option<&[u8]>) -> PathBuf {
        let to = self.world.home(name);
        let _ = std::fs::remove_dir_all(&to);
        std::fs::create_dir(&to).unwrap();
        std::fs::copy(self.world.home("li").join("key"), to.join("key")).unwrap();
        std::fs::write(to.join("home.db"), database).unwrap();
        if let Some(log) = log {
            std::fs::write(to.join("home.db-wal"), log).unwrap();
        }
        to
    }

    /// Salvages a home into a new one.
    pub(crate) fn salvage(&self, from: &Path, to: &str) -> Result<Salvaged, Error> {
        let to = self.world.home(to);
        let _ = std::fs::remove_dir_all(&to);
        let keys = |folder: &Path| FileKeyStore::new(folder.join("key"));
        let env = doorknock_tests::env(&self.world.entropy, &self.world.clock, None);
        Doorknock::salvage(from, &keys(from), &to, &keys(&to), env, &self.net())
    }

    pub(crate) fn env(&self) -> Env {
        doorknock_tests::env(&self.world.entropy, &self.world.clock, None)
    }
}

/// What visits there are, by what they say.
pub(crate) fn summaries(home: &Doorknock) -> Vec<String> {
    let visits = home.visits(None, u32::MAX).unwrap();
    let mut all: Vec<String> = visits.into_iter().filter_map(|v| v.summary).collect();
    all.sort();
    all
}

/// Every file of a folder but its lock, with its bytes.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}
