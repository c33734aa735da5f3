/* The kernel's floor: what one send() per member costs, with somebody reading at the other end.
 *
 *     floor MEMBERS BYTES ROUNDS PAUSE SENDER_CORE READER_CORE        (a core of -1: not pinned)
 *
 * MEMBERS loopback connections; each round one send() of BYTES on each of them, by a process that does nothing else;
 * the next round begins PAUSE microseconds after another process has read everything. Prints the sender's microseconds
 * of CPU per send(). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int fine, const char *what) {
    if (!fine) { perror(what); exit(1); }
}

static void pin(int core) {
    cpu_set_t set;
    if (core < 0) return;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static double cpu_us(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

/* Reads until the senders are gone; a byte into `done` for each round that has arrived as a whole. */
static void read_all(const int *socks, int members, int bytes, int done) {
    static char buffer[65536];
    struct epoll_event events[256];
    long long round = (long long)members * bytes, got = 0;
    int poll = epoll_create1(0), open = members;
    for (int i = 0; i < members; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.fd = socks[i] };
        check(epoll_ctl(poll, EPOLL_CTL_ADD, socks[i], &event) == 0, "epoll_ctl");
    }
    while (open > 0) {
        int n = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            ssize_t size = recv(events[i].data.fd, buffer, sizeof buffer, 0);
            if (size <= 0) { close(events[i].data.fd); open--; continue; }
            for (got += size; got >= round; got -= round) check(write(done, "", 1) == 1, "write");
        }
    }
    exit(0);
}

int main(int argc, char **argv) {
    if (argc != 7) { fprintf(stderr, "usage: floor MEMBERS BYTES ROUNDS PAUSE SENDER_CORE READER_CORE\n"); return 2; }
    int members = atoi(argv[1]), bytes = atoi(argv[2]), rounds = atoi(argv[3]);
    int *out = calloc(members, sizeof *out), *in = calloc(members, sizeof *in), done[2], yes = 1;
    char *frame = calloc(1, bytes), mark;
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(listener, (void *)&here, size) == 0 && listen(listener, 128) == 0, "listen");
    getsockname(listener, (void *)&here, &size);
    for (int i = 0; i < members; i++) {
        in[i] = socket(AF_INET, SOCK_STREAM, 0);
        check(in[i] >= 0 && connect(in[i], (void *)&here, sizeof here) == 0, "connect");
        out[i] = accept(listener, NULL, NULL);
        check(out[i] >= 0, "accept");
        setsockopt(out[i], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    check(pipe(done) == 0, "pipe");
    pid_t reader = fork();
    check(reader >= 0, "fork");
    if (reader == 0) {
        for (int i = 0; i < members; i++) close(out[i]);
        pin(atoi(argv[6]));
        read_all(in, members, bytes, done[1]);
    }
    for (int i = 0; i < members; i++) close(in[i]);
    pin(atoi(argv[5]));
    double before = cpu_us();
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < members; i++) check(send(out[i], frame, bytes, MSG_NOSIGNAL) == bytes, "send");
        check(read(done[0], &mark, 1) == 1, "read");
        usleep(atoi(argv[4]));
    }
    printf("%.3f\n", (cpu_us() - before) / ((double)rounds * members));
    for (int i = 0; i < members; i++) close(out[i]);
    waitpid(reader, NULL, 0);
    return 0;
}
