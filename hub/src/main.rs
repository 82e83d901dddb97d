//! `doorknock-hub`: relay and durable store of sealed entries.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use doorknock_hub::home::{Home, StartError, write_whole};
use doorknock_hub::rate::Rate;
use doorknock_hub::serve::{Options, listen, run};
use doorknock_hub::service::Config;
use doorknock_model::{Entropy, Message};

/// 敲门中转站：转发并持久保存密封的记录；不持有密钥，读不到内容。
/// / The Doorknock hub: relays and keeps sealed entries; holds no key, reads no record.
#[derive(Debug, Parser)]
#[command(name = "doorknock-hub", version)]
struct Cli {
    /// 提示信息的语言（默认按 LANG）/ Language of messages (by LANG if not given)
    #[arg(long, global = true)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 运行中转站，直到收到 SIGTERM 或 SIGINT / Run the hub until SIGTERM or SIGINT
    Serve(Serve),
}

#[derive(Debug, Args)]
struct Serve {
    /// 数据目录：数据库、密钥与锁 / Folder of the database, the key and the lock
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// 监听地址；端口 0 为任意空闲端口。TLS 由前置代理终止
    /// / Address to listen on; port 0 takes a free one. A proxy in front ends TLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// 监听后把实际地址写入此文件 / Write the bound address to this file once listening
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// 最多接纳的社区数 / The most communities
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    communities: u64,
    /// 每个社区的存储额度（MiB）/ Room for each community's entries, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4_096)]
    quota_mib: u64,
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // Going on with a key somebody could guess would be worse than not starting.
            std::process::abort();
        }
    }
}

/// Chinese unless the command line or the locale says English.
fn language() -> Lang {
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--lang=") {
            Some(value) => Some(value.to_owned()),
            None if arg == "--lang" => args.next(),
            None => continue,
        };
        if let Some(lang) = value.and_then(|value| Lang::from_str(&value, true).ok()) {
            return lang;
        }
    }
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_MESSAGES"))
        .or_else(|| set("LANG"));
    if locale.is_some_and(|locale| locale.starts_with("en")) {
        Lang::En
    } else {
        Lang::Zh
    }
}

fn say(lang: Lang, zh: &str, en: &str) {
    let line = if lang == Lang::Zh { zh } else { en };
    // One line, whatever an error inside it has to say.
    eprintln!("{}", line.replace(['\r', '\n'], " "));
}

fn main() -> ExitCode {
    let lang = language();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(shown)
            if matches!(
                shown.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            let _ = shown.print();
            return ExitCode::SUCCESS;
        }
        Err(usage) => {
            let text = usage.to_string();
            let what = text.split("\n\n").next().unwrap_or_default();
            let what = what.strip_prefix("error: ").unwrap_or(what);
            say(
                lang,
                &format!("用法错误：{what}。用 doorknock-hub serve --help 查看用法。"),
                &format!("Usage: {what}. See doorknock-hub serve --help."),
            );
            return ExitCode::from(2);
        }
    };
    let Command::Serve(options) = cli.command;
    match serve(&options, lang) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let Message { zh, en, .. } = error.message();
            say(lang, &zh, &en);
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Serve, lang: Lang) -> Result<(), StartError> {
    let home = Home::open(&options.data, &SystemEntropy)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        // Heard from here on: a signal that comes right after the port file stops the hub well.
        let stop = stop_signal()?;
        let listener = listen(options.listen)?;
        let address = listener.local_addr()?;
        if let Some(file) = &options.port_file {
            write_whole(file, &format!("{address}\n"))?;
        }
        say(
            lang,
            &format!("中转站已在 {address} 运行"),
            &format!("The hub runs at {address}"),
        );
        run(home, listener, tuned(options), stop, |line| {
            eprintln!("doorknock-hub: {line}")
        })
        .await
    });
    runtime.shutdown_timeout(Duration::from_secs(10));
    served?;
    say(lang, "中转站已停止", "The hub has stopped");
    Ok(())
}

fn tuned(options: &Serve) -> Options {
    let config = Config {
        entry_quota: options.quota_mib.saturating_mul(1 << 20),
        communities: options.communities,
        // A phone syncs every few minutes; one that catches up asks again and again at once.
        device_rate: Some(Rate {
            burst: 600,
            per_minute: 300,
        }),
        ..Config::default()
    };
    Options {
        config,
        ..Options::default()
    }
}

fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, StartError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    })
}
