//! Code in the guide's pages, taken out so that it is compiled: what a reader copies has to work.

use std::fs;
use std::path::Path;

use crate::run::{Done, Stop, root};

/// A fenced block of a page.
pub(crate) struct Block {
    /// The page's name without `.md`.
    pub(crate) page: String,
    /// The line of its first line of code.
    pub(crate) line: usize,
    pub(crate) code: String,
}

/// The guide's blocks in a language, as its fences name it, in the order of pages and lines.
pub(crate) fn blocks(language: &str) -> Done<Vec<Block>> {
    let folder = root().join("docs/guide");
    let mut pages: Vec<_> = fs::read_dir(&folder)?
        .map(|page| Ok(page?.path()))
        .collect::<Done<_>>()?;
    pages.retain(|page| page.extension().is_some_and(|ext| ext == "md"));
    pages.sort();
    let mut all = Vec::new();
    for path in pages {
        let page = path.file_stem().unwrap_or_default().to_string_lossy();
        all.extend(fenced(&page, &fs::read_to_string(&path)?, language));
    }
    if all.is_empty() {
        return Err(Stop::new(format!("docs/guide has no {language}")));
    }
    Ok(all)
}

fn fenced(page: &str, text: &str, language: &str) -> Vec<Block> {
    let mut all = Vec::new();
    let mut open: Option<(bool, Block)> = None;
    for (line, text) in (1..).zip(text.lines()) {
        let Some(fence) = text.strip_prefix("```") else {
            if let Some((_, block)) = &mut open {
                block.code += text;
                block.code.push('\n');
            }
            continue;
        };
        match open.take() {
            Some((wanted, block)) => all.extend(wanted.then_some(block)),
            None => {
                let block = Block {
                    page: page.to_owned(),
                    line: line + 1,
                    code: String::new(),
                };
                open = Some((fence.trim() == language, block));
            }
        }
    }
    all
}

/// Writes a file, unless it says that already: what did not change is not compiled again.
pub(crate) fn put(path: &Path, text: &str) -> Done {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_of_the_language_are_taken_and_each_knows_its_place() {
        let text = "# A\n```kotlin\nfun a() = 1\n```\ntext\n```swift\nlet b = 2\n```\n```kotlin\nval c = 3\nval d = 4\n```\n";
        let blocks = fenced("page", text, "kotlin");
        let seen: Vec<_> = (blocks.iter())
            .map(|block| (block.line, block.code.as_str()))
            .collect();
        assert_eq!(seen, [(3, "fun a() = 1\n"), (10, "val c = 3\nval d = 4\n")]);
        assert_eq!(blocks[0].page, "page");
        assert_eq!(fenced("page", text, "swift").len(), 1);
        assert_eq!(
            fenced("page", "```kotlin\nnever closed\n", "kotlin").len(),
            0
        );
    }
}
