import Doorknock
import Foundation

/// Keeps a home's key in memory, and can be as out of reach as a locked phone's Keychain.
public final class FakeKeys: KeyStore, @unchecked Sendable {
    private var key: Data?
    private var locked = false
    private let lock = NSLock()

    public init() {}

    /// Whether the key is out of reach: homes then fail to open, with the code `key_unavailable`.
    public var isLocked: Bool {
        get { lock.withLock { locked } }
        set { lock.withLock { locked = newValue } }
    }

    public func load() throws -> Data? {
        try lock.withLock {
            try reach()
            return key
        }
    }

    public func save(key: Data) throws {
        try lock.withLock {
            try reach()
            guard self.key == nil else { throw KeyStoreError.Unavailable(why: "a key is there already") }
            self.key = key
        }
    }

    private func reach() throws {
        if locked { throw KeyStoreError.Unavailable(why: "locked by the test") }
    }
}

/// A clock that a test sets.
public final class ManualClock: HomeClock, @unchecked Sendable {
    private var time: Date
    private let lock = NSLock()

    /// - Parameter time: Where it stands; 2026-11-21 09:00 in Shanghai if nothing is said.
    public init(_ time: Date = Date(timeIntervalSince1970: 1_795_222_800)) {
        self.time = time
    }

    public func now() -> Date {
        lock.withLock { time }
    }

    /// Moves it, back too.
    public func advance(by seconds: TimeInterval) {
        lock.withLock { time += seconds }
    }

    /// Sets it.
    public func set(_ time: Date) {
        lock.withLock { self.time = time }
    }
}
