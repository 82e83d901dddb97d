package doorknock

import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import java.io.IOException
import kotlin.coroutines.resumeWithException
import kotlin.time.toJavaDuration
import kotlinx.coroutines.suspendCancellableCoroutine
import okhttp3.Call
import okhttp3.Callback
import okhttp3.CookieJar
import okhttp3.HttpUrl.Companion.toHttpUrlOrNull
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response

/**
 * Over OkHttp. It shares the pool, the proxy, the certificates and the interceptors of the client given, and differs in
 * what must not be chosen: no redirects, no cache, no cookies, its own time-outs. Cancelling aborts the call.
 *
 * OkHttp is not among this library's own dependencies: the app brings it.
 */
public class OkHttpTransport(client: OkHttpClient) : Transport {
    private val client = client.newBuilder()
        .followRedirects(false)
        .followSslRedirects(false)
        .cache(null)
        .cookieJar(CookieJar.NO_COOKIES)
        .connectTimeout(Limits.CONNECT.toJavaDuration())
        .readTimeout(Limits.SILENCE.toJavaDuration())
        .writeTimeout(Limits.SILENCE.toJavaDuration())
        .build()

    override suspend fun exchange(request: HubRequest): HubAnswer {
        val call = client.newCall(request.toOkHttp())
        call.timeout().timeout(Limits.whole(request.body.size).inWholeSeconds, java.util.concurrent.TimeUnit.SECONDS)
        return suspendCancellableCoroutine { waiting ->
            waiting.invokeOnCancellation { call.cancel() }
            call.enqueue(object : Callback {
                override fun onResponse(call: Call, response: Response) {
                    val answer = try {
                        response.use(::read)
                    } catch (error: IOException) {
                        return waiting.resumeWithException(error)
                    }
                    waiting.resume(answer) { _, _, _ -> }
                }

                override fun onFailure(call: Call, e: IOException) = waiting.resumeWithException(e)
            })
        }
    }

    private fun HubRequest.toOkHttp(): Request {
        val url = address().toHttpUrlOrNull() ?: throw BadAddress()
        val content = if (method == "GET") null else body.toRequestBody(CBOR)
        return Request.Builder().url(url).method(method, content).build()
    }

    private fun read(response: Response): HubAnswer {
        val source = response.body.source()
        if (source.request(Limits.ANSWER + 1)) throw AnswerTooLarge()
        return HubAnswer(response.code.toUShort(), source.readByteArray())
    }

    private companion object {
        val CBOR = "application/cbor".toMediaType()
    }
}
