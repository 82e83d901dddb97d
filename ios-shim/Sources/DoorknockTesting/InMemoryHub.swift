import Doorknock
import DoorknockTestingCore
import Foundation

/// A hub inside the test's process: the real hub's rules over a store in memory, without a socket.
///
/// Give it to every home of a test as its transport; the homes then sync with one another through it. It can be put
/// out of reach, as in a basement.
public final class InMemoryHub: HubTransport, @unchecked Sendable {
    /// What a community is founded with; no request ever leaves the process.
    public static let url = "http://hub.invalid"

    private let hub: DoorknockTestingCore.InMemoryHub
    private let lock = NSLock()
    private var reachable = true
    private var requests = 0

    public init() throws {
        hub = try DoorknockTestingCore.InMemoryHub()
    }

    /// Whether there is a signal. Without one every request ends with `Unreachable.noNetwork`.
    public var isReachable: Bool {
        get { lock.withLock { reachable } }
        set { lock.withLock { reachable = newValue } }
    }

    /// How many requests were made, answered or not.
    public var requestCount: Int {
        lock.withLock { requests }
    }

    /// Stops the hub's clock, for homes with a ``ManualClock``; nothing lets it go by the system's again.
    public func setClock(_ time: Date?) {
        hub.setClock(at: time)
    }

    public func exchange(_ request: HubRequest) async throws -> HubAnswer {
        try Task.checkCancellation()
        let reached = lock.withLock {
            requests += 1
            return reachable
        }
        guard reached else { throw Unreachable.noNetwork }
        let answer = hub.exchange(method: request.method, path: request.path, body: request.body)
        return HubAnswer(status: answer.status, body: answer.body)
    }
}
