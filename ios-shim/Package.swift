// swift-tools-version: 6.0
import PackageDescription

// Where the built core is. Apps take the XCFrameworks that `cargo xtask xcframework` builds; on Linux, and while
// working on the core, `cargo xtask` names a folder with libdoorknock_core.a and libdoorknock_testing.a here.
let folder = Context.environment["DOORKNOCK_LIB_DIR"]

/// The C side of a generated module: its header, and the archive behind it.
func ffi(_ name: String) -> Target {
    if folder == nil {
        .binaryTarget(name: name, path: "build/\(name).xcframework")
    } else {
        .systemLibrary(name: name, path: "Sources/\(name)")
    }
}

func archive(_ name: String) -> [LinkerSetting] {
    guard let folder else { return [] }
    return [
        .unsafeFlags(["-L", folder]), .linkedLibrary(name),
        .linkedLibrary("crypto", .when(platforms: [.linux])),
    ]
}

let package = Package(
    name: "doorknock",
    defaultLocalization: "zh-Hans",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "Doorknock", targets: ["Doorknock"]),
        .library(name: "DoorknockTesting", targets: ["DoorknockTesting"]),
    ],
    targets: [
        ffi("DoorknockCoreFFI"),
        ffi("DoorknockTestingFFI"),
        // Generated from the core, and not kept in the repository: see README.md.
        .target(
            name: "DoorknockCore", dependencies: ["DoorknockCoreFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)], linkerSettings: archive("doorknock_core")),
        .target(
            name: "DoorknockTestingCore", dependencies: ["DoorknockTestingFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)], linkerSettings: archive("doorknock_testing")),
        .target(
            name: "Doorknock", dependencies: ["DoorknockCore"],
            resources: [.copy("PrivacyInfo.xcprivacy")]),
        .target(name: "DoorknockTesting", dependencies: ["Doorknock", "DoorknockTestingCore"]),
        .testTarget(name: "DoorknockTests", dependencies: ["Doorknock", "DoorknockTesting"]),
    ]
)
