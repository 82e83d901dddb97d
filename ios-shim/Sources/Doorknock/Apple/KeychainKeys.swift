#if canImport(Security)
import Foundation
import Security

/// The database's key in the Keychain.
///
/// On this device only: it is in no backup and moves to no other phone. Within reach once the phone was unlocked after it
/// started, so that a sync in the background works with the screen locked; before that, opening a home fails with
/// the code `key_unavailable`, and works later.
///
/// The Keychain keeps the key when the app is deleted. A home that is made after that takes the same key, which
/// harms nothing.
public final class KeychainKeys: KeyStore {
    private let service: String
    private let account: String
    private let group: String?

    /// - Parameters:
    ///   - service: Whose key, as the Keychain lists it.
    ///   - account: Which home's key; one for each home of the app.
    ///   - group: The access group, where an extension of the app opens the home too.
    public init(service: String = "doorknock.home", account: String = "database", group: String? = nil) {
        self.service = service
        self.account = account
        self.group = group
    }

    public func load() throws -> Data? {
        var query = item()
        query[kSecReturnData as String] = true
        query[kSecMatchLimit as String] = kSecMatchLimitOne
        var found: CFTypeRef?
        switch SecItemCopyMatching(query as CFDictionary, &found) {
        case errSecSuccess:
            guard let key = found as? Data else { throw unavailable(errSecDecode) }
            return key
        case errSecItemNotFound:
            return nil
        case let status:
            throw unavailable(status)
        }
    }

    public func save(key: Data) throws {
        var query = item()
        query[kSecValueData as String] = key
        query[kSecAttrAccessible as String] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        // One that is there is never replaced: it opens a home.
        let status = SecItemAdd(query as CFDictionary, nil)
        guard status == errSecSuccess else { throw unavailable(status) }
    }

    private func item() -> [String: Any] {
        var query: [String: Any] = [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: service,
            kSecAttrAccount as String: account,
            kSecAttrSynchronizable as String: false,
        ]
        #if os(macOS)
        query[kSecUseDataProtectionKeychain as String] = true
        #endif
        if let group { query[kSecAttrAccessGroup as String] = group }
        return query
    }

    private func unavailable(_ status: OSStatus) -> KeyStoreError {
        .Unavailable(why: "钥匙串 / keychain: \(status)")
    }
}
#endif
