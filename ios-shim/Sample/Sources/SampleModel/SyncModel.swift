import Doorknock
import Foundation
import Observation

/// What is here and what is at the hub.
@MainActor @Observable
public final class SyncModel {
    public private(set) var status: Status?
    public private(set) var isSyncing = false
    public private(set) var problem: String?
    private let home: DoorknockHome
    private let network: AirplaneMode
    private var syncing: Task<Void, Never>?

    public init(home: DoorknockHome, network: AirplaneMode) {
        self.home = home
        self.network = network
        airplane = network.isOn
    }

    /// Tries the app without a signal.
    public var airplane: Bool {
        didSet { network.isOn = airplane }
    }

    /// Keeps the counts current until the screen goes away.
    public func follow() async {
        let changes = await home.changes()
        status = try? await home.status()
        for await _ in changes { status = try? await home.status() }
    }

    public func sync() async {
        guard syncing == nil else { return }
        isSyncing = true
        problem = nil
        let task = Task {
            do {
                try await home.sync()
            } catch is CancellationError {
                // The person stopped it: nothing to say, and nothing is lost.
            } catch {
                problem = error.localizedDescription
            }
            status = try? await home.status()
        }
        syncing = task
        await task.value
        syncing = nil
        isSyncing = false
    }

    public func stop() {
        syncing?.cancel()
    }
}
