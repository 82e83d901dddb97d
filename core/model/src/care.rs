//! Why a person is in care: categories, risk levels and the legal basis.
//!
//! Codes are frozen: they stand in records. A code of a newer version is kept and shown as
//! unknown, never refused. The words rosters use for a category are many; [`parse_categories`]
//! knows the usual ones and hands back what it does not know.

use crate::address::{half_width, is_blank_mark};
use crate::kind::{Word, Words};
use crate::words::closed_enum;

pub mod plan;
#[cfg(test)]
mod tests;

/// What makes a resident one to care for (重点关爱对象).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CareCategory {
    /// 独居.
    LivesAlone,
    /// 空巢.
    EmptyNest,
    /// 留守.
    LeftBehind,
    /// 失能.
    UnableToSelfCare,
    /// 残疾.
    Disabled,
    /// 低保.
    MinimumLivingAllowance,
    /// 特困.
    Destitute,
    /// 困境儿童.
    ChildInDifficulty,
    /// 失独.
    LostOnlyChild,
    /// 孕产妇.
    ExpectingOrNewlyDelivered,
    /// 慢病.
    ChronicIllness,
    /// A code of a newer version: kept, and shown as unknown.
    Other(u16),
}

/// A category with its code, name, Chinese name, and the other words for it, as [`stem`] leaves
/// them.
type Entry = (
    CareCategory,
    u16,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const TABLE: [Entry; 11] = {
    use CareCategory as C;
    [
        (
            C::LivesAlone,
            1,
            "lives_alone",
            "独居",
            &["高龄独居", "独居高龄", "单独居住", "孤寡", "孤老"],
        ),
        (
            C::EmptyNest,
            2,
            "empty_nest",
            "空巢",
            &["高龄空巢", "空巢高龄"],
        ),
        (C::LeftBehind, 3, "left_behind", "留守", &[]),
        (
            C::UnableToSelfCare,
            4,
            "unable_to_self_care",
            "失能",
            &[
                "半失能",
                "全失能",
                "失能半失能",
                "失智",
                "失能失智",
                "卧床",
                "长期卧床",
                "瘫痪",
                "不能自理",
                "生活不能自理",
                "生活无法自理",
            ],
        ),
        (
            C::Disabled,
            5,
            "disabled",
            "残疾",
            &[
                "残",
                "残障",
                "重残",
                "重度残疾",
                "肢体残疾",
                "视力残疾",
                "听力残疾",
                "言语残疾",
                "智力残疾",
                "精神残疾",
                "多重残疾",
            ],
        ),
        (
            C::MinimumLivingAllowance,
            6,
            "minimum_living_allowance",
            "低保",
            &[
                "城市低保",
                "农村低保",
                "最低生活保障",
                "享受低保",
                "低保对象",
            ],
        ),
        (
            C::Destitute,
            7,
            "destitute",
            "特困",
            &["五保", "三无", "特困供养", "特困救助供养", "特殊困难"],
        ),
        (
            C::ChildInDifficulty,
            8,
            "child_in_difficulty",
            "困境儿童",
            &["困境", "困境未成年", "困难儿童", "孤儿", "事实无人抚养"],
        ),
        (
            C::LostOnlyChild,
            9,
            "lost_only_child",
            "失独",
            &["计生特殊", "计划生育特殊", "计生特扶"],
        ),
        (
            C::ExpectingOrNewlyDelivered,
            10,
            "expecting_or_newly_delivered",
            "孕产妇",
            &["孕产", "孕妇", "产妇", "孕期", "怀孕", "产后", "孕"],
        ),
        (
            C::ChronicIllness,
            11,
            "chronic_illness",
            "慢病",
            &["慢性病", "慢性疾病", "长期慢病", "高血压", "糖尿病"],
        ),
    ]
};

impl CareCategory {
    /// Every known category, in code order.
    pub const ALL: [Self; 11] = {
        let mut all = [Self::Other(0); 11];
        let mut i = 0;
        while i < all.len() {
            all[i] = TABLE[i].0;
            i += 1;
        }
        all
    };

    /// The same as words of a shape.
    pub const WORDS: Words = &{
        let mut words = [Word {
            code: 0,
            word: "",
            zh: "",
        }; 11];
        let mut n = 0;
        while n < words.len() {
            words[n] = Word {
                code: TABLE[n].1,
                word: TABLE[n].2,
                zh: TABLE[n].3,
            };
            n += 1;
        }
        words
    };

    fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.0 == self)
    }

    /// The frozen code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Other(code) => code,
            known => known.entry().map_or(0, |entry| entry.1),
        }
    }

    /// The category with this code; one this version does not know is [`Self::Other`].
    #[must_use]
    pub fn from_code(code: u16) -> Self {
        TABLE
            .iter()
            .find(|entry| entry.1 == code)
            .map_or(Self::Other(code), |entry| entry.0)
    }

    /// The word used on the command line and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.entry().map_or("unknown", |entry| entry.2)
    }

    /// The word shown to workers.
    #[must_use]
    pub fn zh(self) -> &'static str {
        self.entry().map_or("未知类别", |entry| entry.3)
    }

    /// The risk a need of this category starts with, until staff judge the person: the care
    /// guidance for elders with particular difficulties (lives alone, empty nest, left behind,
    /// disabled, lost only child) asks for a contact a month, which is the key level.
    #[must_use]
    pub const fn default_risk(self) -> RiskLevel {
        match self {
            Self::UnableToSelfCare | Self::ChildInDifficulty => RiskLevel::High,
            Self::MinimumLivingAllowance | Self::ChronicIllness | Self::Other(_) => {
                RiskLevel::General
            }
            _ => RiskLevel::Key,
        }
    }

    /// Reads one word: 独居, 独居老人, 低保户, `lives_alone`. `None` for words it does not know.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = squeezed(text);
        let english = half_width(text)
            .trim()
            .to_lowercase()
            .replace([' ', '-'], "_");
        let stem = stem(&word);
        TABLE
            .iter()
            .find(|(_, _, name, zh, others)| {
                english == *name
                    || [word.as_str(), stem]
                        .iter()
                        .any(|w| w == zh || others.contains(w))
            })
            .map(|entry| entry.0)
    }
}

