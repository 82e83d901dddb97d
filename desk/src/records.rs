//! The commands of records, made from their declarations: one for each general kind, with an option for
//! each field.

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, Subcommand};
use doorknock::Doorknock;
use doorknock::model::kind::{Data, Field, Kind, Member, Merge, Shape};

use crate::cli::Verb;

/// What is done to a record.
#[derive(Debug)]
pub(crate) enum RecordVerb {
    /// A new one.
    Add {
        grid: Option<String>,
        values: Values,
    },
    /// Those there are.
    List { grid: Option<String>, all: bool },
    /// All of one.
    Show { id: String },
    /// Other values of plain fields.
    Edit {
        id: String,
        version: Option<String>,
        values: Values,
    },
    /// One more of a field that holds many.
    Append {
        field: &'static Field,
        id: String,
        item: Option<String>,
        data: Data,
    },
    /// Another text in the place of one.
    Write {
        field: &'static Field,
        id: String,
        item: Option<String>,
        version: Option<String>,
        text: String,
    },
    /// Who wrote what of a text.
    History {
        field: &'static Field,
        id: String,
        item: Option<String>,
    },
    /// No more of it.
    End {
        id: String,
        version: Option<String>,
        data: Option<Data>,
    },
}

/// Plain fields with what was typed for them.
pub(crate) type Values = Vec<(&'static str, Data)>;

/// Every command there is.
#[derive(Debug)]
pub(crate) enum AnyVerb {
    /// One with words of its own.
    Fixed(Box<Verb>),
    /// One of a kind of record.
    Record(&'static Kind, RecordVerb),
}

impl Subcommand for AnyVerb {
    fn augment_subcommands(command: Command) -> Command {
        let records = Doorknock::record_kinds().map(kind_command);
        Verb::augment_subcommands(command).subcommands(records)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Doorknock::record_kinds().any(|k| k.name == name) || Verb::has_subcommand(name)
    }
}

impl FromArgMatches for AnyVerb {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let found = matches.subcommand().and_then(|(name, matches)| {
            let kind = Doorknock::record_kinds().find(|k| k.name == name)?;
            Some((kind, record_verb(kind, matches)?))
        });
        match found {
            Some((kind, verb)) => Ok(Self::Record(kind, verb)),
            None => Verb::from_arg_matches(matches).map(|verb| Self::Fixed(Box::new(verb))),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn plain(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    kind.fields.iter().filter(|f| !f.keyed && !f.ends)
}

fn keyed(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    kind.fields.iter().filter(|f| f.keyed)
}

fn texts(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    kind.fields.iter().filter(|f| f.merge == Merge::Text)
}

fn kind_command(kind: &'static Kind) -> Command {
    let about = format!("{} / Records of kind {}", kind.zh, kind.name);
    let grid = || {
        let help = "网格（只负责一个时可省略）/ The grid (not needed by who has only one)";
        let arg = Arg::new("grid").long("grid").value_name("CODE");
        arg.help(help).hide(!kind.space.per_grid())
    };
    let add = said("add", "新增", "Add one")
        .visible_alias("open")
        .arg(grid())
        .args(plain(kind).map(|f| field_option(f).required(f.needed)));
    let list = said("list", "列表", "List them")
        .arg(grid())
        .arg(flag("all", "包括已结束的 / Those that have ended too"));
    let edit = said(
        "edit",
        "修改；空内容表示清除",
        "Change it; empty text clears a field",
    )
    .args([id(), version()])
    .args(plain(kind).map(field_option));
    let mut command = Command::new(kind.name)
        .about(about)
        .subcommand_required(true)
        .subcommand(add)
        .subcommand(list)
        .subcommand(said("show", "全部内容", "All of one").arg(id()))
        .subcommand(edit);
    if keyed(kind).next().is_some() {
        let fields = keyed(kind).map(append_command);
        command = command.subcommand(group("append", "加一条", "Add to it").subcommands(fields));
    }
    if texts(kind).next().is_some() {
        let write = |f: &'static Field| text_command(f).arg(version()).arg(text_option());
        let fields = texts(kind).map(write);
        command = command
            .subcommand(group("write", "改写文字", "Write a text anew").subcommands(fields))
            .subcommand(
                group("history", "谁写了什么", "Who wrote what")
                    .subcommands(texts(kind).map(text_command)),
            );
    }
    if let Some(field) = kind.ending() {
        let end = said("end", "结束", "End it").visible_alias("close");
        command = command.subcommand(end.args([id(), version()]).args(part_options(field)));
    }
    command
}

fn said(name: &'static str, zh: &str, en: &str) -> Command {
    Command::new(name).about(format!("{zh} / {en}"))
}

fn group(name: &'static str, zh: &str, en: &str) -> Command {
    said(name, zh, en).subcommand_required(true)
}

fn append_command(field: &'static Field) -> Command {
    let mut command = said(field.name, field.zh, field.name).arg(id());
    if let Some(words) = field.keys {
        let words = words.iter().map(|w| w.word).collect::<Vec<_>>().join("|");
        let help = format!("哪一项：{words} / Which: {words}");
        command = command.arg(
            Arg::new("item")
                .required(true)
                .value_name("ITEM")
                .help(help),
        );
    }
    command.args(part_options(field))
}

fn text_command(field: &'static Field) -> Command {
    let command = said(field.name, field.zh, field.name).arg(id());
    let item = Arg::new("item").required(true).value_name("ITEM");
    let item = item.help("哪一条，编号的开头即可 / Which one, by the beginning of its id");
    if field.keyed {
        command.arg(item)
    } else {
        command
    }
}

/// The options of a field's value: one for each part of a record.
fn part_options(field: &'static Field) -> Vec<Arg> {
    match field.shape {
        Shape::Record(members) => members
            .iter()
            .map(|m| option(m.name, m.zh, m.shape).required(m.needed && m.name != ON))
            .collect(),
        _ if field.merge == Merge::Text => vec![text_option()],
        shape => vec![option(ON, field.zh, shape)],
    }
}

/// The day something ends is today if none is given.
const ON: &str = "on";

fn field_option(field: &Field) -> Arg {
    option(field.name, field.zh, field.shape)
}

fn option(name: &'static str, zh: &str, shape: Shape) -> Arg {
    let (zh_hint, en_hint) = shape.hint();
    let many = matches!(shape, Shape::Texts | Shape::Ids);
    let (zh_more, en_more) = if many {
        ("，可重复", "; may be repeated")
    } else {
        ("", "")
    };
    let english = name.replace('_', " ");
    Arg::new(name)
        .long(name.replace('_', "-"))
        .value_name("VALUE")
        .allow_hyphen_values(true)
        .action(if many {
            ArgAction::Append
        } else {
            ArgAction::Set
        })
        .help(format!(
            "{zh}（{zh_hint}{zh_more}）/ {english} ({en_hint}{en_more})"
        ))
}

fn id() -> Arg {
    Arg::new("id")
        .required(true)
        .value_name("ID")
        .help("编号，或其开头至少 4 位 / The id, or at least 4 of its first digits")
}

fn version() -> Arg {
    let help = "修改时看到的版本（见 show）/ The version the change is based on (see show)";
    Arg::new("version")
        .long("version")
        .value_name("VERSION")
        .help(help)
}

fn text_option() -> Arg {
    Arg::new("text")
        .long("text")
        .required(true)
        .allow_hyphen_values(true)
        .value_name("TEXT")
        .help("文字 / The text")
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

fn record_verb(kind: &'static Kind, matches: &ArgMatches) -> Option<RecordVerb> {
    let (verb, matches) = matches.subcommand()?;
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let id = || text("id").unwrap_or_default();
    Some(match verb {
        "add" => RecordVerb::Add {
            grid: text("grid"),
            values: values(kind, matches),
        },
        "list" => RecordVerb::List {
            grid: text("grid"),
            all: matches.get_flag("all"),
        },
        "show" => RecordVerb::Show { id: id() },
        "edit" => RecordVerb::Edit {
            id: id(),
            version: text("version"),
            values: values(kind, matches),
        },
        "end" => RecordVerb::End {
            id: id(),
            version: text("version"),
            data: kind.ending().and_then(|f| parts(f, matches)),
        },
        _ => field_verb(kind, verb, matches)?,
    })
}

fn field_verb(kind: &'static Kind, verb: &str, matches: &ArgMatches) -> Option<RecordVerb> {
    let (name, matches) = matches.subcommand()?;
    let field = kind.field_named(name)?;
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let (id, item) = (text("id")?, text("item"));
    Some(match verb {
        "append" => RecordVerb::Append {
            field,
            id,
            item,
            data: parts(field, matches).unwrap_or(Data::Null),
        },
        "write" => RecordVerb::Write {
            field,
            id,
            item,
            version: text("version"),
            text: text("text")?,
        },
        _ => RecordVerb::History { field, id, item },
    })
}

fn values(kind: &'static Kind, matches: &ArgMatches) -> Values {
    plain(kind)
        .filter_map(|f| Some((f.name, typed(f.name, f.shape, matches)?)))
        .collect()
}

/// A field's value from the options of its parts; nothing if none was given.
fn parts(field: &'static Field, matches: &ArgMatches) -> Option<Data> {
    let part = |m: &'static Member| Some((m.name.to_owned(), typed(m.name, m.shape, matches)?));
    match field.shape {
        Shape::Record(members) => {
            let parts: Vec<_> = members.iter().filter_map(part).collect();
            (!parts.is_empty()).then_some(Data::Map(parts))
        }
        shape if field.merge == Merge::Text => typed("text", shape, matches),
        shape => typed(ON, shape, matches),
    }
}

fn typed(name: &str, shape: Shape, matches: &ArgMatches) -> Option<Data> {
    let given: Vec<&String> = matches.try_get_many(name).ok()??.collect();
    let many = matches!(shape, Shape::Texts | Shape::Ids);
    Some(match given[..] {
        // Cleared, or several in one go.
        [text] if text.trim().is_empty() => Data::Null,
        [text] => Data::text(text),
        _ if many => Data::List(given.into_iter().map(Data::text).collect()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_named_like_an_option_of_every_command() {
        let taken = [
            "home", "json", "lang", "help", "id", "grid", "version", "all", "item", "text",
        ];
        for kind in Doorknock::record_kinds() {
            assert!(!Verb::has_subcommand(kind.name), "{}", kind.name);
            for field in kind.fields {
                assert!(!taken.contains(&field.name), "{} {}", kind.name, field.name);
            }
        }
    }
}
