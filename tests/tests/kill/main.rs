//! Real processes, killed for real: an office, two phones and the hub, with SIGKILL in the middle of
//! writing and syncing, again and again. What a call acknowledged is everywhere in the end, once.
//!
//! `DOORKNOCK_SEED` decides what is killed and after which step; the exact instant is the
//! machine's. `DOORKNOCK_KILLS` says how many kills.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod openings;
mod process;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use doorknock::{Doorknock, Env, FileKeyStore};
use process::{Hub, Process};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;

/// Steps a process can be killed right after.
const STEPS: [&str; 4] = ["visit", "asking", "answered", "maintaining"];

/// Kills while joining, at most, for each phone.
const JOIN_KILLS: u32 = 4;

/// Every home has what every other has after so many rounds, or never.
const FINISH_ROUNDS: u32 = 6;

/// Visits by id, with their summaries.
type Visits = BTreeMap<String, String>;

fn worker(home: &Path, mode: &str, args: &[&str]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_field-worker"));
    Process::saying(command.arg(mode).arg(home).args(args))
}

fn to_the_end(home: &Path, mode: &str, args: &[&str]) -> Vec<String> {
    let (status, lines) = worker(home, mode, args).finish();
    assert!(status.success(), "{mode} failed: {lines:?}");
    lines
}

fn visits_in(lines: &[String]) -> impl Iterator<Item = (String, String)> {
    let visit = |line: &String| {
        let (id, summary) = line.strip_prefix("visit ")?.split_once(' ')?;
        Some((id.to_owned(), summary.to_owned()))
    };
    lines.iter().filter_map(visit)
}

/// A home, its process, and what was acknowledged to it.
struct Home {
    name: &'static str,
    folder: PathBuf,
    process: Option<Process>,
    acknowledged: Visits,
    kills: usize,
    /// The last line it said.
    last: String,
    /// How many of the kills came during a sync.
    in_sync: usize,
}

impl Home {
    fn new(folder: &Path, name: &'static str) -> Self {
        Self {
            name,
            folder: folder.join(name),
            process: None,
            acknowledged: Visits::new(),
            kills: 0,
            last: String::new(),
            in_sync: 0,
        }
    }

    fn start_if_killed(&mut self, seed: u64) {
        if self.process.is_none() {
            let run = format!("{}-{}", self.name, self.kills);
            self.process = Some(worker(&self.folder, "work", &[&run, &seed.to_string()]));
        }
    }

    fn hear(&mut self, lines: Vec<String>) {
        self.acknowledged.extend(visits_in(&lines));
        if let Some(last) = lines.into_iter().next_back() {
            self.last = last;
        }
    }

    /// Lets it run until it has said a step so often from now on.
    fn run_until(&mut self, step: &str, times: u32) {
        let backlog = self.process.as_ref().unwrap().backlog();
        self.hear(backlog);
        let mut seen = 0;
        while seen < times {
            let line = self.process.as_mut().unwrap().next_line();
            let line = line.unwrap_or_else(|| panic!("{} ended by itself", self.name));
            seen += u32::from(line.starts_with(step));
            self.hear(vec![line]);
        }
    }

    fn kill(&mut self) {
        let rest = self.process.take().unwrap().kill();
        self.hear(rest);
        self.kills += 1;
        self.in_sync += usize::from(["asking", "answered"].contains(&&*self.last));
    }
}

/// Kills a phone while it joins, and lets it join in the end.
fn join(home: &Home, link: &str, rng: &mut ChaCha20Rng) {
    for _ in 0..rng.random_range(1..=JOIN_KILLS) {
        let mut process = worker(&home.folder, "join", &[link, home.name]);
        let steps = rng.random_range(1..=8);
        if (0..steps).all(|_| process.next_line().is_some_and(|line| line != "joined")) {
            process.kill();
        }
    }
    to_the_end(&home.folder, "join", &[link, home.name]);
}

/// One round: lets all run to a chosen step of one, and kills it and perhaps more. How many
/// were killed.
fn round(homes: &mut [Home], hub: &mut Hub, rng: &mut ChaCha20Rng) -> usize {
    for home in homes.iter_mut() {
        home.start_if_killed(rng.random());
    }
    let victim = rng.random_range(0..homes.len());
    let step = STEPS[rng.random_range(0..STEPS.len())];
    homes[victim].run_until(step, rng.random_range(1..=6));
    let hub_too = rng.random_range(0..4) == 0;
    let mut kills = usize::from(hub_too);
    if hub_too {
        hub.kill();
    }
    for (n, home) in homes.iter_mut().enumerate() {
        let spared = if n == victim {
            hub_too && rng.random()
        } else {
            rng.random_range(0..3) > 0
        };
        if !spared {
            home.kill();
            kills += 1;
        }
    }
    if hub_too {
        // Work goes on without a hub.
        let alive = homes.iter_mut().find(|home| home.process.is_some());
        if let Some(home) = alive {
            home.run_until("visit", rng.random_range(1..=20));
        }
        hub.restart();
    }
    kills
}

