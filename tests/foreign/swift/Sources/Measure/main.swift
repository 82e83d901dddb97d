// How long Swift takes to open a home and to read a list of 300, through the package's actor and through the generated
// object alone: one line each, as `list300 measure` prints it for Rust (tests/src/bin/list300.rs).
import Doorknock
import Foundation

let folder = URL(fileURLWithPath: CommandLine.arguments[1]).appendingPathComponent("phone")
let keys = FileKeys(path: folder.appendingPathComponent("key").path)
let (lines, times) = (300, 200)

func micros(_ since: ContinuousClock.Instant) -> Int {
    let (seconds, attoseconds) = (ContinuousClock.now - since).components
    return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
}

func report(_ name: String, open: Int, lists: [Int]) {
    let later = lists.dropFirst().sorted()
    print(name, open, lists[0], later[times / 2], later[times * 99 / 100])
}

func actor() async throws {
    let start = ContinuousClock.now
    let home = try await DoorknockHome.open(folder, keys: keys)
    let open = micros(start)
    var lists: [Int] = []
    for _ in 0...times {
        let start = ContinuousClock.now
        let count = try await home.today().items.count
        lists.append(micros(start))
        precondition(count == lines)
    }
    await home.shutdown()
    report("swift-actor", open: open, lists: lists)
}

func generated() throws {
    let start = ContinuousClock.now
    let home = try CoreHome.open(home: folder.path, keys: keys)
    let open = micros(start)
    var lists: [Int] = []
    for _ in 0...times {
        let start = ContinuousClock.now
        let count = try home.today().items.count
        lists.append(micros(start))
        precondition(count == lines)
    }
    home.shutdown()
    report("swift-generated", open: open, lists: lists)
}

// The first of them in a process pays for what is loaded once.
if CommandLine.arguments.count > 2 {
    try generated()
} else {
    try await actor()
}
