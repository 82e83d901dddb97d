import Doorknock
import SampleModel
import SwiftUI

struct TodayView: View {
    let home: DoorknockHome
    @State private var model: TodayModel

    init(home: DoorknockHome) {
        self.home = home
        _model = State(initialValue: TodayModel(home: home))
    }

    var body: some View {
        NavigationStack {
            List(model.lines, id: \.door) { line in
                NavigationLink {
                    DoorView(model: DoorModel(home: home, line: line))
                } label: {
                    LineView(line: line)
                }
            }
            .overlay {
                if let problem = model.problem { Text(problem).padding() }
            }
            .navigationTitle("还有 \(model.left) 户")
            .task { await model.follow() }
        }
    }
}

struct LineView: View {
    let line: RoundLine

    var body: some View {
        HStack {
            VStack(alignment: .leading) {
                Text(line.address)
                if let contact = line.contact { Text(contact).font(.footnote).foregroundStyle(.secondary) }
            }
            Spacer()
            if line.status == .done { Image(systemName: "checkmark.circle.fill").foregroundStyle(.green) }
        }
        .accessibilityElement(children: .combine)
    }
}
