/* SPDX-License-Identifier: Apache-2.0 */
#include "include/hypscope.h"
#include "sim/cli.h"

#include <stdio.h>
#include <string.h>

static int cmd_run(int argc, char **argv)
{
    struct run_opts o;
    int rc = cli_parse_run(argc, argv, &o);
    if (rc != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    return cli_run(&o);
}

static int cmd_models(void)
{
    for (const struct machine_model *m = machine_models(); m->name != NULL; m++) {
        printf("%-14s %s\n", m->name, m->title);
    }
    return EXIT_OK;
}

static int cmd_images(void)
{
    cli_image_list();
    return EXIT_OK;
}

static int dispatch(int argc, char **argv)
{
    const char *cmd = argc > 1 ? argv[1] : "";
    if (strcmp(cmd, "run") == 0) {
        return cmd_run(argc - 1, argv + 1);
    }
    if (strcmp(cmd, "test") == 0) {
        return cli_test(argc - 1, argv + 1);
    }
    if (strcmp(cmd, "trace") == 0) {
        return cli_trace(argc - 1, argv + 1);
    }
    if (strcmp(cmd, "timing") == 0) {
        return cli_timing(argc - 1, argv + 1);
    }
    bool help = strcmp(cmd, "help") == 0 || strcmp(cmd, "--help") == 0 || strcmp(cmd, "-h") == 0;
    if (help || (argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))) {
        cli_help(); /* of lists, too: they have no options */
        return EXIT_OK;
    }
    if (argc > 2 && cmd[0] != '-') {
        return cli_bad("%s: expected nothing after '%s' (see hypscope --help)", argv[2], cmd);
    }
    if (strcmp(cmd, "models") == 0) {
        return cmd_models();
    }
    if (strcmp(cmd, "images") == 0) {
        return cmd_images();
    }
    if (strcmp(cmd, "version") == 0 || strcmp(cmd, "--version") == 0) {
        printf("hypscope %s\n", hypscope_version());
        return EXIT_OK;
    }
    return cmd[0] == '\0' ? cli_bad("expected a command: run, test, trace, timing, models, images or version (see hypscope --help)")
                          : cli_bad("%s: unknown command, expected run, test, trace, timing, models, images or version (see hypscope --help)", cmd);
}

int main(int argc, char **argv)
{
    int status = dispatch(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_OK) {
        cli_bad("cannot write to standard output");
        status = EXIT_HOST;
    }
    return status;
}
