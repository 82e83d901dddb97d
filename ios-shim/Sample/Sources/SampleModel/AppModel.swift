import Doorknock
import Foundation
import Observation

/// The app from launch to joining to work.
@MainActor @Observable
public final class AppModel {
    public enum Phase {
        case opening
        /// No community yet: an invitation's link is needed.
        case joining(DoorknockHome)
        case working(DoorknockHome)
        /// The sentence to show.
        case failed(String)
    }

    public private(set) var phase = Phase.opening
    /// What to say about the last try to join.
    public private(set) var problem: String?
    public let network: AirplaneMode

    private let folder: URL
    private let keys: any KeyStore

    public init(folder: URL, keys: any KeyStore, network: AirplaneMode = AirplaneMode()) {
        self.folder = folder
        self.keys = keys
        self.network = network
    }

    /// Opens the home; the screen shows something at once and the rest when it is there.
    public func open() async {
        do {
            let home = try await DoorknockHome.open(folder, keys: keys, transport: network)
            phase = try await home.community() == nil ? .joining(home) : .working(home)
        } catch {
            phase = .failed(error.localizedDescription)
        }
    }

    /// The home, once it is open.
    public var home: DoorknockHome? {
        switch phase {
        case .joining(let home), .working(let home): home
        case .opening, .failed: nil
        }
    }

    public func join(link: String, name: String) async {
        guard case .joining(let home) = phase else { return }
        do {
            try await home.join(link: link, name: name)
            phase = .working(home)
        } catch {
            problem = error.localizedDescription
        }
    }
}

/// The phone's connection, with a switch for trying the app without one.
public final class AirplaneMode: HubTransport, @unchecked Sendable {
    private let inner: any HubTransport
    private let lock = NSLock()
    private var on = false

    public init(_ inner: any HubTransport = URLSessionTransport()) {
        self.inner = inner
    }

    public var isOn: Bool {
        get { lock.withLock { on } }
        set { lock.withLock { on = newValue } }
    }

    public func exchange(_ request: HubRequest) async throws -> HubAnswer {
        guard !isOn else { throw Unreachable.noNetwork }
        return try await inner.exchange(request)
    }
}
