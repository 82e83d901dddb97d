//! Comparing what the homes hold with what was recorded.

use std::fs;
use std::path::Path;

use comfy_table::{ColumnConstraint, Table, Width, presets};
use serde_json::Value;

use super::home::Home;
use super::script::Entry;
use crate::run::{Done, Stop};

/// A visit that a phone said it keeps.
pub(super) struct Logged {
    pub(super) visit: String,
    pub(super) door: String,
    pub(super) address: String,
    pub(super) by: &'static str,
    pub(super) entry: &'static Entry,
    pub(super) follow_up: Option<String>,
}

/// What was found.
pub(super) struct Found {
    pub(super) table: String,
    /// Empty when all is as it must be.
    pub(super) faults: Vec<String>,
}

/// Reads every home and compares.
pub(super) fn look(homes: &[Home; 3], logged: &[Logged]) -> Done<Found> {
    let mut faults = Vec::new();
    let mut marks = vec![Vec::new(); logged.len()];
    let mut first_seen: Vec<Option<Value>> = vec![None; logged.len()];
    for home in homes {
        let listed = home.run(&["visit", "list", "--limit", "1000"])?;
        let listed = listed["visits"].as_array().cloned().unwrap_or_default();
        let mut wrong = strangers(&listed, logged);
        for ((seen, marks), logged) in first_seen.iter_mut().zip(&mut marks).zip(logged) {
            let mut here = compare(&listed, logged);
            if here.is_empty() {
                let mut whole = home.run(&["visit", "show", &logged.visit])?;
                // Where it is from is each home's own: written here, or through the hub.
                if let Some(whole) = whole.as_object_mut() {
                    whole.remove("where");
                }
                here.extend(answers(&whole, logged.entry));
                if *seen.get_or_insert_with(|| whole.clone()) != whole {
                    here.push(format!("{}: differs between homes", logged.visit));
                }
            }
            marks.push(if here.is_empty() { "✓" } else { "✗" });
            wrong.extend(here);
        }
        wrong.extend(at_rest(&home.run(&["status"])?));
        wrong.extend(promised(home, logged)?);
        faults.extend(wrong.iter().map(|wrong| format!("{}: {wrong}", home.en)));
    }
    let table = table(homes, logged, &marks);
    Ok(Found { table, faults })
}

/// Visits in a list that nobody recorded.
fn strangers(listed: &[Value], logged: &[Logged]) -> Vec<String> {
    let known = |line: &&Value| logged.iter().any(|l| line["visit"] == *l.visit);
    let unknown = listed.iter().filter(|line| !known(line));
    unknown
        .map(|line| format!("{}: nobody recorded this", line["visit"]))
        .collect()
}

/// What is wrong with a visit in a home's list.
fn compare(listed: &[Value], logged: &Logged) -> Vec<String> {
    let mut found = listed.iter().filter(|line| line["visit"] == *logged.visit);
    let Some(line) = found.next() else {
        return vec![format!("{}: missing", logged.visit)];
    };
    let entry = logged.entry;
    let follow_up = logged.follow_up.as_deref().map_or(Value::Null, Value::from);
    let expected = [
        ("door", Value::from(logged.door.as_str())),
        ("by", Value::from(logged.by)),
        ("outcome", Value::from(entry.outcome)),
        ("summary", Value::from(entry.summary)),
        ("follow_up", follow_up),
    ];
    let differing = expected.iter().filter(|(key, value)| line[*key] != *value);
    let mut wrong: Vec<String> = differing
        .map(|(key, _)| format!("{}: another {key} than was recorded", logged.visit))
        .collect();
    if found.next().is_some() {
        wrong.push(format!("{}: more than once", logged.visit));
    }
    wrong
}

/// What is wrong with the answers of a visit that was read whole.
fn answers(whole: &Value, entry: &Entry) -> Option<String> {
    let kept = whole["answers"].as_array().map_or(&[][..], Vec::as_slice);
    let given = |typed: &&str| {
        let typed = typed.split_once('=');
        kept.iter().any(|kept| {
            typed.is_some_and(|(item, value)| kept["item"] == item && kept["answer"]["en"] == value)
        })
    };
    let all = kept.len() == entry.answers.len() && entry.answers.iter().all(given);
    (!all).then(|| format!("{}: other answers than were given", whole["visit"]))
}

/// What a home still waits for, by its own word.
fn at_rest(status: &Value) -> Vec<String> {
    let counts = [
        "pending",
        "waiting",
        "quarantined",
        "refused",
        "conflicts",
        "unknown",
    ];
    let open = counts.iter().filter(|count| status[**count] != 0);
    open.map(|count| format!("{count} is {}", status[*count]))
        .collect()
}

