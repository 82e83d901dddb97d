mod messy;
mod private;

use super::*;

/// A table from text: rows by line, cells by `|`, numbered from 1.
fn table(text: &str) -> Vec<SourceRow> {
    let cells = |line: &str| {
        line.split('|')
            .map(|c| c.trim().replace("\\n", "\n"))
            .collect()
    };
    let lines = text.trim().lines().map(str::trim);
    (1..)
        .zip(lines)
        .map(|(number, line)| SourceRow {
            number,
            cells: cells(line),
        })
        .collect()
}

fn roster(text: &str) -> Roster {
    read(&table(text), None).unwrap()
}

/// One line a row: grid, short address, name, phone, categories.
fn lines(roster: &Roster) -> Vec<String> {
    let line = |row: &RosterRow| {
        let categories: Vec<&str> = row.categories.iter().map(|c| c.zh()).collect();
        let name = row.name.as_deref().unwrap_or("-");
        let phone = row.phone.as_deref().unwrap_or("-");
        let (grid, door) = (&row.grid_code, row.address.short());
        format!(
            "{grid} {}{door} {name} {phone} {}",
            row.address.compound,
            categories.join("+")
        )
    };
    roster.rows.iter().map(line).collect()
}

fn codes(messages: &[RowMessage]) -> Vec<(u32, &'static str)> {
    messages.iter().map(|m| (m.row, m.reason.code)).collect()
}
