package doorknock.android

import android.app.job.JobInfo
import android.content.ComponentName
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

@Suppress("DEPRECATION") // The reading side of what the oldest Android knows.
class SyncJobTest {
    @Test
    fun `a job waits for a network, outlives a restart, and waits longer after each failure`() {
        val job = SyncJob.job(ComponentName("app", "doorknock.android.SyncJobService"), SyncJob.SOON_ID) {}
        assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)
        assertTrue(job.isPersisted)
        assertEquals(30_000, job.initialBackoffMillis)
        assertEquals(JobInfo.BACKOFF_POLICY_EXPONENTIAL, job.backoffPolicy)
    }
}
