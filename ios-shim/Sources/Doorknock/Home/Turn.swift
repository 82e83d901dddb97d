import Foundation

/// Lets one through at a time, in the order of asking. A task that is cancelled while it waits leaves the line.
final class Turn: @unchecked Sendable {
    // What the lock guards.
    private var taken = false
    private var line: [(id: UUID, go: CheckedContinuation<Void, any Error>)] = []
    private let lock = NSLock()

    /// How many wait.
    var waiting: Int { lock.withLock { line.count } }

    /// Returns when it is the caller's turn, who then passes it on.
    func take() async throws {
        let id = UUID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { go in
                let now: Result<Void, any Error>? = lock.withLock {
                    // The handler below may have run before there was anybody to take out of the line.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if taken {
                        line.append((id, go))
                        return nil
                    }
                    taken = true
                    return .success(())
                }
                if let now { go.resume(with: now) }
            }
        } onCancel: {
            let left = lock.withLock { line.firstIndex { $0.id == id }.map { line.remove(at: $0) } }
            left?.go.resume(throwing: CancellationError())
        }
    }

    /// Lets the next one through.
    func pass() {
        let next = lock.withLock {
            taken = !line.isEmpty
            return taken ? line.removeFirst() : nil
        }
        next?.go.resume()
    }
}
