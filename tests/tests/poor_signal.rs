//! Poor connections: whatever is lost on the way, everything is everywhere once in the end, and a connection
//! that carries only small pieces is given small pieces.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[allow(dead_code, reason = "shared with the test that kills")]
#[path = "kill/process.rs"]
mod process;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use doorknock::{Answer, Doorknock, Env, Error, FileKeyStore, Request, Transport, Unreachable};
use doorknock_tests::proxy::Proxy;
use doorknock_tests::{HubNet, World, roster, visit};
use process::{Hub, Process};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A connection that breaks before a body of more than so many bytes is through.
struct Breaking<'a> {
    net: HubNet<'a>,
    most: Cell<usize>,
    trips: Cell<u32>,
}

impl Transport for Breaking<'_> {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        self.trips.set(self.trips.get() + 1);
        let broke = || Unreachable::Broken;
        if request.body.len() > self.most.get() {
            return Err(broke());
        }
        let answer = self.net.exchange(hub_url, request)?;
        Some(answer)
            .filter(|answer| answer.body.len() <= self.most.get())
            .ok_or_else(broke)
    }
}

/// Syncs until it succeeds; how often it failed.
fn persist(home: &Doorknock, net: &dyn Transport) -> u32 {
    for failed in 0..20 {
        match home.sync(net, &mut |_| {}) {
            Ok(_) => return failed,
            Err(error) => assert_eq!(error.code(), "hub_unreachable"),
        }
    }
    panic!("a connection that carries 100 KB at a time never got a sync through");
}

fn long(rng: &mut ChaCha20Rng) -> String {
    let char = |_| char::from_u32(rng.random_range(0x4e00..0x9f00)).unwrap();
    (0..900).map(char).collect()
}

#[test]
fn where_large_answers_break_they_become_smaller_and_large_again_where_they_arrive()
-> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), 1);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let office = world.office(&roster(&["G1"], 12))?;
    let wang = world.phone(&office, "wang", &["G1"])?;
    let doors = wang.doors(None)?;
    let net = Breaking {
        net: world.net(),
        most: Cell::new(usize::MAX),
        trips: Cell::new(0),
    };
    let mut log = |count: usize| -> Result<(), Error> {
        for n in 0..count {
            wang.log_visit(&visit(doors[n % doors.len()].door, &long(&mut rng)))?;
            if n % 10 == 9 {
                // Sealed in entries of a size that such a connection carries.
                let mut session = wang.sync_session();
                session.next(&wang)?;
            }
        }
        Ok(())
    };
    log(400)?;
    net.most.set(100_000);
    let failed = persist(&wang, &net);
    assert!((1..=6).contains(&failed), "up: {failed} lost");
    assert_eq!(wang.status()?.pending, 0);

    let li = world.create("li")?;
    let link = office.invite(
        doorknock::model::access::Role::Worker,
        &["G1".into()],
        1 << 40,
        &net,
    )?;
    li.join(&link, "li", &net)?;
    net.trips.set(0);
    let failed = persist(&li, &net);
    assert!((1..=6).contains(&failed), "down: {failed} lost");
    assert_eq!(li.visits(None, u32::MAX)?.len(), 400);
    let trips = net.trips.replace(0);

    // The same amount again over a good connection takes few trips: it grew back.
    log(400)?;
    net.most.set(usize::MAX);
    wang.sync(&net, &mut |_| {})?;
    net.trips.set(0);
    li.sync(&net, &mut |_| {})?;
    assert_eq!(li.visits(None, u32::MAX)?.len(), 800);
    let good = net.trips.get();
    eprintln!("{trips} trips over the bad connection, {good} over the good one");
    assert!(good < trips);
    Ok(())
}

fn worker(home: &Path, mode: &str, args: &[&str]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_field-worker"));
    Process::saying(command.arg(mode).arg(home).args(args))
}

fn to_the_end(home: &Path, mode: &str, args: &[&str]) -> Vec<String> {
    let (status, lines) = worker(home, mode, args).finish();
    assert!(status.success(), "{mode} failed: {lines:?}");
    lines
}

