//! Founding a community, inviting to it, joining it.

use std::io::{IsTerminal, stdout};

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::json;

use super::Desk;
use crate::cli::{Create, Invite, Join};
use crate::lang::Lang;
use crate::output::{Failure, Reply};

/// `community create`: `{"community"}`.
pub(super) fn create(desk: &Desk, args: &Create) -> Result<Reply, Failure> {
    let home = desk.open_or_create()?;
    let id = home.create_community(&args.name, &args.hub, &args.admin_name, &desk.net())?;
    let next = desk.pick(
        "社区已创建。下一步：doorknock import 花名册，再用 doorknock invite 邀请网格员。",
        "The community is founded. Next: doorknock import ROSTER, then doorknock invite.",
    );
    let named = desk.pick("编号", "id");
    Ok(Reply::new(
        json!({ "community": id }),
        format!("{next}\n{named}: {id}"),
    ))
}

/// `invite`: `{"link"}`.
pub(super) fn invite(desk: &Desk, args: &Invite) -> Result<Reply, Failure> {
    let link = desk
        .open()?
        .invite(args.role, &args.grid, args.expires, &desk.net())?;
    let role = desk.lang.word(args.role.word(), args.role.zh());
    let mut text = match desk.lang {
        Lang::Zh => format!("邀请（{role}）。链接只能用一次，等同钥匙，请只发给本人："),
        Lang::En => format!(
            "An invitation ({role}). It works once and is a key: send it to its person only:"
        ),
    };
    text = format!("{text}\n{link}");
    if !desk.json
        && stdout().is_terminal()
        && let Some(code) = qr(&link)
    {
        text = format!("{text}\n{code}");
    }
    Ok(Reply::new(json!({ "link": link }), text))
}

/// The link as a QR code; colours for a dark terminal, which scanners also read on a light one.
fn qr(link: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L).ok()?;
    let mut image = code.render::<Dense1x2>();
    Some(
        image
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build(),
    )
}

/// `join`: `{"member", "device"}`.
pub(super) fn join(desk: &Desk, args: &Join) -> Result<Reply, Failure> {
    let home = desk.open_or_create()?;
    let joined = home.join(&args.link, &args.name, &desk.net())?;
    let text = desk.pick(
        "已加入社区。下一步：doorknock sync 取回数据，doorknock today 查看今日清单。",
        "Joined. Next: doorknock sync fetches the records, doorknock today shows the list.",
    );
    Ok(Reply::new(
        json!({ "member": joined.member, "device": joined.device }),
        text,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_usual_length_has_a_code_that_fits_a_terminal() {
        let link = format!("doorknock://join/1/{}", "A".repeat(220));
        let code = qr(&link).unwrap();
        assert!(code.lines().count() <= 40, "{}", code.lines().count());
        assert!(code.lines().all(|line| line.chars().count() <= 80));
        assert_eq!(qr(&"A".repeat(5_000)), None);
    }
}
