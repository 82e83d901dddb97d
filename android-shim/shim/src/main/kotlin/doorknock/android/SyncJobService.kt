package doorknock.android

import android.app.job.JobParameters
import android.app.job.JobService
import android.util.Log
import doorknock.SyncPolicy
import doorknock.core.DoorknockException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** What the system starts for [SyncJob]. The library's manifest declares it; the app's `Application` is a [DoorknockHost]. */
public class SyncJobService : JobService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val running = HashMap<Int, Job>()

    override fun onStartJob(parameters: JobParameters): Boolean {
        val host = application as? DoorknockHost
        if (host == null) {
            Log.e(TAG, "the Application does not implement DoorknockHost")
            return false
        }
        running[parameters.jobId] = scope.launch {
            val again = sync(host)
            jobFinished(parameters, again)
        }
        return true
    }

    /** The network went, or the time was up: what was sent so far counts, and the system starts it again. */
    override fun onStopJob(parameters: JobParameters): Boolean {
        running.remove(parameters.jobId)?.cancel()
        return true
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    private suspend fun sync(host: DoorknockHost): Boolean {
        val again = try {
            host.home.get().sync()
            false
        } catch (stopped: CancellationException) {
            throw stopped
        } catch (failure: DoorknockException.Failure) {
            // The code only: a log is read by others.
            Log.i(TAG, "sync: ${failure.code}")
            SyncPolicy.again(failure)
        }
        tellUnsent(host)
        return again
    }

    private suspend fun tellUnsent(host: DoorknockHost) {
        try {
            UnsentNotification.show(this, host.home.get().status())
        } catch (failure: DoorknockException.Failure) {
            Log.i(TAG, "status: ${failure.code}")
        }
    }

    private companion object {
        const val TAG = "doorknock"
    }
}
