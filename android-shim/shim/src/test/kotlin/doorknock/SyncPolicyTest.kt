package doorknock

import doorknock.core.DoorknockException
import kotlin.test.Test
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CancellationException

class SyncPolicyTest {
    private fun failed(code: String) = DoorknockException.Failure(code, "", "")

    @Test
    fun `what time may mend is tried again by itself, and what a person has to mend is not`() {
        for (code in listOf("hub_unreachable", "hub_answer", "paused", "busy", "disk_full")) {
            assertTrue(SyncPolicy.again(failed(code)), code)
        }
        for (code in listOf("not_joined", "hub_refused", "shut_down", "home_too_new", "key_missing")) {
            assertFalse(SyncPolicy.again(failed(code)), code)
        }
        assertTrue(SyncPolicy.again(CancellationException()))
    }
}
