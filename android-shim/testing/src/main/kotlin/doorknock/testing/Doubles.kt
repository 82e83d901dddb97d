package doorknock.testing

import doorknock.Transport
import doorknock.core.Clock
import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import doorknock.core.KeyStore
import doorknock.core.KeyStoreException
import java.net.ConnectException
import java.time.Duration
import java.time.Instant
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** A clock that a test sets. Begins on a Wednesday morning, and stands still. */
public class ManualClock(start: Instant = Instant.parse("2026-11-25T01:00:00Z")) : Clock {
    @Volatile
    private var time = start

    override fun now(): Instant = time

    /** Goes on by so much; a negative duration sets it back, as some phones' clocks are. */
    public fun advance(by: Duration) {
        time = time.plus(by)
    }

    /** Shows this time from now on. */
    public fun set(to: Instant) {
        time = to
    }
}

/** Keys in memory, one home's. */
public class FakeKeys : KeyStore {
    private var key: ByteArray? = null

    /** While true, the key cannot be read or kept, as on a locked phone: calls that need it fail with `key_unavailable`. */
    @Volatile
    public var locked: Boolean = false

    @Synchronized
    override fun load(): ByteArray? {
        refuseIfLocked()
        return key?.clone()
    }

    @Synchronized
    override fun save(key: ByteArray) {
        refuseIfLocked()
        check(this.key == null) { "a key is never replaced" }
        this.key = key.clone()
    }

    /** Loses the key, as a phone that was set back does. */
    @Synchronized
    public fun lose() {
        key = null
    }

    private fun refuseIfLocked() {
        if (locked) throw KeyStoreException.Unavailable("手机已锁定 / the phone is locked")
    }
}

/**
 * The real hub's logic in this process, without sockets; [url] is what a community is founded with. With a [clock] the hub
 * goes by it, as homes that were opened with it do; without, by the system's.
 */
public class TestHub(private val clock: Clock? = null) : Transport, AutoCloseable {
    private val hub = InMemoryHub()

    /** The hub's address. Nothing listens there; every transport but this one fails with it. */
    public val url: String = "http://hub.invalid"

    /** Airplane mode: while false, no request gets an answer. */
    @Volatile
    public var reachable: Boolean = true

    /** Called before each request is answered, so that a test can stop or cancel in the middle of a call. */
    @Volatile
    public var beforeAnswer: suspend (HubRequest) -> Unit = {}

    /** How many requests were answered. */
    public val answered: Int get() = count.get()

    private val count = AtomicInteger()

    override suspend fun exchange(request: HubRequest): HubAnswer {
        beforeAnswer(request)
        if (!reachable) throw ConnectException()
        val answer = withContext(Dispatchers.IO) {
            clock?.let { hub.setClock(it.now()) }
            hub.exchange(request.method, request.path, request.body)
        }
        count.incrementAndGet()
        return HubAnswer(answer.status, answer.body)
    }

    override fun close(): Unit = hub.close()
}
