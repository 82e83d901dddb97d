//! Files that are handed on: written beside their place and put there when they are whole, readable
//! by their owner only, since they hold personal data.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use doorknock::model::Message;
use tempfile::NamedTempFile;

/// A file that is being written. Dropped before [`Self::finish`], nothing of it remains.
#[derive(Debug)]
pub struct OutFile<'p> {
    path: &'p Path,
    force: bool,
    file: BufWriter<NamedTempFile>,
}

impl<'p> OutFile<'p> {
    /// Begins a file. One that is there is replaced only with `force`, and only by the whole new one.
    ///
    /// # Errors
    /// `file_exists`, `out_file`.
    pub fn begin(path: &'p Path, force: bool) -> Result<Self, Message> {
        if !force && path.symlink_metadata().is_ok() {
            return Err(exists());
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = parent.unwrap_or_else(|| Path::new("."));
        // On Unix its mode is 0600 from the first.
        let file = NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        let file = BufWriter::new(file);
        Ok(Self { path, force, file })
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    /// `out_file`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Message> {
        self.file.write_all(bytes).map_err(|error| failed(&error))
    }

    /// Puts the file in its place, after its bytes are on the disk.
    ///
    /// # Errors
    /// `file_exists` if it appeared meanwhile, `out_file`.
    pub fn finish(self) -> Result<(), Message> {
        let file = self.file.into_inner().map_err(|e| failed(e.error()))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        let placed = if self.force {
            file.persist(self.path)
        } else {
            file.persist_noclobber(self.path)
        };
        match placed {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(exists()),
            Err(error) => Err(failed(&error.error)),
        }
    }
}

impl Write for OutFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn exists() -> Message {
    Message::new(
        "file_exists",
        "文件已存在；请换一个文件名，或用 --force 覆盖。",
        "There is such a file already; choose another name, or replace it with --force.",
    )
}

fn failed(error: &io::Error) -> Message {
    let kind = error.kind();
    Message::new(
        "out_file",
        format!("无法写入文件（{kind}）；请检查目录是否存在、权限和磁盘空间。"),
        format!(
            "The file cannot be written ({kind}); check that its folder exists, its permissions and the disk."
        ),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may end by panicking")]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_file_appears_whole_and_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("台账.xlsx");
        let mut out = OutFile::begin(&path, false).unwrap();
        out.write(b"one").unwrap();
        assert!(!path.exists(), "nothing half-written is in its place");
        out.write(b" two").unwrap();
        out.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one two");
        assert_eq!(names(dir.path()), ["台账.xlsx"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_there_stays_unless_it_may_be_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        // It may also appear while the new one is written.
        let mut late = OutFile::begin(&path, false).unwrap();
        late.write(b"late").unwrap();
        std::fs::write(&path, "old").unwrap();
        assert_eq!(late.finish().unwrap_err().code, "file_exists");
        assert_eq!(
            OutFile::begin(&path, false).unwrap_err().code,
            "file_exists"
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"old");

        let mut new = OutFile::begin(&path, true).unwrap();
        new.write(b"new").unwrap();
        drop(new);
        assert_eq!(
            std::fs::read(&path).unwrap(),
            b"old",
            "given up, nothing changed"
        );
        let mut new = OutFile::begin(&path, true).unwrap();
        new.write(b"new").unwrap();
        new.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["a"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said_without_its_name() {
        let error = OutFile::begin(Path::new("/nowhere/李文丽/a.xlsx"), false).unwrap_err();
        assert_eq!(error.code, "out_file");
        assert!(!error.to_string().contains("李文丽"), "{error}");
    }
}
