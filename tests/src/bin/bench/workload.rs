//! Realistic visits: sentences from parts, some two hundred shapes, names and numbers that vary.

use rand::{Rng, RngExt};

const OPENINGS: [&str; 10] = [
    "老人精神不错",
    "老人独自在家",
    "敲门后家属开门",
    "儿子在家陪护",
    "老人刚从医院复查回来",
    "一家人正在吃饭",
    "老人腿脚不便",
    "邻居帮忙开的门",
    "户主外出买菜刚回",
    "老人心情有些低落",
];
const FINDINGS: [&str; 20] = [
    "血压{n}，按时服药",
    "厨房水龙头漏水，已联系物业",
    "楼道堆放杂物，已劝其清理",
    "燃气灶软管老化，需要更换",
    "反映{n}号楼下水道堵塞",
    "想申请居家养老送餐服务",
    "医保卡丢失，协助挂失补办",
    "天气转凉，提醒注意保暖",
    "空调不制冷，联系维修师傅",
    "近期有推销保健品的上门，已提醒防骗",
    "反映夜间施工噪音扰民",
    "询问老旧小区加装电梯进度",
    "暖气不热，室温只有{n}度",
    "轮椅损坏，联系残联更换",
    "低保年审材料缺{n}份证明",
    "孩子暑期无人照看，介绍社区托管班",
    "冰箱里剩菜较多，已提醒不要食用",
    "电动车在楼道充电，已当面劝阻",
    "药费报销单据已代为递交",
    "阳台花盆有坠落风险，已移入室内",
];
const ENDINGS: [&str; 8] = [
    "约定{n}日后再来。",
    "已告知社区电话。",
    "家属表示感谢。",
    "需要持续关注。",
    "下次带血压计上门。",
    "已记录并上报。",
    "其他情况正常。",
    "提醒有事随时联系。",
];

/// One visit's words.
pub(crate) fn summary(rng: &mut impl Rng) -> String {
    let part = |list: &[&str], rng: &mut dyn Rng| {
        let text = list[rng.random_range(0..list.len())];
        text.replace("{n}", &rng.random_range(1..160).to_string())
    };
    let opening = part(&OPENINGS, rng);
    let finding = part(&FINDINGS, rng);
    let ending = part(&ENDINGS, rng);
    format!("{opening}，{finding}；{ending}")
}

/// Answers to the care visit's fifteen items.
pub(crate) fn answers(rng: &mut impl Rng) -> Vec<String> {
    let yes_no = |rng: &mut dyn Rng| if rng.random_bool(0.85) { "yes" } else { "no" };
    let items = [
        "meals",
        "medicine",
        "unwell",
        "contact",
        "gas",
        "wiring",
        "exit",
        "clean",
        "washing",
        "food",
        "water",
        "temperature",
    ];
    let mut all: Vec<_> = items
        .iter()
        .map(|item| format!("{item}={}", yes_no(rng)))
        .collect();
    all.push(format!(
        "mood={}",
        ["好", "一般", "低落"][rng.random_range(0..3)]
    ));
    all.push(format!(
        "sleep={}",
        ["好", "一般", "差"][rng.random_range(0..3)]
    ));
    all.push("needs=无".to_owned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many characters in a row are a clause and no longer a word.
    const CLAUSE: usize = 6;

    /// What the dictionary was trained on shares words with the visits here, as all of the field does, and no
    /// clause.
    #[test]
    fn the_dictionary_did_not_learn_these_visits() {
        let learnt = [
            include_str!("../dictionary/corpus/openings.txt"),
            include_str!("../dictionary/corpus/findings.txt"),
            include_str!("../dictionary/corpus/requests.txt"),
            include_str!("../dictionary/corpus/endings.txt"),
            include_str!("../dictionary/corpus/words.txt"),
        ]
        .concat();
        for text in OPENINGS.iter().chain(&FINDINGS).chain(&ENDINGS) {
            let letters: Vec<char> = text.chars().collect();
            for run in letters.windows(CLAUSE) {
                let run: String = run.iter().collect();
                assert!(!learnt.contains(&run), "{run}");
            }
        }
    }
}
