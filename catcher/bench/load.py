"""Saturates a name server with a small C program, because dnsperf on one core can't keep a fast server busy.

The program reads dnsperf's query files, sends queries from several sockets in batches (sendmmsg), and counts replies.
The queries under way fit into every server's receive buffer; after a tenth of a second without replies, they count as
lost and are replaced. If names must never return, it writes a rising number into each first label.

It also sends messages as they are, each once, from a file in which the length of each stands before it in two octets.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from catcher.bench.process import find
from catcher.bench.queries import Mix

SOURCE = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
enum { SOCKETS = 8, WINDOW = 32, MOST = 1500000, OCTETS = 320, DIGITS_AT = 15, DIGITS = 6 };
static char *arena; static unsigned *starts; static size_t count, used;
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static int qtype(const char *word) {
    struct { const char *name; int type; } known[] = {{"A", 1}, {"SOA", 6}, {"MX", 15}, {"TXT", 16}, {"AAAA", 28}};
    for (int i = 0; i < 5; i++) if (!strcasecmp(word, known[i].name)) return known[i].type;
    exit(2);
}
static void add(const char *name, const char *type, int way) {
    static const char cookie[] = "\0\x0a\0\x08\x01\x23\x45\x67\x89\xab\xcd\xef";
    char *start = arena + used, *at = start;
    memset(at, 0, 12); at[5] = 1; at[11] = way > 0; at += 12;
    while (*name) {
        size_t length = strcspn(name, ".");
        *at++ = length; memcpy(at, name, length); at += length; name += length + (name[length] == '.');
    }
    int number = qtype(type);
    *at++ = 0; *at++ = number >> 8; *at++ = number; *at++ = 0; *at++ = 1;
    if (way > 0) {
        int extra = way > 1 ? 12 : 0;
        memcpy(at, "\0\0\x29\x10\0\0\0\0\0\0", 10); at[10] = extra; at += 11;
        memcpy(at, cookie, extra); at += extra;
    }
    starts[count++] = used; used += at - start; starts[count] = used;
}
static void number(char *query, unsigned long n) {
    for (int i = 0; i < DIGITS; i++, n >>= 5) query[DIGITS_AT + i] = "0123456789abcdefghijklmnopqrstuv"[n & 31];
}
int main(int words, char **word) {
    int port = atoi(word[1]); double seconds = atof(word[2]);
    int raw = words == 5, fresh = !raw && word[3][0] != '-'; unsigned long names = strtoul(word[3], 0, 10);
    FILE *files[3]; char line[512], name[300], type[16];
    arena = malloc((size_t)MOST * OCTETS / 3); starts = malloc((MOST + 1) * sizeof *starts);
    size_t room = (size_t)MOST * OCTETS / 3 - 1000;
    if (raw) {
        FILE *file = fopen(word[4], "r");
        if (!file) return 2;
        for (int high, low; (high = getc(file)) != EOF && (low = getc(file)) != EOF && count < MOST && used < room;) {
            starts[count++] = used; used += fread(arena + used, 1, high << 8 | low, file); starts[count] = used;
        }
    }
    for (int way = 0; !raw && way < 3; way++) {
        if (!(files[way] = fopen(word[4 + way], "r"))) return 2;
    }
    for (int way = 0, ends = 0; !raw && count < MOST && ends < 3 && used < room; way = (way + 1) % 3) {
        if (!fgets(line, sizeof line, files[way])) { ends++; continue; }
        if (sscanf(line, "%299s %15s", name, type) == 2) add(name, type, way);
    }
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    static char in[WINDOW][4096]; static struct iovec parts[WINDOW], taken[WINDOW];
    static struct mmsghdr out[WINDOW], replies[WINDOW];
    struct pollfd fds[SOCKETS]; int under_way[SOCKETS] = {0};
    for (int i = 0; i < SOCKETS; i++) {
        fds[i] = (struct pollfd){socket(AF_INET, SOCK_DGRAM, 0), POLLIN, 0};
        if (connect(fds[i].fd, (void *)&to, sizeof to)) return 1;
    }
    for (int i = 0; i < WINDOW; i++) {
        taken[i] = (struct iovec){in[i], sizeof in[i]};
        replies[i].msg_hdr = (struct msghdr){0, 0, &taken[i], 1, 0, 0, 0};
        out[i].msg_hdr = (struct msghdr){0, 0, &parts[i], 1, 0, 0, 0};
    }
    size_t next = 0, sent_once = 0; unsigned long completed = 0; unsigned short id = 0;
    double begun = now(), heard = begun, moment = begun, patience = raw ? 0.02 : 0.1;
    while ((moment = now()) - begun < seconds) {
        int any = 0;
        for (int i = 0; i < SOCKETS; i++) {
            int got = recvmmsg(fds[i].fd, replies, WINDOW, MSG_DONTWAIT, 0);
            if (got > 0) { completed += got; under_way[i] -= got; if (under_way[i] < 0) under_way[i] = 0; any = 1; }
            int wanted = WINDOW - under_way[i];
            if (raw && wanted > count - sent_once) wanted = count - sent_once;
            if (wanted < (raw ? 1 : WINDOW / 2)) continue;
            for (int j = 0; j < wanted; j++) {
                char *query = arena + starts[next];
                if (!raw) { query[0] = ++id >> 8; query[1] = id; }
                if (fresh) number(query, names++);
                parts[j] = (struct iovec){query, starts[next + 1] - starts[next]};
                next = (next + 1) % count;
            }
            int sent = sendmmsg(fds[i].fd, out, wanted, 0);
            if (sent > 0) under_way[i] += sent, sent_once += sent;
        }
        if (any) heard = moment;
        else if (moment - heard > patience) {
            if (raw && sent_once >= count) break;
            memset(under_way, 0, sizeof under_way); heard = moment;
        }
        else poll(fds, SOCKETS, 10);
    }
    printf("%lu %f %lu\n", completed, now() - begun, raw ? sent_once : fresh ? names - strtoul(word[3], 0, 10) : 0);
    return 0;
}
"""


class Load:
    """The compiled program, and the number of never returning names that it has used."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._names = 0

    @classmethod
    def compiled(cls, folder: Path) -> Load | None:
        """Compiles the program in ``folder``; returns None if there is no C compiler."""
        compiler = find("cc")
        if compiler is None:
            return None
        source, program = folder / "load.c", folder / "load"
        source.write_text(SOURCE)
        subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
        return cls(program)

    def run(self, mix: Mix, port: int, seconds: float, core: set[int]) -> tuple[int, float]:
        """Number of answered queries, and answered queries per second."""
        first = "-" if mix.returning else str(self._names)
        completed, took, asked = self._told(core, str(port), str(seconds), first, *map(str, mix.files))
        self._names += int(asked)
        return int(completed), int(completed) / float(took)

    def once(self, messages: Path, port: int, core: set[int], seconds: float = 60.0) -> tuple[int, int]:
        """Sends each of the ``messages`` once, for ``seconds`` at most: number of replies, and of messages sent."""
        completed, _, sent = self._told(core, str(port), str(seconds), "raw", str(messages))
        return int(completed), int(sent)

    def _told(self, core: set[int], *words: str) -> list[str]:
        command = ["taskset", "-c", ",".join(map(str, core)), str(self._program), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
