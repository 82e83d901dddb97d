//! Building packed histories, to see that their hashes are the ones they name: later changes follow those.

use doorknock_store::Tx;
use doorknock_store::log::DocRow;

use super::REFUSED;
use super::take::never;
use crate::Result;
use crate::history;
use crate::home::Inner;

/// Documents built in one step of a quiet moment.
const STEP: u32 = 200;

/// Builds a document's packed history, if that was not done yet. One that is not what it says is taken out, and
/// the log is read for its space from the beginning. Whether it was good.
pub(crate) fn check_pack(tx: &Tx<'_>, doc: DocRow, now_ms: i64) -> Result<bool> {
    if !tx.is_unbuilt(doc.ord)? {
        return Ok(true);
    }
    let row = tx.pack_of(doc.ord)?;
    let built = row.map(|row| history::built(tx, doc, &row)).transpose();
    match built {
        Ok(_) => {
            tx.built(doc.ord)?;
            Ok(true)
        }
        Err(error) if error.is_local() => Err(error),
        Err(_) => {
            tx.forget_pack(doc.ord)?;
            tx.drop_snapshot(doc.space)?;
            tx.set_cursor(doc.space, 0, &[0; 32])?;
            never(tx, doc.space)?;
            tx.notice(REFUSED, &doc.space.to_be_bytes(), now_ms)?;
            // What it showed goes with the next opening, if not before.
            tx.set_meta_number(crate::doctor::PROJECTED_BY, 0)?;
            Ok(false)
        }
    }
}

/// One step for a quiet moment; whether more is left.
pub(crate) fn check_some(inner: &mut Inner, now_ms: i64) -> Result<bool> {
    let docs = inner.store.view()?.unbuilt(STEP)?;
    if docs.is_empty() {
        return Ok(false);
    }
    let good = inner.store.write(|tx| {
        let mut good = true;
        for ord in docs {
            let doc = tx.doc_by_ord(ord)?;
            good &= check_pack(tx, doc, now_ms)?;
        }
        if !good {
            crate::apply::rebuild(tx)?;
        }
        Ok::<_, crate::Error>(good)
    })?;
    if !good {
        inner.forget_docs();
    }
    Ok(true)
}
