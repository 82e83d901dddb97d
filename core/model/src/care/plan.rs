//! From the care needs of everybody behind a door to its due plan, which says how often and never
//! why. A pure function: devices that hold the same needs derive the same plan.

use super::RiskLevel;
use crate::cadence::Cadence;
use crate::kinds::Need;

/// How often each level of risk is due, as the community has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadences([Cadence; 3]);

impl Default for Cadences {
    fn default() -> Self {
        Self(RiskLevel::ALL.map(Cadence::default_for))
    }
}

impl Cadences {
    /// How often a level is due.
    #[must_use]
    pub const fn of(&self, risk: RiskLevel) -> Cadence {
        self.0[risk.code() as usize]
    }

    /// Sets how often a level is due.
    pub fn set(&mut self, risk: RiskLevel, cadence: Cadence) {
        self.0[usize::from(risk.code())] = cadence;
    }
}

/// What the needs of a door ask of its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// How often.
    pub cadence: Cadence,
    /// The first day, in days since 1970-01-01.
    pub since: i32,
}

/// What the needs of everybody behind a door ask of its plan: the most frequent cadence among those
/// that have not ended, and the first day of the need that asks for it. `None` where there are none.
#[must_use]
pub fn wanted<'n>(
    needs: impl IntoIterator<Item = &'n Need>,
    cadences: &Cadences,
) -> Option<Wanted> {
    let active = needs.into_iter().filter(|need| need.until.is_none());
    let asks = active.map(|need| {
        // A level of a newer version is followed like the mildest, as its prefer rule ranks it.
        let risk = RiskLevel::from_code(need.risk).unwrap_or(RiskLevel::General);
        let own = need.cadence.as_deref().and_then(|text| text.parse().ok());
        let cadence: Cadence = own.unwrap_or_else(|| cadences.of(risk));
        let order = (
            std::cmp::Reverse(cadence.visits_a_year()),
            risk,
            need.first_day(),
            cadence.to_string(),
        );
        (order, cadence, need.first_day())
    });
    let (_, cadence, since) = asks.min_by(|(a, ..), (b, ..)| a.cmp(b))?;
    Some(Wanted { cadence, since })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(risk: RiskLevel, since: i32) -> Need {
        Need {
            risk: risk.code(),
            since,
            ..Need::default()
        }
    }

    #[test]
    fn the_most_pressing_need_of_a_door_gives_its_plan() {
        use RiskLevel::{General, High, Key};
        let ended = Need {
            until: Some(9),
            ..need(High, 1)
        };
        let daily = Need {
            cadence: Some("weekdays:15".to_owned()),
            ..need(General, 5)
        };
        let raised = Need {
            raised: Some(30),
            ..need(High, 2)
        };
        let nonsense = Need {
            cadence: Some("hourly".to_owned()),
            ..need(Key, 3)
        };
        let table = [
            (vec![], None),
            (vec![ended.clone()], None),
            (vec![need(General, 4)], Some(("quarterly", 4))),
            (
                vec![need(General, 4), need(Key, 6), ended],
                Some(("monthly", 6)),
            ),
            (vec![need(Key, 6), need(Key, 5)], Some(("monthly", 5))),
            (vec![need(High, 8), daily], Some(("weekdays:15", 5))),
            (vec![need(Key, 1), raised], Some(("weekly", 31))),
            (vec![nonsense], Some(("monthly", 3))),
        ];
        for (needs, expected) in table {
            let found = wanted(&needs, &Cadences::default());
            let found = found.map(|w| (w.cadence.to_string(), w.since));
            let expected = expected.map(|(cadence, since)| (cadence.to_owned(), since));
            assert_eq!(found, expected, "{needs:?}");
            // Whatever order they come in.
            let backwards = wanted(needs.iter().rev(), &Cadences::default());
            assert_eq!(
                backwards.map(|w| (w.cadence.to_string(), w.since)),
                expected
            );
        }
        let mut own = Cadences::default();
        own.set(Key, Cadence::EveryDays(10));
        let found = wanted(&[need(Key, 1)], &own).unwrap();
        assert_eq!(found.cadence, Cadence::EveryDays(10));
    }
}
