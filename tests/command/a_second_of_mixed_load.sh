# What `make soak` does for a minute, for a second on each backend, under sanitizers.
. tests/command/common
[ -f build/libac_tls.a ] || exit 0
$acc $include tests/soak/soak.ac -o "$work/soak.c"
gcc -std=gnu11 -Wall -Wextra -Werror -O1 -g ${SANITIZERS--fsanitize=address,undefined} $include "$work/soak.c" build/asan/libac_tls.a \
    build/asan/libac.a -lpthread -lssl -lcrypto -o "$work/soak"
for backend in epoll uring poll; do
    AC_BACKEND=$backend "$work/soak" 1 1 "$work" build/tests/certificates || fail "on $backend"
done
