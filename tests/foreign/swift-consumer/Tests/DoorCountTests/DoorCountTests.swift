import DoorCount
import Doorknock
import DoorknockTesting
import Foundation
import Testing

@Suite("Somebody else's app")
struct DoorCountTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let hub: InMemoryHub

    init() throws {
        hub = try InMemoryHub()
    }

    func open(_ name: String) async throws -> DoorknockHome {
        try await DoorknockHome.open(folder.appendingPathComponent(name), keys: FakeKeys(), transport: hub)
    }

    /// An office with two doors, and a worker's phone.
    func phone() async throws -> DoorknockHome {
        let office = try await open("office")
        try await office.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        try await office.importRoster(rows: [
            ["网格", "小区", "楼栋", "房号", "关爱类别"],
            ["G1", "花园", "3栋", "101室", "独居"],
            ["G1", "花园", "3栋", "102室", "独居"],
        ])
        try await office.sync()
        let phone = try await open("phone")
        try await phone.join(link: office.invite(role: .worker, grids: ["G1"]), name: "李文丽")
        try await phone.sync()
        return phone
    }

    @Test("The widget counts, and counts again when a visit is logged")
    func counts() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let phone = try await phone()
        var counts = DoorCounter(home: phone).counts().makeAsyncIterator()
        #expect(try await counts.next() == 2)
        let door = try #require(try await phone.today().items.first?.door)
        _ = try await phone.logVisit(visit: NewVisit(door: door, outcome: .met, channel: .inPerson))
        #expect(try await counts.next() == 1)
    }

    @Test("What failed is told in words")
    func words() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let counter = DoorCounter(home: try await open("empty"))
        await #expect { _ = try await counter.left() } throws: { sentence($0) == "请先加入社区" }
        hub.isReachable = false
        let phone = try await open("phone")
        await #expect {
            try await phone.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        } throws: {
            sentence($0) == $0.localizedDescription && !sentence($0).isEmpty
        }
    }

    @Test("The app's SQLite is the system's, and the core's is its own")
    func twoSqlites() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let phone = try await phone()
        let cache = CountCache()
        #expect(cache.add(try await phone.today().items.count))
        #expect(CountCache.isTheSystems && !CountCache.encrypts)
        // The core's file is no database to anybody without the key.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("phone").path)
        let databases = files.filter { $0.hasSuffix(".db") }
        #expect(!databases.isEmpty)
        for name in databases {
            let start = try Data(contentsOf: folder.appendingPathComponent("phone/\(name)")).prefix(15)
            #expect(start != Data("SQLite format 3".utf8))
        }
    }
}
