//! What a home shows, as words: the evidence for everything that was written.

use std::collections::{BTreeMap, BTreeSet};

use doorknock::model::ids::{DocId, MemberId, VisitId};
use doorknock::model::kind::Data;
use doorknock::model::kinds::ROUND_SHEET;
use doorknock::model::round::day_of;
use doorknock::{Doorknock, Error, MattersWanted, VisitInfo};

use super::ledger::{LETTERS, Places};

/// Most rows that are asked for.
const MANY: u32 = 100_000;

/// Words with how often a home shows each.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    words: BTreeMap<String, u32>,
    /// How many records of visits each member has, of those that were made again too.
    pub visits_by: BTreeMap<MemberId, u64>,
}

impl Shown {
    /// Everything that a home shows.
    ///
    /// # Errors
    /// The facade's.
    pub fn of(home: &Doorknock, places: &Places) -> Result<Self, Error> {
        let mut shown = Self::default();
        shown.visits(home, places)?;
        shown.records(home)?;
        shown.matters(home)?;
        shown.care(home, places)?;
        shown.decisions(home, places)?;
        for draft in home.drafts()? {
            shown.add(draft.content.summary.unwrap_or_default());
        }
        // What stands side by side is shown once there, or once here.
        let written = |kind: &str, field: &str| ["case", "crew"].contains(&kind) || field == "need";
        let conflicts = home.conflicts()?.into_iter();
        for conflict in conflicts.filter(|c| written(c.kind, c.field)) {
            for value in &conflict.values {
                for word in words_of(&value.data) {
                    shown.words.entry(word).or_insert(1);
                }
            }
        }
        Ok(shown)
    }

