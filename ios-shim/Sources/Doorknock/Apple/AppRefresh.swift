#if canImport(UIKit) && canImport(BackgroundTasks) && !os(watchOS)
import BackgroundTasks
import Foundation

/// Asks `BGTaskScheduler` for app refreshes.
public struct AppRefreshScheduler: RefreshScheduler {
    private let identifier: String

    /// - Parameter identifier: As in the app's `BGTaskSchedulerPermittedIdentifiers`.
    public init(identifier: String) {
        self.identifier = identifier
    }

    public func request(notBefore: Date) {
        let request = BGAppRefreshTaskRequest(identifier: identifier)
        request.earliestBeginDate = notBefore
        // It is refused where the owner switched background refresh off; the app then syncs when it is opened.
        try? BGTaskScheduler.shared.submit(request)
    }
}

extension BackgroundSync {
    /// Takes the system's refreshes. Call it once, before the app has finished launching: in `App.init`, or in
    /// `application(_:didFinishLaunchingWithOptions:)`.
    ///
    /// - Parameters:
    ///   - identifier: As in the app's `BGTaskSchedulerPermittedIdentifiers`.
    ///   - sync: Asked when the system gives time: the sync of the home that is open by then, or nothing.
    /// - Returns: Whether the identifier is permitted.
    @discardableResult
    public static func register(
        _ identifier: String, _ sync: @escaping @MainActor @Sendable () async -> BackgroundSync?
    ) -> Bool {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: .main) { task in
            let refresh = Refresh(task)
            let work = Task { @MainActor in
                let done = await sync()?.run()
                refresh.finish(done == true)
            }
            task.expirationHandler = { work.cancel() }
        }
    }
}

/// `BGTask` is told once from whatever thread; it is documented to take that from any.
private struct Refresh: @unchecked Sendable {
    private let task: BGTask

    init(_ task: BGTask) {
        self.task = task
    }

    func finish(_ success: Bool) {
        task.setTaskCompleted(success: success)
    }
}
#endif
