package doorknock

import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import doorknock.core.Unreachable
import java.io.IOException
import java.io.InterruptedIOException
import java.net.ConnectException
import java.net.UnknownHostException
import java.net.UnknownServiceException
import javax.net.ssl.SSLException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * Carries the core's requests to the hub, over an HTTP client of the app's choice: [OkHttpTransport],
 * [UrlConnectionTransport], or one of the app's own.
 *
 * One that is written anew has to keep five promises. The address is `hubUrl` without a slash at its end,
 * followed by `path`; the method is `GET` or `POST`; a body that is not empty is `application/cbor`. No redirect is
 * followed: a charter names its hub, and nobody on the way may name another. Every status is an answer. When no whole
 * answer came, an [IOException] is thrown. When the coroutine is cancelled, the request is aborted.
 */
public interface Transport {
    /**
     * One request, in any coroutine.
     *
     * @throws IOException if no whole answer came; what was recorded is kept, and a later call goes on from there.
     */
    public suspend fun exchange(request: HubRequest): HubAnswer
}

/** The bounds that both transports keep. A hub keeps to the first; the others allow for half of 30 kbit/s. */
internal object Limits {
    /** The largest answer taken, in bytes: a hub never gives more. */
    const val ANSWER: Long = 8L shl 20
    private const val SLOWEST_BYTES_PER_SECOND = 2 shl 10
    private const val ENTRY = 1 shl 20
    val CONNECT: Duration = 10.seconds

    /** How long the hub may think, or a silent connection be waited for. */
    val SILENCE: Duration = 60.seconds

    /** How long a request with so many bytes may be under way in all. */
    fun whole(bytesUp: Int): Duration =
        CONNECT + SILENCE + SILENCE + ((bytesUp + ENTRY) / SLOWEST_BYTES_PER_SECOND).seconds
}

internal class AnswerTooLarge : IOException("the answer is too large")

internal class BadAddress : IOException("not a valid address")

internal fun HubRequest.address(): String = hubUrl.trimEnd('/') + path

/** The reason by its kind alone: an address or a peer's text stays out of it. */
internal fun reason(error: IOException): Unreachable = when (error) {
    is AnswerTooLarge -> Unreachable.TOO_LARGE
    is BadAddress -> Unreachable.BAD_ADDRESS
    is UnknownHostException -> Unreachable.NO_SUCH_HOST
    is UnknownServiceException -> Unreachable.UNENCRYPTED
    is ConnectException -> Unreachable.REFUSED
    is SSLException -> Unreachable.INSECURE
    is InterruptedIOException -> Unreachable.TIMED_OUT
    else -> Unreachable.BROKEN
}
