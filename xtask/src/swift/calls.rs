//! Writes the calls of the Swift actor that need nothing but the core: one for each call of the generated object,
//! with its documentation, so that none is forgotten and none drifts.

use crate::run::{Done, Stop};

/// Calls that the package writes by hand, since they do more than call.
const BY_HAND: [&str; 4] = ["observe", "pause", "resume", "shutdown"];

const HEAD: &str = "\
// Generated from the core by `cargo xtask`; do not edit.

import DoorknockCore
import Foundation

extension DoorknockHome {
";

/// The Swift file, from the generated module's text.
pub(super) fn write(module: &str) -> Done<String> {
    let calls = calls(module)?;
    let mut text = HEAD.to_owned();
    for call in calls.iter().filter(|call| call.plain()) {
        text.push_str(&call.forward());
    }
    text.push_str("}\n");
    Ok(text)
}

/// The calls that need the hub, each of which the package has to carry by hand.
pub(super) fn carried(module: &str) -> Done<Vec<String>> {
    let calls = calls(module)?;
    let carried = calls.into_iter().filter(|call| call.result == "HubCall");
    Ok(carried.map(|call| call.name).collect())
}

/// Names that Swift's own library, Foundation or SwiftUI has: an app's file that imports both would be ambiguous.
const TAKEN: [&str; 40] = [
    "Alert",
    "Binding",
    "Button",
    "Calendar",
    "Clock",
    "Color",
    "Data",
    "Date",
    "Duration",
    "Environment",
    "Error",
    "Form",
    "Grid",
    "Group",
    "Image",
    "Label",
    "Link",
    "List",
    "Locale",
    "Menu",
    "Notification",
    "Path",
    "Picker",
    "Process",
    "Progress",
    "Result",
    "Scene",
    "Section",
    "Set",
    "State",
    "Table",
    "Task",
    "Text",
    "Thread",
    "Toggle",
    "Unit",
    "View",
    "Window",
    "Measurement",
    "Operation",
];

/// The public types of the generated module that have such a name.
pub(super) fn ambiguous(module: &str) -> Vec<&str> {
    let words = ["struct ", "enum ", "class ", "protocol ", "typealias "];
    let named = module.lines().filter_map(|line| {
        let line = line.trim_start();
        let declared = line
            .strip_prefix("public ")
            .or(line.strip_prefix("open "))?;
        let declared = declared.strip_prefix("indirect ").unwrap_or(declared);
        let name = words.iter().find_map(|word| declared.strip_prefix(word))?;
        name.split(|c: char| !c.is_alphanumeric()).next()
    });
    named.filter(|name| TAKEN.contains(name)).collect()
}

/// A call as the generated class has it.
struct Call {
    docs: String,
    name: String,
    arguments: String,
    throws: bool,
    result: String,
}

fn calls(module: &str) -> Done<Vec<Call>> {
    let class = "open class CoreHome:";
    let (_, body) = module
        .split_once(class)
        .ok_or_else(|| Stop::new(format!("the generated Swift has no {class}")))?;
    // Its methods' closing braces stand at the margin too, so its end is where its converter begins.
    let (body, _) = body
        .split_once("\npublic struct FfiConverter")
        .unwrap_or((body, ""));
    let mut docs = String::new();
    let mut found = Vec::new();
    for line in body.lines() {
        if line.trim_start().starts_with("/**") {
            docs.clear();
        }
        if line.trim_start().starts_with(['/', '*']) {
            docs.push_str(line);
            docs.push('\n');
        } else if let Some(call) = line.strip_prefix("open func ") {
            found.push(read(call, std::mem::take(&mut docs))?);
        }
    }
    if found.is_empty() {
        return Err(Stop::new("the generated Swift has no calls"));
    }
    Ok(found)
}

/// `visits(door: Uuid?, limit: UInt32 = 50)throws  -> [Visit]  {`
fn read(line: &str, docs: String) -> Done<Call> {
    let strange = || Stop::new(format!("a generated call of a new shape: {line}"));
    let (name, rest) = line.split_once('(').ok_or_else(strange)?;
    let (arguments, tail) = closed(rest).ok_or_else(strange)?;
    let tail = tail.split('{').next().unwrap_or_default().trim();
    let throws = tail.starts_with("throws");
    let result = tail
        .split_once("->")
        .map_or("", |(_, result)| result.trim());
    Ok(Call {
        docs,
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        throws,
        result: result.to_owned(),
    })
}

impl Call {
    fn plain(&self) -> bool {
        self.result != "HubCall" && !BY_HAND.contains(&self.name.as_str())
    }

