//! A street's hub through a day and a night: every worker, desk and the office with a day's rhythm, two backups,
//! two crashes, an hour without a hub, and a restore in the afternoon.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use doorknock::{Answer, Clock, Doorknock, Error, Request, Transport, Unreachable};
use doorknock_hub::store::HubStore;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;

use super::stage::Stage;
use super::trouble::copy_file;
use crate::world::START_MS;
use crate::{TestHub, World, roster, visit};

const MINUTE_MS: i64 = 60_000;
const MINUTES: u32 = 24 * 60;

/// From 10:00, when every world begins, to midnight.
const TO_MIDNIGHT_MS: i64 = 14 * 60 * MINUTE_MS;

/// When everybody syncs, as minutes of the day: before the round, at noon, and in the evening.
const PEAKS: [(u32, u32); 3] = [(7 * 60 + 30, 60), (11 * 60 + 45, 60), (17 * 60, 90)];

/// When doors are knocked on.
const ROUNDS: [(u32, u32); 2] = [(9 * 60, 150), (14 * 60, 180)];

/// What happens to the hub, and when.
const BACKUPS: [u32; 2] = [2 * 60, 12 * 60 + 30];
const CRASHES: [u32; 2] = [8 * 60 + 10, 17 * 60 + 40];
const AWAY: (u32, u32) = (10 * 60, 60);
const RESTORE: u32 = 15 * 60;

/// Rounds of syncing in the night, after which everything is everywhere.
const NIGHT: u32 = 4;

/// How large a community is.
#[derive(Debug, Clone, Copy)]
pub struct Town {
    /// Grids.
    pub grids: u32,
    /// Phones in each.
    pub phones: u32,
    /// Desks beside the office.
    pub desks: u32,
    /// Doors in each grid.
    pub doors: u32,
    /// Visits of each phone on that day.
    pub visits: u32,
}

impl Town {
    /// A street: 15 grids, 64 devices.
    pub const STREET: Self = Self {
        grids: 15,
        phones: 4,
        desks: 3,
        doors: 40,
        visits: 12,
    };
    /// A village, for a test.
    pub const VILLAGE: Self = Self {
        grids: 3,
        phones: 2,
        desks: 1,
        doors: 4,
        visits: 4,
    };
}

/// What a day came to.
#[derive(Debug, Default)]
pub struct Day24 {
    /// Devices.
    pub devices: usize,
    /// Visits that were recorded.
    pub visits: usize,
    /// Requests that the hub answered.
    pub requests: u64,
    /// The most of them within a minute.
    pub peak: u64,
    /// Syncs that found no hub.
    pub unreachable: u64,
    /// Bytes of requests.
    pub up: u64,
    /// Bytes of answers.
    pub down: u64,
    /// Entries in the hub's logs.
    pub entries: u64,
    /// Their bytes, with statements and wraps.
    pub stored: u64,
    /// Bytes of the hub's database file.
    pub database: u64,
}

impl fmt::Display for Day24 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "a hub's day, 24 hours of virtual time")?;
        let rows: [(&str, u64); 10] = [
            ("devices", self.devices as u64),
            ("visits recorded", self.visits as u64),
            ("requests answered", self.requests),
            ("most in one minute", self.peak),
            ("syncs that found no hub", self.unreachable),
            ("bytes of requests", self.up),
            ("bytes of answers", self.down),
            ("entries in the logs", self.entries),
            ("bytes stored", self.stored),
            ("bytes of the database file", self.database),
        ];
        for (name, n) in rows {
            writeln!(f, "{name:<28}{n:>12}")?;
        }
        write!(
            f,
            "{} backups, {} crashes, an hour away, one restore: everything is everywhere, once",
            BACKUPS.len(),
            CRASHES.len()
        )
    }
}

/// The way to the hub, when there is one.
struct Street<'a> {
    hub: &'a TestHub,
    away: bool,
    requests: Cell<u64>,
    up: Cell<u64>,
    down: Cell<u64>,
}

