import Dispatch

/// The thread a home works on.
///
/// The core's calls block: they wait for SQLite, and for the disk to have what was recorded. Swift's own threads are
/// as few as the phone has processors and must never be kept waiting, so a home brings a queue of its own. Serial,
/// because the core lets one call at a time to the database anyway: more threads would only wait in line.
final class Workbench: SerialExecutor {
    private let queue = DispatchQueue(label: "doorknock.home", qos: .userInitiated)

    func enqueue(_ job: UnownedJob) {
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Does something there before there is an actor to do it.
    func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { done in
            queue.async { done.resume(with: Result(catching: work)) }
        }
    }
}
