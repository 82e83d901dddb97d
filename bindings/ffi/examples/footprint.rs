//! What the library costs a phone: opens a home, shows a day's list, searches, and prints the most memory this
//! process ever had, in kilobytes. No other language's runtime is in it. For `cargo xtask bench`, on Linux.
//!
//! `footprint HOME KEY MILLISECONDS GRID`: the home's folder, its key's file, the time, the grid's code.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorknock_ffi::{Clock, Doorknock, FileKeys};

struct Stopped(SystemTime);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        self.0
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [home, key, at, grid] = &args[..] else {
        return Err("footprint HOME KEY MILLISECONDS GRID".into());
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(at.parse()?);
    let clock: Arc<dyn Clock> = Arc::new(Stopped(now));
    let keys = FileKeys::new(key.clone());
    let home = Doorknock::open(home.clone(), keys, Some(clock))?;
    let list = home.today(Some(grid.clone()))?;
    let hits = home.search("漏水".to_owned(), 20)?;
    if list.items.is_empty() || hits.is_empty() {
        return Err("nothing was shown".into());
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let most = line.and_then(|line| line.split_whitespace().nth(1));
    writeln!(std::io::stdout(), "{}", most.ok_or("no VmHWM")?)?;
    Ok(())
}
