import Foundation

/// A long list, read page by page while somebody asks for more.
///
///     for try await visit in home.everyVisit(door: door) { … }
///
/// A record that comes or goes while the list is read makes no other be skipped or come twice. Stop asking, and
/// nothing more is read.
public struct Paged<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Page = (items: [Element], next: String?)
    let page: @Sendable (_ after: String?) async throws -> Page

    public func makeAsyncIterator() -> Iterator {
        Iterator(page: page)
    }

    /// Reads the next page when the last one is used up.
    public struct Iterator: AsyncIteratorProtocol {
        let page: @Sendable (_ after: String?) async throws -> Page
        private var items: ArraySlice<Element> = []
        private var after: String?
        private var ended = false

        init(page: @escaping @Sendable (_ after: String?) async throws -> Page) {
            self.page = page
        }

        public mutating func next() async throws -> Element? {
            while items.isEmpty && !ended {
                try Task.checkCancellation()
                let page = try await page(after)
                (items, after, ended) = (page.items[...], page.next, page.next == nil)
            }
            return items.popFirst()
        }
    }
}

extension DoorknockHome {
    /// Every visit of a door, or of all: newest first, as ``visits(door:after:limit:)`` has them.
    public nonisolated func everyVisit(door: UUID? = nil) -> Paged<Visit> {
        Paged { after in
            let page = try await self.visits(door: door, after: after)
            return (page.items, page.next)
        }
    }

    /// Every matter that is wanted, as ``matters(wanted:after:limit:)`` has them.
    public nonisolated func everyMatter(_ wanted: MattersWanted = MattersWanted()) -> Paged<Matter> {
        Paged { after in
            let page = try await self.matters(wanted: wanted, after: after)
            return (page.items, page.next)
        }
    }

    /// Every record of a kind, as ``records(kind:grid:ended:after:limit:)`` has them.
    public nonisolated func everyRecord(kind: String, grid: String? = nil, ended: Bool = false) -> Paged<KeptRecord> {
        Paged { after in
            let page = try await self.records(kind: kind, grid: grid, ended: ended, after: after)
            return (page.items, page.next)
        }
    }
}
