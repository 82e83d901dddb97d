//! What the simulator knows of everything that anybody tried to write.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use doorknock::model::ids::{PersonId, VisitId};

use super::shown::Shown;

/// What must become of something written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The call returned: it must be everywhere in the end, once.
    Kept,
    /// The home stopped after its commit, or was set back to an older copy: once or not at all.
    Maybe,
    /// The call failed before its commit: it must not exist.
    Failed,
}

/// One thing that a call writes, by words that occur nowhere else.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// The word that shows it; without one it only takes others' place.
    pub shows: Option<String>,
    /// Words that are not shown where it is: what it is known to end.
    pub ends: Vec<String>,
    /// Words whose place it takes: they are shown no longer, unless they stand beside it.
    pub replaces: Vec<String>,
    /// Whether it never leaves its home.
    pub stays: bool,
}

impl Fact {
    /// Something new that takes nothing's place.
    #[must_use]
    pub fn new(shows: impl Into<String>) -> Self {
        Self {
            shows: Some(shows.into()),
            ..Self::default()
        }
    }

    /// The same in the place of what was seen.
    #[must_use]
    pub fn after(mut self, seen: &[String]) -> Self {
        self.replaces = seen.to_vec();
        self
    }

    /// The same, where these are known to be gone.
    #[must_use]
    pub fn ending(mut self, ends: &[String]) -> Self {
        (self.ends, self.replaces) = (ends.to_vec(), ends.to_vec());
        self
    }
}

/// A fact with whose it is and what must become of it.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which home wrote it.
    pub home: usize,
    /// The grid's code.
    pub grid: String,
    /// What must become of it.
    pub fate: Fate,
    /// What it is.
    pub fact: Fact,
    /// The later ones that take its place.
    after: Vec<usize>,
}

/// Where to look for what lists do not hold.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Visits that were corrected or undone.
    pub visits: BTreeSet<VisitId>,
    /// Visits whose outcome was confirmed.
    pub confirmed: BTreeSet<VisitId>,
    /// People in care.
    pub people: BTreeSet<PersonId>,
    /// Days of grids about which something was decided.
    pub sheets: BTreeSet<(String, NaiveDate)>,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    all: Vec<Told>,
    /// Where each word was first written.
    first: BTreeMap<String, usize>,
    words: u16,
    /// Where to look.
    pub places: Places,
}

/// A word of a text is so many letters that no other word has: no merge of letters makes another of it.
pub(super) const LETTERS: u8 = 3;

impl Ledger {
    /// A word that is nowhere yet. Its letters are no other word's.
    ///
    /// # Panics
    /// After some thousand words.
    #[allow(clippy::expect_used)] // a test's own ground
    pub fn word(&mut self) -> String {
        let letter = |n| char::from_u32(n).expect("a letter");
        let first = 0x4E00 + u32::from(self.words) * u32::from(LETTERS);
        self.words += 1;
        (first..first + u32::from(LETTERS)).map(letter).collect()
    }

    /// How many words there are.
    #[must_use]
    pub const fn count(&self) -> u16 {
        self.words
    }

    /// Notes something.
    pub fn note(&mut self, home: usize, grid: &str, fate: Fate, fact: Fact) {
        let n = self.all.len();
        if fate != Fate::Failed {
            for told in &mut self.all {
                if told
                    .fact
                    .shows
                    .as_ref()
                    .is_some_and(|w| fact.replaces.contains(w))
                {
                    told.after.push(n);
                }
            }
        }
        if let Some(word) = &fact.shows {
            self.first.entry(word.clone()).or_insert(n);
        }
        let grid = grid.to_owned();
        let after = Vec::new();
        self.all.push(Told {
            home,
            grid,
            fate,
            fact,
            after,
        });
    }

    /// All, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = (usize, &Told)> {
        self.all.iter().enumerate()
    }

    /// Whether a word was written by this home.
    pub fn is_of(&self, word: &str, home: usize) -> bool {
        self.first
            .get(word)
            .is_some_and(|n| self.all[*n].home == home)
    }

    /// Whether a word was ever written; ids are, of which nobody was told.
    pub fn knows(&self, word: &str) -> bool {
        self.first.contains_key(word)
    }

    /// Whether it was this that brought its word.
    pub fn is_first(&self, n: usize) -> bool {
        let word = self.all[n].fact.shows.as_ref();
        word.is_some_and(|word| self.first.get(word) == Some(&n))
    }

    /// What holds of each: it is shown, or what took its place holds.
    pub fn holding(&self, shown: &Shown) -> Vec<bool> {
        let mut holds = vec![false; self.all.len()];
        for (n, told) in self.all().rev() {
            let there = told
                .fact
                .shows
                .as_ref()
                .is_none_or(|word| shown.count(word) > 0);
            holds[n] = there && told.fate != Fate::Failed || told.after.iter().any(|n| holds[*n]);
        }
        holds
    }

    /// What a home was told is kept, and is not there; what never leaves it aside.
    pub fn missing(&self, home: usize, shown: &Shown) -> Option<&Told> {
        let holds = self.holding(shown);
        let mine = |told: &Told| told.home == home && told.fate == Fate::Kept && !told.fact.stays;
        self.all()
            .find(|(n, told)| mine(told) && !holds[*n])
            .map(|(_, told)| told)
    }

    /// A home was set back to an older copy: what it kept and nobody else has may be gone, and what never
    /// left it may be back.
    pub fn may_be_lost(&mut self, home: usize, elsewhere: &Shown) {
        let stays = |told: &&Told| told.home == home && told.fact.stays;
        let own = self.all.iter().filter(stays);
        let own: BTreeSet<_> = own.filter_map(|told| told.fact.shows.clone()).collect();
        for told in self.all.iter_mut().filter(|told| told.home == home) {
            // What writes a word again is not there because the word is.
            let again = |word: &String| told.fact.replaces.contains(word);
            let safe =
                |word: &String| !told.fact.stays && !again(word) && elsewhere.count(word) > 0;
            if told.fate == Fate::Kept && !told.fact.shows.as_ref().is_some_and(safe) {
                told.fate = Fate::Maybe;
            }
            told.fact.ends.retain(|word| !own.contains(word));
        }
    }
}
