//! Answers of a hub that is broken, or lies: nothing is believed that is not proven, nothing is lost, and the
//! next honest answer puts everything right.

use std::cell::Cell;

use doorknock::{Answer, Request, Transport, Unreachable};
use doorknock_seal::identity::HubSecret;
use doorknock_seal::receipt::Receipt;
use doorknock_sync::wire;
use doorknock_tests::{TestHub, World, visit};

use crate::scene::{Scene, has};

/// A network in which somebody changes the hub's answers.
pub(crate) struct Liar<'a, F> {
    world: &'a World,
    lie: F,
    trips: Cell<u32>,
}

impl<F: Fn(Answer) -> Answer> Transport for Liar<'_, F> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        self.trips.set(self.trips.get() + 1);
        assert!(
            self.trips.get() < 100,
            "a hub can keep a home busy for ever"
        );
        Ok((self.lie)(self.world.hub.handle(request)))
    }
}

pub(crate) fn liar<F: Fn(Answer) -> Answer>(world: &World, lie: F) -> Liar<'_, F> {
    Liar {
        world,
        lie,
        trips: Cell::new(0),
    }
}

/// A lie about what a sync brought.
pub(crate) fn in_sync(lie: impl Fn(&mut wire::SyncResponse)) -> impl Fn(Answer) -> Answer {
    move |mut answer| {
        if let Ok(mut response) = wire::decode::<wire::SyncResponse>(&answer.body) {
            lie(&mut response);
            answer.body = wire::encode(&response);
        }
        answer
    }
}

/// What an honest sync brings in the end: li's visit is at the office, the office's at li.
pub(crate) struct Waiting {
    pub(crate) scene: Scene,
}

impl Waiting {
    pub(crate) fn new() -> Self {
        let scene = Scene::new();
        scene.li.log_visit(&visit(scene.door, "李的走访")).unwrap();
        scene
            .office
            .log_visit(&visit(scene.door, "办公室的走访"))
            .unwrap();
        scene.sync(&scene.office).unwrap();
        Self { scene }
    }

    /// A sync with a lying hub: how it ends, and after how many trips.
    pub(crate) fn lied_to(&self, lie: impl Fn(Answer) -> Answer) -> (Result<(), String>, u32) {
        let net = liar(&self.scene.world, lie);
        let result = self.scene.li.sync(&net, &mut |_| {});
        (
            result.map(|_| ()).map_err(|e| e.code().to_owned()),
            net.trips.get(),
        )
    }

    pub(crate) fn pending_visits(&self) -> u64 {
        self.scene.li.status().unwrap().pending_visits
    }

    pub(crate) fn notices(&self) -> Vec<&'static str> {
        self.scene
            .li
            .status()
            .unwrap()
            .notices
            .iter()
            .map(|n| n.code)
            .collect()
    }

    pub(crate) fn is_put_right_by_an_honest_hub(&self) {
        let Scene { li, office, .. } = &self.scene;
        for home in [li, office, li] {
            self.scene.sync(home).unwrap();
        }
        for home in [li, office] {
            assert!(has(home, "李的走访") && has(home, "办公室的走访"));
            let status = home.status().unwrap();
            assert_eq!(
                (status.pending, status.quarantined, status.waiting),
                (0, 0, 0)
            );
            assert!(home.doctor().unwrap().ok());
        }
    }
}

#[test]
fn nonsense_is_an_error_and_loses_nothing() {
    let html = b"<html><body>502 Bad Gateway</body></html>".to_vec();
    let lies: [(u16, Option<Vec<u8>>); 6] = [
        (200, Some(b"\x00\xff noise".to_vec())),
        (200, Some(vec![])),
        (200, Some(html.clone())),
        (200, None),
        (500, Some(html.clone())),
        (302, Some(html)),
    ];
    for (status, body) in lies {
        let home = Waiting::new();
        let (result, _) = home.lied_to(|answer| {
            let cut = answer.body[..answer.body.len() - 1].to_vec();
            Answer {
                status,
                body: body.clone().unwrap_or(cut),
            }
        });
        assert_eq!(result, Err("hub_answer".to_owned()), "{status} {body:?}");
        assert_eq!(home.pending_visits(), 1);
        home.is_put_right_by_an_honest_hub();
    }
}

#[test]
fn a_refusal_in_proper_form_is_passed_on() {
    let home = Waiting::new();
    let refusal = wire::Refusal {
        code: "busy".into(),
        zh: "忙".into(),
        en: "busy".into(),
    };
    let (result, _) = home.lied_to(|_| Answer {
        status: 503,
        body: wire::encode(&refusal),
    });
    assert_eq!(result, Err("hub_refused".to_owned()));
    assert_eq!(home.pending_visits(), 1);
    home.is_put_right_by_an_honest_hub();
}

