//! Visits, as they cross the border.

use std::time::SystemTime;

use doorknock::model::kinds;

use crate::error::{DoorknockError, Result, unknown_choice};
use crate::home::Doorknock;
use crate::ids::Uuid;
use crate::records::Text;
use crate::times::{Day, instant, seconds};

/// An enumeration of the model, with `Unknown` for values of newer versions.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A value of a newer version: shown as unknown, never recorded.
            Unknown,
        }

        impl From<kinds::$name> for $name {
            fn from(value: kinds::$name) -> Self {
                match value {
                    $(kinds::$name::$variant => Self::$variant,)*
                    kinds::$name::Other(_) => Self::Unknown,
                }
            }
        }

        impl TryFrom<$name> for kinds::$name {
            type Error = DoorknockError;
            fn try_from(value: $name) -> Result<Self> {
                match value {
                    $($name::$variant => Ok(Self::$variant),)*
                    $name::Unknown => Err(unknown_choice()),
                }
            }
        }
    };
}

choices! {
    /// What a visit found.
    Outcome {
        /// Somebody was met.
        Met,
        /// Nobody answered.
        NobodyHome,
        /// The visit was declined.
        Refused,
        /// They have moved away.
        MovedAway,
        /// The person has died.
        Deceased,
    }
}

choices! {
    /// How a visit was made.
    Channel {
        /// Inside the home.
        InPerson,
        /// At the door, not inside.
        AtTheDoor,
        /// By telephone.
        Phone,
        /// By video call.
        Video,
    }
}

/// A visit to record.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NewVisit {
    /// The door's id.
    pub door: Uuid,
    /// What it found.
    pub outcome: Outcome,
    /// How it was made.
    pub channel: Channel,
    /// When; now if absent.
    #[uniffi(default = None)]
    pub at: Option<SystemTime>,
    /// Who came along.
    #[uniffi(default = [])]
    pub companions: Vec<String>,
    /// Answers to the checklist's items, each `item=value`.
    #[uniffi(default = [])]
    pub answers: Vec<String>,
    /// In the worker's words.
    #[uniffi(default = None)]
    pub summary: Option<String>,
    /// A promised return.
    #[uniffi(default = None)]
    pub follow_up: Option<Day>,
}

impl TryFrom<NewVisit> for doorknock::NewVisit {
    type Error = DoorknockError;
    fn try_from(visit: NewVisit) -> Result<Self> {
        Ok(Self {
            door: visit.door.into(),
            outcome: visit.outcome.try_into()?,
            channel: visit.channel.try_into()?,
            at: visit.at.map(seconds).transpose()?,
            with: visit.companions,
            checklist: None,
            answers: visit.answers,
            summary: visit.summary,
            follow_up: visit.follow_up.map(Day::into),
            matters: vec![],
        })
    }
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Visit {
    /// Its id.
    pub visit: Uuid,
    /// The door's id.
    pub door: Uuid,
    /// The door's address; empty if its card is not here.
    pub address: String,
    /// When it took place.
    pub at: SystemTime,
    /// The author's name.
    pub by: String,
    /// The author's id.
    pub member: Uuid,
    /// The id of the device that signed it.
    pub device: Uuid,
    /// How it was made.
    pub channel: Channel,
    /// What it found.
    pub outcome: Outcome,
    /// Who came along.
    pub companions: Vec<String>,
    /// The checklist's answers.
    pub answers: Vec<Answer>,
    /// In the worker's words.
    pub summary: Option<String>,
    /// A promised return.
    pub follow_up: Option<Day>,
}

impl From<doorknock::VisitInfo> for Visit {
    fn from(visit: doorknock::VisitInfo) -> Self {
        Self {
            visit: visit.visit.into(),
            door: visit.door.into(),
            address: visit.address,
            at: instant(visit.at),
            by: visit.by,
            member: visit.member.into(),
            device: visit.device.into(),
            channel: visit.channel.into(),
            outcome: visit.outcome.into(),
            companions: visit.with,
            answers: visit.answers.into_iter().map(Answer::from).collect(),
            summary: visit.summary,
            follow_up: visit.follow_up.map(Day),
        }
    }
}

/// An answer with its question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// The item's code.
    pub item: String,
    /// The question.
    pub question: Text,
    /// The answer in words.
    pub answer: Text,
}

impl From<doorknock::AnswerLine> for Answer {
    fn from(line: doorknock::AnswerLine) -> Self {
        Self {
            item: line.code,
            question: line.question.into(),
            answer: line.answer.into(),
        }
    }
}

#[uniffi::export]
impl Doorknock {
    /// Records a visit and returns its id. When this returns, the visit survives power loss.
    ///
    /// # Errors
    /// `not_found`, `no_casework`, `bad_answer`, `unknown_item`, `too_large`, `visit_in_future`,
    /// `follow_up_in_past`, `bad_date`, `bad_time`, `unknown_choice`, `disk_full`.
    pub fn log_visit(&self, visit: NewVisit) -> Result<Uuid> {
        Ok(self.core().log_visit(&visit.try_into()?)?.into())
    }

    /// Visits, newest first: of a door, or of all.
    ///
    /// # Errors
    /// `not_joined`.
    pub fn visits(&self, door: Option<Uuid>, limit: u32) -> Result<Vec<Visit>> {
        let visits = self.core().visits(door.map(Uuid::into), limit)?;
        Ok(visits.into_iter().map(Visit::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_crosses_and_comes_back_and_an_unknown_one_is_not_recorded() {
        for known in kinds::Outcome::ALL {
            assert_eq!(kinds::Outcome::try_from(Outcome::from(*known)), Ok(*known));
        }
        for known in kinds::Channel::ALL {
            assert_eq!(kinds::Channel::try_from(Channel::from(*known)), Ok(*known));
        }
        let newer = Outcome::from(kinds::Outcome::Other(200));
        assert_eq!(newer, Outcome::Unknown);
        assert_eq!(kinds::Outcome::try_from(newer), Err(unknown_choice()));
    }
}
