//! B8, B9 and B10: a first sync, its bytes, and the time from bytes to a usable database.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use doorknock::model::access::Role;
use doorknock::{Answer, Doorknock, FileKeyStore, Request, Transport, Unreachable};
use doorknock_tests::HubNet;
use rusqlite::{Connection, params};

use crate::Failure;
use crate::documents::{automerge_sync, built, parts, unpacked};
use crate::fixture::{Bench, NOW_MS, copy, disk_folder, quick_folder, reading_env};
use crate::stats::{Row, Times};
use crate::sync::json_line;

const GRIDS: u32 = 16;
const DOORS: u32 = 313;
const VISITS: usize = 50;
const DAYS: i64 = 3 * 365;
const RUNS: usize = 3;

/// How often each path was asked.
type Counts = RefCell<HashMap<String, usize>>;

/// Keeps every answer in a file, in order by path.
struct Recorded<'a> {
    hub: HubNet<'a>,
    folder: &'a Path,
    counts: Counts,
    bytes: Cell<usize>,
    failure: RefCell<Option<std::io::Error>>,
}

/// The file of the next answer to a path.
fn next_file(folder: &Path, counts: &Counts, path: &str) -> PathBuf {
    let mut counts = counts.borrow_mut();
    let n = counts.entry(path.to_owned()).or_default();
    *n += 1;
    answer_file(folder, path, *n)
}

fn answer_file(folder: &Path, path: &str, n: usize) -> PathBuf {
    folder.join(format!("{}-{n:06}", path.replace('/', "-")))
}

impl Transport for Recorded<'_> {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let answer = self.hub.exchange(hub_url, request)?;
        let file = next_file(self.folder, &self.counts, request.path);
        self.bytes.set(self.bytes.get() + answer.body.len());
        let bytes = [&answer.status.to_be_bytes()[..], &answer.body].concat();
        if let Err(error) = std::fs::write(file, bytes) {
            self.failure.replace(Some(error));
        }
        Ok(answer)
    }
}

/// Gives the answers again. What a home of its own sends has no receipt among them and is sent once
/// more; the last answer to that says that nothing is new.
struct Replayed<'a>(&'a Path, Counts);

impl Transport for Replayed<'_> {
    fn exchange(&self, _: &str, request: &Request) -> Result<Answer, Unreachable> {
        let next = next_file(self.0, &self.1, request.path);
        let file = std::fs::read(next).or_else(|_| {
            let n = self.1.borrow()[request.path];
            let last = (1..n).rev().map(|n| answer_file(self.0, request.path, n));
            last.map(std::fs::read)
                .find_map(Result::ok)
                .ok_or(Unreachable::Broken)
        })?;
        let (status, body) = file.split_first_chunk().ok_or(Unreachable::Broken)?;
        Ok(Answer {
            status: u16::from_be_bytes(*status),
            body: body.to_vec(),
        })
    }
}

/// A process that takes a recorded first sync in; prints microseconds, visits, and kilobytes.
pub(crate) fn child(args: &[String]) -> Result<(), Failure> {
    let [home, answers] = args else {
        return Err("first HOME ANSWERS".into());
    };
    let home = PathBuf::from(home);
    let keys = FileKeyStore::new(home.join("key"));
    let opened = Doorknock::open(&home, &keys, reading_env(NOW_MS))?;
    let answers = PathBuf::from(answers);
    let start = Instant::now();
    opened.sync(&Replayed(&answers, Counts::default()), &mut |_| {})?;
    let items = opened.round(Some("G01"), None)?.items.len();
    let micros = start.elapsed().as_secs_f64() * 1e6;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    let kilobytes = peak.and_then(|line| line.split_whitespace().nth(1));
    writeln!(
        std::io::stdout(),
        "{micros} {items} {}",
        kilobytes.ok_or("no VmHWM")?
    )?;
    Ok(())
}

