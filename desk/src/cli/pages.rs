//! Reading the command line, and its pages of help in both languages.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::Cli;

/// Reads the command line.
///
/// # Errors
/// clap's, also for `--help` and `--version`.
pub(crate) fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

/// The command line with headings in both languages.
pub(crate) fn command() -> Command {
    in_both_languages(Cli::command())
}

fn in_both_languages(command: Command) -> Command {
    const PAGE: &str = "{about-with-newline}\n用法 / Usage:\n  {usage}\n\n{all-args}{after-help}";
    let arranged = |arg: Arg| {
        let positional = arg.is_positional();
        // A command's own options come first.
        let arg = if arg.is_global_set() {
            arg.display_order(1_000)
        } else {
            arg
        };
        arg.help_heading(if positional {
            "参数 / Arguments"
        } else {
            "选项 / Options"
        })
    };
    command
        .help_template(PAGE)
        .subcommand_help_heading("命令 / Commands")
        .subcommand_value_name("COMMAND")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .arg_required_else_help(false)
        .mut_args(arranged)
        .mut_subcommands(in_both_languages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_and_every_text_is_in_both_languages() {
        let mut root = command();
        root.build();
        root.clone().debug_assert();
        let mut open = vec![root];
        while let Some(command) = open.pop() {
            let about = command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(about.contains(" / "), "{}: {about}", command.get_name());
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(
                    help.contains("/ "),
                    "{} {}",
                    command.get_name(),
                    arg.get_id()
                );
            }
            open.extend(command.get_subcommands().cloned());
        }
    }
}
