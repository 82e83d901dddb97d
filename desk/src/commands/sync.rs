//! Syncing, and what is known of where records are.

use doorknock::{FirstSync, Status};
use serde_json::{Value, json};

use super::Desk;
use super::place::{space_json, spaces_text, waiting_json};
use crate::lang::{Lang, clock};
use crate::output::{Failure, Reply, fields, printable, rfc3339, table};
use crate::progress;

/// `sync`: `{"pushed", "relayed", "pulled", "quarantined", "round_trips", "bytes_up", "bytes_down"}`.
pub(super) fn sync(desk: &Desk) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let spinner = progress::spinner();
    let done = home.sync(&desk.net(), &mut |so_far| {
        let mut said = match desk.lang {
            Lang::Zh => format!("已发送 {}，已接收 {}", so_far.pushed, so_far.pulled),
            Lang::En => format!("sent {}, received {}", so_far.pushed, so_far.pulled),
        };
        if let Some(first) = so_far.first_sync {
            said += &first_sync(desk.lang, first);
        }
        spinner.set_message(said);
        spinner.tick();
    });
    spinner.finish_and_clear();
    let report = done?;
    // For those who come later; without it they only take longer, so it is no failure of this sync.
    let _ = home.publish_snapshots(&desk.net());
    Desk::tidy(&home);
    let json = json!({
        "pushed": report.pushed,
        "relayed": report.relayed,
        "pulled": report.pulled,
        "quarantined": report.quarantined,
        "round_trips": report.round_trips,
        "bytes_up": report.bytes_up,
        "bytes_down": report.bytes_down,
    });
    let (up, down) = (kib(report.bytes_up), kib(report.bytes_down));
    let mut text = match desk.lang {
        Lang::Zh => format!(
            "同步完成：发送 {}（{up}），接收 {}（{down}），往返 {} 次。",
            report.pushed, report.pulled, report.round_trips
        ),
        Lang::En => format!(
            "Synced: sent {} ({up}), received {} ({down}), {} round trips.",
            report.pushed, report.pulled, report.round_trips
        ),
    };
    if report.relayed > 0 {
        text += &match desk.lang {
            Lang::Zh => format!("\n替别人送到服务器 {} 份。", report.relayed),
            Lang::En => format!(
                "\n{} entries of others were brought to the hub.",
                report.relayed
            ),
        };
    }
    if report.quarantined > 0 {
        text += &quarantined(desk.lang, report.quarantined);
    }
    Ok(Reply::new(json, text))
}

/// How far a first sync is, for people.
fn first_sync(lang: Lang, first: FirstSync) -> String {
    let percent = first.come.saturating_mul(100) / first.bytes.max(1);
    match (lang, first.today_ready) {
        (Lang::Zh, false) => format!("，首次同步 {percent}%，正在接收今天的门户"),
        (Lang::Zh, true) => format!("，首次同步 {percent}%，今天的门户已可用，正在接收历史记录"),
        (Lang::En, false) => format!(", first sync {percent}%: today's doors"),
        (Lang::En, true) => {
            format!(", first sync {percent}%: today's doors are ready, history follows")
        }
    }
}

/// What to do about what was set aside, on a line of its own.
pub(super) fn quarantined(lang: Lang, count: usize) -> String {
    match lang {
        Lang::Zh => format!("\n有 {count} 条被隔离：doorknock quarantine list"),
        Lang::En => format!("\n{count} were set aside: doorknock quarantine list"),
    }
}

pub(super) fn kib(bytes: usize) -> String {
    if bytes < 1024 {
        format!("{bytes} B")
    } else {
        format!("{} KiB", bytes.div_ceil(1024))
    }
}

