//! Making grids, each with its two spaces.

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::GridId;
use doorknock_model::kind::Key;
use doorknock_model::kinds::{GridRecord, SETTINGS, pack, settings};
use doorknock_seal::charter::Charter;
use doorknock_seal::wrap::{self, EpochKey, Wrap};

use super::charter::add_space;
use crate::Result;
use crate::env::Transport;
use crate::home::Doorknock;
use crate::writer::with_writer;

impl Doorknock {
    /// Makes the grids that are not there yet, with their two spaces each.
    pub(crate) fn ensure_grids(&self, codes: &[String], net: &dyn Transport) -> Result<()> {
        let community = self.lock().identity()?.community;
        for code in codes {
            let grid = community.grid(code);
            for kind in [SpaceKind::Rounds, SpaceKind::Casework] {
                let fresh = EpochKey::generate(&*self.env.entropy);
                let key = self.pending_key(&community.0, kind, grid, fresh)?;
                self.extend_charter(net, |charter, admin, _| {
                    if charter.space(charter.space_id(kind, grid)).is_some() {
                        return Ok(None);
                    }
                    let wraps = wraps_for_all(self, charter, kind, grid, &key)?;
                    let statement =
                        charter.space_created(admin, kind, grid, &key, &wraps, self.now_ms());
                    Ok(Some((statement, wraps)))
                })?;
                self.adopt_space(kind, grid, &key)?;
            }
            self.writing(|inner| {
                with_writer(inner, &self.env, |writer| {
                    let doc = SETTINGS.document(community, GridId::default(), &[]);
                    let order = u32::try_from(writer.tx.grids()?.len()).unwrap_or(0);
                    let record = GridRecord {
                        code: code.clone(),
                        name: None,
                        order: Some(order),
                    };
                    let key = Key::with_id(settings::GRID, grid.as_bytes());
                    writer.set(&SETTINGS, doc, 0, vec![(key, pack(&record))])
                })
            })?;
        }
        Ok(())
    }

    /// A new space's key, kept before the charter commits to it: a crash in between loses nothing.
    fn pending_key(
        &self,
        community: &[u8],
        kind: SpaceKind,
        grid: GridId,
        fresh: EpochKey,
    ) -> Result<EpochKey> {
        let hex: String = community
            .iter()
            .chain(&grid.0)
            .map(|b| format!("{b:02x}"))
            .collect();
        let name = format!("space_key:{}:{hex}", kind.code());
        self.writing(|inner| {
            let kept = inner.store.view()?.meta(&name)?;
            if let Some(key) = kept.and_then(|b| <[u8; 32]>::try_from(b).ok()) {
                return Ok(EpochKey::from_bytes(&key));
            }
            inner
                .store
                .write(|tx| tx.set_meta(&name, fresh.as_bytes()))?;
            Ok(EpochKey::from_bytes(fresh.as_bytes()))
        })
    }

    fn adopt_space(&self, kind: SpaceKind, grid: GridId, key: &EpochKey) -> Result<()> {
        self.writing(|inner| {
            let charter = inner.charter()?.clone();
            let space = charter.space_id(kind, grid);
            if !charter.accepts_key(space, 0, key) {
                // Another admin made it first; its key comes with the next sync, wrapped for us.
                return Ok(());
            }
            Ok(inner
                .store
                .write(|tx| add_space(tx, &charter, space, key))?)
        })
    }
}

fn wraps_for_all(
    home: &Doorknock,
    charter: &Charter,
    kind: SpaceKind,
    grid: GridId,
    key: &EpochKey,
) -> Result<Vec<Wrap>> {
    let space = charter.space_id(kind, grid);
    let entropy = &*home.env.entropy;
    charter
        .entitled(kind, grid, home.now_ms())
        .iter()
        .map(|to| {
            Ok(wrap::wrap_key(
                charter.community(),
                space,
                0,
                key,
                to,
                entropy,
            )?)
        })
        .collect()
}
