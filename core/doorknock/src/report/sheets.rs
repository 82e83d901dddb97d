//! The report as tables: one of the figures, one of the visits by reason, outcome and channel.

use doorknock_model::checklist::Label;
use doorknock_model::report::{Count, Figures, Share};

use super::{Activity, MonthReport};
use crate::ledger::cells::{self, CellKind, Column, Ledger, LedgerCell};

/// The figures of a grid, or of all.
struct Line {
    grid: LedgerCell,
    figures: Figures,
}

const FIGURES: &[Column<Line>] = &[
    Column::new("grid", ("网格", "grid"), 16, CellKind::Text, |line| {
        line.grid.clone()
    }),
    Column::new(
        "planned",
        ("应访户数", "doors planned"),
        10,
        CellKind::Number,
        |line| number(line.figures.coverage.whole),
    ),
    Column::new(
        "covered",
        ("已访户数", "doors visited"),
        10,
        CellKind::Number,
        |line| number(line.figures.coverage.part),
    ),
    Column::new(
        "coverage",
        ("覆盖率", "coverage"),
        10,
        CellKind::Percent,
        |line| rate(line.figures.coverage),
    ),
    Column::new(
        "visits",
        ("走访次数", "visits"),
        10,
        CellKind::Number,
        |line| number(line.figures.visits),
    ),
    Column::new(
        "nobody_home",
        ("无人在家率", "nobody home"),
        12,
        CellKind::Percent,
        |line| rate(line.figures.nobody_home),
    ),
    Column::new(
        "new",
        ("新入住户", "new households"),
        10,
        CellKind::Number,
        |line| number(line.figures.new_households.whole),
    ),
    Column::new(
        "new_met",
        ("已见新户", "new ones met"),
        10,
        CellKind::Number,
        |line| number(line.figures.new_households.part),
    ),
    Column::new(
        "reviews",
        ("应复核", "reviews due"),
        10,
        CellKind::Number,
        |line| number(line.figures.reviews.whole),
    ),
    Column::new(
        "reviewed",
        ("已复核", "reviews done"),
        10,
        CellKind::Number,
        |line| number(line.figures.reviews.part),
    ),
    Column::new(
        "matters",
        ("新增诉求", "matters raised"),
        10,
        CellKind::Number,
        |line| number(line.figures.matters_raised),
    ),
    Column::new(
        "resolved",
        ("办结诉求", "resolved"),
        10,
        CellKind::Number,
        |line| number(line.figures.in_grid.whole),
    ),
    Column::new(
        "in_grid",
        ("网格内办结率", "in-grid rate"),
        14,
        CellKind::Percent,
        |line| rate(line.figures.in_grid),
    ),
    Column::new(
        "first_response",
        ("首次响应（小时，中位数）", "first response (h, median)"),
        14,
        CellKind::Number,
        |line| {
            let hours = line.figures.first_response_hours;
            hours.map_or(LedgerCell::Empty, |hours| {
                LedgerCell::Number((hours * 10.0).round() / 10.0)
            })
        },
    ),
    Column::new(
        "content",
        ("满意率", "satisfied"),
        10,
        CellKind::Percent,
        |line| rate(line.figures.content),
    ),
];

fn number(count: u32) -> LedgerCell {
    LedgerCell::Number(count.into())
}

fn rate(share: Share) -> LedgerCell {
    share.rate().map_or(LedgerCell::Empty, LedgerCell::Percent)
}

/// Visits of one sort.
struct Sort {
    grid: LedgerCell,
    by: Label,
    count: Count,
    visits: u32,
}

const SORTS: &[Column<Sort>] = &[
    Column::new("grid", ("网格", "grid"), 16, CellKind::Text, |sort| {
        sort.grid.clone()
    }),
    Column::new("by", ("分类", "by"), 10, CellKind::Text, |sort| {
        LedgerCell::Word(sort.by.clone())
    }),
    Column::new("what", ("项目", "what"), 16, CellKind::Text, |sort| {
        LedgerCell::word(sort.count.word, sort.count.zh)
    }),
    Column::new(
        "visits",
        ("次数", "visits"),
        10,
        CellKind::Number,
        |sort| number(sort.count.count),
    ),
    Column::new("share", ("占比", "share"), 10, CellKind::Percent, |sort| {
        rate(Share {
            part: sort.count.count,
            whole: sort.visits,
        })
    }),
];

