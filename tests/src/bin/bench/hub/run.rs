//! The real `doorknock-hub` as a process, and clients over real loopback connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running hub; it ends with this value.
pub(crate) struct Hub {
    child: Child,
    address: String,
}

impl Hub {
    /// Starts one in a folder.
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        let program = std::env::current_exe()?.with_file_name("doorknock-hub");
        let file = folder.join("port");
        let mut command = Command::new(&program);
        command.args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--data"]);
        command
            .arg(folder.join("hub"))
            .arg("--port-file")
            .arg(&file);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|e| format!("{}: {e}", program.display()))?;
        let mut hub = Self {
            child,
            address: String::new(),
        };
        let begun = Instant::now();
        while hub.address.is_empty() {
            if begun.elapsed() > PATIENCE || hub.child.try_wait()?.is_some() {
                return Err("the hub did not start".into());
            }
            let told = std::fs::read_to_string(&file).unwrap_or_default();
            hub.address = told.trim().to_owned();
            std::thread::yield_now();
        }
        Ok(hub)
    }

    /// A connection to it.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Client {
            stream: BufReader::with_capacity(1 << 16, stream),
        })
    }

    /// The processors' time that it has used: what a busy machine does not blur.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything: the 12th and 13th, in hundredths of a second.
        let (_, behind) = stat.rsplit_once(") ").ok_or("no name")?;
        let ticks = behind.split(' ').skip(11).take(2).map(str::parse::<u64>);
        let ticks = ticks.collect::<Result<Vec<_>, _>>()?;
        Ok(Duration::from_millis(10 * ticks.iter().sum::<u64>()))
    }

    /// The most memory it has held, in megabytes.
    pub(crate) fn peak_memory(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(kilobytes.ok_or("no VmHWM")?.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection, kept open, one request at a time: as little work as a client can do, because it shares the
/// machine with the hub that is measured.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Status and body of the answer.
    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> Result<(u16, Vec<u8>), Failure> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: hub\r\nContent-Type: application/cbor\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let whole = [head.as_bytes(), body].concat();
        self.stream.get_mut().write_all(&whole)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.ok_or("no status line")?;
        let mut length = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            }
        }
        let mut body = vec![0; length.ok_or("an answer without a length")?];
        self.stream.read_exact(&mut body)?;
        Ok((status, body))
    }

    /// The body of a good answer.
    pub(crate) fn good(&mut self, path: &str, body: &[u8]) -> Result<Vec<u8>, Failure> {
        match self.post(path, body)? {
            (200, body) => Ok(body),
            (status, _) => Err(format!("{path}: {status}").into()),
        }
    }
}
