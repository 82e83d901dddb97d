//! The app's HTTP client, as the core calls it.

use std::sync::Arc;

use doorknock::{Request, Unreachable};

/// What the hub answered, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HubAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Raised by the app's [`Transport`] when no whole answer came. Any HTTP status is an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TransportError {
    /// No answer.
    #[error("{why}")]
    Unreachable {
        /// The reason in a few words, without personal data: people are shown it.
        why: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TransportError {
    /// The app raised something else. Its text may say anything, so none of it is shown.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unreachable {
            why: "应用网络组件出错 / the app's transport failed".to_owned(),
        }
    }
}

/// Carries the core's requests to the hub, over the app's own HTTP client. Called on the thread that
/// called the core, with no lock held.
#[uniffi::export(with_foreign)]
pub trait Transport: Send + Sync {
    /// One request: `method` is `GET` or `POST`, the address is `hub_url` followed by `path`, and a
    /// body that is not empty is `application/cbor`. Redirects must not be followed.
    ///
    /// # Errors
    /// [`TransportError`] if no whole answer came.
    fn exchange(
        &self,
        hub_url: String,
        method: String,
        path: String,
        body: Vec<u8>,
    ) -> Result<HubAnswer, TransportError>;
}

/// The app's transport as the facade calls it.
pub(crate) struct Carried(pub(crate) Arc<dyn Transport>);

impl doorknock::Transport for Carried {
    fn exchange(&self, hub_url: &str, request: &Request) -> Result<doorknock::Answer, Unreachable> {
        let answer = self.0.exchange(
            hub_url.to_owned(),
            request.method.to_owned(),
            request.path.to_owned(),
            request.body.clone(),
        );
        match answer {
            Ok(HubAnswer { status, body }) => Ok(doorknock::Answer { status, body }),
            Err(TransportError::Unreachable { why }) => Err(Unreachable(why)),
        }
    }
}
