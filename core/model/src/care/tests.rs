use super::*;

#[test]
fn codes_are_frozen_and_read_back() {
    let codes: Vec<u16> = CareCategory::ALL.iter().map(|c| c.code()).collect();
    assert_eq!(codes, (1..=11).collect::<Vec<_>>());
    for category in CareCategory::ALL {
        assert_eq!(CareCategory::from_code(category.code()), category);
        assert_eq!(CareCategory::parse(category.word()), Some(category));
        assert_eq!(CareCategory::parse(category.zh()), Some(category));
    }
    for level in RiskLevel::ALL {
        assert_eq!(RiskLevel::from_code(level.code()), Some(level));
        assert_eq!(RiskLevel::parse(level.zh()), Some(level));
    }
    for basis in LegalBasis::ALL {
        assert_eq!(LegalBasis::from_code(basis.code()), Some(basis));
    }
}

#[test]
fn a_code_of_a_newer_version_is_kept_and_shown_as_unknown() {
    let newer = CareCategory::from_code(500);
    assert_eq!((newer, newer.code()), (CareCategory::Other(500), 500));
    assert_eq!(newer.zh(), "未知类别");
}

#[test]
fn no_word_means_two_categories() {
    let mut words: Vec<&str> = TABLE
        .iter()
        .flat_map(|entry| {
            [entry.2, entry.3]
                .into_iter()
                .chain(entry.4.iter().copied())
        })
        .collect();
    words.sort_unstable();
    let all = words.len();
    words.dedup();
    assert_eq!(words.len(), all);
    for (category, _, _, _, others) in &TABLE {
        for word in *others {
            assert_eq!(CareCategory::parse(word), Some(*category), "{word}");
        }
    }
}

#[test]
fn a_cell_names_several_categories_in_the_ways_offices_write_them() {
    use CareCategory as C;
    let cases: &[(&str, &[CareCategory], usize)] = &[
        ("独居老人", &[C::LivesAlone], 0),
        (
            "独居、残疾人、低保户",
            &[C::LivesAlone, C::Disabled, C::MinimumLivingAllowance],
            0,
        ),
        (
            "低保/独居；慢性病",
            &[C::LivesAlone, C::MinimumLivingAllowance, C::ChronicIllness],
            0,
        ),
        (
            "留守儿童+困境儿童",
            &[C::LeftBehind, C::ChildInDifficulty],
            0,
        ),
        (
            "独居 空巢\n失独家庭",
            &[C::LivesAlone, C::EmptyNest, C::LostOnlyChild],
            0,
        ),
        ("独居，独居老人", &[C::LivesAlone], 0),
        (
            "独居|孕妇",
            &[C::LivesAlone, C::ExpectingOrNewlyDelivered],
            0,
        ),
        ("lives alone", &[C::LivesAlone], 0),
        ("无", &[], 0),
        ("", &[], 0),
        ("独居、退役军人", &[C::LivesAlone], 1),
        ("高 血 压", &[C::ChronicIllness], 0),
    ];
    for (cell, known, unknown) in cases {
        let (found, left) = parse_categories(cell);
        assert_eq!((found.as_slice(), left.len()), (*known, *unknown), "{cell}");
    }
}
