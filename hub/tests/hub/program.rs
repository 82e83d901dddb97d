//! The program `doorknock-hub`.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn program(lang: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorknock-hub"));
    command
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", lang);
    command
}

fn serve(dir: &Path, port_file: &Path) -> Command {
    let mut command = program("zh_CN.UTF-8");
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir);
    command.arg("--port-file").arg(port_file);
    command
}

/// Ends the program if a test fails before it did.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn it_serves_refuses_a_second_process_and_stops_on_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let (data, port_file) = (dir.path().join("hub"), dir.path().join("port"));
    let child = serve(&data, &port_file)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut hub = Guard(child);
    let mut lines = BufReader::new(hub.0.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let address = std::fs::read_to_string(&port_file).unwrap();
    assert!(
        line.contains(address.trim()) && line.contains("运行"),
        "{line}"
    );
    TcpStream::connect(address.trim()).unwrap();

    let second = serve(&data, &dir.path().join("other")).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = stderr(&second);
    assert!(
        said.lines().count() == 1 && said.contains("正被另一个"),
        "{said}"
    );

    let id = hub.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(hub.0.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "中转站已停止\n");
}

#[test]
fn wrong_usage_is_one_line_in_the_language_asked_for() {
    let cases: [(&str, &[&str], &str); 5] = [
        ("zh_CN.UTF-8", &["serve"], "用法错误"),
        ("en_US.UTF-8", &["serve"], "Usage"),
        (
            "C",
            &["serve", "--data", "x", "--listen", "nowhere"],
            "用法错误",
        ),
        ("zh_CN.UTF-8", &["--lang", "en", "walk"], "Usage"),
        ("en_US.UTF-8", &["--lang=zh"], "用法错误"),
    ];
    for (lang, args, expected) in cases {
        let output = program(lang).args(args).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.starts_with(expected) && said.lines().count() == 1,
            "{args:?}: {said}"
        );
    }
}

#[test]
fn what_cannot_start_says_why_and_exits_with_1() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = serve(&file, &dir.path().join("port"))
        .args(["--lang", "en"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("The data folder"),
        "{}",
        stderr(&output)
    );

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = program("en");
    command
        .args(["serve", "--listen", &address, "--data"])
        .arg(dir.path().join("hub"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("Cannot listen"),
        "{}",
        stderr(&output)
    );

    let help = program("zh").args(["serve", "--help"]).output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert!(
        String::from_utf8(help.stdout)
            .unwrap()
            .contains("--port-file")
    );
}
