import Doorknock
import Foundation
import Testing

/// The rows of an invented roster; nobody can be called by its numbers.
let roster = [
    ["网格", "小区", "楼栋", "单元", "房号", "户主", "电话", "关爱类别"],
    ["G1", "花园", "3栋", "1单元", "101室", "住户一", "10000000001", "独居"],
    ["G1", "花园", "3栋", "1单元", "102室", "住户二", "10000000002", "独居"],
    ["G1", "花园", "3栋", "1单元", "201室", "住户三", "10000000003", "独居"],
    ["G2", "花园", "4栋", "1单元", "101室", "住户四", "10000000004", "独居"],
]

/// A hub's process and a folder for homes; both vanish with it.
final class World: Sendable {
    let folder: URL
    let hub: Hub

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        hub = try Hub(data: folder.appendingPathComponent("hub"))
    }

    deinit {
        hub.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> URL {
        folder.appendingPathComponent(name)
    }

    func keys(_ name: String) -> FileKeys {
        FileKeys(path: path(name).path + ".key")
    }

    func open(_ name: String, _ transport: any HubTransport = URLSessionTransport()) async throws -> DoorknockHome {
        try await DoorknockHome.open(path(name), keys: keys(name), transport: transport)
    }

    /// The office's home: it founds the community and imports the roster.
    func office() async throws -> DoorknockHome {
        let office = try await open("office")
        try await office.createCommunity(name: "柳荫社区", hubUrl: hub.url, adminName: "周主任")
        let report = try await office.importRoster(rows: roster)
        #expect(report.doorsAdded == 4)
        try await office.sync()
        return office
    }

    /// A worker's phone, joined by an invitation of the office.
    func phone(
        _ name: String, of worker: String, invitedBy office: DoorknockHome,
        _ transport: any HubTransport = URLSessionTransport()
    ) async throws -> DoorknockHome {
        let link = try await office.invite(role: .worker, grids: ["G1"])
        let phone = try await open(name, transport)
        try await phone.join(link: link, name: worker)
        try await phone.sync()
        return phone
    }
}

/// The program `doorknock-hub`.
final class Hub: @unchecked Sendable {
    let url: String
    private let process = Process()
    private let errors = Pipe()

    init(data: URL) throws {
        let program = try #require(ProcessInfo.processInfo.environment["DOORKNOCK_HUB"], "cargo xtask test names it")
        let port = data.path + ".port"
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", "--data", data.path, "--listen", "127.0.0.1:0", "--port-file", port]
        process.standardError = errors
        try process.run()
        // It says one line once it listens and the port file is written.
        #expect(firstLine(errors.fileHandleForReading).contains("127.0.0.1:"))
        let address = try String(contentsOfFile: port, encoding: .utf8)
        url = "http://" + address.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// Up to the end of a line, read as it comes.
func firstLine(_ file: FileHandle) -> String {
    var line = Data()
    while let byte = try? file.read(upToCount: 1), !byte.isEmpty, byte != Data("\n".utf8) {
        line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
}

/// Asserts that a call fails with a code, and says so in both languages.
func fails<T>(
    _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> T
) async {
    do {
        _ = try await call()
        Issue.record("it did not fail with \(code)", sourceLocation: sourceLocation)
    } catch let error as DoorknockError {
        #expect(error.code == code, sourceLocation: sourceLocation)
        let han = { (text: String) in
            text.unicodeScalars.contains { ("\u{4e00}"..."\u{9fff}").contains($0) }
        }
        #expect(han(error.sentence(in: .chinese)), sourceLocation: sourceLocation)
        let en = error.sentence(in: .english)
        #expect(!en.isEmpty && !han(en), sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(type(of: error)) instead of \(code)", sourceLocation: sourceLocation)
    }
}
