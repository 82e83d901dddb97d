package doorknock

import doorknock.core.Change
import doorknock.core.ChangeKind
import doorknock.core.Observer
import kotlinx.coroutines.channels.Channel

/**
 * What changed since the last one was taken: ids only, never contents; a screen reads again what it shows.
 *
 * @property ids each change once, in the order of its first mention; empty when [everything] is set.
 * @property everything more changed than is worth naming (a first sync, an import, a resume): read everything again.
 */
public data class Changes(public val ids: Set<Change>, public val everything: Boolean) {
    /** Whether something of one of these kinds may have changed. */
    public fun touch(vararg kinds: ChangeKind): Boolean = everything || ids.any { it.kind in kinds }

    internal companion object {
        val EVERYTHING = Changes(emptySet(), everything = true)
    }
}

/**
 * Changes on their way to one collector. The core's thread never waits for it and nothing is lost: what was not yet
 * taken is merged, and past [limit] it becomes "everything".
 */
internal class ChangeBuffer(private val limit: Int = 1_000) : Observer {
    private val signal = Channel<Unit>(Channel.CONFLATED)
    private val waiting = LinkedHashSet<Change>()
    private var everything = false

    override fun changed(changes: List<Change>) {
        synchronized(waiting) {
            if (!everything) waiting.addAll(changes)
            if (waiting.size > limit || changes.any { it.kind == ChangeKind.Everything }) overflow()
        }
        signal.trySend(Unit)
    }

    /** The next, as soon as there is one; null once [end] was called and all was taken. */
    suspend fun next(): Changes? {
        while (true) {
            if (signal.receiveCatching().isClosed) return take()
            take()?.let { return it }
        }
    }

    fun end() {
        signal.close()
    }

    private fun overflow() {
        everything = true
        waiting.clear()
    }

    private fun take(): Changes? = synchronized(waiting) {
        when {
            everything -> Changes.EVERYTHING.also { everything = false }
            waiting.isEmpty() -> null
            else -> Changes(LinkedHashSet(waiting), everything = false).also { waiting.clear() }
        }
    }
}
