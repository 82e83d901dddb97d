//! The calls of the core as suspending functions, written from the generated interface: one line each, with its
//! documentation. By hand they would be a hundred lines that say the same and forget the newest.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::run::{Done, Stop};

/// What the shim writes itself, since it does more than to pass on.
const BY_HAND: [&str; 4] = ["observe", "pause", "resume", "shutdown"];

const HEAD: &str = "\
// Written by `cargo xtask` from the generated interface of the core.
package doorknock

import doorknock.core.*

/** The calls of the core that need no hub. Each suspends, works on another thread, and is finished once it has begun. */
public abstract class HomeCalls internal constructor() {
    internal abstract suspend fun <T> on(block: (Doorknock) -> T): T
";

/// Reads the generated Kotlin and writes the suspending side.
pub(super) fn write(generated: &Path, out: &Path) -> Done {
    let source = fs::read_to_string(generated)?;
    let written = suspending(&source)?;
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(out, written)?)
}

fn suspending(source: &str) -> Done<String> {
    let (_, rest) = source
        .split_once("public interface DoorknockInterface {\n")
        .ok_or_else(|| Stop::new("the generated Kotlin has no DoorknockInterface"))?;
    let (body, _) = rest
        .split_once("companion object")
        .ok_or_else(|| Stop::new("DoorknockInterface has no end"))?;
    let mut out = HEAD.to_owned();
    let mut doc = String::new();
    for line in body.lines() {
        let Some(signature) = line.trim().strip_prefix("fun ") else {
            if line.trim() == "/**" {
                doc.clear();
            }
            if !line.trim().is_empty() {
                doc.push_str(&plain(line));
                doc.push('\n');
            }
            continue;
        };
        if let Some(call) = call(signature)? {
            write!(out, "\n{doc}    {call}\n").ok();
        }
        doc.clear();
    }
    out.push_str("}\n");
    Ok(out)
}

/// A line of documentation without Rust's links, which lead nowhere in Kotlin.
fn plain(line: &str) -> String {
    let plain = line.replace("[`crate::", "`").replace("[`", "`");
    plain.replace("`]", "`").replace("::", ".")
}

/// One call, or none where it is written by hand: what needs the hub, and the life of a home.
fn call(signature: &str) -> Done<Option<String>> {
    let odd = || Stop::new(format!("not understood: fun {signature}"));
    let signature = signature.replace('`', "");
    let (name, rest) = signature.split_once('(').ok_or_else(odd)?;
    let (parameters, result) = rest.rsplit_once(')').ok_or_else(odd)?;
    let result = result.trim_start_matches(':').trim();
    if result == "HubCall" || BY_HAND.contains(&name) {
        return Ok(None);
    }
    let result = if result.is_empty() { "Unit" } else { result };
    let names = names(parameters).ok_or_else(odd)?.join(", ");
    Ok(Some(format!(
        "public suspend fun {name}({parameters}): {result} = on {{ it.{name}({names}) }}"
    )))
}

/// The names of parameters; a comma inside a type's brackets separates none.
fn names(parameters: &str) -> Option<Vec<&str>> {
    let mut depth = 0_i32;
    let separate = |c: char| {
        depth += match c {
            '<' | '(' => 1,
            '>' | ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    };
    parameters
        .split(separate)
        .filter(|parameter| !parameter.trim().is_empty())
        .map(|parameter| Some(parameter.split_once(':')?.0.trim()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENERATED: &str = "\
public interface DoorknockInterface {

    /**
     * Today's list, of [`Round::items`].
     */
    fun `today`(`grid`: kotlin.String? = null, `more`: Map<kotlin.String, List<Uuid>>): Round

    /**
     * Talks to the hub.
     */
    fun `sync`(): HubCall

    fun `pause`()

    fun `forget`()
    companion object
}
fun `elsewhere`()
";

    #[test]
    fn each_call_that_needs_no_hub_becomes_one_suspending_line_with_its_documentation() {
        let written = suspending(GENERATED).unwrap();
        let calls: Vec<_> = written
            .lines()
            .filter(|line| line.contains("suspend fun ") && line.contains("public"))
            .map(str::trim)
            .collect();
        assert_eq!(
            calls,
            [
                "public suspend fun today(grid: kotlin.String? = null, more: Map<kotlin.String, List<Uuid>>): Round = on { it.today(grid, more) }",
                "public suspend fun forget(): Unit = on { it.forget() }",
            ]
        );
        assert!(written.contains(
            "     * Today's list, of `Round.items`.\n     */\n    public suspend fun today("
        ));
        assert!(!written.contains("Talks to the hub"));
    }

    #[test]
    fn a_generator_that_writes_otherwise_is_noticed() {
        assert!(suspending("interface Doorknock {}").is_err());
        assert!(call("broken").is_err());
    }
}
