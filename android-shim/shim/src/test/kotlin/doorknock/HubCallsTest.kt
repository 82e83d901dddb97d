package doorknock

import doorknock.core.HubAnswer
import doorknock.core.HubCall
import doorknock.core.HubOutcome
import doorknock.core.HubRequest
import doorknock.core.NoHandle
import doorknock.core.SyncProgress
import doorknock.core.Unreachable
import java.io.IOException
import java.net.UnknownHostException
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withTimeout

class HubCallsTest {
    /** A call of the core with so many requests; it notes what is done with it. */
    private class Noted(private var requests: Int) : HubCall(NoHandle) {
        val done = mutableListOf<String>()

        override fun next(): HubRequest? {
            if (requests == 0) return null
            return HubRequest("http://hub.invalid", "GET", "/v1/${requests--}", ByteArray(0))
        }

        override fun answer(answer: HubAnswer) {
            done += "answer ${answer.status}"
        }

        override fun failed(why: Unreachable) {
            done += "failed: $why"
        }

        override fun progress(): SyncProgress? = null

        override fun result(): HubOutcome = HubOutcome.Community(UUID(0, 7))

        override fun cancel() {
            done += "cancel"
        }

        override fun close() {
            done += "close"
        }
    }

    private fun transport(exchange: suspend (HubRequest) -> HubAnswer) = object : Transport {
        override suspend fun exchange(request: HubRequest) = exchange(request)
    }

    private fun ends(requests: Int, transport: Transport): List<String> {
        val call = Noted(requests)
        runBlocking { HubCalls(transport, Dispatchers.IO).carry(call) {} }
        return call.done
    }

    @Test
    fun `each request is carried and each answer given back, and the call is let go`() {
        val asked = mutableListOf<String>()
        val carry = transport { asked += it.path; HubAnswer(503u, ByteArray(0)) }
        assertEquals(listOf("answer 503", "answer 503", "cancel", "close"), ends(2, carry))
        assertEquals(listOf("/v1/2", "/v1/1"), asked)
    }

    @Test
    fun `what no answer came of is told by its kind, whatever was thrown`() {
        val table = listOf<Pair<suspend () -> Nothing, Unreachable>>(
            suspend { throw UnknownHostException("secret.example.invalid") } to Unreachable.NO_SUCH_HOST,
            suspend { throw IOException("10000000001") } to Unreachable.BROKEN,
            suspend { throw IllegalStateException("10000000001") } to Unreachable.CLIENT,
            suspend { withTimeout(1) { awaitCancellation() } } to Unreachable.TIMED_OUT,
        )
        for ((fail, said) in table) {
            assertEquals(listOf("failed: $said", "cancel", "close"), ends(1, transport { fail() }))
        }
    }

    @Test
    fun `cancelling while the hub thinks ends the call and is no failure of it`() = runTest {
        val call = Noted(3)
        val asked = CompletableDeferred<Unit>()
        val hub = HubCalls(transport { asked.complete(Unit); awaitCancellation() }, Dispatchers.IO)
        val carrying = async { hub.carry(call) {} }
        asked.await()
        carrying.cancel()
        assertFailsWith<CancellationException> { carrying.await() }
        assertEquals(listOf("cancel", "close"), call.done)
    }
}
