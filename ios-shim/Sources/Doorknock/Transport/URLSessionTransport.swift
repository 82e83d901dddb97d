import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The hub over HTTP and HTTPS, through `URLSession`.
///
/// Keeps no cookie and no cache, follows no redirect, and takes no answer larger than a hub gives. Cancelling the task
/// that waits for an answer aborts the request.
public final class URLSessionTransport: HubTransport {
    /// The largest answer taken: no hub gives more.
    public static let answerLimit = 8 << 20

    private let session: URLSession
    private let exchanges: Exchanges

    /// - Parameter configuration: How the phone is to speak to the hub; ``configuration(idle:whole:)`` if nothing
    ///   is said. Add what the network of a district asks for: a proxy, a VPN's rules.
    public convenience init(configuration: URLSessionConfiguration = configuration()) {
        self.init(configuration: configuration, exchanges: Exchanges(limit: Self.answerLimit))
    }

    init(configuration: URLSessionConfiguration, exchanges: Exchanges) {
        self.exchanges = exchanges
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Times that suit a poor signal.
    ///
    /// - Parameters:
    ///   - idle: Seconds without a byte after which a connection counts as dead.
    ///   - whole: Seconds that one request may take at most: an entry of 1 MB at 2 kB a second.
    public static func configuration(idle: TimeInterval = 60, whole: TimeInterval = 600) -> URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = idle
        configuration.timeoutIntervalForResource = whole
        configuration.httpShouldSetCookies = false
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        return configuration
    }

    public func exchange(_ request: HubRequest) async throws -> HubAnswer {
        let request = try Self.urlRequest(request)
        return try await exchanges.answer { self.session.dataTask(with: request) }
    }

    /// The request as Foundation has it.
    static func urlRequest(_ request: HubRequest) throws -> URLRequest {
        let base = request.hubUrl.hasSuffix("/") ? String(request.hubUrl.dropLast()) : request.hubUrl
        guard let url = URL(string: base + request.path), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), url.host != nil
        else { throw Unreachable.badAddress }
        var carried = URLRequest(url: url)
        carried.httpMethod = request.method
        if !request.body.isEmpty {
            carried.httpBody = request.body
            carried.setValue("application/cbor", forHTTPHeaderField: "Content-Type")
        }
        return carried
    }
}
