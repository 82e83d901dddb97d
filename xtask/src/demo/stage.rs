//! What the demonstration runs on: a folder of its own, and a hub that outlives nothing.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use crate::run::{Done, Stop, cannot};

const KEEPER: &str = include_str!("keeper.sh");
const START: Duration = Duration::from_secs(30);

/// A folder and the keeper that removes it.
pub(super) struct Stage {
    folder: PathBuf,
    keeper: Child,
    tell: Option<ChildStdin>,
    hear: BufReader<ChildStdout>,
}

impl Stage {
    /// Makes the folder; the hub is not up yet.
    pub(super) fn set(hub: &Path) -> Done<Self> {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let nanos = since.map_or(0, |since| since.subsec_nanos());
        let name = format!("doorknock-demo-{}-{nanos}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let script = folder.join("keeper.sh");
        fs::write(&script, KEEPER)?;
        let mut command = Command::new("sh");
        command.arg(script).arg(&folder).arg(hub);
        command.args(["serve", "--listen", &free_address()?]);
        command.arg("--data").arg(folder.join("hub"));
        command.arg("--port-file").arg(folder.join("port"));
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut keeper = match started {
            Ok(keeper) => keeper,
            Err(error) => {
                fs::remove_dir_all(&folder)?;
                return Err(cannot(&command, &error));
            }
        };
        let (Some(tell), Some(hear)) = (keeper.stdin.take(), keeper.stdout.take()) else {
            return Err(Stop::new("no pipe to the keeper of the hub"));
        };
        Ok(Self {
            folder,
            keeper,
            tell: Some(tell),
            hear: BufReader::new(hear),
        })
    }

    /// A place in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Starts the hub and gives its address once it listens.
    pub(super) fn hub_up(&mut self) -> Done<String> {
        let port = self.path("port");
        if port.exists() {
            fs::remove_file(&port)?;
        }
        self.say("up")?;
        let began = Instant::now();
        while began.elapsed() < START {
            match fs::read_to_string(&port) {
                Ok(address) if address.ends_with('\n') => {
                    return Ok(format!("http://{}", address.trim()));
                }
                _ => sleep(Duration::from_millis(10)),
            }
        }
        let log = fs::read_to_string(self.path("hub.log")).unwrap_or_default();
        Err(Stop::new(format!("the hub did not start: {}", log.trim())))
    }

    /// Stops the hub and waits until it has stopped.
    pub(super) fn hub_down(&mut self) -> Done {
        self.say("down")
    }

    fn say(&mut self, word: &str) -> Done {
        let tell = self.tell.as_mut();
        let tell = tell.ok_or_else(|| Stop::new("the keeper of the hub is gone"))?;
        writeln!(tell, "{word}")?;
        let mut answer = String::new();
        self.hear.read_line(&mut answer)?;
        if answer.trim() == word {
            Ok(())
        } else {
            Err(Stop::new("the keeper of the hub does not answer"))
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.tell.take());
        let _ = self.keeper.wait();
    }
}

/// An address of the loopback that is free now; the hub comes back on it.
fn free_address() -> Done<String> {
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(taken.local_addr()?.to_string())
}
