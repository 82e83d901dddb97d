import CSQLite
import Doorknock
import Foundation

/// Counts the doors that are left today, for a widget.
public actor DoorCounter {
    private let home: DoorknockHome

    public init(home: DoorknockHome) {
        self.home = home
    }

    public func left() async throws -> Int {
        try await home.today().items.filter { $0.status == .due }.count
    }

    /// The count now, and again after each change.
    public nonisolated func counts() -> AsyncThrowingStream<Int, any Error> {
        AsyncThrowingStream { stream in
            let task = Task {
                do {
                    let changes = await home.changes()
                    stream.yield(try await left())
                    for await batch in changes
                    where batch.missed || batch.changes.contains(where: { $0.kind == .round || $0.kind == .visit }) {
                        stream.yield(try await left())
                    }
                    stream.finish()
                } catch {
                    stream.finish(throwing: error)
                }
            }
            stream.onTermination = { _ in task.cancel() }
        }
    }
}

/// What the widget says when something failed.
public func sentence(_ error: any Error) -> String {
    if let error = error as? DoorknockError, error.code == "not_joined" { return "请先加入社区" }
    return error.localizedDescription
}

/// A count kept in a database of the app's own, by the system's SQLite.
public struct CountCache: ~Copyable {
    private var database: OpaquePointer?

    public init() {
        sqlite3_open(":memory:", &database)
        sqlite3_exec(database, "CREATE TABLE counts (n INTEGER)", nil, nil, nil)
    }

    deinit {
        sqlite3_close(database)
    }

    public func add(_ count: Int) -> Bool {
        sqlite3_exec(database, "INSERT INTO counts VALUES (\(count))", nil, nil, nil) == SQLITE_OK
    }

    /// Whether this SQLite encrypts: the system's does not, the core's does.
    public static var encrypts: Bool {
        sqlite3_compileoption_used("HAS_CODEC") == 1
    }

    /// Whether the library that runs is the one whose header the app was built with.
    public static var isTheSystems: Bool {
        String(cString: sqlite3_libversion()) == SQLITE_VERSION
    }
}
