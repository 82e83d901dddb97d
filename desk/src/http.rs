//! Carries the core's requests to the hub.

use std::io::ErrorKind;
use std::time::Duration;

use doorknock::{Answer, Request, Transport, Unreachable};
use ureq::{Agent, Proxy};

/// The largest answer taken: a hub never gives more (docs/wire-format.md, "Hub protocol").
const ANSWER_LIMIT: u64 = 8 << 20;
const CONNECT: Duration = Duration::from_secs(10);
/// How long the hub may think, or a dead connection be waited for.
const THINK: Duration = Duration::from_secs(60);
/// What the poorest connection carries in a second: half of 30 kbit/s.
const SLOWEST: u64 = 2 << 10;
/// Answers are asked for in small pieces where connections are poor (docs/damage.md), but an entry comes whole.
const ENTRY: usize = 1 << 20;

/// HTTP and HTTPS, through the proxy that the environment names, if any. Follows no redirect: a
/// charter names its hub, and nobody on the way may name another.
pub(crate) struct Http {
    agent: Agent,
}

impl Http {
    /// A client as the environment wants it.
    pub(crate) fn new() -> Self {
        Self::through(Proxy::try_from_env())
    }

    fn through(proxy: Option<Proxy>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(THINK))
            .timeout_recv_body(Some(allowed(ENTRY)))
            .user_agent(concat!("doorknock/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            agent: config.into(),
        }
    }

    fn send(&self, url: &str, request: &Request) -> Result<Answer, ureq::Error> {
        let mut response = match request.method {
            "GET" => self.agent.get(url).call()?,
            _ => self
                .agent
                .post(url)
                .config()
                .timeout_send_body(Some(allowed(request.body.len())))
                .build()
                .content_type("application/cbor")
                .send(&request.body[..])?,
        };
        let status = response.status().as_u16();
        let body = response
            .body_mut()
            .with_config()
            .limit(ANSWER_LIMIT)
            .read_to_vec()?;
        Ok(Answer { status, body })
    }
}

fn reason(error: &ureq::Error) -> Unreachable {
    match error {
        ureq::Error::Timeout(_) => Unreachable::TimedOut,
        ureq::Error::HostNotFound => Unreachable::NoSuchHost,
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Unreachable::BadAddress,
        ureq::Error::BodyExceedsLimit(_) => Unreachable::TooLarge,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::TlsRequired => {
            Unreachable::Insecure
        }
        ureq::Error::InvalidProxyUrl | ureq::Error::ConnectProxyFailed(_) => Unreachable::Proxy,
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Unreachable::Refused,
            ErrorKind::NotFound => Unreachable::NoSuchHost,
            ErrorKind::TimedOut => Unreachable::TimedOut,
            ErrorKind::InvalidData => Unreachable::Insecure,
            _ => Unreachable::Broken,
        },
        _ => Unreachable::Broken,
    }
}

/// How long so much may be under way.
fn allowed(bytes: usize) -> Duration {
    THINK + Duration::from_secs(bytes as u64 / SLOWEST)
}

impl Transport for Http {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<Answer, Unreachable> {
        let is_web = ["http://", "https://"]
            .iter()
            .any(|scheme| hub_url.starts_with(scheme));
        if !is_web {
            return Err(Unreachable::BadAddress);
        }
        let url = format!("{}{}", hub_url.trim_end_matches('/'), request.path);
        self.send(&url, request).map_err(|error| reason(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// A server that gives each connection this answer; its address, and what the first one sent.
    fn server(answer: Vec<u8>) -> (String, std::thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut sent = Vec::new();
            let mut block = [0; 4096];
            while !sent.ends_with(b"END") && !sent.ends_with(b"\r\n\r\n") {
                let n = stream.read(&mut block).unwrap();
                sent.extend_from_slice(&block[..n]);
            }
            let _ = stream.write_all(&answer);
            sent
        });
        (url, served)
    }

    fn get() -> Request {
        Request {
            method: "GET",
            path: "/v1/hub",
            body: Vec::new(),
        }
    }

    fn client() -> Http {
        Http::through(None)
    }

    #[test]
    fn a_refusal_and_a_redirect_are_answers() {
        for (line, status) in [
            ("413 Too Large\r\n", 413),
            ("503 Unwell\r\n", 503),
            ("302 Found\r\nLocation: http://127.0.0.1:1/\r\n", 302),
        ] {
            let answer = format!("HTTP/1.1 {line}Content-Length: 3\r\n\r\nwhy");
            let (url, _) = server(answer.into_bytes());
            let answer = client().exchange(&url, &get()).unwrap();
            assert_eq!(
                answer,
                Answer {
                    status,
                    body: b"why".to_vec()
                }
            );
        }
    }

    #[test]
    fn a_body_goes_to_the_path_below_the_hubs_address_with_its_type() {
        let (url, served) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec());
        let request = Request {
            method: "POST",
            path: "/v1/sync",
            body: b"\0\xffEND".to_vec(),
        };
        client()
            .exchange(&format!("{url}/base/"), &request)
            .unwrap();
        let sent = String::from_utf8_lossy(&served.join().unwrap()).to_lowercase();
        assert!(
            sent.starts_with("post /base/v1/sync http/1.1\r\n"),
            "{sent}"
        );
        assert!(sent.contains("content-type: application/cbor"), "{sent}");
    }

    #[test]
    fn an_endless_answer_is_cut_off() {
        let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        answer.resize(
            answer.len() + usize::try_from(ANSWER_LIMIT).unwrap() + 4096,
            7,
        );
        let (url, _) = server(answer);
        let error = client().exchange(&url, &get()).unwrap_err();
        assert_eq!(error, Unreachable::TooLarge);
    }

    #[test]
    fn reasons_never_name_the_address() {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        for url in [
            format!("http://{free}"),
            "ftp://secret".into(),
            "http://a b secret".into(),
        ] {
            let why = client().exchange(&url, &get()).unwrap_err();
            let said = doorknock::Error::from(why).message();
            for words in [said.zh, said.en] {
                assert!(
                    !words.contains("127") && !words.contains("secret"),
                    "{words}"
                );
            }
        }
    }
}
