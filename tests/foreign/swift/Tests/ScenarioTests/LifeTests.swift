import Doorknock
import Foundation
import Testing

@Suite("A home's life")
struct Life {
    let world: World

    init() throws {
        world = try World()
    }

    @Test("Changes are told with ids, by this device's calls and by a sync, and listening ends with its task")
    func changesAreSeen() async throws {
        let office = try await world.office()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office)
        let door = try #require(try await phone.today().items.first?.door)
        let here = await phone.changes()
        let there = await office.changes()

        let visit = try await phone.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .inPerson))
        let seen = Change(kind: .visit, id: visit, door: door)
        #expect(await comes(seen, in: here))
        try await phone.sync()
        try await office.sync()
        #expect(await comes(seen, in: there))

        let listening = Task { for await _ in await phone.changes() {} }
        listening.cancel()
        await listening.value
    }

    @Test("A paused home lets another have its files, fails by code meanwhile, and goes on where it was")
    func pausedAndResumed() async throws {
        let office = try await world.office()
        let listening = await office.changes()
        try await office.pause()
        try await office.pause()
        await fails("paused") { try await office.status() }
        await fails("paused") { try await office.sync() }

        // Another opening has the home; the first cannot take it back, and can once the other has let go.
        let other = try await world.open("office")
        await fails("busy") { try await office.resume() }
        await other.shutdown()
        try await office.resume()
        try await office.resume()
        let door = try #require(try await office.today(grid: "G1").items.first?.door)
        let visit = try await office.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .phone))
        #expect(await comes(Change(kind: .visit, id: visit, door: door), in: listening))

        await office.shutdown()
        await office.shutdown()
        await fails("shut_down") { try await office.status() }
        await fails("shut_down") { try await office.pause() }
        await fails("shut_down") { try await office.resume() }
        // Whoever listened is let go.
        for await _ in listening {}
        let again = try await world.open("office")
        #expect(try await again.visits(door: door, limit: 10).items.map(\.visit) == [visit])
    }

    @Test("A home that is paused in the middle of a sync ends the sync by code and loses nothing")
    func pausedInMidSync() async throws {
        let office = try await world.office()
        let stuck = Stuck()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office, stuck)
        let door = try #require(try await phone.today().items.first?.door)
        _ = try await phone.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .inPerson))
        stuck.holds = true
        let sync = Task { try await phone.sync() }
        await stuck.isAsked()
        try await phone.pause()
        stuck.holds = false
        stuck.letGo()
        await fails("paused") { try await sync.value }
        try await phone.resume()
        try await phone.sync()
        try await office.sync()
        #expect(try await office.visits(door: nil, limit: 10).items.count == 1)
    }

    @Test("Ten thousand calls, listeners and cancelled syncs leave nothing behind")
    func nothingLeaks() async throws {
        let office = try await world.office()
        let door = try #require(try await office.today(grid: "G1").items.first?.door)
        _ = try await office.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .phone))
        func cycle() async throws {
            let changes = await office.changes()
            _ = try await office.today(grid: "G1")
            let sync = Task { try await office.sync() }
            sync.cancel()
            _ = try? await sync.value
            withExtendedLifetime(changes) {}
        }
        for _ in 0..<1_000 { try await cycle() }
        let before = resident()
        for _ in 0..<10_000 { try await cycle() }
        let grown = resident() - before
        // One object of 400 bytes left behind by each cycle would be 4 MB.
        #expect(grown < 4 << 20, "grew by \(grown) bytes")
    }

    @Test("What a home was lent is let go with it")
    func lentIsLetGo() async throws {
        weak var keys: Keys?
        weak var transport: Counted?
        do {
            let lent = (Keys(world.keys("home")), Counted())
            (keys, transport) = lent
            let home = try await DoorknockHome.open(world.path("home"), keys: lent.0, transport: lent.1)
            _ = try await home.status()
            await home.shutdown()
        }
        #expect(keys == nil && transport == nil)
        // Without a shutdown too: the last reference is enough.
        do { _ = try await world.open("home").status() }
        _ = try await world.open("home").status()
    }
}

/// Keys of an app's own.
private final class Keys: KeyStore {
    private let file: FileKeys

    init(_ file: FileKeys) { self.file = file }

    func load() throws -> Data? { try file.load() }
    func save(key: Data) throws { try file.save(key: key) }
}

/// Waits until a change comes.
private func comes(_ change: Change, in changes: Changes) async -> Bool {
    for await batch in changes where batch.missed || batch.changes.contains(change) { return true }
    return false
}

/// Bytes of memory that this process holds.
private func resident() -> Int {
    #if os(Linux)
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(getpagesize())
    #else
    var info = mach_task_basic_info()
    var size = mach_msg_type_number_t(MemoryLayout<mach_task_basic_info>.size / MemoryLayout<natural_t>.size)
    _ = withUnsafeMutablePointer(to: &info) {
        $0.withMemoryRebound(to: integer_t.self, capacity: Int(size)) {
            task_info(mach_task_self_, task_flavor_t(MACH_TASK_BASIC_INFO), $0, &size)
        }
    }
    return Int(info.resident_size)
    #endif
}
