// What most programs do: threads, a socket, a child, memory, a file, a timer. One line for each.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sum;

static void *add(void *number) {
  pthread_mutex_lock(&lock);
  sum += (int)(intptr_t)number;
  pthread_mutex_unlock(&lock);
  return NULL;
}

static int threads(void) {
  pthread_t started[4];
  for (intptr_t i = 0; i < 4; i++)
    if (pthread_create(&started[i], NULL, add, (void *)(i + 1)) != 0) return -1;
  for (int i = 0; i < 4; i++) pthread_join(started[i], NULL);
  return sum;
}

static const char *echo(void) {
  static char answer[5];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server, (void *)&address, length) || listen(server, 1)) return "no server";
  getsockname(server, (void *)&address, &length);
  if (connect(client, (void *)&address, length)) return "no connection";
  int peer = accept(server, NULL, NULL);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  if (write(client, "ping", 4) != 4 || epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event)) return "no write";
  if (epoll_wait(poll, &event, 1, 5000) != 1 || read(peer, answer, 4) != 4) return "no read";
  return answer;
}

static int child(void) {
  char *const argv[] = {"sh", "-c", "exit 7", NULL};
  pid_t pid;
  int status;
  if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0) return -1;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

static int memory(void) {
  const size_t length = 4096;
  char *page = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return -1;
  memset(page, 1, length);
  if (mprotect(page, length, PROT_READ) || madvise(page, length, MADV_NORMAL)) return -1;
  int total = 0;
  for (size_t i = 0; i < length; i++) total += page[i];
  return total;
}

static int file(void) {
  struct stat found;
  int out = open("/tmp/one", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (write(out, "hello", 5) != 5 || close(out) || rename("/tmp/one", "/tmp/two") || stat("/tmp/two", &found)) return -1;
  return (int)found.st_size;
}

static const char *timer(void) {
  uint64_t expired = 0;
  struct itimerspec soon = {.it_value = {.tv_nsec = 10000000}};
  int clock = timerfd_create(CLOCK_MONOTONIC, 0);
  timerfd_settime(clock, 0, &soon, NULL);
  return read(clock, &expired, sizeof expired) == sizeof expired && expired == 1 ? "ok" : "failed";
}

int main(void) {
  printf("threads %d\n", threads());
  printf("socket %s\n", echo());
  printf("child %d\n", child());
  printf("memory %d\n", memory());
  printf("file %d\n", file());
  printf("timer %s\n", timer());
  return 0;
}
