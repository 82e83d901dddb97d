import Foundation

/// The folder of a home, as an app has to keep it.
public enum HomeFolder {
    /// Where a home lies unless an app says otherwise: `Doorknock` in Application Support.
    public static func standard() throws -> URL {
        let support = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        return support.appendingPathComponent("Doorknock", isDirectory: true)
    }

    /// Makes the folder if it is not there, and sees to what keeps its records safe:
    ///
    /// - In no backup: a restored home is a copy of a device, and both would go on from the same point.
    /// - Readable once the phone was unlocked after it started, so that a sync in the background works with the
    ///   screen locked. Until then the key is out of reach too.
    /// - Nobody else's: only the owner may enter it.
    public static func prepare(_ folder: URL) throws {
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        #if canImport(Darwin) && !os(macOS)
        attributes[.protectionKey] = FileProtectionType.completeUntilFirstUserAuthentication
        #endif
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes(attributes, ofItemAtPath: folder.path)
        #if canImport(Darwin)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        var folder = folder
        try folder.setResourceValues(values)
        #endif
    }
}
