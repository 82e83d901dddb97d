import DoorknockTesting
import Foundation
import Testing

@testable import Doorknock

@Suite("A home and its test doubles")
struct HomeTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let hub: InMemoryHub

    init() throws {
        hub = try InMemoryHub()
    }

    func office(_ clock: ManualClock = ManualClock()) async throws -> DoorknockHome {
        hub.setClock(clock.now())
        let office = try await DoorknockHome.open(
            folder.appendingPathComponent("office"), keys: FakeKeys(), clock: clock, transport: hub)
        try await office.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        try await office.importRoster(rows: [
            ["网格", "小区", "楼栋", "房号", "关爱类别"], ["G1", "花园", "3栋", "101室", "独居"],
        ])
        return office
    }

    @Test("Homes meet at the hub in memory, and a basement is a basement")
    func inMemory() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let office = try await office()
        let link = try await office.invite(role: .worker, grids: ["G1"])
        let phone = try await DoorknockHome.open(
            folder.appendingPathComponent("phone"), keys: FakeKeys(), clock: ManualClock(), transport: hub)
        try await phone.join(link: link, name: "李文丽")
        try await office.sync()
        try await phone.sync()
        let door = try #require(try await phone.today().items.first?.door)
        hub.isReachable = false
        let visit = try await phone.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .phone))
        await #expect(throws: DoorknockError.self) { try await phone.sync() }
        hub.isReachable = true
        try await phone.sync()
        try await office.sync()
        #expect(try await office.visits(door: door, limit: 10).items.map(\.visit) == [visit])
        #expect(hub.requestCount > 5)
    }

    @Test("Two syncs at once take turns, and who is cancelled while waiting leaves the line")
    func turns() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let slow = Slow(hub)
        let office = try await DoorknockHome.open(
            folder.appendingPathComponent("office"), keys: FakeKeys(), transport: slow)
        try await office.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        async let first = office.sync()
        async let second = office.sync()
        _ = try await (first, second)
        #expect(slow.most == 1)

        let turn = Turn()
        try await turn.take()
        let waits = Task { try await turn.take() }
        while turn.waiting == 0 { await Task.yield() }
        let leaves = Task { try await turn.take() }
        while turn.waiting == 1 { await Task.yield() }
        leaves.cancel()
        await #expect(throws: CancellationError.self) { try await leaves.value }
        #expect(turn.waiting == 1)
        turn.pass()
        try await waits.value
        turn.pass()
        try await turn.take()
    }

    @Test("The home goes by the clock it was lent")
    func manualClock() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ManualClock()
        let office = try await office(clock)
        #expect(try await office.today().date == DateComponents(year: 2026, month: 11, day: 21))
        clock.advance(by: 86_400)
        #expect(try await office.today().date == DateComponents(year: 2026, month: 11, day: 22))
    }

    @Test("Visits that wait for days are told of until they are sent, by the age of the oldest that waits")
    func unsent() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ManualClock()
        let office = try await office(clock)
        let door = try #require(try await office.doors().first?.door)
        func log() async throws {
            _ = try await office.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .phone))
        }
        try await log()
        try await office.sync()
        clock.advance(by: 40 * 86_400)
        hub.setClock(clock.now())
        for _ in 0..<2 {
            try await log()
            clock.advance(by: 25 * 3_600)
        }
        let notice = try #require(try await office.unsentNotice(now: clock.now()))
        #expect(notice.text(in: .english) == "2 visits unsent for 2 days")
        hub.setClock(clock.now())
        try await office.sync()
        #expect(try await office.unsentNotice(now: clock.now()) == nil)
    }

    @Test("A key out of reach is told by its code, and the home opens once it is in reach")
    func lockedKeys() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = FakeKeys()
        try await DoorknockHome.open(folder, keys: keys).shutdown()
        keys.isLocked = true
        await #expect {
            _ = try await DoorknockHome.open(folder, keys: keys)
        } throws: {
            ($0 as? DoorknockError)?.code == "key_unavailable"
        }
        keys.isLocked = false
        try await DoorknockHome.open(folder, keys: keys).shutdown()
        // Another key opens nothing.
        await #expect(throws: DoorknockError.self) { try await DoorknockHome.open(folder, keys: FakeKeys()) }
    }

    @Test("The folder is its owner's alone")
    func folderIsPrivate() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try HomeFolder.prepare(folder)
        try HomeFolder.prepare(folder)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }
}

/// A hub that lets others come in between, and knows the most requests that were under way at one time.
final class Slow: HubTransport, @unchecked Sendable {
    private let hub: InMemoryHub
    private var now = 0
    private(set) var most = 0
    private let lock = NSLock()

    init(_ hub: InMemoryHub) {
        self.hub = hub
    }

    func exchange(_ request: HubRequest) async throws -> HubAnswer {
        lock.withLock {
            now += 1
            most = max(most, now)
        }
        defer { lock.withLock { now -= 1 } }
        for _ in 0..<100 { await Task.yield() }
        return try await hub.exchange(request)
    }
}

@Suite("Listening")
struct ChangesTests {
    static func change(_ kind: ChangeKind = .visit, _ id: UUID = UUID()) -> Change {
        Change(kind: kind, id: id, door: nil)
    }

    func listener() -> (Inbox, Changes) {
        let (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let inbox = Inbox(ring)
        return (inbox, Changes(inbox: inbox, bell: bell))
    }

    @Test("What gathers while the listener is busy comes in one batch, each change once and in order")
    func gathers() async throws {
        let (inbox, changes) = listener()
        let (a, b) = (Self.change(), Self.change(.door))
        try inbox.changed(changes: [a, b])
        try inbox.changed(changes: [b, a])
        var listening = changes.makeAsyncIterator()
        #expect(await listening.next() == Changes.Batch(changes: [a, b], missed: false))
        try inbox.changed(changes: [a])
        #expect(await listening.next() == Changes.Batch(changes: [a], missed: false))
        inbox.end()
        #expect(await listening.next() == nil)
    }

    @Test("More than is kept, or everything, is told as missed, and what follows comes again")
    func missed() async throws {
        let (inbox, changes) = listener()
        var listening = changes.makeAsyncIterator()
        for _ in 0...Changes.limit { try inbox.changed(changes: [Self.change()]) }
        #expect(await listening.next() == Changes.Batch(changes: [], missed: true))
        try inbox.changed(changes: [Self.change(), Change(kind: .everything, id: nil, door: nil), Self.change()])
        #expect(await listening.next() == Changes.Batch(changes: [], missed: true))
        let after = Self.change()
        try inbox.changed(changes: [after])
        #expect(await listening.next() == Changes.Batch(changes: [after], missed: false))
    }

    @Test("A listener that is let go of is forgotten by the home, without and with a cancelled task")
    func forgotten() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let home = try await DoorknockHome.open(folder, keys: FakeKeys())
        weak var inbox: Inbox?
        do {
            let changes = await home.changes()
            inbox = changes.inbox
            #expect(inbox != nil)
        }
        #expect(inbox == nil && home.inboxes.all().isEmpty)

        let listening = Task {
            for await _ in await home.changes() {}
        }
        while home.inboxes.all().isEmpty { await Task.yield() }
        listening.cancel()
        await listening.value
        #expect(home.inboxes.all().isEmpty)
    }
}
