//! The native libraries of phones, where there is an Android NDK.

use std::fs;
use std::path::PathBuf;

use crate::artifacts::for_phones;
use crate::run::{Done, Stop, must, quiet, root};

/// The oldest Android that the library runs on, API 26: Android 8.
const API: &str = "26";

/// A kind of phone: what Android calls it, what Rust does, and how the NDK's compiler names it.
const PHONES: [(&str, &str, &str); 3] = [
    (
        "arm64-v8a",
        "aarch64-linux-android",
        "aarch64-linux-android",
    ),
    (
        "armeabi-v7a",
        "armv7-linux-androideabi",
        "armv7a-linux-androideabi",
    ),
    ("x86_64", "x86_64-linux-android", "x86_64-linux-android"),
];

/// Builds one for each kind of phone, stripped; none where there is no NDK.
pub(crate) fn libraries() -> Done<Option<Vec<(&'static str, PathBuf)>>> {
    let Some((ndk, tools)) = tools() else {
        return Ok(None);
    };
    let mut built = Vec::new();
    for (abi, target, compiler) in PHONES {
        if !quiet("rustup", &["target", "add", target]) {
            return Err(Stop::new(format!(
                "`rustup target add {target}` does not work"
            )));
        }
        let clang = tools.join(format!("{compiler}{API}-clang"));
        let shout = target.to_uppercase().replace('-', "_");
        let mut command = for_phones("doorknock-ffi", "cdylib");
        // No phone has a libcrypto for apps: OpenSSL's is built in.
        command.args(["--features", "vendored-openssl", "--target", target]);
        command.env(format!("CARGO_TARGET_{shout}_LINKER"), &clang);
        command.env(format!("CC_{target}"), &clang);
        command.env(format!("AR_{target}"), tools.join("llvm-ar"));
        command.env(format!("RANLIB_{target}"), tools.join("llvm-ranlib"));
        // OpenSSL's own build looks for these two.
        command.env("ANDROID_NDK_ROOT", &ndk);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(tools.clone()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(path).unwrap_or_default());
        must(&mut command)?;
        let library = format!("target/{target}/phone/libdoorknock_ffi.so");
        let placed = root().join("target/android/jniLibs").join(abi);
        fs::create_dir_all(&placed)?;
        let placed = placed.join("libdoorknock_ffi.so");
        fs::copy(root().join(library), &placed)?;
        built.push((abi, placed));
    }
    Ok(Some(built))
}

/// The NDK and its compilers, by the variables that Android's own tools go by.
fn tools() -> Option<(PathBuf, PathBuf)> {
    let host = match std::env::consts::OS {
        "macos" => "darwin-x86_64",
        "windows" => "windows-x86_64",
        _ => "linux-x86_64",
    };
    ["ANDROID_NDK_HOME", "ANDROID_NDK_ROOT"]
        .iter()
        .filter_map(std::env::var_os)
        .map(PathBuf::from)
        .map(|ndk| {
            let tools = ndk.join("toolchains/llvm/prebuilt").join(host);
            (ndk, tools.join("bin"))
        })
        .find(|(_, tools)| tools.is_dir())
}
