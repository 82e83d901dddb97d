import Foundation

/// What needs the hub. The core says what to ask, the home's ``HubTransport`` carries it, and meanwhile every
/// other call goes on: nothing waits for the network but these.
///
/// When the task of such a call is cancelled, the request under way is aborted and the call ends with
/// `CancellationError`. Nothing that was recorded is lost, and the next call goes on where this one stopped.
extension DoorknockHome {
    /// Syncs with the hub until nothing is left to do. A second call waits for the first, and then finds little to do.
    ///
    /// - Parameter progress: Told after every exchange what was done so far, on the home's thread.
    /// - Throws: `DoorknockError` with the code `hub_unreachable`, `hub_refused`, `hub_answer`, `not_joined` or
    ///   `paused`.
    @discardableResult
    public func sync(_ progress: (@Sendable (SyncProgress) -> Void)? = nil) async throws -> SyncReport {
        try await oneSync.take()
        defer { oneSync.pass() }
        guard case .synced(let report) = try await carry(core.sync(), progress) else { throw otherOutcome() }
        return report
    }

    /// Joins a community with an invitation's link. Safe to call again after a failure.
    ///
    /// - Throws: `DoorknockError` with the code `already_joined`, the link's own, `hub_unreachable`, `hub_refused`,
    ///   `invite_used`, `invite_expired`.
    @discardableResult
    public func join(link: String, name: String) async throws -> Joined {
        guard case .joined(let joined) = try await carry(core.join(link: link, name: name)) else {
            throw otherOutcome()
        }
        return joined
    }

    /// Founds a community at a hub; this home becomes its first administrator's device. Returns its id.
    ///
    /// - Throws: `DoorknockError` with the code `already_joined`, `hub_unreachable`, `hub_refused`, `hub_answer`.
    @discardableResult
    public func createCommunity(name: String, hubUrl: String, adminName: String) async throws -> UUID {
        let call = core.createCommunity(name: name, hubUrl: hubUrl, adminName: adminName)
        guard case .community(let id) = try await carry(call) else { throw otherOutcome() }
        return id
    }

    /// Invites somebody: a link that one device can use within so many days. It holds a secret; send it to nobody
    /// else.
    ///
    /// - Throws: `DoorknockError` with the code `not_admin`, `unknown_grid`, `grid_needed`, `hub_unreachable`,
    ///   `hub_refused`.
    public func invite(role: Role, grids: [String], validDays: UInt32 = 7) async throws -> String {
        let call = core.invite(role: role, grids: grids, validDays: validDays)
        guard case .invitation(let link) = try await carry(call) else { throw otherOutcome() }
        return link
    }

    /// Imports a roster given as a table: rows of cells, the header among the first. The same table twice changes
    /// nothing.
    ///
    /// - Throws: What is wrong with the table as a whole, `not_joined`, `grids_need_hub`, `not_admin`.
    @discardableResult
    public func importRoster(rows: [[String]], options: RosterOptions = RosterOptions()) async throws -> ImportReport {
        guard case .imported(let report) = try await carry(core.importRoster(rows: rows, options: options)) else {
            throw otherOutcome()
        }
        return report
    }

    /// Makes the next device's first sync short: for a desk, not for a phone on the road.
    @discardableResult
    public func publishSnapshots() async throws -> SnapshotReport {
        guard case .published(let report) = try await carry(core.publishSnapshots()) else { throw otherOutcome() }
        return report
    }
}
