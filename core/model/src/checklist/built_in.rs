//! The five checklists every community has. They are written as a community writes its own
//! ([`Template::parse`]); answers in the field point at their ids, so a change is a new version, in a
//! file of its own, beside the old one.

use std::sync::LazyLock;

use super::{Label, Template, TemplateId};

const TEXTS: [&str; 5] = [
    include_str!("built_in/care-visit.csv"),
    include_str!("built_in/home-safety.csv"),
    include_str!("built_in/new-household.csv"),
    include_str!("built_in/shop.csv"),
    include_str!("built_in/extreme-weather.csv"),
];

static BUILT_IN: LazyLock<Vec<(TemplateId, Template)>> = LazyLock::new(|| {
    let read = |text: &&str| Template::parse(text).ok();
    let all = TEXTS.iter().filter_map(read);
    all.map(|template| (template.id(), template)).collect()
});

/// What stands in where a built-in text did not read, which a test rules out.
static NONE: (TemplateId, Template) = (
    [0; 16],
    Template {
        code: String::new(),
        version: 0,
        label: Label {
            zh: String::new(),
            en: String::new(),
        },
        groups: Vec::new(),
    },
);

/// Every built-in template with its id; the care visit first.
pub fn all_built_in() -> impl Iterator<Item = (TemplateId, &'static Template)> {
    BUILT_IN.iter().map(|(id, template)| (*id, template))
}

/// The built-in template with this id.
#[must_use]
pub fn built_in(id: &TemplateId) -> Option<&'static Template> {
    let found = BUILT_IN.iter().find(|(known, _)| known == id);
    found.map(|(_, template)| template)
}

/// The care visit: fifteen items, three each on health, spirits, safety, hygiene and surroundings.
#[must_use]
pub fn care_visit() -> &'static Template {
    &BUILT_IN.first().unwrap_or(&NONE).1
}

/// Its id, which plans name.
#[must_use]
pub fn care_visit_id() -> TemplateId {
    BUILT_IN.first().unwrap_or(&NONE).0
}
