package doorknock

import doorknock.core.KeyStore
import doorknock.core.KeyStoreException
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.READ
import java.security.GeneralSecurityException
import java.security.ProviderException
import javax.crypto.Cipher
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/** Encrypts the database's key under another that does not leave its place: on Android, the Keystore's. */
public interface KeyWrapper {
    /** @throws GeneralSecurityException if the wrapping key cannot be used now. */
    public fun wrap(key: ByteArray): ByteArray

    /** @throws GeneralSecurityException if it cannot be used now, or did not wrap this. */
    public fun unwrap(wrapped: ByteArray): ByteArray
}

/**
 * AES-GCM under the key that [secret] gives. Layout: format 1, length of the nonce, nonce, ciphertext with its tag. The
 * cipher draws the nonce, since the Android Keystore lets nobody else do so.
 */
public class AesGcmWrapper(private val secret: () -> SecretKey) : KeyWrapper {
    override fun wrap(key: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.ENCRYPT_MODE, secret())
        cipher.updateAAD(CONTEXT)
        val sealed = cipher.doFinal(key)
        return byteArrayOf(FORMAT, cipher.iv.size.toByte()) + cipher.iv + sealed
    }

    override fun unwrap(wrapped: ByteArray): ByteArray {
        if (wrapped.size < 2 || wrapped[0] != FORMAT) throw GeneralSecurityException("not a wrapped key")
        val nonceEnd = 2 + wrapped[1]
        if (wrapped[1] < 12 || wrapped.size <= nonceEnd) throw GeneralSecurityException("not a wrapped key")
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, secret(), GCMParameterSpec(TAG_BITS, wrapped, 2, wrapped[1].toInt()))
        cipher.updateAAD(CONTEXT)
        return cipher.doFinal(wrapped, nonceEnd, wrapped.size - nonceEnd)
    }

    private companion object {
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val FORMAT: Byte = 1
        const val TAG_BITS = 128
        val CONTEXT = "doorknock database key".toByteArray()
    }
}

/**
 * The database's key in a file, wrapped. The file belongs where no backup takes it, outside the home's folder. It is
 * never replaced and never deleted here: a key that cannot be read today may be readable after the phone is unlocked.
 */
public class WrappedKeys(private val file: File, private val wrapper: KeyWrapper) : KeyStore {
    override fun load(): ByteArray? = guarded {
        if (file.exists()) wrapper.unwrap(Files.readAllBytes(file.toPath())) else null
    }

    override fun save(key: ByteArray): Unit = guarded {
        if (file.exists()) throw IOException("there is a key already")
        val folder = file.absoluteFile.parentFile ?: throw IOException("no folder")
        Files.createDirectories(folder.toPath())
        val whole = File(folder, "${file.name}.new")
        FileOutputStream(whole).use { out ->
            out.write(wrapper.wrap(key))
            out.fd.sync()
        }
        Files.move(whole.toPath(), file.toPath(), ATOMIC_MOVE)
        // The name has to survive power loss too.
        FileChannel.open(folder.toPath(), READ).use { it.force(true) }
    }

    private fun <T> guarded(block: () -> T): T = try {
        block()
    } catch (_: GeneralSecurityException) {
        throw KeyStoreException.Unavailable("密钥库不能使用此密钥 / the key store cannot use this key")
    } catch (_: ProviderException) {
        // What Android's Keystore throws when its service is not there.
        throw KeyStoreException.Unavailable("密钥库没有响应 / the key store does not answer")
    } catch (_: IOException) {
        throw KeyStoreException.Unavailable("密钥文件不能读写 / the key's file cannot be read or written")
    }
}
