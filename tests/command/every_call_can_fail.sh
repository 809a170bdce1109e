# Every allocation and every system call of libac can be made to fail: its objects call nothing of the C library but what
# runtime/core/faults.h counts, and what is listed here because it cannot fail, or only in ways that nobody could act on.
. tests/command/common
harmless="inet_pton nanosleep sigaction strcasecmp strchr strcspn strncmp _GLOBAL_OFFSET_TABLE_ __io_uring_get_cqe _exit clock_gettime closedir dirfd environ fflush fprintf fputc free
freeaddrinfo fwrite getenv getpid io_uring_free_probe io_uring_queue_exit io_uring_ring_dontfork memchr memcmp memcpy
memmem memmove memset posix_spawn_file_actions_destroy posix_spawnattr_destroy posix_spawnattr_setflags
posix_spawnattr_setsigdefault pthread_attr_destroy pthread_attr_getstack pthread_cond_broadcast pthread_cond_destroy
pthread_cond_signal pthread_cond_timedwait pthread_cond_wait pthread_condattr_destroy pthread_condattr_setclock
pthread_detach pthread_join pthread_mutex_destroy pthread_mutex_lock pthread_mutex_unlock pthread_once pthread_self pthread_sigmask
readdir sigaddset sigemptyset sigfillset sigisemptyset sigismember signal sigpending sigprocmask sigtimedwait snprintf
stderr stdout stpcpy strcmp strerror strlen strtod strtol strtoul sysconf vsnprintf"
echo "$harmless" | tr ' ' '\n' | sort -u >"$work/harmless"
sed -n 's/^#define \([a-z_0-9]*\)(.*AC__FAULT.*/\1/p; s/^#define \([a-z_0-9]*\)(.*ac__fault_.*/\1/p; s/^#define \([a-z_0-9]*\)(\.\.\.) \\$/\1/p' \
    runtime/core/faults.h runtime/loop/uring.c | sort -u >"$work/counted"
[ "$(wc -l <"$work/counted")" -gt 60 ] || fail "the names that are counted were not found"

# Each object with a name that it uses. What the compiler adds by itself begins with two underscores; the names of OpenSSL with capitals.
find runtime -name '*.c' -o -name '*.ac' | sed 's,\.[a-z]*$,,; s,.*,build/obj/&.o,' | grep -v '/faults\.o$' |
    while read -r object; do [ ! -e "$object" ] || echo "$object"; done | xargs nm -uA | sed 's/:.* / /' >"$work/all"
grep -v -e ' ac_' -e ' __[a-hj-z]' -e ' [A-Z]' -e ' tls_' "$work/all" | sort -u >"$work/used"
awk 'FILENAME == ARGV[1] || FILENAME == ARGV[2] { known[$1]; next } !($2 in known)' "$work/harmless" "$work/counted" "$work/used" >"$work/unknown"
[ ! -s "$work/unknown" ] || fail "runtime/core/faults.h does not count these: $(cat "$work/unknown")"

# An object that uses such a name without the header makes calls that are not counted.
awk '$2 == "ac__faults_state" { print $1 }' "$work/all" | sort -u >"$work/counting"
awk 'FILENAME == ARGV[1] { counted[$1]; next } $2 in counted { print $1 }' "$work/counted" "$work/used" | sort -u >"$work/calling"
[ -z "$(comm -13 "$work/counting" "$work/calling")" ] ||
    fail "these do not include runtime/core/faults.h: $(comm -13 "$work/counting" "$work/calling")"
