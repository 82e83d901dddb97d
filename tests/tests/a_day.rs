//! A day of the community, told from three in the morning until half past nine at night: fifteen grids,
//! three phones and the office, everything written down without a signal and carried over when there is
//! one. Each story ends in the states and the ledgers that its reader expects.
//!
//! The community is the invented one of `tests/data/fifteen-grids.csv`; nobody in it exists.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "a_day/ends.rs"]
mod ends;
#[path = "a_day/evening.rs"]
mod evening;
#[path = "a_day/stories.rs"]
mod stories;
#[path = "a_day/town.rs"]
mod town;

use town::Town;

#[test]
fn a_day_of_the_community() {
    let mut town = Town::new();
    let mother = stories::a_sick_son_and_a_mother_without_money_at_three_in_the_morning(&mut town);
    let elder = stories::an_old_person_living_alone_whose_guardian_is_away(&mut town);
    let dogs = stories::stray_dogs_between_neighbours(&mut town);
    let flat = stories::a_frozen_empty_flat_with_an_open_window(&mut town);
    let lift = stories::replacing_a_lift(&mut town);
    let sewage = evening::a_sewage_leak_at_six_in_the_evening(&mut town);
    town.everybody_syncs();

    ends::of_the_mother(&town, &mother);
    ends::of_the_elder(&town, &elder);
    ends::of_the_dogs(&town, dogs);
    ends::of_the_flat(&town, &flat);
    ends::of_the_lift(&town, lift);
    ends::of_the_sewage(&town, sewage);
    ends::of_the_ledgers(&town);
    ends::of_the_report(&town);
    ends::of_every_home(&town);
}
