/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of scenarios in words: the expected, the seen, and the events around. */
#include "sim/scenario-int.h"

#include <inttypes.h>
#include <string.h>

#define AROUND 6        /* records shown before and after the one that matters */

const char *scn_stop_text(int stop)
{
    switch (stop) {
    case STOP_POWER_OFF: return "power-off";
    case STOP_RESET: return "reset";
    case STOP_MAX_INSNS: return "max-insns";
    case STOP_MAX_TIME: return "max-time";
    case STOP_DEADLOCK: return "deadlock";
    case STOP_INTERRUPTED: return "interrupt";
    case STOP_STRICT: return "strict";
    case STOP_UNTIL: return "until";
    default: return "error";
    }
}

/* Does a record tell a reader something about an asynchronous event or a switch? */
static bool telling(const struct rec *r)
{
    return r->kind != REC_SYSREG && r->kind != REC_BARRIER && r->kind != REC_ESB;
}

static void around(FILE *f, const struct scn_run *r, uint64_t focus)
{
    uint64_t oldest = r->n_log > SCN_LOG ? r->n_log - SCN_LOG : 0;
    if (focus == SCN_NOWHERE || focus < oldest || focus >= r->n_log) {
        return;
    }
    uint64_t from = focus, to = focus + 1;
    for (unsigned n = 0; from > oldest && n < AROUND; from--) {
        n += telling(&r->log[(from - 1) % SCN_LOG]);
    }
    for (unsigned n = 0; to < r->n_log && n < AROUND; to++) {
        n += telling(&r->log[to % SCN_LOG]);
    }
    fprintf(f, "    events around:\n");
    for (uint64_t i = from; i < to; i++) {
        if (i == focus || telling(&r->log[i % SCN_LOG])) {
            fprintf(f, "    %c ", i == focus ? '>' : ' ');
            scn_rec_text(f, &r->log[i % SCN_LOG], r->symbols, r->ids);
            fputc('\n', f);
        }
    }
}

static void show_alike(FILE *f, const struct scn_run *r, const struct scn_expect *x)
{
    uint64_t n = x->n_alike < ARRAY_LEN(x->alike) ? x->n_alike : ARRAY_LEN(x->alike);
    if (n == 0) {
        fprintf(f, "    no event of that kind at all\n");
        return;
    }
    fprintf(f, "    of that kind: %" PRIu64 "; the latest:\n", x->n_alike);
    for (uint64_t i = x->n_alike - n; i < x->n_alike; i++) {
        fputs("      ", f);
        scn_rec_text(f, &x->alike[i % ARRAY_LEN(x->alike)], r->symbols, r->ids);
        fputc('\n', f);
    }
}

/* The last lines of the console */
static void console_tail(FILE *f, const struct scn_run *r)
{
    size_t at = r->console_len;
    unsigned lines = 0;
    while (at > 0 && (lines < 5 || (r->console[at - 1] != '\n'))) {
        at--;
        lines += at > 0 && r->console[at - 1] == '\n';
    }
    fprintf(f, "    the console %s:\n", at == 0 ? "was" : "ended with");
    bool fresh = true;
    for (; at < r->console_len; at++) {
        if (r->console[at] == '\r') {
            continue;
        }
        fputs(fresh ? "      " : "", f);
        fputc(r->console[at], f);
        fresh = r->console[at] == '\n';
    }
    fputs(fresh ? "" : "\n", f);
}

static void seen_text(FILE *f, const struct scn_run *r, const struct scn_expect *x)
{
    switch (x->kind) {
    case WANT_EVENT: fprintf(f, "%" PRIu64 " times", x->seen); break;
    case WANT_NEVER: fprintf(f, "%" PRIu64 " times", x->seen); break;
    case WANT_COUNT: fprintf(f, "%" PRIu64, x->seen); break;
    case WANT_ORDER: fprintf(f, "%" PRIu64 " of %u in order; not after them: %s", x->seen, x->n_ev, x->ev[x->seen].text); break;
    case WANT_WITHIN:
        if (x->seen == 2) {
            fprintf(f, "%" PRIu64 " instructions, %" PRIu64 " cycles, %" PRIu64 " ns", x->took_insns, x->took_cycles, x->took_ns);
        } else {
            fprintf(f, "no `%s:'", x->seen == 0 ? "from" : "to");
        }
        break;
    case WANT_CHECK: fprintf(f, "%s", x->checked ? x->detail : "its position was not reached"); break;
    case WANT_CONSOLE: fputs("no such text", f); break;
    case WANT_NO_CONSOLE: fputs("that text", f); break;
    case WANT_STOP: fputs(scn_stop_text(r->stop), f); break;
    case WANT_EXIT_CODE: fprintf(f, "%s, status %u", scn_stop_text(r->stop), machine_exit_code(r->m)); break;
    }
}

void scn_report_failure(FILE *f, const struct scn_run *r, const struct scn_expect *x)
{
    fprintf(f, "  %s:%u\n    expected: %s\n    seen:     ", r->s->file, x->line, x->text);
    seen_text(f, r, x);
    fputc('\n', f);
    uint64_t focus = x->focus;
    if (x->kind == WANT_EVENT || (x->kind == WANT_ORDER && x->seen < x->n_ev) || (x->kind == WANT_WITHIN && x->seen < 2)) {
        show_alike(f, r, x);
    }
    if (x->kind == WANT_CONSOLE || x->kind == WANT_NO_CONSOLE) {
        console_tail(f, r);
        return;
    }
    if (focus == SCN_NOWHERE) {
        focus = r->last_raised != SCN_NOWHERE ? r->last_raised : r->n_log != 0 ? r->n_log - 1 : SCN_NOWHERE;
    }
    around(f, r, focus);
}

void scn_report_end(FILE *f, const struct scn_run *r)
{
    const struct pe *pe = r->m->pes[0];
    fprintf(f, "  the run ended by %s after %" PRIu64 " instructions, at EL%u ", scn_stop_text(r->stop), machine_icount(r->m), pe->el);
    scn_va_text(f, r->symbols, pe_pc(pe));
    fputc('\n', f);
}