/// Returns that were promised and do not stand on tomorrow's list.
fn promised(home: &Home, logged: &[Logged]) -> Done<Vec<String>> {
    let mut wrong = Vec::new();
    for logged in logged {
        let Some(day) = &logged.follow_up else {
            continue;
        };
        let round = home.run(&["round", "--grid", super::GRID, "--date", day])?;
        let stands = round["items"].as_array().is_some_and(|items| {
            items
                .iter()
                .filter(|item| item["door"] == *logged.door)
                .any(|item| {
                    let reasons = item["reasons"].as_array();
                    reasons.is_some_and(|all| all.iter().any(|r| r["kind"] == "follow_up"))
                })
        });
        if !stands {
            wrong.push(format!(
                "{}: the promised return is not listed",
                logged.visit
            ));
        }
    }
    Ok(wrong)
}

/// The hub's files must not hold a summary or an author's name as text. It is no proof of secrecy, but it
/// finds the blunder of sending something unsealed.
pub(super) fn hub_holds_no_text(folder: &Path, logged: &[Logged]) -> Done {
    for file in fs::read_dir(folder)? {
        let bytes = fs::read(file?.path())?;
        let told = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
        if logged.iter().any(|l| told(l.entry.summary) || told(l.by)) {
            return Err(Stop::new("the hub's files hold what a worker wrote"));
        }
    }
    Ok(())
}

fn table(homes: &[Home; 3], logged: &[Logged], marks: &[Vec<&str>]) -> String {
    let mut table = Table::new();
    let mut header = vec!["门户\ndoor", "走访人\nby", "结果\noutcome", "小结\nsummary"];
    let titles: Vec<String> = homes
        .iter()
        .map(|h| format!("{}\n{}", h.zh, h.en))
        .collect();
    header.extend(titles.iter().map(String::as_str));
    table.load_style(presets::NOTHING).set_header(header);
    for (logged, marks) in logged.iter().zip(marks) {
        let entry = logged.entry;
        let mut row = vec![
            logged.address.as_str(),
            logged.by,
            entry.outcome,
            entry.summary,
        ];
        row.extend(marks);
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(40)));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::script::FIRST;
    use super::*;

    fn logged() -> Logged {
        Logged {
            visit: "v1".into(),
            door: "d1".into(),
            address: "1栋101".into(),
            by: "李文丽",
            entry: &FIRST[2],
            follow_up: None,
        }
    }

    fn line() -> Value {
        json!({
            "visit": "v1", "door": "d1", "by": "李文丽", "outcome": "nobody_home",
            "summary": FIRST[2].summary, "follow_up": null,
        })
    }

    #[test]
    fn a_visit_that_is_there_once_as_recorded_is_well() {
        assert_eq!(compare(&[line()], &logged()), [""; 0]);
        assert_eq!(strangers(&[line()], &[logged()]), [""; 0]);
    }

    #[test]
    fn a_visit_missing_doubled_changed_or_of_nobody_is_a_fault() {
        assert_eq!(compare(&[], &logged()), ["v1: missing"]);
        assert_eq!(
            compare(&[line(), line()], &logged()),
            ["v1: more than once"]
        );
        let mut other = line();
        other["by"] = json!("王建军");
        assert_eq!(
            compare(&[other], &logged()),
            ["v1: another by than was recorded"]
        );
        let mut stranger = line();
        stranger["visit"] = json!("v2");
        assert_eq!(strangers(&[stranger], &[logged()]).len(), 1);
    }

    #[test]
    fn a_home_that_has_something_open_or_says_nothing_is_not_at_rest() {
        let rest = json!({"pending": 0, "waiting": 0, "quarantined": 0, "refused": 0,
            "conflicts": 0, "unknown": 0});
        assert_eq!(at_rest(&rest), [""; 0]);
        let mut open = rest;
        open["pending"] = json!(2);
        assert_eq!(at_rest(&open), ["pending is 2"]);
        assert_eq!(at_rest(&json!({})).len(), 6);
    }

    #[test]
    fn answers_are_compared_item_by_item() {
        let answer = |item, value| json!({"item": item, "answer": {"zh": "", "en": value}});
        let mut whole =
            json!({"visit": "v", "answers": [answer("gas", "no"), answer("wiring", "yes")]});
        assert_eq!(answers(&whole, &FIRST[1]), None);
        assert!(answers(&whole, &FIRST[0]).is_some());
        whole["answers"][0] = answer("gas", "yes");
        assert!(answers(&whole, &FIRST[1]).is_some());
    }
}
