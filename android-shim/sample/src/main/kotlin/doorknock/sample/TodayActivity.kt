package doorknock.sample

import android.content.Intent
import android.widget.ArrayAdapter
import android.widget.Button
import android.widget.ListView
import android.widget.Switch
import android.widget.TextView
import doorknock.Home
import doorknock.SyncState
import doorknock.core.ChangeKind
import doorknock.core.RoundLine
import doorknock.core.RoundReason
import doorknock.core.RoundStatus
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.launch

/** Today's doors, how syncing stands, and airplane mode. */
class TodayActivity : Screen() {
    private lateinit var state: TextView
    private lateinit var adapter: ArrayAdapter<String>
    private var lines = emptyList<RoundLine>()

    override fun build() {
        title = "今天"
        state = text()
        val airplane = add(Switch(this))
        airplane.text = "飞行模式"
        airplane.isChecked = app.network.on
        airplane.setOnCheckedChangeListener { _, on -> app.network.on = on }
        val sync = add(Button(this))
        sync.text = "同步"
        // The state above says how it ends.
        sync.setOnClickListener { work { app.home.get().sync() } }
        adapter = ArrayAdapter(this, android.R.layout.simple_list_item_1)
        val list = add(ListView(this), weight = 1f)
        list.adapter = adapter
        list.setOnItemClickListener { _, _, at, _ ->
            val door = lines[at].door.toString()
            startActivity(Intent(this, DoorActivity::class.java).putExtra(DoorActivity.DOOR, door))
        }
    }

    override suspend fun CoroutineScope.show(home: Home) {
        if (home.community() == null) {
            startActivity(Intent(this@TodayActivity, JoinActivity::class.java))
            return
        }
        launch {
            combine(home.syncState, home.watch { status() }) { sync, status ->
                "${word(sync)} · 待发送走访 ${status.pendingVisits}"
            }.collect { state.text = it }
        }
        home.watch({ it.touch(ChangeKind.Round, ChangeKind.Visit, ChangeKind.Door) }) { today() }.collect { round ->
            lines = round.items
            adapter.clear()
            adapter.addAll(lines.map(::line))
        }
    }

    private fun word(sync: SyncState): String = when (sync) {
        is SyncState.Idle -> "尚未同步"
        is SyncState.Running -> "正在同步"
        is SyncState.Done -> "已同步"
        is SyncState.Failed -> said(sync.why)
    }

    private fun line(line: RoundLine): String {
        val mark = when (line.status) {
            RoundStatus.DONE -> "✓"
            RoundStatus.SKIPPED -> "–"
            RoundStatus.DUE -> "○"
        }
        return listOfNotNull("$mark ${line.address}", line.contact, line.reasons.firstOrNull()?.let(::why)).joinToString(" · ")
    }

    private fun why(reason: RoundReason): String = when (reason) {
        is RoundReason.FollowUp -> "约定回访 ${reason.on}"
        is RoundReason.Matter -> "有诉求"
        is RoundReason.Overdue -> "已逾期 ${reason.days} 天"
        is RoundReason.NobodyHome -> "${reason.tries} 次无人在家"
        is RoundReason.Period -> reason.name
        is RoundReason.Campaign -> reason.name
        else -> "到期"
    }
}
