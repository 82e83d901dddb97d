import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What is under way in a session, by its tasks. A delegate rather than completion handlers: only a delegate may
/// refuse a redirect on every system, count what comes while it comes, and hear of a task that a background session
/// finished.
class Exchanges: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private struct Waiting {
        let done: CheckedContinuation<HubAnswer, any Error>
        var body = Data()
        var tooLarge = false
    }

    private var waiting: [Int: Waiting] = [:]
    private let lock = NSLock()
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Starts a task and waits for its answer; aborts it when the Swift task that waits is cancelled.
    func answer(_ make: () -> URLSessionTask) async throws -> HubAnswer {
        try Task.checkCancellation()
        let started = Started(make())
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { done in
                lock.withLock { waiting[started.task.taskIdentifier] = Waiting(done: done) }
                // Cancelled in between: no one would ever hear of a task that never began.
                if !started.begin() { end(started.task.taskIdentifier, .failure(CancellationError())) }
            }
        } onCancel: {
            started.cancel()
        }
    }

    private func end(_ id: Int, _ result: Result<HubAnswer, any Error>) {
        lock.withLock { waiting.removeValue(forKey: id) }?.done.resume(with: result)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let full = lock.withLock {
            let id = dataTask.taskIdentifier
            guard var exchange = waiting.removeValue(forKey: id) else { return false }
            exchange.tooLarge = exchange.body.count + data.count > limit
            if !exchange.tooLarge { exchange.body.append(data) }
            waiting[id] = exchange
            return exchange.tooLarge
        }
        if full { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let id = task.taskIdentifier
        guard let exchange = lock.withLock({ waiting[id] }) else { return }
        if exchange.tooLarge {
            end(id, .failure(Unreachable.tooLarge))
        } else if let error {
            end(id, .failure(reason(error)))
        } else if let response = task.response as? HTTPURLResponse {
            end(id, .success(HubAnswer(status: UInt16(clamping: response.statusCode), body: exchange.body)))
        } else {
            end(id, .failure(Unreachable.broken))
        }
    }
}

/// A task that is begun or cancelled, whichever comes first.
private final class Started: @unchecked Sendable {
    let task: URLSessionTask
    private var cancelled = false
    private let lock = NSLock()

    init(_ task: URLSessionTask) {
        self.task = task
    }

    func begin() -> Bool {
        lock.withLock {
            if !cancelled { task.resume() }
            return !cancelled
        }
    }

    func cancel() {
        lock.withLock {
            cancelled = true
            task.cancel()
        }
    }
}

/// The reason by its kind alone: addresses, proxies and a peer's text stay out.
private func reason(_ error: any Error) -> any Error {
    switch (error as? URLError)?.code {
    case .cancelled:
        CancellationError()
    case .timedOut:
        Unreachable.timedOut
    case .notConnectedToInternet, .dataNotAllowed, .internationalRoamingOff, .callIsActive:
        Unreachable.noNetwork
    case .cannotFindHost, .dnsLookupFailed:
        Unreachable.noSuchHost
    case .cannotConnectToHost:
        Unreachable.refused
    case .networkConnectionLost:
        Unreachable.broken
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
        .serverCertificateNotYetValid, .serverCertificateHasUnknownRoot, .clientCertificateRejected,
        .appTransportSecurityRequiresSecureConnection:
        Unreachable.insecure
    default:
        Unreachable.broken
    }
}
