/* faults.h: failures that are made to happen. Private to libac.
 *
 * In libac the names below mean calls that can be told to fail: each of its allocations and system calls is counted, and the one
 * whose number was asked for (ac_faults of ac.h) is not made, but fails. The names are those of the C library, so that new code is
 * counted without knowing of this; a test holds the objects of libac to it. Every header that declares one of them is included
 * first. A member of a struct that bears such a name is called in parentheses: `(fn->close)(backend)`.
 *
 * While nothing is counted, which is nearly always, a call costs one comparison more. The error beside each name is one that this
 * call can really end with; what a program has learned to expect is only tested by such. */
#ifndef AC_FAULTS_H
#define AC_FAULTS_H

#include "ac.h"

#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AC__FAULTS_UNKNOWN, AC__FAULTS_OFF, AC__FAULTS_ON };
extern atomic_int ac__faults_state;        /* UNKNOWN: the environment has not been asked yet */

/* From now on these are counted, and made; until the end. */
void ac__faults_begin(const ac_faults *faults);
void ac__faults_end(void);
bool ac__faults_wanted(const ac_faults *faults);

/* Awaits that ac_loop_config.cancel_at and .timeout_at count: from 0 on; one more. */
void ac__fault_awaits_begin(void);
void ac__fault_await(void);

/* Counts one more. True: it is to fail; errno says how. `error` where nothing else was asked for. */
bool ac__fault_allocation(void);
bool ac__fault_call(int error);
int ac__fault_close(int fd);
int ac__fault_connect(int fd, const struct sockaddr *address, socklen_t size);
/* How many of `length` bytes a call on this descriptor may move: fewer only for streams of bytes, and never none. */
size_t ac__fault_length(int fd, size_t length);

static inline bool ac__faults_on(void)
{
    return AC__RARELY(atomic_load_explicit(&ac__faults_state, memory_order_relaxed) != AC__FAULTS_OFF);
}

/* Calls that return NULL and errno, -1 and errno, the error, minus the error. */
#define AC__FAULT_MEMORY(call) (ac__faults_on() && ac__fault_allocation() ? NULL : (call))
#define AC__FAULT(error, call) (ac__faults_on() && ac__fault_call(error) ? -1 : (call))
#define AC__FAULT_CODE(error, call) (ac__faults_on() && ac__fault_call(error) ? errno : (call))
#define AC__FAULT_MINUS(error, call) (ac__faults_on() && ac__fault_call(error) ? -errno : (call))

#define malloc(...) AC__FAULT_MEMORY(malloc(__VA_ARGS__))
#define calloc(...) AC__FAULT_MEMORY(calloc(__VA_ARGS__))
#define realloc(...) AC__FAULT_MEMORY(realloc(__VA_ARGS__))
#define aligned_alloc(...) AC__FAULT_MEMORY(aligned_alloc(__VA_ARGS__))
#undef strdup
#define strdup(...) AC__FAULT_MEMORY(strdup(__VA_ARGS__))
#undef strndup
#define strndup(...) AC__FAULT_MEMORY(strndup(__VA_ARGS__))
#define asprintf(...) (ac__faults_on() && ac__fault_allocation() ? -1 : asprintf(__VA_ARGS__))

/* Descriptors. One that cannot be closed is gone all the same, as on Linux. */
#define close(fd) (ac__faults_on() ? ac__fault_close(fd) : close(fd))
#define open(...) AC__FAULT(EMFILE, open(__VA_ARGS__))
#define opendir(...) (ac__faults_on() && ac__fault_call(EMFILE) ? NULL : opendir(__VA_ARGS__))
#define socket(...) AC__FAULT(EMFILE, socket(__VA_ARGS__))
#define socketpair(...) AC__FAULT(EMFILE, socketpair(__VA_ARGS__))
#define pipe2(...) AC__FAULT(EMFILE, pipe2(__VA_ARGS__))
#define eventfd(...) AC__FAULT(EMFILE, eventfd(__VA_ARGS__))
#define epoll_create1(...) AC__FAULT(EMFILE, epoll_create1(__VA_ARGS__))
#define accept4(...) AC__FAULT(EMFILE, accept4(__VA_ARGS__))
#define isatty(fd) (ac__faults_on() && ac__fault_call(ENOTTY) ? 0 : isatty(fd))
#define ioctl(...) AC__FAULT(ENOTTY, ioctl(__VA_ARGS__))
#define dup2(...) AC__FAULT(EBUSY, dup2(__VA_ARGS__))
#define fcntl(...) AC__FAULT(EMFILE, fcntl(__VA_ARGS__))

/* Bytes. */
#define read(...) AC__FAULT(EIO, read(__VA_ARGS__))
#define write(...) AC__FAULT(EIO, write(__VA_ARGS__))
#define pread(...) AC__FAULT(EIO, pread(__VA_ARGS__))
#define pwrite(...) AC__FAULT(EIO, pwrite(__VA_ARGS__))
#define preadv2(...) AC__FAULT(EIO, preadv2(__VA_ARGS__))
#define pwritev2(...) AC__FAULT(EIO, pwritev2(__VA_ARGS__))
#define recv(...) AC__FAULT(ECONNRESET, recv(__VA_ARGS__))
#define send(...) AC__FAULT(ECONNRESET, send(__VA_ARGS__))
#define recvfrom(...) AC__FAULT(ENOMEM, recvfrom(__VA_ARGS__))
#define sendto(...) AC__FAULT(ENOBUFS, sendto(__VA_ARGS__))
#define recvmsg(...) AC__FAULT(ECONNRESET, recvmsg(__VA_ARGS__))
#define sendmsg(...) AC__FAULT(ECONNRESET, sendmsg(__VA_ARGS__))
#define sendfile(...) AC__FAULT(EIO, sendfile(__VA_ARGS__))
#define lseek(...) AC__FAULT(ESPIPE, lseek(__VA_ARGS__))
#define fsync(...) AC__FAULT(EIO, fsync(__VA_ARGS__))
#define fdatasync(...) AC__FAULT(EIO, fdatasync(__VA_ARGS__))

