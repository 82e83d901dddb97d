//! A network between a client and the hub that does what poor networks do: it loses requests and answers at
//! any byte, stalls, delivers a request twice, and is as slow as 30 kbit/s with 600 ms for a round trip.
//!
//! It speaks just enough HTTP to know where a request and an answer end, on the loopback only, with one
//! thread for each connection. What becomes of the n-th request follows from the seed.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// 30 kbit/s, in pieces of a tenth of a second.
const PIECE: usize = 375;
const TENTH: Duration = Duration::from_millis(100);
/// Half of a round trip.
const ONE_WAY: Duration = Duration::from_millis(300);
/// What is longer than this is not slowed down, so that a test ends: it would be half a minute.
const SLOW_BYTES: usize = 6_000;
/// Nothing that a client or a hub sends is larger.
const MOST: usize = 16 << 20;

/// What became of requests, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Passed as they came.
    pub clean: u32,
    /// The hub got a part of the request.
    pub cut_up: u32,
    /// The client got a part of the answer, or nothing.
    pub cut_down: u32,
    /// The client got a part, then waited, then lost the connection.
    pub stalled: u32,
    /// The hub got the request twice; the client the second answer.
    pub doubled: u32,
    /// At 30 kbit/s with 600 ms.
    pub slow: u32,
}

/// A running proxy. It ends with the process; its connections end with their clients.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    hub: String,
    seed: u64,
    hostile: AtomicBool,
    served: AtomicU64,
    faults: Mutex<Faults>,
}

impl Proxy {
    /// Listens on a free port of the loopback. It is friendly until it is told otherwise.
    ///
    /// # Errors
    /// If there is no port.
    pub fn start(hub: &str, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            hub: hub.trim_start_matches("http://").to_owned(),
            seed,
            hostile: AtomicBool::new(false),
            served: AtomicU64::new(0),
            faults: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                // A connection that broke is what this is for.
                std::thread::spawn(move || drop(shared.serve(client)));
            }
        });
        Ok(Self { address, shared })
    }

    /// Where clients find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether it does its worst from now on.
    pub fn hostile(&self, hostile: bool) {
        self.shared.hostile.store(hostile, Ordering::SeqCst);
    }

    /// What it did so far.
    #[must_use]
    pub fn faults(&self) -> Faults {
        *self
            .shared
            .faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// SplitMix64: this file stands alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((n ^ (n >> 31)) % below.max(1) as u64).unwrap_or(0)
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        loop {
            let request = message(&mut client)?;
            let number = self.served.fetch_add(1, Ordering::SeqCst);
            let mut dice = Dice(self.seed.wrapping_mul(1_000_003).wrapping_add(number));
            let kind = if self.hostile.load(Ordering::SeqCst) {
                dice.roll(8)
            } else {
                7
            };
            match kind {
                0 => {
                    self.count(|f| &mut f.cut_up);
                    let sent = &request[..dice.roll(request.len())];
                    return TcpStream::connect(&self.hub)?.write_all(sent);
                }
                1 | 2 => {
                    self.count(|f| &mut f.cut_down);
                    let answer = self.asked(&request)?;
                    return client.write_all(&answer[..dice.roll(answer.len())]);
                }
                3 => {
                    self.count(|f| &mut f.stalled);
                    let answer = self.asked(&request)?;
                    client.write_all(&answer[..dice.roll(answer.len())])?;
                    std::thread::sleep(TENTH * 5);
                    return Ok(());
                }
                4 => {
                    self.count(|f| &mut f.doubled);
                    self.asked(&request)?;
                    client.write_all(&self.asked(&request)?)?;
                }
                5 if request.len() <= SLOW_BYTES => {
                    self.count(|f| &mut f.slow);
                    slowly(request.len());
                    let answer = self.asked(&request)?;
                    std::thread::sleep(ONE_WAY);
                    let (slow, rest) = answer.split_at(answer.len().min(SLOW_BYTES));
                    for piece in slow.chunks(PIECE) {
                        std::thread::sleep(TENTH);
                        client.write_all(piece)?;
                    }
                    client.write_all(rest)?;
                }
                _ => {
                    self.count(|f| &mut f.clean);
                    client.write_all(&self.asked(&request)?)?;
                }
            }
        }
    }

    fn asked(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut hub = TcpStream::connect(&self.hub)?;
        hub.write_all(request)?;
        message(&mut hub)
    }

    fn count(&self, of: fn(&mut Faults) -> &mut u32) {
        *of(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner)) += 1;
    }
}

fn slowly(bytes: usize) {
    let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
    std::thread::sleep(ONE_WAY + TENTH * pieces);
}

/// One whole request or answer: the head, and as many bytes as it says.
fn message(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut block = [0; 8192];
    let mut whole = None;
    while whole.is_none_or(|whole| bytes.len() < whole) {
        let n = from.read(&mut block)?;
        if n == 0 || bytes.len() > MOST {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&block[..n]);
        if whole.is_none() {
            whole = whole_length(&bytes);
        }
    }
    Ok(bytes)
}

/// How long the message is, once its head is there.
fn whole_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    Some(head + length.and_then(|n| n.trim().parse().ok()).unwrap_or(0))
}
