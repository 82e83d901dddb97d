//! Texts that several people edit: a new version of what somebody saw, and who wrote what.

use chrono::{DateTime, FixedOffset};
use doorknock_model::ids::DocId;
use doorknock_model::kind::{Key, Kind};
use doorknock_replica::change;
use doorknock_replica::splice::TextRef;

use super::{is_text, name_of};
use crate::Result;
use crate::apply;
use crate::edit::{parse_version, version_text};
use crate::error::not_found;
use crate::history;
use crate::home::Doorknock;
use crate::read::{local_time, utc_offset};
use crate::writer::with_writer;

/// A text as one author left it.
#[derive(Debug, Clone, PartialEq)]
pub struct TextVersion {
    /// Which; an edit may name it as its base.
    pub version: String,
    /// Who.
    pub by: String,
    /// When, in the community's time zone.
    pub at: DateTime<FixedOffset>,
    /// The whole text as this author saw it afterwards.
    pub text: String,
}

impl Doorknock {
    /// Turns a text of a record into `new` for somebody who saw it at `version`; what others wrote since
    /// stays, and nobody's sentence is lost. Whether anything differed.
    ///
    /// # Errors
    /// `not_found`, `bad_version`, `unknown_version`, `not_allowed`, `too_large`, `disk_full`.
    pub fn edit_text(
        &self,
        id: DocId,
        field: &str,
        item: Option<&str>,
        version: &str,
        new: &str,
    ) -> Result<bool> {
        let base = parse_version(version)?;
        let (kind, space) = self.kind_and_space(id)?;
        let key = text_key(kind, field, item)?;
        if let Some(field) = kind.field(key.field) {
            self.refuse_unless_may_write(kind, id, field)?;
        }
        self.writing(|inner| {
            with_writer(inner, &self.env, |writer| {
                writer.edit_text(kind, id, space, &key, &base, new)
            })
        })
    }

    /// Who wrote what of a text, oldest first.
    ///
    /// # Errors
    /// `not_found`.
    pub fn text_history(
        &self,
        id: DocId,
        field: &str,
        item: Option<&str>,
    ) -> Result<Vec<TextVersion>> {
        let (kind, _) = self.kind_and_space(id)?;
        let key = text_key(kind, field, item)?;
        let inner = self.lock();
        let view = inner.store.view()?;
        let offset = utc_offset(&view)?;
        let missing = || not_found("文字", "text");
        let doc = view.doc(id)?.ok_or_else(missing)?;
        let heads = view.heads(&doc)?.ok_or_else(missing)?;
        let document = apply::load(&view, doc, &heads)?;
        let text = document
            .values(&key)
            .into_iter()
            .next()
            .ok_or_else(missing)?;
        let mut all = Vec::new();
        for chunk in history::changes(&view, doc)? {
            let (_, parts) = change::read(&chunk.change)?;
            let mut refs = parts.splices.iter().map(|s| &s.text);
            let touched = refs.any(|r| match r {
                TextRef::New(made) => *made == key,
                TextRef::At(id) => *id == text.op,
            });
            if !touched {
                continue;
            }
            let author = view.author_by_ord(chunk.author)?;
            let values = document.values_at(&key, &[chunk.hash]);
            let shown = values.first().and_then(|w| w.value.as_text());
            all.push(TextVersion {
                version: version_text(&[chunk.hash]),
                by: name_of(&inner, &view, author.member)?,
                at: local_time(parts.time.div_euclid(1000), offset),
                text: shown.unwrap_or_default().to_owned(),
            });
        }
        Ok(all)
    }
}

/// The key of a text: a plain field's, or the one of `item`.
fn text_key(kind: &Kind, field: &str, item: Option<&str>) -> Result<Key> {
    let missing = || not_found("文字", "text");
    let field = kind
        .fields
        .iter()
        .find(|f| f.name == field && is_text(f) && f.keyed == item.is_some())
        .ok_or_else(missing)?;
    match item {
        None => Ok(Key::plain(field.code)),
        Some(item) => {
            let id: DocId = item.trim().parse().map_err(|_| missing())?;
            Ok(Key::with_id(field.code, id.as_bytes()))
        }
    }
}
