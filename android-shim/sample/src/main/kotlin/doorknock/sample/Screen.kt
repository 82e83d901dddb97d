package doorknock.sample

import android.app.Activity
import android.os.Bundle
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.LinearLayout
import android.widget.TextView
import android.widget.Toast
import doorknock.Home
import doorknock.core.DoorknockException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** What the screens share: a column of views, and work that ends when the screen does. */
abstract class Screen : Activity() {
    private val scope = MainScope()
    private var showing: Job? = null
    protected lateinit var column: LinearLayout

    protected val app: App get() = application as App

    /** Makes the views. */
    protected abstract fun build()

    /** Shows what is in the home as long as the screen is seen. */
    protected abstract suspend fun CoroutineScope.show(home: Home)

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        column = LinearLayout(this).apply {
            orientation = LinearLayout.VERTICAL
            val edge = (16 * resources.displayMetrics.density).toInt()
            setPadding(edge, edge, edge, edge)
        }
        build()
        setContentView(column)
    }

    override fun onStart() {
        super.onStart()
        showing = work { show(app.home.get()) }
    }

    override fun onStop() {
        showing?.cancel()
        super.onStop()
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    /** Does something, and tells its failure in the phone's language. */
    protected fun work(block: suspend CoroutineScope.() -> Unit): Job = scope.launch {
        try {
            block()
        } catch (failure: DoorknockException.Failure) {
            Toast.makeText(this@Screen, said(failure), Toast.LENGTH_LONG).show()
        }
    }

    protected fun said(failure: DoorknockException.Failure): String =
        if (resources.configuration.locales[0].language == "zh") failure.zh else failure.en

    protected fun <V : View> add(view: V, weight: Float = 0f): V {
        val height = if (weight > 0) 0 else WRAP_CONTENT
        column.addView(view, LinearLayout.LayoutParams(MATCH_PARENT, height, weight))
        return view
    }

    protected fun text(size: Float = 16f): TextView = add(TextView(this).apply { textSize = size })
}
