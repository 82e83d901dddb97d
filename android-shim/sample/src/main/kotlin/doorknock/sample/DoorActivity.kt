package doorknock.sample

import android.widget.ArrayAdapter
import android.widget.Button
import android.widget.EditText
import android.widget.Spinner
import android.widget.TextView
import doorknock.Home
import doorknock.android.SyncJob
import doorknock.core.Channel
import doorknock.core.ChangeKind
import doorknock.core.NewVisit
import doorknock.core.Outcome
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.UUID
import kotlinx.coroutines.CoroutineScope

/** A door: who lives there, what was noted, and a visit to log. */
class DoorActivity : Screen() {
    private lateinit var who: TextView
    private lateinit var summary: EditText
    private lateinit var outcome: Spinner
    private lateinit var history: TextView

    private val door: UUID by lazy { UUID.fromString(intent.getStringExtra(DOOR)) }

    override fun build() {
        who = text(20f)
        outcome = add(Spinner(this))
        outcome.adapter = ArrayAdapter(this, android.R.layout.simple_spinner_dropdown_item, OUTCOMES.map { it.label().zh })
        summary = add(EditText(this))
        summary.hint = "小结"
        val save = add(Button(this))
        save.text = "记录走访"
        save.setOnClickListener { save() }
        history = text()
    }

    /** When this returns from the core the visit is kept, with or without a signal, also if the screen is left meanwhile. */
    private fun save() = work {
        val visit = NewVisit(
            door = door,
            outcome = OUTCOMES[outcome.selectedItemPosition],
            channel = Channel.IN_PERSON,
            summary = summary.text.toString().takeIf { it.isNotBlank() },
        )
        app.home.get().logVisit(visit)
        SyncJob.soon(this@DoorActivity)
        finish()
    }

    override suspend fun CoroutineScope.show(home: Home) {
        home.watch({ it.touch(ChangeKind.Door, ChangeKind.Visit, ChangeKind.Person) }) { door(door) }.collect { detail ->
            title = detail.info.address
            who.text = detail.people.mapNotNull { it.name }.joinToString("、")
            history.text = detail.visits.joinToString("\n\n") { visit ->
                "${TIME.format(visit.at)} ${visit.by}\n${visit.summary.orEmpty()}"
            }
        }
    }

    companion object {
        const val DOOR = "door"
        private val OUTCOMES = listOf(Outcome.MET, Outcome.NOBODY_HOME, Outcome.REFUSED)
        private val TIME = DateTimeFormatter.ofPattern("M月d日 HH:mm").withZone(ZoneId.systemDefault())
    }
}
