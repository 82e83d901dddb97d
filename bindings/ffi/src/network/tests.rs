use std::sync::mpsc::channel;

use super::*;
use crate::DoorknockError;
use crate::keys::FileKeys;

fn home(folder: &tempfile::TempDir) -> Arc<Doorknock> {
    let path = |name: &str| folder.path().join(name).display().to_string();
    Doorknock::create(path("home"), FileKeys::new(path("key")), None).unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
    let DoorknockError::Failure { code, .. } = result.unwrap_err();
    code
}

fn answer(status: u16) -> HubAnswer {
    let body = vec![7; 3];
    HubAnswer { status, body }
}

const ASK: Request = Request {
    method: "GET",
    path: "/somewhere",
    body: vec![],
};

#[test]
fn a_call_asks_one_thing_after_another_and_has_its_outcome_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let call = home(&folder).on_a_thread(|_, net| {
        let first = net.exchange("http://hub", &ASK).unwrap();
        let second = net.exchange("http://hub", &ASK);
        let link = format!("{} {second:?}", first.status);
        Ok(HubOutcome::Invitation { link })
    });
    assert_eq!(code(call.result()), "call_unfinished");
    assert_eq!(code(call.answer(answer(200))), "call_not_asking");
    let asked = call.next().unwrap();
    assert_eq!(asked.as_ref().map(|a| a.path.as_str()), Some("/somewhere"));
    assert_eq!(call.next().unwrap(), asked, "the same until it is answered");
    call.answer(answer(404)).unwrap();
    assert!(call.next().unwrap().is_some());
    call.failed(Unreachable::NoNetwork);
    assert_eq!(call.next(), Ok(None));
    let link = "404 Err(NoNetwork)".to_owned();
    assert_eq!(call.result(), Ok(HubOutcome::Invitation { link }));
    call.cancel();
    assert!(call.result().is_ok(), "what is done cannot be cancelled");
}

#[test]
fn a_call_that_is_released_or_cancelled_ends_with_its_thread() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(&folder);
    let waiting = |ended: Sender<bool>| {
        let call = home.on_a_thread(move |_, net| {
            let exchanged = net.exchange("http://hub", &ASK);
            ended.send(exchanged.is_err()).unwrap();
            Err(exchanged
                .map_err(doorknock::Error::from)
                .unwrap_err()
                .into())
        });
        assert!(call.next().unwrap().is_some());
        call
    };
    let (ended, heard) = channel();
    drop(waiting(ended.clone()));
    assert_eq!(heard.recv(), Ok(true));
    let call = waiting(ended);
    call.cancel();
    assert_eq!(heard.recv(), Ok(true));
    call.cancel();
    assert_eq!(code(call.next()), "call_cancelled");
    assert_eq!(code(call.answer(answer(200))), "call_cancelled");
    assert_eq!(code(call.result()), "call_cancelled");
}

#[test]
fn a_call_whose_thread_falls_ends_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let call = home(&folder).on_a_thread(|_, _| panic!("on purpose"));
    assert_eq!(code(call.next()), "call_broken_off");
    assert_eq!(code(call.result()), "call_broken_off");
}

#[test]
fn a_call_that_fails_says_so_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let call = home(&folder).sync();
    assert_eq!(code(call.next()), "not_joined");
    assert_eq!(code(call.next()), "not_joined");
    assert_eq!(code(call.result()), "not_joined");
}
