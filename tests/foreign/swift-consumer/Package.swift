// swift-tools-version: 6.0
import PackageDescription

// A package of somebody else's: it knows the Swift package by its path and its public names, and nothing more.
let package = Package(
    name: "door-count",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "DoorCount", targets: ["DoorCount"])],
    dependencies: [
        .package(path: "../../../ios-shim"),
        .package(path: "../../../ios-shim/Sample"),
    ],
    targets: [
        // The system's SQLite, as an app may use it for its own things.
        .systemLibrary(name: "CSQLite"),
        .target(name: "DoorCount", dependencies: [.product(name: "Doorknock", package: "ios-shim"), "CSQLite"]),
        .testTarget(
            name: "DoorCountTests",
            dependencies: ["DoorCount", .product(name: "DoorknockTesting", package: "ios-shim")]),
        // The sample app is a stranger too: what of it needs no screen.
        .testTarget(
            name: "SampleModelTests",
            dependencies: [
                .product(name: "SampleModel", package: "Sample"),
                .product(name: "DoorknockTesting", package: "ios-shim"),
            ]),
    ]
)
