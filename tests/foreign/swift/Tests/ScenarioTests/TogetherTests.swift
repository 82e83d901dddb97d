import Doorknock
import Foundation
import Testing

@Suite("Two devices at once")
struct Together {
    let world: World

    init() throws {
        world = try World()
    }

    /// A case with a note, known to both.
    func knownCase(_ phone: DoorknockHome, _ office: DoorknockHome) async throws -> (id: UUID, note: String) {
        let door = try #require(try await phone.today().items.first?.door)
        let id = try await phone.addRecord(
            kind: "case",
            values: [
                NamedValue(name: "title", value: .written(text: "出院后照护")),
                NamedValue(name: "door", value: .id(id: door)),
            ])
        let note = try await phone.appendRecord(id: id, field: "note", value: .written(text: "早上去过。"))
        try await phone.sync()
        try await office.sync()
        return (id, note)
    }

    @Test("A note that two edit at once holds what both wrote, and says who wrote what")
    func noteMerges() async throws {
        let office = try await world.office()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office)
        let (id, note) = try await knownCase(phone, office)
        let seen = try await office.record(id: id).version
        let atTheDoor = try await phone.record(id: id).version

        // Emoji and a rare character before what the other writes: positions count in the same units everywhere.
        #expect(try await phone.editText(id: id, field: "note", version: atTheDoor, text: "👵🏽𠮷：早上去过。", item: note))
        #expect(try await office.editText(id: id, field: "note", version: seen, text: "早上去过。下午再去。", item: note))
        try await phone.sync()
        try await office.sync()
        try await phone.sync()
        for home in [phone, office] {
            let record = try await home.record(id: id)
            let item = try #require(record.items.first { $0.item == note })
            #expect(item.value == .written(text: "👵🏽𠮷：早上去过。下午再去。"))
            let authors = try await home.textHistory(id: id, field: "note", item: note).map(\.by)
            #expect(authors.first == "李文丽" && Set(authors) == ["李文丽", "周主任"])
        }
    }

    @Test("A field that two write at once shows both values with their authors, until a person resolves it")
    func conflict() async throws {
        let office = try await world.office()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office)
        let (id, _) = try await knownCase(phone, office)
        func title(_ text: String) -> [NamedValue] { [NamedValue(name: "title", value: .written(text: text))] }
        let (here, there) = (try await phone.record(id: id).version, try await office.record(id: id).version)
        #expect(try await phone.editRecord(id: id, values: title("独居照护"), version: here))
        #expect(try await office.editRecord(id: id, values: title("康复照护"), version: there))
        try await phone.sync()
        try await office.sync()

        #expect(try await office.status().conflicts == 1)
        let conflict = try #require(try await office.conflicts().first)
        #expect(conflict.record == id && conflict.field == "title")
        #expect(Set(conflict.values.map(\.by)) == ["李文丽", "周主任"])
        let index = try #require(conflict.values.firstIndex { $0.value == .written(text: "独居照护") })
        try await office.resolve(conflict: conflict.id, choice: .keep(index: UInt32(index)))
        try await office.sync()
        try await phone.sync()
        for home in [phone, office] {
            #expect(try await home.conflicts().isEmpty)
            #expect(try await home.record(id: id).title == "独居照护")
        }
        await fails("not_found") { try await phone.resolve(conflict: conflict.id, choice: .clear) }
    }

    @Test("Long lists come page by page, whole, and what waits says where it is")
    func pages() async throws {
        let office = try await world.office()
        let phone = try await world.phone("phone", of: "李文丽", invitedBy: office)
        let door = try #require(try await phone.today().items.first?.door)
        var logged: [UUID] = []
        for n in 0..<120 {
            let visit = NewVisit(door: door, outcome: .met, channel: .phone, at: .now - Double(120 - n) * 60)
            logged.append(try await phone.logVisit(visit: visit))
        }
        var read: [UUID] = []
        for try await visit in phone.everyVisit(door: door) { read.append(visit.visit) }
        #expect(read == logged.reversed())
        #expect(try await phone.visits(door: door, limit: 7).items.count == 7)
        #expect(try await phone.placeOfVisit(visit: logged[0]).place == .hereOnly)
        try await phone.sync()
        guard case .atHub = try await phone.placeOfVisit(visit: logged[0]).place else {
            Issue.record("not at the hub after a sync")
            return
        }
    }
}
