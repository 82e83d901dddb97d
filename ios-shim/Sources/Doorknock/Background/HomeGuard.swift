import Foundation

/// Lets go of a home before the system suspends the app, and takes it up again after.
///
/// iOS ends an app that is suspended while it holds a lock on a database's file (the crash report says
/// `0xdead10cc`). So when the app leaves the screen, the guard asks the system for time, lets a sync that is under way
/// finish in it, and pauses the home; when the time runs out first, it pauses at once, and the sync goes on another
/// time. Make one for the home, on the main actor, and on iOS call `HomeGuard/followApplication()`.
@MainActor
public final class HomeGuard {
    private let home: any Pausable
    private let time: any BackgroundTime
    private var away = false
    private var closing: Task<Void, Never>?
    /// Work in the background that needs the home open.
    private var working = 0

    /// - Parameters:
    ///   - home: What is guarded.
    ///   - time: Asks the system for time: `ApplicationTime` in an app.
    public convenience init(home: DoorknockHome, time: any BackgroundTime) {
        self.init(pausable: home, time: time)
    }

    init(pausable home: any Pausable, time: any BackgroundTime) {
        self.home = home
        self.time = time
    }

    /// The app has left the screen.
    public func enteredBackground() {
        guard !away else { return }
        away = true
        close()
    }

    /// The app comes back to the screen. Returns when the home can be used.
    ///
    /// - Throws: `DoorknockError` with the code `busy` while another process holds the home; call it again.
    public func willEnterForeground() async throws {
        away = false
        await closing?.value
        try await home.resume()
    }

    /// Does something with the home while the app is not on the screen, as a background task gives leave to, and lets
    /// go of the home again unless the app has come back meanwhile.
    public func inBackground<T: Sendable>(_ work: @Sendable () async throws -> T) async throws -> T {
        working += 1
        defer {
            working -= 1
            if away && working == 0 { close() }
        }
        await closing?.value
        try await home.resume()
        return try await work()
    }

    private func close() {
        let home = home
        let grant = Grant(time)
        grant.begin { try? home.pauseNow() }
        closing = Task {
            await home.settled()
            // Back on the screen, or working: the home is needed.
            if away && working == 0 { try? await home.pause() }
            grant.end()
        }
    }
}

/// What the guard needs of a home.
protocol Pausable: Sendable {
    /// Returns when nothing that needs the network is under way.
    func settled() async
    func pause() async throws
    /// At once, on this thread.
    nonisolated func pauseNow() throws
    func resume() async throws
}

extension DoorknockHome: Pausable {}

/// The system's leave to go on for a while after the app has left the screen.
@MainActor
public protocol BackgroundTime: Sendable {
    /// Asks for time. `expired` is called shortly before it runs out; what it has not done when it returns is not
    /// done. Returns what ``end(_:)`` takes, or nothing if there is no time at all.
    func begin(expired: @escaping @MainActor @Sendable () -> Void) -> Int?

    /// Gives back what is left.
    func end(_ token: Int)
}

/// One grant of time, ended once.
@MainActor
private final class Grant {
    private let time: any BackgroundTime
    private var token: Int?

    init(_ time: any BackgroundTime) {
        self.time = time
    }

    func begin(_ last: @escaping @MainActor @Sendable () -> Void) {
        token = time.begin {
            last()
            self.end()
        }
    }

    func end() {
        guard let token else { return }
        self.token = nil
        time.end(token)
    }
}
