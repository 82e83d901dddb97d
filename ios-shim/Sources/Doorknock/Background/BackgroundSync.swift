import Foundation

/// Syncs now and then while the app is not on the screen.
///
/// The system decides when: this asks for a time not before the next one that is worth trying, and asks again after
/// each. On iOS, register it while the app launches: `BackgroundSync/register(_:_:)`.
@MainActor
public final class BackgroundSync {
    private let home: DoorknockHome
    private let guardian: HomeGuard
    private let scheduler: any RefreshScheduler
    private var plan = RefreshPlan()

    /// - Parameters:
    ///   - home: What is synced.
    ///   - guardian: The home's guard.
    ///   - scheduler: Asks the system: `AppRefreshScheduler` in an app.
    public init(home: DoorknockHome, guardian: HomeGuard, scheduler: any RefreshScheduler) {
        self.home = home
        self.guardian = guardian
        self.scheduler = scheduler
    }

    /// Asks for the next time; call it when the app leaves the screen.
    public func schedule(now: Date = Date()) {
        scheduler.request(notBefore: now.addingTimeInterval(plan.wait))
    }

    /// The system gave time: syncs, lets go of the home, and asks for the next time. Cancel the task when the time runs
    /// out; what was done until then is kept.
    ///
    /// - Returns: Whether everything is synced.
    @discardableResult
    public func run(now: Date = Date()) async -> Bool {
        let home = home
        do {
            try await guardian.inBackground { _ = try await home.sync() }
            plan.succeeded()
        } catch {
            plan.failed()
        }
        schedule(now: now)
        return plan.failures == 0
    }
}

/// Asks the system to wake the app.
@MainActor
public protocol RefreshScheduler: Sendable {
    /// Replaces what was asked before.
    func request(notBefore: Date)
}

/// How long to wait for the next try: half an hour, and after failures longer each time, up to four hours.
struct RefreshPlan: Sendable, Equatable {
    private(set) var failures = 0

    var wait: TimeInterval {
        30 * 60 * Double(1 << min(failures, 3))
    }

    mutating func succeeded() {
        failures = 0
    }

    mutating func failed() {
        failures += 1
    }
}
