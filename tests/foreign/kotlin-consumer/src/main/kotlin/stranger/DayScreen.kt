package stranger

import doorknock.Home
import doorknock.SyncState
import doorknock.core.Channel
import doorknock.core.ChangeKind
import doorknock.core.DoorknockException
import doorknock.core.NewVisit
import doorknock.core.Outcome
import doorknock.core.RoundStatus
import java.util.UUID
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.map

/** What a screen shows of a day: the doors that are due, and what is not sent yet. */
data class Day(val due: List<String>, val unsent: ULong, val message: String?)

/** A model of a screen as any app has one: it is told what to show, and does what is tapped. */
class DayScreen(private val home: Home) {
    val day: Flow<Day> = combine(
        home.watch({ it.touch(ChangeKind.Round, ChangeKind.Visit, ChangeKind.Door) }) { today() },
        home.watch { status() },
        home.syncState.map { (it as? SyncState.Failed)?.why?.zh },
    ) { round, status, message ->
        Day(round.items.filter { it.status == RoundStatus.DUE }.map { it.address }, status.pendingVisits, message)
    }

    suspend fun knocked(door: UUID, summary: String) {
        home.logVisit(NewVisit(door = door, outcome = Outcome.MET, channel = Channel.IN_PERSON, summary = summary))
    }

    suspend fun refresh() {
        try {
            home.sync()
        } catch (_: DoorknockException.Failure) {
            // The state says so.
        }
    }
}
