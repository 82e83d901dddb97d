//! B5, B6 and B7: what a sync sends.

use std::cell::RefCell;

use doorknock::model::ids::VisitId;
use doorknock::{Answer, NewVisit, Request, Transport, Unreachable};
use doorknock_seal::entry::Entry;
use doorknock_seal::request::SignedRequest;
use doorknock_sync::wire::{self, SyncRequest};
use doorknock_tests::HubNet;

use crate::Failure;
use crate::fixture::{Bench, quick_folder};
use crate::stats::Row;

const DOORS: u32 = 300;

/// A network that keeps what went up.
struct Watched<'a>(HubNet<'a>, RefCell<Vec<Vec<u8>>>);

impl Transport for Watched<'_> {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        self.1.borrow_mut().push(request.body.clone());
        self.0.exchange(hub_url, request)
    }
}

/// The visit as a person's program would send it, one line of JSON.
fn json_line(id: VisitId, visit: &NewVisit, at_ms: i64) -> String {
    let answers: Vec<_> = visit
        .answers
        .iter()
        .filter_map(|answer| answer.split_once('='))
        .map(|(item, value)| format!("{item:?}:{value:?}"))
        .collect();
    format!(
        "{{\"visit\":\"{id}\",\"door\":\"{}\",\"at\":{},\"outcome\":{:?},\"channel\":{:?},\"answers\":{{{}}},\"summary\":{:?}}}\n",
        visit.door,
        at_ms / 1000,
        visit.outcome.word(),
        visit.channel.word(),
        answers.join(","),
        visit.summary.as_deref().unwrap_or_default(),
    )
}

/// Where the bytes of requests go.
fn parts(requests: &[Vec<u8>]) -> Result<String, Failure> {
    let (mut all, mut heads, mut sections, mut count, mut entries) = (0, 0, 0, 0, 0);
    for body in requests {
        all += body.len();
        let signed = SignedRequest::parse(body).map_err(|_| "not a signed request")?;
        let request: SyncRequest = wire::decode(signed.body())?;
        for bytes in &request.entries {
            let entry = Entry::parse(bytes)?;
            let sealed: usize = entry.sections().iter().map(|s| s.len()).sum();
            sections += sealed;
            heads += bytes.len() - sealed;
            count += entry.sections().len();
            entries += 1;
        }
    }
    Ok(format!(
        "{all} B: frame {}, {entries} entries' heads {heads}, {count} sections {sections}",
        all - heads - sections
    ))
}

/// Syncs; what went up.
fn sent(bench: &Bench) -> Result<Vec<Vec<u8>>, Failure> {
    let net = Watched(bench.world.net(), RefCell::default());
    bench.home.sync(&net, &mut |_| {})?;
    Ok(net.1.into_inner())
}

fn total(requests: &[Vec<u8>]) -> Result<f64, Failure> {
    Ok(u32::try_from(requests.iter().map(Vec::len).sum::<usize>())?.into())
}

/// B5 and B6, at doors that were visited before: their books go on.
pub(crate) fn a_day() -> Result<Vec<Row>, Failure> {
    let folder = quick_folder()?;
    let mut bench = Bench::new(folder.path(), 1, DOORS)?;
    bench.history(DOORS as usize, 7)?;
    sent(&bench)?;
    let mut json = String::new();
    for door in bench.doors.clone() {
        let visit = bench.visit(door, 0);
        let id = bench.home.log_visit(&visit)?;
        let now = doorknock::Clock::now_ms(&*bench.world.clock);
        json += &json_line(id, &visit, now);
    }
    let day = sent(&bench)?;
    let plain = zstd::encode_all(json.as_bytes(), 3)?;
    let plain_bytes = f64::from(u32::try_from(plain.len())?);
    let visit = bench.visit(bench.doors[7], 0);
    bench.home.log_visit(&visit)?;
    let one = sent(&bench)?;
    Ok(vec![
        Row {
            bar: "B5",
            what: format!("300 visits' sync, bytes up ({} requests)", day.len()),
            subject: parts(&day)?,
            baseline: format!("{} B of {} B JSON", plain.len(), json.len()),
            value: total(&day)? / plain_bytes,
            target: 2.5,
            ambition: 1.3,
            unit: "x",
        },
        Row {
            bar: "B6",
            what: format!("one visit's sync, bytes up ({} requests)", one.len()),
            subject: parts(&one)?,
            baseline: String::new(),
            value: total(&one)?,
            target: 700.0,
            ambition: 400.0,
            unit: " B",
        },
    ])
}

pub(crate) fn nothing_new() -> Result<Row, Failure> {
    let folder = quick_folder()?;
    let bench = Bench::new(folder.path(), 9, 2)?;
    let net = bench.world.net();
    bench.home.sync(&net, &mut |_| {})?;
    let report = bench.home.sync(&net, &mut |_| {})?;
    if report.round_trips != 1 {
        return Err(format!("nothing new took {} round trips", report.round_trips).into());
    }
    let bytes = u32::try_from(report.bytes_up + report.bytes_down)?;
    Ok(Row {
        bar: "B7",
        what: "nothing new, 20 spaces: 1 trip, bytes both ways".to_owned(),
        subject: format!("{} up, {} down", report.bytes_up, report.bytes_down),
        baseline: String::new(),
        value: f64::from(bytes),
        target: 1024.0,
        ambition: 300.0,
        unit: " B",
    })
}
