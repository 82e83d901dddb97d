//! Sync files.

use doorknock_seal::file::FileWriter;
use doorknock_seal::receipt::{Receipt, running_hash};
use doorknock_sync::carry::{CarriedEntry, CarriedReceipt, Record};
use serde_json::{Value, json};

use super::entries::{TIME, case, casework};
use super::{Scene, file, hex};

/// A file of these records.
fn written(scene: &Scene, records: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
    let town = &scene.town;
    let common = town.charter.spaces()[0].id;
    let mut bytes = Vec::new();
    let mut file = FileWriter::begin(&mut bytes, &town.keys[&common], &town.entropy)?;
    for record in records {
        file.record(record)?;
    }
    file.finish()?;
    Ok(bytes)
}

fn records(scene: &Scene) -> Vec<Vec<u8>> {
    let (town, space) = (&scene.town, casework(scene));
    let mut writer = scene.worker.clone();
    let case = case(scene);
    let mut entry = || town.entry(&mut writer, space, vec![(case.doc, case.body(scene, None))]);
    let [known, new] = [entry(), entry()];
    let receipt = Receipt {
        space,
        entry: known.hash,
        position: 3,
        running: running_hash(&[0x71; 32], &known.hash),
    };
    let carried = CarriedReceipt {
        position: receipt.position,
        running: receipt.running,
        signature: receipt.sign(&town.hub, town.community()),
    };
    let entry = |bytes, receipt, seen| {
        Record::Entry(CarriedEntry {
            bytes,
            receipt,
            seen,
        })
    };
    let head = Record::Head {
        device: scene.worker.secrets.device_id(),
        at: TIME,
    };
    let statement = Record::Statement {
        position: 4,
        bytes: town.said[4].statement.clone(),
    };
    let all = [
        head,
        statement,
        entry(known.bytes, Some(carried), Some(3)),
        entry(new.bytes, None, None),
        Record::Unknown(99),
    ];
    all.iter().map(Record::encode).collect()
}

pub(super) fn files(scene: &Scene) -> Value {
    let town = &scene.town;
    let small = records(scene);
    // The length of its last record stands across the border of two frames.
    let long = vec![
        small[0].clone(),
        [
            &[0x82, 0x18, 0x63, 0x59][..],
            &16_340_u16.to_be_bytes(),
            &[7; 16_340],
        ]
        .concat(),
        small[1].clone(),
    ];
    let one = |(name, records): (&str, Vec<Vec<u8>>)| {
        let bytes = written(scene, &records).unwrap_or_default();
        let records: Vec<_> = records.iter().map(hex).collect();
        json!({ "name": name, "bytes": hex(bytes), "records": records })
    };
    let vectors = [
        (
            "one record of every kind, and one of a newer version",
            small,
        ),
        ("more than a frame", long),
    ];
    let mut file = file(
        "Sync files, to be opened with the common space's epoch key: their records, in order.",
        vectors.into_iter().map(one).collect(),
    );
    file["community"] = json!(hex(town.community().0));
    file["epoch_key"] = json!(hex(town.keys[&town.charter.spaces()[0].id].as_bytes()));
    file["device"] = json!(hex(scene.worker.secrets.device_id().0));
    file["hub_key"] = json!(hex(town.hub.key()));
    file["space"] = json!(hex(casework(scene).0));
    file
}
