//! What people type: searches, the cursor of an export, the id of a record, an address.

use std::sync::{LazyLock, Mutex, PoisonError};

use doorknock::Doorknock;
use doorknock_model::address::Address;
use doorknock_tests::{World, roster, visit};
use tempfile::TempDir;

use crate::{Target, seed};

/// See the module.
pub const TARGET: Target = Target {
    name: "words",
    run,
    seeds,
};

struct Scene {
    home: Doorknock,
    cursor: String,
    door: String,
    _world: World,
    _folder: TempDir,
}

static SCENE: LazyLock<Mutex<Scene>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::new(folder.path(), 6);
    let home = world.office(&roster(&["G1", "G2"], 12)).expect("an office");
    let door = home.doors(None).expect("doors")[0].door;
    home.log_visit(&visit(door, "老人身体好，屋顶漏水，已报修 1000-123-4821"))
        .expect("a visit");
    let cursor = home
        .export(None, 5)
        .expect("lines")
        .pop()
        .expect("a line")
        .cursor;
    // Visits are indexed before the first search of them, which must not be the first input's work.
    home.search("漏水", 5).expect("an answer");
    let door = door.to_string();
    Mutex::new(Scene {
        home,
        cursor,
        door,
        _world: world,
        _folder: folder,
    })
});

fn run(data: &[u8]) -> bool {
    let Some((which, bytes)) = data.split_first() else {
        return false;
    };
    let text = &*String::from_utf8_lossy(bytes);
    let scene = SCENE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = &scene.home;
    match which {
        0 => {
            // Whatever was typed is a question, and no answer is an answer.
            let hits = home.search(text, 20).expect("an answer");
            // So many cards at most, and so many visits.
            assert!(hits.len() <= 40);
            !hits.is_empty()
        }
        1 => match home.export(Some(text), 2) {
            Ok(lines) => !lines.is_empty(),
            Err(error) => {
                assert_eq!(error.code(), "cursor_unknown");
                false
            }
        },
        2 => {
            for kind in ["matter", "case", "campaign", text] {
                let _ = home.find_record(kind, text);
            }
            let _ = home.find_door(text);
            text.parse::<doorknock_model::ids::DoorId>().is_ok()
        }
        3 => {
            let Some(address) = Address::parse_whole(text) else {
                return false;
            };
            let shown = address.display_zh();
            let again = Address::parse_whole(&shown).map(|again| again.display_zh());
            assert!(again.is_none_or(|again| !again.is_empty()), "{shown}");
            true
        }
        _ => false,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let scene = SCENE.lock().unwrap_or_else(PoisonError::into_inner);
    let searches = [
        "漏水",
        "住户1",
        "zh1",
        "花园1 3栋",
        "三栋一单元101",
        "1000000",
        "3-1-101",
        "老人身体",
    ];
    let searches = searches.map(|text| seed(0, text));
    let addresses = ["阳光花园3栋2单元501室", "柳荫路8弄3号楼二单元102"].map(|text| seed(3, text));
    let more = [seed(1, &scene.cursor), seed(2, &scene.door)];
    searches.into_iter().chain(addresses).chain(more).collect()
}
