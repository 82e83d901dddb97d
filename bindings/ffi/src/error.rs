//! The one error.

use doorknock::model::Message;

/// What went wrong. Programs go by `code`; people are shown `zh` or `en`, a whole sentence that says
/// what is wrong and what to do. No personal data is in any of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum DoorknockError {
    /// The only kind: what is told apart is told by the code.
    #[error("{zh} / {en}")]
    Failure {
        /// Stable, lower-case, words joined by underscores: `busy`, `hub_unreachable`, …
        code: String,
        /// Chinese.
        zh: String,
        /// English.
        en: String,
    },
}

/// The result of this crate's functions.
pub(crate) type Result<T, E = DoorknockError> = std::result::Result<T, E>;

impl From<Message> for DoorknockError {
    fn from(message: Message) -> Self {
        let Message { code, zh, en } = message;
        Self::Failure {
            code: code.to_owned(),
            zh,
            en,
        }
    }
}

impl From<doorknock::Error> for DoorknockError {
    fn from(error: doorknock::Error) -> Self {
        error.message().into()
    }
}

/// A day that the calendar does not have.
pub(crate) fn bad_date() -> DoorknockError {
    Message::new(
        "bad_date",
        "没有这一天；请核对年、月、日。",
        "There is no such day; check the year, month and day.",
    )
    .into()
}

/// A time beyond the calendar.
pub(crate) fn bad_time() -> DoorknockError {
    Message::new(
        "bad_time",
        "没有这个时间；请核对日期和时间。",
        "There is no such time; check the date and the time.",
    )
    .into()
}

/// A choice that only a newer version knows.
pub(crate) fn unknown_choice() -> DoorknockError {
    Message::new(
        "unknown_choice",
        "不能记录“未知”的选项；请选择具体的一项。",
        "An unknown choice cannot be recorded; choose one.",
    )
    .into()
}
