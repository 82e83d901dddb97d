package doorknock.android

import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import doorknock.SyncPolicy

/** Syncing without a screen: every hour while there is a network, and soon after something was recorded. */
public object SyncJob {
    /** The ids under which the jobs are known to the system; an app must not use them for jobs of its own. */
    public const val REGULAR_ID: Int = 0x444b_0001
    /** See [REGULAR_ID]. */
    public const val SOON_ID: Int = 0x444b_0002

    /** Syncs at least every hour, also after a restart of the phone. Call it when the app starts: what is scheduled stays. */
    public fun regularly(context: Context): Unit = schedule(context, REGULAR_ID) {
        setPeriodic(SyncPolicy.EVERY.inWholeMilliseconds, SyncPolicy.FLEX.inWholeMilliseconds)
    }

    /** Syncs as soon as there is a network, and waits longer after each failure. Call it after something was recorded. */
    public fun soon(context: Context): Unit = schedule(context, SOON_ID) {}

    /** Schedules neither any more. */
    public fun stop(context: Context) {
        val scheduler = scheduler(context) ?: return
        scheduler.cancel(REGULAR_ID)
        scheduler.cancel(SOON_ID)
    }

    private fun schedule(context: Context, id: Int, more: JobInfo.Builder.() -> Unit) {
        val scheduler = scheduler(context) ?: return
        // Scheduling again would end one that runs, and begin its waiting anew.
        if (scheduler.getPendingJob(id) != null) return
        scheduler.schedule(job(ComponentName(context, SyncJobService::class.java), id, more))
    }

    internal fun job(service: ComponentName, id: Int, more: JobInfo.Builder.() -> Unit): JobInfo =
        JobInfo.Builder(id, service)
            .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            .setBackoffCriteria(SyncPolicy.FIRST_WAIT.inWholeMilliseconds, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
            .setPersisted(true)
            .apply(more)
            .build()

    // A user's other profile may have none.
    private fun scheduler(context: Context): JobScheduler? = context.getSystemService(JobScheduler::class.java)
}
