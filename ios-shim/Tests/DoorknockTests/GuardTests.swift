import DoorknockTesting
import Foundation
import Testing

@testable import Doorknock

@Suite("Before the system suspends the app")
@MainActor
struct GuardTests {
    let home = FakeHome()
    let time = FakeTime()
    let guardian: HomeGuard

    init() {
        guardian = HomeGuard(pausable: home, time: time)
    }

    @Test("A home at rest is paused at once, and the time is given back")
    func atRest() async throws {
        guardian.enteredBackground()
        guardian.enteredBackground()
        await time.isGivenBack()
        #expect(home.events == ["pause"])
        #expect(time.begun == 1 && time.ended == [1])
        try await guardian.willEnterForeground()
        #expect(home.events == ["pause", "resume"])
    }

    @Test("A sync under way may end first; when the time runs out, the home is paused all the same")
    func syncUnderWay() async throws {
        home.busy = true
        guardian.enteredBackground()
        #expect(home.events.isEmpty)
        time.expire()
        #expect(home.events == ["pause now"] && time.ended == [1])
        home.busy = false
        try await guardian.willEnterForeground()
        #expect(home.events.last == "resume")
        #expect(time.ended == [1], "given back once")
    }

    @Test("Back on the screen before the sync ended, the home stays open")
    func backInTime() async throws {
        home.busy = true
        guardian.enteredBackground()
        let coming = Task { try await guardian.willEnterForeground() }
        await Task.yield()
        home.busy = false
        try await coming.value
        #expect(!home.events.contains("pause") && time.ended == [1])
    }

    @Test("Work in the background has the home open, and lets go of it after, unless the app came back")
    func workInBackground() async throws {
        guardian.enteredBackground()
        await time.isGivenBack()
        try await guardian.inBackground { [home] in await home.note("work") }
        await time.isGivenBack()
        #expect(home.events == ["pause", "resume", "work", "pause"])

        try await guardian.inBackground { [home, guardian] in
            await home.note("work")
            try await guardian.willEnterForeground()
        }
        #expect(Array(home.events.dropFirst(4)) == ["resume", "work", "resume"])
    }

    @Test("Where the system gives no time, the home is paused nevertheless")
    func noTime() async throws {
        time.none = true
        guardian.enteredBackground()
        await home.isPaused()
        #expect(home.events == ["pause"] && time.ended.isEmpty)
    }
}

@Suite("Syncing in the background")
@MainActor
struct BackgroundSyncTests {
    @Test("Each time asks for the next: soon after a success, later after each failure, within hours after many")
    func asksForTheNext() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let hub = try InMemoryHub()
        let home = try await DoorknockHome.open(folder, keys: FakeKeys(), transport: hub)
        try await home.createCommunity(name: "柳荫社区", hubUrl: InMemoryHub.url, adminName: "周主任")
        let scheduler = FakeScheduler()
        let guardian = HomeGuard(home: home, time: FakeTime())
        let sync = BackgroundSync(home: home, guardian: guardian, scheduler: scheduler)
        let now = Date(timeIntervalSince1970: 0)

        #expect(await sync.run(now: now))
        hub.isReachable = false
        for _ in 0..<5 { #expect(await !sync.run(now: now)) }
        hub.isReachable = true
        #expect(await sync.run(now: now))
        #expect(scheduler.asked.map { $0 / 60 } == [30, 60, 120, 240, 240, 240, 30])
    }
}

@MainActor
final class FakeHome: Pausable {
    private(set) var events: [String] = []
    private var settling: [CheckedContinuation<Void, Never>] = []
    private var pausing: [CheckedContinuation<Void, Never>] = []
    var busy = false {
        didSet {
            guard !busy else { return }
            settling.forEach { $0.resume() }
            settling = []
        }
    }

    func note(_ event: String) {
        events.append(event)
    }

    func settled() async {
        if busy { await withCheckedContinuation { settling.append($0) } }
    }

    func pause() async throws {
        note("pause")
        pausing.forEach { $0.resume() }
        pausing = []
    }

    /// Returns once it is paused.
    func isPaused() async {
        if !events.contains("pause") { await withCheckedContinuation { pausing.append($0) } }
    }

    nonisolated func pauseNow() throws {
        MainActor.assumeIsolated { note("pause now") }
    }

    func resume() async throws {
        note("resume")
    }
}

@MainActor
final class FakeTime: BackgroundTime {
    private(set) var begun = 0
    private(set) var ended: [Int] = []
    private var expired: (@MainActor @Sendable () -> Void)?
    private let (back, giveBack) = AsyncStream.makeStream(of: Void.self)
    var none = false

    func begin(expired: @escaping @MainActor @Sendable () -> Void) -> Int? {
        if none { return nil }
        self.expired = expired
        begun += 1
        return begun
    }

    func end(_ token: Int) {
        ended.append(token)
        giveBack.yield()
    }

    func expire() {
        expired?()
    }

    /// Returns once the time was given back, once for each time that it was.
    func isGivenBack() async {
        for await _ in back { return }
    }
}

@MainActor
final class FakeScheduler: RefreshScheduler {
    private(set) var asked: [TimeInterval] = []

    func request(notBefore: Date) {
        asked.append(notBefore.timeIntervalSince1970)
    }
}
