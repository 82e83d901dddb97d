//! Processes that end with the test, whatever becomes of it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// A process that says nothing for so long is stuck; far more than any step takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running process and the lines it says.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts a command whose standard output is read.
    pub(crate) fn saying(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        Self::read(child, out)
    }

    /// Starts a command whose standard error is read.
    fn reporting(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let err = child.stderr.take().unwrap();
        Self::read(child, err)
    }

    fn read(child: Child, from: impl Read + Send + 'static) -> Self {
        let (said, lines) = channel();
        // Always drained: a full pipe would stop the process at a place of the test's choosing.
        let reader = std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut line = String::new();
            // A line cut off by the kill was not said.
            while from.read_line(&mut line).is_ok() && line.ends_with('\n') {
                let _ = said.send(line.trim_end().to_owned());
                line.clear();
            }
        });
        Self {
            child,
            lines,
            reader: Some(reader),
        }
    }

    /// The next line; `None` once the process has ended.
    pub(crate) fn next_line(&mut self) -> Option<String> {
        use std::sync::mpsc::RecvTimeoutError::{Disconnected, Timeout};
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(Disconnected) => None,
            Err(Timeout) => panic!("a process says nothing any more"),
        }
    }

    /// What was said so far and not read yet.
    pub(crate) fn backlog(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }

    /// SIGKILL, now; every line that was said and not read yet.
    pub(crate) fn kill(mut self) -> Vec<String> {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "it ended before it was killed: {ended:?}");
        self.end();
        self.lines.try_iter().collect()
    }

    /// SIGKILL, if it still runs; whether it did.
    pub(crate) fn kill_if_running(mut self) -> bool {
        let running = self.child.try_wait().unwrap().is_none();
        self.end();
        running
    }

    /// Waits for its end; every line that was not read yet.
    pub(crate) fn finish(mut self) -> (ExitStatus, Vec<String>) {
        let mut lines = Vec::new();
        while let Some(line) = self.next_line() {
            lines.push(line);
        }
        (self.child.wait().unwrap(), lines)
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// The real hub on a folder, always at the same address.
pub(crate) struct Hub {
    program: PathBuf,
    folder: PathBuf,
    address: String,
    process: Option<Process>,
}

impl Hub {
    /// Starts it on a free port.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut hub = Self {
            program: hub_program(),
            folder: folder.to_owned(),
            address: "127.0.0.1:0".to_owned(),
            process: None,
        };
        hub.restart();
        hub
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }

    /// On the same folder and port.
    pub(crate) fn restart(&mut self) {
        let port_file = self.folder.join("port");
        let mut said = Vec::new();
        // A client's own connection may have taken the port for a moment while nobody listened.
        for _ in 0..20 {
            let mut command = Command::new(&self.program);
            command.args(["serve", "--listen", &self.address, "--data"]);
            command.arg(self.folder.join("data"));
            command.arg("--port-file").arg(&port_file);
            let mut process = Process::reporting(command.env("LANG", "C.UTF-8"));
            let Some(line) = process.next_line() else {
                continue;
            };
            if line.contains("127.0.0.1:") {
                self.address = std::fs::read_to_string(&port_file)
                    .unwrap()
                    .trim()
                    .to_owned();
                self.process = Some(process);
                return;
            }
            said.push(line);
        }
        panic!("the hub does not start: {said:?}");
    }
}

/// The program `doorknock-hub` of this build. Cargo builds only this package's own programs for a
/// test, so it is asked for the hub's.
fn hub_program() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_field-worker"))
        .parent()
        .unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--offline", "-p", "doorknock-hub"]);
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    build.args(["--profile", profile, "--target-dir"]);
    build
        .arg(folder.parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(build.status().unwrap().success(), "the hub cannot be built");
    folder.join("doorknock-hub")
}
