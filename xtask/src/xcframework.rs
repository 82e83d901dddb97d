//! The core for iPhones: an XCFramework of static frameworks, one for the device and one for the simulator.
//!
//! Each library is linked into one object that shows nothing but the binding's functions (`swift::archive`), so that
//! the core's SQLite and the system's never meet. Everything but the tools' own work is plain files, which are tested
//! wherever the tests run; the tools are Apple's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::artifacts::for_phones;
use crate::run::{Done, Stop, must, program, root};
use crate::swift::{self, MODULES, Module, archive};

/// The oldest system that the package runs on; `ios-shim/Package.swift` says the same.
const OLDEST: &str = "16.0";

/// A framework of the XCFramework: the targets that go into it.
struct Slice {
    name: &'static str,
    /// As Apple's linker and Info.plist call it.
    platform: &'static str,
    supported: &'static str,
    sdk: &'static str,
    /// Rust's target, and the architecture as Apple calls it.
    targets: &'static [(&'static str, &'static str)],
}

const SLICES: [Slice; 2] = [
    Slice {
        name: "device",
        platform: "ios",
        supported: "iPhoneOS",
        sdk: "iphoneos",
        targets: &[("aarch64-apple-ios", "arm64")],
    },
    Slice {
        name: "simulator",
        platform: "ios-simulator",
        supported: "iPhoneSimulator",
        sdk: "iphonesimulator",
        targets: &[
            ("aarch64-apple-ios-sim", "arm64"),
            ("x86_64-apple-ios", "x86_64"),
        ],
    },
];

/// Builds the XCFrameworks into `ios-shim/build`.
pub(crate) fn run() -> Done {
    if !swift::apple() {
        return Err(Stop::lacking(
            "NOT RUN: this needs macOS with Xcode 16 and, from rustup, the targets aarch64-apple-ios, \
             aarch64-apple-ios-sim and x86_64-apple-ios. What of it needs no Apple tool is tested by `cargo test -p xtask`",
        ));
    }
    swift::sources("dev")?;
    let out = root().join("ios-shim/build");
    let work = root().join("target/xcframework");
    for module in &MODULES {
        let mut create = program("xcodebuild");
        create.arg("-create-xcframework");
        for slice in &SLICES {
            create
                .arg("-framework")
                .arg(framework(module, slice, &work)?);
        }
        let made = out.join(format!("{}.xcframework", module.ffi));
        if made.is_dir() {
            fs::remove_dir_all(&made)?;
        }
        must(create.arg("-output").arg(&made))?;
    }
    println!(
        "made: ios-shim/build; open ios-shim/Package.swift, or add the folder to an app as a local package"
    );
    Ok(())
}

/// Builds a framework and returns its folder.
fn framework(module: &Module, slice: &Slice, work: &Path) -> Done<PathBuf> {
    let folder = work.join(slice.name);
    let framework = folder.join(format!("{}.framework", module.ffi));
    fs::create_dir_all(&folder)?;
    let header = fs::read_to_string(swift::header(module))?;
    let version = sdk_version(slice.sdk)?;
    let mut objects = Vec::new();
    for (target, arch) in slice.targets {
        let mut build = for_phones(module.package, "staticlib");
        build
            .args(["--target", target])
            .env("IPHONEOS_DEPLOYMENT_TARGET", OLDEST);
        must(&mut build)?;
        let library = root().join(format!("target/{target}/phone/lib{}.a", module.krate));
        let object = folder.join(format!("{}-{arch}.o", module.krate));
        let platform = [
            "-arch",
            arch,
            "-platform_version",
            slice.platform,
            OLDEST,
            &version,
        ];
        let list = folder.join("visible");
        let functions = archive::functions(&header);
        archive::link_apple(&library, &platform, &functions, [&list, &object])?;
        objects.push(object);
    }
    skeleton(module, slice, &header, &framework)?;
    // One architecture or several: libtool makes a fat archive of objects for several.
    let mut collect = program("xcrun");
    collect
        .args(["libtool", "-static", "-o"])
        .arg(framework.join(module.ffi));
    must(collect.args(&objects))?;
    Ok(framework)
}

