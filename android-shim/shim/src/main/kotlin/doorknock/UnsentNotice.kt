package doorknock

import java.time.Duration
import java.time.Instant
import java.util.Locale

/**
 * "12 visits unsent for 2 days": what a worker is told when visits wait too long on the phone. It names nobody and no
 * address, so that it may stand on a locked screen.
 *
 * @property title one line.
 * @property text what to do.
 */
public data class UnsentNotice(public val title: String, public val text: String) {
    public companion object {
        /** How long visits may wait before it is worth a notice: a night without signal is nothing to worry about. */
        public val AFTER: Duration = Duration.ofDays(1)

        /**
         * The notice, or null when there is none to give.
         *
         * @param visits how many visits the hub is not known to have.
         * @param since when the oldest of them was recorded.
         * @param after how long they may wait.
         */
        public fun of(
            visits: ULong,
            since: Instant?,
            now: Instant,
            locale: Locale = Locale.getDefault(),
            after: Duration = AFTER,
        ): UnsentNotice? {
            // A clock that was set back makes no notice; the next hour's look will.
            val waited = since?.let { Duration.between(it, now) } ?: return null
            if (visits == 0uL || waited < after) return null
            return if (locale.language == "zh") chinese(visits, waited) else english(visits, waited)
        }

        private fun chinese(visits: ULong, waited: Duration): UnsentNotice {
            val time = if (waited.toDays() > 0) "${waited.toDays()} 天" else "${waited.toHours()} 小时"
            return UnsentNotice(
                "$visits 次走访已有 ${time}未发送",
                "记录都在这部手机上。请到有信号的地方打开应用，等它发送完。",
            )
        }

        private fun english(visits: ULong, waited: Duration): UnsentNotice {
            val time = if (waited.toDays() > 0) count(waited.toDays(), "day") else count(waited.toHours(), "hour")
            return UnsentNotice(
                "${count(visits.toLong(), "visit")} unsent for $time",
                "They are kept on this phone. Open the app where there is a signal and let it send them.",
            )
        }

        private fun count(n: Long, word: String): String = if (n == 1L) "1 $word" else "$n ${word}s"
    }
}
