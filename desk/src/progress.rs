//! One bar on standard error, where a person is looking.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of steps out of a total; silent when standard error is not a terminal.
pub(crate) fn bar() -> ProgressBar {
    styled(ProgressBar::no_length(), "{bar:30} {pos}/{len}")
}

/// A spinner with a message, for work whose end is not known.
pub(crate) fn spinner() -> ProgressBar {
    styled(ProgressBar::no_length(), "{spinner} {msg}")
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
