package scenario

import doorknock.Home
import doorknock.OkHttpTransport
import doorknock.Transport
import doorknock.core.Channel
import doorknock.core.DoorknockException
import doorknock.core.FileKeys
import doorknock.core.NewVisit
import doorknock.core.Outcome
import doorknock.core.Role
import doorknock.core.RosterOptions
import java.io.File
import java.nio.file.Path
import java.util.UUID
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import okhttp3.OkHttpClient

private val HUB: String = System.getenv("DOORKNOCK_HUB") ?: error("DOORKNOCK_HUB says where the program doorknock-hub is")

private val ROSTER = listOf(
    listOf("网格", "小区", "楼栋", "单元", "房号", "户主", "电话", "关爱类别", "民族"),
    listOf("G1", "花园", "3栋", "1单元", "101室", "住户一", "10000000001", "独居", ""),
    listOf("G1", "花园", "3栋", "1单元", "102室", "住户二", "10000000002", "独居", ""),
    listOf("G1", "花园", "3栋", "1单元", "103室", "住户三", "10000000003", "", ""),
    listOf("G2", "花园", "4栋", "1单元", "101室", "住户四", "10000000004", "独居", ""),
)

/** A real hub process and homes in a folder. */
internal class Scene(private val folder: Path, private val transport: Transport = OkHttpTransport(OkHttpClient())) : AutoCloseable {
    private val homes = mutableListOf<Home>()
    private var listen = "127.0.0.1:0"
    private var hub: Process = startHub()

    val url: String get() = "http://$listen"

    /** Ends the hub as a power cut does. */
    fun killHub() {
        hub.destroyForcibly().waitFor()
    }

    /** At the same address, with what it had. */
    fun restartHub() {
        hub = startHub()
    }

    private fun startHub(): Process {
        val port = folder.resolve("port").toFile()
        val data = folder.resolve("hub").toString()
        val hub = ProcessBuilder(HUB, "serve", "--data", data, "--listen", listen, "--port-file", port.path)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
        // It says one line once it listens and the port file is written, and nothing until it stops.
        val line = hub.errorStream.bufferedReader().readLine()
        assertTrue(line != null && "127.0.0.1:" in line, line)
        listen = port.readText().trim()
        return hub
    }

    fun path(name: String): File = folder.resolve(name).toFile()

    fun keys(name: String): FileKeys {
        path(name).mkdirs()
        return FileKeys(path("$name/key").path)
    }

    suspend fun home(name: String, transport: Transport = this.transport): Home =
        Home.openOrCreate(path(name), keys(name), transport).also { homes += it }

    suspend fun office(): Home {
        val office = home("office")
        office.createCommunity("柳荫社区", url, "周主任")
        val report = office.importRoster(ROSTER, RosterOptions())
        assertEquals(4uL, report.doorsAdded)
        assertEquals(listOf("民族"), report.columnsDropped)
        office.sync()
        return office
    }

    suspend fun phone(office: Home, name: String, person: String, transport: Transport = this.transport): Home {
        val phone = home(name, transport)
        phone.join(office.invite(Role.WORKER, listOf("G1"), 7u), person)
        phone.sync()
        return phone
    }

    override fun close() {
        homes.forEach(Home::close)
        hub.destroyForcibly().waitFor()
    }
}

internal suspend fun settle(vararg homes: Home) = repeat(2) { homes.forEach { it.sync() } }

internal fun visit(door: UUID, summary: String) =
    NewVisit(door = door, outcome = Outcome.MET, channel = Channel.IN_PERSON, summary = summary)

/** Fails with this code, and with a whole sentence in each language. */
internal suspend fun assertFails(code: String, call: suspend () -> Unit): DoorknockException.Failure {
    val failure = assertFailsWith<DoorknockException.Failure>(code) { call() }
    assertEquals(code, failure.code)
    assertTrue(failure.zh.any { it in '一'..'鿿' }, failure.zh)
    assertTrue(failure.en.first() in 'A'..'Z' && failure.en.endsWith('.'), failure.en)
    return failure
}
