//! Errors as people meet them: one sentence in two languages that says what is wrong and what to do,
//! under a stable code. Rich errors of the crates below are turned into these here and nowhere
//! else; nothing of a record ever gets into one.

use doorknock_model::Message;
use doorknock_replica::ReplicaError;
use doorknock_seal::charter::CharterError;
use doorknock_seal::wrap::WrapError;
use doorknock_store::StoreError;

use crate::env::Unreachable;

/// What went wrong. [`Error::message`] is for people, [`Error::code`] for programs.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message())]
pub struct Error(#[from] Kind);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("store")]
    Store(#[from] StoreError),
    #[error("home files")]
    Io(#[from] std::io::Error),
    #[error("hub unreachable")]
    Unreachable(#[from] Unreachable),
    #[error("said")]
    Said(Message),
}

impl Error {
    /// The sentence, in both languages.
    #[must_use]
    pub fn message(&self) -> Message {
        self.0.message()
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.message().code
    }

    /// Whether the fault hook stopped the store; the simulator restarts the home then.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self.0, Kind::Store(StoreError::Stopped))
    }

    /// Whether this device failed, rather than what it was given.
    pub(crate) fn is_local(&self) -> bool {
        match &self.0 {
            Kind::Store(error) => !error.is_of_data(),
            Kind::Io(_) => true,
            _ => self.is_full(),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        matches!(self.0, Kind::Store(StoreError::Full)) || self.code() == PULL_FULL
    }

    pub(crate) fn is_paused(&self) -> bool {
        matches!(self.0, Kind::Store(StoreError::Closed { for_good: false }))
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self.0, Kind::Store(StoreError::Unreadable))
    }
}

impl Kind {
    fn message(&self) -> Message {
        match self {
            Self::Store(error) => store_message(error),
            Self::Io(error) => Message::new(
                "home_io",
                format!(
                    "无法读写本机数据目录（{}）；请检查目录是否存在、权限和磁盘空间。",
                    error.kind()
                ),
                format!(
                    "The home's files cannot be read or written ({}); check the folder, its permissions and the disk.",
                    error.kind()
                ),
            ),
            Self::Unreachable(why) => {
                let (zh, en) = why.words();
                Message::new(
                    "hub_unreachable",
                    format!("连不上服务器（{zh}）；记录都在本机，有信号后再同步。"),
                    format!(
                        "The hub cannot be reached ({en}); everything is kept here, sync again when there is a signal."
                    ),
                )
            }
            Self::Said(message) => message.clone(),
        }
    }
}

fn store_message(error: &StoreError) -> Message {
    match error {
        StoreError::Full => Message::new(
            "disk_full",
            "存储空间已满，这一条没有保存；请清理空间后再试。",
            "The disk is full and this was not saved; free some space and try again.",
        ),
        StoreError::Unreadable => Message::new(
            "home_unreadable",
            "数据库打不开（密钥不符或文件损坏）；文件已原样保留，请勿删除，联系社区管理员。",
            "The database cannot be opened (another key, or damage); the file is kept as it is: do not delete it, ask your administrator.",
        ),
        StoreError::TooNew => Message::new(
            "home_too_new",
            "数据由更新版本的应用写入；请升级应用后再打开。",
            "A newer version wrote this home; update the app and open it again.",
        ),
        StoreError::Stopped => Message::new(
            "stopped",
            "存储已停止；请重新打开。",
            "The store has stopped; open it again.",
        ),
        StoreError::Closed { for_good: false } => Message::new(
            "paused",
            "应用在后台时数据已收起，这一步没有做；回到应用后再试。",
            "This home is paused and nothing was done; resume it and try again.",
        ),
        StoreError::Closed { for_good: true } => Message::new(
            "shut_down",
            "数据已关闭，这一步没有做；请重新打开。",
            "This home was shut down and nothing was done; open it again.",
        ),
        StoreError::BadRow => Message::new(
            "home_damaged",
            "本机数据库有一处内容无法识别；请运行 doctor 检查。",
            "The database holds something that makes no sense; run doctor.",
        ),
        _ => Message::new(
            "database",
            "数据库出错，操作未完成；请重试，若仍出错请运行 doctor。",
            "The database failed and nothing was changed; try again, and run doctor if it goes on.",
        ),
    }
}

pub(crate) fn said(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error(Kind::Said(Message::new(code, zh, en)))
}

impl From<Message> for Error {
    fn from(message: Message) -> Self {
        Self(Kind::Said(message))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io(error) => error.into(),
            error => Self(Kind::Store(error)),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        Self(if full {
            Kind::Store(StoreError::Full)
        } else {
            Kind::Io(error)
        })
    }
}

impl From<Unreachable> for Error {
    fn from(error: Unreachable) -> Self {
        Self(Kind::Unreachable(error))
    }
}

impl From<CharterError> for Error {
    fn from(error: CharterError) -> Self {
        error.message().into()
    }
}

impl From<WrapError> for Error {
    fn from(_: WrapError) -> Self {
        said(
            "key_wrap",
            "服务器给出的空间密钥无法打开；请联系社区管理员重新邀请。",
            "A space key from the hub cannot be opened; ask your administrator for a new invitation.",
        )
    }
}

impl From<ReplicaError> for Error {
    fn from(error: ReplicaError) -> Self {
        match error {
            ReplicaError::TooLarge => said(
                "too_large",
                "内容太长，请缩短后再保存。",
                "This is too long; shorten it and save again.",
            ),
            _ => said(
                "document_unreadable",
                "这份文档在本机无法读取；其他记录不受影响，请运行 doctor。",
                "This document cannot be read here; other records are not affected, run doctor.",
            ),
        }
    }
}

impl From<doorknock_sync::wire::Malformed> for Error {
    fn from(_: doorknock_sync::wire::Malformed) -> Self {
        hub_answer()
    }
}

const PULL_FULL: &str = "pull_full";

/// The disk has no room for what others wrote.
pub(crate) fn pull_full() -> Error {
    said(
        PULL_FULL,
        "存储空间快满了，已停止接收别人的记录；本机还能记录和发送。请清理空间后再同步。",
        "The disk is nearly full, so others' records are not taken in; recording and sending still work. Free some space, then sync again.",
    )
}

/// The hub's answer makes no sense.
pub(crate) fn hub_answer() -> Error {
    said(
        "hub_answer",
        "服务器的回复无法识别；记录都在本机，请稍后再同步，或检查服务器地址。",
        "The hub's answer makes no sense; everything is kept here, sync again later or check the hub's address.",
    )
}

pub(crate) fn not_joined() -> Error {
    said(
        "not_joined",
        "这台设备还没有加入社区；请用邀请链接加入（join），或创建社区。",
        "This device has not joined a community; join with an invitation link, or create a community.",
    )
}

pub(crate) fn not_found(what_zh: &str, what_en: &str) -> Error {
    said(
        "not_found",
        format!("找不到这个{what_zh}；请核对编号，或先同步。"),
        format!("There is no such {what_en} here; check the id, or sync first."),
    )
}

pub(crate) fn no_casework() -> Error {
    said(
        "no_casework",
        "这台设备没有这个网格的走访档案权限；请联系社区管理员。",
        "This device does not hold this grid's casework; ask your administrator.",
    )
}
