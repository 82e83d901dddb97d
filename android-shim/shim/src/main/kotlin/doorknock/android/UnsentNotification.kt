package doorknock.android

import android.Manifest
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import doorknock.UnsentNotice
import doorknock.core.Status
import java.time.Instant
import java.util.Locale

/** Shows the [UnsentNotice], and takes it away when there is nothing left to tell. */
public object UnsentNotification {
    private const val CHANNEL = "doorknock.unsent"
    private const val ID = 0x444b_0001

    /**
     * Shows what [status] gives cause for. Without the permission `POST_NOTIFICATIONS`, which the app asks for, the
     * system shows nothing.
     */
    public fun show(context: Context, status: Status, now: Instant = Instant.now()) {
        val manager = context.getSystemService(NotificationManager::class.java) ?: return
        val notice = UnsentNotice.of(status.pendingVisits, status.unsentSince, now, localeOf(context))
        if (notice == null) {
            manager.cancel(ID)
        } else if (allowed(context)) {
            manager.createNotificationChannel(channel(context))
            manager.notify(ID, build(context, notice))
        }
    }

    private fun allowed(context: Context): Boolean = Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU ||
        context.checkSelfPermission(Manifest.permission.POST_NOTIFICATIONS) == PackageManager.PERMISSION_GRANTED

    private fun channel(context: Context): NotificationChannel {
        val name = if (localeOf(context).language == "zh") "未发送的走访" else "Unsent visits"
        return NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_DEFAULT)
    }

    private fun build(context: Context, notice: UnsentNotice): Notification {
        val open = context.packageManager.getLaunchIntentForPackage(context.packageName)
        return Notification.Builder(context, CHANNEL)
            .setSmallIcon(android.R.drawable.stat_sys_upload)
            .setContentTitle(notice.title)
            .setContentText(notice.text)
            .setStyle(Notification.BigTextStyle().bigText(notice.text))
            .setVisibility(Notification.VISIBILITY_PUBLIC)
            .setOnlyAlertOnce(true)
            .setAutoCancel(true)
            .apply {
                if (open != null) {
                    setContentIntent(PendingIntent.getActivity(context, 0, open, PendingIntent.FLAG_IMMUTABLE))
                }
            }
            .build()
    }

    private fun localeOf(context: Context): Locale = context.resources.configuration.locales[0]
}
