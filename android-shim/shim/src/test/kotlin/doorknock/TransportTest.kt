package doorknock

import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import doorknock.core.Unreachable
import java.io.IOException
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import mockwebserver3.MockResponse
import mockwebserver3.MockWebServer
import okhttp3.OkHttpClient
import okio.Buffer
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

class TransportTest {
    @ParameterizedTest
    @MethodSource("transports")
    fun `a body goes to the path below the hub's address with its type`(transport: Transport) = served { server ->
        server.enqueue(MockResponse(code = 200, body = "ok"))
        val answer = transport.ask(server.url("/base/").toString(), "POST", byteArrayOf(0, -1))
        assertContentEquals("ok".toByteArray(), answer.body)
        val asked = server.takeRequest()
        assertEquals("POST /base/v1/sync", "${asked.method} ${asked.url.encodedPath}")
        assertEquals("application/cbor", asked.headers["Content-Type"])
        assertContentEquals(byteArrayOf(0, -1), asked.body!!.toByteArray())
    }

    @ParameterizedTest
    @MethodSource("transports")
    fun `a refusal and a redirect are answers, and nobody follows the redirect`(transport: Transport) = served { server ->
        for (status in listOf(302, 401, 404, 413, 500, 503)) {
            val elsewhere = server.url("/elsewhere").toString()
            server.enqueue(MockResponse.Builder().code(status).body("why").addHeader("Location", elsewhere).build())
            val answer = transport.ask(server.url("/").toString())
            assertEquals(status.toUShort(), answer.status)
            assertContentEquals("why".toByteArray(), answer.body)
        }
        assertEquals(6, server.requestCount)
    }

    @ParameterizedTest
    @MethodSource("transports")
    fun `an endless answer is cut off`(transport: Transport) = served { server ->
        val body = Buffer().write(ByteArray(Limits.ANSWER.toInt() + 1))
        server.enqueue(MockResponse.Builder().chunkedBody(body, 64 shl 10).build())
        assertFailsWith(Unreachable.TOO_LARGE, transport, server.url("/").toString())
    }

    @ParameterizedTest
    @MethodSource("transports")
    fun `an answer of exactly the largest size is taken`(transport: Transport) = served { server ->
        server.enqueue(MockResponse.Builder().body(Buffer().write(ByteArray(Limits.ANSWER.toInt()))).build())
        assertEquals(Limits.ANSWER.toInt(), transport.ask(server.url("/").toString()).body.size)
    }

    @ParameterizedTest
    @MethodSource("transports")
    fun `a reason is a kind of failure, and never the address`(transport: Transport) {
        val free = ServerSocket(0, 1, loopback).use { it.localPort }
        assertFailsWith(Unreachable.REFUSED, transport, "http://127.0.0.1:$free")
        for (bad in listOf("ftp://secret", "http://a b secret", "secret", "")) {
            assertFailsWith(Unreachable.BAD_ADDRESS, transport, bad)
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    fun `an answer that breaks off is no answer`(transport: Transport) = speaking { socket ->
        socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".toByteArray())
        socket.close()
    } with { url -> assertFailsWith(Unreachable.BROKEN, transport, url) }

    @ParameterizedTest
    @MethodSource("transports")
    fun `cancelling aborts the request while the hub still thinks`(transport: Transport) {
        val asked = CompletableDeferred<Unit>()
        val left = CompletableDeferred<Int>()
        speaking { socket ->
            asked.complete(Unit)
            // The hub says nothing. That the other side has gone is the end of what it sends.
            left.complete(runCatching { socket.getInputStream().read() }.getOrDefault(-1))
        } with { url ->
            runBlocking {
                val call = launch(Dispatchers.Default) { transport.ask(url) }
                asked.await()
                call.cancelAndJoin()
                assertEquals(-1, left.await())
            }
        }
    }

    private fun assertFailsWith(why: Unreachable, transport: Transport, url: String) {
        val error = assertThrows(IOException::class.java) { runBlocking { transport.ask(url) } }
        assertEquals(why, reason(error))
    }

    private suspend fun Transport.ask(url: String, method: String = "GET", body: ByteArray = ByteArray(0)): HubAnswer =
        exchange(HubRequest(url, method, "/v1/sync", body))

    private fun served(test: suspend (MockWebServer) -> Unit) {
        MockWebServer().use { server ->
            server.start(loopback, 0)
            runBlocking { test(server) }
        }
    }

    /** A server that says what no proper one does: it reads the head of one request and does with the line as it likes. */
    private fun speaking(speak: (Socket) -> Unit): Rough = Rough(speak)

    private inner class Rough(private val speak: (Socket) -> Unit) {
        infix fun with(test: (String) -> Unit) = ServerSocket(0, 1, loopback).use { listening ->
            val server = Thread {
                listening.accept().use { socket ->
                    val head = socket.getInputStream()
                    var seen = ""
                    while (!seen.endsWith("\r\n\r\n")) seen += head.read().toChar()
                    speak(socket)
                }
            }
            server.start()
            test("http://127.0.0.1:${listening.localPort}")
            server.join()
        }
    }

    companion object {
        private val loopback: InetAddress = InetAddress.getByName("127.0.0.1")

        @JvmStatic
        fun transports() = listOf(OkHttpTransport(OkHttpClient()), UrlConnectionTransport())
    }
}
