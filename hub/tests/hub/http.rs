//! The HTTP server on loopback, spoken to byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use doorknock_hub::home::Home;
use doorknock_hub::rate::Rate;
use doorknock_hub::serve::{Options, listen, run};
use doorknock_seal::charter::Charter;
use doorknock_sync::wire;

use crate::common::{COMMON, Seeded, World};

/// A running server; stopped and waited for when dropped.
struct Running {
    address: SocketAddr,
    dir: tempfile::TempDir,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(options: Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path(), &Seeded::default()).unwrap();
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let stopped = async { drop(stopped.await) };
            runtime
                .block_on(run(home, listener, options, stopped, |_| ()))
                .unwrap();
        });
        Self {
            address,
            dir,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Sends these bytes and reads to the end of the connection: status and body.
    fn send(&self, bytes: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        // A bound for a broken server, not a measure.
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        // A server that refuses early may close before everything is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer[end..].to_vec())
    }

    fn request(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n"
        );
        self.send(&[head.as_bytes(), body].concat())
    }

    fn refusal(&self, method: &str, path: &str, body: &[u8]) -> (u16, String) {
        let (status, body) = self.request(method, path, body);
        (status, wire::decode::<wire::Refusal>(&body).unwrap().code)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

#[test]
fn a_community_works_over_http() {
    let hub = Running::start(Options::default());
    let (status, body) = hub.request("GET", wire::PATH_HUB, b"");
    let info: wire::HubInfo = wire::decode(&body).unwrap();
    assert_eq!((status, info.protocol), (200, wire::PROTOCOL));

    let world = World::new();
    let [common, staff] = [&world.keys[0].1, &world.keys[1].1];
    let (office, rescue) = (&world.office, world.charter.rescue_key());
    let member = world.charter.members().next().unwrap().id;
    let genesis = Charter::genesis(office, info.hub_key, rescue, member, common, staff, 0);
    let (status, body) = hub.request("POST", wire::PATH_COMMUNITIES, &genesis);
    assert_eq!(status, 200);
    let founded: wire::CommunityResponse = wire::decode(&body).unwrap();

    let mut request = world.request(&[], &[COMMON]);
    request.community = founded.community;
    (request.charter_length, request.charter_head) = (0, [0; 8]);
    let (status, body) = hub.request("POST", wire::PATH_SYNC, &world.signed(office, &request));
    assert_eq!(status, 200);
    let answer: wire::SyncResponse = wire::decode(&body).unwrap();
    assert_eq!(
        (answer.statements, answer.charter_length),
        (vec![genesis], 1)
    );
}

#[test]
fn what_is_wrong_is_told_with_a_4xx_and_a_code() {
    let hub = Running::start(Options::default());
    let told = |status, code: &str| (status, code.to_owned());
    assert_eq!(
        hub.refusal("POST", "/v1/nothing", b""),
        told(404, "not_found")
    );
    assert_eq!(hub.refusal("POST", "/", b""), told(404, "not_found"));
    assert_eq!(
        hub.refusal("GET", wire::PATH_SYNC, b""),
        told(405, "method_not_allowed")
    );
    assert_eq!(
        hub.refusal("DELETE", wire::PATH_HUB, b""),
        told(405, "method_not_allowed")
    );
    assert_eq!(hub.refusal("POST", "/healthz", b""), told(404, "not_found"));
    for path in [
        wire::PATH_SYNC,
        wire::PATH_CHARTER,
        wire::PATH_APPEND,
        wire::PATH_COMMUNITIES,
    ] {
        for garbage in [&b""[..], b"garbage", &[0x9b; 9], &[0xff; 100]] {
            assert_eq!(
                hub.refusal("POST", path, garbage),
                told(400, "malformed_request")
            );
        }
    }
    let (status, _) = hub.send(b"\0\x01not http at all\r\n\r\n");
    assert_eq!(status, 400);
}

#[test]
fn a_body_above_the_limit_is_refused_by_its_announced_and_by_its_real_length() {
    let hub = Running::start(Options::default());
    let announced = format!(
        "POST {} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        wire::PATH_SYNC,
        wire::REQUEST_LIMIT + 1
    );
    // Not a byte of it has to be sent.
    let (status, body) = hub.send(announced.as_bytes());
    assert_eq!(status, 413);
    assert_eq!(
        wire::decode::<wire::Refusal>(&body).unwrap().code,
        "too_large"
    );

    let mut chunked = format!(
        "POST {} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        wire::PATH_SYNC
    )
    .into_bytes();
    for _ in 0..65 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&[0; 0x10000]);
        chunked.extend_from_slice(b"\r\n");
    }
    let mut stream = TcpStream::connect(hub.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let _ = stream.write_all(&chunked);
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    assert_eq!(
        hub.refusal("POST", wire::PATH_SYNC, &vec![0; wire::REQUEST_LIMIT])
            .0,
        400
    );
}

#[test]
fn health_and_metrics_are_plain_text() {
    let hub = Running::start(Options::default());
    hub.request("POST", "/v1/nothing", b"");
    assert_eq!(hub.request("GET", "/healthz", b""), (200, b"ok\n".to_vec()));
    let (status, page) = hub.request("GET", "/metrics", b"");
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, 200);
    assert!(
        page.contains("doorknock_hub_refusals_total{code=\"not_found\"} 1\n"),
        "{page}"
    );
    assert!(page.contains("doorknock_hub_stored_entries 0\n"), "{page}");
}

#[test]
fn an_address_that_sends_garbage_is_slowed_down() {
    let mut options = Options::default();
    options.limits.address_rate = Rate {
        burst: 3,
        per_minute: 0,
    };
    let hub = Running::start(options);
    let statuses = [(); 5].map(|()| hub.request("POST", wire::PATH_SYNC, b"garbage").0);
    assert_eq!(statuses, [400, 400, 400, 429, 429]);
    assert_eq!(hub.request("GET", "/healthz", b"").0, 200);
}

#[test]
fn a_connection_that_never_finishes_does_not_keep_the_hub_from_stopping_or_others_from_asking() {
    let options = Options {
        connections: 2,
        idle: Duration::from_millis(50),
        ..Options::default()
    };
    let hub = Running::start(options);
    // Both places are taken by half a request; they end by themselves.
    let mut half: Vec<TcpStream> = (0..2)
        .map(|_| TcpStream::connect(hub.address).unwrap())
        .collect();
    half.iter_mut()
        .for_each(|stream| stream.write_all(b"POST /v1/sync HTTP/1.1\r\n").unwrap());
    assert_eq!(hub.request("GET", wire::PATH_HUB, b"").0, 200);
}

#[test]
fn a_stopped_hub_lets_its_folder_go() {
    let mut hub = Running::start(Options::default());
    hub.request("GET", wire::PATH_HUB, b"");
    assert!(Home::open(hub.dir.path(), &Seeded::default()).is_err());
    drop(hub.stop.take());
    hub.thread.take().unwrap().join().unwrap();
    assert!(Home::open(hub.dir.path(), &Seeded::default()).is_ok());
    hub.thread = Some(std::thread::spawn(|| ()));
}
