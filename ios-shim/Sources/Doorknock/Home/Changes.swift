import Foundation

/// What changed in a home, for as long as somebody listens.
///
///     for await batch in await home.changes() {
///         if batch.missed || batch.changes.contains(where: { $0.kind == .round }) { await reload() }
///     }
///
/// A batch holds ids, never records: read what you show. It comes after the records are safely stored, from this
/// device's own calls and from a sync alike. While you are busy, changes gather into the next batch, each id once; if
/// more than ``limit`` gather, the batch comes without them and says ``Batch/missed``: read again whatever you show.
///
/// Listening ends when the task is cancelled, when the sequence and its iterator are let go of, or when the home
/// is shut down; the home then forgets the listener.
public struct Changes: AsyncSequence, Sendable {
    /// How many changes are kept for a listener that is busy.
    public static let limit = 4_096

    /// What changed since the last batch.
    public struct Batch: Sendable, Equatable {
        /// Each once, in the order in which they first came. Empty if they were ``missed``.
        public let changes: [Change]
        /// More changed than is kept: everything shown may be old.
        public let missed: Bool
    }

    let inbox: Inbox
    let bell: AsyncStream<Void>

    public func makeAsyncIterator() -> Iterator {
        Iterator(inbox: inbox, bell: bell.makeAsyncIterator())
    }

    /// Waits for batches.
    public struct Iterator: AsyncIteratorProtocol {
        let inbox: Inbox
        var bell: AsyncStream<Void>.Iterator

        public mutating func next() async -> Batch? {
            while true {
                if let batch = inbox.take() { return batch }
                // Cancelled or shut down; what came just before is still handed over.
                if await bell.next() == nil { return Task.isCancelled ? nil : inbox.take() }
            }
        }
    }
}

extension DoorknockHome {
    /// Begins to listen: everything that changes after this returns is in the sequence. One listener for each call.
    public func changes() -> Changes {
        let (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let inbox = Inbox(ring)
        let subscription = core.observe(observer: inbox)
        ring.onTermination = { [inboxes] _ in
            subscription.stop()
            inboxes.remove(inbox)
        }
        inboxes.add(inbox)
        return Changes(inbox: inbox, bell: bell)
    }
}

/// Takes changes on the thread that made them and keeps them until the listener comes. Holds up nobody.
final class Inbox: Observer, @unchecked Sendable {
    // What the lock guards.
    private var waiting: [Change] = []
    private var known: Set<Change> = []
    private var missed = false
    private let lock = NSLock()
    private let ring: AsyncStream<Void>.Continuation

    init(_ ring: AsyncStream<Void>.Continuation) {
        self.ring = ring
    }

    func changed(changes: [Change]) throws {
        lock.withLock {
            missed = missed || changes.contains { $0.kind == .everything }
            for change in changes where !missed && known.insert(change).inserted {
                waiting.append(change)
                missed = waiting.count > Changes.limit
            }
            if missed { (waiting, known) = ([], []) }
        }
        ring.yield()
    }

    func take() -> Changes.Batch? {
        lock.withLock {
            guard missed || !waiting.isEmpty else { return nil }
            defer { (waiting, known, missed) = ([], [], false) }
            return Changes.Batch(changes: waiting, missed: missed)
        }
    }

    func end() {
        ring.finish()
    }
}

/// The listeners of a home.
final class Inboxes: @unchecked Sendable {
    private var inboxes: [ObjectIdentifier: Inbox] = [:]
    private let lock = NSLock()

    func add(_ inbox: Inbox) {
        lock.withLock { inboxes[ObjectIdentifier(inbox)] = inbox }
    }

    func remove(_ inbox: Inbox) {
        lock.withLock { inboxes[ObjectIdentifier(inbox)] = nil }
    }

    func all() -> [Inbox] {
        lock.withLock { Array(inboxes.values) }
    }
}
