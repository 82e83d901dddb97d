//! The two languages of what people read. Programs read `--json`, whose words never change.

use std::ffi::OsString;

use chrono::{DateTime, FixedOffset};
use clap::ValueEnum;
use doorknock::model::Message;
use doorknock::model::cadence::Cadence;
use doorknock::model::checklist::Label;
use doorknock_desk::sheet_file::Words;

/// A language for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// Chinese for a Chinese locale and where there is none, English for any other.
    pub(crate) fn of_locale() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = set("LC_ALL")
            .or_else(|| set("LC_MESSAGES"))
            .or_else(|| set("LANG"));
        match locale {
            Some(locale) if !locale.to_lowercase().starts_with("zh") => Self::En,
            _ => Self::Zh,
        }
    }

    /// The language of a command line that could not be read.
    pub(crate) fn of_args(args: &[OsString]) -> Self {
        let mut args = args.iter().map(|arg| arg.to_string_lossy());
        while let Some(arg) = args.next() {
            let value = match arg.strip_prefix("--lang") {
                Some("") => args.next().unwrap_or_default().into_owned(),
                Some(rest) => rest.trim_start_matches('=').to_owned(),
                None => continue,
            };
            if let Ok(lang) = <Self as ValueEnum>::from_str(&value, true) {
                return lang;
            }
        }
        Self::of_locale()
    }

    /// The text in this language.
    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The sentence in this language.
    pub(crate) fn say(self, message: &Message) -> &str {
        self.pick(&message.zh, &message.en)
    }

    /// How a workbook's words are written.
    pub(crate) const fn words(self) -> Words {
        match self {
            Self::Zh => Words::Chinese,
            Self::En => Words::English,
        }
    }

    /// A word of the data model: its Chinese term, or its code as English words.
    pub(crate) fn word(self, word: &str, zh: &str) -> String {
        match self {
            Self::Zh => zh.to_owned(),
            Self::En => word.replace('_', " "),
        }
    }

    /// How often, from the form in documents (`weekly`, `every:10`, `weekdays:135`).
    pub(crate) fn cadence(self, cadence: &str) -> String {
        cadence
            .parse::<Cadence>()
            .map_or_else(|_| cadence.to_owned(), |known| self.label(&known.label()))
    }

    /// A label in this language.
    pub(crate) fn label(self, label: &Label) -> String {
        self.pick(&label.zh, &label.en).to_owned()
    }
}

/// A time for people.
pub(crate) fn clock(time: &DateTime<FixedOffset>) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_found_in_arguments_that_are_otherwise_wrong() {
        let of =
            |args: &[&str]| Lang::of_args(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of(&["doorknock", "walk", "--lang", "en"]), Lang::En);
        assert_eq!(of(&["doorknock", "--lang=zh", "walk"]), Lang::Zh);
        assert_eq!(of(&["doorknock", "--lang"]), Lang::of_locale());
        assert_eq!(of(&["doorknock", "--lang", "fr"]), Lang::of_locale());
    }

    #[test]
    fn cadences_read_as_people_say_them() {
        for (cadence, zh, en) in [
            ("weekly", "每周", "weekly"),
            ("every:10", "每 10 天", "every 10 days"),
            ("weekdays:15", "每周一、五", "Mon Fri"),
            ("weekdays:7", "每周日", "Sun"),
            ("later:3", "later:3", "later:3"),
        ] {
            assert_eq!(Lang::Zh.cadence(cadence), zh);
            assert_eq!(Lang::En.cadence(cadence), en);
        }
    }
}
