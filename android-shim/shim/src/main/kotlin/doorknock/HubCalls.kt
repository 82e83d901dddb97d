package doorknock

import doorknock.core.HubAnswer
import doorknock.core.HubCall
import doorknock.core.HubOutcome
import doorknock.core.HubRequest
import doorknock.core.SyncProgress
import doorknock.core.Unreachable
import java.io.IOException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/** Carries a call of the core to its end: request by request over the transport, between them work on this device. */
internal class HubCalls(private val transport: Transport, private val threads: CoroutineDispatcher) {
    suspend fun carry(call: HubCall, told: (SyncProgress) -> Unit): HubOutcome {
        try {
            while (true) {
                val request = local { call.next() } ?: return local { call.result() }
                // Between two requests is where it stops when it is cancelled while the core works.
                currentCoroutineContext().ensureActive()
                when (val answer = exchange(request)) {
                    is Answered.With -> local { call.answer(answer.answer) }
                    is Answered.Not -> local { call.failed(answer.why) }
                }
                call.progress()?.let(told)
            }
        } finally {
            local {
                call.cancel()
                call.close()
            }
        }
    }

    private sealed interface Answered {
        class With(val answer: HubAnswer) : Answered
        class Not(val why: Unreachable) : Answered
    }

    private suspend fun exchange(request: HubRequest): Answered = try {
        Answered.With(transport.exchange(request))
    } catch (error: IOException) {
        Answered.Not(reason(error))
    } catch (error: CancellationException) {
        // A transport's own `withTimeout` throws this too, while the caller still waits.
        currentCoroutineContext().ensureActive()
        Answered.Not(Unreachable.TIMED_OUT)
    } catch (_: Exception) {
        // An app's mistake in its transport; its text may say anything, so none of it is shown.
        Answered.Not(Unreachable.CLIENT)
    }

    private suspend fun <T> local(work: () -> T): T = withContext(NonCancellable + threads) { work() }
}
