//! What building needs beside Rust: a C compiler and OpenSSL's headers (SQLCipher links the system's
//! libcrypto). What some tests need: Python for the binding, LibreOffice for the ledgers.

use std::path::Path;

use crate::run::{Done, Stop, must, program, quiet};

/// Something to have, by the names people and Debian know it by.
struct Need {
    name: &'static str,
    /// The package of Debian and Ubuntu.
    debian: &'static str,
    /// The package of Fedora.
    fedora: &'static str,
    found: fn() -> bool,
    /// Whether nothing can be built without it.
    builds: bool,
}

const PYTHON: Need = Need {
    name: "python3",
    debian: "python3",
    fedora: "python3",
    found: || quiet("python3", &["--version"]),
    builds: false,
};

const NEEDS: [Need; 4] = [
    Need {
        name: "a C compiler (cc)",
        debian: "build-essential",
        fedora: "gcc",
        found: || quiet("cc", &["--version"]),
        builds: true,
    },
    Need {
        name: "pkg-config",
        debian: "pkg-config",
        fedora: "pkgconf",
        found: || no_openssl_wanted() || quiet("pkg-config", &["--version"]),
        builds: true,
    },
    Need {
        name: "OpenSSL headers",
        debian: "libssl-dev",
        fedora: "openssl-devel",
        found: || no_openssl_wanted() || quiet("pkg-config", &["--exists", "openssl"]),
        builds: true,
    },
    PYTHON,
];

/// Opens what the office hands on; 277 MB, for one test.
const LIBREOFFICE: Need = Need {
    name: "LibreOffice (soffice)",
    debian: "libreoffice-calc-nogui",
    fedora: "libreoffice-calc",
    found: || quiet("soffice", &["--version"]),
    builds: false,
};

/// Compile and run the Kotlin library and its tests.
const MAVEN: Need = Need {
    name: "Maven (mvn)",
    debian: "maven",
    fedora: "maven",
    found: || quiet("mvn", &["--version"]),
    builds: false,
};
const JAVA: Need = Need {
    name: "a JDK, 17 or newer (javac)",
    debian: "default-jdk-headless",
    fedora: "java-17-openjdk-devel",
    found: || quiet("javac", &["--version"]),
    builds: false,
};

/// Checks what building needs, installs where it may, and otherwise says in one line what to install.
pub(crate) fn run() -> Done {
    see_to(&NEEDS.iter().collect::<Vec<_>>())
}

/// The same with what every test needs.
pub(crate) fn for_tests() -> Done {
    see_to(
        &NEEDS
            .iter()
            .chain([&LIBREOFFICE, &JAVA, &MAVEN])
            .collect::<Vec<_>>(),
    )
}

/// What the Kotlin library needs.
pub(crate) fn for_kotlin() -> Done {
    see_to(&NEEDS.iter().chain([&JAVA, &MAVEN]).collect::<Vec<_>>())
}

fn see_to(needs: &[&Need]) -> Done {
    let lacking = || {
        let lacking = needs.iter().copied().filter(|need| !(need.found)());
        lacking.collect::<Vec<_>>()
    };
    let missing = lacking();
    if missing.is_empty() {
        return Ok(());
    }
    if let Some(sudo) = may_install() {
        println!("missing: {}", names(&missing));
        // What is still missing then is what counts, and is told with advice.
        if let Err(stop) = install(sudo, &missing) {
            eprintln!("{}", stop.said);
        }
    }
    match verdict(&lacking()) {
        Ok(Some(advice)) => eprintln!("xtask setup: {advice}"),
        Ok(None) => {}
        Err(stop) => return Err(stop),
    }
    Ok(())
}

/// What is still missing ends it, or is worth a word: the tests that need it say that they were not run.
fn verdict(missing: &[&Need]) -> Done<Option<String>> {
    if missing.iter().any(|need| need.builds) {
        return Err(Stop::new(advice(missing)));
    }
    Ok((!missing.is_empty()).then(|| advice(missing)))
}

/// Whether SQLCipher's build asks nobody for OpenSSL: Apple's systems have their own cryptography,
/// and these variables say where it is.
fn no_openssl_wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some();
    cfg!(target_vendor = "apple")
        || set("OPENSSL_DIR")
        || (set("OPENSSL_LIB_DIR") && set("OPENSSL_INCLUDE_DIR"))
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

fn install(sudo: &[&str], missing: &[&Need]) -> Done {
    let update = ["apt-get", "update", "-q"];
    let install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"];
    let packages: Vec<&str> = missing.iter().map(|need| need.debian).collect();
    for step in [&update[..], &[&install[..], &packages].concat()] {
        // Through env, since sudo hands no variables on.
        let quietly = ["env", "DEBIAN_FRONTEND=noninteractive"];
        let words = [sudo, &quietly, step].concat();
        if let Some((name, args)) = words.split_first() {
            must(program(name).args(args))?;
        }
    }
    Ok(())
}

fn names(needs: &[&Need]) -> String {
    let names = needs.iter().map(|need| need.name);
    names.collect::<Vec<_>>().join(", ")
}

fn advice(missing: &[&Need]) -> String {
    let packages = |of: fn(&Need) -> &str| {
        let packages = missing.iter().map(|need| of(need));
        packages.collect::<Vec<_>>().join(" ")
    };
    format!(
        "missing: {}. Debian and Ubuntu: sudo apt-get install {}; Fedora: sudo dnf install {}",
        names(missing),
        packages(|need| need.debian),
        packages(|need| need.fedora),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_one_line_that_names_what_is_missing() {
        let said = advice(&[&NEEDS[2], &PYTHON]);
        assert_eq!(said.lines().count(), 1);
        assert!(said.starts_with("missing: OpenSSL headers, python3."));
        assert!(said.contains("libssl-dev python3; Fedora"));
    }

    #[test]
    fn what_only_tests_need_keeps_nobody_from_building() {
        assert!(verdict(&[]).is_ok_and(|advice| advice.is_none()));
        let advice = verdict(&[&PYTHON, &LIBREOFFICE]).unwrap().unwrap();
        assert!(
            advice.contains("python3 libreoffice-calc-nogui"),
            "{advice}"
        );
        assert!(verdict(&[&LIBREOFFICE, &NEEDS[0]]).is_err());
        // Nor does the demo wait for it.
        assert!(NEEDS.iter().all(|need| need.name != LIBREOFFICE.name));
    }
}
