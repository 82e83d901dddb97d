import Doorknock
import DoorknockTesting
import Foundation
import SampleModel
import Testing

@Suite("The sample app")
@MainActor
struct SampleModelTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let hub: InMemoryHub
    let network: AirplaneMode

    init() throws {
        hub = try InMemoryHub()
        network = AirplaneMode(hub)
    }

    /// The app after it joined, and the office.
    func joined() async throws -> (AppModel, DoorknockHome, DoorknockHome) {
        let office = try await DoorknockHome.open(
            folder.appendingPathComponent("office"), keys: FakeKeys(), transport: hub)
        try await office.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        try await office.importRoster(rows: [
            ["网格", "小区", "楼栋", "房号", "关爱类别"], ["G1", "花园", "3栋", "101室", "独居"],
        ])
        try await office.sync()
        let app = AppModel(folder: folder.appendingPathComponent("app"), keys: FakeKeys(), network: network)
        await app.open()
        await app.join(link: "doorknock://nonsense", name: "李文丽")
        #expect(app.problem != nil)
        await app.join(link: try await office.invite(role: .worker, grids: ["G1"]), name: "李文丽")
        guard case .working(let home) = app.phase else { throw CocoaError(.featureUnsupported) }
        return (app, home, office)
    }

    @Test("From joining to a visit logged in airplane mode and synced after")
    func aDay() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (_, home, office) = try await joined()
        let sync = SyncModel(home: home, network: network)
        await sync.sync()
        #expect(sync.problem == nil && sync.status?.pending == 0)
        let today = TodayModel(home: home)
        await today.load()
        #expect(today.left == 1)

        sync.airplane = true
        let door = DoorModel(home: home, line: try #require(today.lines.first))
        door.summary = " 一切都好。\n"
        #expect(await door.log())
        #expect(door.visits.map(\.summary) == ["一切都好。"] && door.summary.isEmpty)
        await today.load()
        #expect(today.left == 0)
        await sync.sync()
        let said = sync.problem ?? ""
        #expect(said.contains("没有网络") || said.contains("no network"))
        #expect(sync.status?.pendingVisits == 1)

        sync.airplane = false
        await sync.sync()
        #expect(sync.problem == nil && sync.status?.pendingVisits == 0)
        try await office.sync()
        #expect(try await office.visits(door: nil, limit: 10).items.map(\.summary) == ["一切都好。"])
    }

    @Test("A home that cannot be opened says why")
    func cannotOpen() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = FakeKeys()
        keys.isLocked = true
        let app = AppModel(folder: folder, keys: keys)
        await app.open()
        guard case .failed(let sentence) = app.phase else { throw CocoaError(.featureUnsupported) }
        #expect(!sentence.isEmpty && app.home == nil)
    }

    @Test("An app that joined before opens to work")
    func opensAgain() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = FakeKeys()
        let place = folder.appendingPathComponent("office")
        let office = try await DoorknockHome.open(place, keys: keys, transport: hub)
        try await office.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        await office.shutdown()
        let app = AppModel(folder: place, keys: keys)
        await app.open()
        guard case .working = app.phase else { throw CocoaError(.featureUnsupported) }
    }
}