/// Syncs every home until nothing moves; what each says then.
fn until_quiet(homes: &[Home]) -> Vec<Vec<String>> {
    for _ in 0..FINISH_ROUNDS {
        let said: Vec<_> = homes
            .iter()
            .map(|home| to_the_end(&home.folder, "finish", &[]))
            .collect();
        let quiet = |lines: &Vec<String>| lines.iter().any(|line| line == "moved 0");
        if said.iter().all(quiet) {
            return said;
        }
    }
    panic!("the homes do not become quiet");
}

/// Every acknowledged visit is at every home, as it was written.
fn nothing_is_lost(homes: &[Home], held: &[Visits]) {
    for (at, visits) in homes.iter().zip(held) {
        for by in homes {
            let kept = |(id, summary): &(&String, &String)| visits.get(*id) == Some(*summary);
            let lost: Vec<_> = by.acknowledged.iter().filter(|v| !kept(v)).collect();
            let Home { name, .. } = at;
            assert!(
                lost.is_empty(),
                "acknowledged to {}, not at {name}: {lost:?}",
                by.name
            );
        }
    }
}

/// No visit stands twice, and none that nobody logged.
fn nothing_is_doubled(homes: &[Home], held: &Visits) {
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for summary in held.values() {
        *times.entry(summary).or_default() += 1;
    }
    times.retain(|_, times| *times > 1);
    assert!(times.is_empty(), "doubled: {times:?}");
    for home in homes {
        // Each kill may have come between a commit and its acknowledgement, once.
        let own = held
            .values()
            .filter(|summary| summary.starts_with(home.name));
        let most = home.acknowledged.len() + home.kills;
        assert!(own.count() <= most, "more visits than {} logged", home.name);
    }
}

/// All homes hold the same, and nothing is left to do or to report.
fn all_agree(homes: &[Home], said: &[Vec<String>], held: &[Visits]) {
    for ((home, lines), visits) in homes.iter().zip(said).zip(held) {
        let listed = visits_in(lines).count();
        assert_eq!(visits.len(), listed, "{} lists an id twice", home.name);
        assert!(*visits == held[0], "{} and the office differ", home.name);
        let status = lines.iter().find(|line| line.starts_with("status"));
        let settled = "status pending=0 waiting=0 quarantined=0 refused=0 conflicts=0 notices=0";
        assert_eq!(status.unwrap(), settled, "{}", home.name);
    }
    let [_, li, wang] = &homes.iter().map(sound_dump).collect::<Vec<_>>()[..] else {
        panic!("three homes");
    };
    assert!(li == wang, "the phones of one grid differ");
}

fn sound_dump(home: &Home) -> Vec<String> {
    let keys = FileKeyStore::new(home.folder.join("key"));
    let open = Doorknock::open(&home.folder, &keys, Env::system()).unwrap();
    let doctor = open.doctor().unwrap();
    assert!(doctor.ok(), "{}: {doctor:?}", home.name);
    open.dump_projections().unwrap()
}

fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    let given = std::env::var(name).ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// The homes' folder; after a failure it is kept, and how to see it again is said.
struct Ground {
    folder: TempDir,
    seed: u64,
    kills: usize,
}

impl Drop for Ground {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
            let Self {
                folder,
                seed,
                kills,
            } = self;
            eprintln!("the homes are kept in {}", folder.path().display());
            eprintln!(
                "again: DOORKNOCK_SEED={seed} DOORKNOCK_KILLS={kills} cargo test -p doorknock-tests --test kill"
            );
        }
    }
}

#[test]
fn what_was_acknowledged_is_everywhere_once_however_often_the_processes_are_killed() {
    let (seed, wanted) = (setting("DOORKNOCK_SEED", 1), setting("DOORKNOCK_KILLS", 25));
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let ground = Ground {
        folder: tempfile::tempdir().unwrap(),
        seed,
        kills: wanted,
    };
    let folder = ground.folder.path();
    std::fs::create_dir(folder.join("hub")).unwrap();
    let mut hub = Hub::start(&folder.join("hub"));
    let mut homes = ["office", "li", "wang"].map(|name| Home::new(folder, name));

    let lines = to_the_end(&homes[0].folder, "found", &[&hub.url(), "2"]);
    let links: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("link "))
        .collect();
    for (home, link) in homes[1..].iter().zip(links) {
        join(home, link, &mut rng);
    }

    let mut kills = 0;
    while kills < wanted {
        kills += round(&mut homes, &mut hub, &mut rng);
    }
    for home in &mut homes {
        if home.process.is_some() {
            home.kill();
        }
    }
    let said = until_quiet(&homes);
    let held: Vec<Visits> = said
        .iter()
        .map(|lines| visits_in(lines).collect())
        .collect();
    nothing_is_lost(&homes, &held);
    nothing_is_doubled(&homes, &held[0]);
    all_agree(&homes, &said, &held);
    let acknowledged: usize = homes.iter().map(|home| home.acknowledged.len()).sum();
    let in_sync: usize = homes.iter().map(|home| home.in_sync).sum();
    eprintln!("{kills} kills, {in_sync} seen to be in a sync, {acknowledged} acknowledged visits");
}
