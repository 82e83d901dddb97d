package scenario

import doorknock.core.Doorknock
import doorknock.core.FileKeys
import java.util.UUID
import kotlin.system.exitProcess

/** A process of its own: records visits until it is killed, and says the id of each once it is recorded. */
internal fun main(arguments: Array<String>) {
    val (folder, door) = arguments
    val home = Doorknock.open(folder, FileKeys("$folder/key"), null)
    // Nobody reads any more: the test is over.
    while (!System.out.checkError()) println(home.logVisit(visit(UUID.fromString(door), "通了")))
    exitProcess(1)
}
