import Doorknock
import Foundation
import Testing

@Suite("A day without signal")
struct Offline {
    let world: World

    init() throws {
        world = try World()
    }

    @Test("A round worked offline is read at the office after a sync, and recording asked nobody")
    func aRoundOffline() async throws {
        let office = try await world.office()
        let counted = Counted()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office, counted)
        let today = try await phone.today()
        #expect(today.grid == "G1")
        #expect(today.items.map(\.status) == [.due, .due, .due])

        let asked = counted.count
        var logged: [UUID] = []
        for (line, outcome) in zip(today.items, [Outcome.met, .nobodyHome, .refused]) {
            let visit = NewVisit(
                door: line.door, outcome: outcome, channel: .inPerson, companions: ["志愿者小陈"],
                answers: outcome == .met ? ["meals=yes"] : [], summary: "老人精神很好，厨房水管漏水",
                followUp: outcome == .met ? DateComponents(year: 2099, month: 12, day: 1) : nil)
            logged.append(try await phone.logVisit(visit: visit))
        }
        #expect(counted.count == asked, "recording needs no network")
        #expect(try await phone.status().pendingVisits == 3)
        let done = try await phone.today().items.filter { $0.status == .done }.map(\.door)
        #expect(done.contains(today.items[0].door))

        let report = try await phone.sync()
        #expect(report.pushed > 0)
        try await office.sync()
        let read = try await office.visits(door: nil, limit: 10).items
        #expect(Set(read.map(\.visit)) == Set(logged))
        let met = try #require(read.first { $0.outcome == .met })
        #expect(met.outcome.label().zh == "见到")
        #expect(met.by == "李文丽" && met.companions == ["志愿者小陈"])
        #expect(met.followUp == DateComponents(year: 2099, month: 12, day: 1))
        #expect(abs(met.at.timeIntervalSinceNow) < 3_600)
        #expect(met.answers.map(\.item) == ["meals"] && met.answers.map(\.answer.zh) == ["是"])
        #expect(try await office.search(query: "漏水", limit: 10).count == 3)
        let status = try await phone.status()
        #expect(status.pending == 0 && status.atHubVisits == 3 && status.lastSync != nil)
    }

    @Test("A process killed while it records has kept every visit that it acknowledged")
    func killedAndReopened() async throws {
        let office = try await world.office()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office)
        try await phone.shutdown()

        let holder = try Holding(home: world.path("phone"), keys: world.path("phone").path + ".key")
        let acknowledged = holder.lines(25)
        await fails("busy") { try await world.open("phone") }
        holder.kill()

        let reopened = try await world.open("phone")
        let kept = Set(try await reopened.visits(door: nil, limit: 1_000).items.map(\.visit))
        // What it recorded after its last line that was read here may be there too.
        #expect(acknowledged.count == 25 && kept.isSuperset(of: acknowledged))
        try await reopened.sync()
        try await office.sync()
        let read = Set(try await office.visits(door: nil, limit: 1_000).items.map(\.visit))
        #expect(read == kept)
    }

    @Test("Text is what people wrote: emoji, rare characters, combining marks")
    func textCrossesWhole() async throws {
        let office = try await world.office()
        let phone = try await world.phone("phone", of: "王建军", invitedBy: office)
        let door = try #require(try await phone.today().items.first?.door)
        let texts = ["👵🏽👨‍👩‍👧 家里有猫🐈‍⬛", "𠮷野家旁的𡨚先生 㐂𪚥", "e\u{301}\u{200d}é ﷽ \u{10FFFF}"]
        for text in texts {
            _ = try await phone.logVisit(
                visit: NewVisit(door: door, outcome: .met, channel: .phone, summary: text))
        }
        try await phone.sync()
        try await office.sync()
        let read = try await office.visits(door: door, limit: 10).items.compactMap(\.summary)
        // By code units: Swift counts two ways to write one letter as equal.
        #expect(Set(read.map { Array($0.utf16) }) == Set(texts.map { Array($0.utf16) }))
        #expect(try await office.search(query: "𠮷野", limit: 10).count == 1)
    }
}

/// Counts requests.
final class Counted: HubTransport, @unchecked Sendable {
    private let inner = URLSessionTransport()
    private let lock = NSLock()
    private var requests = 0

    var count: Int { lock.withLock { requests } }

    func exchange(_ request: HubRequest) async throws -> HubAnswer {
        lock.withLock { requests += 1 }
        return try await inner.exchange(request)
    }
}

/// Another process that holds a home.
final class Holding {
    private let process = Process()
    private let output = Pipe()

    init(home: URL, keys: String) throws {
        // SwiftPM puts programs beside the tests.
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        process.executableURL = tests.deletingLastPathComponent().appendingPathComponent("Holder")
        process.arguments = [home.path, keys]
        process.standardOutput = output
        try process.run()
    }

    /// The ids of so many acknowledged visits.
    func lines(_ count: Int) -> Set<UUID> {
        Set((0..<count).compactMap { _ in UUID(uuidString: firstLine(output.fileHandleForReading)) })
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