impl Transport for Street<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        if self.away {
            return Err(Unreachable::Refused);
        }
        let answer = self.hub.handle(request);
        self.requests.set(self.requests.get() + 1);
        self.up.set(self.up.get() + request.body.len() as u64);
        self.down.set(self.down.get() + answer.body.len() as u64);
        Ok(answer)
    }
}

/// What somebody does at a minute of the day.
#[derive(Debug, Clone, Copy)]
enum Plan {
    Visit,
    Sync,
}

/// A device; the grid of a phone, by number.
struct Device {
    home: Doorknock,
    grid: Option<usize>,
}

struct Running {
    folder: TempDir,
    world: World,
    devices: Vec<Device>,
    rng: ChaCha20Rng,
    /// What was recorded, and in which grid.
    written: Vec<(String, usize)>,
    day: Day24,
    this_minute: u64,
    away: bool,
}

impl Day24 {
    /// Lives through a day.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn of(stage: &Stage, town: Town, seed: u64) -> Result<Self, String> {
        let say = |error: Error| format!("{} ({error})", error.code());
        let mut running = Running::begin(stage, town, seed).map_err(say)?;
        let mut plans = running.plans(town);
        for minute in 0..MINUTES {
            running.minute(minute)?;
            for (device, plan) in plans.remove(&minute).unwrap_or_default() {
                running.act(device, plan)?;
            }
        }
        running.night()?;
        running.check()?;
        Ok(running.day)
    }
}

impl Running {
    fn begin(stage: &Stage, town: Town, seed: u64) -> Result<Self, Error> {
        let folder = stage.folder();
        let world = World::new(folder.path(), seed);
        let codes: Vec<String> = (1..=town.grids).map(|n| format!("G{n}")).collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let office = world.office(&roster(&codes, town.doors))?;
        let mut devices = Vec::new();
        for n in 0..town.desks {
            let home = world.staff(&office, &format!("desk{n}"))?;
            devices.push(Device { home, grid: None });
        }
        for (grid, code) in codes.iter().enumerate() {
            for n in 0..town.phones {
                let home = world.phone(&office, &format!("{code}-{n}"), &[code])?;
                let grid = Some(grid);
                devices.push(Device { home, grid });
            }
        }
        devices.insert(
            0,
            Device {
                home: office,
                grid: None,
            },
        );
        debug_assert_eq!(world.clock.now_ms(), START_MS);
        world.clock.advance(TO_MIDNIGHT_MS);
        let day = Day24 {
            devices: devices.len(),
            ..Day24::default()
        };
        Ok(Self {
            folder,
            world,
            devices,
            rng: ChaCha20Rng::seed_from_u64(seed),
            written: Vec::new(),
            day,
            this_minute: 0,
            away: false,
        })
    }

    /// Who does what, minute by minute.
    fn plans(&mut self, town: Town) -> BTreeMap<u32, Vec<(usize, Plan)>> {
        let mut plans: BTreeMap<u32, Vec<(usize, Plan)>> = BTreeMap::new();
        let rng = &mut self.rng;
        let mut within = |(from, minutes): (u32, u32)| from + rng.random_range(0..minutes);
        for (n, device) in self.devices.iter().enumerate() {
            let mut add = |minute, plan| plans.entry(minute).or_default().push((n, plan));
            if device.grid.is_none() {
                // The office's stay online.
                for quarter in 0..40 {
                    add(8 * 60 + quarter * 15 + within((0, 15)), Plan::Sync);
                }
                continue;
            }
            for peak in PEAKS {
                add(within(peak), Plan::Sync);
            }
            for visit in 0..town.visits {
                let round = ROUNDS[visit as usize % ROUNDS.len()];
                add(within(round), Plan::Visit);
            }
            // The background job, where there is a signal.
            for hour in 8..20 {
                add(hour * 60 + within((0, 60)), Plan::Sync);
            }
        }
        plans
    }

    /// What happens to the hub.
    fn minute(&mut self, minute: u32) -> Result<(), String> {
        self.world.clock.advance(MINUTE_MS);
        self.day.peak = self.day.peak.max(self.this_minute);
        self.this_minute = 0;
        self.away = (AWAY.0..AWAY.0 + AWAY.1).contains(&minute);
        let backup = self.folder.path().join("backup.db");
        if BACKUPS.contains(&minute) {
            self.reopen_hub(|hub| copy_file(hub, &backup))?;
        }
        if CRASHES.contains(&minute) {
            self.reopen_hub(|_| {})?;
        }
        if minute == RESTORE {
            self.reopen_hub(|hub| copy_file(&backup, hub))?;
        }
        Ok(())
    }

