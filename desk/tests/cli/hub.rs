//! A hub in this process, on a port of the loopback.

use std::path::Path;
use std::thread::JoinHandle;

use doorknock_hub::home::Home;
use doorknock_hub::serve::{Options, listen, run};
use tokio::sync::oneshot::{Sender, channel};

/// Runs until it is dropped.
pub(crate) struct Hub {
    pub(crate) url: String,
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Hub {
    pub(crate) fn start(folder: &Path) -> Self {
        let entropy = doorknock::Env::system().entropy;
        let home = Home::open(folder, &*entropy).unwrap();
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap();
            let stop = async {
                let _ = stopped.await;
            };
            runtime
                .block_on(run(home, listener, Options::default(), stop, |_| ()))
                .unwrap();
        });
        Self {
            url,
            running: Some((stop, thread)),
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}