fn squeezed(text: &str) -> String {
    half_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// The word without who it is about: 独居老人 → 独居.
fn stem(word: &str) -> &str {
    const WHO: [&str; 14] = [
        "老年人",
        "老人",
        "未成年人",
        "儿童",
        "妇女",
        "人员",
        "人群",
        "对象",
        "患者",
        "家庭",
        "群体",
        "人",
        "户",
        "者",
    ];
    WHO.iter()
        .find_map(|who| word.strip_suffix(who).filter(|rest| !rest.is_empty()))
        .unwrap_or(word)
}

/// Reads a roster's cell of categories, separated by 、 ， , ； ; / | + a blank or a line break.
/// Returns the categories in code order, each once, and the words that name none.
#[must_use]
pub fn parse_categories(cell: &str) -> (Vec<CareCategory>, Vec<String>) {
    if let Some(category) = CareCategory::parse(cell) {
        return (vec![category], Vec::new());
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let text = half_width(cell);
    let border = |c: char| c.is_whitespace() || "、,;/|+&".contains(c);
    for word in text.split(border).filter(|w| !is_blank_mark(w)) {
        match CareCategory::parse(word) {
            Some(category) => known.push(category),
            None if matches!(word, "否" | "普通" | "一般" | "正常") => {}
            None => unknown.push(word.to_string()),
        }
    }
    known.sort_by_key(|category| category.code());
    known.dedup();
    (known, unknown)
}

closed_enum! {
    /// How closely a need is followed. Ordered: the most pressing first.
    RiskLevel {
        /// 高.
        High = 0, "high", "高";
        /// 重点.
        Key = 1, "key", "重点";
        /// 一般.
        General = 2, "general", "一般";
    }
}

impl RiskLevel {
    /// Reads what rosters write: words, grades, or the colours of the usual three-colour lists.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = squeezed(text).to_lowercase();
        let word = ["风险", "等级", "关注", "色"]
            .iter()
            .fold(word.as_str(), |word, tail| {
                word.strip_suffix(tail).unwrap_or(word)
            });
        Some(match word {
            "高" | "高危" | "红" | "一级" | "1级" | "high" => Self::High,
            "重点" | "中" | "较高" | "黄" | "二级" | "2级" | "key" => Self::Key,
            "一般" | "普通" | "低" | "绿" | "蓝" | "三级" | "3级" | "general" => {
                Self::General
            }
            _ => return None,
        })
    }
}

closed_enum! {
    /// On what ground a care need is kept. Codes are frozen.
    LegalBasis {
        /// 法定职责: a law or regulation makes it the community's duty.
        StatutoryDuty = 0, "statutory", "法定职责";
        /// 本人同意: the resident, or a guardian, agreed.
        Consent = 1, "consent", "本人同意";
    }
}
