// The library as a module of an app's build, from its sources. Not run here: there is no Android Gradle plugin (README.md).
// `cargo xtask aar` has to have written the generated sources and, with an NDK, the native libraries.
plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
}

val written = rootDir.resolve("../target")

android {
    namespace = "doorknock.android"
    compileSdk = 35

    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }

    sourceSets.named("main") {
        kotlin.srcDirs("src/main/kotlin", written.resolve("kotlin/generated/core"), written.resolve("kotlin/generated/shim"))
        jniLibs.srcDir(written.resolve("android/jniLibs"))
    }

    // Uncompressed and aligned to 16 KiB inside the app's archive too.
    packaging.jniLibs.useLegacyPackaging = false

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

kotlin {
    jvmToolchain(17)
}

dependencies {
    api("net.java.dev.jna:jna:5.19.1@aar")
    api("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.11.0")
    compileOnly("com.squareup.okhttp3:okhttp:5.5.1")
}
