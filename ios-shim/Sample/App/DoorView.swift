import Doorknock
import SampleModel
import SwiftUI

struct DoorView: View {
    @State var model: DoorModel
    @Environment(\.dismiss) private var dismiss

    var body: some View {
        Form {
            Section("记录走访") {
                Picker("结果", selection: $model.outcome) {
                    ForEach([Outcome.met, .nobodyHome, .refused], id: \.self) { Text($0.label().zh) }
                }
                Picker("方式", selection: $model.channel) {
                    ForEach([Channel.inPerson, .atTheDoor, .phone], id: \.self) { Text($0.label().zh) }
                }
                TextField("小结", text: $model.summary, axis: .vertical)
                Button("保存") {
                    Task { if await model.log() { dismiss() } }
                }
                if let problem = model.problem { Text(problem).foregroundStyle(.red) }
            }
            Section("以往走访") {
                ForEach(model.visits, id: \.visit) { visit in
                    VStack(alignment: .leading) {
                        Text(visit.at, format: .dateTime.month().day().hour().minute())
                        if let summary = visit.summary { Text(summary) }
                        Text(visit.by).font(.footnote).foregroundStyle(.secondary)
                    }
                }
            }
        }
        .navigationTitle(model.line.address)
        .task { await model.load() }
    }
}
