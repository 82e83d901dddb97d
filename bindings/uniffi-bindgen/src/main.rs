//! Writes the Kotlin, Swift and Python side of `doorknock-ffi`.
//!
//! **What it is for.** The generator must be of the same version as the library's own side, so the
//! workspace builds it. How to call it stands in `bindings/README.md`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
