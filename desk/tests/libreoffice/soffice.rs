//! LibreOffice without a window, with a profile of its own.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// A conversion takes seconds; one that takes this long hangs.
const MOST: Duration = Duration::from_secs(180);

/// UTF-8, commas, text quoted whatever it is, numbers as shown, every sheet a file.
const CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,true,false,false,-1";

pub(crate) struct Soffice {
    dir: PathBuf,
}

impl Soffice {
    /// Works in a folder that is removed later.
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            dir: dir.join("soffice"),
        }
    }

    /// Every sheet as `FILE-SHEET.csv`; the folder.
    pub(crate) fn to_csv(&self, files: &[&Path]) -> PathBuf {
        self.convert(CSV, files)
    }

    /// A workbook as one XML text.
    pub(crate) fn to_flat(&self, file: &Path) -> String {
        let out = self.convert("fods", &[file]);
        let name = file.with_extension("fods");
        std::fs::read_to_string(out.join(name.file_name().unwrap())).unwrap()
    }

    fn convert(&self, to: &str, files: &[&Path]) -> PathBuf {
        let out = self.dir.join("out");
        let profile = format!(
            "-env:UserInstallation=file://{}/profile",
            self.dir.display()
        );
        let mut soffice = Command::new("soffice")
            .args([
                &profile,
                "--headless",
                "--norestore",
                "--convert-to",
                to,
                "--outdir",
            ])
            .arg(&out)
            .args(files)
            .env("HOME", &self.dir)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("LibreOffice is needed here: apt-get install libreoffice-calc-nogui");
        let mut stdout = soffice.stdout.take().unwrap();
        let (tell, hear) = channel();
        let reader = std::thread::spawn(move || {
            let mut said = String::new();
            let _ = stdout.read_to_string(&mut said);
            let _ = tell.send(said);
        });
        let Ok(said) = hear.recv_timeout(MOST) else {
            // Its own group: the script that was started, and the program behind it.
            let group = format!("-{}", soffice.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            panic!("LibreOffice did not end");
        };
        reader.join().unwrap();
        assert!(soffice.wait().unwrap().success(), "{said}");
        out
    }
}

/// The cells of a CSV file, each with whether it was quoted.
pub(crate) fn cells(csv: &str) -> Vec<Vec<(String, bool)>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut open, mut quoted) = (false, false);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if open && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => {
                open = !open;
                quoted = true;
            }
            ',' | '\n' if !open => {
                row.push((std::mem::take(&mut cell), std::mem::take(&mut quoted)));
                if c == '\n' {
                    rows.push(std::mem::take(&mut row));
                }
            }
            _ => cell.push(c),
        }
    }
    assert!(
        !open && cell.is_empty() && row.is_empty(),
        "the file ends with a line"
    );
    rows
}
