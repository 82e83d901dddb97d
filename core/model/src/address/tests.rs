use proptest::prelude::*;

use super::*;

fn parts(compound: &str, building: &str, unit: &str, room: &str) -> Address {
    Address::parse_parts(&AddressParts {
        compound,
        building,
        unit,
        floor: "",
        room,
    })
    .unwrap()
}

fn key(address: &Address) -> String {
    address.key(&address.scope("01"))
}

#[test]
fn the_key_is_frozen() {
    let door = parts("阳光花园", "3栋", "2单元", "501室");
    assert_eq!(key(&door), "阳光花园\u{1f}3\u{1f}2\u{1f}501");
    assert_eq!(
        key(&parts("", "A座", "", "1203A")),
        "grid:01\u{1f}A\u{1f}\u{1f}1203A"
    );
}

#[test]
fn one_door_written_differently_has_one_key() {
    let door = key(&parts("阳光花园", "3", "2", "501"));
    for (compound, building, unit, room) in [
        ("阳光花园", "3栋", "2单元", "501室"),
        (" 阳光 花园 ", "３幢", "二单元", "５０１"),
        ("阳光花园", "3号楼", "02", "0501"),
        ("阳光花园", "03#", "2单元", "501号"),
        ("阳光花园", "三号楼", "2门", "501房"),
        ("阳光花园", "3.0", "2.0", "501.0"),
        ("阳光花园", "第3栋", "'2", "=\"501\""),
        ("阳光花园", "3栋2单元", "", "501"),
        ("", "阳光花园3栋", "2", "501"),
        ("阳光花园", "阳光花园3栋", "2", "501"),
        ("阳光花园", "3", "", "2-501"),
        ("阳光花园", "3", "2", "2-501"),
        ("阳光花园", "", "", "3-2-501"),
        ("阳光花园", "3", "2", "3－2－501"),
        ("阳光花园", "", "", "3栋2单元501室"),
        ("阳光花园", "3", "", "2单元501"),
        ("阳光花园", "3", "2", "阳光花园3栋2单元501"),
    ] {
        assert_eq!(
            key(&parts(compound, building, unit, room)),
            door,
            "{building} {unit} {room}"
        );
    }
}

#[test]
fn different_doors_have_different_keys() {
    let doors = [
        parts("阳光花园", "3", "2", "501"),
        parts("阳光花园", "3", "", "501"),
        parts("阳光花园", "32", "", "501"),
        parts("阳光花园", "3", "2", "501-1"),
        parts("阳光花园", "3", "1", "501"),
        parts("阳光花园", "3", "1", "2-501"),
        parts("阳光花园", "东楼", "2", "501"),
        parts("阳光花园", "A3", "2", "501"),
        parts("月亮花园", "3", "2", "501"),
        parts("", "3", "2", "501"),
    ];
    let keys: std::collections::BTreeSet<String> = doors.iter().map(key).collect();
    assert_eq!(keys.len(), doors.len());
}

#[test]
fn an_address_in_one_cell_is_taken_apart() {
    for (text, compound, building, unit, room) in [
        ("阳光花园3栋2单元501室", "阳光花园", "3", "2", "501"),
        ("3-2-501", "", "3", "2", "501"),
        ("3栋501", "", "3", "", "501"),
        ("阳光花园3-501", "阳光花园", "3", "", "501"),
        ("阳光花园３号楼２单元５０１室", "阳光花园", "3", "2", "501"),
        ("柳荫路120弄3号501室", "柳荫路120弄", "3", "", "501"),
        ("文化路12号3栋501室", "文化路12号", "3", "", "501"),
        ("1号院3号楼2单元501", "1号院", "3", "2", "501"),
        ("柳荫巷12号", "柳荫巷", "", "", "12"),
        ("A座1201", "", "A", "", "1201"),
        ("阳光花园二期3栋2-501", "阳光花园二期", "3", "2", "501"),
        ("3#2-501", "", "3", "2", "501"),
        ("3#楼二单元501", "", "3", "2", "501"),
        ("3栋2单元501-1", "", "3", "2", "501-1"),
        ("阳光花园3-2单元501", "阳光花园", "3", "2", "501"),
        ("阳光花园，3栋-2单元-501", "阳光花园", "3", "2", "501"),
        ("3栋5楼501室", "", "3", "", "501"),
        ("3栋2单元5层1号", "", "3", "2", "5层1"),
        ("3/2/501", "", "3", "2", "501"),
        ("三里屯一号楼二单元501", "三里屯", "1", "2", "501"),
        ("3栋2门501", "", "3", "2", "501"),
        ("阳光花园2单元501室", "阳光花园", "", "2", "501"),
        ("阳光100 3栋501", "阳光100", "3", "", "501"),
        ("阳光花园3栋商铺12", "阳光花园", "3", "", "商铺12"),
    ] {
        let a = Address::parse_whole(text).unwrap_or_else(|| panic!("{text}"));
        let got = [&a.compound, &a.building, &a.unit, &a.room].map(String::as_str);
        assert_eq!(got, [compound, building, unit, room], "{text}");
    }
}

#[test]
fn what_is_no_address_is_none() {
    for text in [
        "",
        "501",
        "阳光花园",
        "3栋",
        "2026-03-02",
        "3月2日",
        "1-2-3-4-5-6",
        "---",
        "号",
    ] {
        assert_eq!(Address::parse_whole(text), None, "{text}");
    }
}

