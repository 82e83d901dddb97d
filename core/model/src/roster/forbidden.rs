//! What must not be kept of residents, however it comes: whole columns by their header, and
//! identity numbers by their form.

use crate::address::half_width;

/// What stands in place of a removed identity number.
pub(super) const REMOVED: &str = "［已删除证件号］";

/// Whether a header, squeezed and in lower case, names something that may not be kept. Matched
/// anywhere in the header: a column dropped by mistake is named in the report and can be renamed,
/// one kept by mistake is on every phone.
pub(super) fn is_forbidden(header: &str) -> bool {
    WORDS.iter().any(|word| header.contains(word)) || matches!(header, "族" | "race" | "id号")
}

/// Whether a question asks for something that may not be kept, or holds an identity number. English words
/// count from where they begin: a surface is no face.
#[must_use]
pub fn asks_for_forbidden(question: &str) -> bool {
    let question = half_width(question).to_lowercase();
    let mut before = ' ';
    let begins = question.char_indices().filter(|(_, c)| {
        let begins = !c.is_ascii_alphabetic() || !before.is_ascii_alphabetic();
        before = *c;
        begins
    });
    begins
        .map(|(at, _)| squeeze(&question[at..]).replace(['-', '_'], ""))
        .any(|rest| WORDS.iter().any(|word| rest.starts_with(word)))
        || scrub(&question).1 > 0
}

/// What headers and questions may not name, squeezed and in lower case.
const WORDS: &[&str] = &[
    // ethnicity, religion, political views and membership
    "民族",
    "族别",
    "种族",
    "宗教",
    "信仰",
    "信教",
    "教徒",
    "政治",
    "党",
    "团员",
    "共青团",
    "ethnic",
    "religio",
    "faith",
    "politic",
    "party",
    // identity numbers; a disability certificate's number contains one
    "身份证",
    "证件",
    "证号",
    "身份号",
    "身份信息",
    "护照",
    "通行证",
    "残疾证",
    "户口本号",
    "户口簿号",
    "社保号",
    "医保号",
    "医保卡",
    "社保卡",
    "驾驶证",
    "identitycard",
    "idcard",
    "idnumber",
    "idno",
    "passport",
    "identityn",
    // biometrics
    "指纹",
    "人脸",
    "面部",
    "照片",
    "相片",
    "头像",
    "人像",
    "虹膜",
    "声纹",
    "生物特征",
    "dna",
    "fingerprint",
    "biometric",
    "photo",
    "face",
    "iris",
    // location trail
    "经纬",
    "经度",
    "纬度",
    "坐标",
    "定位",
    "轨迹",
    "gps",
    "latitude",
    "longitude",
    "location",
    "coordinate",
    // scores of residents
    "评分",
    "积分",
    "信用",
    "打分",
    "得分",
    "赋分",
    "分值",
    "分数",
    "星级",
    "score",
    "points",
    "credit",
    "rating",
];

/// A digit of an identity number and where it stands; the check character X is 10.
#[derive(Clone, Copy)]
struct Digit {
    at: usize,
    value: u32,
}

/// Replaces identity numbers in free text: 18 characters with a valid check, or with a valid
/// region and birth date (a number typed with one wrong digit names the person just as well), and
/// the old form of 15 digits. Returns how many were replaced.
pub(super) fn scrub(text: &str) -> (String, u32) {
    let chars: Vec<char> = text.chars().collect();
    let digits = digits(text, &chars);
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut count, mut i) = (0, 0, 0);
    while i < digits.len() {
        let Some(len) = id_at(&digits, i) else {
            i += 1;
            continue;
        };
        out.extend(&chars[copied..digits[i].at]);
        out.push_str(REMOVED);
        i += len;
        // A certificate's number is the identity number and two digits more.
        while i < digits.len() && digits[i].at == digits[i - 1].at + 1 {
            i += 1;
        }
        copied = digits[i - 1].at + 1;
        count += 1;
    }
    out.extend(&chars[copied..]);
    (out, count)
}

/// Every digit of the text in order; an X counts where it follows a digit.
fn digits(text: &str, chars: &[char]) -> Vec<Digit> {
    let mut out: Vec<Digit> = Vec::new();
    if text.len() < 15 {
        return out;
    }
    for (at, c) in chars.iter().enumerate() {
        let c = match c {
            '０'..='９' => char::from_u32(u32::from(*c) - 0xfee0).unwrap_or(*c),
            'Ｘ' | 'ｘ' | '×' => 'X',
            c => *c,
        };
        let after_digit = out.last().is_some_and(|d| d.at + 1 == at && d.value < 10);
        match c.to_digit(10) {
            Some(value) => out.push(Digit { at, value }),
            None if after_digit && matches!(c, 'X' | 'x') => out.push(Digit { at, value: 10 }),
            None => {}
        }
    }
    out
}

/// The number of characters of the identity number that begins at the `i`th digit.
fn id_at(digits: &[Digit], i: usize) -> Option<usize> {
    // Up to two blanks or dashes between digits are how people group them.
    let near = |w: &[Digit]| w.windows(2).all(|p| p[1].at - p[0].at <= 3);
    let touching = |w: &[Digit]| w.windows(2).all(|p| p[1].at - p[0].at == 1);
    if let Some(window) = digits.get(i..i + 18).filter(|w| near(w)) {
        let value: Vec<u32> = window.iter().map(|d| d.value).collect();
        if value[..17].iter().all(|v| *v < 10) {
            let checked = checks(&value);
            let born = has_region(&value) && is_date(&value[6..14]);
            if (checked && born) || (touching(window) && (checked || born)) {
                return Some(18);
            }
        }
    }
    let window = digits.get(i..i + 15).filter(|w| touching(w))?;
    let value: Vec<u32> = window.iter().map(|d| d.value).collect();
    let alone = (i == 0 || digits[i - 1].at + 1 != digits[i].at)
        && digits
            .get(i + 15)
            .is_none_or(|d| d.at != digits[i + 14].at + 1);
    let date = [&[1, 9], &value[6..12]].concat();
    (alone && value.iter().all(|v| *v < 10) && has_region(&value) && is_date(&date)).then_some(15)
}

/// The check character of GB 11643.
fn checks(value: &[u32]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = value.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
    value[17] == (12 - sum % 11) % 11
}

fn has_region(value: &[u32]) -> bool {
    matches!(value[0] * 10 + value[1],
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91)
}

/// Whether eight digits are a day a living person may be born on.
fn is_date(value: &[u32]) -> bool {
    let number = |v: &[u32]| v.iter().fold(0, |n, digit| n * 10 + digit);
    matches!(number(&value[..4]), 1880..=2099)
        && matches!(number(&value[4..6]), 1..=12)
        && matches!(number(&value[6..8]), 1..=31)
}

/// One form for headers: half-width, lower case, no blanks.
pub(super) fn squeeze(text: &str) -> String {
    half_width(text)
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}
