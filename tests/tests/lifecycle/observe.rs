//! Observers: told after the commit, with no lock held, of what changed and of nothing else.

use std::sync::{Arc, Mutex, Weak};

use doorknock::{Change, ChangeKind, Doorknock, Draft, NewVisit, Observer};
use doorknock_tests::{Crew, roster, visit};

use crate::code;

/// Keeps what it is told.
#[derive(Default)]
struct Seen(Mutex<Vec<Change>>);

impl Seen {
    fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn kinds(&self) -> Vec<ChangeKind> {
        self.take().into_iter().map(|change| change.kind).collect()
    }
}

impl Observer for Seen {
    fn changed(&self, changes: &[Change]) {
        self.0.lock().unwrap().extend(changes);
    }
}

const fn counts() -> Change {
    Change {
        kind: ChangeKind::Status,
        id: None,
        door: None,
    }
}

#[test]
fn a_visit_is_told_of_where_it_is_recorded_and_where_it_comes_in() {
    let crew = Crew::new(96, &["G1"], 4);
    let door = crew.li.doors(None).unwrap()[0].door;
    let (here, there) = (Arc::<Seen>::default(), Arc::<Seen>::default());
    let _here = crew.li.observe(here.clone());
    let _there = crew.office.observe(there.clone());
    let recorded = crew.li.log_visit(&visit(door, "讲给旁人听")).unwrap();
    let told = Change {
        kind: ChangeKind::Visit,
        id: Some(recorded.0),
        door: Some(door),
    };
    let seen = here.take();
    assert!(seen.contains(&told) && seen.contains(&counts()), "{seen:?}");
    let round = seen.iter().find(|change| change.kind == ChangeKind::Round);
    assert_eq!(round.and_then(|change| change.door), Some(door));
    assert_eq!(seen.len(), 3);

    crew.settle();
    let seen = there.take();
    assert!(seen.contains(&told) && seen.contains(&counts()), "{seen:?}");
    assert!(
        !here.kinds().contains(&ChangeKind::Visit),
        "it is told of once"
    );
}

#[test]
fn each_sort_of_record_is_told_of_by_its_kind() {
    let crew = Crew::new(97, &["G1"], 4);
    let seen = Arc::<Seen>::default();
    let _kept = crew.office.observe(seen.clone());
    let draft = crew.office.save_draft(None, &Draft::default()).unwrap();
    crew.office.discard_draft(draft).unwrap();
    let told = Change {
        kind: ChangeKind::Draft,
        id: Some(draft.0),
        door: None,
    };
    assert_eq!(seen.take(), [told, told]);
    let net = crew.world.net();
    let new = roster(&["G1", "G9"], 5);
    crew.office
        .import(
            &new,
            doorknock::ImportOptions::default(),
            &net,
            &mut |_, _| {},
        )
        .unwrap();
    let kinds = seen.kinds();
    for kind in [
        ChangeKind::Community,
        ChangeKind::Door,
        ChangeKind::Person,
        ChangeKind::Status,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    crew.office
        .import(
            &roster(&["G1", "G9"], 400),
            doorknock::ImportOptions::default(),
            &net,
            &mut |_, _| {},
        )
        .unwrap();
    assert!(
        seen.kinds().contains(&ChangeKind::Everything),
        "much at once is told as one"
    );
    crew.office.rebuild().unwrap();
    assert_eq!(seen.kinds(), [ChangeKind::Everything]);
}

#[test]
fn what_was_not_recorded_is_not_told_of_nor_is_anything_after_the_subscription() {
    let crew = Crew::new(98, &["G1"], 4);
    let door = crew.li.doors(None).unwrap()[0].door;
    let seen = Arc::<Seen>::default();
    let kept = crew.li.observe(seen.clone());
    let wrong = NewVisit {
        answers: vec!["no-such-item=1".to_owned()],
        ..visit(door, "写错了")
    };
    assert_eq!(code(crew.li.log_visit(&wrong)), "unknown_item");
    // The draft goes in the transaction that then fails.
    let draft = crew.li.save_draft(None, &Draft::default()).unwrap();
    crew.li.discard_draft(draft).unwrap();
    seen.take();
    assert_eq!(
        code(crew.li.log_draft(draft, &visit(door, "草稿没了"))),
        "not_found"
    );
    let dry = doorknock::ImportOptions { dry_run: true };
    crew.office
        .import(&roster(&["G1"], 9), dry, &crew.world.net(), &mut |_, _| {})
        .unwrap();
    assert_eq!(seen.take(), []);
    drop(kept);
    crew.li.log_visit(&visit(door, "没人听")).unwrap();
    assert_eq!(seen.take(), []);
}

/// Asks the home, and records in it, while it is being told.
struct Asks {
    home: Weak<Doorknock>,
    visits: Mutex<Vec<usize>>,
}

impl Observer for Asks {
    fn changed(&self, changes: &[Change]) {
        if changes
            .iter()
            .any(|change| change.kind == ChangeKind::Visit)
        {
            let home = self.home.upgrade().unwrap();
            self.visits
                .lock()
                .unwrap()
                .push(home.visits(None, 10).unwrap().len());
            home.save_draft(None, &Draft::default()).unwrap();
        }
    }
}

#[test]
fn an_observer_may_ask_the_home_and_sees_what_it_is_told_of() {
    let mut crew = Crew::new(99, &["G1"], 4);
    let door = crew.li.doors(None).unwrap()[0].door;
    crew.li.shutdown();
    let home = Arc::new(crew.world.open("李文丽", None).unwrap());
    let asks = Arc::new(Asks {
        home: Arc::downgrade(&home),
        visits: Mutex::default(),
    });
    let kept = home.observe(asks.clone());
    home.log_visit(&visit(door, "第一次")).unwrap();
    home.log_visit(&visit(door, "第二次")).unwrap();
    assert_eq!(*asks.visits.lock().unwrap(), [1, 2]);
    assert_eq!(home.drafts().unwrap().len(), 2);
    drop(kept);
    drop(home);
    crew.li = crew.world.open("李文丽", None).unwrap();
}