/* Files and sockets. A connection goes on being made where the call is interrupted, as on any system. */
#define fstat(...) AC__FAULT(EIO, fstat(__VA_ARGS__))
#define stat(...) AC__FAULT(EACCES, stat(__VA_ARGS__))
#define unlink(...) AC__FAULT(EACCES, unlink(__VA_ARGS__))
#define bind(...) AC__FAULT(EADDRINUSE, bind(__VA_ARGS__))
#define listen(...) AC__FAULT(EADDRINUSE, listen(__VA_ARGS__))
#define connect(...) (ac__faults_on() ? ac__fault_connect(__VA_ARGS__) : connect(__VA_ARGS__))
#define shutdown(...) AC__FAULT(ENOBUFS, shutdown(__VA_ARGS__))
#define getsockname(...) AC__FAULT(ENOBUFS, getsockname(__VA_ARGS__))
#define getpeername(...) AC__FAULT(ENOTCONN, getpeername(__VA_ARGS__))
#define getsockopt(...) AC__FAULT(ENOBUFS, getsockopt(__VA_ARGS__))
#define setsockopt(...) AC__FAULT(ENOMEM, setsockopt(__VA_ARGS__))
#define getaddrinfo(...) (ac__faults_on() && ac__fault_call(EMFILE) ? EAI_SYSTEM : getaddrinfo(__VA_ARGS__))
#define getnameinfo(...) (ac__faults_on() && ac__fault_call(EMFILE) ? EAI_SYSTEM : getnameinfo(__VA_ARGS__))

/* Waiting. */
#define poll(...) AC__FAULT(ENOMEM, poll(__VA_ARGS__))
#define ppoll(...) AC__FAULT(ENOMEM, ppoll(__VA_ARGS__))
#define epoll_ctl(...) AC__FAULT(ENOSPC, epoll_ctl(__VA_ARGS__))
#define epoll_wait(...) AC__FAULT(EINTR, epoll_wait(__VA_ARGS__))
#define epoll_pwait2(...) AC__FAULT(EINTR, epoll_pwait2(__VA_ARGS__))

/* Threads, processes, signals. `syscall` is for what the C library may lack, so the kernel may lack it too. */
#define pthread_create(...) AC__FAULT_CODE(EAGAIN, pthread_create(__VA_ARGS__))
#define pthread_key_create(...) AC__FAULT_CODE(EAGAIN, pthread_key_create(__VA_ARGS__))
#define pthread_setspecific(...) AC__FAULT_CODE(ENOMEM, pthread_setspecific(__VA_ARGS__))
#define pthread_getattr_np(...) AC__FAULT_CODE(ENOMEM, pthread_getattr_np(__VA_ARGS__))
#define pthread_mutex_init(...) AC__FAULT_CODE(ENOMEM, pthread_mutex_init(__VA_ARGS__))
#define pthread_cond_init(...) AC__FAULT_CODE(ENOMEM, pthread_cond_init(__VA_ARGS__))
#define pthread_condattr_init(...) AC__FAULT_CODE(ENOMEM, pthread_condattr_init(__VA_ARGS__))
#define pthread_atfork(...) AC__FAULT_CODE(ENOMEM, pthread_atfork(__VA_ARGS__))
#define fork(...) AC__FAULT(EAGAIN, fork(__VA_ARGS__))
#define posix_spawn(...) AC__FAULT_CODE(EAGAIN, posix_spawn(__VA_ARGS__))
#define posix_spawnp(...) AC__FAULT_CODE(EAGAIN, posix_spawnp(__VA_ARGS__))
#define posix_spawnattr_init(...) AC__FAULT_CODE(ENOMEM, posix_spawnattr_init(__VA_ARGS__))
#define posix_spawn_file_actions_init(...) AC__FAULT_CODE(ENOMEM, posix_spawn_file_actions_init(__VA_ARGS__))
#define posix_spawn_file_actions_addopen(...) AC__FAULT_CODE(ENOMEM, posix_spawn_file_actions_addopen(__VA_ARGS__))
#define posix_spawn_file_actions_adddup2(...) AC__FAULT_CODE(ENOMEM, posix_spawn_file_actions_adddup2(__VA_ARGS__))
#define posix_spawn_file_actions_addclosefrom_np(...) \
    AC__FAULT_CODE(ENOMEM, posix_spawn_file_actions_addclosefrom_np(__VA_ARGS__))
#define posix_spawn_file_actions_addchdir_np(...) AC__FAULT_CODE(ENOMEM, posix_spawn_file_actions_addchdir_np(__VA_ARGS__))
#define waitpid(...) AC__FAULT(EINTR, waitpid(__VA_ARGS__))
#define waitid(...) AC__FAULT(EINTR, waitid(__VA_ARGS__))
#define kill(...) AC__FAULT(EPERM, kill(__VA_ARGS__))
#define syscall(...) AC__FAULT(ENOSYS, syscall(__VA_ARGS__))

#endif