/// `status`: `{"pending", "at_hub", "waiting", "quarantined", "conflicts", "last_sync"}` and more.
pub(super) fn status(desk: &Desk) -> Result<Reply, Failure> {
    let home = desk.open()?;
    let (status, info, waiting) = (home.status()?, home.community()?, home.waiting()?);
    let notices: Vec<Value> = status
        .notices
        .iter()
        .map(|notice| json!({ "code": notice.code, "message": desk.lang.say(notice) }))
        .collect();
    let role = info.as_ref().and_then(|info| info.role);
    let json = json!({
        "community": info.as_ref().map(|info| info.id),
        "name": info.as_ref().and_then(|info| info.name.as_deref()),
        "role": role.map(|role| role.word()),
        "member": info.as_ref().map(|info| info.member),
        "device": info.as_ref().map(|info| info.device),
        "hub": info.as_ref().map(|info| info.hub_url.as_str()),
        "pending": status.pending,
        "pending_visits": status.pending_visits,
        "unsent_since": status.unsent_since.as_ref().map(rfc3339),
        "at_hub": status.at_hub,
        "at_hub_visits": status.at_hub_visits,
        "waiting": status.waiting,
        "quarantined": status.quarantined,
        "refused": status.refused,
        "conflicts": status.conflicts,
        "unknown": status.unknown,
        "last_sync": status.last_sync.as_ref().map(rfc3339),
        "to_bring": status.to_bring,
        "spaces": status.spaces.iter().map(|s| space_json(desk.lang, s)).collect::<Vec<_>>(),
        "waiting_for": waiting.iter().map(|w| waiting_json(desk.lang, w)).collect::<Vec<_>>(),
        "notices": notices,
    });
    let head = match &info {
        Some(info) => {
            let name = info.name.clone().unwrap_or_else(|| info.id.to_string());
            let role = role.map(|role| desk.lang.word(role.word(), role.zh()));
            let parts: Vec<String> = [Some(name), role, Some(info.hub_url.clone())]
                .into_iter()
                .flatten()
                .collect();
            printable(&parts.join(" · "))
        }
        None => desk
            .pick("尚未加入社区", "Not in a community yet")
            .to_owned(),
    };
    let mut text = format!("{head}\n{}", status_text(desk.lang, &status));
    if !status.spaces.is_empty() {
        text += &format!("\n\n{}", spaces_text(desk.lang, &status.spaces));
    }
    for wait in &waiting {
        text += &format!("\n… {}", printable(desk.lang.say(&wait.reason)));
    }
    Ok(Reply::new(json, text))
}

fn status_text(lang: Lang, status: &Status) -> String {
    let visits = |all: u64, visits: u64| match lang {
        Lang::Zh => format!("{all}（其中走访 {visits}）"),
        Lang::En => format!("{all} ({visits} visits)"),
    };
    let some = |count: u64| {
        if count == 0 {
            String::new()
        } else {
            count.to_string()
        }
    };
    let never = lang.pick("从未", "never");
    let mut text = fields(&[
        (
            lang.pick("待发送", "pending"),
            visits(status.pending, status.pending_visits),
        ),
        (
            lang.pick("已到服务器", "at the hub"),
            visits(status.at_hub, status.at_hub_visits),
        ),
        (lang.pick("等待前文", "waiting"), some(status.waiting)),
        (lang.pick("被隔离", "quarantined"), some(status.quarantined)),
        (lang.pick("服务器拒收", "refused"), some(status.refused)),
        (
            lang.pick("代带别人的", "to bring for others"),
            some(status.to_bring),
        ),
        (lang.pick("有分歧", "conflicts"), some(status.conflicts)),
        (lang.pick("新版本内容", "unknown"), some(status.unknown)),
        (
            lang.pick("上次同步", "last sync"),
            status.last_sync.as_ref().map_or(never.to_owned(), clock),
        ),
    ]);
    for notice in &status.notices {
        text += &format!("\n! {}", printable(lang.say(notice)));
    }
    text
}

/// `quarantine retry`: `{"applied"}`.
pub(super) fn retry(desk: &Desk) -> Result<Reply, Failure> {
    let applied = desk.open()?.retry_quarantine()?;
    let text = match desk.lang {
        Lang::Zh => format!("重新检查完毕，收下 {applied} 处修改。"),
        Lang::En => format!("Judged again; {applied} changes were taken in."),
    };
    Ok(Reply::new(json!({"applied": applied}), text))
}

/// `quarantine list`: `{"quarantined"}`.
pub(super) fn quarantine(desk: &Desk) -> Result<Reply, Failure> {
    let lines = desk.open()?.quarantine()?;
    let json = json!({
        "quarantined": lines
            .iter()
            .map(|line| json!({
                "entry": line.entry,
                "at": rfc3339(&line.at),
                "code": line.reason.code,
                "message": desk.lang.say(&line.reason),
            }))
            .collect::<Vec<_>>(),
    });
    if lines.is_empty() {
        return Ok(Reply::new(
            json,
            desk.pick("没有被隔离的记录。", "Nothing is set aside."),
        ));
    }
    let header = match desk.lang {
        Lang::Zh => ["时间", "原因", "编号"],
        Lang::En => ["at", "why", "entry"],
    };
    let rows = lines.iter().map(|line| {
        vec![
            clock(&line.at),
            desk.lang.say(&line.reason).to_owned(),
            line.entry.clone(),
        ]
    });
    Ok(Reply::new(json, table(&header, rows)))
}
