//! clap's errors as one line in the language asked for. What was typed is not repeated, but for
//! options' names: it may name a person.

use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use doorknock::model::Message;

use crate::lang::Lang;
use crate::output::{self, Failure};
use crate::values::BadValue;

/// Ends a program whose command line was not one to run: shows help or the version, or says what
/// is wrong.
pub(crate) fn end(error: &clap::Error, args: &[OsString]) -> ExitCode {
    let lang = Lang::of_args(args);
    let as_json = args.iter().any(|arg| arg == "--json");
    let failure = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe is the only way this fails; there is nobody left to tell.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        _ => Failure::usage(message(error)),
    };
    ExitCode::from(output::tell(&failure, lang, as_json))
}

fn message(error: &clap::Error) -> Message {
    let (zh, en) = what(error);
    let help = help_command(error);
    Message::new(
        "usage",
        format!("用法错误：{zh}。用 {help} 查看用法。"),
        format!("Usage: {en}. See {help}."),
    )
}

fn what(error: &clap::Error) -> (String, String) {
    let arg = list(error, ContextKind::InvalidArg).join(" ");
    let known = list(error, ContextKind::ValidValue);
    match error.kind() {
        ErrorKind::MissingRequiredArgument => {
            let missing = list(error, ContextKind::InvalidArg);
            (
                format!("缺少 {}", missing.join("、")),
                format!("{} is missing", missing.join(", ")),
            )
        }
        ErrorKind::MissingSubcommand => {
            let known = list(error, ContextKind::ValidSubcommand);
            (
                format!("缺少命令，可用：{}", known.join("、")),
                format!("a command is missing, one of: {}", known.join(", ")),
            )
        }
        ErrorKind::InvalidSubcommand => {
            let near = list(error, ContextKind::SuggestedSubcommand);
            let none = near.is_empty();
            (
                format!(
                    "没有这个命令{}",
                    if none {
                        String::new()
                    } else {
                        format!("，是否指 {}", near.join("、"))
                    }
                ),
                format!(
                    "no such command{}",
                    if none {
                        String::new()
                    } else {
                        format!(", perhaps {}", near.join(", "))
                    }
                ),
            )
        }
        ErrorKind::UnknownArgument => unknown_argument(error, &arg),
        ErrorKind::InvalidValue if list(error, ContextKind::InvalidValue).concat().is_empty() => (
            format!("{arg} 后面缺少内容"),
            format!("{arg} takes a value"),
        ),
        ErrorKind::InvalidValue => (
            format!("{arg} 的内容不可用，可用：{}", known.join("、")),
            format!("{arg} takes one of: {}", known.join(", ")),
        ),
        ErrorKind::ValueValidation => {
            match error
                .source()
                .and_then(|source| source.downcast_ref::<BadValue>())
            {
                Some(BadValue(why)) => (format!("{arg} {}", why.zh), format!("{arg} {}", why.en)),
                None => (
                    format!("{arg} 的内容不可用"),
                    format!("{arg} does not take this value"),
                ),
            }
        }
        ErrorKind::ArgumentConflict => (
            format!("{arg} 重复，或与其他选项冲突"),
            format!("{arg} is repeated or conflicts with another option"),
        ),
        ErrorKind::InvalidUtf8 => ("文字编码不是 UTF-8".into(), "the text is not UTF-8".into()),
        _ => (
            format!("参数 {arg} 写法不对"),
            format!("the argument {arg} is not written as it should be"),
        ),
    }
}

fn unknown_argument(error: &clap::Error, arg: &str) -> (String, String) {
    let name = arg.split('=').next().unwrap_or_default();
    if !name.starts_with('-') || !name.is_ascii() {
        return (
            "多了一个参数；含空格的内容要加引号".into(),
            "there is an argument too many; quote text that has spaces".into(),
        );
    }
    let near = list(error, ContextKind::SuggestedArg).join(" ");
    let (mut zh, mut en) = (
        format!("没有选项 {name}"),
        format!("there is no option {name}"),
    );
    if !near.is_empty() {
        zh += &format!("，是否指 {near}");
        en += &format!(", perhaps {near}");
    }
    (zh, en)
}

fn list(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// `doorknock visit log --help`, from clap's line on usage.
fn help_command(error: &clap::Error) -> String {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let is_word = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let words = usage
        .split_whitespace()
        .skip_while(|word| *word != "doorknock");
    let mut command: Vec<&str> = words
        .take_while(|word| is_word(word) && !word.starts_with('-'))
        .collect();
    if command.is_empty() {
        command.push("doorknock");
    }
    command.push("--help");
    command.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    fn wrong(line: &str) -> Message {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        message(&cli::parse(&args).unwrap_err())
    }

    #[test]
    fn each_kind_of_wrong_usage_is_one_line_that_names_the_way_out() {
        let table = [
            ("doorknock", "缺少命令", "doorknock --help"),
            (
                "doorknock visit",
                "log、list、show、correct、undo、confirm、draft",
                "doorknock visit --help",
            ),
            ("doorknock statu", "是否指 status", "doorknock --help"),
            ("doorknock demo", "没有这个命令", "doorknock --help"),
            (
                "doorknock community create --hub http://h",
                "缺少 --name <NAME>",
                "doorknock community create --help",
            ),
            (
                "doorknock status --hom x",
                "是否指 --home",
                "doorknock status --help",
            ),
            (
                "doorknock status 张三",
                "多了一个参数",
                "doorknock status --help",
            ),
            ("doorknock round --date tomorrow", "应为日期", "doorknock"),
            ("doorknock round --date", "缺少内容", "doorknock"),
            (
                "doorknock invite --role volunteer",
                "可用：worker、staff",
                "doorknock",
            ),
            (
                "doorknock invite --role worker --expires 7",
                "应为时长",
                "doorknock",
            ),
            (
                "doorknock community create --name a --hub hub",
                "应为 http://",
                "doorknock",
            ),
            ("doorknock visit show 12", "应为 32 位", "doorknock"),
            ("doorknock visit list --limit 0", "--limit", "doorknock"),
            (
                "doorknock visit list --limit 1 --limit 2",
                "重复",
                "doorknock",
            ),
        ];
        for (line, expected, help) in table {
            let said = wrong(line);
            assert!(
                said.zh.contains(expected) && said.zh.contains(help),
                "{line}: {}",
                said.zh
            );
            assert!(
                said.en.starts_with("Usage: ") && said.en.contains(help),
                "{line}: {}",
                said.en
            );
            assert!(!said.zh.contains('\n') && !said.en.contains('\n'), "{line}");
            assert!(
                !said.en.contains(|c: char| c > '\u{2fff}'),
                "{line}: {}",
                said.en
            );
        }
    }

    #[test]
    fn what_was_typed_is_not_repeated() {
        for line in [
            "doorknock status 李文丽",
            "doorknock status LiWenli",
            "doorknock join L --name Wang LiWenli",
            "doorknock 李文丽",
            "doorknock join L --name X --李文丽",
            "doorknock invite --role 李文丽",
            "doorknock round --date 李文丽",
            "doorknock visit log --door 1 --outcome met --summery=李文丽",
        ] {
            let said = wrong(line);
            let said = said.to_string();
            assert!(
                !said.contains("李文丽") && !said.contains("LiWenli"),
                "{said}"
            );
        }
    }
}
