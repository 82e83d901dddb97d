import Doorknock
import SampleModel
import SwiftUI

struct SyncView: View {
    @State private var model: SyncModel

    init(home: DoorknockHome, network: AirplaneMode) {
        _model = State(initialValue: SyncModel(home: home, network: network))
    }

    var body: some View {
        NavigationStack {
            Form {
                Toggle("飞行模式", isOn: $model.airplane)
                if let status = model.status {
                    LabeledContent("未上传走访", value: "\(status.pendingVisits)")
                    LabeledContent("已在中心", value: "\(status.atHubVisits)")
                    if status.conflicts > 0 { LabeledContent("待处理冲突", value: "\(status.conflicts)") }
                    if let last = status.lastSync {
                        LabeledContent("上次同步") { Text(last, format: .relative(presentation: .named)) }
                    }
                }
                Button(model.isSyncing ? "停止" : "立即同步") {
                    if model.isSyncing { model.stop() } else { Task { await model.sync() } }
                }
                if let problem = model.problem { Text(problem).foregroundStyle(.red) }
            }
            .navigationTitle("同步")
            .task { await model.follow() }
        }
    }
}
