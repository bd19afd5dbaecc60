/* SPDX-License-Identifier: Apache-2.0 */
/* The one place of the program with mutable statics: signal handlers have no argument to find their state by. */
#include "sim/term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE 0x01     /* Ctrl-A */

static struct {
    int fd;
    volatile sig_atomic_t raw;
    volatile sig_atomic_t signal;
    struct termios before, now;
    bool escaped;
    bool eof;
    void (*stop)(void);
} term = { .fd = -1 };

void term_restore(void)
{
    if (term.raw) {
        term.raw = 0;
        tcsetattr(term.fd, TCSADRAIN, &term.before);
    }
}

static void die_of(int sig)
{
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_fatal(int sig)
{
    term_restore();
    die_of(sig);
}

static void on_stop(int sig)
{
    if (term.signal != 0 || term.stop == NULL) {
        on_fatal(sig);
        return;
    }
    term.signal = sig;
    term.stop();
}

/* Job control: the shell gets its terminal back, and the guest its raw one when we go on. */
static void on_tstp(int sig)
{
    int saved = errno;
    bool was_raw = term.raw;
    (void)sig;
    term_restore();
    raise(SIGSTOP);
    if (was_raw && tcsetattr(term.fd, TCSADRAIN, &term.now) == 0) {
        term.raw = 1;
    }
    errno = saved;
}

static void handle(int sig, void (*handler)(int))
{
    struct sigaction sa;
    memset(&sa, 0, sizeof(sa));
    sa.sa_handler = handler;
    sigemptyset(&sa.sa_mask);
    sigaction(sig, &sa, NULL);
}

void term_on_signal(void (*stop)(void))
{
    term.stop = stop;
    handle(SIGINT, on_stop);
    handle(SIGTERM, on_stop);
    handle(SIGHUP, on_stop);
}

int term_signal(void)
{
    return term.signal;
}

bool term_raw(int fd)
{
    static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT, SIGPIPE };
    if (tcgetattr(fd, &term.before) != 0) {
        return false;
    }
    term.now = term.before;
    term.now.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    term.now.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    term.now.c_cc[VMIN] = 1;
    term.now.c_cc[VTIME] = 0;
    term.fd = fd;
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
        handle(fatal[i], on_fatal);
    }
    handle(SIGTSTP, on_tstp);
    atexit(term_restore);
    if (tcsetattr(fd, TCSADRAIN, &term.now) != 0) {
        return false;
    }
    term.raw = 1;
    return true;
}

static int escape_command(uint8_t c)
{
    switch (c) {
    case 'x': return TERM_QUIT;
    case 'a': case ESCAPE: return ESCAPE;
    case 'h': case '?':
        fputs("\nCtrl-A x  stop the machine\nCtrl-A a  send Ctrl-A\nCtrl-A h  this help\n", stderr);
        return TERM_NONE;
    default: return TERM_NONE;
    }
}

int term_key(void)
{
    while (!term.eof) {
        struct pollfd p = { .fd = term.fd, .events = POLLIN };
        uint8_t c;
        if (poll(&p, 1, 0) != 1) {
            return TERM_NONE;
        }
        ssize_t n = read(term.fd, &c, 1);
        if (n <= 0) {
            if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
                return TERM_NONE;
            }
            term.eof = true;
            break;
        }
        if (term.escaped) {
            term.escaped = false;
            int k = escape_command(c);
            if (k != TERM_NONE) {
                return k;
            }
        } else if (c == ESCAPE) {
            term.escaped = true;
        } else {
            return c;
        }
    }
    return TERM_EOF;
}

void term_wait(int ms)
{
    struct pollfd p = { .fd = term.fd, .events = POLLIN };
    if (poll(&p, term.eof ? 0 : 1, ms) < 0 && errno != EINTR) {
        term.eof = true;
    }
}
