package doorknock.sample

import android.content.Intent
import android.widget.Button
import android.widget.EditText
import doorknock.Home
import kotlinx.coroutines.CoroutineScope

/** Joins with the office's link: tapped in a message, or typed. */
class JoinActivity : Screen() {
    private lateinit var link: EditText
    private lateinit var name: EditText
    private lateinit var join: Button

    override fun build() {
        title = "加入社区"
        link = add(EditText(this))
        link.hint = "邀请链接"
        link.setText(intent.dataString)
        name = add(EditText(this))
        name.hint = "姓名"
        join = add(Button(this))
        join.text = "加入"
        join.setOnClickListener { join() }
    }

    private fun join() {
        join.isEnabled = false
        work {
            val home = app.home.get()
            home.join(link.text.toString().trim(), name.text.toString().trim())
            home.sync()
            startActivity(Intent(this@JoinActivity, TodayActivity::class.java))
            finish()
        }.invokeOnCompletion { join.isEnabled = true }
    }

    override suspend fun CoroutineScope.show(home: Home) = Unit
}
