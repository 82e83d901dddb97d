package doorknock

import doorknock.core.Change
import doorknock.core.ChangeKind
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.async
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest

@OptIn(kotlinx.coroutines.ExperimentalCoroutinesApi::class)
class ChangeBufferTest {
    private fun visit(id: Int) = Change(ChangeKind.Visit, UUID(0, id.toLong()), null)

    @Test
    fun `what came while nobody looked is merged, each change once, in order`() = runTest {
        val buffer = ChangeBuffer()
        buffer.changed(listOf(visit(1), visit(2)))
        buffer.changed(listOf(visit(1), visit(3)))
        assertEquals(Changes(setOf(visit(1), visit(2), visit(3)), everything = false), buffer.next())
        val waiting = async { buffer.next() }
        runCurrent()
        assertFalse(waiting.isCompleted)
        buffer.changed(listOf(visit(1)))
        assertEquals(Changes(setOf(visit(1)), everything = false), waiting.await())
    }

    @Test
    fun `more than is worth naming becomes everything, and then begins anew`() = runTest {
        val buffer = ChangeBuffer(limit = 3)
        buffer.changed(listOf(visit(1), visit(2), visit(3)))
        assertEquals(3, buffer.next()?.ids?.size)
        repeat(100) { buffer.changed(listOf(visit(it))) }
        val all = buffer.next()
        assertEquals(Changes(emptySet(), everything = true), all)
        assertTrue(all!!.touch(ChangeKind.Door))
        buffer.changed(listOf(visit(7)))
        val next = buffer.next()!!
        assertEquals(setOf(visit(7)), next.ids)
        assertFalse(next.touch(ChangeKind.Door))
        assertTrue(next.touch(ChangeKind.Door, ChangeKind.Visit))
    }

    @Test
    fun `what the core no longer tells apart is everything`() = runTest {
        val buffer = ChangeBuffer()
        buffer.changed(listOf(visit(1), Change(ChangeKind.Everything, null, null)))
        assertEquals(Changes(emptySet(), everything = true), buffer.next())
    }

    @Test
    fun `what came before the end is still given`() = runTest {
        val buffer = ChangeBuffer()
        buffer.changed(listOf(visit(1)))
        buffer.end()
        assertEquals(1, buffer.next()?.ids?.size)
        assertNull(buffer.next())
    }
}
