//! Pausing, resuming and shutting down: the files are let go at once, and nothing is lost.

use doorknock::model::access::Role;
use doorknock::{Answer, Doorknock, Draft, Request, Transport, Unreachable};
use doorknock_tests::{Crew, visit};

use crate::code;

/// The codes of calls of every sort: reading, recording, what needs the hub, what looks after the home.
fn codes(crew: &Crew, home: &Doorknock) -> Vec<&'static str> {
    let net = crew.world.net();
    let door = crew.office.doors(None).unwrap()[0].door;
    vec![
        code(home.community()),
        code(home.grids()),
        code(home.round(None, None)),
        code(home.doors(None)),
        code(home.visits(None, 10)),
        code(home.search("花园", 10)),
        code(home.status()),
        code(home.drafts()),
        code(home.log_visit(&visit(door, "不在"))),
        code(home.save_draft(None, &Draft::default())),
        code(home.create_community("一", "http://hub", "二", &net)),
        code(home.invite(Role::Worker, &["G1".to_owned()], 1000, &net)),
        code(home.sync(&net, &mut |_| {})),
        code(home.sync_session().next(home)),
        code(home.publish_snapshots(&net)),
        code(home.maintain()),
        code(home.doctor()),
        code(home.rebuild()),
    ]
}

#[test]
fn a_paused_home_lets_its_files_go_refuses_every_call_and_goes_on_where_it_was() {
    let crew = Crew::new(91, &["G1"], 4);
    let door = crew.li.doors(None).unwrap()[0].door;
    let before = crew.li.log_visit(&visit(door, "暂停以前")).unwrap();
    crew.li.pause().unwrap();
    crew.li.pause().unwrap();
    let wal = crew.world.home("李文丽").join("home.db-wal");
    assert!(!wal.exists(), "nothing is left in the write-ahead log");
    assert!(codes(&crew, &crew.li).iter().all(|code| *code == "paused"));

    let other = crew.world.open("李文丽", None).unwrap();
    assert_eq!(other.visits(None, 10).unwrap()[0].visit, before);
    assert_eq!(code(crew.li.resume()), "busy");
    assert_eq!(code(crew.li.visits(None, 10)), "paused");
    let meanwhile = other.log_visit(&visit(door, "暂停时")).unwrap();
    drop(other);
    crew.li.resume().unwrap();
    crew.li.resume().unwrap();
    let after = crew.li.log_visit(&visit(door, "继续以后")).unwrap();
    crew.settle();
    for home in crew.homes() {
        let mut all: Vec<_> = home
            .visits(None, 10)
            .unwrap()
            .iter()
            .map(|v| v.visit)
            .collect();
        all.sort_unstable();
        let mut recorded = [before, meanwhile, after];
        recorded.sort_unstable();
        assert_eq!(all, recorded);
        assert_eq!(home.status().unwrap().notices, [], "nothing looks copied");
    }
}

#[test]
fn a_home_that_was_shut_down_stays_so_and_another_opening_has_it_at_once() {
    let crew = Crew::new(92, &["G1"], 4);
    crew.li.pause().unwrap();
    crew.li.shutdown();
    crew.li.shutdown();
    assert!(
        codes(&crew, &crew.li)
            .iter()
            .all(|code| *code == "shut_down")
    );
    assert_eq!(code(crew.li.pause()), "shut_down");
    assert_eq!(code(crew.li.resume()), "shut_down");
    let again = crew.world.open("李文丽", None).unwrap();
    assert!(again.community().unwrap().is_some());
}

#[test]
fn a_sync_over_which_the_home_is_paused_fails_and_loses_nothing() {
    let crew = Crew::new(93, &["G1"], 4);
    let door = crew.li.doors(None).unwrap()[0].door;
    crew.li.log_visit(&visit(door, "同步时暂停")).unwrap();
    let mut session = crew.li.sync_session();
    let request = session.next(&crew.li).unwrap().unwrap();
    let answer = crew.world.hub.handle(&request);
    crew.li.pause().unwrap();
    assert_eq!(code(session.answer(&crew.li, answer)), "paused");
    crew.li.resume().unwrap();
    assert_eq!(crew.li.status().unwrap().pending_visits, 1);
    crew.settle();
    assert_eq!(crew.office.visits(None, 10).unwrap().len(), 1);
    assert_eq!(crew.li.status().unwrap().pending, 0);
}

#[test]
fn a_sync_goes_on_after_a_rest_between_two_of_its_steps() {
    let crew = Crew::new(94, &["G1"], 4);
    let door = crew.li.doors(None).unwrap()[0].door;
    crew.li.log_visit(&visit(door, "歇一歇再发")).unwrap();
    let mut session = crew.li.sync_session();
    while let Some(request) = session.next(&crew.li).unwrap() {
        crew.li.pause().unwrap();
        let answer = crew.world.hub.handle(&request);
        crew.li.resume().unwrap();
        session.answer(&crew.li, answer).unwrap();
    }
    assert_eq!(crew.li.status().unwrap().pending, 0);
    crew.settle();
    assert_eq!(crew.office.visits(None, 10).unwrap().len(), 1);
}

/// The app goes into the background while a request is under way.
struct Background<'a>(&'a Crew);

impl Transport for Background<'_> {
    fn exchange(&self, _: &str, request: &Request) -> Result<Answer, Unreachable> {
        self.0.li.pause().unwrap();
        Ok(self.0.world.hub.handle(request))
    }
}

#[test]
fn pausing_waits_for_no_request_that_is_under_way() {
    let crew = Crew::new(95, &["G1"], 4);
    let net = Background(&crew);
    assert_eq!(code(crew.li.sync(&net, &mut |_| {})), "paused");
    crew.li.resume().unwrap();
    crew.settle();
}
