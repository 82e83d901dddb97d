import Doorknock
import Foundation
import Testing

@Suite("When something is wrong")
struct Failures {
    let world: World

    init() throws {
        world = try World()
    }

    @Test("Errors carry a code and a sentence in both languages")
    func errorsByCode() async throws {
        let office = try await world.open("office")
        await fails("not_joined") { try await office.today() }
        await fails("busy") { try await world.open("office") }
        try await office.createCommunity(name: "柳荫社区", hubUrl: world.hub.url, adminName: "周主任")
        await fails("already_joined") {
            try await office.createCommunity(name: "柳荫社区", hubUrl: world.hub.url, adminName: "周主任")
        }
        try await office.importRoster(rows: roster)
        await fails("unknown_grid") { try await office.invite(role: .worker, grids: ["G9"]) }
        let door = try #require(try await office.today(grid: "G1").items.first?.door)
        func log(_ visit: NewVisit) async throws { _ = try await office.logVisit(visit: visit) }
        await fails("not_found") { try await log(NewVisit(door: UUID(), outcome: .met, channel: .phone)) }
        await fails("unknown_choice") { try await log(NewVisit(door: door, outcome: .unknown, channel: .phone)) }
        await fails("visit_in_future") {
            try await log(NewVisit(door: door, outcome: .met, channel: .phone, at: .now + 86_400 * 400))
        }
        await fails("bad_date") {
            let never = DateComponents(year: 2026, month: 2, day: 30)
            try await log(NewVisit(door: door, outcome: .met, channel: .phone, followUp: never))
        }
        await fails("unknown_item") {
            try await log(NewVisit(door: door, outcome: .met, channel: .phone, answers: ["no-such-item=yes"]))
        }
        #expect(try await office.visits(door: nil, limit: 10).items.isEmpty)
    }

    @Test("An invitation is used once, and a link that is none is refused")
    func invitations() async throws {
        let office = try await world.office()
        let link = try await office.invite(role: .worker, grids: ["G1"])
        let first = try await world.open("first")
        try await first.join(link: link, name: "李文丽")
        await fails("already_joined") { try await first.join(link: link, name: "李文丽") }
        let second = try await world.open("second")
        await fails("invite_used") { try await second.join(link: link, name: "王建军") }
        await fails("invite_newer_version") { try await second.join(link: "doorknock://join/9/x", name: "王建军") }
    }

    @Test("Without the hub a sync says so, nothing is lost, and a broken transport is an answer that did not come")
    func unreachable() async throws {
        let office = try await world.office()
        world.hub.stop()
        let door = try #require(try await office.today(grid: "G2").items.first?.door)
        _ = try await office.logVisit(visit: NewVisit(door: door, outcome: .nobodyHome, channel: .atTheDoor))
        await fails("hub_unreachable") { try await office.sync() }
        #expect(try await office.status().pendingVisits == 1)
        try await office.shutdown()

        let again = try await world.open("office", Broken())
        do {
            try await again.sync()
            Issue.record("a broken transport carried something")
        } catch let error as DoorknockError {
            #expect(error.code == "hub_unreachable")
            #expect(!error.sentence(in: .chinese).contains("10000000001"))
            #expect(error.localizedDescription == error.sentence())
        }
        #expect(try await again.visits(door: door, limit: 10).items.count == 1)
    }

    /// An app's mistake, with something in its text that nobody else should read.
    private struct Broken: HubTransport {
        struct Leak: Error, CustomStringConvertible { let description = "10000000001" }

        func exchange(_ request: HubRequest) async throws -> HubAnswer { throw Leak() }
    }
}
