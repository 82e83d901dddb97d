//! `doorknock`: the office's program on the command line (docs/design.md).

mod cli;
mod commands;
mod http;
mod lang;
mod matters;
mod output;
mod progress;
mod records;
mod usage;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    match cli::parse(&args) {
        Ok(cli) => commands::run(cli),
        Err(error) => usage::end(&error, &args),
    }
}
