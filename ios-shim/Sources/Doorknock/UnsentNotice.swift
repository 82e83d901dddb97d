import Foundation

/// "12 visits unsent for 2 days": what a worker should know before the phone is lost.
public struct UnsentNotice: Sendable, Equatable {
    /// Visits that the hub is not known to have.
    public let visits: UInt64
    /// Whole days that the oldest of them has waited; 1 or more.
    public let days: Int

    /// Nothing while there is nothing to send, or nothing has waited for a whole day.
    ///
    /// - Parameters:
    ///   - visits: How many wait.
    ///   - since: Since when the oldest of them does.
    ///   - now: The time now.
    public init?(visits: UInt64, since: Date?, now: Date = Date()) {
        guard visits > 0, let since else { return nil }
        let days = Int(now.timeIntervalSince(since) / 86_400)
        guard days >= 1 else { return nil }
        self.visits = visits
        self.days = days
    }

    /// For a notice or a banner.
    public func text(in language: Language = .preferred) -> String {
        switch language {
        case .chinese:
            "\(visits) 次走访已有 \(days) 天未发送"
        case .english:
            "\(visits) \(visits == 1 ? "visit" : "visits") unsent for \(days) \(days == 1 ? "day" : "days")"
        }
    }
}

extension DoorknockHome {
    /// The notice to show now, or nothing while all is well.
    public func unsentNotice(now: Date = Date()) throws -> UnsentNotice? {
        let status = try status()
        return UnsentNotice(visits: status.pendingVisits, since: status.unsentSince, now: now)
    }
}
