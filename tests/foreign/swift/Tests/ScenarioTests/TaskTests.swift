import Doorknock
import Foundation
import Testing

@Suite("Tasks and objects")
struct Tasks {
    let world: World

    init() throws {
        world = try World()
    }

    @Test("A sync that is cancelled in the middle loses nothing, and the next one ends it")
    func cancelledInMidSync() async throws {
        let office = try await world.office()
        let stuck = Stuck()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office, stuck)
        let door = try #require(try await phone.today().items.first?.door)
        let visit = try await phone.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .inPerson))

        stuck.holds = true
        let sync = Task { try await phone.sync() }
        await stuck.isAsked()
        // The home is free while the request is under way.
        #expect(try await phone.status().pendingVisits == 1)
        sync.cancel()
        await #expect(throws: CancellationError.self) { try await sync.value }
        #expect(try await phone.status().pendingVisits == 1)

        stuck.holds = false
        try await phone.sync()
        try await office.sync()
        #expect(try await office.visits(door: nil, limit: 10).items.map(\.visit) == [visit])
        #expect(try await phone.status().pending == 0)
    }
}

/// A connection that takes the request and then says nothing, while it holds and until it is let go.
final class Stuck: HubTransport, @unchecked Sendable {
    private let inner = URLSessionTransport()
    private let lock = NSLock()
    private var holding = false
    private let (asked, ask) = AsyncStream.makeStream(of: Void.self)
    private let (freed, free) = AsyncStream.makeStream(of: Void.self)

    var holds: Bool {
        get { lock.withLock { holding } }
        set { lock.withLock { holding = newValue } }
    }

    /// Returns once a request is held.
    func isAsked() async {
        for await _ in asked { return }
    }

    /// Carries the request that is held.
    func letGo() {
        free.yield()
    }

    func exchange(_ request: HubRequest) async throws -> HubAnswer {
        if holds {
            ask.yield()
            for await _ in freed { break }
            try Task.checkCancellation()
        }
        return try await inner.exchange(request)
    }
}
