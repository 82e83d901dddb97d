//! All targets in one program: `DOORKNOCK_FUZZ` names the one that is fed. `cargo xtask fuzz` builds it, runs it and
//! keeps its corpus.
#![no_main]

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::{abort, exit};
use std::sync::{LazyLock, Mutex};

use doorknock_fuzz_targets::{TARGETS, Target, target};

static LAST_WORDS: Mutex<String> = Mutex::new(String::new());

static FED: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("DOORKNOCK_FUZZ").unwrap_or_default();
    let Some(fed) = target(&name) else {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("DOORKNOCK_FUZZ is one of {}", names.join(", "));
        exit(2);
    };
    // libFuzzer's own hook ends the process at every panic, also at one that the program catches: those of decoders
    // that are known to panic at damaged input. Here only one that gets out counts.
    set_hook(Box::new(|panic| {
        if let Ok(mut said) = LAST_WORDS.lock() {
            *said = panic.to_string();
        }
    }));
    fed
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let run = FED.run;
    if catch_unwind(AssertUnwindSafe(|| run(data))).is_err() {
        eprintln!("{}", LAST_WORDS.lock().map(|said| said.clone()).unwrap_or_default());
        abort();
    }
});
