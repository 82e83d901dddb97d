//! Checking a home, and making its projections again.

use doorknock_model::checklist::Label;
use doorknock_model::kinds;
use doorknock_seal::dictionary;
use doorknock_store::StoreError;
use doorknock_store::project::PROJECTOR;

use crate::Result;
use crate::apply;
use crate::home::{Doorknock, Inner};
use crate::ingest;
use crate::snapshot;

/// How long a phone keeps a sealed entry after its receipt (rule R8): 90 days.
const KEPT_MS: i64 = 90 * 86_400_000;
/// How many entries' bytes are let go in one step.
const LET_GO: u32 = 200;

pub(crate) const PROJECTED_BY: &str = "projector";
const JUDGED_BY: &str = "rules";

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// A stable code.
    pub code: &'static str,
    /// What was checked.
    pub name: Label,
    /// Whether it is sound.
    pub ok: bool,
    /// What was found, or what to do.
    pub detail: Label,
}

/// What a check of the home found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorReport {
    /// Each check.
    pub checks: Vec<Check>,
}

impl DoctorReport {
    /// Whether everything is sound.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.checks.iter().all(|c| c.ok)
    }
}

fn check(code: &'static str, name: (&str, &str), ok: bool, detail: (String, String)) -> Check {
    let (zh, en) = detail;
    Check {
        code,
        name: Label::new(name.0, name.1),
        ok,
        detail: Label { zh, en },
    }
}

fn database_check(problems: usize) -> Check {
    let detail = if problems == 0 {
        ("0 处问题".to_owned(), "0 problems".to_owned())
    } else {
        (
            format!("{problems} 处问题；请勿删除文件，可抢救到新目录"),
            format!("{problems} problems; delete nothing, it can be salvaged into a new folder"),
        )
    };
    let name = ("数据库文件", "database file");
    check("database", name, problems == 0, detail)
}

fn charter_check(inner: &mut Inner) -> Check {
    let charter = if inner.identity.is_some() {
        inner.charter().map(|c| c.len())
    } else {
        Ok(0)
    };
    let length = charter.as_ref().copied().unwrap_or(0);
    check(
        "charter",
        ("社区章程", "charter"),
        charter.is_ok(),
        (format!("{length} 条"), format!("{length} statements")),
    )
}

fn documents_check(inner: &Inner) -> Result<Check> {
    let (mut documents, mut unreadable) = (0, 0);
    let view = inner.store.view()?;
    for doc in view.docs()? {
        let Some(heads) = view.heads(&doc)? else {
            continue;
        };
        documents += 1;
        unreadable += usize::from(apply::load(&view, doc, &heads).is_err());
    }
    Ok(check(
        "documents",
        ("文档", "documents"),
        unreadable == 0,
        (
            format!("{documents} 份，{unreadable} 份无法读取"),
            format!("{documents}, of which {unreadable} cannot be read"),
        ),
    ))
}

impl Doorknock {
    /// Checks the database's pages, every document, the charter, and that the projections are what the
    /// log gives. Changes nothing but projections, which are made again if they differ.
    ///
    /// # Errors
    /// The database's, if it cannot even be read.
    pub fn doctor(&self) -> Result<DoctorReport> {
        let mut inner = self.lock();
        let problems = match inner.store.check() {
            Err(StoreError::Unreadable) => vec![String::new()],
            problems => problems?,
        };
        let database = database_check(problems.len());
        if !database.ok {
            // One page that does not read ends the connection, and what is asked of it after that tells nothing.
            return Ok(DoctorReport {
                checks: vec![database],
            });
        }
        let mut checks = vec![database];
        checks.push(charter_check(&mut inner));
        checks.push(documents_check(&inner)?);
        let before = inner.store.view()?.dump_projections()?;
        let rebuilt = inner.store.write(apply::rebuild);
        inner.forget();
        let same = rebuilt.is_ok() && inner.store.view()?.dump_projections()? == before;
        let detail = match (&rebuilt, same) {
            (_, true) => ("与记录一致", "agree with the log"),
            (Ok(()), _) => (
                "与记录不一致，已重建",
                "differed from the log and were made again",
            ),
            (Err(_), _) => ("无法重建", "cannot be made again"),
        };
        let detail = (detail.0.to_owned(), detail.1.to_owned());
        checks.push(check(
            "projections",
            ("列表与检索", "lists and search"),
            same,
            detail,
        ));
        Ok(DoctorReport { checks })
    }

