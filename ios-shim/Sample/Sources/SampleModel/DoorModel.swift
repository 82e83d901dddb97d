import Doorknock
import Foundation
import Observation

/// A door: what was found there, and a visit to log.
@MainActor @Observable
public final class DoorModel {
    public let line: RoundLine
    public private(set) var visits: [Visit] = []
    public private(set) var problem: String?

    // The form.
    public var outcome = Outcome.met
    public var channel = Channel.inPerson
    public var summary = ""

    private let home: DoorknockHome

    public init(home: DoorknockHome, line: RoundLine) {
        self.home = home
        self.line = line
    }

    public func load() async {
        do {
            visits = try await home.visits(door: line.door, limit: 20).items
        } catch {
            problem = error.localizedDescription
        }
    }

    /// Logs the visit. When this returns true it is on this phone for good, with a signal or without.
    public func log() async -> Bool {
        let text = summary.trimmingCharacters(in: .whitespacesAndNewlines)
        let visit = NewVisit(
            door: line.door, outcome: outcome, channel: channel, summary: text.isEmpty ? nil : text)
        do {
            _ = try await home.logVisit(visit: visit)
            summary = ""
            await load()
            return true
        } catch {
            problem = error.localizedDescription
            return false
        }
    }
}