#[test]
fn a_receipt_without_the_hubs_signature_leaves_the_visit_pending() {
    let home = Waiting::new();
    let forger = HubSecret::from_bytes(&[9; 32]);
    let community = home.scene.villain.community();
    type Lie = Box<dyn Fn(&mut wire::Receipt)>;
    let lies: [Lie; 5] = [
        Box::new(|r| r.signature = [0; 64]),
        Box::new(|r| r.signature[0] ^= 1),
        Box::new(|r| r.position += 1),
        Box::new(|r| r.running[0] ^= 1),
        Box::new(move |r| {
            let wire::Receipt {
                space,
                entry,
                position,
                running,
                ..
            } = *r;
            r.signature = Receipt {
                space,
                entry,
                position,
                running,
            }
            .sign(&forger, community);
        }),
    ];
    for lie in &lies {
        let (_, trips) = home.lied_to(in_sync(|r| r.receipts.iter_mut().for_each(lie)));
        assert!(trips <= 3);
        assert_eq!(home.pending_visits(), 1);
        assert_eq!(home.scene.li.status().unwrap().at_hub_visits, 0);
    }
    home.is_put_right_by_an_honest_hub();
}

#[test]
fn receipts_of_other_entries_or_of_none_change_nothing() {
    let home = Waiting::new();
    let (_, _) = home.lied_to(in_sync(|r| {
        r.receipts
            .iter_mut()
            .for_each(|receipt| receipt.entry = [7; 32]);
    }));
    assert_eq!(home.pending_visits(), 1);
    let (_, _) = home.lied_to(in_sync(|r| r.receipts.clear()));
    assert_eq!(home.pending_visits(), 1);
    home.is_put_right_by_an_honest_hub();
}

#[test]
fn a_log_that_contradicts_its_signed_head_is_not_taken() {
    type Lie = fn(&mut wire::Pulled);
    // What is done to each part of a log, and whether its head is then signed again, by the true hub.
    let lies: [(Lie, bool); 5] = [
        (|p| p.head_running[0] ^= 1, false),
        (|p| p.head_running[0] ^= 1, true),
        (|p| p.head_signature[0] ^= 1, false),
        (|p| p.head -= 1, false),
        (|p| p.head -= 1, true),
    ];
    let hub = HubSecret::from_bytes(&[42; 32]);
    for (n, (lie, signed)) in lies.iter().enumerate() {
        let home = Waiting::new();
        let charter = &home.scene.villain.charter;
        let lie = |p: &mut wire::Pulled| {
            lie(p);
            if *signed {
                let space = charter.space_by_number(p.space.into()).unwrap().id;
                let head = Receipt::head(space, p.head, p.head_running);
                p.head_signature = head.sign(&hub, charter.community());
            }
        };
        let (result, _) = home.lied_to(in_sync(|r| r.pulled.iter_mut().for_each(lie)));
        assert_eq!(result, Ok(()), "the other parts of the answer count");
        assert!(!has(&home.scene.li, "办公室的走访"), "lie {n}");
        assert!(home.notices().contains(&"hub_inconsistent"), "lie {n}");
        home.is_put_right_by_an_honest_hub();
    }
}

#[test]
fn a_log_with_entries_left_out_or_in_another_order_is_put_right_later() {
    let lies: [fn(&mut wire::Pulled); 3] = [
        |p| p.items.truncate(0),
        |p| p.items.reverse(),
        |p| drop(p.items.remove(0)),
    ];
    for lie in lies {
        let home = Waiting::new();
        let (result, _) = home.lied_to(in_sync(|r| r.pulled.iter_mut().for_each(lie)));
        assert_eq!(result, Ok(()));
        home.is_put_right_by_an_honest_hub();
    }
}

/// The net of a phone that loses its signal after the first answer.
struct OneTrip<'a>(&'a World, Cell<bool>);

impl Transport for OneTrip<'_> {
    fn exchange(&self, _hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        if self.1.replace(true) {
            return Err(Unreachable::NoNetwork);
        }
        let cut_short = in_sync(|r| (r.pulled, r.more) = (vec![], true));
        Ok(cut_short(self.0.hub.handle(request)))
    }
}

#[test]
fn a_receipt_of_a_hub_that_was_set_back_since_is_taken_back_wherever_the_cursor_is() {
    let mut scene = Scene::new();
    let (db, copy) = (scene.world.home("hub.db"), scene.world.home("copy.db"));
    set_back(&mut scene.world, &db, &copy);
    scene
        .li
        .log_visit(&visit(scene.door, "以为已送达"))
        .unwrap();
    // The receipt came, and the signal went before the log up to it was read.
    assert!(
        scene
            .li
            .sync(&OneTrip(&scene.world, Cell::new(false)), &mut |_| {})
            .is_err()
    );
    assert_eq!(scene.li.status().unwrap().pending_visits, 0);
    set_back(&mut scene.world, &copy, &db);
    scene.sync(&scene.li).unwrap();
    scene.sync(&scene.office).unwrap();
    assert!(has(&scene.office, "以为已送达") || scene.li.status().unwrap().pending_visits == 1);
    scene.sync(&scene.li).unwrap();
    scene.sync(&scene.office).unwrap();
    assert!(has(&scene.office, "以为已送达"));
    assert_eq!(scene.li.status().unwrap().pending, 0);
}

