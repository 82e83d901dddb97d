//! The program behind a connection that does its worst.

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests of other crates"
)]
#[path = "../../../tests/src/proxy.rs"]
mod proxy;

use crate::hub::Hub;
use crate::program::{Home, object, roster};
use proxy::Proxy;

/// Syncs that are tried while the connection is bad.
const TRIES: usize = 14;

#[test]
fn visits_recorded_while_the_connection_is_bad_arrive_once_and_status_is_true() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let proxy = Proxy::start(&hub.url, 3).unwrap();
    let office = Home(dir.path().join("office"));
    let phone = Home(dir.path().join("phone"));
    office.json(&[
        "community",
        "create",
        "--name",
        "柳荫",
        "--hub",
        &proxy.url(),
    ]);
    office.json(&["import", roster().to_str().unwrap()]);
    office.json(&["sync"]);
    let invited = office.json(&["invite", "--role", "worker", "--grid", "LY01"]);
    phone.json(&[
        "join",
        invited["link"].as_str().unwrap(),
        "--name",
        "李文丽",
    ]);
    phone.json(&["sync"]);
    let doors = phone.json(&["door", "list"]);
    let door = doors["doors"][0]["door"].as_str().unwrap().to_owned();

    proxy.hostile(true);
    let (mut visits, mut failed) = (0, 0);
    for n in 0..TRIES {
        let summary = format!("信号差的第{n}次");
        phone.json(&[
            "visit",
            "log",
            "--door",
            &door,
            "--outcome",
            "met",
            "--summary",
            &summary,
        ]);
        visits += 1;
        let output = phone.run(&["sync", "--json"]);
        if output.status.code() != Some(0) {
            assert_eq!(object(&output)["code"], "hub_unreachable");
            failed += 1;
        }
    }
    proxy.hostile(false);
    let said = phone.json(&["status"])["at_hub_visits"].as_u64().unwrap();
    office.json(&["sync"]);
    let arrived = || {
        let found = office.json(&["search", "信号差的第", "--limit", "100"]);
        found["hits"].as_array().unwrap().len() as u64
    };
    assert!(
        arrived() >= said,
        "{said} said to be at the hub, {} are",
        arrived()
    );
    phone.json(&["sync"]);
    office.json(&["sync"]);
    assert_eq!(arrived(), visits);
    assert_eq!(phone.json(&["status"])["pending"], 0);
    assert!(failed > 0, "{:?}", proxy.faults());
    assert_eq!(phone.json(&["doctor"])["ok"], true);
    assert_eq!(
        office.json(&["status"])["notices"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}