/// All of a framework but its binary.
fn skeleton(module: &Module, slice: &Slice, header: &str, framework: &Path) -> Done {
    if framework.is_dir() {
        fs::remove_dir_all(framework)?;
    }
    for folder in ["Headers", "Modules"] {
        fs::create_dir_all(framework.join(folder))?;
    }
    fs::write(framework.join(format!("Headers/{}.h", module.ffi)), header)?;
    fs::write(
        framework.join("Modules/module.modulemap"),
        swift::module_map(module, "framework "),
    )?;
    fs::write(framework.join("Info.plist"), info(module, slice))?;
    let privacy = "PrivacyInfo.xcprivacy";
    let manifest = root().join("ios-shim/Sources/Doorknock").join(privacy);
    fs::copy(manifest, framework.join(privacy))?;
    Ok(())
}

fn info(module: &Module, slice: &Slice) -> String {
    let name = module.ffi;
    let entries = [
        ("CFBundleExecutable", name),
        (
            "CFBundleIdentifier",
            &format!("doorknock.{}", name.to_lowercase()),
        ),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", name),
        ("CFBundlePackageType", "FMWK"),
        ("CFBundleShortVersionString", env!("CARGO_PKG_VERSION")),
        ("CFBundleVersion", env!("CARGO_PKG_VERSION")),
        ("MinimumOSVersion", OLDEST),
    ];
    let strings: String = entries
        .iter()
        .map(|(key, value)| format!("\t<key>{key}</key>\n\t<string>{value}</string>\n"))
        .collect();
    let supported = slice.supported;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n{strings}\
         \t<key>CFBundleSupportedPlatforms</key>\n\t<array>\n\t\t<string>{supported}</string>\n\t</array>\n\
         </dict>\n</plist>\n"
    )
}

fn sdk_version(sdk: &str) -> Done<String> {
    let mut ask = program("xcrun");
    let said = ask.args(["--sdk", sdk, "--show-sdk-version"]).output()?;
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if version.is_empty() {
        return Err(Stop::new(format!("xcrun knows no SDK {sdk}")));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framework_is_complete_but_for_its_binary() {
        let folder = tempfile::tempdir().unwrap();
        let header = "void uniffi_doorknock_ffi_fn_x(void\n);\n";
        for slice in &SLICES {
            let framework = folder.path().join(slice.name).join("X.framework");
            // A second time, over an earlier one.
            for _ in 0..2 {
                skeleton(&MODULES[0], slice, header, &framework).unwrap();
            }
            let read = |path: &str| fs::read_to_string(framework.join(path)).unwrap();
            assert_eq!(read("Headers/DoorknockCoreFFI.h"), header);
            let map = "framework module DoorknockCoreFFI {\n    header \"DoorknockCoreFFI.h\"\n    export *\n}\n";
            assert_eq!(read("Modules/module.modulemap"), map);
            assert!(read("PrivacyInfo.xcprivacy").contains("NSPrivacyAccessedAPITypes"));
            let info = read("Info.plist");
            assert!(
                info.contains("<key>CFBundleExecutable</key>\n\t<string>DoorknockCoreFFI</string>")
            );
            assert!(
                info.contains(&format!("<string>{}</string>", slice.supported)),
                "{info}"
            );
            let open = |tag: &str| info.matches(&format!("<{tag}>")).count();
            let closed = |tag: &str| info.matches(&format!("</{tag}>")).count();
            for tag in ["key", "string", "array", "dict"] {
                assert_eq!(open(tag), closed(tag), "{tag}");
            }
        }
    }

    #[test]
    fn the_package_runs_on_the_systems_that_the_frameworks_are_built_for() {
        let package = fs::read_to_string(root().join("ios-shim/Package.swift")).unwrap();
        let oldest = OLDEST.trim_end_matches(".0");
        assert!(package.contains(&format!(".iOS(.v{oldest})")));
        for module in &MODULES {
            assert!(
                package.contains(&format!("ffi(\"{}\")", module.ffi)),
                "{}",
                module.ffi
            );
        }
    }
}
