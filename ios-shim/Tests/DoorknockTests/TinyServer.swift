import Foundation
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server that takes connections one after the other and answers each with given bytes, or never.
final class TinyServer: @unchecked Sendable {
    let url: String
    private let listener: Int32
    private let lock = NSLock()
    private var heard: [String] = []

    /// - Parameter answer: What each connection gets; nothing for a server that takes a request and says no more.
    init(_ answer: Data?) throws {
        #if canImport(Glibc)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        listener = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread { [self] in serve(answer) }.start()
    }

    /// The requests so far.
    var requests: [String] {
        lock.withLock { heard }
    }

    func stop() {
        shutdown(listener, Int32(2))
        close(listener)
    }

    private func serve(_ answer: Data?) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let request = read(connection)
            lock.withLock { heard.append(request) }
            if let answer {
                answer.withUnsafeBytes { bytes in
                    var sent = 0
                    while sent < bytes.count {
                        let n = send(connection, bytes.baseAddress! + sent, bytes.count - sent, noSignal)
                        if n <= 0 { break }
                        sent += n
                    }
                }
                close(connection)
            }
        }
    }

    /// Up to the end of the headers and of a body that ends in `END`.
    private func read(_ connection: Int32) -> String {
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let n = recv(connection, &buffer, buffer.count, 0)
            guard n > 0 else { return request }
            request += String(decoding: buffer[..<n], as: UTF8.self)
            if request.hasPrefix("GET") ? request.hasSuffix("\r\n\r\n") : request.hasSuffix("END") { return request }
        }
    }

    #if canImport(Glibc)
    private let noSignal = Int32(MSG_NOSIGNAL)
    #else
    private let noSignal: Int32 = 0
    #endif
}
