package doorknock

import java.time.Duration
import java.time.Instant
import java.util.Locale
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

class UnsentNoticeTest {
    private val now = Instant.parse("2026-11-25T08:00:00Z")

    private fun title(visits: Int, waited: Duration, locale: Locale, after: Duration = UnsentNotice.AFTER): String? =
        UnsentNotice.of(visits.toULong(), now.minus(waited), now, locale, after)?.title

    @Test
    fun `it counts visits and days, one and many, in both languages`() {
        val table = listOf(
            Triple(12, 2, "12 次走访已有 2 天未发送" to "12 visits unsent for 2 days"),
            Triple(1, 2, "1 次走访已有 2 天未发送" to "1 visit unsent for 2 days"),
            Triple(2, 1, "2 次走访已有 1 天未发送" to "2 visits unsent for 1 day"),
        )
        for ((visits, days, said) in table) {
            assertEquals(said.first, title(visits, Duration.ofDays(days.toLong()), Locale.SIMPLIFIED_CHINESE))
            assertEquals(said.second, title(visits, Duration.ofDays(days.toLong()), Locale.UK))
        }
    }

    @Test
    fun `an app that warns earlier has hours counted`() {
        val early = Duration.ofHours(1)
        assertEquals("3 visits unsent for 1 hour", title(3, Duration.ofMinutes(119), Locale.ENGLISH, early))
        assertEquals("3 visits unsent for 23 hours", title(3, Duration.ofHours(23), Locale.FRENCH, early))
        assertEquals("3 次走访已有 23 小时未发送", title(3, Duration.ofHours(23), Locale.CHINESE, early))
    }

    @Test
    fun `nothing waiting, not long enough, and a clock set back make no notice`() {
        assertNull(title(0, Duration.ofDays(9), Locale.ENGLISH))
        assertNull(title(5, Duration.ofHours(23), Locale.ENGLISH))
        assertNull(title(5, Duration.ofDays(-2), Locale.ENGLISH))
        assertNull(UnsentNotice.of(5uL, null, now))
    }
}