    /// Empties the projections and makes them again from the log.
    ///
    /// # Errors
    /// The database's; nothing is changed then.
    pub fn rebuild(&self) -> Result<()> {
        self.writing(|inner| inner.store.write(apply::rebuild))
    }

    /// Every projected row as text, sorted: what must be equal on two devices that hold the same. For
    /// tests and support.
    ///
    /// # Errors
    /// The database's.
    pub fn dump_projections(&self) -> Result<Vec<String>> {
        Ok(self.lock().store.view()?.dump_projections()?)
    }

    /// Work for a quiet moment; whether more is left.
    ///
    /// # Errors
    /// The database's.
    pub fn maintain(&self) -> Result<bool> {
        let now = self.now_ms();
        let mut inner = self.lock();
        // In steps, so that nobody waits long for the lock: a first sync brings hundreds of thousands.
        let behind = inner.store.view()?.search_is_behind()?;
        if behind {
            inner.store.write(|tx| tx.index_visits(1000))?;
        }
        let unbuilt = snapshot::check_some(&mut inner, now)?;
        let office = match inner.identity.clone() {
            Some(identity) => ingest::keeps_all(inner.charter()?, identity.device),
            None => true,
        };
        // The office's devices keep everything, to give a hub back what it lost (rule R8).
        let old = !office && inner.store.write(|tx| tx.let_go(now - KEPT_MS, LET_GO))?;
        let more = inner.store.maintain()?;
        drop(inner);
        self.keep_reserve();
        Ok(more || behind || unbuilt || old)
    }

    /// After an update: projections of another projector or of other kinds are made again, what other
    /// rules or kinds set aside is judged again.
    pub(crate) fn rebuild_if_outdated(&self) -> Result<()> {
        let kinds = kinds::fingerprint(kinds::KINDS);
        // A new dictionary opens what was set aside for it, like a new rule.
        let known = i64::from(ingest::RULES) ^ i64::from(dictionary::NEWEST) << 32;
        let (projector, rules) = (PROJECTOR ^ kinds, known ^ kinds);
        let mut inner = self.lock();
        let (projected, judged) = {
            let view = inner.store.view()?;
            (
                view.meta_number(PROJECTED_BY)?,
                view.meta_number(JUDGED_BY)?,
            )
        };
        if projected != projector {
            inner.store.write(|tx| {
                apply::rebuild(tx)?;
                Ok::<_, crate::Error>(tx.set_meta_number(PROJECTED_BY, projector)?)
            })?;
        }
        if judged != rules {
            if inner.identity.is_some() {
                ingest::retry(&mut inner)?;
            }
            inner
                .store
                .write(|tx| tx.set_meta_number(JUDGED_BY, rules))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use doorknock_model::ids::DocId;
    use doorknock_model::kind::Key;
    use doorknock_store::project::Origin;

    use super::*;
    use crate::env::{Env, FileKeyStore};

    /// A home with a row that its log does not explain, as other kinds or another projector leave it.
    fn stale(home: &Doorknock, made_by: i64) {
        let origin = Origin {
            space: 1,
            doc: DocId([7; 16]),
            kind: 3,
            author: 1,
            at: 0,
            version: 0,
            folds: true,
        };
        let write = |tx: &doorknock_store::Tx<'_>| {
            tx.project_unknown(&origin, &Key::plain(77))?;
            tx.set_meta_number(PROJECTED_BY, made_by)
        };
        home.lock().store.write(write).unwrap();
    }

    #[test]
    fn a_home_whose_tables_other_kinds_or_another_projector_made_is_rebuilt_when_opened() {
        let dir = tempfile::tempdir().unwrap();
        let keys = FileKeyStore::new(dir.path().join("key"));
        let path = dir.path().join("home");
        drop(Doorknock::create(&path, &keys, Env::system()).unwrap());
        let open = || Doorknock::open(&path, &keys, Env::system()).unwrap();
        let fewer = kinds::fingerprint(&kinds::KINDS[1..]);
        let all = kinds::fingerprint(kinds::KINDS);
        let homes = [
            (PROJECTOR ^ all, 1),
            (PROJECTOR ^ fewer, 0),
            ((PROJECTOR - 1) ^ all, 0),
        ];
        for (made_by, left) in homes {
            stale(&open(), made_by);
            assert_eq!(open().status().unwrap().unknown, left, "{made_by}");
            open().rebuild().unwrap();
        }
    }
}
