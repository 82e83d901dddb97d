//! A home driven by a process of its own, so that a test can kill it for real.
//!
//! **What it is for.** `tests/kill` starts several of these, kills them in the middle of writing
//! and syncing, and then asks what is left.
//!
//! **How it works.** It says each step on standard output, one line at once: `opening`, `asking`
//! before a request, `answered` before the answer is taken in, `maintaining` before the work for a quiet
//! moment, `visit ID SUMMARY` after the call that records a visit returned. That last line is the acknowledgement.
//!
//! **What it never does.** It repeats no visit, and passes over no failure but a hub that is away.

use std::error::Error as Failure;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use doorknock::model::access::Role;
use doorknock::model::ids::DoorId;
use doorknock::{Answer, Doorknock, Env, FileKeyStore, ImportOptions, Request};
use doorknock::{SyncReport, Transport, Unreachable};
use doorknock_tests::{roster, visit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

const GRID: &str = "G1";
const DOORS: u32 = 12;
const WEEK_MS: i64 = 7 * 86_400_000;

/// Once in so many visits a worker syncs.
const SYNC_EVERY: u32 = 6;

/// Once in so many visits it does what is for a quiet moment.
const MAINTAIN_EVERY: u32 = 9;

/// More rounds than any home needs to become quiet.
const FINISH_ROUNDS: u32 = 50;

type Done = Result<(), Box<dyn Failure>>;

fn main() -> Done {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["found", home, hub_url, invitations] => found(Path::new(home), hub_url, invitations),
        ["join", home, link, name] => join(Path::new(home), link, name),
        ["work", home, run, seed] => work(Path::new(home), run, seed.parse()?),
        ["finish", home] => finish(Path::new(home)),
        ["open", home] => {
            open(Path::new(home))?;
            say("opened");
            Ok(())
        }
        _ => Err(
            "found HOME HUB INVITATIONS | join HOME LINK NAME | work HOME RUN SEED | finish HOME | open HOME"
                .into(),
        ),
    }
}

/// Says a line at once: what is in no buffer survives the kill.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody listening any more is no reason to stop: the kill is on its way.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn open(home: &Path) -> Result<Doorknock, doorknock::Error> {
    say("opening");
    let keys = FileKeyStore::new(home.join("key"));
    match Doorknock::open(home, &keys, Env::system()) {
        Err(error) if error.code() == "no_home" => {
            std::fs::create_dir_all(home)?;
            Doorknock::create(home, &keys, Env::system())
        }
        opened => opened,
    }
}

fn found(home: &Path, hub_url: &str, invitations: &str) -> Done {
    let (home, net) = (open(home)?, Http::new());
    home.create_community("柳荫社区", hub_url, "周主任", &net)?;
    home.import(
        &roster(&[GRID], DOORS),
        ImportOptions::default(),
        &net,
        &mut |_, _| {},
    )?;
    home.sync(&net, &mut |_| {})?;
    for _ in 0..invitations.parse::<u32>()? {
        let link = home.invite(Role::Worker, &[GRID.to_owned()], WEEK_MS, &net)?;
        say(&format!("link {link}"));
    }
    Ok(())
}

fn join(home: &Path, link: &str, name: &str) -> Done {
    let (home, net) = (open(home)?, Http::new());
    if home.community()?.is_none() {
        home.join(link, name, &net)?;
    }
    home.sync(&net, &mut |_| {})?;
    say("joined");
    Ok(())
}

/// Logs visits and syncs until it is killed.
fn work(home: &Path, run: &str, seed: u64) -> Done {
    let (home, net) = (open(home)?, Http::new());
    let doors: Vec<DoorId> = home.doors(None)?.iter().map(|d| d.door).collect();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for n in 0_u64.. {
        let summary = format!("{run}-{n}");
        let door = doors[rng.random_range(0..doors.len())];
        let id = home.log_visit(&visit(door, &summary))?;
        say(&format!("visit {id} {summary}"));
        if rng.random_range(0..MAINTAIN_EVERY) == 0 {
            say("maintaining");
            home.maintain()?;
        }
        if rng.random_range(0..SYNC_EVERY) == 0 {
            match home.sync(&net, &mut |_| {}) {
                Err(error) if error.code() != "hub_unreachable" => return Err(error.into()),
                _ => (),
            }
        }
    }
    Ok(())
}

/// Syncs until nothing moves, and says what is here.
fn finish(home: &Path) -> Done {
    let (home, net) = (open(home)?, Http::new());
    let mut moved = 0;
    for round in 0.. {
        let SyncReport { pushed, pulled, .. } = home.sync(&net, &mut |_| {})?;
        let here = pushed + pulled + unlucky(&home)?;
        moved += here;
        if here == 0 {
            break;
        }
        if round == FINISH_ROUNDS {
            return Err("it does not become quiet".into());
        }
    }
    let status = home.status()?;
    say(&format!("moved {moved}"));
    say(&format!(
        "status pending={} waiting={} quarantined={} refused={} conflicts={} notices={}",
        status.pending,
        status.waiting,
        status.quarantined,
        status.refused,
        status.conflicts,
        status.notices.len(),
    ));
    for visit in home.visits(None, u32::MAX)? {
        let summary = visit.summary.unwrap_or_default();
        say(&format!("visit {} {summary}", visit.visit));
    }
    Ok(())
}

/// Takes in again what was set aside because the process ended too often while taking it in: to
/// the home, a kill looks like a crash. No other reason is one.
fn unlucky(home: &Doorknock) -> Result<usize, Box<dyn Failure>> {
    let aside = home.quarantine()?;
    if let Some(line) = aside.iter().find(|l| l.reason.code != "crashed_twice") {
        return Err(format!("entry {} was set aside: {}", line.entry, line.reason.code).into());
    }
    Ok(home.retry_quarantine()?)
}

/// HTTP to the loopback, saying each step.
struct Http(ureq::Agent);

impl Http {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Self(config.into())
    }

    fn send(&self, url: &str, request: &Request) -> Result<Answer, ureq::Error> {
        let mut response = match request.method {
            "GET" => self.0.get(url).call()?,
            _ => self.0.post(url).send(&request.body[..])?,
        };
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_vec()?;
        Ok(Answer { status, body })
    }
}

impl Transport for Http {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let url = format!("{hub_url}{}", request.path);
        loop {
            say("asking");
            let answer = self.send(&url, request);
            say("answered");
            match answer {
                // The hub's limit on how often a device may ask: it is asked again when it may.
                Ok(Answer { status: 429, .. }) => std::thread::sleep(Duration::from_millis(250)),
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    eprintln!("no answer: {error}");
                    return Err(Unreachable::Broken);
                }
            }
        }
    }
}
