/* Puts a floor under fsync and fdatasync, so that a bench on a fast disk sees what a phone's storage costs.
 * Built and preloaded by the bench itself; DOORKNOCK_FSYNC_US is the floor in microseconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int floored(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *text = getenv("DOORKNOCK_FSYNC_US");
    double end = now() + (text ? atof(text) : 0);
    int result = real(fd);
    while (now() < end) {
    }
    return result;
}

int fsync(int fd) { return floored("fsync", fd); }
int fdatasync(int fd) { return floored("fdatasync", fd); }
