//! How values on the command line are read. None of the reasons repeats what was typed: it may
//! name a person.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use doorknock::LedgerKind;
use doorknock::model::Message;
use doorknock::model::access::Role;
use doorknock::model::address::DoorKind;
use doorknock::model::cadence::Cadence;
use doorknock::model::care::{CareCategory, LegalBasis, RiskLevel};
use doorknock::model::ids::VisitId;
use doorknock::model::kinds::{Channel, CompoundKind, EndReason, Outcome};
use doorknock::model::matter::{MatterKind, Satisfaction, Source, Urgency};
use doorknock::model::report::Month;

/// Why a typed value cannot be taken. Never quotes the value: it may name a person.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadValue(pub(crate) Message);

fn bad(zh: &str, en: &str) -> BadValue {
    BadValue(Message::new("usage", zh, en))
}

/// Text that is not blank, trimmed.
pub(crate) fn filled(text: &str) -> Result<String, BadValue> {
    let text = text.trim();
    if text.is_empty() {
        Err(bad("不能为空", "must not be empty"))
    } else {
        Ok(text.to_owned())
    }
}

/// A hub's address: HTTP or HTTPS, with a host.
pub(crate) fn hub_url(text: &str) -> Result<String, BadValue> {
    let uri = text.trim().parse::<ureq::http::Uri>().ok();
    uri.filter(|uri| uri.host().is_some_and(|host| !host.is_empty()))
        .filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none())
        .map(|_| text.trim().to_owned())
        .ok_or_else(|| {
            bad(
                "应为 http:// 或 https:// 开头的地址",
                "takes an http:// or https:// address",
            )
        })
}

/// A date.
pub(crate) fn date(text: &str) -> Result<NaiveDate, BadValue> {
    text.trim()
        .parse()
        .map_err(|_| bad("应为日期，如 2026-11-20", "takes a date like 2026-11-20"))
}

/// A date, or `none`.
pub(crate) fn date_or_none(text: &str) -> Result<Option<NaiveDate>, BadValue> {
    match text.trim() {
        "none" | "无" => Ok(None),
        text => date(text).map(Some),
    }
}

/// A cadence, or `none`.
pub(crate) fn cadence_or_none(text: &str) -> Result<Option<Cadence>, BadValue> {
    match text.trim() {
        "none" | "无" => Ok(None),
        text => cadence(text).map(Some),
    }
}

/// A month.
pub(crate) fn month(text: &str) -> Result<Month, BadValue> {
    Month::parse(text).ok_or_else(|| bad("应为月份，如 2026-11", "takes a month like 2026-11"))
}

/// A time with its offset.
pub(crate) fn time(text: &str) -> Result<DateTime<FixedOffset>, BadValue> {
    DateTime::parse_from_rfc3339(text.trim()).map_err(|_| {
        bad(
            "应为时间，如 2026-11-20T09:30:00+08:00",
            "takes a time like 2026-11-20T09:30:00+08:00",
        )
    })
}

/// A door's id or its beginning, in lower case; which door it is, the core finds out.
pub(crate) fn door_id(text: &str) -> Result<String, BadValue> {
    let text = text.trim();
    let is_id = (4..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase()).ok_or_else(|| {
        bad(
            "应为门户编号，或其开头至少 4 位（见 door list）",
            "takes a door's id or at least 4 of its first digits (see door list)",
        )
    })
}

/// A person's id or its beginning, in lower case.
pub(crate) fn person_id(text: &str) -> Result<String, BadValue> {
    let text = text.trim();
    let is_id = (4..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase()).ok_or_else(|| {
        bad(
            "应为人员编号，或其开头至少 4 位（见 care list、door show）",
            "takes a person's id or at least 4 of its first digits (see care list, door show)",
        )
    })
}

/// How often.
pub(crate) fn cadence(text: &str) -> Result<Cadence, BadValue> {
    text.trim().parse().map_err(|_| {
        bad(
            "应为频次：daily、weekly、monthly、quarterly、every:10、weekdays:135",
            "takes daily, weekly, monthly, quarterly, every:10 or weekdays:135",
        )
    })
}

/// A visit's whole id.
pub(crate) fn visit_id(text: &str) -> Result<VisitId, BadValue> {
    text.trim()
        .parse()
        .map_err(|_| bad("应为 32 位走访编号", "takes a visit's id of 32 digits"))
}

/// A whole id.
pub(crate) fn some_id<T: std::str::FromStr>(text: &str) -> Result<T, BadValue> {
    text.trim()
        .parse()
        .map_err(|_| bad("应为 32 位编号", "takes an id of 32 digits"))
}

/// A length of time, in milliseconds: a minute to a year.
pub(crate) fn lasting(text: &str) -> Result<i64, BadValue> {
    const MINUTE: i64 = 60_000;
    const YEAR: i64 = 366 * 24 * 60 * MINUTE;
    let unit = match text.chars().last() {
        Some('m') => MINUTE,
        Some('h') => 60 * MINUTE,
        Some('d') => 24 * 60 * MINUTE,
        Some('w') => 7 * 24 * 60 * MINUTE,
        _ => 0,
    };
    let number = text
        .get(..text.len().saturating_sub(1))
        .and_then(|n| n.parse::<u32>().ok());
    number
        .and_then(|number| i64::from(number).checked_mul(unit))
        .filter(|ms| (MINUTE..=YEAR).contains(ms))
        .ok_or_else(|| {
            bad(
                "应为时长，如 12h 或 7d，最长一年",
                "takes a time like 12h or 7d, a year at most",
            )
        })
}

