//! What the hub says when it does not do what was asked: a status, a stable code and a sentence in
//! both languages. No sentence carries anything of the request.

use doorknock_sync::wire;

/// One kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 4xx for the asker's fault, 5xx for the hub's.
    pub status: u16,
    /// Stable, lower-case, words joined by underscores.
    pub code: &'static str,
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Refusal {
    /// The answer's body: `[code, zh, en]`.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        wire::encode(&wire::Refusal {
            code: self.code.into(),
            zh: self.zh.into(),
            en: self.en.into(),
        })
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal $code:literal $zh:literal $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Refusal =
            Refusal { status: $status, code: $code, zh: $zh, en: $en };)*
        /// Every refusal.
        pub const ALL: &[Refusal] = &[$($name),*];
    };
}

refusals! {
    /// The body is not what the path takes.
    MALFORMED = 400 "malformed_request"
        "请求格式不正确。请升级应用后重试。"
        "The request is malformed. Update the app and try again.";
    /// The request's signature does not fit its signer's key.
    BAD_SIGNATURE = 401 "bad_signature"
        "请求签名无效。请升级应用后重试。"
        "The request's signature does not hold. Update the app and try again.";
    /// The charter names no such device or invitation.
    UNKNOWN_SIGNER = 403 "unknown_signer"
        "本社区章程中没有这台设备。请先加入社区，或先上传缺少的章程。"
        "The community's charter does not name this device. Join first, or bring the charter up to date.";
    /// The first statement names another hub.
    OTHER_HUB = 403 "other_hub"
        "该社区指定了另一个中转站。请核对中转站地址。"
        "The community names another hub. Check the hub's address.";
    /// A statement that the charter's rules do not admit.
    STATEMENT_REFUSED = 403 "statement_refused"
        "章程不接受这条声明。请先同步，再重试。"
        "The charter does not admit this statement. Sync first, then try again.";
    /// An invitation used more than a day after its end.
    INVITE_EXPIRED = 403 "invite_expired"
        "邀请已过期。请向管理员索取新的邀请。"
        "The invitation has expired. Ask the office for a new one.";
    /// The hub takes no more communities.
    HUB_FULL = 403 "hub_full"
        "中转站的社区数量已达上限。请联系中转站管理员。"
        "The hub takes no more communities. Ask the hub's operator.";
    /// The charter's quota is used up.
    CHARTER_FULL = 403 "charter_full"
        "本社区章程的存储额度已用完。请联系中转站管理员。"
        "The community's room for its charter is used up. Ask the hub's operator.";
    /// A snapshot that this device may not offer, or a part that nobody asked for.
    SNAPSHOT_REFUSED = 403 "snapshot_refused"
        "中转站未采用这份快照。只有社区办公室的设备可以提供快照。"
        "The hub did not take this snapshot. Only the office's devices may offer one.";
    /// The room for snapshots is used up.
    SNAPSHOT_FULL = 403 "snapshot_full"
        "本社区的快照空间已用完。请联系中转站管理员。"
        "The community's room for snapshots is used up. Ask the hub's operator.";
    /// No such path.
    NOT_FOUND = 404 "not_found"
        "没有这个路径。请核对中转站地址。"
        "There is no such path. Check the hub's address.";
    /// The hub does not hold the community.
    UNKNOWN_COMMUNITY = 404 "unknown_community"
        "中转站没有这个社区。请核对中转站地址，或由管理员重新上传章程。"
        "The hub does not hold this community. Check its address, or have the office bring the charter again.";
    /// The snapshot or its part is not here, or not for this device.
    NO_SNAPSHOT = 404 "no_snapshot"
        "中转站没有这份快照。将改为读取完整记录，无需操作。"
        "The hub does not have this snapshot. The full log is read instead; nothing needs to be done.";
    /// Not the path's method.
    METHOD = 405 "method_not_allowed"
        "此路径不支持该请求方法。"
        "The path does not take this method.";
    /// The request took too long.
    TIMEOUT = 408 "timeout"
        "请求超时。请稍后重试。"
        "The request took too long. Try again later.";
    /// The statement does not extend the charter's last one.
    CHARTER_MOVED = 409 "charter_moved"
        "章程已有更新。请先同步，再重试。"
        "The charter has moved on. Sync first, then try again.";
    /// The snapshot is of a log that the hub does not have.
    SNAPSHOT_STALE = 409 "snapshot_stale"
        "快照与中转站的记录不一致，未采用。请先同步，再重试。"
        "The snapshot does not fit the hub's log and was not taken. Sync first, then try again.";
    /// Larger than the hub takes.
    TOO_LARGE = 413 "too_large"
        "请求过大。请分批发送。"
        "The request is too large. Send it in parts.";
    /// The wraps are not the set that the statement names.
    WRAPS_MISMATCH = 422 "wraps_mismatch"
        "随附的密钥与声明不符。请升级应用后重试。"
        "The keys sent along are not those the statement names. Update the app and try again.";
    /// More requests than the limits allow.
    TOO_MANY = 429 "too_many_requests"
        "请求过于频繁。请稍后重试。"
        "Too many requests. Try again later.";
    /// The hub's own fault.
    INTERNAL = 500 "internal"
        "中转站内部错误。记录仍保存在本机，请稍后重试。"
        "The hub failed. Your records are safe on this device; try again later.";
    /// The hub is at its limits.
    BUSY = 503 "busy"
        "中转站繁忙。记录仍保存在本机，请稍后重试。"
        "The hub is busy. Your records are safe on this device; try again later.";
    /// The hub's database failed.
    STORAGE = 503 "storage"
        "中转站存储故障。记录仍保存在本机，请联系中转站管理员。"
        "The hub's storage failed. Your records are safe on this device; tell the hub's operator.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_sentence_is_whole() {
        for (i, refusal) in ALL.iter().enumerate() {
            assert!(
                ALL[..i].iter().all(|other| other.code != refusal.code),
                "{}",
                refusal.code
            );
            assert!(
                refusal.zh.ends_with('。') && refusal.en.ends_with('.'),
                "{}",
                refusal.code
            );
            assert!((400..600).contains(&refusal.status));
            let read: wire::Refusal = wire::decode(&refusal.body()).unwrap();
            assert_eq!(
                (&*read.code, &*read.zh, &*read.en),
                (refusal.code, refusal.zh, refusal.en)
            );
        }
    }
}
