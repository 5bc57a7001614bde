/* Loaded before the C library: one write to a file, the one numbered SHORT_AT in this process, stores half of what it
 * is given and says so, as a signal, a quota or a network file system may make any write do. Says in SHORT_SAYS that it
 * did. Programs that are started from here are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t (*really)(int, const void *, size_t);
static atomic_long seen;
static long at;
static char *says;

__attribute__((constructor)) static void begin(void) {
    really = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    at = atol(getenv("SHORT_AT"));
    says = strdup(getenv("SHORT_SAYS"));
    unsetenv("LD_PRELOAD");
}

ssize_t write(int file, const void *content, size_t size) {
    struct stat about;
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && atomic_fetch_add(&seen, 1) + 1 == at && size > 1) {
        close(open(says, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        size /= 2;
    }
    return really(file, content, size);
}
