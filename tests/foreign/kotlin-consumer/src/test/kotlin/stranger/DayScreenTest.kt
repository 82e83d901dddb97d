package stranger

import doorknock.Home
import doorknock.UnsentNotice
import doorknock.core.ConflictChoice
import doorknock.core.DoorknockException
import doorknock.core.NamedValue
import doorknock.core.RecordValue
import doorknock.core.Role
import doorknock.core.RosterOptions
import doorknock.testing.FakeKeys
import doorknock.testing.ManualClock
import doorknock.testing.TestHub
import java.io.File
import java.time.Duration
import java.util.Locale
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.io.TempDir

class DayScreenTest {
    @TempDir
    lateinit var folder: File

    private val clock = ManualClock()
    private val hub = TestHub(clock)
    private val open = mutableListOf<Home>()

    @AfterTest
    fun letGo() {
        open.forEach(Home::close)
        hub.close()
    }

    private suspend fun home(name: String, keys: FakeKeys = FakeKeys()): Home =
        Home.openOrCreate(File(folder, name), keys, hub, clock).also { open += it }

    private suspend fun office(): Home {
        val office = home("office")
        office.createCommunity("柳荫社区", hub.url, "周主任")
        val roster = listOf(
            listOf("网格", "小区", "楼栋", "单元", "房号", "户主", "关爱类别"),
            listOf("G1", "花园", "3栋", "1单元", "101室", "住户一", "独居"),
            listOf("G1", "花园", "3栋", "1单元", "102室", "住户二", "独居"),
        )
        office.importRoster(roster, RosterOptions())
        office.sync()
        return office
    }

    private suspend fun phone(office: Home, name: String): Home {
        val phone = home(name)
        phone.join(office.invite(Role.WORKER, listOf("G1"), 7u), name)
        phone.sync()
        return phone
    }

    @Test
    fun `a visit in airplane mode leaves the list, waits on the phone, and is told of after two days`() = runBlocking {
        val office = office()
        val phone = phone(office, "李文丽")
        val screen = DayScreen(phone)
        val shown = Channel<Day>(Channel.UNLIMITED)
        val showing = launch { screen.day.collect(shown::send) }
        suspend fun until(seen: (Day) -> Boolean): Day {
            while (true) shown.receive().takeIf(seen)?.let { return it }
        }
        assertEquals(0uL, until { it.due.size == 2 }.unsent)

        hub.reachable = false
        screen.knocked(phone.today().items.first().door, "一切都好")
        until { it.due.size == 1 && it.unsent == 1uL }
        screen.refresh()
        val said = until { it.message != null }.message
        assertTrue("连接被拒绝" in said!!, said)

        clock.advance(Duration.ofDays(2))
        val status = phone.status()
        val notice = UnsentNotice.of(status.pendingVisits, status.unsentSince, clock.now(), Locale.ENGLISH)
        assertEquals("1 visit unsent for 2 days", notice?.title)

        hub.reachable = true
        screen.refresh()
        until { it.unsent == 0uL && it.message == null }
        assertNull(phone.status().unsentSince)
        showing.cancel()
        office.sync()
        assertEquals("一切都好", office.visits().items.single().summary)
    }

    @Test
    fun `two phones that write one field are shown a conflict`() = runBlocking {
        val office = office()
        val li = phone(office, "李文丽")
        val wang = phone(office, "王建国")
        fun title(text: String) = listOf(NamedValue("title", RecordValue.Written(text)))
        val case = li.addRecord("case", title("照护"))
        li.sync()
        wang.sync()
        val seen = li.record(case).version
        li.editRecord(case, title("照护一"), seen)
        repeat(2) { li.sync(); wang.sync() }
        // Wang's form was opened before that came in.
        wang.editRecord(case, title("照护二"), seen)
        repeat(2) { li.sync(); wang.sync() }
        val conflict = li.conflicts().single()
        assertEquals(setOf("李文丽", "王建国"), conflict.values.map { it.by }.toSet())
        li.resolve(conflict.id, ConflictChoice.Keep(1u))
        assertEquals(0, li.conflicts().size)
    }

    @Test
    fun `a locked phone and a lost key are failures with a code, and nothing is lost by them`() = runBlocking {
        val keys = FakeKeys()
        home("phone", keys).shutdown()
        keys.locked = true
        assertEquals("key_unavailable", assertFailsWith<DoorknockException.Failure> { home("phone", keys) }.code)
        keys.locked = false
        home("phone", keys).shutdown()
        keys.lose()
        assertEquals("key_missing", assertFailsWith<DoorknockException.Failure> { home("phone", keys) }.code)
    }

    @Test
    fun `nothing of Android's is needed on a desktop`() {
        assertFailsWith<ClassNotFoundException> { Class.forName("android.app.Activity") }
    }
}
