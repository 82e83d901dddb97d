import Foundation
import Testing

@testable import Doorknock

@Suite("What people read")
struct TextTests {
    @Test("What has waited for a day is told, in both languages")
    func unsent() {
        let now = Date(timeIntervalSince1970: 1_795_222_800)
        func notice(_ visits: UInt64, _ hours: Double?) -> UnsentNotice? {
            UnsentNotice(visits: visits, since: hours.map { now - $0 * 3_600 }, now: now)
        }
        #expect(notice(12, 50)?.text(in: .english) == "12 visits unsent for 2 days")
        #expect(notice(12, 50)?.text(in: .chinese) == "12 次走访已有 2 天未发送")
        #expect(notice(1, 24)?.text(in: .english) == "1 visit unsent for 1 day")
        for none in [notice(0, 50), notice(3, 23.9), notice(3, nil), notice(3, -90)] {
            #expect(none == nil)
        }
    }

    @Test("The phone's first language of the two decides, and Chinese if it has neither")
    func languages() {
        #expect(Language.first(of: ["fr-FR", "en-CN", "zh-Hans-CN"]) == .english)
        #expect(Language.first(of: ["zh-Hant-TW", "en"]) == .chinese)
        #expect(Language.first(of: ["ug", "bo"]) == .chinese)
        #expect(Language.first(of: []) == .chinese)
    }

    @Test("An error says its sentence wherever Swift shows errors")
    func errors() {
        let error = DoorknockError.Failure(code: "busy", zh: "忙。", en: "Busy.")
        #expect(error.code == "busy")
        #expect(error.sentence(in: .english) == "Busy.")
        #expect((error as any Error).localizedDescription == error.sentence())
    }
}
