//! Checking a home, and salvaging one that is damaged.

use std::path::Path;

use doorknock::model::Message;
use doorknock::{DoctorReport, Doorknock, Env, FileKeyStore, Salvaged};
use serde_json::{Value, json};

use super::{Desk, KEY, make_private};
use crate::cli;
use crate::lang::Lang;
use crate::output::{Failure, Reply, table};

pub(super) fn run(desk: &Desk, args: &cli::Doctor) -> Result<Reply, Failure> {
    match &args.salvage {
        Some(folder) => salvage(desk, folder),
        None => doctor(desk),
    }
}

/// `doctor`: `{"ok", "checks"}`; exit code 1 when a check fails, one that does not open too.
fn doctor(desk: &Desk) -> Result<Reply, Failure> {
    let home = Doorknock::open(&desk.home, &desk.keys(), Env::system());
    let report = match home.and_then(|home| home.doctor()) {
        Err(error) if error.code() == "home_unreadable" => {
            return Ok(unreadable(desk, &error.message()));
        }
        report => report?,
    };
    Ok(checked(desk, &report))
}

fn checked(desk: &Desk, report: &DoctorReport) -> Reply {
    let lang = desk.lang;
    let checks = report.checks.iter().map(|check| {
        let name = lang.pick(&check.name.zh, &check.name.en);
        let detail = lang.pick(&check.detail.zh, &check.detail.en);
        (check.code, name, check.ok, detail)
    });
    reply(desk, checks.collect())
}

/// What there is to say of a home that does not open.
fn unreadable(desk: &Desk, message: &Message) -> Reply {
    let detail = format!(
        "{} {}",
        desk.lang.say(message),
        desk.pick(
            "可把还能读的内容抢救到新目录：doorknock doctor --salvage 新目录",
            "What still reads can be salvaged into a new folder: doorknock doctor --salvage DIR",
        )
    );
    let name = desk.pick("数据库文件", "database file");
    reply(desk, vec![("database", name, false, &detail)])
}

fn reply(desk: &Desk, checks: Vec<(&str, &str, bool, &str)>) -> Reply {
    let well = checks.iter().all(|check| check.2);
    let each = checks.iter().map(
        |(code, name, ok, detail)| json!({"check": code, "name": name, "ok": ok, "detail": detail}),
    );
    let json = json!({"ok": well, "checks": each.collect::<Vec<_>>()});
    let rows = checks.iter().map(|(_, name, ok, detail)| {
        let mark = if *ok { "✓" } else { "✗" };
        vec![mark.to_owned(), (*name).to_owned(), (*detail).to_owned()]
    });
    let header = ["", desk.pick("检查", "check"), desk.pick("结果", "result")];
    Reply {
        json,
        text: table(&header, rows),
        well,
    }
}

/// `doctor --salvage DIR`: `{"home", "pages", "unreadable_pages", "kept", "lost", "kinds", "pending",
/// "pending_visits", "waiting", "quarantined", "maybe_unsent"}`.
fn salvage(desk: &Desk, folder: &Path) -> Result<Reply, Failure> {
    make_private(folder);
    let keys = FileKeyStore::new(folder.join(KEY));
    let done = Doorknock::salvage(
        &desk.home,
        &desk.keys(),
        folder,
        &keys,
        Env::system(),
        &desk.net(),
    )?;
    let by_code = |of: fn(&doorknock::SalvageLine) -> u64| {
        let each = done
            .lines
            .iter()
            .map(|line| (line.code.to_owned(), of(line).into()));
        each.collect::<serde_json::Map<String, Value>>()
    };
    let kinds = done
        .kinds
        .iter()
        .map(|(kind, count)| json!({"kind": desk.pick(&kind.zh, &kind.en), "changes": count}));
    let json = json!({
        "home": folder,
        "pages": done.pages,
        "unreadable_pages": done.unreadable_pages,
        "kept": by_code(|line| line.kept),
        "lost": by_code(|line| line.lost),
        "kinds": kinds.collect::<Vec<_>>(),
        "pending": done.status.pending,
        "pending_visits": done.status.pending_visits,
        "waiting": done.status.waiting,
        "quarantined": done.status.quarantined,
        "maybe_unsent": done.maybe_unsent,
    });
    Ok(Reply::new(json, told(desk, folder, &done)))
}

fn told(desk: &Desk, folder: &Path, done: &Salvaged) -> String {
    let rows = done.lines.iter().map(|line| {
        let name = desk.pick(&line.name.zh, &line.name.en).to_owned();
        vec![name, line.kept.to_string(), line.lost.to_string()]
    });
    let kinds = done.kinds.iter().map(|(kind, count)| {
        let name = desk.pick(&kind.zh, &kind.en);
        vec![format!("  {name}"), count.to_string(), String::new()]
    });
    let header = ["", desk.pick("保留", "kept"), desk.pick("丢失", "lost")];
    let table = table(&header, rows.chain(kinds));
    let Salvaged {
        pages,
        unreadable_pages,
        maybe_unsent,
        status,
        ..
    } = done;
    let (pending, visits, waiting) = (status.pending, status.pending_visits, status.waiting);
    let folder = folder.display();
    match desk.lang {
        Lang::Zh => format!(
            "{table}\n共 {pages} 页，{unreadable_pages} 页读不出。\n\
             本机记下、服务器尚未签收的修改 {pending} 条（其中走访 {visits} 次），下次同步时发送。\n\
             等待前文的修改 {waiting} 条，同步后自动补齐。丢失的修改中，至多 {maybe_unsent} 条可能从未发送。\n\
             新数据目录：{folder}。今后只用它，并马上同步一次：doorknock --home {folder} sync\n\
             原目录未改动，请保留，不要再用它记录。"
        ),
        Lang::En => format!(
            "{table}\nOf {pages} pages, {unreadable_pages} do not read.\n\
             {pending} changes ({visits} visits) were recorded here and have no receipt from the hub; the next sync sends them.\n\
             {waiting} changes wait for earlier ones, which the next sync brings. Of those lost, at most {maybe_unsent} may never have been sent.\n\
             The new home is {folder}. Use only that from now on, and sync at once: doorknock --home {folder} sync\n\
             The old folder is as it was: keep it, and record nothing there any more."
        ),
    }
}
