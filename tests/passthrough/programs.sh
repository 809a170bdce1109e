#!/bin/sh
# Whole programs from the system's source packages are built with a compiler (cc.c) that also takes each C file through acc, and holds the two
# object files to be the same, byte for byte.
#
#   tests/passthrough/programs.sh [PROGRAM...]     of those below; all without
#
# Writes how many files and lines of how many for each, and each failure, to standard output; exit status 1 where there is one. The sources lie in
# build/passthrough/sources, or in $SOURCES.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$(pwd)
sources=${SOURCES-$root/build/passthrough/sources}
results=$root/build/passthrough/programs
jobs=${JOBS-2}
cc=$root/build/tests/passthrough-cc
PASSTHROUGH_ROOT=$root
PASSTHROUGH_CC=${CC-cc}
export PASSTHROUGH_ROOT PASSTHROUGH_CC

# ---- how each is built: configure as usual, then `compare make` ----

compare() {
    PASSTHROUGH_RESULTS=$results/$program "$@" -k -j"$jobs" ACLOCAL=: AUTOCONF=: AUTOMAKE=: AUTOHEADER=:
}

build_zlib() {
    CC=$cc ./configure --static && compare make libz.a
}

build_bzip2() {
    compare make CC="$cc" libbz2.a bzip2
}

# Debian's makefile wants libtool; make's own rules do.
build_lua5_4() {
    cd src && echo all: ./*.c | sed 's/\.c/.o/g' >objects.mk &&
        compare make -f objects.mk CC="$cc -std=gnu99" CFLAGS='-O2 -DLUA_USE_LINUX'
}

build_xz_utils() {
    CC=$cc ./configure --disable-nls --disable-shared --disable-doc && compare make
}

build_libpng1_6() {
    CC=$cc ./configure --disable-shared && compare make check_PROGRAMS=
}

# The amalgamation: one file of 240,000 lines.
build_sqlite3() {
    ./configure --disable-tcl && make sqlite3.c shell.c && compare make sqlite3.o shell.o CC="$cc" CFLAGS="-O2 -DSQLITE_ENABLE_FTS5 \
        -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_GEOPOLY -DSQLITE_ENABLE_SESSION -DSQLITE_ENABLE_PREUPDATE_HOOK -DSQLITE_ENABLE_DBSTAT_VTAB"
}

build_curl() {
    CC=$cc ./configure --with-openssl --disable-shared --disable-ldap && compare make -C lib && compare make -C src
}

build_nginx() {
    ./configure --with-cc="$PASSTHROUGH_CC" --with-http_ssl_module --with-http_v2_module --with-stream --with-mail --with-threads \
        --with-pcre && compare make -f objs/Makefile CC="$cc" objs/nginx
}

build_redis() {
    PASSTHROUGH_RESULTS='' make -C deps CC="$PASSTHROUGH_CC" hiredis linenoise lua hdr_histogram
    compare make -C src CC="$cc" MALLOC=libc OPTIMIZATION=-O2 redis-server redis-cli redis-benchmark
}

build_git() {
    compare make CC="$cc" NO_GETTEXT=1 NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1 git
}

build_tmux() {
    CC=$cc ./configure && compare make
}

build_openssl() {
    CC=$cc ./Configure linux-x86_64 no-shared no-asm no-tests && compare make build_libs
}

all='zlib bzip2 lua5.4 xz-utils libpng1.6 sqlite3 curl nginx redis git tmux openssl'

. tests/passthrough/sources.sh

# ---- one program ----

build() {
    program=$1
    rm -rf "${results:?}/$program" "$results/$program".*
    fetch "$program" || { echo "$program: its source cannot be had" && return 1; }
    folder=$(find "$sources/$program" -mindepth 1 -maxdepth 1 -type d | head -1)
    rm -rf "$results/$program.build"
    cp -a "$folder" "$results/$program.build"
    (cd "$results/$program.build" && "build_$(echo "$program" | tr '.-' '__')") >"$results/$program.log" 2>&1
    summary "$program"
    rm -rf "$results/$program.build"
}

# A file that is compiled twice, with other options each, counts once in the lines.
summary() {
    [ -f "$results/$1" ] || { echo "$1: nothing was compiled: see $results/$1.log" && return 1; }
    grep '^FAILED' "$results/$1"
    awk -v program="$1" -v total="$results/total" '
        $1 == "bare" { bare++ }
        $1 == "ok" || $1 == "bare" { ok++; if (!seen[$3]++) { files++; lines += $2 } }
        $1 == "FAILED" { failed++ }
        END {
            printf "%s: %d of %d compilations give the same object file (%d files, %d lines", program, ok, ok + failed, files, lines
            print bare ? "; " bare " without an async function)" : ")"
            print ok + 0, failed + 0, files + 0, lines + 0 >>total
            exit failed > 0 || ok == 0
        }' "$results/$1"
}

mkdir -p "$results"
: >"$results/total"
status=0
for program in ${*-$all}; do
    build "$program" || status=1
done
awk '{ ok += $1; failed += $2; files += $3; lines += $4 }
    END { printf "programs: %d of %d object files are the same, of %d programs, with %d files, %d lines\n", ok, ok + failed, NR, files, lines }' "$results/total"
exit "$status"