fn visits(lines: &[String]) -> BTreeSet<String> {
    let visits = lines.iter().filter_map(|line| line.strip_prefix("visit "));
    visits.map(str::to_owned).collect()
}

fn at_hub(home: &Path) -> u64 {
    let keys = FileKeyStore::new(home.join("key"));
    let open = Doorknock::open(home, &keys, Env::system()).unwrap();
    open.status().unwrap().at_hub_visits
}

/// Works behind the hostile proxy until it has synced so often, and is then killed; what it acknowledged.
fn work(home: &Path, run: &str, seed: u64, syncs: usize) -> BTreeSet<String> {
    let mut process = worker(home, "work", &[run, &seed.to_string()]);
    let (mut lines, mut answered) = (Vec::new(), 0);
    while answered < syncs {
        let line = process
            .next_line()
            .unwrap_or_else(|| panic!("{run} ended: {lines:?}"));
        answered += usize::from(line == "answered");
        lines.push(line);
    }
    lines.extend(process.kill());
    visits(&lines)
}

#[test]
fn behind_a_proxy_that_does_its_worst_everything_arrives_once_and_status_is_true() {
    let seed = std::env::var("DOORKNOCK_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1);
    eprintln!("again: DOORKNOCK_SEED={seed} cargo test -p doorknock-tests --test poor_signal");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("hub")).unwrap();
    let hub = Hub::start(&folder.join("hub"));
    let proxy = Proxy::start(&hub.url(), seed).unwrap();
    let [office, li, wang] = ["office", "li", "wang"].map(|name| folder.join(name));
    let lines = to_the_end(&office, "found", &[&proxy.url(), "2"]);
    let links: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("link "))
        .collect();
    to_the_end(&li, "join", &[links[0], "li"]);
    to_the_end(&wang, "join", &[links[1], "wang"]);

    proxy.hostile(true);
    let recorded = std::thread::scope(|scope| {
        let li = scope.spawn(|| work(&li, "li", seed, 25));
        let wang = scope.spawn(|| work(&wang, "wang", seed + 1, 25));
        [li.join().unwrap(), wang.join().unwrap()]
    });
    proxy.hostile(false);
    let said = [at_hub(&li), at_hub(&wang)];

    // The office asks before the phones go on: what they called "at the hub" is there.
    let held = visits(&to_the_end(&office, "finish", &[]));
    for (name, said) in ["li-", "wang-"].iter().zip(said) {
        let there = held
            .iter()
            .filter(|v| v.contains(&format!(" {name}")))
            .count();
        assert!(
            there as u64 >= said,
            "{name}: {said} said to be at the hub, {there} are"
        );
    }
    for _ in 0..2 {
        for home in [&li, &wang, &office] {
            to_the_end(home, "finish", &[]);
        }
    }
    let all: Vec<_> = [&office, &li, &wang]
        .map(|home| to_the_end(home, "finish", &[]))
        .into();
    let held = visits(&all[0]);
    let recorded: BTreeSet<String> = recorded.into_iter().flatten().collect();
    assert!(
        held.is_superset(&recorded),
        "lost: {:?}",
        recorded.difference(&held)
    );
    // The kill of each may have come between a commit and its acknowledgement.
    assert!(held.len() <= recorded.len() + 2);
    for lines in &all {
        assert_eq!(visits(lines), held);
        let listed = lines
            .iter()
            .filter(|line| line.starts_with("visit "))
            .count();
        assert_eq!(listed, held.len(), "an id twice");
        let status = lines
            .iter()
            .find(|line| line.starts_with("status"))
            .unwrap();
        assert_eq!(
            status,
            "status pending=0 waiting=0 quarantined=0 refused=0 conflicts=0 notices=0"
        );
    }
    let faults = proxy.faults();
    eprintln!("{} visits, {faults:?}", held.len());
    let each = [
        faults.cut_up,
        faults.cut_down,
        faults.stalled,
        faults.doubled,
        faults.slow,
    ];
    assert!(each.iter().all(|times| *times > 0), "{faults:?}");
}