/// The same tables filled from JSON, in a plain database.
fn plain_database(path: &Path, json: &str) -> Result<f64, Failure> {
    let mut conn = Connection::open(path)?;
    conn.execute_batch(
        r#"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;
           CREATE TABLE tick (
               space INTEGER NOT NULL, door BLOB NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL,
               version INTEGER NOT NULL, doc BLOB NOT NULL, author INTEGER NOT NULL,
               result INTEGER NOT NULL, follow_up INTEGER, replaces BLOB,
               PRIMARY KEY (space, door, at, id, version)) STRICT, WITHOUT ROWID;
           CREATE TABLE door_state (
               space INTEGER NOT NULL, door BLOB NOT NULL, last_at INTEGER NOT NULL,
               last_id BLOB NOT NULL, state BLOB NOT NULL, PRIMARY KEY (space, door)) STRICT, WITHOUT ROWID;
           CREATE TABLE visit (
               n INTEGER PRIMARY KEY, space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
               version INTEGER NOT NULL, author INTEGER NOT NULL, door BLOB NOT NULL, at INTEGER NOT NULL,
               channel INTEGER NOT NULL, outcome INTEGER NOT NULL, "with" TEXT NOT NULL, checklist BLOB,
               answers BLOB NOT NULL, summary TEXT, follow_up INTEGER, corrects BLOB, void INTEGER, why TEXT,
               matters BLOB) STRICT;
           CREATE UNIQUE INDEX visit_id ON visit (id, version);
           CREATE INDEX visit_door ON visit (door, at);
           CREATE INDEX visit_gone ON visit (space) WHERE outcome IN (3, 4);"#,
    )?;
    let start = Instant::now();
    for lines in json.lines().collect::<Vec<_>>().chunks(10_000) {
        let tx = conn.transaction()?;
        for line in lines {
            insert(&tx, &serde_json::from_str(line)?)?;
        }
        tx.commit()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6)
}

fn insert(tx: &rusqlite::Transaction<'_>, visit: &serde_json::Value) -> Result<(), Failure> {
    let text = |name: &str| visit[name].as_str().ok_or("a text is missing");
    let id = hex(text("visit")?);
    let door = hex(text("door")?);
    let at = visit["at"].as_i64().ok_or("no time")?;
    let outcome = i64::from(text("outcome")? != "met");
    let answers = visit["answers"].to_string();
    tx.prepare_cached(
        r#"INSERT INTO visit (space, doc, id, version, author, door, at, channel, outcome, "with", answers, summary)
           VALUES (3, ?1, ?2, 7, 1, ?1, ?3, 0, ?4, '', ?5, ?6)"#,
    )?
    .execute(params![door, id, at, outcome, answers.as_bytes(), text("summary")?])?;
    tx.prepare_cached(
        "INSERT INTO tick (space, door, at, id, version, doc, author, result) VALUES (2, ?1, ?2, ?3, 7, ?1, 1, ?4)",
    )?
    .execute(params![door, at, id, outcome])?;
    tx.prepare_cached(
        "INSERT INTO door_state VALUES (2, ?1, ?2, ?3, x'00000000000000000000')
         ON CONFLICT DO UPDATE SET last_at = excluded.last_at, last_id = excluded.last_id, state = excluded.state",
    )?
    .execute(params![door, at, id])?;
    Ok(())
}

fn hex(text: &str) -> Vec<u8> {
    let digit =
        |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap_or("00"), 16).unwrap_or(0);
    (0..text.len()).step_by(2).map(digit).collect()
}

fn take_in(home: &Path, answers: &Path) -> Result<[f64; 3], Failure> {
    let output = Command::new(std::env::current_exe()?)
        .arg("first")
        .args([home, answers])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    numbers
        .try_into()
        .map_err(|_| "three numbers were expected".into())
}

