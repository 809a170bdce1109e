#!/bin/sh
# Every header under /usr/include that the C compiler accepts alone goes through acc, one by one:
#   - a unit that includes it, and defines an async function behind it, is translated;
#   - the object file of the output is the same, byte for byte, as that of a unit without the async function (which is
#     static and never called, so that nothing is left of it; all inline functions are kept, so that the rest is there);
#   - what acc understood of it (sizes, members' places, enumerators, the types of all functions) is what the C compiler says.
#
#   tests/passthrough/headers.sh [PATTERN]     PATTERN: of the names that they are included by, such as 'gtk-3.0/*'; all without
#
# Writes how many of how many, and each failure, to standard output; exit status 1 where there is one. JOBS=n: at once (2).
# SHARD=k/n: each n-th header, from the k-th. INSTALL=no: only what is installed already. WORK=folder: for its files.
set -u
cd "$(dirname "$0")/../.." || exit 1
pattern=${1-*}
work=${WORK-build/passthrough/headers}
acc=build/acc
include=-Iruntime/include
CC=${CC-cc}
export CC
options='-O1 -w -Wfatal-errors -fkeep-inline-functions'

packages='libc6-dev linux-libc-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev libglib2.0-dev libgtk-3-dev libgtk-4-dev libuv1-dev
libpq-dev python3-dev libncurses-dev libx11-dev zlib1g-dev libxml2-dev libevent-dev libpcre2-dev libpng-dev libjpeg-dev libfreetype-dev
liburing-dev libpcap-dev libusb-1.0-0-dev libdbus-1-dev libgnutls28-dev libhiredis-dev libzstd-dev liblua5.4-dev libsdl2-dev libexpat1-dev
libbz2-dev liblzma-dev libffi-dev libgmp-dev libreadline-dev libmicrohttpd-dev libarchive-dev libmariadb-dev libasound2-dev libpulse-dev
libsystemd-dev libudev-dev libnl-3-dev libcap-dev libseccomp-dev libfuse3-dev libelf-dev libdrm-dev libwayland-dev libavcodec-dev tcl-dev
ruby-dev libperl-dev pkg-config'

install_packages() {
    missing=
    for package in $packages; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
    done
    [ -z "$missing" ] && return
    echo "installing$missing"
    become_root=
    [ "$(id -u)" = 0 ] || become_root=sudo
    # shellcheck disable=SC2086
    $become_root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get install -q -y --no-install-recommends $missing ||
        { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; }" >/dev/null
}

# The name that a program includes it by: below /usr/include, or the folder in it for this kind of machine.
include_name() {
    name=${1#/usr/include/}
    name=${name#"$triplet"/}
}

# Lines of a header, a tab, and its package's flags.
list_headers() {
    find /usr/include -name '*.h' | sort | while read -r header; do
        include_name "$header"
        # shellcheck disable=SC2254
        case $name in
        $pattern) echo "$header" ;;
        esac
    done >"$work/all"
    if ! command -v dpkg >/dev/null 2>&1; then
        cat "$work/all"
        return
    fi
    xargs dpkg -S <"$work/all" 2>/dev/null | sed 's/^\([^:, ]*\)[^/]*: \//\1 \//' | sort -u >"$work/owners"
    cut -d' ' -f1 "$work/owners" | sort -u | while read -r package; do
        modules=$(dpkg -L "$package" | sed -n 's|.*/pkgconfig/\(.*\)\.pc$|\1|p')
        flags=
        for module in $modules; do
            flags="$flags $(pkg-config --cflags "$module" 2>/dev/null)"
        done
        printf '%s\t%s\n' "$package" "$(echo "$flags" | tr ' ' '\n' | awk 'NF && !seen[$0]++' | tr '\n' ' ')"
    done >"$work/flags"
    awk -F'\t' -v owners="$work/owners" -v all="$work/all" '
        { flags[$1] = $2 }
        END {
            while ((getline line < owners) > 0) {
                split(line, part, " ")
                owner[part[2]] = part[1]
            }
            while ((getline path < all) > 0)
                print path "\t" flags[owner[path]]
        }' "$work/flags"
}

# check_header HEADER FLAGS DIRECTORY: says `ok`, `refused` (the C compiler does not take it alone), or `FAILED` and what; `bare` is an ok
# of a header that contradicts one of the C library's that ac.h needs (linux/time.h), so that no async function can stand behind it.
check_header() {
    include_name "$1"
    flags=$2
    d=$3
    verdict=ok
    printf '#include <%s>\n#include <ac.h>\n' "$name" >"$d/before/unit.c"
    if ! compile before; then
        echo "#include <$name>" >"$d/before/unit.c"
        compile before || { echo "refused $1" && return; }
        verdict=bare
    fi
    cp "$d/before/unit.c" "$d/unit.ac"
    [ $verdict = bare ] || echo 'static async int passthrough_probe(int n) { await ac_sleep(0); return n; }' >>"$d/unit.ac"
    # shellcheck disable=SC2086
    if ! $acc $flags $include "$d/unit.ac" -o "$d/after/unit.c" 2>"$d/said"; then
        echo "FAILED $1: acc: $(grep error: "$d/said" | head -3)"
        return
    fi
    # shellcheck disable=SC2086
    if ! build/tests/asserts $flags $include "$d/unit.ac" >"$d/asserts" 2>"$d/said"; then
        echo "FAILED $1: acc's declarations: $(head -3 "$d/said")"
        return
    fi
    { echo '#line 1 "assertions"' && cat "$d/asserts"; } >>"$d/after/unit.c"
    if ! compile after; then
        echo "FAILED $1: output: $(grep error: "$d/said" | head -3)"
    elif ! cmp -s "$d/before/unit.o" "$d/after/unit.o"; then
        echo "FAILED $1: other object code"
    else
        echo "$verdict $1"
    fi
}

# compile before|after
compile() {
    # shellcheck disable=SC2086
    $CC $options $flags $include -c "$d/$1/unit.c" -o "$d/$1/unit.o" 2>"$d/said"
}

# check_list NUMBER OF: the headers whose turn it is among so many workers.
check_list() {
    d=$work/$1
    mkdir -p "$d/before" "$d/after"
    awk -v n="$1" -v of="$2" 'NR % of == n' "$work/list" | while IFS='	' read -r header flags; do
        check_header "$header" "$flags" "$d"
    done >"$work/result.$1"
}

rm -rf "$work"
mkdir -p "$work"
triplet=$($CC -print-multiarch 2>/dev/null)
[ "${INSTALL-yes}" = no ] || install_packages || exit 1
list_headers >"$work"/every
shard=${SHARD-1/1}
awk -v k="${shard%/*}" -v n="${shard#*/}" 'NR % n == k % n' "$work"/every >"$work"/list
jobs=${JOBS-2}
n=0
while [ $n -lt "$jobs" ]; do
    check_list $n "$jobs" &
    n=$((n + 1))
done
wait
cat "$work"/result.* >"$work"/results
grep '^FAILED' "$work"/results
ok=$(grep -c '^ok\|^bare' "$work"/results)
bare=$(grep -c '^bare' "$work"/results)
failed=$(grep -c '^FAILED' "$work"/results)
refused=$(grep -c '^refused' "$work"/results)
echo "headers: $ok of $((ok + failed)) that $CC accepts alone passed through acc: $((ok - bare)) with an async function, $bare without;" \
    "$refused more cannot be included alone"
[ "$failed" = 0 ] && [ "$ok" -gt 0 ]
