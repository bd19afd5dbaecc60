/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope test`: scenario files, a process for each scenario. */
#include "sim/cli.h"
#include "sim/scenario.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_JOBS 64

/* One scenario to run, and what came of it. */
struct job {
    struct scenario *s;
    struct scn_result res;
    char *trace;            /* file of its trace; NULL: none */
    double seconds;
    bool done;
};

struct worker {
    pid_t pid;              /* 0: free */
    int fd;
    struct job *job;
    char *buf;
    size_t len, cap;
    uint64_t start_ns;
};

struct test {
    bool list, verbose, sweep;
    const char *trace_dir;  /* NULL: nothing is recorded */
    bool trace_all;         /* keep the traces of scenarios that pass, too */
    struct trace_opts trace;
    unsigned jobs;
    const char *only, *junit;
    char **paths;
    unsigned n_paths;
    struct scn_file **files;
    unsigned n_files;
    struct job *job;
    unsigned n_job;
    struct scn_env env;
};

static uint64_t host_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static bool find_image(const char *name, struct scn_image *img)
{
    struct cli_image c;
    if (!cli_image_find(name, &c)) {
        return false;
    }
    *img = (struct scn_image){c.name, c.bytes, c.len};
    return true;
}

/* ---- files ---- */

static bool add_path(struct test *t, const char *path)
{
    char **p = realloc(t->paths, (t->n_paths + 1) * sizeof(*p));
    if (p == NULL) {
        return false;
    }
    t->paths = p;
    t->paths[t->n_paths] = strdup(path);
    return t->paths[t->n_paths++] != NULL;
}

static int is_yaml(const struct dirent *d)
{
    const char *dot = strrchr(d->d_name, '.');
    return d->d_name[0] != '.' && dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* A folder stands for its *.yaml files. */
static int add_argument(struct test *t, const char *arg)
{
    struct stat st;
    struct dirent **names;
    if (stat(arg, &st) != 0 || !S_ISDIR(st.st_mode)) {
        return add_path(t, arg) ? EXIT_OK : EXIT_HOST;
    }
    int n = scandir(arg, &names, is_yaml, alphasort), status = EXIT_OK;
    if (n <= 0) {
        return cli_bad("test %s: expected a folder with *.yaml files", arg);
    }
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", arg, names[i]->d_name);
        status = add_path(t, path) ? status : EXIT_HOST;
        free(names[i]);
    }
    free(names);
    return status;
}

static bool wanted(const struct test *t, const struct scenario *s)
{
    return (t->only == NULL || strstr(s->name, t->only) != NULL) && (t->list || (t->sweep ? s->sweep.given : s->n_expect != 0));
}

/* Read all files before anything runs. */
static int read_files(struct test *t)
{
    struct err err;
    int status = EXIT_OK;
    t->files = calloc(t->n_paths, sizeof(t->files[0]));
    if (t->files == NULL) {
        return cli_bad("test: out of memory");
    }
    for (unsigned i = 0; i < t->n_paths; i++) {
        struct scn_file *f = scn_file_read(t->paths[i], &err);
        if (f == NULL) {
            status = cli_bad("%s", err.msg);
            continue;
        }
        t->files[t->n_files++] = f;
        struct job *j = realloc(t->job, (t->n_job + f->n_scenarios) * sizeof(*j));
        if (j == NULL) {
            return cli_bad("test: out of memory");
        }
        t->job = j;
        for (unsigned k = 0; k < f->n_scenarios; k++) {
            if (wanted(t, &f->scenarios[k])) {
                t->job[t->n_job++] = (struct job){.s = &f->scenarios[k]};
            }
        }
    }
    return status;
}

/* ---- traces ---- */

/* The file's name without .yaml, and the scenario's, of letters that no file system minds; `n` tells equal ones apart. */
static char *trace_name(const char *dir, const struct scenario *s, unsigned n)
{
    char name[200], number[16] = "", *path;
    const char *slash = strrchr(s->file, '/'), *file = slash != NULL ? slash + 1 : s->file, *dot = strrchr(file, '.');
    snprintf(name, sizeof(name), "%.*s-%s", (int)(dot != NULL && dot != file ? dot - file : (ptrdiff_t)strlen(file)), file, s->name);
    for (char *c = name; *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '_';
        *c = plain ? *c : '-';
    }
    if (n > 1) {
        snprintf(number, sizeof(number), "-%u", n);
    }
    return asprintf(&path, "%s/%s%s.trace", dir, name, number) < 0 ? NULL : path;
}

/* Give each scenario the file of its trace, before anything runs: names do not depend on what runs when. */
static int name_traces(struct test *t)
{
    if (t->trace_dir == NULL) {
        return EXIT_OK;
    }
    if (mkdir(t->trace_dir, 0777) != 0 && errno != EEXIST) {
        return cli_bad("--trace %s: cannot make this folder: %s", t->trace_dir, strerror(errno));
    }
    for (unsigned i = 0; i < t->n_job; i++) {
        struct job *j = &t->job[i];
        unsigned n = 0;
        bool taken;
        do {
            free(j->trace);
            j->trace = trace_name(t->trace_dir, j->s, ++n);
            taken = false;
            for (unsigned k = 0; k < i && j->trace != NULL; k++) {
                taken |= strcmp(t->job[k].trace, j->trace) == 0;
            }
        } while (taken);
        if (j->trace == NULL) {
            return cli_bad("test: out of memory");
        }
    }
    return EXIT_OK;
}

/* ---- processes ---- */

static void write_all(int fd, const void *p, size_t len)
{
    const char *c = p;
    while (len != 0) {
        ssize_t n = write(fd, c, len);
        if (n < 0 && errno != EINTR) {
            return;
        }
        c += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static void child(const struct test *t, struct job *j, int fd)
{
    static const char its_trace[] = "  its trace: ";
    if (t->sweep) {
        scn_sweep(j->s, &t->env, &j->res);
    } else {
        struct trace_opts trace = t->trace;
        struct scn_env env = t->env;
        trace.file = j->trace;
        env.trace = j->trace != NULL ? &trace : NULL;
        scn_run(j->s, &env, &j->res);
    }
    write_all(fd, &j->res, sizeof(j->res));
    if (j->res.text != NULL) {
        write_all(fd, j->res.text, strlen(j->res.text));
    }
    if (j->trace != NULL && (j->res.status == SCN_FAIL || (j->res.status == SCN_PASS && t->trace_all))) {
        write_all(fd, its_trace, strlen(its_trace));
        write_all(fd, j->trace, strlen(j->trace));
        write_all(fd, "\n", 1);
    } else if (j->trace != NULL && j->res.status == SCN_PASS) {
        unlink(j->trace);
    }
    _exit(0);
}

static bool start(struct test *t, struct worker *w, struct job *j)
{
    int fds[2];
    if (pipe(fds) != 0) {
        return false;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        child(t, j, fds[1]);
    }
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return false;
    }
    *w = (struct worker){.pid = pid, .fd = fds[0], .job = j, .start_ns = host_ns()};
    return true;
}

static void ended(struct worker *w)
{
    int status = 0;
    struct job *j = w->job;
    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (w->len >= sizeof(j->res)) {
        memcpy(&j->res, w->buf, sizeof(j->res));
        j->res.text = strndup(w->buf + sizeof(j->res), w->len - sizeof(j->res));
    } else {
        char text[96];
        snprintf(text, sizeof(text), "  the simulator ended by %s %d\n", WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        j->res = (struct scn_result){.status = SCN_FAIL, .text = strdup(text)};
    }
    j->seconds = (double)(host_ns() - w->start_ns) / 1e9;
    j->done = true;
    free(w->buf);
    *w = (struct worker){.pid = 0};
}

/* Take what has arrived; at its end the child is done. */
static void receive(struct worker *w)
{
    if (w->cap - w->len < 65536) {
        char *p = realloc(w->buf, w->cap + 131072);
        if (p == NULL) {
            ended(w);
            return;
        }
        w->buf = p;
        w->cap += 131072;
    }
    ssize_t n = read(w->fd, w->buf + w->len, w->cap - w->len);
    if (n > 0) {
        w->len += (size_t)n;
    } else if (n == 0 || errno != EINTR) {
        ended(w);
    }
}

/* ---- what the person sees ---- */

static void show(const struct test *t, const struct job *j)
{
    static const char *const words[] = {[SCN_PASS] = "ok  ", [SCN_FAIL] = "FAIL", [SCN_SKIP] = "skip", [SCN_ERROR] = "bad "};
    enum scn_status st = j->res.status;
    const char *text = j->res.text != NULL ? j->res.text : "";
    if (st == SCN_ERROR) {
        cli_bad("%.*s", (int)strcspn(text, "\n"), text);
        return;
    }
    if (st == SCN_PASS && !t->verbose && !t->sweep) {
        return;
    }
    printf("%s %s: %s", words[st], j->s->file, j->s->name);
    if (st == SCN_SKIP) {
        printf(" (%.*s)\n", (int)strcspn(text + strspn(text, " "), "\n"), text + strspn(text, " "));
        return;
    }
    if (t->sweep) {
        printf(" (%u points, %.1f s)\n%s", j->res.points, j->seconds, text);
    } else {
        printf(" (%.0f ms, %" PRIu64 " instructions, hash %08" PRIx32 ")\n%s", j->seconds * 1e3, j->res.insns, j->res.hash, text);
    }
    fflush(stdout);
}

static void run_all(struct test *t)
{
    struct worker w[MAX_JOBS] = {{.pid = 0}};
    unsigned jobs = t->sweep ? 1 : t->jobs, next = 0, shown = 0, running = 0;
    while (shown < t->n_job) {
        for (unsigned i = 0; i < jobs && next < t->n_job; i++) {
            if (w[i].pid != 0) {
                continue;
            }
            if (start(t, &w[i], &t->job[next])) {
                running++;
            } else {
                t->job[next].res = (struct scn_result){.status = SCN_FAIL, .text = strdup("  the host gives no process\n")};
                t->job[next].done = true;
            }
            next++;
        }
        struct pollfd fds[MAX_JOBS];
        for (unsigned i = 0; i < jobs; i++) {
            fds[i] = (struct pollfd){.fd = w[i].pid != 0 ? w[i].fd : -1, .events = POLLIN};
        }
        if (running != 0 && poll(fds, jobs, -1) > 0) {
            for (unsigned i = 0; i < jobs; i++) {
                if (w[i].pid != 0 && fds[i].revents != 0) {
                    receive(&w[i]);
                    running -= w[i].pid == 0;
                }
            }
        }
        for (; shown < t->n_job && t->job[shown].done; shown++) {
            show(t, &t->job[shown]);
        }
    }
}

/* Bytes of the character of UTF-8 at s, 0: none that XML 1.0 allows. */
static size_t xml_char(const unsigned char *s)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc0 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf8 ? 4 : 0;
    if (n <= 1) {
        return n == 1 && (s[0] >= 0x20 || s[0] == '\n' || s[0] == '\t') ? 1 : 0;
    }
    uint32_t c = s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || (c & ~1u) == 0xfffe ? 0 : n;
}

/* What a guest prints may be anything: what cannot be in XML becomes a question mark. */
static void xml_text(FILE *f, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s != '\0') {
        size_t n = xml_char(s);
        if (*s == '&' || *s == '<' || *s == '>' || *s == '"') {
            fprintf(f, "&#%u;", *s);
        } else if (n != 0) {
            fwrite(s, 1, n, f);
        } else {
            fputc('?', f);
        }
        s += n != 0 ? n : 1;
    }
}

/* The first two lines as one: where, and what was expected. */
static void junit_message(FILE *f, const char *text)
{
    for (unsigned line = 0; line < 2 && *text != '\0'; line++) {
        size_t len = strcspn(text, "\n"), blanks = strspn(text, " ");
        char *copy = strndup(text + blanks, len > blanks ? len - blanks : 0);
        if (copy != NULL) {
            fputs(line != 0 ? ": " : "", f);
            xml_text(f, copy);
            free(copy);
        }
        text += len + (text[len] == '\n');
    }
}

static int write_junit(const struct test *t, const unsigned *counts)
{
    double sum = 0;
    FILE *f = strcmp(t->junit, "-") == 0 ? stdout : fopen(t->junit, "w");
    if (f == NULL) {
        return cli_bad("--junit %s: cannot write: %s", t->junit, strerror(errno));
    }
    for (unsigned i = 0; i < t->n_job; i++) {
        sum += t->job[i].seconds;
    }
    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"hypscope\" tests=\"%u\" failures=\"%u\" "
            "errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n", t->n_job, counts[SCN_FAIL], counts[SCN_ERROR], counts[SCN_SKIP], sum);
    for (unsigned i = 0; i < t->n_job; i++) {
        const struct job *j = &t->job[i];
        static const char *const tags[] = {[SCN_FAIL] = "failure", [SCN_ERROR] = "error", [SCN_SKIP] = "skipped"};
        fputs("  <testcase classname=\"", f);
        xml_text(f, j->s->file);
        fputs("\" name=\"", f);
        xml_text(f, j->s->name);
        fprintf(f, "\" time=\"%.3f\"", j->seconds);
        if (j->res.status == SCN_PASS) {
            fputs("/>\n", f);
            continue;
        }
        const char *text = j->res.text != NULL ? j->res.text : "";
        fprintf(f, ">\n    <%s message=\"", tags[j->res.status]);
        junit_message(f, text);
        fputs("\">", f);
        xml_text(f, text);
        fprintf(f, "</%s>\n  </testcase>\n", tags[j->res.status]);
    }
    fputs("</testsuite>\n</testsuites>\n", f);
    bool bad = ferror(f) != 0;
    if ((f == stdout ? fflush(f) : fclose(f)) != 0 || bad) {
        return cli_bad("--junit %s: cannot write: %s", t->junit, strerror(errno)), EXIT_HOST;
    }
    return EXIT_OK;
}

/* ---- the command ---- */

enum { OPT_JUNIT = 256, OPT_LIST, OPT_SWEEP, OPT_JOBS, OPT_ONLY, OPT_TRACE, OPT_TRACE_KINDS, OPT_TRACE_FILTER, OPT_TRACE_ALL, OPT_HELP };

static const struct option options[] = {
    {"junit", required_argument, NULL, OPT_JUNIT}, {"list", no_argument, NULL, OPT_LIST}, {"sweep", no_argument, NULL, OPT_SWEEP},
    {"jobs", required_argument, NULL, OPT_JOBS}, {"only", required_argument, NULL, OPT_ONLY}, {"verbose", no_argument, NULL, 'v'},
    {"trace", required_argument, NULL, OPT_TRACE}, {"trace-kinds", required_argument, NULL, OPT_TRACE_KINDS},
    {"trace-filter", required_argument, NULL, OPT_TRACE_FILTER}, {"trace-all", no_argument, NULL, OPT_TRACE_ALL},
    {"help", no_argument, NULL, OPT_HELP}, {NULL, 0, NULL, 0},
};

static int parse(struct test *t, int argc, char **argv)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    t->jobs = n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : (unsigned)n;
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind, c = getopt_long(argc, argv, ":vhj:", options, NULL);
        char *end;
        switch (c) {
        case -1: break;
        case OPT_JUNIT: t->junit = optarg; continue;
        case OPT_LIST: t->list = true; continue;
        case OPT_SWEEP: t->sweep = true; continue;
        case OPT_ONLY: t->only = optarg; continue;
        case 'v': t->verbose = true; continue;
        case OPT_TRACE: t->trace_dir = optarg; continue;
        case OPT_TRACE_KINDS: t->trace.kinds = optarg; continue;
        case OPT_TRACE_ALL: t->trace_all = true; continue;
        case OPT_TRACE_FILTER:
            if (t->trace.n_filters == TRACING_MAX_FILTERS) {
                return cli_bad("--trace-filter %s: expected at most %d of these options", optarg, TRACING_MAX_FILTERS);
            }
            t->trace.filter[t->trace.n_filters++] = optarg;
            continue;
        case OPT_JOBS: case 'j':
            t->jobs = (unsigned)strtoul(optarg, &end, 10);
            if (*end != '\0' || t->jobs < 1 || t->jobs > MAX_JOBS) {
                return cli_bad("--jobs %s: expected 1 to %d", optarg, MAX_JOBS);
            }
            continue;
        case 'h': case OPT_HELP: cli_test_help(); return -1;
        case ':': return cli_bad("%s: expected a value after it (see hypscope test --help)", argv[at]);
        default: return cli_bad("%s: unknown option (see hypscope test --help)", argv[at]);
        }
        break;
    }
    if (t->trace_dir == NULL && (t->trace.kinds != NULL || t->trace.n_filters != 0 || t->trace_all)) {
        return cli_bad("--trace-%s: expected --trace FOLDER beside it", t->trace.kinds != NULL ? "kinds" : t->trace_all ? "all" : "filter");
    }
    if (t->trace_dir != NULL && t->sweep) {
        return cli_bad("--trace: records scenarios, not the points of a sweep; write the point as a scenario of its own");
    }
    if (optind == argc) {
        return cli_bad("test: expected files or folders of scenarios (see hypscope test --help)");
    }
    int status = EXIT_OK;
    for (; optind < argc && status == EXIT_OK; optind++) {
        status = add_argument(t, argv[optind]);
    }
    t->env = (struct scn_env){.find_image = find_image, .jobs = t->jobs};
    return status;
}

static int run_and_count(struct test *t)
{
    unsigned counts[4] = {0}, points = 0;
    run_all(t);
    for (unsigned i = 0; i < t->n_job; i++) {
        counts[t->job[i].res.status]++;
        points += t->job[i].res.points;
    }
    int status = t->junit != NULL ? write_junit(t, counts) : EXIT_OK;
    if (t->sweep) {
        printf("%u points, ", points);
    }
    printf("%u passed, %u failed", counts[SCN_PASS], counts[SCN_FAIL] + counts[SCN_ERROR]);
    if (counts[SCN_SKIP] != 0) {
        printf(", %u skipped", counts[SCN_SKIP]);
    }
    putchar('\n');
    return status != EXIT_OK ? status : counts[SCN_ERROR] != 0 ? EXIT_USAGE : counts[SCN_FAIL] != 0 ? 1 : EXIT_OK;
}

static void release(struct test *t)
{
    for (unsigned i = 0; i < t->n_job; i++) {
        free(t->job[i].res.text);
        free(t->job[i].trace);
    }
    for (unsigned i = 0; i < t->n_files; i++) {
        scn_file_free(t->files[i]);
    }
    for (unsigned i = 0; i < t->n_paths; i++) {
        free(t->paths[i]);
    }
    free(t->job);
    free(t->files);
    free(t->paths);
}

int cli_test(int argc, char **argv)
{
    struct test t = {.list = false};
    int status = parse(&t, argc, argv);
    if (status == EXIT_OK) {
        status = read_files(&t);
    }
    if (status == EXIT_OK && t.list) {
        for (unsigned i = 0; i < t.n_job; i++) {
            printf("%s:%u: %s%s\n", t.job[i].s->file, t.job[i].s->line, t.job[i].s->name, t.job[i].s->sweep.given ? " [sweep]" : "");
        }
    } else if (status == EXIT_OK && t.n_job == 0) {
        status = cli_bad(t.sweep ? "test: no scenario with `sweep:' among these" : "test: no scenario among these (--sweep runs sweeps)");
    } else if (status == EXIT_OK) {
        status = name_traces(&t);
        status = status == EXIT_OK ? run_and_count(&t) : status;
    }
    release(&t);
    return status < 0 ? EXIT_OK : status;
}
