package doorknock.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.UnrecoverableKeyException
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotEquals
import kotlin.test.assertSame

/** Against a provider that stands in for the phone's: what is asked of the Keystore, not what the Keystore does. */
class KeystoreKeysTest {
    @BeforeTest
    fun phone() {
        Security.addProvider(Phone)
        Phone.held.clear()
        Phone.specs.clear()
    }

    @AfterTest
    fun noPhone() = Security.removeProvider(Phone.name)

    @Test
    fun `a wrapping key is made once, for what it is used for and nothing else`() {
        val key = KeystoreKeys.wrappingKey("doorknock.home")
        assertSame(key, KeystoreKeys.wrappingKey("doorknock.home"))
        assertNotEquals(key, KeystoreKeys.wrappingKey("doorknock.other"))
        val spec = Phone.specs.first()
        assertEquals("doorknock.home", spec.keystoreAlias)
        assertEquals(256, spec.keySize)
        assertEquals(KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT, spec.purposes)
        assertContentEquals(arrayOf("GCM"), spec.blockModes)
        assertContentEquals(arrayOf("NoPadding"), spec.encryptionPaddings)
        assertEquals(false, spec.isUserAuthenticationRequired)
        assertEquals(2, Phone.specs.size)
    }

    @Test
    fun `a key that is there and cannot be had is never replaced`() {
        Phone.held["doorknock.home"] = null
        assertFailsWith<UnrecoverableKeyException> { KeystoreKeys.wrappingKey("doorknock.home") }
        assertEquals(0, Phone.specs.size)
    }
}

internal object Phone : Provider("Phone", "1", "stands in for AndroidKeyStore") {
    val held = HashMap<String, SecretKey?>()
    val specs = ArrayList<KeyGenParameterSpec>()
    private fun readResolve(): Any = Phone

    init {
        put("KeyStore.AndroidKeyStore", Store::class.java.name)
        put("KeyGenerator.AES", Generator::class.java.name)
    }

    override fun getName() = "AndroidKeyStore"
}

class Generator : KeyGeneratorSpi() {
    private lateinit var spec: KeyGenParameterSpec

    override fun engineInit(random: SecureRandom?) = throw UnsupportedOperationException()

    override fun engineInit(size: Int, random: SecureRandom?) = throw UnsupportedOperationException()

    override fun engineInit(spec: AlgorithmParameterSpec, random: SecureRandom?) {
        this.spec = spec as KeyGenParameterSpec
        Phone.specs += spec
    }

    override fun engineGenerateKey(): SecretKey {
        val key = SecretKeySpec(ByteArray(32) { Phone.specs.size.toByte() }, "AES")
        Phone.held[spec.keystoreAlias] = key
        return key
    }
}

class Store : KeyStoreSpi() {
    override fun engineGetKey(alias: String, password: CharArray?): Key? = Phone.held[alias]

    override fun engineContainsAlias(alias: String) = alias in Phone.held

    override fun engineLoad(stream: InputStream?, password: CharArray?) {}

    override fun engineGetCertificateChain(alias: String?): Array<Certificate>? = null

    override fun engineGetCertificate(alias: String?): Certificate? = null

    override fun engineGetCreationDate(alias: String?): Date? = null

    override fun engineSetKeyEntry(a: String?, k: Key?, p: CharArray?, c: Array<out Certificate>?) = Unit

    override fun engineSetKeyEntry(a: String?, k: ByteArray?, c: Array<out Certificate>?) = Unit

    override fun engineSetCertificateEntry(alias: String?, cert: Certificate?) = Unit

    override fun engineDeleteEntry(alias: String?) = Unit

    override fun engineAliases(): Enumeration<String> = Collections.enumeration(Phone.held.keys)

    override fun engineSize() = Phone.held.size

    override fun engineIsKeyEntry(alias: String?) = true

    override fun engineIsCertificateEntry(alias: String?) = false

    override fun engineGetCertificateAlias(cert: Certificate?): String? = null

    override fun engineStore(stream: OutputStream?, password: CharArray?) = Unit
}
