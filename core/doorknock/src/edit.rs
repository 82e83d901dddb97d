//! Editing a door's card, based on the version somebody saw (rule R3); and naming compounds.

use doorknock_model::address::{Address, DoorKind};
use doorknock_model::cadence::Cadence;
use doorknock_model::checklist::care_visit_id;
use doorknock_model::ids::{DocId, DoorId, GridId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{
    CompoundKind, CompoundRecord, DOOR_CARD, DoorAddress, Plan, SETTINGS, door_card, pack, settings,
};
use doorknock_replica::ChangeHash;
use doorknock_store::View;

use crate::Result;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::views::CompoundInfo;
use crate::writer::{Writer, with_writer};

/// What to change on a door's card; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct DoorEdit {
    /// Where it is.
    pub address: Option<Address>,
    /// What it is.
    pub kind: Option<DoorKind>,
    /// How often it is due; `Some(None)` takes it off the plan.
    pub cadence: Option<Option<Cadence>>,
}

/// A version as text: the heads' hashes in hexadecimal, joined by dots.
pub(crate) fn version_text(heads: &[ChangeHash]) -> String {
    let hex = |hash: &ChangeHash| hash.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let mut all: Vec<_> = heads.iter().map(hex).collect();
    all.sort_unstable();
    all.join(".")
}

/// A document's version as it stands here.
pub(crate) fn version_of(view: &View<'_>, doc: DocId) -> Result<String> {
    let row = view.doc(doc)?;
    let heads = row.map(|row| view.heads(&row)).transpose()?.flatten();
    Ok(version_text(&heads.unwrap_or_default().hashes()))
}

pub(crate) fn parse_version(text: &str) -> Result<Vec<ChangeHash>> {
    let parse = |hex: &str| {
        let bytes: Option<Vec<u8>> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
            .collect();
        bytes.and_then(|b| ChangeHash::try_from(b).ok())
    };
    text.split('.')
        .map(parse)
        .collect::<Option<_>>()
        .ok_or_else(|| {
            said(
                "bad_version",
                "版本号格式不对；请重新打开这份资料。",
                "This is not a version; open the record again.",
            )
        })
}

impl Doorknock {
    /// Changes a door's card as somebody saw it at `version` ([`crate::DoorDetail::version`]). Where
    /// another edit came in between, both values are kept and counted as a conflict. Whether anything differed.
    ///
    /// # Errors
    /// `not_found`, `bad_version`, `unknown_version`, `disk_full`.
    pub fn edit_door(&self, door: DoorId, version: &str, edit: &DoorEdit) -> Result<bool> {
        let base = parse_version(version)?;
        let today = self.today()?;
        let mut values = Vec::new();
        if let Some(address) = &edit.address {
            values.push((
                Key::plain(door_card::ADDRESS),
                pack(&DoorAddress::from(address)),
            ));
        }
        if let Some(kind) = edit.kind {
            values.push((Key::plain(door_card::KIND), Value::Int(kind.code().into())));
        }
        if let Some(cadence) = edit.cadence {
            let plan = |cadence: Cadence| {
                pack(&Plan {
                    cadence: cadence.to_string(),
                    since: today,
                    until: None,
                    checklist: Some(care_visit_id()),
                    by_hand: Some(true),
                })
            };
            values.push((
                Key::plain(door_card::PLAN),
                cadence.map_or(Value::Null, plan),
            ));
        }
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                let space = writer
                    .tx
                    .door_space(door)?
                    .ok_or_else(|| not_found("门户", "door"))?;
                writer.set_seen(
                    &DOOR_CARD,
                    DocId(door.0),
                    space,
                    values.clone(),
                    Some(&base),
                )
            })
        })
    }

    /// The compounds of the doors held here, with their buildings.
    ///
    /// # Errors
    /// The database's.
    pub fn compounds(&self) -> Result<Vec<CompoundInfo>> {
        let inner = self.lock();
        let view = inner.store.view()?;
        let kinds = view.compounds()?;
        let mut addresses = Vec::new();
        for space in view.spaces()? {
            addresses.extend(
                view.doors_of(space.n)?
                    .into_iter()
                    .map(|row| row.door.address),
            );
        }
        addresses.sort_by_cached_key(Address::walk_order);
        let mut all: Vec<CompoundInfo> = Vec::new();
        for address in addresses {
            if all.last().is_none_or(|c| c.name != address.compound) {
                let kind = kinds.iter().find(|(name, _)| *name == address.compound);
                let kind = kind.and_then(|(_, code)| code.map(CompoundKind::from_code));
                all.push(CompoundInfo {
                    name: address.compound.clone(),
                    kind,
                    buildings: vec![],
                });
            }
            let Some(compound) = all.last_mut() else {
                continue;
            };
            match compound.buildings.last_mut() {
                Some((building, doors)) if *building == address.building => *doors += 1,
                _ => compound.buildings.push((address.building, 1)),
            }
        }
        Ok(all)
    }

    /// Says what sort of estate a compound is. Office only.
    ///
    /// # Errors
    /// `not_office`.
    pub fn set_compound(&self, name: &str, kind: CompoundKind) -> Result<bool> {
        self.refuse_unless_office()?;
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| writer.compound(name, Some(kind)))
        })
    }

    pub(crate) fn refuse_unless_office(&self) -> Result<()> {
        if self.is_office()? {
            return Ok(());
        }
        Err(said(
            "not_office",
            "只有社区工作人员能修改社区设置；请在办公室的设备上操作。",
            "Only office staff can change the community's settings; do it on an office device.",
        ))
    }

    pub(crate) fn is_office(&self) -> Result<bool> {
        use doorknock_model::access::Role;
        let role = self.community()?.and_then(|c| c.role);
        Ok(matches!(role, Some(Role::Admin | Role::Staff)))
    }
}

impl Writer<'_> {
    /// Names a compound in the settings; a kind that is not given leaves the one there.
    pub(crate) fn compound(&mut self, name: &str, kind: Option<CompoundKind>) -> Result<bool> {
        let community = self.identity.community;
        let there = self.tx.compounds()?;
        let known = there.iter().find(|(n, _)| n == name);
        if kind.is_none() && known.is_some() {
            return Ok(false);
        }
        let record = CompoundRecord {
            name: name.to_owned(),
            kind,
        };
        let key = Key::with_id(settings::COMPOUND, &community.compound(name));
        self.set(
            &SETTINGS,
            SETTINGS.document(community, GridId::default(), &[]),
            0,
            vec![(key, pack(&record))],
        )
    }
}
