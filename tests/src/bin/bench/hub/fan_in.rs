//! B14: everybody at once.

use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

use doorknock::model::access::{Role, SpaceKind};
use doorknock::model::ids::SpaceId;
use doorknock_seal::identity::DeviceSecrets;
use doorknock_sync::wire::{self, PulledItem};
use doorknock_tests::town::{Town, start_of};

use super::run::{Client, Hub};
use super::{bring, secret, stored, visit};
use crate::Failure;
use crate::fixture::{SEED, disk_folder};
use crate::stats::{Row, Times, micros};

const TOWNS: u64 = 100;
const GRIDS: usize = 5;
/// Devices of each grid: 2,000 in all.
const DEVICES: usize = 4;
/// Entries of each device, half of them in each of its grid's spaces.
const ENTRIES: usize = 20;
/// A client's thread waits nearly always and calls little.
const STACK: usize = 256 << 10;

/// A device's one request, and what it reads afterwards.
struct Device {
    town: usize,
    secrets: DeviceSecrets,
    spaces: [u32; 3],
    push: Vec<u8>,
}

fn town(seed: u64, hub: &doorknock_seal::identity::HubSecret, n: usize) -> (Town, Vec<Device>) {
    let mut town = Town::new(seed, hub.clone());
    let mut crews = Vec::new();
    for grid in 0..GRIDS {
        let code = format!("G{grid}");
        let spaces = [SpaceKind::Rounds, SpaceKind::Casework].map(|kind| town.open(kind, &code));
        for _ in 0..DEVICES {
            let invite = town.invite(Role::Worker, &[&code], false);
            crews.push((town.join(&invite), spaces));
        }
    }
    let devices = crews.into_iter().map(|(mut writer, spaces)| {
        let entry = |i: usize| visit(&town, &mut writer, spaces[i % 2]).bytes;
        let entries = (0..ENTRIES).map(entry).collect();
        let number = |space: SpaceId| town.charter.space_number(space).unwrap_or_default();
        let spaces = [0, number(spaces[0]), number(spaces[1])];
        let request = town.request(spaces.map(start_of).to_vec(), entries);
        let push = town.signed(&writer.secrets, &request);
        Device {
            town: n,
            secrets: writer.secrets,
            spaces,
            push,
        }
    });
    let devices = devices.collect();
    (town, devices)
}

/// B14.
pub(crate) fn fan_in() -> Result<Vec<Row>, Failure> {
    let folder = disk_folder()?;
    let hub = Hub::start(folder.path())?;
    let secret = secret(folder.path())?;
    let (mut towns, mut devices) = (Vec::new(), Vec::new());
    let mut client = hub.client()?;
    for seed in 0..TOWNS {
        let (town, crew) = town(SEED + seed, &secret, towns.len());
        bring(&town, &mut client)?;
        towns.push(town);
        devices.extend(crew);
    }
    let clients = devices
        .iter()
        .map(|_| hub.client())
        .collect::<Result<Vec<_>, _>>()?;
    let (times, failures, took, clients) = all_at_once(clients, &devices)?;
    let lost = lost(clients, &devices, &towns)?;
    let entries = devices.len() * ENTRIES;
    let row = |what: &str, subject: String, value: f64, target: f64, ambition: f64, unit| Row {
        bar: "B14",
        what: format!("fan-in, {} devices: {what}", devices.len()),
        subject,
        baseline: String::new(),
        value,
        target,
        ambition,
        unit,
    };
    let count = |n: usize| u32::try_from(n).map(f64::from);
    let all = format!("{entries} entries in {}", micros(took.as_secs_f64() * 1e6));
    Ok(vec![
        row(
            "errors and entries lost",
            all,
            count(failures.len() + lost)?,
            0.0,
            0.0,
            "",
        ),
        row(
            "p99 of push and pull",
            times.show(),
            times.quantile(0.99) / 1e6,
            2.0,
            1.0,
            " s",
        ),
        row(
            "memory of the hub",
            String::new(),
            hub.peak_memory()?,
            256.0,
            128.0,
            " MB",
        ),
    ])
}

type Sent = (Times, Vec<String>, Duration, Vec<Client>);

/// Every device sends its request in the same moment; how long each waits for its answer.
fn all_at_once(clients: Vec<Client>, devices: &[Device]) -> Result<Sent, Failure> {
    let start = Barrier::new(devices.len() + 1);
    let ended = Mutex::new((Times::new(), Vec::new(), Vec::new()));
    let took = std::thread::scope(|scope| {
        for (mut client, device) in clients.into_iter().zip(devices) {
            let (start, ended) = (&start, &ended);
            let thread = std::thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, move || {
                start.wait();
                let begun = Instant::now();
                let answer = client.good(wire::PATH_SYNC, &device.push);
                let time = begun.elapsed();
                let answer = answer.and_then(|answer| stored(&answer));
                let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                ended.0.add(time);
                match answer {
                    Ok(ENTRIES) => {}
                    Ok(stored) => ended.1.push(format!("{stored} stored")),
                    Err(error) => ended.1.push(error.to_string()),
                }
                ended.2.push(client);
            })?;
        }
        start.wait();
        Ok::<_, Failure>(Instant::now())
    })?
    .elapsed();
    let (times, failures, clients) = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    for failure in failures.iter().take(3) {
        eprintln!("fan-in: {failure}");
    }
    Ok((times, failures, took, clients))
}

/// How many entries one device of each grid does not find afterwards.
fn lost(mut clients: Vec<Client>, devices: &[Device], towns: &[Town]) -> Result<usize, Failure> {
    let client = clients.first_mut().ok_or("no connection is left")?;
    let mut lost = 0;
    for device in devices.iter().step_by(DEVICES) {
        let town = &towns[device.town];
        let request = town.request(device.spaces.map(start_of).to_vec(), vec![]);
        let answer = client.good(wire::PATH_SYNC, &town.signed(&device.secrets, &request))?;
        let answer: wire::SyncResponse = wire::decode(&answer)?;
        let items = answer.pulled.iter().flat_map(|pulled| &pulled.items);
        let found = items.filter(|item| match item {
            PulledItem::Own(hash) => *hash != [0; 32],
            PulledItem::Entry(bytes) => !bytes.is_empty(),
        });
        lost += (DEVICES * ENTRIES).saturating_sub(found.count());
    }
    Ok(lost)
}
