//! Checklists of the community.

use doorknock_model::checklist::{Template, TemplateId};
use doorknock_model::kinds::{TEMPLATE, template};
use rusqlite::{OptionalExtension, params};

use crate::{Result, View, fixed};

/// A community's own checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// Its id.
    pub id: TemplateId,
    /// The checklist.
    pub template: Template,
    /// Since when it is no longer offered, in days since 1970-01-01.
    pub retired: Option<i32>,
}

impl View<'_> {
    /// The community's own checklists, in order of code and version. What does not stand under the id
    /// that its content gives is left out.
    ///
    /// # Errors
    /// The database's.
    pub fn templates(&self) -> Result<Vec<TemplateRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id FROM cell WHERE kind = ?1 AND field = ?2 GROUP BY id")?;
        let rows = statement.query_map([TEMPLATE.code, template::BODY], |row| fixed(row, 0))?;
        let ids: Vec<TemplateId> = rows.collect::<Result<_, _>>()?;
        let mut all = Vec::new();
        for id in ids {
            all.extend(self.template(&id)?);
        }
        all.sort_by(|a, b| {
            (&a.template.code, a.template.version, a.id).cmp(&(
                &b.template.code,
                b.template.version,
                b.id,
            ))
        });
        Ok(all)
    }

    /// One of them.
    ///
    /// # Errors
    /// The database's.
    pub fn template(&self, id: &TemplateId) -> Result<Option<TemplateRow>> {
        // Its document begins like its id and is bound to the common space, which is the first.
        let Some(common) = self.space(0)? else {
            return Ok(None);
        };
        let doc = common.id.bind(*id);
        let mut bodies = self.conn.prepare_cached(
            "SELECT value FROM cell WHERE doc = ?1 AND kind = ?2 AND field = ?3 AND id = ?4
             ORDER BY version",
        )?;
        let body = params![&doc[..], TEMPLATE.code, template::BODY, &id[..]];
        let found = bodies.query_map(body, |row| row.get::<_, Vec<u8>>(0))?;
        let mut retired = self
            .conn
            .prepare_cached("SELECT value FROM cell WHERE doc = ?1 AND kind = ?2 AND field = ?3")?;
        // Several bodies under one id are the same one, added on several devices, or not this id's.
        for packed in found {
            let Some(template) = Template::unpack(id, &packed?) else {
                continue;
            };
            let retired = retired
                .query_row(params![&doc[..], TEMPLATE.code, template::RETIRED], |row| {
                    row.get(0)
                })
                .optional()?
                .flatten();
            return Ok(Some(TemplateRow {
                id: *id,
                template,
                retired,
            }));
        }
        Ok(None)
    }
}