/// Words of the data model as values, each also under its Chinese term.
fn words<T: Copy + Send + Sync + 'static>(
    all: impl IntoIterator<Item = (T, &'static str, &'static str)>,
) -> impl TypedValueParser<Value = T> {
    let all: Vec<_> = all.into_iter().collect();
    let values = all
        .iter()
        .map(|(_, word, zh)| PossibleValue::new(*word).alias(*zh).help(*zh));
    PossibleValuesParser::new(values.collect::<Vec<_>>()).try_map(move |typed| {
        let found = all
            .iter()
            .find(|(_, word, zh)| typed == *word || typed == *zh);
        found
            .map(|(value, ..)| *value)
            .ok_or_else(|| bad("不可用", "is not known"))
    })
}

/// What a visit found.
pub(crate) fn outcome() -> impl TypedValueParser<Value = Outcome> {
    words(Outcome::ALL.iter().map(|o| (*o, o.word(), o.zh())))
}

/// How a visit was made.
pub(crate) fn channel() -> impl TypedValueParser<Value = Channel> {
    words(Channel::ALL.iter().map(|c| (*c, c.word(), c.zh())))
}

/// What sort of estate.
pub(crate) fn compound_kind() -> impl TypedValueParser<Value = CompoundKind> {
    words(CompoundKind::ALL.iter().map(|k| (*k, k.word(), k.zh())))
}

/// What kind of door.
pub(crate) fn door_kind() -> impl TypedValueParser<Value = DoorKind> {
    words(DoorKind::ALL.map(|k| (k, k.word(), k.zh())))
}

/// A care category.
pub(crate) fn category() -> impl TypedValueParser<Value = CareCategory> {
    words(CareCategory::ALL.map(|c| (c, c.word(), c.zh())))
}

/// A level of risk.
pub(crate) fn risk() -> impl TypedValueParser<Value = RiskLevel> {
    words(RiskLevel::ALL.map(|r| (r, r.word(), r.zh())))
}

/// A legal basis.
pub(crate) fn basis() -> impl TypedValueParser<Value = LegalBasis> {
    words(LegalBasis::ALL.map(|b| (b, b.word(), b.zh())))
}

/// Why a care need ends.
pub(crate) fn end_reason() -> impl TypedValueParser<Value = EndReason> {
    words(EndReason::ALL.iter().map(|r| (*r, r.word(), r.zh())))
}

/// What sort of matter.
pub(crate) fn matter_kind() -> impl TypedValueParser<Value = MatterKind> {
    words(MatterKind::ALL.iter().map(|k| (*k, k.word(), k.zh())))
}

/// How a matter came in.
pub(crate) fn source() -> impl TypedValueParser<Value = Source> {
    words(Source::ALL.iter().map(|s| (*s, s.word(), s.zh())))
}

/// How pressing a matter is.
pub(crate) fn urgency() -> impl TypedValueParser<Value = Urgency> {
    words(Urgency::ALL.iter().map(|u| (*u, u.word(), u.zh())))
}

/// How content a resident is.
pub(crate) fn satisfaction() -> impl TypedValueParser<Value = Satisfaction> {
    words(Satisfaction::ALL.iter().map(|s| (*s, s.word(), s.zh())))
}

/// Granted or refused.
pub(crate) fn granted() -> impl TypedValueParser<Value = bool> {
    words([(true, "yes", "批准"), (false, "no", "不批准")])
}

/// Which ledger.
pub(crate) fn ledger_kind() -> impl TypedValueParser<Value = LedgerKind> {
    words([
        (LedgerKind::Visits, "visits", "走访"),
        (LedgerKind::Matters, "matters", "诉求"),
        (LedgerKind::Care, "care", "关爱"),
        (LedgerKind::Responsible, "responsible", "包联"),
    ])
}

/// The name of a workbook: it would not open under another ending.
pub(crate) fn xlsx(text: &str) -> Result<PathBuf, BadValue> {
    let path = PathBuf::from(text);
    if ends_in(&path, "xlsx") {
        Ok(path)
    } else {
        Err(bad("应为 .xlsx 文件", "takes the name of an .xlsx file"))
    }
}

/// The name of a report: its ending says what it is.
pub(crate) fn report_file(text: &str) -> Result<PathBuf, BadValue> {
    let path = PathBuf::from(text);
    if ends_in(&path, "xlsx") || ends_in(&path, "md") {
        Ok(path)
    } else {
        Err(bad(
            "应为 .md 或 .xlsx 文件",
            "takes the name of an .md or .xlsx file",
        ))
    }
}

/// Whether a file's name has this ending.
pub(crate) fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// A role that can be invited.
pub(crate) fn role() -> impl TypedValueParser<Value = Role> {
    words([
        (Role::Worker, "worker", "网格员"),
        (Role::Staff, "staff", "工作人员"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_by_table() {
        let table = [
            ("1m", Some(60_000)),
            ("12h", Some(43_200_000)),
            ("7d", Some(604_800_000)),
            ("2w", Some(1_209_600_000)),
            ("366d", Some(31_622_400_000)),
            ("367d", None),
            ("0d", None),
            ("7", None),
            ("d", None),
            ("", None),
            ("-1d", None),
            ("7天", None),
            ("4294967295w", None),
        ];
        for (text, ms) in table {
            assert_eq!(lasting(text).ok(), ms, "{text}");
        }
    }

    #[test]
    fn a_hubs_address_is_http_with_a_host() {
        for good in [
            "http://127.0.0.1:8787",
            "https://hub.example/base/",
            "http://[::1]:80",
        ] {
            assert!(hub_url(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "hub.example",
            "ftp://hub.example",
            "http://",
            "http://a b",
            "http://a/?q",
        ] {
            assert!(hub_url(wrong).is_err(), "{wrong}");
        }
    }
}
