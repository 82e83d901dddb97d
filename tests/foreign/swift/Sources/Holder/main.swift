// Holds a home and logs a visit to each of its doors, until it is killed: one line for each visit that was
// acknowledged.
import Doorknock
import Foundation

let folder = URL(fileURLWithPath: CommandLine.arguments[1])
let home = try await DoorknockHome.open(folder, keys: FileKeys(path: CommandLine.arguments[2]))
let doors = try await home.today().items.map(\.door)
while true {
    for door in doors {
        let visit = try await home.logVisit(
            visit: NewVisit(door: door, outcome: .nobodyHome, channel: .atTheDoor))
        print(visit.uuidString)
        fflush(nil)
    }
}
