//! Adding, editing and ending records.

use doorknock_model::access::SpaceKind;
use doorknock_model::ids::{DocId, DoorId, GridId};
use doorknock_model::kind::{Data, Field, Key, Kind, Merge, Shape, Value, missing};
use doorknock_model::kinds::MATTER;
use doorknock_model::round::date_of;
use doorknock_replica::ChangeHash;

use super::{general, is_text, kind_of};
use crate::Result;
use crate::edit::parse_version;
use crate::error::{not_found, said};
use crate::home::Doorknock;
use crate::writer::with_writer;

impl Doorknock {
    /// Adds a record with its plain fields, each as a tree or as a person types it. `grid` is needed only on
    /// a device that holds several, for kinds that are per grid, and where no `door` says it.
    ///
    /// # Errors
    /// `unknown_kind`, `unknown_field`, `bad_value`, `missing_field`, `which_grid`, `not_allowed`,
    /// `too_large`, `disk_full`.
    pub fn add_record(
        &self,
        kind: &str,
        grid: Option<&str>,
        values: &[(&str, Data)],
    ) -> Result<DocId> {
        let kind = general(kind)?;
        for (name, _) in values {
            plain_field(kind, name)?;
        }
        let space = match (grid, self.door_of(kind, values)?) {
            (None, Some(door)) if kind.space.per_grid() => self.space_at(kind, door)?,
            _ => self.space_for(kind, grid)?,
        };
        let id = self.new_document(space)?;
        let (mut puts, mut texts) = (Vec::new(), Vec::new());
        for field in kind.fields.iter().filter(|f| !f.keyed) {
            let given = values.iter().find(|(name, _)| *name == field.name);
            let value = match given {
                Some((_, data)) => self.value(field, data)?,
                None => Value::Null,
            };
            if field.needed && value == Value::Null {
                return Err(missing(field.name, field.zh).into());
            }
            if is_text(field) {
                // Made with the record, so that no two devices make it side by side.
                let text = value.as_text().unwrap_or_default().to_owned();
                texts.push((Key::plain(field.code), text));
            } else if value != Value::Null {
                self.refuse_unless_may_write(kind, id, field)?;
                puts.push((Key::plain(field.code), value));
            }
        }
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                writer.put_with_texts(kind, id, space, puts.clone(), texts.clone())
            })
        })?;
        Ok(id)
    }

    /// Changes plain fields of a record as somebody saw it at `version`; where another edit came in
    /// between, both values are kept as a conflict, and texts are merged. Without a version, as it stands
    /// now. Whether anything differed.
    ///
    /// # Errors
    /// As [`Doorknock::add_record`], and `not_found`, `bad_version`, `unknown_version`.
    pub fn edit_record(
        &self,
        id: DocId,
        version: Option<&str>,
        values: &[(&str, Data)],
    ) -> Result<bool> {
        let base = version.map(parse_version).transpose()?;
        let (kind, space) = self.editable(id)?;
        let (mut sets, mut texts) = (Vec::new(), Vec::new());
        for (name, data) in values {
            let field = plain_field(kind, name)?;
            self.refuse_unless_may_write(kind, id, field)?;
            let value = self.value(field, data)?;
            if field.needed && value == Value::Null {
                return Err(missing(field.name, field.zh).into());
            }
            if is_text(field) {
                texts.push((Key::plain(field.code), value));
            } else {
                sets.push((Key::plain(field.code), value));
            }
        }
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                let base = base.as_deref();
                let mut any = writer.set_seen(kind, id, space, sets.clone(), base)?;
                for (key, text) in &texts {
                    let now = writer.heads_of(id)?;
                    let base: &[ChangeHash] = base.unwrap_or(&now);
                    let text = text.as_text().unwrap_or_default();
                    any |= writer.edit_text(kind, id, space, key, base, text)?;
                }
                Ok(any)
            })
        })
    }

    /// Adds to a field that holds many: under a new id, or, for one whose ids are words, under `item`.
    /// A record that needs a day `on` and names none is of today. Returns the id.
    ///
    /// # Errors
    /// As [`Doorknock::add_record`], and `not_found`.
    pub fn append_record(
        &self,
        id: DocId,
        field: &str,
        item: Option<&str>,
        data: &Data,
    ) -> Result<String> {
        let (kind, space) = self.editable(id)?;
        let field = kind
            .field_named(field)
            .filter(|f| f.keyed)
            .ok_or_else(|| unknown_field(field))?;
        self.refuse_unless_may_write(kind, id, field)?;
        let value = self.value(field, &self.dated(field, data.clone())?)?;
        let item = match field.keys {
            // Under any other id than a word's code no device reads it.
            Some(words) => item
                .and_then(|item| words.iter().find(|w| w.word == item || w.zh == item))
                .map(|w| w.code.to_be_bytes().to_vec())
                .ok_or_else(|| which_item(field))?,
            None => self.new_id().to_vec(),
        };
        let key = Key::with_id(field.code, &item);
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| match field.merge {
                Merge::Once => writer.put(kind, id, space, vec![(key.clone(), value.clone())]),
                Merge::Register => writer
                    .set(kind, id, space, vec![(key.clone(), value.clone())])
                    .map(drop),
                Merge::Text => {
                    let text = value.as_text().unwrap_or_default().to_owned();
                    writer.put_with_texts(kind, id, space, vec![], vec![(key.clone(), text)])
                }
            })
        })?;
        Ok(super::item_name(field, &item))
    }

    /// Ends a record: with what its ending field takes, or today.
    ///
    /// # Errors
    /// As [`Doorknock::edit_record`]; `no_end` for a kind that never ends.
    pub fn end_record(&self, id: DocId, version: Option<&str>, data: Option<Data>) -> Result<bool> {
        let (kind, _) = self.editable(id)?;
        let field = kind.ending().ok_or_else(|| {
            said(
                "no_end",
                "这种记录没有“结束”；请改为编辑。",
                "This kind of record does not end; edit it instead.",
            )
        })?;
        let data = match data {
            Some(data) => self.dated(field, data)?,
            None => self.date_of_today()?,
        };
        self.edit_record(id, version, &[(field.name, data)])
    }

    /// A record without the day it needs is of today.
    fn dated(&self, field: &Field, data: Data) -> Result<Data> {
        let takes_day = match field.shape {
            Shape::Record(members) => members.iter().any(|m| m.name == "on" && m.needed),
            _ => false,
        };
        Ok(match data {
            Data::Map(mut parts) if takes_day && parts.iter().all(|(name, _)| name != "on") => {
                parts.push(("on".to_owned(), self.date_of_today()?));
                Data::Map(parts)
            }
            data => data,
        })
    }

    fn date_of_today(&self) -> Result<Data> {
        let today = date_of(self.today()?).map(|day| day.to_string());
        Ok(Data::Text(today.unwrap_or_default()))
    }

    /// The kind of a record that is edited by its declaration. Door cards, files, sheets and books have
    /// rules of their own, which must not be passed by.
    fn editable(&self, id: DocId) -> Result<(&'static Kind, u32)> {
        let (kind, space) = self.kind_and_space(id)?;
        if kind.general || kind.code == MATTER.code {
            return Ok((kind, space));
        }
        Err(not_found("记录", "record"))
    }

    pub(crate) fn kind_and_space(&self, id: DocId) -> Result<(&'static Kind, u32)> {
        let inner = self.lock();
        let doc = inner.store.view()?.doc(id)?;
        let doc = doc.ok_or_else(|| not_found("记录", "record"))?;
        Ok((kind_of(doc.kind)?, doc.space))
    }

    /// Where a new record of a kind goes.
    pub(crate) fn space_for(&self, kind: &Kind, grid: Option<&str>) -> Result<u32> {
        let inner = self.lock();
        inner.identity()?;
        let view = inner.store.view()?;
        let grid = if kind.space.per_grid() {
            crate::read::which_grid(&view, grid)?.0.id
        } else {
            GridId::default()
        };
        let space = view.space_of(kind.space.code(), grid)?;
        Ok(space.ok_or_else(|| not_held(kind.space))?.n)
    }

    /// The door that a new record names.
    fn door_of(&self, kind: &Kind, values: &[(&str, Data)]) -> Result<Option<DoorId>> {
        let door = values.iter().find(|(name, _)| *name == "door");
        let named = door.and_then(|(_, data)| data.as_text()).map(str::trim);
        match named.filter(|text| !text.is_empty()) {
            Some(text) if kind.field_named("door").is_some() => self.find_door(text).map(Some),
            _ => Ok(None),
        }
    }

    /// Where a new record of a kind about a door goes.
    fn space_at(&self, kind: &Kind, door: DoorId) -> Result<u32> {
        let inner = self.lock();
        inner.identity()?;
        let view = inner.store.view()?;
        let missing = || not_found("门户", "door");
        let rounds = view.door_space(door)?.ok_or_else(missing)?;
        let grid = view.space(rounds)?.ok_or_else(missing)?.grid;
        let space = view.space_of(kind.space.code(), grid)?;
        Ok(space.ok_or_else(|| not_held(kind.space))?.n)
    }

    pub(crate) fn refuse_unless_may_write(
        &self,
        kind: &Kind,
        id: DocId,
        field: &Field,
    ) -> Result<()> {
        let mut inner = self.lock();
        let identity = inner.identity()?;
        let member = inner.charter()?.member(identity.member);
        let role = member.and_then(|m| m.role);
        let may = role.is_some_and(|role| {
            kind.may_write(identity.community, id, field, identity.member, role)
        });
        if may {
            return Ok(());
        }
        Err(said(
            "not_allowed",
            format!(
                "你的角色不能填写“{}”的“{}”；请由社区工作人员操作。",
                kind.zh, field.zh
            ),
            format!(
                "Your role may not write the {} of a {}; ask the office to do it.",
                field.name, kind.name
            ),
        ))
    }

    /// The id of a new document of a space.
    fn new_document(&self, space: u32) -> Result<DocId> {
        let space = self.lock().store.view()?.space(space)?;
        let space = space.ok_or_else(|| not_found("空间", "space"))?;
        Ok(DocId(space.id.bind(self.new_id())))
    }

    /// A typed value; ids that refer to something may be given by their beginning.
    fn value(&self, field: &Field, data: &Data) -> Result<Value> {
        let resolved = match (field.shape, data) {
            (Shape::Id, Data::Text(text)) if !text.trim().is_empty() => {
                Data::Text(self.refers_to(field.name, text)?)
            }
            (Shape::Ids, Data::List(all)) => {
                let ids = all.iter().filter_map(Data::as_text);
                let ids = ids.map(|text| self.refers_to(field.name, text).map(Data::Text));
                Data::List(ids.collect::<Result<_>>()?)
            }
            _ => data.clone(),
        };
        field.shape.take(&resolved).map_err(|message| {
            let (zh, en) = (message.zh, message.en);
            said(
                message.code,
                format!("{}：{zh}", field.zh),
                format!("{}: {en}", field.name),
            )
        })
    }

    fn refers_to(&self, name: &str, text: &str) -> Result<String> {
        if text.trim().parse::<DocId>().is_ok() {
            return Ok(text.trim().to_owned());
        }
        match name {
            "door" | "doors" => Ok(self.find_door(text)?.to_string()),
            "person" => Ok(self.find_person(text)?.to_string()),
            kind if general(kind).is_ok() => Ok(self.find_record(kind, text)?.to_string()),
            _ => Ok(text.to_owned()),
        }
    }
}

fn plain_field(kind: &'static Kind, name: &str) -> Result<&'static Field> {
    kind.field_named(name)
        .filter(|f| !f.keyed)
        .ok_or_else(|| unknown_field(name))
}

fn unknown_field(name: &str) -> crate::Error {
    said(
        "unknown_field",
        format!("没有“{name}”这一项；请核对项目名称。"),
        format!("There is no field \"{name}\"; check its name."),
    )
}

fn which_item(field: &Field) -> crate::Error {
    let words = field.keys.unwrap_or_default();
    let zh: Vec<_> = words.iter().map(|w| w.zh).collect();
    let en: Vec<_> = words.iter().map(|w| w.word).collect();
    said(
        "unknown_field",
        format!("请指明是哪一项“{}”：{}。", field.zh, zh.join("、")),
        format!("Say which {}: {}.", field.name, en.join(", ")),
    )
}

fn not_held(space: SpaceKind) -> crate::Error {
    match space {
        SpaceKind::Staff => said(
            "not_office",
            "这类记录只在办公室的设备上；请由社区工作人员操作。",
            "Such records are kept on office devices only; do it there.",
        ),
        _ => crate::error::no_casework(),
    }
}
