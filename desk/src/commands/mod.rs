//! The commands: each opens the home, does one thing and gives a [`Reply`].

mod by_file;
mod care;
mod community;
mod correct;
mod decide;
mod doctor;
mod door;
mod draft;
mod export;
mod import;
mod ledger;
mod matter;
mod place;
pub(crate) mod record;
mod report;
mod round;
mod search;
mod sync;
mod template;
mod todo;
mod visit;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorknock::model::Message;
use doorknock::{Doorknock, Env, FileKeyStore};

use crate::cli::{
    Cli, CommunityVerb, ConflictVerb, DoorVerb, LedgerVerb, QuarantineVerb, ReportVerb, Verb,
    VisitVerb,
};
use crate::http::Http;
use crate::lang::Lang;
use crate::output::{self, Failure, Reply};
use crate::records::AnyVerb;

/// The most steps of tidying after one command.
const TIDYING: usize = 64;

/// The key's file in a home.
const KEY: &str = "home.key";

/// Where a command works and for whom it prints.
pub(crate) struct Desk {
    home: PathBuf,
    lang: Lang,
    json: bool,
}

/// Runs a command and prints what came of it.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let lang = cli.common.lang.unwrap_or_else(Lang::of_locale);
    let json = cli.common.json;
    let done = home_folder(cli.common.home).and_then(|home| {
        let reply = dispatch(&Desk { home, lang, json }, cli.command)?;
        if json {
            output::print(&reply.json.to_string())?;
        } else if !reply.text.is_empty() {
            output::print(&reply.text)?;
        }
        Ok(reply.well)
    });
    match done {
        Ok(well) => ExitCode::from(u8::from(!well)),
        Err(failure) => ExitCode::from(output::tell(&failure, lang, json)),
    }
}

fn dispatch(desk: &Desk, verb: AnyVerb) -> Result<Reply, Failure> {
    match verb {
        AnyVerb::Record(kind, verb) => record::run(desk, kind, verb),
        AnyVerb::Fixed(verb) => fixed(desk, *verb),
    }
}

fn fixed(desk: &Desk, verb: Verb) -> Result<Reply, Failure> {
    match verb {
        Verb::Community(CommunityVerb::Create(args)) => community::create(desk, &args),
        Verb::Import(args) => import::import(desk, &args),
        Verb::Invite(args) => community::invite(desk, &args),
        Verb::Join(args) => community::join(desk, &args),
        Verb::Round(args) => match args.verb {
            None => round::round(desk, &args),
            Some(verb) => decide::run(desk, verb),
        },
        Verb::Visit(verb) => visited(desk, verb),
        Verb::Door(DoorVerb::List(args)) => door::list(desk, &args),
        Verb::Door(DoorVerb::Show(args)) => door::show(desk, &args),
        Verb::Care(verb) => care::care(desk, verb),
        Verb::Person(verb) => care::person(desk, verb),
        Verb::Todo => todo::list(desk),
        Verb::Template(verb) => template::template(desk, &verb),
        Verb::Ledger(LedgerVerb::Export(args)) => ledger::export(desk, &args),
        Verb::Report(ReportVerb::Month(args)) => report::month(desk, &args),
        Verb::Export(args) => export::export(desk, &args),
        Verb::Search(args) => search::search(desk, &args),
        Verb::Sync(args) => match (&args.to, &args.from) {
            (Some(path), _) => by_file::write(desk, path, &args),
            (None, Some(path)) => by_file::read(desk, path),
            (None, None) => sync::sync(desk),
        },
        Verb::Status => sync::status(desk),
        Verb::Matter(verb) => matter::run(desk, verb),
        Verb::Note(verb) => record::note(desk, verb),
        Verb::Conflict(ConflictVerb::List) => record::conflicts(desk),
        Verb::Conflict(ConflictVerb::Resolve(args)) => record::resolve(desk, &args.id, args.keep),
        Verb::Quarantine(QuarantineVerb::List) => sync::quarantine(desk),
        Verb::Quarantine(QuarantineVerb::Retry) => sync::retry(desk),
        Verb::Doctor(args) => doctor::run(desk, &args),
    }
}

fn visited(desk: &Desk, verb: VisitVerb) -> Result<Reply, Failure> {
    match verb {
        VisitVerb::Log(args) => draft::log(desk, args),
        VisitVerb::List(args) => visit::list(desk, &args),
        VisitVerb::Show(args) => visit::show(desk, &args),
        VisitVerb::Correct(args) => correct::correct(desk, args),
        VisitVerb::Undo(args) => correct::undo(desk, &args),
        VisitVerb::Confirm(args) => correct::confirm(desk, &args),
        VisitVerb::Draft(verb) => draft::run(desk, &verb),
    }
}

impl Desk {
    fn open(&self) -> Result<Doorknock, Failure> {
        Ok(Doorknock::open(&self.home, &self.keys(), Env::system())?)
    }

    /// For the commands with which a device begins; after a failure they are simply run again.
    fn open_or_create(&self) -> Result<Doorknock, Failure> {
        match Doorknock::open(&self.home, &self.keys(), Env::system()) {
            Err(error) if error.code() == "no_home" => {
                make_private(&self.home);
                Ok(Doorknock::create(&self.home, &self.keys(), Env::system())?)
            }
            opened => Ok(opened?),
        }
    }

    fn keys(&self) -> FileKeyStore {
        FileKeyStore::new(self.home.join(KEY))
    }

    fn net(&self) -> Http {
        Http::new()
    }

    /// After records came in bulk: work that would slow later commands. What is left over is for
    /// the next time, and so is what fails, since the command itself succeeded.
    fn tidy(home: &Doorknock) {
        for _ in 0..TIDYING {
            if !matches!(home.maintain(), Ok(true)) {
                break;
            }
        }
    }

    fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }
}

/// Makes the folder, for its owner only. Whether it can be used is for the core to find out.
fn make_private(folder: &Path) {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let _ = builder.create(folder);
}

/// `--home`, or `DOORKNOCK_HOME`, or the platform's place for a user's data, or `~/.doorknock`.
fn home_folder(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let set = |name| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    let user = || set(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let platform = || {
        if cfg!(windows) {
            set("APPDATA").map(|data| data.join("doorknock"))
        } else if cfg!(target_os = "macos") {
            user().map(|user| user.join("Library/Application Support/doorknock"))
        } else if cfg!(target_os = "linux") {
            let data = set("XDG_DATA_HOME").filter(|data| data.is_absolute());
            data.or_else(|| Some(user()?.join(".local/share")))
                .map(|data| data.join("doorknock"))
        } else {
            None
        }
    };
    let found = given
        .filter(|home| !home.as_os_str().is_empty())
        .or_else(|| set("DOORKNOCK_HOME"));
    found
        .or_else(platform)
        .or_else(|| user().map(|user| user.join(".doorknock")))
        .ok_or_else(|| {
            Failure::usage(Message::new(
                "usage",
                "用法错误：不知道数据放在哪里。请用 --home 指明目录。",
                "Usage: there is no folder for the data. Name one with --home.",
            ))
        })
}
