//! `cargo xtask aar`: the library as Android apps take it, an archive of classes, resources, rules and one native
//! library for each kind of phone. The format is public; no tool of Android's is needed but the NDK, for the native part.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::run::{Done, Stop, root};
use crate::{elf, kotlin, ndk};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds it below `target/android`.
pub(crate) fn run() -> Done {
    kotlin::publish()?;
    let jars = ["doorknock-core", "doorknock-kotlin"].map(|name| {
        let jar = format!("build/{name}/{name}-{VERSION}.jar");
        kotlin::folder().join(jar)
    });
    let libraries = ndk::libraries()?;
    for (_, library) in libraries.iter().flatten() {
        elf::fit_for_android(library)?;
    }
    let out = root().join("target/android");
    fs::create_dir_all(&out)?;
    let suffix = if libraries.is_some() {
        ""
    } else {
        "-without-native"
    };
    let name = format!("doorknock-android-{VERSION}{suffix}");
    let archive = contents(&jars, &libraries.clone().unwrap_or_default())?;
    let file = out.join(format!("{name}.aar"));
    fs::write(&file, pack(&archive)?)?;
    fs::write(out.join(format!("{name}.pom")), pom())?;
    println!("{}: {} files", file.display(), archive.len());
    if libraries.is_none() {
        println!(
            "NOT BUILT: the native libraries. There is no Android NDK here (ANDROID_NDK_HOME names none), so this archive \
             shows its structure and runs on no phone."
        );
    }
    Ok(())
}

/// A file of the archive.
type Entry = (String, Vec<u8>);

fn contents(jars: &[PathBuf], libraries: &[(&'static str, PathBuf)]) -> Done<Vec<Entry>> {
    let shim = root().join("android-shim/shim");
    let resources = shim.join("src/main/res");
    let mut all = vec![
        (
            "AndroidManifest.xml".to_owned(),
            fs::read(shim.join("src/main/AndroidManifest.xml"))?,
        ),
        ("classes.jar".to_owned(), classes(jars)?),
        (
            "proguard.txt".to_owned(),
            fs::read(shim.join("consumer-rules.pro"))?,
        ),
        (
            "META-INF/com/android/build/gradle/aar-metadata.properties".to_owned(),
            b"aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=34\n".to_vec(),
        ),
    ];
    let mut symbols = Vec::new();
    for kind in sorted(&resources)? {
        for file in sorted(&kind)? {
            let (kind, name) = (file_name(&kind), file_name(&file));
            let symbol = name.split('.').next().unwrap_or_default();
            symbols.push(format!("int {kind} {symbol} 0x0\n"));
            all.push((format!("res/{kind}/{name}"), fs::read(&file)?));
        }
    }
    all.push(("R.txt".to_owned(), symbols.concat().into_bytes()));
    for (abi, library) in libraries {
        all.push((format!("jni/{abi}/libdoorknock_ffi.so"), fs::read(library)?));
    }
    Ok(all)
}

/// The classes of several jars as one jar, without what Maven wrote about them.
fn classes(jars: &[PathBuf]) -> Done<Vec<u8>> {
    let mut all: Vec<Entry> = Vec::new();
    let mut seen = BTreeSet::new();
    for jar in jars {
        let mut jar = ZipArchive::new(File::open(jar)?).map_err(broken)?;
        for at in 0..jar.len() {
            let mut file = jar.by_index(at).map_err(broken)?;
            let name = file.name().map_err(broken)?.into_owned();
            let wanted = name.ends_with(".class") || name.ends_with(".kotlin_module");
            if !wanted {
                continue;
            }
            if !seen.insert(name.clone()) {
                return Err(Stop::new(format!("two jars have {name}")));
            }
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            all.push((name, bytes));
        }
    }
    all.sort();
    pack(&all)
}

/// An archive that is the same, byte for byte, when its files are.
fn pack(entries: &[Entry]) -> Done<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name, options).map_err(broken)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish().map_err(broken)?.into_inner())
}

