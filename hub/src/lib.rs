//! The hub: relay and durable store of sealed entries for a street's or a city's communities.
//!
//! **What it is for.** Phones and desks are seldom online together. Each pushes what it wrote to
//! the hub and pulls what the others wrote; the hub keeps everything, in one order for each space.
//!
//! **What it holds.** Per community the charter (who is in it, signed by its admins), key wraps
//! that only their recipients can open, and per space a log of entries that only the space's
//! devices can read. What it can see is which device wrote how many bytes into which space, and
//! when they came.
//!
//! **How it works.** [`service::Service`] turns the bytes of a request into the bytes of an answer
//! (`docs/wire-format.md`, "Hub protocol"): it checks signatures and the charter's rules, judges
//! every entry on its own (one bad entry never holds up the rest), numbers what it stores without
//! gaps, and signs a receipt for it. [`store::HubStore`] is the database behind it,
//! [`sqlite::SqliteStore`] the embedded one; adapters are held to [`conformance`]. [`http`],
//! [`serve`] and [`home`] put it behind an address, with limits on everything a stranger can send.
//!
//! **How durability is kept.** One request is one transaction, and its COMMIT has reached the disk
//! (WAL, `synchronous = FULL`) before a receipt is signed. A retry of what is held gets the place
//! it has, hence the same receipt, byte for byte: an answer that got lost is simply asked for
//! again. Each place carries a running hash over the log up to it, so a client notices a hub that
//! was restored from an older backup, and brings back what the hub lost.
//!
//! **What it never does.** It holds no key to any content, reads no record, cannot forge an entry or
//! add a member, deletes nothing, and logs only counts and codes. It never answers bad input
//! with a 5xx, and never says "stored" of what is not on the disk.

pub mod charters;
pub mod conformance;
mod exchange;
pub mod home;
pub mod http;
pub mod listener;
pub mod metrics;
pub mod rate;
pub mod refusal;
pub mod serve;
pub mod service;
mod signatures;
mod snapshots;
pub mod sqlite;
pub mod store;
