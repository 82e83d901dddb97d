//! Arguments of `sync`: with the hub, or by file.

use std::path::PathBuf;

use clap::Args;

/// Of `sync`.
#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// 写到文件（U 盘），带给别的设备 / Write a file, to be carried to other devices
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub(crate) to: Option<PathBuf>,
    /// 读入别的设备写的文件 / Read a file that another device wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// 写入全部，包括服务器已收下的 / Write everything, also what the hub has
    #[arg(long, requires = "to", conflicts_with = "from")]
    pub(crate) all: bool,
    /// 覆盖已有的文件 / Replace a file that is there
    #[arg(long, requires = "to", conflicts_with = "from")]
    pub(crate) force: bool,
}
