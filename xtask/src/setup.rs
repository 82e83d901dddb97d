//! What building needs beside Rust: a C compiler, OpenSSL's headers (SQLCipher links the system's
//! libcrypto) and Python for the tests of its binding.

use std::path::Path;

use crate::run::{Done, Stop, must, program, quiet};

const PYTHON: &str = "python3";
const PACKAGES: [&str; 4] = ["build-essential", "pkg-config", "libssl-dev", "python3"];

/// Checks, installs where it may, and otherwise says in one line what to install.
pub(crate) fn run() -> Done {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    if let Some(sudo) = may_install() {
        println!("missing: {}", missing.join(", "));
        // What is still missing then is what counts, and is told with advice.
        if let Err(stop) = install(sudo) {
            eprintln!("{}", stop.said);
        }
    }
    match self::missing().as_slice() {
        [] => Ok(()),
        // Nothing is built with it; the tests that need it say that they were not run.
        [PYTHON] => {
            eprintln!("xtask setup: {}", advice(&[PYTHON]));
            Ok(())
        }
        missing => Err(Stop::new(advice(missing))),
    }
}

fn missing() -> Vec<&'static str> {
    // The build of SQLCipher takes these variables and then asks nobody.
    let told = std::env::var_os("OPENSSL_DIR").is_some()
        || (std::env::var_os("OPENSSL_LIB_DIR").is_some()
            && std::env::var_os("OPENSSL_INCLUDE_DIR").is_some());
    // On Apple's systems SQLCipher uses the system's own cryptography.
    let openssl =
        cfg!(target_vendor = "apple") || told || quiet("pkg-config", &["--exists", "openssl"]);
    let pkg_config = cfg!(target_vendor = "apple") || told || quiet("pkg-config", &["--version"]);
    let found = [
        ("a C compiler (cc)", quiet("cc", &["--version"])),
        ("pkg-config", pkg_config),
        ("OpenSSL headers", openssl),
        (PYTHON, quiet(PYTHON, &["--version"])),
    ];
    let missing = found.into_iter().filter(|(_, found)| !found);
    missing.map(|(name, _)| name).collect()
}

/// The words to put before `apt-get`, or none where this program may not install.
fn may_install() -> Option<&'static [&'static str]> {
    if !Path::new("/etc/debian_version").exists() || !quiet("apt-get", &["--version"]) {
        return None;
    }
    let id = program("id").arg("-u").output().ok()?;
    if id.stdout.trim_ascii() == b"0" {
        Some(&[])
    } else if quiet("sudo", &["-n", "true"]) {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn install(sudo: &[&str]) -> Done {
    let update = ["apt-get", "update", "-q"];
    let install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"];
    for step in [&update[..], &[&install[..], &PACKAGES].concat()] {
        // Through env, since sudo hands no variables on.
        let quietly = ["env", "DEBIAN_FRONTEND=noninteractive"];
        let words = [sudo, &quietly, step].concat();
        if let Some((name, args)) = words.split_first() {
            must(program(name).args(args))?;
        }
    }
    Ok(())
}

fn advice(missing: &[&str]) -> String {
    let missing = missing.join(", ");
    let packages = PACKAGES.join(" ");
    format!(
        "missing: {missing}. Debian and Ubuntu: sudo apt-get install {packages}; \
         Fedora: sudo dnf install gcc pkgconf openssl-devel python3"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_one_line_that_names_what_is_missing() {
        let said = advice(&["OpenSSL headers", PYTHON]);
        assert_eq!(said.lines().count(), 1);
        assert!(said.starts_with("missing: OpenSSL headers, python3."));
        assert!(said.contains("libssl-dev"));
    }
}
