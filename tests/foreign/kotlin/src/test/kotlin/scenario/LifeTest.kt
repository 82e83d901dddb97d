package scenario

import doorknock.Changes
import doorknock.OkHttpTransport
import doorknock.SyncState
import doorknock.Transport
import doorknock.core.Change
import doorknock.core.ChangeKind
import doorknock.core.DoorknockException
import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import doorknock.core.VisitPage
import java.io.File
import java.io.IOException
import java.nio.file.Path
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttpClient
import org.junit.jupiter.api.io.TempDir

/** The life of a home: watched, cancelled, killed, paused, let go. */
class LifeTest {
    @TempDir
    lateinit var folder: Path

    private fun scene(transport: Transport = OkHttpTransport(OkHttpClient()), story: suspend Scene.(CoroutineScope) -> Unit) =
        Scene(folder, transport).use { runBlocking { it.story(this) } }

    @Test
    fun `whoever watches is told what was recorded here and what came by a sync, by id`() = scene { scope ->
        val office = office()
        val phone = phone(office, "phone", "李文丽")
        val door = phone.today().items.first().door
        val shown = Channel<Int>(Channel.UNLIMITED)
        val told = Channel<Changes>(Channel.UNLIMITED)
        val screen = scope.launch(Dispatchers.Default) {
            office.watch({ it.touch(ChangeKind.Visit) }) { visits().items.size }.collect(shown::send)
        }
        val watching = scope.launch(Dispatchers.Default) { phone.changes.collect(told::send) }
        assertEquals(0, shown.receive())

        // `changes` begins with collecting, so the first is recorded until one is seen.
        var visits = 0
        val first = scope.async { told.receive() }
        while (!first.isCompleted) {
            phone.logVisit(visit(door, "第 ${++visits} 次"))
            assertTrue(visits < 1_000, "nobody is told")
        }
        assertTrue(first.await().ids.all { it.door == door || it.door == null })
        val visit = phone.logVisit(visit(door, "最后一次"))
        var seen = first.await()
        while (Change(ChangeKind.Visit, visit, door) !in seen.ids) seen = told.receive()

        phone.sync()
        office.sync()
        do {
            val now = shown.receive()
        } while (now != visits + 1)
        screen.cancel()
        watching.cancel()
    }

    @Test
    fun `a sync cancelled while the hub thinks stops at once, loses nothing, and the next one ends it`() {
        val real = OkHttpTransport(OkHttpClient())
        var hold: CompletableDeferred<Unit>? = null
        val slow = object : Transport {
            override suspend fun exchange(request: HubRequest): HubAnswer {
                val answer = real.exchange(request)
                // The hub has it; the phone will never hear so.
                hold?.let { it.complete(Unit); awaitCancellation() }
                return answer
            }
        }
        scene { scope ->
            val office = office()
            val phone = phone(office, "phone", "李文丽", slow)
            val door = phone.today().items.first().door
            val visits = List(5) { phone.logVisit(visit(door, "第 $it 次")) }
            hold = CompletableDeferred()
            val sync = scope.async(Dispatchers.Default) { phone.sync() }
            hold!!.await()
            sync.cancel()
            assertFailsWith<CancellationException> { sync.await() }
            assertEquals(SyncState.Idle, phone.syncState.value)
            assertEquals(5uL, phone.status().pendingVisits)

            hold = null
            phone.sync()
            office.sync()
            assertEquals(0uL, phone.status().pendingVisits)
            assertEquals(visits.toSet(), office.visits().items.map { it.visit }.toSet())
            assertEquals(5, office.visits().items.size)
        }
    }

    @Test
    fun `a process killed while it records loses no visit it was told of, and the home opens again`() = scene {
        val office = office()
        val phone = phone(office, "phone", "李文丽")
        val door = phone.today().items.first().door
        phone.shutdown()
        val java = File(System.getProperty("java.home"), "bin/java").path
        val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        val child = ProcessBuilder(java, "-cp", classes, "scenario.RecorderKt", path("phone").path, door.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
        val said = child.inputStream.bufferedReader()
        val recorded = MutableList(50) { UUID.fromString(said.readLine()) }
        assertFails("busy") { home("phone") }
        // Of the handle, since the process's own would close what it had said.
        child.toHandle().destroyForcibly()
        // What it had said before it died counts too.
        said.lineSequence().mapNotNull { runCatching { UUID.fromString(it) }.getOrNull() }.forEach(recorded::add)
        assertEquals(137, child.waitFor())

        val again = home("phone")
        settle(again, office)
        val read = mutableListOf<UUID>()
        var page: VisitPage? = office.visits()
        while (page != null) {
            read += page.items.map { it.visit }
            page = page.next?.let { office.visits(after = it) }
        }
        assertTrue(read.containsAll(recorded), "${recorded.size} were told of, ${read.size} are there")
        assertEquals(read.size, read.toSet().size)
    }

    @Test
    fun `a paused home lets another open it, resumes, and ends for good`() = scene { scope ->
        val office = office()
        val phone = phone(office, "phone", "李文丽")
        phone.pause()
        phone.pause()
        assertFails("paused") { phone.today() }
        assertFails("paused") { phone.sync() }
        val other = home("phone")
        assertFails("busy") { phone.resume() }
        other.shutdown()
        phone.resume()
        phone.resume()
        val door = phone.today().items.first().door
        phone.logVisit(visit(door, "又上门"))
        val rest = scope.async(Dispatchers.Default) { phone.changes.collect {} }
        phone.sync()
        phone.shutdown()
        phone.shutdown()
        rest.await()
        assertFails("shut_down") { phone.today() }
        assertFails("shut_down") { phone.pause() }
        assertFails("shut_down") { phone.resume() }
        assertEquals(1, home("phone").visits().items.size)
    }

    @Test
    fun `ten thousand calls, flows and syncs leave nothing behind`() {
        val real = OkHttpTransport(OkHttpClient())
        var signal = true
        val patchy = object : Transport {
            override suspend fun exchange(request: HubRequest): HubAnswer =
                if (signal) real.exchange(request) else throw IOException()
        }
        scene(patchy) {
            val office = office()
            val phone = phone(office, "phone", "李文丽")
            phone.logVisit(visit(phone.today().items.first().door, "第一次"))
            signal = false
            suspend fun thousand() {
                repeat(1_000) {
                    phone.watch { visits() }.first()
                    assertFailsWith<DoorknockException.Failure> { phone.sync() }
                }
                repeat(3) { System.gc() }
                println("HELD ${heldKiB()}")
            }
            // What grows at first is the compiler and the pool of threads.
            repeat(3) { thousand() }
            val before = heldKiB()
            repeat(10) { thousand() }
            val grown = heldKiB() - before
            // A call or a subscription of 400 bytes that stays each time would be 4 MiB.
            assertTrue(grown < 4 * 1024, "$grown KiB more")
        }
    }

    /** What is in use in the heap, and all outside it: the heap has its full size from the start (see pom.xml). */
    private fun heldKiB(): Long {
        val line = File("/proc/self/status").readLines().single { it.startsWith("VmRSS:") }
        val runtime = Runtime.getRuntime()
        return line.filter(Char::isDigit).toLong() + (runtime.totalMemory() - runtime.freeMemory()) / 1024
    }
}
