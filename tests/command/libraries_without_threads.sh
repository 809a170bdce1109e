# Libraries that know nothing of acc, awaited without threads: libcurl, hiredis, libpq; and an acc loop inside those of GLib and libuv. Their servers are
# real ones, on loopback. What cannot be installed is told, and left out.
. tests/command/common
for what in pkg-config libcurl hiredis libpq glib libuv redis-server postgres; do
    CC="${CC:-cc}" tests/deps.sh --optional $what >>"$work/deps" 2>&1 || true
done

running=
trap 'for pid in $running; do kill "$pid" 2>/dev/null || true; done; wait' EXIT

# sample NAME PACKAGES [ARGUMENT...]: says under sanitizers what its head announces.
sample() {
    name=$1 packages=$2
    shift 2
    flags=$(pkg-config --cflags $packages) libraries=$(pkg-config --libs $packages)
    # shellcheck disable=SC2086
    $acc $include -Isamples $flags samples/libraries/$name.ac -o "$work/$name.c"
    # shellcheck disable=SC2086
    gcc -std=c11 -Wall -Wextra -Werror -O1 -g ${SANITIZERS--fsanitize=address,undefined} $include -Isamples $flags "$work/$name.c" \
        build/asan/libac.a $libraries -lpthread -o "$work/$name"
    timeout 60 "$work/$name" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null || fail "$name: exit status $?: $(cat "$work/$name.err")"
    sed -n 's|^// expect: ||p' samples/libraries/$name.ac >"$work/$name.expected"
    while read -r line <&3 && read -r pattern <&4; do
        # shellcheck disable=SC2254
        case $line in
        $pattern) ;;
        *) fail "$name: said '$line' instead of '$pattern'" ;;
        esac
    done 3<"$work/$name.out" 4<"$work/$name.expected"
    [ "$(wc -l <"$work/$name.out")" = "$(wc -l <"$work/$name.expected")" ] || fail "$name: said $(cat "$work/$name.out" "$work/$name.err")"
}

there() {
    if pkg-config "$@" 2>/dev/null; then return 0; fi
    echo "left out, for want of $*"
    return 1
}

# A port of loopback that nobody listens on just now.
cat >"$work/free_port.c" <<'PROGRAM'
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, size) || getsockname(fd, (struct sockaddr *)&address, &size))
        return 1;
    printf("%d\n", ntohs(address.sin_port));
}
PROGRAM
gcc "$work/free_port.c" -o "$work/free_port"

there libcurl && sample curl_multi libcurl
there glib-2.0 && sample in_glib glib-2.0
there libuv && sample in_libuv libuv

if there hiredis && command -v redis-server >/dev/null; then
    port=$("$work/free_port")
    redis-server --port "$port" --bind 127.0.0.1 --save "" --dir "$work" >"$work/redis.log" 2>&1 &
    running="$running $!"
    within 10 redis-cli -h 127.0.0.1 -p "$port" ping || fail "redis-server does not start: $(tail "$work/redis.log")"
    sample redis_hiredis hiredis "$port"
fi

# PostgreSQL refuses to run as root. In a subshell, whose process becomes it, so that this can be ended.
as_nobody() {
    if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else exec "$@"; fi
}

for server in /usr/lib/postgresql/*/bin /usr/libexec/postgresql* /usr/bin; do [ -x "$server/initdb" ] && break; done
if there libpq && [ -x "$server/initdb" ]; then
    port=$("$work/free_port")
    data=$(mktemp -d "${TMPDIR:-/tmp}/acc-postgres.XXXXXX")
    trap 'for pid in $running; do kill "$pid" 2>/dev/null || true; done; wait; rm -rf "$data"' EXIT
    [ "$(id -u)" != 0 ] || chown 65534:65534 "$data"
    (cd "$data" && as_nobody "$server/initdb" -D "$data/db" -U postgres -A trust --no-sync) >"$work/postgres.log" 2>&1 ||
        fail "initdb: $(tail "$work/postgres.log")"
    cd "$data"
    as_nobody "$server/postgres" -D "$data/db" -p "$port" -k "$data" -c listen_addresses=127.0.0.1 -c fsync=off >>"$OLDPWD/$work/postgres.log" 2>&1 &
    running="$running $!"
    cd "$OLDPWD"
    within 20 "$server/pg_isready" -h 127.0.0.1 -p "$port" || fail "postgres does not start: $(tail "$work/postgres.log")"
    sample postgres_libpq libpq "host=127.0.0.1 port=$port user=postgres dbname=postgres"
fi
