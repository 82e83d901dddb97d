//! B13 and B14: what the hub takes, as a process of its own over loopback HTTP.

mod bare;
mod fan_in;
mod run;

use std::sync::Barrier;
use std::time::{Duration, Instant};

use doorknock::model::access::{Role, SpaceKind};
use doorknock::model::ids::{DocId, SpaceId};
use doorknock::model::random;
use doorknock_seal::entry::SealedEntry;
use doorknock_seal::identity::HubSecret;
use doorknock_sync::wire::{self, Verdict};
use doorknock_tests::town::{Town, Writer};

use crate::Failure;
use crate::fixture::disk_folder;
use crate::stats::{Row, Times};
use bare::Bare;
use run::{Client, Hub};

pub(crate) use fan_in::fan_in;

const GRIDS: usize = 500;
const CLIENTS: usize = 8;
const BATCH: usize = 100;
/// Batches of each client in a round.
const BATCHES: usize = 5;
const ROUNDS: usize = 10;

/// A visit's section, coded, is about this long; that it does not compress again keeps it so.
const BODY: usize = 240;

/// An entry of one visit.
fn visit(town: &Town, writer: &mut Writer, space: SpaceId) -> SealedEntry {
    let body: [u8; BODY] = random(&town.entropy);
    town.entry(
        writer,
        space,
        vec![(DocId(random(&town.entropy)), body.to_vec())],
    )
}

/// The hub's own secret, from its folder: a town's charter names it.
fn secret(folder: &std::path::Path) -> Result<HubSecret, Failure> {
    let text = std::fs::read_to_string(folder.join("hub/hub.key"))?;
    let bytes: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap_or_default(), 16))
        .collect::<Result<_, _>>()?;
    Ok(HubSecret::from_bytes(
        &bytes.try_into().map_err(|_| "the hub's key has 32 bytes")?,
    ))
}

/// Brings all that a town has said to the hub.
fn bring(town: &Town, client: &mut Client) -> Result<(), Failure> {
    for n in 0..town.said.len() {
        let (path, body) = town.brought(n);
        client.good(path, &body)?;
    }
    Ok(())
}

/// How many entries an answer says are stored.
fn stored(answer: &[u8]) -> Result<usize, Failure> {
    let answer: wire::SyncResponse = wire::decode(answer)?;
    Ok(answer
        .receipts
        .iter()
        .filter(|receipt| receipt.verdict == Verdict::Stored)
        .count())
}

/// B13.
pub(crate) fn append() -> Result<Row, Failure> {
    let folder = disk_folder()?;
    let hub = Hub::start(folder.path())?;
    let mut town = Town::new(crate::fixture::SEED, secret(folder.path())?);
    let spaces: Vec<SpaceId> = (0..GRIDS)
        .flat_map(|n| [SpaceKind::Rounds, SpaceKind::Casework].map(|kind| (n, kind)))
        .map(|(n, kind)| town.open(kind, &format!("G{n}")))
        .collect();
    let mut writers: Vec<Writer> = (0..CLIENTS)
        .map(|_| {
            let invite = town.invite(Role::Staff, &[], false);
            town.join(&invite)
        })
        .collect();
    bring(&town, &mut hub.client()?)?;
    let mut bare = Bare::open(&folder.path().join("bare.db"), town.community(), &spaces)?;
    let mut clients = (0..CLIENTS)
        .map(|_| hub.client())
        .collect::<Result<Vec<_>, _>>()?;
    let (mut subject, mut base, mut batches) = (Times::new(), Times::new(), Times::new());
    let before = hub.cpu()?;
    for round in 0..ROUNDS {
        // Made before the clock starts: real signed entries, each batch over a hundred spaces.
        let mut bodies = vec![Vec::new(); CLIENTS];
        for (c, writer) in writers.iter_mut().enumerate() {
            for batch in 0..BATCHES {
                let first = (round * CLIENTS * BATCHES + c * BATCHES + batch) * BATCH * 7;
                let space = |n: usize| (first + n * 37) % spaces.len();
                let entries: Vec<_> = (0..BATCH)
                    .map(|n| (space(n), visit(&town, writer, spaces[space(n)])))
                    .collect();
                bare.add(writer.secrets.device_id(), &entries);
                let bytes = entries.into_iter().map(|(_, entry)| entry.bytes).collect();
                bodies[c].push(town.signed(&writer.secrets, &town.request(vec![], bytes)));
            }
        }
        let took = push(&mut clients, &bodies, &mut batches)?;
        subject.add(took);
        base.add(bare.insert(BATCH)?);
    }
    let entries = f64::from(u32::try_from(CLIENTS * BATCHES * BATCH)?);
    let rate = |times: &Times| entries / times.p50() * 1e6;
    let rounds = f64::from(u32::try_from(ROUNDS)?);
    let cpu = (hub.cpu()? - before).as_secs_f64() * 1e6 / entries / rounds;
    Ok(Row {
        bar: "B13",
        what: "hub append: 8 clients, batches of 100, 1,000 spaces".to_owned(),
        subject: format!(
            "{:.0}/s, {cpu:.0} us CPU each, a batch {}",
            rate(&subject),
            batches.show()
        ),
        baseline: format!("{:.0}/s, {:.0} us CPU each", rate(&base), bare.cpu_each()),
        value: rate(&subject) / rate(&base),
        target: 0.5,
        ambition: 0.85,
        unit: "x",
    })
}

/// Every client sends its batches; how long until all are answered. The answers are looked at after that.
fn push(
    clients: &mut [Client],
    bodies: &[Vec<Vec<u8>>],
    batches: &mut Times,
) -> Result<Duration, Failure> {
    let start = Barrier::new(clients.len() + 1);
    let (took, answers) = std::thread::scope(|scope| {
        let running: Vec<_> = clients
            .iter_mut()
            .zip(bodies)
            .map(|(client, bodies)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let timed = |body: &Vec<u8>| {
                        let begun = Instant::now();
                        let answer = client
                            .good(wire::PATH_SYNC, body)
                            .map_err(|e| e.to_string());
                        answer.map(|answer| (answer, begun.elapsed()))
                    };
                    bodies.iter().map(timed).collect::<Result<Vec<_>, String>>()
                })
            })
            .collect();
        start.wait();
        let begun = Instant::now();
        let answers: Vec<_> = running.into_iter().map(|client| client.join()).collect();
        (begun.elapsed(), answers)
    });
    for answers in answers {
        for (answer, time) in answers.map_err(|_| "a client panicked")?? {
            if stored(&answer)? != BATCH {
                return Err("the hub did not store a batch".into());
            }
            batches.add(time);
        }
    }
    Ok(took)
}
