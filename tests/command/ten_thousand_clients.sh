# 10,000 clients at once on the echo server, 100 messages each: nothing is lost, no descriptor and no task stays.
. tests/command/common
$acc $include samples/echo_server.ac -o "$work/echo_server.c"
gcc -O2 $include -Isamples "$work/echo_server.c" build/libac.a -lpthread -o "$work/echo_server"
build/tests/clients "$work/echo_server" 10000 100
# The same under sanitizers, with fewer.
gcc -O1 -g ${SANITIZERS--fsanitize=address,undefined} $include -Isamples "$work/echo_server.c" build/asan/libac.a -lpthread -o "$work/echo_asan"
build/tests/clients "$work/echo_asan" 500 20
