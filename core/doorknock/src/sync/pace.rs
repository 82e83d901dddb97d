//! How much a trip carries here, remembered from one session to the next ([`doorknock_sync::pace`]).

use doorknock_store::View;
use doorknock_sync::pace::Pace;

use crate::Result;
use crate::home::Inner;

/// How much a trip carries, as the last ones went.
const PACE: &str = "pace";
/// A request is out whose answer was not taken in.
const ASKED: &str = "asked";

/// The bytes that a trip is to carry each way.
pub(super) fn bytes(view: &View<'_>) -> Result<u32> {
    Ok(Pace::kept(view.meta_number(PACE)?).bytes())
}

/// A note that still stands when a session begins is of a trip that was lost.
pub(super) fn lost_before(inner: &mut Inner) -> Result<()> {
    let view = inner.store.view()?;
    if view.meta_number(ASKED)? == 0 {
        return Ok(());
    }
    let pace = Pace::kept(view.meta_number(PACE)?).lost();
    Ok(inner.store.write(|tx| {
        tx.set_meta_number(PACE, pace.bytes().into())?;
        tx.set_meta_number(ASKED, 0)
    })?)
}

pub(super) fn asking(inner: &mut Inner) -> Result<()> {
    Ok(inner.store.write(|tx| tx.set_meta_number(ASKED, 1))?)
}

/// An answer came, whatever it says.
pub(super) fn answered(inner: &mut Inner, bytes: usize) -> Result<()> {
    let pace = Pace::kept(inner.store.view()?.meta_number(PACE)?).arrived(bytes);
    Ok(inner.store.write(|tx| {
        tx.set_meta_number(PACE, pace.bytes().into())?;
        tx.set_meta_number(ASKED, 0)
    })?)
}
