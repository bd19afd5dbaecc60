/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/guests/rt/rt.h"
#include "tests/guests/vmm/vmm.h"

#define DEFAULT_MEM_MB 256
/* Quiet, because each character on the console costs the host two exits to userspace. */
#define DEFAULT_APPEND "console=ttyAMA0 quiet cryptomgr.notests=1"

static void usage(void)
{
    rt_printf("usage: vmm --kernel IMAGE [--initrd FILE] [--mem MB] [--append WORDS]...\n"
              "Boots an arm64 Linux Image as a KVM guest; its console goes to standard output.\n"
              "--append adds to the guest's command line, which starts as\n"
              "  %s\n",
              DEFAULT_APPEND);
}

static void append_words(struct options *options, const char *words)
{
    size_t used = rt_strlen(options->append);
    size_t bytes = rt_strlen(words);

    if (used + bytes + 2 > sizeof(options->append)) {
        rt_printf("vmm: the guest's command line is too long\n");
        rt_exit(2);
    }
    if (used > 0) {
        options->append[used++] = ' ';
    }
    memcpy(options->append + used, words, bytes + 1);
}

static void parse(int argc, char **argv, struct options *options)
{
    memset(options, 0, sizeof(*options));
    options->mem_mb = DEFAULT_MEM_MB;
    append_words(options, DEFAULT_APPEND);
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (value != NULL && rt_streq(argv[i], "--kernel")) {
            options->kernel = value;
        } else if (value != NULL && rt_streq(argv[i], "--initrd")) {
            options->initrd = value;
        } else if (value != NULL && rt_streq(argv[i], "--append")) {
            append_words(options, value);
        } else if (value != NULL && rt_streq(argv[i], "--mem")) {
            if (!rt_number(value, &options->mem_mb) || options->mem_mb < 64 || options->mem_mb > 2048) {
                rt_printf("vmm: --mem wants 64 to 2048 MiB, not '%s'\n", value);
                rt_exit(2);
            }
        } else {
            usage();
            rt_exit(rt_streq(argv[i], "--help") ? 0 : 2);
        }
    }
    if (options->kernel == NULL) {
        usage();
        rt_exit(2);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct machine machine;

    parse(argc, argv, &options);
    machine_create(&machine, &options);
    return machine_run(&machine);
}
