import Foundation

/// Carries the core's requests to the hub.
///
/// ``URLSessionTransport`` is the one for apps; a test carries them to `InMemoryHub`, of `DoorknockTesting`.
public protocol HubTransport: Sendable {
    /// One request: `method` to `hubUrl` followed by `path`; a body that is not empty is `application/cbor`.
    ///
    /// Any HTTP status is an answer. Follow no redirect: a community names its hub, and nobody on the way may name
    /// another. When the task is cancelled, abort and throw.
    ///
    /// - Throws: `Unreachable` if no whole answer came; whatever else is thrown counts as that, and its text is
    ///   shown to nobody.
    func exchange(_ request: HubRequest) async throws -> HubAnswer
}

/// No whole answer came from the hub; the core has the words for each reason, in both languages.
extension Unreachable: Error {}
