//! Search over a small street: what people type, and in which order they find it.

mod street;

use doorknock_model::care::CareCategory;
use doorknock_model::ids::{DocId, GridId};
use doorknock_model::kind::{Key, Value};
use doorknock_model::kinds::{
    DOOR_CARD, DoorAddress, Need, PARTNER, PERSON_FILE, door_card, pack, person_file,
};

use super::query;
use street::{COMMUNITY, Street, address, door_id, put};

fn street() -> Street {
    let mut street = Street::new();
    street
        .person("阳光花园/10/1/301", "王建国", "1000-555 0301", "")
        .person(
            "阳光花园/3/2/501",
            "李文丽",
            "1000-123 4821",
            "腿脚不便，女儿在外地",
        )
        .person("阳光花园/3/2/502", "李文", "1000-123 4822", "")
        .person(
            "阳光花园/3/1/501",
            "刘伟林",
            "1000-123 5010",
            "常与李文丽结伴买菜",
        )
        .person("阳光花园/1/1/101", "单雄信", "1000-700 0101", "")
        .person("幸福里/3//501", "阿依古丽·买买提", "1000-700 3501", "")
        .person(
            "幸福里/A//1203",
            "吕乐重",
            "1000-700 1203",
            "说李文丽是亲戚",
        )
        .door("幸福里/12//3")
        .visit("阳光花园/3/2/501", "厨房漏水，已报物业")
        .visit("阳光花园/10/1/301", "与李文丽一起测血压 1 次，128")
        .visit("阳光花园/3/1/501", "3号楼电梯停运");
    street
}

#[test]
fn people_doors_and_visits_are_found_as_people_type() {
    let street = street();
    let table = [
        // any two characters
        ("文丽", "李文丽"),
        ("不便", "李文丽"),
        ("外地", "李文丽"),
        ("漏水", "访厨房漏水，已报物业"),
        ("幸福", "门12-3"),
        // one
        ("王", "王建国"),
        // pinyin in full, in part, with blanks, with capitals
        ("liwenli", "李文丽"),
        ("LiWenli", "李文丽"),
        ("li wen li", "李文丽"),
        ("li wenli", "李文丽"),
        ("wangjian", "王建国"),
        ("lvyuezhong", "吕乐重"),
        ("lüyuechong", "吕乐重"),
        ("yangguang", "门10-1-301"),
        // initials
        ("lwl", "李文丽"),
        ("LWL", "李文丽"),
        ("l w l", "李文丽"),
        ("wjg", "王建国"),
        // a phone's tail, all of it, in groups
        ("4821", "李文丽"),
        ("234821", "李文丽"),
        ("10001234821", "李文丽"),
        ("1000-123 4821", "李文丽"),
        ("１０００－１２３－４８２１", "李文丽"),
        ("李 4821", "李文丽"),
        // pieces of an address
        ("3-2-501", "门3-2-501"),
        ("3-2-501", "李文丽"),
        ("3－2－501", "门3-2-501"),
        ("3栋501", "门3-2-501"),
        ("3栋2单元501", "门3-2-501"),
        ("3幢2单元501室", "门3-2-501"),
        ("三栋二单元501", "门3-2-501"),
        ("3号楼501", "门3-2-501"),
        ("3-501", "门3-2-501"),
        ("3 501", "门3-2-501"),
        ("03-02-0501", "门3-2-501"),
        ("501", "门3-2-501"),
        ("50", "门3-2-501"),
        ("阳光花园3栋2单元501室", "门3-2-501"),
        ("阳光花园 3栋 501", "门3-2-501"),
        ("阳光 3-2-501", "李文丽"),
        ("李文丽 3-2", "李文丽"),
        ("A栋1203", "门A-1203"),
        ("a", "门A-1203"),
        // names with a middle dot, typed with it, with another, without, with a blank
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽买买提", "阿依古丽·买买提"),
        ("阿依古丽 买买提", "阿依古丽·买买提"),
        ("丽买", "阿依古丽·买买提"),
        ("买买提", "阿依古丽·买买提"),
        ("ayiguli", "阿依古丽·买买提"),
        // words of visits
        ("血压", "访与李文丽一起测血压 1 次，128"),
        ("128", "访与李文丽一起测血压 1 次，128"),
        ("周海", "访厨房漏水，已报物业"),
        ("3号楼电梯", "访3号楼电梯停运"),
    ];
    for (query, what) in table {
        assert!(
            street.finds(query, what),
            "{query} finds {what}: {:?}",
            street.find(query)
        );
    }
    for (query, what) in [
        ("3-2-501", "门3-1-501"),
        ("3栋501", "门10-1-301"),
        ("3栋", "门12-3"),
        ("4821", "李文"),
        ("481", "李文丽"),
        ("李丽", "李文丽"),
        ("阳光花园1", "门3-2-501"),
    ] {
        assert!(!street.finds(query, what), "{query} finds {what}");
    }
}

