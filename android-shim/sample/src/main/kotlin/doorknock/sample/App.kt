package doorknock.sample

import android.app.Application
import doorknock.Transport
import doorknock.UrlConnectionTransport
import doorknock.android.DoorknockHost
import doorknock.android.SyncJob
import doorknock.android.homeOf
import doorknock.core.HubAnswer
import doorknock.core.HubRequest
import java.net.ConnectException

/** Holds the one home, for the screens and for the background job. */
class App : Application(), DoorknockHost {
    val network = Airplane(UrlConnectionTransport())
    override val home = homeOf(this, network)

    override fun onCreate() {
        super.onCreate()
        SyncJob.regularly(this)
    }
}

/** The switch on the screen: to see that everything works without a signal. */
class Airplane(private val under: Transport) : Transport {
    @Volatile
    var on = false

    override suspend fun exchange(request: HubRequest): HubAnswer {
        if (on) throw ConnectException()
        return under.exchange(request)
    }
}
