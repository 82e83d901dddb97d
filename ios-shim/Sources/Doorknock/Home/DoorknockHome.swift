import Foundation

/// An open home: the folder that holds one device's records.
///
/// An app opens one home, once, and keeps it. Every call may be made from anywhere, the main actor too: the work is
/// done on a thread of the home's own, one call after the other. A call that records something returns when the
/// record would survive a power cut; it needs no network. What is recorded reaches the others with ``sync(_:)``.
///
/// Reading, recording and everything else that needs no network stands here as the core has it, call by call.
/// Failures are `DoorknockError`, with a stable code for programs and a sentence for people.
///
/// Before the system suspends the app, the home has to let go of its database (``pause()``): iOS ends an app that
/// holds a database's lock while suspended. ``HomeGuard`` does that for an app's scenes.
public actor DoorknockHome {
    /// The core's own object; its calls block.
    let core: CoreHome
    let transport: any HubTransport
    private let bench: Workbench

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        bench.asUnownedSerialExecutor()
    }

    private init(core: CoreHome, transport: any HubTransport, bench: Workbench) {
        self.core = core
        self.transport = transport
        self.bench = bench
    }

    /// Opens the home in a folder, and makes one if the folder has none.
    ///
    /// The folder is excluded from backups and protected until the phone is first unlocked (``HomeFolder``).
    ///
    /// - Parameters:
    ///   - folder: The home's own folder; nothing else belongs in it. It is made if it is not there.
    ///   - keys: Where the database's key is kept: `KeychainKeys` in an app.
    ///   - clock: The time, if it is not to be the system's; for tests.
    ///   - transport: Carries requests to the hub.
    /// - Throws: `DoorknockError` with the code `busy` while another process or object holds the home,
    ///   `key_unavailable` before the phone was first unlocked, `key_missing`, `home_unreadable`, `home_too_new`.
    public static func open(
        _ folder: URL, keys: any KeyStore, clock: (any HomeClock)? = nil,
        transport: any HubTransport = URLSessionTransport()
    ) async throws -> DoorknockHome {
        let bench = Workbench()
        let core = try await bench.run {
            try HomeFolder.prepare(folder)
            do {
                return try CoreHome.open(home: folder.path, keys: keys, clock: clock)
            } catch let error as DoorknockError where error.code == "no_home" {
                return try CoreHome.create(home: folder.path, keys: keys, clock: clock)
            }
        }
        return DoorknockHome(core: core, transport: transport, bench: bench)
    }

    /// Lets go of the database, its log and its lock file.
    ///
    /// Waits for the one call to the database that may be under way, never for the network. Until ``resume()``,
    /// every other call fails with the code `paused`; a sync under way ends with it and loses nothing. Pausing twice
    /// is pausing once.
    public func pause() throws {
        try core.pause()
    }

    /// Takes the database up again after ``pause()``.
    ///
    /// - Throws: `DoorknockError` with the code `busy` while another process holds the home; it can be called again.
    public func resume() throws {
        try core.resume()
    }

    /// Lets go of the home for good. Later calls fail with the code `shut_down`, and ``changes()`` end.
    public func shutdown() {
        core.shutdown()
        inboxes.all().forEach { $0.end() }
    }

    /// ``pause()`` for where nothing can be awaited: the last moment that the system gives an app. Blocks for as long
    /// as the one call to the database that is under way.
    nonisolated func pauseNow() throws {
        try core.pause()
    }

    /// Returns when no call that needs the network is under way.
    func settled() async {
        if carrying > 0 { await withCheckedContinuation { toSettle.append($0) } }
    }

    /// A call that needs the network begins.
    func beginExchange() {
        carrying += 1
    }

    /// It has ended.
    func endExchange() {
        carrying -= 1
        guard carrying == 0 else { return }
        toSettle.forEach { $0.resume() }
        toSettle = []
    }

    private var carrying = 0
    private var toSettle: [CheckedContinuation<Void, Never>] = []

    // Two syncs of one home would ask for the same twice.
    let oneSync = Turn()

    /// Those who listen; ended with the home.
    nonisolated let inboxes = Inboxes()
}