#[test]
fn surnames_are_found_by_the_reading_people_use_and_by_the_dictionarys() {
    let table: [(&str, &[&str]); 14] = [
        ("单雄信", &["shanxiongxin", "danxiongxin", "sxx"]),
        ("解学明", &["xiexueming", "jiexueming", "xxm"]),
        ("曾国强", &["zengguoqiang", "cengguoqiang", "zgq"]),
        ("仇英", &["qiuying", "chouying", "qy"]),
        ("盖大志", &["gedazhi", "gaidazhi", "gdz"]),
        ("区建华", &["oujianhua", "qujianhua", "ojh"]),
        ("乐山", &["yueshan", "leshan", "ys", "ls"]),
        ("重庆生", &["chongqingsheng", "zhongqingsheng", "cqs"]),
        ("查良", &["zhaliang", "chaliang"]),
        ("尉迟恭", &["yuchigong", "weichigong"]),
        ("朴正", &["piaozheng", "puzheng"]),
        ("任红", &["renhong"]),
        ("单乐重", &["danlezhong", "shanyuechong"]),
        ("万俟芳", &["moqifang"]),
    ];
    let mut street = Street::new();
    for (n, (name, _)) in table.iter().enumerate() {
        street.person(&format!("阳光花园/1/1/{}", 101 + n), name, "", "");
    }
    for (name, typed) in table {
        for query in typed {
            assert!(
                street.finds(query, name),
                "{query} finds {name}: {:?}",
                street.find(query)
            );
        }
    }
}

#[test]
fn a_name_ranks_before_its_beginning_then_initials_then_remarks_then_visits() {
    let street = street();
    let order = |query: &str| street.find(query);
    assert_eq!(
        order("李文"),
        [
            "李文",
            "李文丽",
            // by their remarks, in walking order
            "吕乐重",
            "刘伟林",
            "访与李文丽一起测血压 1 次，128",
        ]
    );
    assert_eq!(order("liwen"), ["李文", "李文丽"]);
    let mut street = Street::new();
    street
        .person("阳光花园/1/1/101", "陈一", "", "暗号lw")
        .person("阳光花园/2/1/101", "刘伟林", "", "")
        .person("阳光花园/3/1/101", "李文", "", "")
        .visit("阳光花园/1/1/101", "说到lw的事");
    assert_eq!(
        street.find("lw"),
        ["李文", "刘伟林", "陈一", "访说到lw的事"]
    );
    street.visit("阳光花园/1/1/101", "记lwx一笔");
    assert_eq!(street.find("lwx"), ["访记lwx一笔"]);
}

#[test]
fn doors_that_tie_come_in_walking_order_each_followed_by_its_people() {
    let mut street = Street::new();
    // Imported in no order.
    for room in ["12/1/101", "2/2/1001", "2/2/201", "2/1/501"] {
        street.person(
            &format!("阳光花园/{room}"),
            &format!("户{}", room.replace('/', "")),
            "",
            "",
        );
    }
    street.door("阳光花园/3/1/2");
    let doors: Vec<_> = street
        .find("阳光花园")
        .into_iter()
        .filter(|f| f.starts_with('门'))
        .collect();
    assert_eq!(
        doors,
        [
            "门2-1-501",
            "门2-2-201",
            "门2-2-1001",
            "门3-1-2",
            "门12-1-101"
        ]
    );
    // Building 2 before room 2; a door before its people.
    assert_eq!(
        street.find("阳光花园2"),
        [
            "门2-1-501",
            "户21501",
            "门2-2-201",
            "户22201",
            "门2-2-1001",
            "户221001",
            "门3-1-2"
        ]
    );
    assert!(!street.finds("2栋", "门3-1-2"));
}

#[test]
fn people_in_care_are_found_by_the_category_while_the_need_lasts() {
    let mut street = street();
    let person = COMMUNITY.person(
        GridId::default(),
        door_id(&address("阳光花园/3/2/501")),
        "李文丽",
    );
    for (until, found) in [(None, true), (Some(5), false)] {
        let need = Need {
            until,
            ..Need::default()
        };
        let key = Key::with_id(
            person_file::NEED,
            &CareCategory::LivesAlone.code().to_be_bytes(),
        );
        street
            .store
            .write(|tx| {
                put(tx, &PERSON_FILE, person.0, &key, &pack(&need));
                tx.index_person(person)
            })
            .unwrap();
        assert_eq!(street.finds("独居", "李文丽"), found);
    }
}

