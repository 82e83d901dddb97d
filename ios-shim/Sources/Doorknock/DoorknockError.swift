import Foundation

// An app needs one import, and the records are the core's.
@_exported import DoorknockCore

extension DoorknockError {
    /// What programs go by: stable, lower-case, words joined by underscores.
    public var code: String {
        switch self {
        case .Failure(let code, _, _): code
        }
    }

    /// A whole sentence for people: what is wrong, and what to do.
    public func sentence(in language: Language = .preferred) -> String {
        switch self {
        case .Failure(_, let zh, let en): language == .chinese ? zh : en
        }
    }
}

extension DoorknockError: LocalizedError {
    /// In Chinese or English, by what the phone's owner prefers.
    public var errorDescription: String? { sentence() }
}

/// The two languages that the core speaks to people.
public enum Language: Sendable, Equatable {
    case chinese, english

    /// The first of the phone's languages that is one of the two; Chinese if none is.
    public static var preferred: Language { first(of: Locale.preferredLanguages) }

    static func first(of languages: [String]) -> Language {
        for language in languages.map({ $0.lowercased() }) {
            if language.hasPrefix("zh") { return .chinese }
            if language.hasPrefix("en") { return .english }
        }
        return .chinese
    }
}
