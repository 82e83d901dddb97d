import Doorknock
import SampleModel
import SwiftUI

@main
struct SampleApp: App {
    @State private var model = AppModel(
        folder: (try? HomeFolder.standard()) ?? .temporaryDirectory, keys: KeychainKeys())
    /// Lets go of the home before iOS suspends the app.
    @State private var guardian: HomeGuard?

    var body: some Scene {
        WindowGroup {
            RootView(model: model)
                .task {
                    await model.open()
                    follow()
                }
        }
    }

    private func follow() {
        guard guardian == nil, let home = model.home else { return }
        let guardian = HomeGuard(home: home, time: ApplicationTime())
        guardian.followApplication()
        self.guardian = guardian
    }
}

struct RootView: View {
    let model: AppModel

    var body: some View {
        switch model.phase {
        case .opening: ProgressView("正在打开…")
        case .failed(let sentence): ContentUnavailableView(sentence, systemImage: "exclamationmark.triangle")
        case .joining: JoinView(model: model)
        case .working(let home):
            TabView {
                TodayView(home: home).tabItem { Label("今日走访", systemImage: "list.bullet") }
                SyncView(home: home, network: model.network)
                    .tabItem { Label("同步", systemImage: "arrow.triangle.2.circlepath") }
            }
        }
    }
}

struct JoinView: View {
    let model: AppModel
    @State private var link = ""
    @State private var name = ""
    @State private var busy = false

    var body: some View {
        Form {
            TextField("邀请链接", text: $link)
            TextField("姓名", text: $name)
            Button("加入社区") {
                busy = true
                Task {
                    await model.join(link: link, name: name)
                    busy = false
                }
            }
            .disabled(busy || link.isEmpty || name.isEmpty)
            if let problem = model.problem { Text(problem).foregroundStyle(.red) }
        }
    }
}
