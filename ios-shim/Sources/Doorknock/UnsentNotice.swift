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
    public func unsentNotice(now: Date = Date()) async throws -> UnsentNotice? {
        let waiting = try status().pendingVisits
        guard waiting > 0, let device = try community()?.device else { return nil }
        var oldest: Date?
        var (found, sent): (UInt64, Int) = (0, 0)
        // Newest first: what waits is at the beginning, and after a day's visits that are all sent nothing waits.
        for try await visit in everyVisit() where visit.device == device {
            if case .atHub = try placeOfVisit(visit: visit.visit).place {
                sent += 1
            } else {
                (found, sent) = (found + 1, 0)
                oldest = min(visit.at, oldest ?? visit.at)
            }
            if found == waiting || sent == 50 { break }
        }
        return UnsentNotice(visits: waiting, since: oldest, now: now)
    }
}