const ACTIVITIES: &[Column<Activity>] = &[
    Column::new("kind", ("类型", "kind"), 16, CellKind::Text, |activity| {
        LedgerCell::Word(activity.kind.clone())
    }),
    Column::new(
        "name",
        ("名称或地点", "name or place"),
        24,
        CellKind::Text,
        |activity| LedgerCell::text(&activity.name),
    ),
    Column::new(
        "since",
        ("开始", "since"),
        12,
        CellKind::Date,
        |activity| LedgerCell::Date(activity.since),
    ),
    Column::new(
        "until",
        ("截止", "until"),
        12,
        CellKind::Date,
        |activity| LedgerCell::Date(activity.until),
    ),
    Column::new(
        "doors",
        ("应访户数", "doors"),
        10,
        CellKind::Number,
        |activity| {
            activity
                .doors
                .map_or(LedgerCell::Empty, |doors| number(doors.whole))
        },
    ),
    Column::new(
        "met",
        ("已访户数", "doors visited"),
        10,
        CellKind::Number,
        |activity| {
            activity
                .doors
                .map_or(LedgerCell::Empty, |doors| number(doors.part))
        },
    ),
    Column::new(
        "coverage",
        ("覆盖率", "coverage"),
        10,
        CellKind::Percent,
        |activity| activity.doors.map_or(LedgerCell::Empty, rate),
    ),
    Column::new(
        "visitors",
        ("接待人数", "visitors"),
        10,
        CellKind::Number,
        |activity| activity.visitors.map_or(LedgerCell::Empty, number),
    ),
];

impl MonthReport {
    /// The report as three tables: the figures, a row for each grid and the last for all of them;
    /// the visits by reason, outcome and channel; campaigns and sessions.
    #[must_use]
    pub fn sheets(&self) -> Vec<Ledger> {
        let each = self.grids.iter().map(|grid| {
            let name = grid.name.as_ref().filter(|name| **name != grid.grid);
            let grid_name = match name {
                Some(name) => format!("{} {name}", grid.grid),
                None => grid.grid.clone(),
            };
            (LedgerCell::text(&grid_name), &grid.figures)
        });
        let all = (self.grids.len() != 1)
            .then(|| (LedgerCell::Word(Label::new("合计", "total")), &self.total));
        let lines: Vec<_> = each
            .chain(all)
            .map(|(grid, figures)| Line {
                grid,
                figures: figures.clone(),
            })
            .collect();
        let sorts: Vec<_> = lines.iter().flat_map(sorts).collect();
        let month = self.month;
        let title = Label::new(&format!("月报 {month}"), &format!("month {month}"));
        let by = Label::new("走访分类", "visits by sort");
        let done = Label::new("专项与活动", "campaigns and sessions");
        vec![
            cells::ledger(("month", title), self.as_of, FIGURES, &lines),
            cells::ledger(("month_visits", by), self.as_of, SORTS, &sorts),
            cells::ledger(
                ("month_activities", done),
                self.as_of,
                ACTIVITIES,
                &self.activities,
            ),
        ]
    }
}

fn sorts(line: &Line) -> Vec<Sort> {
    let by = [
        (("事由", "reason"), &line.figures.by_reason),
        (("结果", "outcome"), &line.figures.by_outcome),
        (("方式", "channel"), &line.figures.by_channel),
    ];
    let sort = |((zh, en), counts): ((&str, &str), &Vec<Count>)| {
        let label = Label::new(zh, en);
        let each = counts.iter().map(move |count| Sort {
            grid: line.grid.clone(),
            by: label.clone(),
            count: count.clone(),
            visits: line.figures.visits,
        });
        each.collect::<Vec<_>>()
    };
    by.into_iter().flat_map(sort).collect()
}
