package scenario

import doorknock.Home
import doorknock.UrlConnectionTransport
import doorknock.core.Doorknock
import doorknock.core.FileKeys
import java.io.File
import kotlin.system.exitProcess
import kotlin.time.TimeSource.Monotonic
import kotlinx.coroutines.runBlocking

private const val LINES = 300
private const val TIMES = 200

/**
 * For `cargo xtask bench`: one line, as `list300 measure` prints it for Rust (tests/src/bin/list300.rs). Opening is the first
 * call of the process, so it has JNA's beginning and the library's loading in it.
 */
internal fun main(arguments: Array<String>) {
    val folder = File(arguments[0], "phone")
    if (arguments[1] == "generated") generated(folder) else runBlocking { suspending(folder) }
    // The threads of the coroutines' pool are nothing to wait for.
    exitProcess(0)
}

private fun generated(folder: File) {
    val start = Monotonic.markNow()
    val home = Doorknock.open(folder.path, FileKeys(File(folder, "key").path), null)
    val open = start.elapsedNow().inWholeMicroseconds
    val lists = List(TIMES + 1) {
        val begin = Monotonic.markNow()
        check(home.today().items.size == LINES)
        begin.elapsedNow().inWholeMicroseconds
    }
    report("kotlin-generated", open, lists)
    home.shutdown()
}

private suspend fun suspending(folder: File) {
    val start = Monotonic.markNow()
    val home = Home.open(folder, FileKeys(File(folder, "key").path), UrlConnectionTransport())
    val open = start.elapsedNow().inWholeMicroseconds
    val lists = List(TIMES + 1) {
        val begin = Monotonic.markNow()
        check(home.today().items.size == LINES)
        begin.elapsedNow().inWholeMicroseconds
    }
    report("kotlin-suspending", open, lists)
    home.shutdown()
}

private fun report(name: String, open: Long, lists: List<Long>) {
    val later = lists.drop(1).sorted()
    println("$name $open ${lists.first()} ${later[TIMES / 2]} ${later[TIMES * 99 / 100]}")
}
