# TLS with those who have made it: curl and openssl s_client talk to a server of ours, our client to openssl s_server
# and nginx. All of them on loopback, with the tests' certificates.
. tests/command/common
[ -f build/libac_tls.a ] || exit 0
for tool in openssl curl nginx; do CC="${CC:-cc}" tests/deps.sh --optional $tool >"$work/deps"; done
# nginx lies where only root looks.
PATH=$PATH:/usr/sbin:/usr/local/sbin

keys=$PWD/build/tests/certificates
running=
trap 'for pid in $running; do kill "$pid" 2>/dev/null || true; done; wait' EXIT

$acc $include samples/https.ac -o "$work/https.c"
gcc -O1 -g ${SANITIZERS--fsanitize=address,undefined} $include -Isamples "$work/https.c" build/asan/libac_tls.a build/asan/libac.a \
    -lpthread -lssl -lcrypto -o "$work/https"

# get PORT PATH: our client, into $work/got; the status is the client's.
get() {
    timeout 20 "$work/https" get "$keys/ca.pem" localhost "$1" "$2" >"$work/got" 2>"$work/said"
}

# talk_to PORT OPTION...: s_client, which reads what is written to descriptor 3 and writes to $work/client.
talk_to() {
    port_to=$1
    shift
    rm -f "$work/words" "$work/client"
    mkfifo "$work/words"
    timeout 30 openssl s_client -connect localhost:"$port_to" -CAfile "$keys/ca.pem" "$@" <"$work/words" >>"$work/client" 2>&1 &
    client=$!
    running="$running $client"
    exec 3>"$work/words"
}

zeros_came() {
    [ "$(tr -cd 0 <"$work/client" | wc -c)" -ge "$1" ]
}

# ---- clients of others, a server of ours ----

for backend in epoll uring poll; do
    rm -f "$work/port"
    AC_BACKEND=$backend "$work/https" serve "$keys/chain.pem" "$keys/chain.key" 0 >"$work/port" 2>"$work/server.said" &
    server=$!
    running="$running $server"
    within 10 test -s "$work/port" || fail "our server does not start: $(cat "$work/server.said")"
    port=$(cat "$work/port")
    url=https://localhost:$port

    if command -v curl >/dev/null; then
        fetch="curl -sS --max-time 20 --cacert $keys/ca.pem"
        [ "$($fetch $url/hello)" = "Hello, localhost. We speak TLSv1.3." ] || fail "curl: no page"
        [ "$($fetch --tls-max 1.2 $url/hello)" = "Hello, localhost. We speak TLSv1.2." ] || fail "curl: no page by TLS 1.2"
        [ "$($fetch $url/zeros/3000000 $url/hello $url/zeros/70000 | wc -c)" = 3070036 ] || fail "curl: pages one after another"
        $fetch $url/zeros/100000000 2>/dev/null | head -c 100000 >/dev/null    # goes away in the middle
        status=0
        curl -sS --max-time 20 $url/hello 2>"$work/said" || status=$?
        [ $status = 60 ] || fail "curl: trusts a stranger: $status $(cat "$work/said")"
        status=0
        curl -sS --max-time 20 http://localhost:$port/hello 2>"$work/said" || status=$?
        [ $status != 0 ] || fail "curl: an answer without TLS"
    fi

    # New keys of one side, then of both, in the middle of a conversation.
    talk_to $port
    printf 'GET /hello HTTP/1.1\r\n\r\n' >&3
    within 10 grep -q 'We speak' "$work/client" || fail "s_client: $(tail -5 "$work/client")"
    for keys_of in k K; do
        : >"$work/client"
        echo $keys_of >&3
        within 10 grep -q KEYUPDATE "$work/client" || fail "s_client: asked for no new keys"
        printf 'GET /zeros/40000 HTTP/1.1\r\n\r\n' >&3
        within 10 zeros_came 40000 || fail "s_client: not all came after new keys ($keys_of): $(tail -c 500 "$work/client")"
    done
    echo Q >&3
    exec 3>&-
    wait $client || fail "s_client: $(tail -5 "$work/client")"
    # Sessions are taken up again.
    printf 'GET /hello HTTP/1.1\r\n\r\n' | timeout 20 openssl s_client -connect localhost:$port -CAfile "$keys/ca.pem" \
        -no_ticket -tls1_2 -reconnect >"$work/client" 2>&1 || fail "s_client: $(tail -5 "$work/client")"
    grep -q '^Reused' "$work/client" || fail "s_client: sessions are not taken up again"
    # Renegotiation is refused, and that ends nothing for others.
    talk_to $port -tls1_2
    within 10 grep -q 'Verify return code' "$work/client" || fail "s_client: $(tail -5 "$work/client")"
    echo R >&3
    within 10 grep -q 'no renegotiation' "$work/client" || fail "s_client: renegotiates: $(tail -5 "$work/client")"
    exec 3>&-
    wait $client || true

    kill -0 $server || fail "our server has ended: $(cat "$work/server.said")"
    kill -TERM $server
    wait $server && status=0 || status=$?
    [ $status = 143 ] || fail "our server ends with status $status: $(cat "$work/server.said")"
    [ ! -s "$work/server.said" ] || fail "our server says: $(cat "$work/server.said")"
done

# ---- our client, servers of others ----

head -c 5000000 /dev/urandom | od -An -tx1 >"$work/page"
echo small >"$work/small"

# s_server tells the port that it was given.
(cd "$work" && exec openssl s_server -accept 127.0.0.1:0 -cert "$keys/server.pem" -key "$keys/server.key" -HTTP) \
    >"$work/s_server" 2>&1 </dev/null &
running="$running $!"
within 10 grep -q ACCEPT "$work/s_server" || fail "s_server does not start: $(cat "$work/s_server")"
port=$(sed -n 's/^ACCEPT.*:\([0-9]*\).*/\1/p' "$work/s_server" | head -1)
printf 'HTTP/1.0 200 ok\r\n\r\n' | cat - "$work/page" >"$work/answer"
get "$port" /answer || fail "s_server: $(cat "$work/said")"
cmp "$work/page" "$work/got" || fail "s_server: not what was sent"

command -v nginx >/dev/null || exit 0
# The port is free, or another is tried.
for port in $(seq $((20000 + $$ % 20000)) 97 60000 | head -20); do
    cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid nginx.pid; error_log stderr;
events { worker_connections 64; }
http {
    access_log off; root $PWD/$work;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
    server { listen 127.0.0.1:$port ssl; ssl_certificate $keys/server.pem; ssl_certificate_key $keys/server.key; }
    server { listen 127.0.0.1:$((port + 1)) ssl; ssl_certificate $keys/expired.pem; ssl_certificate_key $keys/expired.key; }
}
CONF
    nginx -p "$PWD/$work" -c nginx.conf 2>"$work/nginx.said" &
    nginx=$!
    if within 2 test -s "$work/nginx.pid"; then
        running="$running $nginx"
        break
    fi
    kill $nginx 2>/dev/null || true
done
for backend in epoll uring poll; do
    export AC_BACKEND=$backend
    get "$port" /page || fail "nginx: $(cat "$work/said" "$work/nginx.said")"
    cmp "$work/page" "$work/got" || fail "nginx: not what was sent"
    get "$port" /small && cmp "$work/small" "$work/got" || fail "nginx: $(cat "$work/said")"
    ! get $((port + 1)) /small || fail "nginx: an expired certificate was accepted"
    grep -q 'certificate has expired' "$work/said" || fail "nginx: $(cat "$work/said")"
done