#[test]
fn records_of_any_kind_are_found_by_what_their_kind_declares() {
    let mut street = street();
    let texts = |all: &[&str]| {
        let mut e = minicbor::Encoder::new(Vec::new());
        e.array(all.len() as u64).unwrap();
        for text in all {
            e.str(text).unwrap();
        }
        Value::Bytes(e.into_writer())
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let doc = [5; 16];
    street
        .store
        .write(|tx| {
            for (field, value) in [
                ("name", text("阳光物业")),
                ("services", texts(&["电梯维修", "清运垃圾"])),
                ("office_phone", text("1000-600 7788")),
                ("place", text("柳荫路12号")),
            ] {
                let field = PARTNER.field_named(field).unwrap();
                put(tx, &PARTNER, doc, &Key::plain(field.code), &value);
            }
            tx.index_record(&PARTNER, DocId(doc))
        })
        .unwrap();
    for query in [
        "阳光物业",
        "ygwy",
        "yangguangwuye",
        "垃圾",
        "7788",
        "柳荫路",
    ] {
        assert!(street.finds(query, "阳光物业"), "{query}");
    }
    // Behind the doors of the compound of that name.
    let found = street.find("阳光");
    let doors = found.iter().filter(|f| f.starts_with('门')).count();
    assert_eq!((doors, found[doors].as_str()), (5, "阳光物业"));
    assert!(!street.finds("协办", "阳光物业"));
}

#[test]
fn a_door_that_moves_on_its_card_is_found_at_its_new_place_only() {
    let mut street = street();
    let (old, new) = (address("阳光花园/3/2/501"), address("阳光花园/7/2/501"));
    street
        .store
        .write(|tx| {
            let door = door_id(&old);
            let value = pack(&DoorAddress::from(&new));
            put(
                tx,
                &DOOR_CARD,
                door.0,
                &Key::plain(door_card::ADDRESS),
                &value,
            );
            tx.index_door(door)?;
            tx.people_of(door)?
                .iter()
                .try_for_each(|p| tx.index_person(p.person))
        })
        .unwrap();
    assert!(street.finds("7-2-501", "李文丽") && street.finds("7-2-501", "门7-2-501"));
    assert!(!street.finds("3-2-501", "李文丽"));
}

#[test]
fn no_query_asks_for_the_beginnings_of_a_single_letter_or_digit() {
    let short = |expression: &str| {
        expression
            .split(['(', ')', ' '])
            .filter_map(|word| word.strip_suffix("\"*"))
            .filter(|word| word.len() == 2 && word.is_ascii())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for query in [
        "阳光花园1",
        "李 a",
        "l w l",
        "1",
        "a",
        "3-2",
        "漏水1楼",
        "a1 b 2",
    ] {
        let steps = query::read(query).unwrap();
        for expression in steps.cards.iter().chain(&steps.visits) {
            assert_eq!(
                short(expression),
                Vec::<String>::new(),
                "{query}: {expression}"
            );
        }
    }
    assert_eq!(
        query::read("阳光花园1").unwrap().visits.as_deref(),
        Some("\"阳光\" AND \"光花\" AND \"花园\" AND \"1\"")
    );
}

#[test]
fn places_and_single_characters_are_not_looked_for_in_visits() {
    for query in [
        "3-2-501",
        "3栋501",
        "3栋2单元501",
        "12栋",
        "水",
        "a",
        "3",
        "3 501",
        "1000-123-4821",
    ] {
        assert_eq!(query::read(query).unwrap().visits, None, "{query}");
    }
}

#[test]
fn a_quote_or_an_operator_in_a_query_is_never_an_expression() {
    let street = street();
    for text in [
        "\" OR \"",
        "AND",
        "a\"b*",
        "NEAR(x y)",
        "-",
        "()",
        "",
        "   ",
        "'; --",
        "!?。",
        "栋",
        "·",
        "\u{e001}李",
        "李*",
        "文 OR 丽",
        "NOT",
        "3-",
        "-3",
        "第3栋",
        "^李",
    ] {
        let _ = street.find(text);
    }
    for nothing in ["", "  ", "!?。", "·", "()"] {
        assert_eq!(query::read(nothing), None, "{nothing}");
    }
}

#[test]
fn any_text_can_be_typed() {
    let street = street();
    let view = street.store.view().unwrap();
    proptest::proptest!(|(text in "\\PC{0,24}")| {
        proptest::prop_assert!(view.search(&text, 5).is_ok());
    });
}