    fn reopen_hub(&mut self, between: impl FnOnce(&std::path::Path)) -> Result<(), String> {
        let hub = self.folder.path().join("hub.db");
        let spare = self.folder.path().join("spare.db");
        self.world.hub = TestHub::open(&spare, &self.world.clock);
        between(&hub);
        self.world.hub = TestHub::open(&hub, &self.world.clock);
        Ok(())
    }

    fn act(&mut self, device: usize, plan: Plan) -> Result<(), String> {
        match plan {
            Plan::Sync => self.sync(device).map(|_| ()),
            Plan::Visit => self.visit(device),
        }
    }

    fn visit(&mut self, device: usize) -> Result<(), String> {
        let Device { home, grid } = &self.devices[device];
        let failed = |e: Error| format!("device {device} cannot record: {}", e.code());
        let doors = home.doors(None).map_err(failed)?;
        let door = doors[self.rng.random_range(0..doors.len())].door;
        let summary = format!("走访{}", self.written.len());
        home.log_visit(&visit(door, &summary)).map_err(failed)?;
        self.written.push((summary, grid.unwrap_or(0)));
        Ok(())
    }

    /// Whether something moved.
    fn sync(&mut self, device: usize) -> Result<bool, String> {
        let net = Street {
            hub: &self.world.hub,
            away: self.away,
            requests: Cell::default(),
            up: Cell::default(),
            down: Cell::default(),
        };
        let result = self.devices[device].home.sync(&net, &mut |_| {});
        self.day.requests += net.requests.get();
        self.this_minute += net.requests.get();
        self.day.up += net.up.get();
        self.day.down += net.down.get();
        match result {
            Ok(report) => Ok(report.pushed + report.pulled > 0),
            Err(error) if self.away && error.code() == "hub_unreachable" => {
                self.day.unreachable += 1;
                Ok(false)
            }
            Err(error) => Err(format!("device {device} cannot sync: {}", error.code())),
        }
    }

    fn night(&mut self) -> Result<(), String> {
        for _ in 0..NIGHT {
            let mut moved = false;
            for device in 0..self.devices.len() {
                moved |= self.sync(device)?;
            }
            if !moved {
                return Ok(());
            }
        }
        Err("the devices do not come to rest".to_owned())
    }

    fn check(&mut self) -> Result<(), String> {
        self.day.visits = self.written.len();
        for (n, device) in self.devices.iter().enumerate() {
            let failed = |e: Error| format!("device {n} cannot be read: {}", e.code());
            let there = device.home.visits(None, 1_000_000).map_err(failed)?;
            let mut there: Vec<_> = there.into_iter().filter_map(|v| v.summary).collect();
            let here = |grid: usize| device.grid.is_none_or(|own| own == grid);
            let mut expected: Vec<_> = self
                .written
                .iter()
                .filter(|(_, grid)| here(*grid))
                .collect();
            there.sort();
            expected.sort();
            if !there.iter().eq(expected.iter().map(|(summary, _)| summary)) {
                let (has, wants) = (there.len(), expected.len());
                return Err(format!(
                    "device {n} has {has} visits, and should have {wants}"
                ));
            }
            let status = device.home.status().map_err(failed)?;
            let left = status.pending + status.waiting + status.quarantined + status.refused;
            if left > 0 {
                return Err(format!("device {n} is left with {status:?}"));
            }
        }
        let totals = self.world.hub.service().store().totals();
        let totals = totals.map_err(|e| e.to_string())?;
        (self.day.entries, self.day.stored) = (totals.entries, totals.bytes);
        self.reopen_hub(|_| {})?;
        let file = std::fs::metadata(self.folder.path().join("hub.db"));
        self.day.database = file.map_err(|e| e.to_string())?.len();
        Ok(())
    }
}
