package doorknock

import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import java.io.ByteArrayOutputStream
import java.io.EOFException
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.MalformedURLException
import java.net.SocketTimeoutException
import java.net.URI
import java.net.URISyntaxException
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull

/**
 * Over the platform's own client, `HttpURLConnection`, for apps without OkHttp.
 *
 * Cancelling returns at once and disconnects. Android's client lets the request go at that moment; that of a desktop's
 * JVM does while it waits for the answer's first byte, and in the middle of an answer at the next one.
 */
public class UrlConnectionTransport : Transport {
    private val threads = Dispatchers.IO.asExecutor()

    override suspend fun exchange(request: HubRequest): HubAnswer =
        withTimeoutOrNull(Limits.whole(request.body.size)) { begin(Exchange(request)) } ?: throw SocketTimeoutException()

    private suspend fun begin(exchange: Exchange): HubAnswer = suspendCancellableCoroutine { waiting ->
        // Disconnecting may itself wait for the connection, so neither happens on the caller's thread.
        waiting.invokeOnCancellation { threads.execute(exchange::abort) }
        threads.execute {
            val answer = try {
                exchange.run()
            } catch (error: IOException) {
                return@execute waiting.resumeWithException(error)
            }
            waiting.resume(answer) { _, _, _ -> }
        }
    }
}

private class Exchange(private val request: HubRequest) {
    @Volatile
    private var aborted = false

    @Volatile
    private var connection: HttpURLConnection? = null

    fun abort() {
        aborted = true
        connection?.disconnect()
    }

    fun run(): HubAnswer {
        val connection = open(request.address())
        this.connection = connection
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.connectTimeout = Limits.CONNECT.inWholeMilliseconds.toInt()
        connection.readTimeout = Limits.SILENCE.inWholeMilliseconds.toInt()
        connection.requestMethod = request.method
        connection.setRequestProperty("Accept-Encoding", "identity")
        check()
        if (request.body.isNotEmpty()) {
            connection.doOutput = true
            connection.setRequestProperty("Content-Type", "application/cbor")
            connection.outputStream.use { it.write(request.body) }
        }
        val status = connection.responseCode
        // Without a status line there is no HTTP on the other side.
        if (status !in 100..999) throw IOException("not HTTP")
        val body = if (status < 400) connection.inputStream else connection.errorStream
        val read = body?.use(::read) ?: ByteArray(0)
        // A desktop's client takes a connection that broke off for the end of the answer.
        val promised = connection.getHeaderFieldLong("Content-Length", -1)
        if (promised >= 0 && promised != read.size.toLong()) throw EOFException()
        return HubAnswer(status.toUShort(), read)
    }

    private fun open(address: String): HttpURLConnection {
        val url = try {
            URI(address).toURL()
        } catch (_: URISyntaxException) {
            throw BadAddress()
        } catch (_: MalformedURLException) {
            throw BadAddress()
        } catch (_: IllegalArgumentException) {
            throw BadAddress()
        }
        return url.openConnection() as? HttpURLConnection ?: throw BadAddress()
    }

    private fun read(body: InputStream): ByteArray {
        val all = ByteArrayOutputStream()
        val block = ByteArray(16 shl 10)
        while (true) {
            check()
            val n = body.read(block)
            if (n < 0) return all.toByteArray()
            all.write(block, 0, n)
            if (all.size() > Limits.ANSWER) throw AnswerTooLarge()
        }
    }

    private fun check() {
        if (aborted) throw IOException("aborted")
    }
}
