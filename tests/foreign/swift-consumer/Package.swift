// swift-tools-version: 6.0
import PackageDescription

// A package of somebody else's: it knows the Swift package by its path and its public names, and nothing more.
let package = Package(
    name: "door-count",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "DoorCount", targets: ["DoorCount"])],
    dependencies: [.package(path: "../../../ios-shim")],
    targets: [
        // The system's SQLite, as an app may use it for its own things.
        .systemLibrary(name: "CSQLite"),
        .target(name: "DoorCount", dependencies: [.product(name: "Doorknock", package: "ios-shim"), "CSQLite"]),
        .testTarget(
            name: "DoorCountTests",
            dependencies: ["DoorCount", .product(name: "DoorknockTesting", package: "ios-shim")]),
    ]
)
