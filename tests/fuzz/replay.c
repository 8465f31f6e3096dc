/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a target over the committed corpus, as a test program (scripts/run_tests.py): one test for
 * what is right, and one for whether a spoilt byte is noticed. Or over one file.
 */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): fork() is not in C. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

enum {
    INPUT_BYTES_MAX = 1 << 16,
    PATH_BYTES = 1024,
    SECONDS_MAX = 60,
    USAGE_EXIT = 2,
};

static uint8_t content[INPUT_BYTES_MAX];

/* Runs the target over an input of exactly its size, so that a read beyond it is noticed. */
static void replay(size_t size)
{
    uint8_t *input = malloc(size == 0 ? 1 : size);
    if (input == NULL) {
        abort();
    }
    memcpy(input, content, size);
    (void)LLVMFuzzerTestOneInput(input, size);
    free(input);
}

/* Returns false if there is no such file. */
static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t size = fread(content, 1, sizeof(content), file);
    (void)fclose(file);
    replay(size);
    return true;
}

/* Returns the value of a hexadecimal digit, or -1. */
static int digit_of(char letter)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = letter == '\0' ? NULL : strchr(digits, letter);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Returns how many bytes a line of the corpus stands for; 0: none. */
static size_t decode(const char *line)
{
    size_t size = 0;
    while (size < sizeof(content)) {
        int high = digit_of(line[2 * size]);
        int low = high < 0 ? -1 : digit_of(line[2 * size + 1]);
        if (low < 0) {
            break;
        }
        content[size] = (uint8_t)(high * 16 + low);
        size++;
    }
    return size;
}

/* Replays all inputs of the corpus, saying which before each. Does not return. */
static void replay_all(bool spoils)
{
    static char line[2 * INPUT_BYTES_MAX];
    FILE *file = fopen(FUZZ_CORPUS, "r");
    unsigned count = 0;
    fuzz_spoils = spoils;
    (void)alarm(SECONDS_MAX);
    if (file == NULL) {
        (void)fprintf(stderr, "no corpus %s\n", FUZZ_CORPUS);
        exit(USAGE_EXIT);
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        size_t size = decode(line);
        if (size != 0) {
            count++;
            (void)fprintf(stderr, "input %u of %s\n", count, FUZZ_CORPUS);
            replay(size);
        }
    }
    (void)fclose(file);
    exit(count == 0 ? USAGE_EXIT : EXIT_SUCCESS);
}

/* Returns how a process that replays all has ended, with what it printed as comments. */
static int run(bool spoils, char *last, size_t last_bytes)
{
    int ends[2];
    if (pipe(ends) != 0) {
        abort();
    }
    pid_t process = fork();
    if (process == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        replay_all(spoils);
    }
    (void)close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    if (process < 0 || output == NULL) {
        abort();
    }
    char line[PATH_BYTES];
    last[0] = '\0';
    while (fgets(line, sizeof(line), output) != NULL) {
        if (!spoils) {
            printf("%s", line);
        }
        if (strncmp(line, "FOUND", 5) == 0) {
            (void)snprintf(last, last_bytes, "%s", line);
        }
    }
    (void)fclose(output);
    int status = 0;
    (void)waitpid(process, &status, 0);
    return status;
}

static const struct {
    const char *name;
    bool spoils;
} tests[] = {
    {"the corpus holds", false},
    {"a spoilt byte is noticed", true},
};
enum { TEST_COUNT = sizeof(tests) / sizeof(tests[0]) };

static bool passes(bool spoils)
{
    char found[PATH_BYTES];
    int status = run(spoils, found, sizeof(found));
    bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return spoils ? WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && found[0] != '\0' : clean;
}

static int run_tests(const char *pattern, bool list)
{
    int failed = 0;
    unsigned number = 0;
    for (size_t i = 0; i < TEST_COUNT; i++) {
        if (strstr(tests[i].name, pattern) == NULL) {
            continue;
        }
        number++;
        if (list) {
            printf("%s\n", tests[i].name);
            continue;
        }
        (void)fflush(stdout);
        bool passed = passes(tests[i].spoils);
        failed += passed ? 0 : 1;
        printf("%s %u - %s\n", passed ? "ok" : "not ok", number, tests[i].name);
    }
    if (!list) {
        printf("1..%u\n", number);
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    const char *pattern = "";
    bool list = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            list = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            i++; /* the corpus is the same whatever the seed */
        } else if (strcmp(argv[i], "--file") == 0 && i + 1 < argc) {
            return replay_file(argv[i + 1]) ? EXIT_SUCCESS : USAGE_EXIT;
        } else if (strcmp(argv[i], "--full") != 0 && argv[i][0] != '-') {
            pattern = argv[i];
        } else if (strcmp(argv[i], "--full") != 0) {
            (void)fprintf(stderr,
                          "usage: %s [--list] [--full] [--seed N] [--file FILE] [PATTERN]\n",
                          argv[0]);
            return USAGE_EXIT;
        }
    }
    return run_tests(pattern, list);
}
