//! Search: hits with a line for people.

use doorknock_model::ids::DoorId;
use doorknock_model::kind::Find;
use doorknock_model::kinds;
use doorknock_store::View;
use doorknock_store::search::Hit;

use super::{local_time, utc_offset};
use crate::Result;
use crate::home::Doorknock;
use crate::views::SearchHit;

/// Visits indexed in one transaction before a search.
const INDEX_BATCH: u32 = 2000;

impl Doorknock {
    /// Finds doors, people, visits and other records as people type: two characters, pinyin, initials,
    /// a phone's tail, `3-2-501`; people in care also by their category. The best first.
    ///
    /// # Errors
    /// The database's.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<SearchHit>> {
        let mut inner = self.lock();
        while inner.store.view()?.search_is_behind()? {
            inner.store.write(|tx| tx.index_visits(INDEX_BATCH))?;
        }
        let view = inner.store.view()?;
        let mut hits = Vec::new();
        for hit in view.search(query, limit)? {
            hits.extend(search_hit(&view, hit)?);
        }
        Ok(hits)
    }
}

fn search_hit(view: &View<'_>, hit: Hit) -> Result<Option<SearchHit>> {
    let address = |door: DoorId| -> Result<String> {
        Ok(view
            .door(door)?
            .map(|d| d.door.address.display_zh())
            .unwrap_or_default())
    };
    Ok(match hit {
        Hit::Door(door) => Some(SearchHit {
            kind: "door",
            id: door.to_string(),
            title: address(door)?,
            door: Some(door),
        }),
        Hit::Person(id) => match view.person(id)? {
            None => None,
            Some(person) => {
                let place = person.door.map(address).transpose()?.unwrap_or_default();
                let title = format!("{} {place}", person.name.as_deref().unwrap_or(""))
                    .trim()
                    .to_owned();
                Some(SearchHit {
                    kind: "person",
                    id: id.to_string(),
                    title,
                    door: person.door,
                })
            }
        },
        Hit::Record(code, id) => {
            let Some(kind) = kinds::kind(code) else {
                return Ok(None);
            };
            let texts = view.searched_texts(kind, id)?;
            // Its name, or else whatever of it is searched first.
            let named = texts.iter().find(|(field, _)| field.find == Find::Name);
            let title = named
                .or_else(|| texts.first())
                .map(|(_, text)| text.clone());
            title.map(|title| SearchHit {
                kind: kind.name,
                id: id.to_string(),
                title: title.chars().take(40).collect(),
                door: None,
            })
        }
        Hit::Visit(id) => match view.visit(id)? {
            None => None,
            // What was corrected is found by its correction's words.
            Some(visit) if visit.void || !view.standing_in_for(&visit)?.is_empty() => None,
            Some(visit) => {
                let offset = utc_offset(view)?;
                let date = local_time(visit.at, offset).format("%Y-%m-%d");
                let words: String = visit.summary.unwrap_or_default().chars().take(40).collect();
                let title = format!("{date} {} {words}", address(visit.door)?)
                    .trim()
                    .to_owned();
                Some(SearchHit {
                    kind: "visit",
                    id: id.to_string(),
                    title,
                    door: Some(visit.door),
                })
            }
        },
    })
}
