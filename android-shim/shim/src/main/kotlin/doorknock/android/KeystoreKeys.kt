package doorknock.android

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import doorknock.AesGcmWrapper
import doorknock.WrappedKeys
import doorknock.core.KeyStore
import java.io.File
import java.security.UnrecoverableKeyException
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/**
 * The database's key, wrapped by an AES key that never leaves the Android Keystore. The wrapped key lies in
 * `noBackupFilesDir`: it would be of no use on another phone.
 *
 * The wrapping key asks for no fingerprint and works on a locked phone, because the background sync opens the home too.
 */
public class KeystoreKeys private constructor(keys: WrappedKeys) : KeyStore by keys {
    /** @param name one for each home of the app. */
    @JvmOverloads
    public constructor(context: Context, name: String = "home") : this(
        WrappedKeys(File(context.noBackupFilesDir, "doorknock/$name.key"), AesGcmWrapper { wrappingKey("doorknock.$name") }),
    )

    internal companion object {
        private const val PROVIDER = "AndroidKeyStore"

        /** The Keystore's key of this name; made when there is none. */
        fun wrappingKey(alias: String): SecretKey {
            val store = java.security.KeyStore.getInstance(PROVIDER).apply { load(null) }
            if (!store.containsAlias(alias)) return make(alias)
            // An entry that is there and cannot be had is never replaced: what it wrapped would be lost.
            return store.getKey(alias, null) as? SecretKey ?: throw UnrecoverableKeyException("no secret key")
        }

        private fun make(alias: String): SecretKey {
            val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
            val spec = KeyGenParameterSpec.Builder(alias, purposes)
                .setKeySize(256)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .build()
            return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).apply { init(spec) }.generateKey()
        }
    }
}