    /// How often a word is shown.
    #[must_use]
    pub fn count(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// All.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }

    fn add(&mut self, word: impl Into<String>) {
        *self.words.entry(word.into()).or_default() += 1;
    }

    fn add_all(&mut self, data: &Data) {
        words_of(data).into_iter().for_each(|word| self.add(word));
    }

    fn visits(&mut self, home: &Doorknock, places: &Places) -> Result<(), Error> {
        let mut all: BTreeMap<VisitId, (MemberId, String)> = BTreeMap::new();
        for visit in home.visits(None, MANY)? {
            self.add(standing(&word_of(&visit)));
            for visit in visit.corrected.iter().chain([&visit]) {
                all.insert(visit.visit, (visit.member, word_of(visit)));
            }
        }
        let mut next: Vec<_> = places.visits.iter().copied().collect();
        let mut asked = BTreeSet::new();
        while let Some(id) = next.pop() {
            if let Some(visit) = there(home.visit(id))
                .transpose()?
                .filter(|_| asked.insert(id))
            {
                all.insert(id, (visit.member, word_of(&visit)));
                next.extend(visit.corrected_by);
            }
        }
        for (member, word) in all.into_values() {
            *self.visits_by.entry(member).or_default() += 1;
            self.add(word);
        }
        let open = home.outcomes_to_confirm()?;
        for id in &places.confirmed {
            let waits = open.iter().any(|visit| visit.visit == *id);
            if !waits && there(home.visit(*id)).transpose()?.is_some() {
                self.add(confirmed(*id));
            }
        }
        Ok(())
    }

    fn records(&mut self, home: &Doorknock) -> Result<(), Error> {
        for kind in ["case", "crew"] {
            for record in home.records(kind, None, true)? {
                let items = record.items.iter().map(|item| &item.data);
                let values = record.values.iter().map(|(_, data)| data);
                items.chain(values).for_each(|data| self.add_all(data));
            }
        }
        Ok(())
    }

    fn matters(&mut self, home: &Doorknock) -> Result<(), Error> {
        for matter in home.matters(&MattersWanted::default(), MANY)? {
            self.add(matter.title);
            for line in home.matter(matter.matter)?.history {
                line.text.into_iter().for_each(|word| self.add(word));
            }
        }
        Ok(())
    }

    fn care(&mut self, home: &Doorknock, places: &Places) -> Result<(), Error> {
        for person in &places.people {
            let Some(person) = there(home.person(*person)).transpose()? else {
                continue;
            };
            let needs = person.info.needs.into_iter().map(|need| need.note);
            let reviews = person.reviews.into_iter().map(|review| review.note);
            needs
                .chain(reviews)
                .flatten()
                .for_each(|word| self.add(word));
        }
        Ok(())
    }

    fn decisions(&mut self, home: &Doorknock, places: &Places) -> Result<(), Error> {
        let community = home.community()?.map(|c| c.id).unwrap_or_default();
        let grids = home.grids()?;
        for (code, day) in &places.sheets {
            let Some(grid) = grids.iter().find(|grid| grid.code == *code) else {
                continue;
            };
            let key: [&[u8]; 2] = [grid.id.as_bytes(), &day_of(*day).to_be_bytes()];
            let sheet = ROUND_SHEET.document(community, grid.id, &key);
            let Some(sheet) = there(home.record(sheet)).transpose()? else {
                continue;
            };
            for item in sheet.items.iter().filter(|item| item.field != "tick") {
                self.add(decision(&item.id));
                if let Some(Data::List(all)) = item.data.get("cancels") {
                    for id in all.iter().filter_map(Data::as_text) {
                        self.words.entry(cancelled(id)).or_insert(1);
                    }
                }
                item.data
                    .get("reason")
                    .into_iter()
                    .for_each(|data| self.add_all(data));
            }
        }
        Ok(())
    }
}

/// The word that a visit stands, and is not only kept.
pub(super) fn standing(word: &str) -> String {
    format!("standing {word}")
}

/// The word that an outcome was confirmed.
pub(super) fn confirmed(visit: VisitId) -> String {
    format!("confirmed {visit}")
}

/// The word of a decision.
pub(super) fn decision(id: &str) -> String {
    format!("decided {id}")
}

/// The word that a decision was taken back.
pub(super) fn cancelled(id: &str) -> String {
    format!("cancelled {id}")
}

/// How names begin.
const NAMES: [&str; 4] = ["standing", "confirmed", "decided", "cancelled"];

/// Whether it is the name of something, and not a word that somebody wrote.
pub(super) fn is_name(word: &str) -> bool {
    word.split_once(' ')
        .is_some_and(|(of, _)| NAMES.contains(&of))
}

fn word_of(visit: &VisitInfo) -> String {
    let word = visit.summary.as_ref().or(visit.why.as_ref());
    word.cloned().unwrap_or_default()
}

/// The words of a value. A text is taken apart into as many letters as a word has: one that was torn
/// apart is a word that nobody wrote.
pub(super) fn words_of(data: &Data) -> Vec<String> {
    match data {
        Data::Text(text) => {
            let letters: Vec<_> = text.chars().collect();
            let all = letters
                .chunks(usize::from(LETTERS))
                .map(|word| word.iter().collect());
            let written = letters.first().is_some_and(|c| *c >= '\u{4E00}');
            all.filter(|_| written).collect()
        }
        Data::Map(parts) => {
            let words = parts
                .iter()
                .filter(|(name, _)| ["why", "note"].contains(&name.as_str()));
            words.flat_map(|(_, data)| words_of(data)).collect()
        }
        _ => Vec::new(),
    }
}

/// `None` for what is not here.
fn there<T>(result: Result<T, Error>) -> Option<Result<T, Error>> {
    match result {
        Err(error) if error.code() == "not_found" => None,
        other => Some(other),
    }
}

/// The words that stand side by side in a field of a record, or in one of its items.
pub(super) fn beside(
    home: &Doorknock,
    record: DocId,
    field: &str,
    item: Option<&str>,
) -> Result<Vec<String>, Error> {
    let conflicts = home.conflicts()?.into_iter();
    let of_field =
        conflicts.filter(|c| c.record == record && c.field == field && c.item.as_deref() == item);
    let values = of_field.flat_map(|c| c.values);
    Ok(values.flat_map(|value| words_of(&value.data)).collect())
}
