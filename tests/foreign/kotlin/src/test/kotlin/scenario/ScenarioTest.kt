package scenario

import doorknock.Home
import doorknock.SyncState
import doorknock.UrlConnectionTransport
import doorknock.core.ConflictChoice
import doorknock.core.NamedValue
import doorknock.core.RecordValue
import doorknock.core.RoundStatus
import java.nio.file.Path
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.io.TempDir

/** The story that is told in every language: join, work a round offline, write at the same time, decide. */
class ScenarioTest {
    @TempDir
    lateinit var folder: Path

    private fun scene(story: suspend Scene.() -> Unit) = Scene(folder).use { runBlocking { it.story() } }

    @Test
    fun `a round worked without the hub is at the office after a sync, each visit once`() = scene {
        val office = office()
        val phone = phone(office, "phone", "李文丽", UrlConnectionTransport())
        val round = phone.today()
        assertEquals("G1", round.grid)
        val (first, second) = round.items
        assertEquals(listOf(RoundStatus.DUE, RoundStatus.DUE), round.items.map { it.status })
        assertEquals(setOf("住户一", "住户二"), round.items.mapNotNull { it.contact }.toSet())

        killHub()
        phone.takeDoor(first.door)
        val summary = "老人精神很好，厨房水管漏水"
        val visit = phone.logVisit(visit(first.door, summary).copy(companions = listOf("志愿者小陈"), answers = listOf("meals=yes")))
        phone.skipDoor(second.door, "住院")
        assertEquals(listOf(RoundStatus.DONE, RoundStatus.SKIPPED), listOf(first, second).map { phone.statusOf(it.door) })
        val waiting = phone.status()
        assertEquals(1uL, waiting.pendingVisits)
        assertNotNull(waiting.unsentSince)
        val failure = assertFails("hub_unreachable") { phone.sync() }
        assertTrue("连接被拒绝" in failure.zh && "connection refused" in failure.en, failure.zh)
        assertEquals(failure.code, assertIs<SyncState.Failed>(phone.syncState.value).why.code)
        assertEquals(1uL, phone.status().pendingVisits)

        restartHub()
        assertTrue(phone.sync().pushed > 0uL)
        assertIs<SyncState.Done>(phone.syncState.value)
        office.sync()
        val read = office.visits().items.single()
        assertEquals(listOf(visit, "李文丽", summary), listOf(read.visit, read.by, read.summary))
        assertEquals(listOf("志愿者小陈"), read.companions)
        assertEquals("见到", read.outcome.label().zh)
        assertEquals(listOf("meals" to "是"), read.answers.map { it.item to it.answer.zh })
        assertEquals(visit, office.search("漏水", 10u).single().id)
        assertEquals(RoundStatus.DONE, office.statusOf(first.door, "G1"))
        val sent = phone.status()
        assertEquals(listOf(0uL, 1uL), listOf(sent.pending, sent.atHubVisits))
        assertNull(sent.unsentSince)
    }

    @Test
    fun `a note that two edit at once keeps both sentences, and a field with two values is decided by a person`() = scene {
        val office = office()
        val li = phone(office, "li", "李文丽")
        val wang = phone(office, "wang", "王建国")
        val all = arrayOf(office, li, wang)
        val case = li.addRecord("case", listOf(NamedValue("title", text("出院后照护"))))
        val note = li.appendRecord(case, "note", text("周一上门，老人说腰疼。"))
        settle(*all)

        val seen = wang.record(case).version
        li.editText(case, "note", seen, "周一上门，老人说腰疼。约好周三陪同就医。", note)
        wang.editText(case, "note", seen, "周一上门，老人说腰疼，已三天。", note)
        li.editRecord(case, listOf(NamedValue("title", text("照护：李"))), seen)
        // Wang's form was open all the while, and is saved over what came in since.
        settle(*all)
        assertEquals(text("照护：李"), wang.record(case).values.single { it.name == "title" }.value)
        wang.editRecord(case, listOf(NamedValue("title", text("照护：王"))), seen)
        settle(*all)

        for (home in all) {
            val record = home.record(case)
            assertEquals(text("周一上门，老人说腰疼，已三天。约好周三陪同就医。"), record.items.single().value)
            assertEquals(listOf("title"), record.conflicts)
        }
        val conflict = office.conflicts().single()
        assertEquals(listOf("case", "title", case), listOf(conflict.kind, conflict.field, conflict.record))
        assertEquals(
            setOf("李文丽" to text("照护：李"), "王建国" to text("照护：王")),
            conflict.values.map { it.by to it.value }.toSet(),
        )
        assertFails("bad_choice") { office.resolve(conflict.id, ConflictChoice.Keep(7u)) }
        val kept = conflict.values.indexOfFirst { it.by == "王建国" }
        office.resolve(conflict.id, ConflictChoice.Keep(kept.toUInt()))
        settle(*all)
        for (home in all) {
            assertEquals(text("照护：王"), home.record(case).values.single { it.name == "title" }.value)
            assertEquals(emptyList(), home.conflicts())
        }
        assertFails("not_found") { office.resolve(conflict.id, ConflictChoice.Clear) }
    }

    @Test
    fun `text is kept to the last sign, emoji and rare characters too`() = scene {
        val office = office()
        val phone = phone(office, "phone", "李文丽")
        val door = phone.today().items.first().door
        val said = "👵🏻👨‍👩‍👧 𠮷野家、𪚥、㐂；e\u0301 — “好” \u0000\u202e"
        val visit = phone.logVisit(visit(door, said))
        val case = phone.addRecord("case", listOf(NamedValue("title", text("𠮷👵🏻"))))
        val note = phone.appendRecord(case, "note", text("👵🏻𠮷。"))
        settle(phone, office)
        assertEquals(said, office.visit(visit).summary)
        // Edits on both sides of a character of two UTF-16 units.
        val seen = office.record(case).version
        phone.editText(case, "note", seen, "👵🏻𠮷野。", note)
        office.editText(case, "note", seen, "看👵🏻𠮷。", note)
        settle(phone, office)
        assertEquals(text("看👵🏻𠮷野。"), office.record(case).items.single().value)
        assertEquals(text("看👵🏻𠮷野。"), phone.record(case).items.single().value)
    }

    @Test
    fun `failures have a code and a sentence in both languages`() = scene {
        val home = home("office")
        assertFails("home_exists") { Home.create(path("office"), keys("office"), UrlConnectionTransport()) }
        assertFails("busy") { Home.open(path("office"), keys("office"), UrlConnectionTransport()) }
        assertFails("no_home") { Home.open(path("nowhere"), keys("nowhere"), UrlConnectionTransport()) }
        assertFails("not_joined") { home.today() }
        assertFails("not_joined") { home.sync() }
        home.close()
        val office = office()
        val door = office.today("G1").items.first().door
        assertFails("not_found") { office.logVisit(visit(UUID(0, 0), "")) }
        assertFails("visit_in_future") { office.logVisit(visit(door, "").copy(at = java.time.Instant.parse("2999-01-01T00:00:00Z"))) }
        assertFails("unknown_item") { office.logVisit(visit(door, "").copy(answers = listOf("no-such-item=yes"))) }
        assertFails("unknown_kind") { office.addRecord("spaceship", emptyList()) }
        assertFails("which_grid") { office.today() }
        assertEquals(emptyList(), office.visits().items)
    }

    private suspend fun Home.statusOf(door: UUID, grid: String? = null): RoundStatus =
        today(grid).items.single { it.door == door }.status

    private fun text(text: String) = RecordValue.Written(text)
}
