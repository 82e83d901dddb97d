package doorknock

import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/**
 * The one open home of a process, for its screens and its jobs: opened by whoever asks first. When opening fails (a
 * locked phone's key, a second process), the next one to ask tries again.
 */
public class SharedHome(private val open: suspend () -> Home) {
    private val one = Mutex()
    private var home: Home? = null

    /** The home; suspends while it is opened. */
    public suspend fun get(): Home = one.withLock { home ?: open().also { home = it } }

    /** Shuts the home down, if it is open; the next [get] opens it anew. */
    public suspend fun shutdown(): Unit = one.withLock {
        home?.shutdown()
        home = null
    }
}
