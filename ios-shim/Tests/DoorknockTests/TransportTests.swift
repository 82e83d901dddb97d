import Foundation
import Testing

@testable import Doorknock
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("Carrying requests")
struct TransportTests {
    /// Both ways to carry: the ordinary one, and the one that a background session uses.
    static let ways: [any HubTransport] = [
        URLSessionTransport(), UploadTransport(configuration: URLSessionTransport.configuration()),
    ]

    static func request(_ url: String, body: String = "") -> HubRequest {
        HubRequest(hubUrl: url, method: body.isEmpty ? "GET" : "POST", path: "/v1/sync", body: Data(body.utf8))
    }

    static func answer(_ status: String, _ body: String = "why", _ headers: String = "") -> Data {
        Data("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    @Test(
        "A refusal and a redirect are answers",
        arguments: [("200 OK", 200), ("413 Too Large", 413), ("503 Unwell", 503), ("302 Found", 302)])
    func everyStatusIsAnAnswer(line: String, status: UInt16) async throws {
        let elsewhere = try TinyServer(Self.answer("200 OK", "stolen"))
        defer { elsewhere.stop() }
        let location = status == 302 ? "Location: \(elsewhere.url)/\r\n" : ""
        let server = try TinyServer(Self.answer(line, "why", location))
        defer { server.stop() }
        for way in Self.ways {
            let answer = try await way.exchange(Self.request(server.url, body: "END"))
            #expect(answer == HubAnswer(status: status, body: Data("why".utf8)))
        }
        #expect(elsewhere.requests.isEmpty)
    }

    @Test("A body goes to the path below the hub's address, with its type")
    func bodies() async throws {
        let server = try TinyServer(Self.answer("200 OK"))
        defer { server.stop() }
        for way in Self.ways {
            _ = try await way.exchange(Self.request(server.url + "/base/", body: "\u{1}é END"))
        }
        for request in server.requests {
            #expect(request.hasPrefix("POST /base/v1/sync HTTP/1.1\r\n"))
            #expect(request.lowercased().contains("content-type: application/cbor"))
            #expect(request.hasSuffix("\u{1}é END"))
        }
        #expect(server.requests.count == 2)
    }

    @Test("An answer larger than a hub gives is cut off")
    func tooLarge() async throws {
        let endless = Data("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8) + Data(count: (8 << 20) + 1)
        let server = try TinyServer(endless)
        defer { server.stop() }
        await #expect(throws: Unreachable.tooLarge) {
            _ = try await URLSessionTransport().exchange(Self.request(server.url))
        }
    }

    @Test("A server that says nothing is given up after a while")
    func silent() async throws {
        let server = try TinyServer(nil)
        defer { server.stop() }
        let hasty = URLSessionTransport(configuration: URLSessionTransport.configuration(idle: 1, whole: 2))
        await #expect(throws: Unreachable.timedOut) {
            _ = try await hasty.exchange(Self.request(server.url))
        }
    }

    @Test("A cancelled task aborts its request at once, before it began too")
    func cancelled() async throws {
        let server = try TinyServer(nil)
        defer { server.stop() }
        for way in Self.ways {
            let before = server.requests.count
            let waiting = Task { try await way.exchange(Self.request(server.url, body: "END")) }
            while server.requests.count == before { await Task.yield() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await URLSessionTransport().exchange(Self.request(server.url))
        }
        await #expect(throws: CancellationError.self) { try await early.value }
    }

    @Test("A reason is a kind of failure, and never the address")
    func reasons() async throws {
        for url in ["ftp://secret", "secret", ""] {
            await #expect(throws: Unreachable.badAddress) { try await URLSessionTransport().exchange(Self.request(url)) }
        }
        await #expect(throws: Unreachable.refused) {
            try await URLSessionTransport().exchange(Self.request("http://127.0.0.1:1"))
        }
    }
}
