package doorknock

import doorknock.core.DoorknockException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException

/** When a device syncs by itself, and what it does after a failure. */
public object SyncPolicy {
    /** How often at the latest, while there is a network. */
    public val EVERY: Duration = 1.hours

    /** How late within that hour the system may be, to wake the phone once for several apps. */
    public val FLEX: Duration = 15.minutes

    /** The first wait after a failure; it doubles from one failure to the next, up to the system's five hours. */
    public val FIRST_WAIT: Duration = 30.seconds

    private val LATER = setOf("hub_unreachable", "hub_answer", "key_unavailable", "paused", "busy", "disk_full")

    /**
     * Whether a sync that ended so is worth trying again by itself. What is not (the device did not join, the hub refused
     * it, the app is too old) waits for a person, or for the next hour.
     */
    public fun again(failure: Throwable): Boolean = when (failure) {
        is CancellationException -> true
        is DoorknockException.Failure -> failure.code in LATER
        else -> false
    }
}
