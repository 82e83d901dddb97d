//! Checklists: built in, and the community's own.

use doorknock::model::checklist::{self, Asks};
use doorknock::model::roster::SourceRow;

use crate::error::Result;
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::records::Bilingual;
use crate::times::Day;

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Checklist {
    /// Its id, derived from its content.
    pub id: Uuid,
    /// The word that names it across versions: what a visit takes as `checklist`.
    pub code: String,
    /// 1, 2, …
    pub version: u32,
    /// The title.
    pub title: Bilingual,
    /// The questions, in groups.
    pub groups: Vec<ChecklistGroup>,
    /// Whether every community has it.
    pub built_in: bool,
    /// Since when it is no longer offered.
    pub retired: Option<Day>,
}

/// Questions that belong together.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChecklistGroup {
    /// The heading.
    pub title: Bilingual,
    /// The questions.
    pub items: Vec<ChecklistItem>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChecklistItem {
    /// The word that names it; unique in the checklist. An answer is written `code=value`.
    pub code: String,
    /// The question.
    pub question: Bilingual,
    /// What it asks for.
    pub asks: ChecklistAsks,
}

/// What a question asks for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ChecklistAsks {
    /// Yes or no: `yes`, `no`.
    YesNo,
    /// One of these, written as it is called in either language.
    OneOf {
        /// Which.
        options: Vec<Bilingual>,
    },
    /// A number.
    Number,
    /// Text.
    Written,
}

impl From<Asks> for ChecklistAsks {
    fn from(asks: Asks) -> Self {
        match asks {
            Asks::YesNo => Self::YesNo,
            Asks::Choice(options) => Self::OneOf {
                options: options.into_iter().map(Bilingual::from).collect(),
            },
            Asks::Number => Self::Number,
            Asks::Text => Self::Written,
        }
    }
}

impl From<checklist::Group> for ChecklistGroup {
    fn from(group: checklist::Group) -> Self {
        let item = |item: checklist::Item| ChecklistItem {
            code: item.code,
            question: item.label.into(),
            asks: item.asks.into(),
        };
        Self {
            title: group.label.into(),
            items: group.items.into_iter().map(item).collect(),
        }
    }
}

impl From<doorknock::TemplateInfo> for Checklist {
    fn from(info: doorknock::TemplateInfo) -> Self {
        let template = info.template;
        let groups = template.groups.into_iter().map(ChecklistGroup::from);
        Self {
            id: Uuid(info.id),
            code: template.code,
            version: template.version,
            title: template.label.into(),
            groups: groups.collect(),
            built_in: info.built_in,
            retired: info.retired.map(Day),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Every checklist, retired ones and older versions too: the built-in ones, then the community's own by code
    /// and version. Some tens at most.
    ///
    /// # Errors
    /// The database's.
    pub fn templates(&self) -> Result<Vec<Checklist>> {
        let templates = self.core().templates()?;
        Ok(templates.into_iter().map(Checklist::from).collect())
    }

    /// The checklist with this id in hexadecimal digits, or the newest version with this code.
    ///
    /// # Errors
    /// `no_such_checklist`, which names those there are.
    pub fn template(&self, which: String) -> Result<Checklist> {
        Ok(self.core().template(&which)?.into())
    }

    /// Adds a checklist given as a table: rows of cells, in the form that docs/templates.md shows. Adding the
    /// same one again changes nothing. Office only.
    ///
    /// # Errors
    /// `bad_template` (which names the row), `forbidden_item`, `not_office`, `template_code_taken`,
    /// `template_version`, `disk_full`.
    pub fn add_template(&self, rows: Vec<Vec<String>>) -> Result<Checklist> {
        let row = |(number, cells)| SourceRow { number, cells };
        let rows: Vec<_> = (1..).zip(rows).map(row).collect();
        let template = checklist::Template::from_rows(&rows)?;
        Ok(self.core().add_template(&template)?.into())
    }

    /// No longer offers one of the community's own checklists. Answers given to it keep their questions. Office
    /// only. Whether it was offered until now.
    ///
    /// # Errors
    /// `not_office`, `no_such_checklist`, `template_built_in`, `disk_full`.
    pub fn retire_template(&self, which: String) -> Result<bool> {
        Ok(self.core().retire_template(&which)?)
    }
}
