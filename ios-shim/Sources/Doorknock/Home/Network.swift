import Foundation

/// What needs the hub. The core says what to ask, the home's ``HubTransport`` carries it, and meanwhile every
/// other call goes on: nothing waits for the network but these.
///
/// When the task of such a call is cancelled, the request under way is aborted and the call ends with
/// `CancellationError`. Nothing that was recorded is lost, and the next call goes on where this one stopped.
extension DoorknockHome {
    /// Syncs with the hub until nothing is left to do.
    ///
    /// - Parameter progress: Told after every exchange what was done so far.
    /// - Throws: ``DoorknockError`` with the code `hub_unreachable`, `hub_refused`, `hub_answer` or `paused`.
    @discardableResult
    public func sync(_ progress: (@Sendable (SyncProgress) -> Void)? = nil) async throws -> SyncReport {
        guard case .synced(let report) = try await carry(core.sync(), progress) else { throw otherOutcome() }
        return report
    }

    /// Joins a community with an invitation's link. Safe to call again after a failure.
    ///
    /// - Throws: ``DoorknockError`` with the code `already_joined`, the link's own, `hub_unreachable`, `hub_refused`,
    ///   `invite_used`, `invite_expired`.
    @discardableResult
    public func join(link: String, name: String) async throws -> Joined {
        guard case .joined(let joined) = try await carry(core.join(link: link, name: name)) else { throw otherOutcome() }
        return joined
    }
}
