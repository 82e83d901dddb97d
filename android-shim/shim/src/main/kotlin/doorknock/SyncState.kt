package doorknock

import doorknock.core.DoorknockException
import doorknock.core.SyncProgress
import doorknock.core.SyncReport

/** What a screen shows of syncing. */
public sealed interface SyncState {
    /** No sync since the home was opened, or the last one was cancelled. */
    public data object Idle : SyncState

    /** Under way. @property progress null until the hub's first answer. */
    public data class Running(public val progress: SyncProgress?) : SyncState

    /** The last one was completed. */
    public data class Done(public val report: SyncReport) : SyncState

    /** The last one failed; nothing recorded is lost. */
    public data class Failed(public val why: DoorknockException.Failure) : SyncState
}
