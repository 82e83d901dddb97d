package doorknock.android

import android.content.Context
import doorknock.Home
import doorknock.SharedHome
import doorknock.Transport
import java.io.File

/** What the app's `Application` implements, so that the background sync uses the same home as the screens. */
public interface DoorknockHost {
    /** The app's one home; see [homeOf] for how it is opened. */
    public val home: SharedHome
}

/**
 * The home of an app that has one: in `noBackupFilesDir`, with its key in the Android Keystore, made on first use.
 *
 * ```
 * class App : Application(), DoorknockHost {
 *     override val home = homeOf(this, UrlConnectionTransport())
 * }
 * ```
 */
public fun homeOf(context: Context, transport: Transport): SharedHome {
    return SharedHome {
        // Asked here, since an application's folders are not there yet while its fields are set.
        val folder = File(context.noBackupFilesDir, "doorknock/home")
        Home.openOrCreate(folder, KeystoreKeys(context), transport)
    }
}
