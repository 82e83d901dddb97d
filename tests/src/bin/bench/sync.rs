//! B7: a sync when nothing is new, with twenty spaces.

use crate::Failure;
use crate::fixture::{Bench, quick_folder};
use crate::stats::Row;

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