    fn forward(&self) -> String {
        let Self {
            name, arguments, ..
        } = self;
        let (throws, attempt) = if self.throws {
            (" throws", "try ")
        } else {
            ("", "")
        };
        let result = match self.result.as_str() {
            "" => String::new(),
            result => format!(" -> {result}"),
        };
        let labels: Vec<_> = split(arguments)
            .into_iter()
            .filter_map(|argument| argument.split_once(':'))
            .map(|(label, _)| {
                let label = label.trim();
                format!("{label}: {label}")
            })
            .collect();
        let labels = labels.join(", ");
        format!(
            "{}    public func {name}({arguments}){throws}{result} {{\n        {attempt}core.{name}({labels})\n    }}\n\n",
            self.docs
        )
    }
}

/// What stands before the bracket that closes, and behind it.
fn closed(rest: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some((rest.get(..at)?, rest.get(at + 1..)?)),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits arguments at the commas between them.
fn split(arguments: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0, 0);
    for (at, c) in arguments.char_indices() {
        match c {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.extend(arguments.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(arguments.get(from..).filter(|rest| !rest.trim().is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "
public protocol CoreHomeProtocol: AnyObject, Sendable {
}
open class CoreHome: CoreHomeProtocol, @unchecked Sendable {
    fileprivate let handle: UInt64

    /**
     * Where this home stands.
     */
open func status()throws  -> Status  {
    return try  FfiConverterTypeStatus_lift(try rustCall() {
})
}

    /**
     * Of a door.
     */
open func visits(door: Uuid?, by: [String: Int] = [:], limit: UInt32 = UInt32(50))throws  -> [Visit]  {
    return x
}
open func sync()throws  -> HubCall  {
}
open func pause()throws   {try rustCall() {
}
}
    /**
     * Forgets.
     */
open func discardDraft(draft: Uuid)throws   {try rustCall() {
}
}

}
public struct FfiConverterTypeCoreHome: FfiConverter {
}
open class Other: OtherProtocol {
open func never()throws  -> Status  {
";

    #[test]
    fn each_call_is_forwarded_with_its_documentation() {
        let text = write(MODULE).unwrap();
        let expected = "    /**
     * Of a door.
     */
    public func visits(door: Uuid?, by: [String: Int] = [:], limit: UInt32 = UInt32(50)) throws -> [Visit] {
        try core.visits(door: door, by: by, limit: limit)
    }
";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("        try core.status()\n"), "{text}");
        let forgets = "    public func discardDraft(draft: Uuid) throws {\n        try core.discardDraft(draft: draft)\n";
        assert!(text.contains(forgets), "{text}");
        for absent in ["pause", "sync", "never"] {
            assert!(!text.contains(absent), "{absent}");
        }
    }

    #[test]
    fn names_that_an_app_already_has_are_found() {
        let module = "public struct Text: Equatable {\nopen class Home {\npublic indirect enum Task {\n\
                      public protocol Clock: AnyObject {\nfileprivate struct View {\npublic struct Visit {";
        assert_eq!(ambiguous(module), ["Text", "Task", "Clock"]);
    }

    #[test]
    fn a_module_without_calls_is_refused() {
        assert_eq!(carried(MODULE).unwrap(), ["sync"]);
        assert!(write("import Foundation").is_err());
    }
}