/// B8, B9 and B10.
pub(crate) fn first_sync() -> Result<Vec<Row>, Failure> {
    let quick = quick_folder()?;
    let mut bench = Bench::new(quick.path(), GRIDS, DOORS)?;
    let doors = bench.doors.clone();
    let visits = doors.len() * VISITS;
    let mut json = String::new();
    for n in 0..visits {
        let back = DAYS - 1 - i64::try_from(n)? * DAYS / i64::try_from(visits)?;
        let visit = bench.visit(doors[n * 7919 % doors.len()], back);
        let id = bench.home.log_visit(&visit)?;
        let at = visit
            .at
            .unwrap_or_else(|| doorknock::Clock::now_ms(&*bench.world.clock) / 1000);
        json += &json_line(id, &visit, at * 1000);
    }
    bench.home.sync(&bench.world.net(), &mut |_| {})?;
    let made = bench.home.publish_all_snapshots(&bench.world.net())?;
    let link = bench
        .home
        .invite(Role::Staff, &[], 86_400_000, &bench.world.net())?;
    let late = bench.world.create("late")?;
    late.join(&link, "late", &bench.world.net())?;
    drop(late);
    let joined = disk_folder()?;
    copy(&bench.world.home("late"), joined.path())?;
    let answers = disk_folder()?;
    let late = bench.world.open("late", None)?;
    let net = Recorded {
        hub: bench.world.net(),
        folder: answers.path(),
        counts: Counts::default(),
        bytes: Cell::new(0),
        failure: RefCell::default(),
    };
    late.sync(&net, &mut |_| {})?;
    if let Some(error) = net.failure.take() {
        return Err(error.into());
    }
    let whole = late.visits(None, u32::MAX)?.len();
    if whole != visits {
        return Err(format!("{whole} of {visits} visits came").into());
    }
    drop(late);
    let plain = zstd::encode_all(json.as_bytes(), 3)?.len();
    let (mut subject, mut base, mut peak) = (vec![], vec![], 0.0_f64);
    for _ in 0..RUNS {
        let disk = disk_folder()?;
        copy(joined.path(), disk.path())?;
        let [micros, items, kilobytes] = take_in(disk.path(), answers.path())?;
        if items < 1.0 {
            return Err("nobody is on today's list".into());
        }
        subject.push(micros);
        peak = peak.max(kilobytes / 1024.0);
        base.push(plain_database(&disk.path().join("plain.db"), &json)?);
    }
    let office = bench.folder.join("office");
    let answered = f64::from(u32::try_from(net.bytes.get())?);
    let parts = parts(&bench.world, &bench.world.home("late"))?;
    drop(bench);
    let (mut documents, mut loaded, mut automerge) = (vec![], vec![], vec![]);
    for _ in 0..RUNS {
        let (micros, docs) = unpacked(&parts)?;
        documents.push(micros);
        loaded.push(micros + built(&parts, &docs)?);
        let ids = docs.iter().map(|(_, pack)| pack.doc).collect();
        automerge.push(automerge_sync(&office, &ids)?);
    }
    let times = [subject, base, documents, loaded, automerge].map(Times::from_micros);
    let [subject, base, documents, loaded, automerge] = times;
    let row = |bar, what: &str, subject, baseline, value, target, ambition, unit| Row {
        bar,
        what: what.to_owned(),
        subject,
        baseline,
        value,
        target,
        ambition,
        unit,
    };
    let mega = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    let json_bytes = f64::from(u32::try_from(plain)?);
    Ok(vec![
        row(
            "B8",
            &format!("first sync, bytes: {visits} visits, {} parts", made.parts),
            mega(answered),
            mega(json_bytes),
            answered / json_bytes,
            1.7,
            1.1,
            "x",
        ),
        row(
            "B9",
            "first sync, from bytes to a usable database",
            subject.show(),
            base.show(),
            subject.p50() / base.p50(),
            3.0,
            1.4,
            "x",
        ),
        row(
            "B9",
            "its peak memory",
            format!("{peak:.1} MB"),
            String::new(),
            peak,
            64.0,
            40.0,
            " MB",
        ),
        row(
            "B10",
            "first sync, documents alone, against automerge::sync",
            documents.show(),
            automerge.show(),
            documents.p50() / automerge.p50(),
            0.2,
            0.1,
            "x",
        ),
        row(
            "B10",
            "the same with what is left to quiet moments",
            loaded.show(),
            automerge.show(),
            loaded.p50() / automerge.p50(),
            0.2,
            0.1,
            "x",
        ),
    ])
}
