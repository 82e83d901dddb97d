#if canImport(UIKit) && !os(watchOS)
import UIKit

extension HomeGuard {
    /// Follows the app on and off the screen. Call it once, after the home is open. Where the system launched the app
    /// for work in the background, it is off the screen from the beginning.
    ///
    /// - Parameter failed: Told when the home could not be taken up again.
    public func followApplication(failed: @escaping @MainActor @Sendable (any Error) -> Void = { _ in }) {
        if UIApplication.shared.applicationState == .background { enteredBackground() }
        let center = NotificationCenter.default
        _ = center.addObserver(
            forName: UIApplication.didEnterBackgroundNotification, object: nil, queue: .main
        ) { _ in
            MainActor.assumeIsolated { self.enteredBackground() }
        }
        _ = center.addObserver(
            forName: UIApplication.willEnterForegroundNotification, object: nil, queue: .main
        ) { _ in
            Task { @MainActor in
                do { try await self.willEnterForeground() } catch { failed(error) }
            }
        }
    }
}

/// Time from `UIApplication`.
public struct ApplicationTime: BackgroundTime {
    public init() {}

    public func begin(expired: @escaping @MainActor @Sendable () -> Void) -> Int? {
        let task = UIApplication.shared.beginBackgroundTask(withName: "doorknock", expirationHandler: expired)
        return task == .invalid ? nil : task.rawValue
    }

    public func end(_ token: Int) {
        UIApplication.shared.endBackgroundTask(UIBackgroundTaskIdentifier(rawValue: token))
    }
}
#endif