#[test]
fn bad_parts_are_refused_for_their_reason() {
    let parse = |building, room| {
        Address::parse_parts(&AddressParts {
            building,
            room,
            ..Default::default()
        })
    };
    assert_eq!(parse("3", " "), Err(BadAddress::NoRoom));
    assert_eq!(parse("3", "/"), Err(BadAddress::NoRoom));
    assert_eq!(parse("3", "#REF!"), Err(BadAddress::NoRoom));
    assert_eq!(parse("3", "2026-03-02"), Err(BadAddress::BecameDate));
    assert_eq!(
        parse("3", "2026-03-02 00:00:00"),
        Err(BadAddress::BecameDate)
    );
    assert_eq!(parse("3月2日", "501"), Err(BadAddress::BecameDate));
    assert_eq!(parse("2-Mar", "501"), Err(BadAddress::BecameDate));
    assert_eq!(
        parse("3", "2001-1-501").map(|a| a.room),
        Ok("2001-1-501".into())
    );
    assert_eq!(parse("3", &"9".repeat(65)), Err(BadAddress::TooLong));
}

#[test]
fn the_floor_is_read_off_the_room_or_kept_in_its_name() {
    let floor = |floor, room| {
        let a = Address::parse_parts(&AddressParts {
            building: "3",
            floor,
            room,
            ..Default::default()
        });
        a.map(|a| (a.floor, a.room)).unwrap()
    };
    for (given, room, number, name) in [
        ("", "501", Some(5), "501"),
        ("", "1203", Some(12), "1203"),
        ("", "0501", Some(5), "0501"),
        ("", "12", None, "12"),
        ("5层", "501", Some(5), "501"),
        ("5", "1", Some(5), "5层1"),
        ("五楼", "1", Some(5), "5层1"),
        ("B1", "12", Some(-1), "B1层12"),
        ("-1", "12", Some(-1), "B1层12"),
        ("", "5层501", Some(5), "501"),
        ("14", "1301", Some(14), "1301"),
        ("", "10203", None, "10203"),
    ] {
        assert_eq!(
            floor(given, room),
            (number, name.to_string()),
            "{given} {room}"
        );
    }
}

#[test]
fn the_walk_goes_building_by_building_and_floor_by_floor() {
    let sorted = [
        ("3", "", "0101"),
        ("3", "", "201"),
        ("3", "", "1001"),
        ("3", "1", "101"),
        ("3", "2", "101"),
        ("3", "10", "101"),
        ("10", "1", "101"),
        ("A", "1", "101"),
        ("A2", "1", "101"),
    ];
    let orders: Vec<_> = sorted
        .iter()
        .map(|(b, u, r)| parts("花园", b, u, r).walk_order())
        .collect();
    assert!(orders.is_sorted());
    let cellar = Address {
        floor: Some(-1),
        ..parts("花园", "3", "1", "101")
    };
    assert!(cellar.walk_order() < parts("花园", "3", "1", "101").walk_order());
}

#[test]
fn kinds_of_door_read_back() {
    for kind in DoorKind::ALL {
        assert_eq!(DoorKind::from_code(kind.code()), Some(kind));
        assert_eq!(DoorKind::parse(kind.zh()), Some(kind));
        assert_eq!(DoorKind::parse(kind.word()), Some(kind));
    }
    assert_eq!(DoorKind::parse("火星"), None);
}

fn door() -> impl Strategy<Value = Address> {
    let compound = "(阳光花园|柳荫新村|阳光100|SOHO|三里屯|[东西]区|)";
    let building = "([1-9][0-9]{0,2}|[A-H]|[A-H][1-9]|0[1-9])";
    let unit = "([1-9]|1[0-9]|)";
    let room =
        "([1-9]0[1-9]|[12][0-9]0[1-9]|[1-9]|[1-9]0[1-9]-[1-9]|[1-9]0[1-9][AB]|[1-9]0[1-9]左)";
    let floor = "(|[1-9]|B1)";
    (compound, building, unit, floor, room).prop_map(|(compound, building, unit, floor, room)| {
        let (compound, building) = (compound.as_str(), building.as_str());
        let (unit, floor, room) = (unit.as_str(), floor.as_str(), room.as_str());
        Address::parse_parts(&AddressParts {
            compound,
            building,
            unit,
            floor,
            room,
        })
        .unwrap()
    })
}

proptest! {
    #[test]
    fn what_is_displayed_reads_back_to_the_same_key(a in door()) {
        let back = Address::parse_whole(&a.display_zh());
        prop_assert_eq!(back.as_ref().map(key), Some(key(&a)), "{}", a.display_zh());
    }

    #[test]
    fn reading_stored_parts_again_changes_nothing(a in door()) {
        let again = parts(&a.compound, &a.building, &a.unit, &a.room);
        prop_assert_eq!(key(&again), key(&a));
        prop_assert_eq!((again.building, again.unit, again.room), (a.building, a.unit, a.room));
    }

    #[test]
    fn any_text_is_an_address_or_refused_and_never_a_panic(
        text in "[ 0-9A-Za-z栋幢号楼单元室层门座弄#/_.，—一二十百〇０-９\\-]{0,20}",
        other in "\\PC{0,12}",
    ) {
        let _ = Address::parse_whole(&text);
        let _ = Address::parse_whole(&other);
        let cells = AddressParts {
            compound: &other, building: &text, unit: &other, floor: &other, room: &text,
        };
        if let Ok(a) = Address::parse_parts(&cells) {
            prop_assert!(!a.room.is_empty());
            prop_assert!(!a.walk_order().is_empty() && !a.short().is_empty());
            prop_assert!(key(&a).matches('\u{1f}').count() == 3, "{:?}", a);
        }
    }
}
