package doorknock

import doorknock.core.KeyStoreException
import java.io.File
import java.nio.file.Path
import java.security.InvalidKeyException
import java.security.ProviderException
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import org.junit.jupiter.api.io.TempDir

class WrappedKeysTest {
    @TempDir
    lateinit var folder: Path

    private val file: File get() = folder.resolve("deep/home.key").toFile()
    private val key = ByteArray(32) { it.toByte() }

    private fun keys(wrapping: SecretKey = secret(1)) = WrappedKeys(file, AesGcmWrapper { wrapping })

    @Test
    fun `a key is kept, read again, and lies in the file only wrapped`() {
        assertNull(keys().load())
        keys().save(key)
        assertContentEquals(key, keys().load())
        val stored = file.readBytes()
        assertEquals(1 + 1 + 12 + 32 + 16, stored.size)
        assertFalse(stored.toList().windowed(8).any { it == key.take(8) })
        assertEquals(listOf("home.key"), file.parentFile.list()?.toList())
    }

    @Test
    fun `a key is never replaced`() {
        keys().save(key)
        assertFailsWith<KeyStoreException.Unavailable> { keys().save(ByteArray(32)) }
        assertContentEquals(key, keys().load())
    }

    @Test
    fun `what was half written by a process that died is no key and does not stand in the way`() {
        file.parentFile.mkdirs()
        File(file.parentFile, "home.key.new").writeBytes(byteArrayOf(1, 12, 7))
        assertNull(keys().load())
        keys().save(key)
        assertContentEquals(key, keys().load())
    }

    @Test
    fun `another wrapping key, or one changed bit, is an error and never a different key`() {
        keys().save(key)
        assertFailsWith<KeyStoreException.Unavailable> { keys(secret(2)).load() }
        val stored = file.readBytes()
        for (at in stored.indices) {
            file.writeBytes(stored.clone().also { it[at] = (it[at].toInt() xor 1).toByte() })
            assertFailsWith<KeyStoreException.Unavailable>("byte $at") { keys().load() }
        }
        for (length in 0 until stored.size) {
            file.writeBytes(stored.copyOf(length))
            assertFailsWith<KeyStoreException.Unavailable>("$length bytes") { keys().load() }
        }
        file.writeBytes(stored)
        assertContentEquals(key, keys().load())
    }

    @Test
    fun `a key store that fails is told in fixed words and leaves the file alone`() {
        keys().save(key)
        for (failure in listOf(InvalidKeyException("10000000001"), ProviderException("10000000001"))) {
            val error = assertFailsWith<KeyStoreException.Unavailable> {
                WrappedKeys(file, AesGcmWrapper { throw failure }).load()
            }
            assertFalse("10000000001" in error.toString())
        }
        assertContentEquals(key, keys().load())
    }

    @Test
    fun `each wrapping draws a nonce of its own`() {
        val wrapper = AesGcmWrapper { secret(1) }
        assertFalse(wrapper.wrap(key).contentEquals(wrapper.wrap(key)))
    }

    private fun secret(seed: Byte): SecretKey = SecretKeySpec(ByteArray(32) { seed }, "AES")
}