/// What comes with the archive: JNA as an archive too, since its jar has no library for phones.
fn pom() -> String {
    let versions = fs::read_to_string(root().join("android-shim/pom.xml")).unwrap_or_default();
    let version = |property: &str| {
        let (open, close) = (format!("<{property}>"), format!("</{property}>"));
        let value = versions.split_once(&open).map(|(_, rest)| rest);
        let value = value.and_then(|rest| rest.split_once(&close));
        value.map_or_else(String::new, |(value, _)| value.to_owned())
    };
    let needs = [
        (
            "org.jetbrains.kotlin",
            "kotlin-stdlib",
            "kotlin.library.version",
            "jar",
        ),
        (
            "org.jetbrains.kotlinx",
            "kotlinx-coroutines-android",
            "coroutines.version",
            "jar",
        ),
        ("net.java.dev.jna", "jna", "jna.version", "aar"),
    ];
    let needs = needs.map(|(group, artifact, property, kind)| {
        let version = version(property);
        format!(
            "        <dependency>\n            <groupId>{group}</groupId>\n            <artifactId>{artifact}</artifactId>\n            \
             <version>{version}</version>\n            <type>{kind}</type>\n            <scope>compile</scope>\n        </dependency>\n"
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n    \
         <modelVersion>4.0.0</modelVersion>\n    <groupId>doorknock</groupId>\n    <artifactId>doorknock-android</artifactId>\n    \
         <version>{VERSION}</version>\n    <packaging>aar</packaging>\n    <dependencies>\n{}    </dependencies>\n</project>\n",
        needs.concat()
    )
}

fn sorted(folder: &Path) -> Done<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        all.push(entry?.path());
    }
    all.sort();
    Ok(all)
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn broken(error: zip::result::ZipError) -> Stop {
    Stop::new(format!("archive: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(folder: &Path, name: &str, entries: &[&str]) -> PathBuf {
        let entries: Vec<_> = entries
            .iter()
            .map(|name| ((*name).to_owned(), name.as_bytes().to_vec()))
            .collect();
        let path = folder.join(name);
        fs::write(&path, pack(&entries).unwrap()).unwrap();
        path
    }

    fn names(archive: &[u8]) -> Vec<String> {
        let archive = ZipArchive::new(Cursor::new(archive)).unwrap();
        let names = archive.file_names();
        names.map(|name| name.unwrap().into_owned()).collect()
    }

    #[test]
    fn the_archive_has_what_androids_build_looks_for() {
        let folder = tempfile::tempdir().unwrap();
        let core = jar(
            folder.path(),
            "core.jar",
            &["doorknock/core/A.class", "META-INF/MANIFEST.MF"],
        );
        let shim = jar(
            folder.path(),
            "shim.jar",
            &["doorknock/Home.class", "META-INF/shim.kotlin_module"],
        );
        let library = folder.path().join("lib.so");
        fs::write(&library, b"native").unwrap();
        let entries = contents(&[core, shim], &[("arm64-v8a", library)]).unwrap();
        let packed = names(&pack(&entries).unwrap());
        for name in [
            "AndroidManifest.xml",
            "classes.jar",
            "proguard.txt",
            "R.txt",
            "res/xml/doorknock_backup_rules.xml",
            "res/xml/doorknock_data_extraction_rules.xml",
            "jni/arm64-v8a/libdoorknock_ffi.so",
            "META-INF/com/android/build/gradle/aar-metadata.properties",
        ] {
            assert!(packed.iter().any(|packed| packed == name), "{name}");
        }
        let of = |name: &str| entries.iter().find(|entry| entry.0 == name).unwrap();
        assert_eq!(
            names(&of("classes.jar").1),
            [
                "META-INF/shim.kotlin_module",
                "doorknock/Home.class",
                "doorknock/core/A.class"
            ]
        );
        let symbols = String::from_utf8(of("R.txt").1.clone()).unwrap();
        assert!(symbols.contains("int xml doorknock_backup_rules 0x0\n"));
        let rules = String::from_utf8(of("proguard.txt").1.clone()).unwrap();
        assert!(rules.contains("-keep class com.sun.jna.**"));
    }

    #[test]
    fn one_class_in_two_jars_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let one = jar(folder.path(), "a.jar", &["A.class"]);
        let two = jar(folder.path(), "b.jar", &["A.class"]);
        assert!(classes(&[one, two]).is_err());
    }

    #[test]
    fn the_pom_names_the_versions_that_maven_built_with() {
        let pom = pom();
        assert!(pom.contains("<artifactId>jna</artifactId>\n            <version>5."));
        assert!(pom.contains("<type>aar</type>"));
        assert!(!pom.contains("<version></version>"));
    }
}
