import Doorknock
import Foundation
import Observation

/// Today's list.
@MainActor @Observable
public final class TodayModel {
    public private(set) var lines: [RoundLine] = []
    public private(set) var problem: String?
    private let home: DoorknockHome

    public init(home: DoorknockHome) {
        self.home = home
    }

    public var left: Int {
        lines.count { $0.status == .due }
    }

    /// Shows the list, and again whenever something changes, until the screen goes away.
    public func follow() async {
        // Listen first, then read: what changes in between is not missed.
        let changes = await home.changes()
        await load()
        for await _ in changes { await load() }
    }

    public func load() async {
        do {
            lines = try await home.today().items
            problem = nil
        } catch {
            problem = error.localizedDescription
        }
    }
}
