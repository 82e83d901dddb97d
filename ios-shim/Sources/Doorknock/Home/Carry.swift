import Foundation

extension DoorknockHome {
    /// Carries a call of the core to its end: what it asks goes to the hub, what the hub says goes back.
    ///
    /// The core's side is done on the home's thread; while a request is under way the home is free. A task that is
    /// cancelled aborts the request (the transport sees to it), and is never noticed in the middle of a write.
    func carry(
        _ call: HubCall, _ told: (@Sendable (SyncProgress) -> Void)? = nil
    ) async throws -> HubOutcome {
        beginExchange()
        defer { endExchange() }
        do {
            while let request = try call.next() {
                try Task.checkCancellation()
                switch try await exchange(request) {
                case .success(let answer): try call.answer(answer: answer)
                case .failure(let unreachable): call.failed(why: unreachable)
                }
                if let told, let progress = call.progress() { told(progress) }
            }
            return try call.result()
        } catch is CancellationError {
            call.cancel()
            throw CancellationError()
        }
    }

    /// One request. Throws only if the task was cancelled.
    private func exchange(_ request: HubRequest) async throws -> Result<HubAnswer, Unreachable> {
        do {
            return .success(try await transport.exchange(request))
        } catch {
            try Task.checkCancellation()
            // What another transport says may name anything; people are not shown it.
            return .failure(error as? Unreachable ?? .client)
        }
    }
}

/// A call ended with another call's outcome: the core and this package are not of one version.
func otherOutcome() -> DoorknockError {
    .Failure(
        code: "versions_differ", zh: "应用内核与接口版本不一致；请更新应用。",
        en: "The app's core and its interface are of different versions; update the app.")
}