#[test]
fn what_a_hub_is_said_to_have_refused_is_offered_again_once_a_day() {
    let home = Waiting::new();
    let scene = &home.scene;
    let refused = || scene.li.status().unwrap().refused;
    let lie = || {
        let _ = home.lied_to(in_sync(|r| {
            r.receipts
                .iter_mut()
                .for_each(|receipt| receipt.verdict = wire::Verdict::Malformed);
        }));
    };
    lie();
    assert_eq!((home.pending_visits(), refused()), (1, 2));
    scene.sync(&scene.li).unwrap();
    assert_eq!((home.pending_visits(), refused()), (0, 0));
    // The same again on that day has to wait: a hub that means it is not asked at every sync.
    scene.li.log_visit(&visit(scene.door, "又一次")).unwrap();
    lie();
    scene.sync(&scene.li).unwrap();
    assert_eq!((home.pending_visits(), refused()), (1, 2));
    scene.world.clock.advance(86_400_000);
    home.is_put_right_by_an_honest_hub();
    assert_eq!((home.pending_visits(), refused()), (0, 0));
}

#[test]
fn a_receipt_for_a_place_that_was_read_before_is_not_believed() {
    let mut scene = Scene::new();
    let (db, copy) = (scene.world.home("hub.db"), scene.world.home("copy.db"));
    set_back(&mut scene.world, &db, &copy);
    // A background sync has asked; then somebody records, and a second sync sends it.
    let mut background = scene.li.sync_session();
    let asked = background.next(&scene.li).unwrap().unwrap();
    scene
        .li
        .log_visit(&visit(scene.door, "以为已送达"))
        .unwrap();
    let mut sending = scene.li.sync_session();
    let sent = sending.next(&scene.li).unwrap().unwrap();
    let late = scene.world.hub.handle(&sent);
    // The hub comes back from a backup, and others go on there.
    set_back(&mut scene.world, &copy, &db);
    for summary in ["之后的一", "之后的二", "之后的三"] {
        scene.office.log_visit(&visit(scene.door, summary)).unwrap();
        scene.sync(&scene.office).unwrap();
    }
    let answer = scene.world.hub.handle(&asked);
    background.answer(&scene.li, answer).unwrap();
    assert!(has(&scene.li, "之后的三"));
    sending.answer(&scene.li, late).unwrap();
    assert_eq!(scene.li.status().unwrap().pending_visits, 1);
    scene.sync(&scene.li).unwrap();
    scene.sync(&scene.office).unwrap();
    assert!(has(&scene.office, "以为已送达"));
    assert_eq!(scene.li.status().unwrap().pending, 0);
}

/// Copies the hub's database while the hub is down: to make a copy, or to come back from one.
pub(crate) fn set_back(world: &mut World, from: &std::path::Path, to: &std::path::Path) {
    world.hub = TestHub::open(&world.home("spare.db"), &world.clock);
    std::fs::copy(from, to).unwrap();
    world.hub = TestHub::open(&world.home("hub.db"), &world.clock);
}

#[test]
fn one_damaged_space_does_not_keep_the_others_from_being_read() {
    let home = Waiting::new();
    let rounds = 2;
    let (result, _) = home.lied_to(in_sync(|r| {
        for pulled in r.pulled.iter_mut().filter(|p| p.space == rounds) {
            pulled.items = vec![wire::PulledItem::Entry(b"damaged".to_vec())];
        }
    }));
    assert_eq!(result, Ok(()));
    assert!(
        has(&home.scene.li, "办公室的走访"),
        "it stands in another space"
    );
    assert!(home.notices().contains(&"hub_inconsistent"));
    home.is_put_right_by_an_honest_hub();
}

#[test]
fn a_hub_that_always_has_more_or_never_agrees_is_left() {
    let lies: [fn(&mut wire::SyncResponse); 5] = [
        |r| r.more = true,
        |r| (r.more, r.pulled) = (true, vec![]),
        |r| r.mismatched = (0..10).collect(),
        |r| (r.mismatched, r.more) = ((0..10).collect(), true),
        |r| (r.receipts, r.more) = (vec![], true),
    ];
    for lie in lies {
        let home = Waiting::new();
        let (result, trips) = home.lied_to(in_sync(lie));
        assert_eq!(result, Ok(()));
        assert!(trips <= 8, "{trips}");
        home.is_put_right_by_an_honest_hub();
    }
}

#[test]
fn a_hub_that_promises_positions_behind_its_log_is_left() {
    let home = Waiting::new();
    let hub = HubSecret::from_bytes(&[42; 32]);
    let community = home.scene.villain.community();
    let lie = in_sync(|r| {
        for receipt in &mut r.receipts {
            receipt.position += 1000;
            let wire::Receipt {
                space,
                entry,
                position,
                running,
                ..
            } = *receipt;
            receipt.signature = Receipt {
                space,
                entry,
                position,
                running,
            }
            .sign(&hub, community);
        }
    });
    let (_, trips) = home.lied_to(lie);
    assert!(trips <= 8, "{trips}");
    home.is_put_right_by_an_honest_hub();
}
