package doorknock

import doorknock.core.Clock
import doorknock.core.Doorknock
import doorknock.core.DoorknockException
import doorknock.core.HubCall
import doorknock.core.HubOutcome
import doorknock.core.ImportReport
import doorknock.core.Joined
import doorknock.core.KeyStore
import doorknock.core.Role
import doorknock.core.RosterOptions
import doorknock.core.SnapshotReport
import doorknock.core.SyncProgress
import doorknock.core.SyncReport
import java.io.File
import java.util.UUID
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext

/**
 * An open home: one device's records. Every call suspends and works on another thread, so all of them may be made on
 * the main thread. One process holds a home at a time; within the process, share one object ([SharedHome]).
 *
 * A call that has begun is finished even when its coroutine is cancelled: what a worker saved is saved, also when the
 * screen is left at that moment. Only the calls that need the hub ([sync], [join], …) stop when they are cancelled, lose
 * nothing by it, and go on from there when they are called again.
 *
 * Failures are [DoorknockException.Failure], with a code for programs and a sentence in Chinese and in English.
 */
public class Home private constructor(
    private val core: Doorknock,
    transport: Transport,
    private val threads: CoroutineDispatcher,
) : HomeCalls(), AutoCloseable {
    private val hub = HubCalls(transport, threads)
    private val buffers = mutableSetOf<ChangeBuffer>()
    private val syncing = MutableStateFlow<SyncState>(SyncState.Idle)

    // Two syncs of one home would ask for the same twice: the second waits, and then finds little to do.
    private val oneSync = Mutex()

    /** Whether a sync is under way, how far it is, and how the last one ended. */
    public val syncState: StateFlow<SyncState> = syncing.asStateFlow()

    /**
     * What changes from the moment of collecting, on this device or by a sync, after it is stored. A slow collector
     * misses nothing: it gets what happened meanwhile merged into one [Changes]. Ends when the home is shut down.
     */
    public val changes: Flow<Changes> = listening { buffer ->
        while (true) emit(buffer.next() ?: break)
    }

    /**
     * What [load] gives, now and again after each change that [matters]; the last state always arrives, states in
     * between may be left out. It listens before it loads, so that no change falls in between.
     */
    public fun <T> watch(matters: (Changes) -> Boolean = { true }, load: suspend Home.() -> T): Flow<T> =
        listening { buffer ->
            emit(load())
            while (true) {
                val changes = buffer.next() ?: break
                if (matters(changes)) emit(load())
            }
        }.conflate()

    /**
     * Founds a community at a hub; this home becomes its first admin's device. Gives its id.
     *
     * @throws DoorknockException with `already_joined`, `hub_unreachable`, `hub_refused`, …
     */
    public suspend fun createCommunity(name: String, hubUrl: String, adminName: String): UUID =
        when (val outcome = call({ it.createCommunity(name, hubUrl, adminName) })) {
            is HubOutcome.Community -> outcome.id
            else -> unexpected()
        }

    /**
     * Joins with an invitation's link; safe to call again after a failure. What the community has comes with [sync].
     *
     * @throws DoorknockException with `already_joined`, `invite_used`, `invite_expired`, `hub_unreachable`, …
     */
    public suspend fun join(link: String, name: String): Joined = when (val outcome = call({ it.join(link, name) })) {
        is HubOutcome.Joined -> outcome.joined
        else -> unexpected()
    }

    /**
     * Invites somebody: a link for one device, good for so many days. It holds a secret; send it to nobody else.
     *
     * @throws DoorknockException with `not_admin`, `unknown_grid`, `grid_needed`, `hub_unreachable`, …
     */
    public suspend fun invite(role: Role, grids: List<String>, validDays: UInt): String =
        when (val outcome = call({ it.invite(role, grids, validDays) })) {
            is HubOutcome.Invitation -> outcome.link
            else -> unexpected()
        }

    /**
     * Imports a roster given as a table, its header among the first rows. The same table twice changes nothing.
     *
     * @throws DoorknockException with what is wrong with the table as a whole, `not_admin`, `hub_unreachable`, …
     */
    public suspend fun importRoster(rows: List<List<String>>, options: RosterOptions): ImportReport =
        when (val outcome = call({ it.importRoster(rows, options) })) {
            is HubOutcome.Imported -> outcome.report
            else -> unexpected()
        }

    /**
     * Puts snapshots at the hub, by which a new device is quick at its first sync. For the office's device.
     *
     * @throws DoorknockException with `hub_unreachable`, …
     */
    public suspend fun publishSnapshots(): SnapshotReport = when (val outcome = call({ it.publishSnapshots() })) {
        is HubOutcome.Published -> outcome.report
        else -> unexpected()
    }

    /**
     * Sends what is here and takes in what is new, until nothing is left to do. A second call waits for the first.
     * When it is cancelled it stops at once, between two answers of the hub; nothing recorded is lost.
     *
     * @throws DoorknockException with `hub_unreachable` (try again later), `hub_refused`, `not_joined`, …
     */
    public suspend fun sync(): SyncReport = oneSync.withLock {
        syncing.value = SyncState.Running(null)
        var end: SyncState = SyncState.Idle
        try {
            val outcome = call({ it.sync() }) { syncing.value = SyncState.Running(it) }
            val report = (outcome as? HubOutcome.Synced)?.report ?: unexpected()
            end = SyncState.Done(report)
            report
        } catch (failure: DoorknockException.Failure) {
            end = SyncState.Failed(failure)
            throw failure
        } finally {
            syncing.value = end
        }
    }

    private fun <T> listening(body: suspend FlowCollector<T>.(ChangeBuffer) -> Unit): Flow<T> = flow {
        val buffer = ChangeBuffer()
        synchronized(buffers) { buffers += buffer }
        try {
            val subscription = on { it.observe(buffer) }
            try {
                body(buffer)
            } finally {
                withContext(NonCancellable + threads) {
                    subscription.stop()
                    subscription.close()
                }
            }
        } finally {
            synchronized(buffers) { buffers -= buffer }
        }
    }

    /**
     * Lets go of the database and of the folder's lock, and waits only for a call that is just at work on them. Until
     * [resume], calls fail with `paused`; a sync under way stops with that too. Android needs it for nothing; a desktop
     * program may, to let another program at the folder.
     */
    public suspend fun pause(): Unit = on { it.pause() }

    /** Takes up again what [pause] let go. It fails with `busy` while another process holds the home; call it again then. */
    public suspend fun resume(): Unit = on { it.resume() }

    /** The end: lets everything go. Later calls fail with `shut_down`, and the flows of [changes] and [watch] end. */
    public suspend fun shutdown(): Unit = on { close() }

    /** [shutdown], for `use` and for threads that may wait for a call under way: never the main thread. */
    override fun close() {
        core.shutdown()
        synchronized(buffers) { buffers.forEach(ChangeBuffer::end) }
    }

    override suspend fun <T> on(block: (Doorknock) -> T): T = withContext(NonCancellable + threads) { block(core) }

    private suspend fun call(begin: (Doorknock) -> HubCall, told: (SyncProgress) -> Unit = {}): HubOutcome =
        hub.carry(on(begin), told)

    private fun unexpected(): Nothing = error("the core gave another call's outcome")

    public companion object {
        /**
         * Opens the home in [folder], or makes one if there is none.
         *
         * @throws DoorknockException with `busy` if another process or object has it open, `key_unavailable`, `key_missing`,
         * `home_unreadable`, `home_too_new`.
         */
        public suspend fun openOrCreate(
            folder: File,
            keys: KeyStore,
            transport: Transport,
            clock: Clock? = null,
        ): Home = started(transport) {
            try {
                Doorknock.open(folder.path, keys, clock)
            } catch (failure: DoorknockException.Failure) {
                if (failure.code != "no_home") throw failure
                Doorknock.create(folder.path, keys, clock)
            }
        }

        /** Opens the home in [folder]. Fails with `no_home` when there is none, and as [openOrCreate]. */
        public suspend fun open(folder: File, keys: KeyStore, transport: Transport, clock: Clock? = null): Home =
            started(transport) { Doorknock.open(folder.path, keys, clock) }

        /** Makes a home in [folder]. Fails with `home_exists` when there is one, and as [openOrCreate]. */
        public suspend fun create(folder: File, keys: KeyStore, transport: Transport, clock: Clock? = null): Home =
            started(transport) { Doorknock.create(folder.path, keys, clock) }

        // The first call loads the library, which takes a few tenths of a second: never on the caller's thread.
        private suspend fun started(transport: Transport, core: () -> Doorknock): Home {
            val threads = Dispatchers.IO
            return Home(withContext(NonCancellable + threads) { core() }, transport, threads)
        }
    }
}
