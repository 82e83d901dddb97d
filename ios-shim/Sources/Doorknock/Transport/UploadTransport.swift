import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The hub over a background session: a request that was begun goes on while the app is suspended, and the system
/// wakes the app for the answer.
///
/// For a large sync on a poor connection. The system may hold such requests back until it sees fit, so what a person
/// waits for goes through ``URLSessionTransport``. If the app is ended meanwhile, the exchange under way is lost and
/// nothing else: the next sync goes on where it stopped.
public final class UploadTransport: HubTransport {
    private let session: URLSession
    private let exchanges: Uploads
    /// Requests without a body, which a background session does not carry.
    private let foreground: URLSessionTransport
    private let folder: URL

    /// - Parameters:
    ///   - configuration: `background(identifier:)` in an app.
    ///   - folder: Where the bodies of requests lie while they are sent. They are sealed: nobody but a member's device
    ///     reads them.
    ///   - foreground: Carries requests without a body.
    public init(
        configuration: URLSessionConfiguration, folder: URL = FileManager.default.temporaryDirectory,
        foreground: URLSessionTransport = URLSessionTransport()
    ) {
        self.folder = folder
        self.foreground = foreground
        exchanges = Uploads(limit: URLSessionTransport.answerLimit)
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
        // What an earlier life of the app began, nobody waits for any more.
        session.getAllTasks { tasks in tasks.forEach { $0.cancel() } }
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    public func exchange(_ request: HubRequest) async throws -> HubAnswer {
        guard !request.body.isEmpty else { return try await foreground.exchange(request) }
        var carried = try URLSessionTransport.urlRequest(request)
        carried.httpBody = nil
        let file = folder.appendingPathComponent("doorknock-\(UUID().uuidString)")
        try request.body.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let upload = carried
        return try await exchanges.answer { self.session.uploadTask(with: upload, fromFile: file) }
    }

    /// Hands over what `application(_:handleEventsForBackgroundURLSession:completionHandler:)` was given: the system
    /// is told when all answers that it kept were taken.
    public func whenEventsAreTaken(_ done: @escaping @MainActor @Sendable () -> Void) {
        exchanges.whenTaken(done)
    }

    #if canImport(Darwin)
    /// A background session's configuration.
    ///
    /// - Parameter identifier: The app's own; the same in each of its lives.
    public static func background(identifier: String) -> URLSessionConfiguration {
        let configuration = URLSessionConfiguration.background(withIdentifier: identifier)
        configuration.isDiscretionary = false
        #if os(iOS)
        configuration.sessionSendsLaunchEvents = true
        #endif
        configuration.timeoutIntervalForResource = 3_600
        configuration.httpShouldSetCookies = false
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        return configuration
    }
    #endif
}

/// Exchanges of a session whose answers may come while the app sleeps.
final class Uploads: Exchanges, @unchecked Sendable {
    private var done: (@MainActor @Sendable () -> Void)?
    private let doneLock = NSLock()

    func whenTaken(_ done: @escaping @MainActor @Sendable () -> Void) {
        doneLock.withLock { self.done = done }
    }

    func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
        let done = doneLock.withLock {
            defer { self.done = nil }
            return self.done
        }
        if let done { Task { @MainActor in done() } }
    }
}
