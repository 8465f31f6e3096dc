/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { ENDING_COUNT = sizeof ending_signals / sizeof ending_signals[0] };

/* The temporary files to remove on a signal. A lock-free atomic is what C11 lets a handler read. */
static _Atomic(const char *) paths_to_remove[OUTPUT_COUNT_MAX];

static void remove_and_end(int number)
{
    for (size_t i = 0; i < OUTPUT_COUNT_MAX; i++) {
        const char *path = atomic_load(&paths_to_remove[i]);
        if (path != NULL) {
            (void)unlink(path);
        }
    }
    (void)raise(number); /* SA_RESETHAND: ends the program as if there were no handler */
}

static sigset_t ending_set(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        (void)sigaddset(&set, ending_signals[i]);
    }
    return set;
}

/* A signal that the parent had ignored, as nohup does, stays ignored. */
static void handle_ending_signals(void)
{
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        struct sigaction action;
        if (sigaction(ending_signals[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            action.sa_handler = remove_and_end;
            action.sa_mask = ending_set();
            action.sa_flags = (int)SA_RESETHAND;
            (void)sigaction(ending_signals[i], &action, NULL);
        }
    }
}

static bool complain_about_output(const struct output *output, int error)
{
    message_complain("cannot write \"%s\": %s", output->name, strerror(error));
    return false;
}

static size_t find_place(void)
{
    size_t place = 0;
    while (atomic_load(&paths_to_remove[place]) != NULL) {
        place++;
        assert(place < OUTPUT_COUNT_MAX);
    }
    return place;
}

static void forget_paths(struct output *output)
{
    if (output->temporary != NULL &&
        atomic_load(&paths_to_remove[output->place]) == output->temporary) {
        atomic_store(&paths_to_remove[output->place], NULL);
    }
    free(output->target);
    free(output->temporary);
    output->target = NULL;
    output->temporary = NULL;
}

/* Returns the template of a temporary file beside a path, or NULL. */
static char *name_temporary(const char *path)
{
    static const char base[] = ".amcp-XXXXXX";
    const char *slash = strrchr(path, '/');
    size_t directory_length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    char *name = malloc(directory_length + sizeof base);
    if (name != NULL) {
        memcpy(name, path, directory_length);
        memcpy(name + directory_length, base, sizeof base);
    }
    return name;
}

/* With the signals blocked there is no moment at which the file exists and the handler does not
 * know it. */
static int make_temporary(struct output *output)
{
    const sigset_t blocked = ending_set();
    sigset_t before;
    handle_ending_signals();
    (void)sigprocmask(SIG_BLOCK, &blocked, &before);
    int descriptor = mkstemp(output->temporary);
    int error = errno;
    if (descriptor >= 0) {
        output->place = find_place();
        atomic_store(&paths_to_remove[output->place], output->temporary);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return descriptor;
}

/* What a new file would get; mkstemp() makes its own readable by the owner only. */
static mode_t default_mode(void)
{
    enum { READ_WRITE_ALL = 0666 };
    mode_t mask = umask(0);
    (void)umask(mask);
    return READ_WRITE_ALL & ~mask;
}

static bool open_temporary(struct output *output, const char *target, mode_t mode)
{
    output->target = strdup(target);
    output->temporary = name_temporary(target);
    if (output->target == NULL || output->temporary == NULL) {
        forget_paths(output);
        return complain_about_output(output, ENOMEM);
    }
    output->descriptor = make_temporary(output);
    if (output->descriptor < 0) {
        int error = errno;
        forget_paths(output);
        return complain_about_output(output, error);
    }
    if (fchmod(output->descriptor, mode) != 0) {
        int error = errno;
        output_abandon(output);
        return complain_about_output(output, error);
    }
    return true;
}

/* A symbolic link stays, and what it points to is replaced. A file that may not be written is not
 * replaced, though its directory would allow it. */
static bool open_existing_file(struct output *output, mode_t mode)
{
    enum { PERMISSION_BITS = 0777 };
    char *target = realpath(output->name, NULL);
    if (target == NULL || access(target, W_OK) != 0) {
        int error = errno;
        free(target);
        return complain_about_output(output, error);
    }
    bool opened = open_temporary(output, target, mode & PERMISSION_BITS);
    free(target);
    return opened;
}

static bool open_directly(struct output *output)
{
    output->descriptor = open(output->name, O_WRONLY | O_CLOEXEC);
    return output->descriptor >= 0 || complain_about_output(output, errno);
}

bool output_open(struct output *output, const char *name)
{
    struct stat status;
    *output = (struct output){.name = name, .descriptor = STDOUT_FILENO};
    if (strcmp(name, "-") == 0) {
        return true;
    }
    if (stat(name, &status) == 0) {
        return S_ISREG(status.st_mode) ? open_existing_file(output, status.st_mode)
                                       : open_directly(output);
    }
    if (errno != ENOENT) {
        return complain_about_output(output, errno);
    }
    if (lstat(name, &status) == 0) {
        message_complain("cannot write \"%s\": it is a symbolic link to nothing", name);
        return false;
    }
    return open_temporary(output, name, default_mode());
}

bool output_write(struct output *output, const void *data, size_t size_bytes)
{
    const char *rest = data;
    while (size_bytes > 0) {
        ssize_t written = write(output->descriptor, rest, size_bytes);
        if (written >= 0) {
            rest += written;
            size_bytes -= (size_t)written;
        } else if (errno != EINTR) {
            return complain_about_output(output, errno);
        }
    }
    return true;
}

bool output_commit(struct output *output)
{
    if (output->descriptor != STDOUT_FILENO) {
        int descriptor = output->descriptor;
        output->descriptor = -1;
        if (close(descriptor) != 0) {
            int error = errno;
            output_abandon(output);
            return complain_about_output(output, error);
        }
    }
    if (output->temporary != NULL && rename(output->temporary, output->target) != 0) {
        int error = errno;
        output_abandon(output);
        return complain_about_output(output, error);
    }
    forget_paths(output);
    return true;
}

void output_abandon(struct output *output)
{
    if (output->descriptor >= 0 && output->descriptor != STDOUT_FILENO) {
        (void)close(output->descriptor);
    }
    if (output->temporary != NULL) {
        (void)unlink(output->temporary);
    }
    forget_paths(output);
}

bool output_is_stdout(const struct output *output)
{
    struct stat ours;
    struct stat other;
    if (output->descriptor == STDOUT_FILENO) {
        return true;
    }
    return output->temporary == NULL && fstat(output->descriptor, &ours) == 0 &&
           fstat(STDOUT_FILENO, &other) == 0 && ours.st_dev == other.st_dev &&
           ours.st_ino == other.st_ino;
}

/* Splits a path into its directory, whose status is returned, and the name in it. */
static bool split_target(const char *target, struct stat *directory, const char **name)
{
    const char *slash = strrchr(target, '/');
    *name = slash == NULL ? target : slash + 1;
    char *path = slash == NULL ? strdup(".") : strndup(target, (size_t)(slash - target) + 1);
    bool found = path != NULL && stat(path, directory) == 0;
    free(path);
    return found;
}

bool output_is_same(const struct output *first, const struct output *second)
{
    struct stat directories[2];
    const char *names[2];
    if (first->target == NULL || second->target == NULL) {
        return first->descriptor == second->descriptor;
    }
    return split_target(first->target, &directories[0], &names[0]) &&
           split_target(second->target, &directories[1], &names[1]) &&
           directories[0].st_dev == directories[1].st_dev &&
           directories[0].st_ino == directories[1].st_ino && strcmp(names[0], names[1]) == 0;
}
