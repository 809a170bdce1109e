#!/bin/sh
# Installs what the build or the tests need and the machine lacks, through the system's package manager.
#
#   tests/deps.sh [--optional] WHAT...     WHAT: flex bison liburing libssl check pkg-config clang tcc curl nc clang-format
#                                                clang-tidy valgrind dot csmith python3 clangd vim npm libtree-sitter openssl nginx
#                                                libcurl hiredis libpq glib libuv redis-server postgres
#
# Says what is installed and why. Where it cannot be installed, one line tells what to install by hand, and the exit
# status is 1, or 0 with --optional: the caller then goes on without.
set -u

optional=no
[ "${1-}" = --optional ] && { optional=yes; shift; }

present() {
    case $1 in
    check)      echo '#include <check.h>' | ${CC:-cc} -E - >/dev/null 2>&1 ;;
    liburing)   echo '#include <liburing.h>' | ${CC:-cc} -E - >/dev/null 2>&1 ;;
    libssl)     echo '#include <openssl/ssl.h>' | ${CC:-cc} -E - >/dev/null 2>&1 ;;
    libtree-sitter)  echo '#include <tree_sitter/api.h>' | ${CC:-cc} -E - >/dev/null 2>&1 ;;
    libcurl | hiredis | libpq | libuv)  pkg-config "$1" 2>/dev/null ;;
    glib)       pkg-config glib-2.0 2>/dev/null ;;
    postgres)   ls /usr/lib/postgresql/*/bin/initdb /usr/libexec/postgresql*/initdb /usr/bin/initdb 2>/dev/null | grep -q . ;;
    *)          command -v "$1" >/dev/null 2>&1 ;;
    esac
}

reason() {
    case $1 in
    flex)           echo "makes acc's scanner from grammar/ac.l" ;;
    bison)          echo "makes acc's parser from grammar/ac.y" ;;
    check)          echo "the library that the tests are written with" ;;
    liburing)       echo "for the backend on io_uring" ;;
    libssl)         echo "libac_tls stands on it" ;;
    openssl)        echo "makes certificates for the tests of TLS, and talks to their servers" ;;
    nginx)          echo "a server for the tests of TLS to talk to" ;;
    libcurl | hiredis | libpq | glib | libuv)   echo "a sample works with it" ;;
    redis-server | postgres)    echo "a server for the samples with libraries to talk to" ;;
    pkg-config)     echo "tells how to link with the test library" ;;
    clang | tcc)    echo "the tests compile acc's output with it too" ;;
    curl | nc)      echo "talks to the sample servers by hand" ;;
    clang-format)   echo "for make format" ;;
    clang-tidy)     echo "for make lint" ;;
    dot)            echo "draws the picture of the README" ;;
    python3)        echo "its asyncio is what random programs of make fuzz are held against" ;;
    csmith)         echo "writes the programs of make fuzz" ;;
    clangd | vim | libtree-sitter)  echo "the tests look at what editors make of .ac files" ;;
    npm)            echo "fetches the tools of make editors-check" ;;
    valgrind)       echo "for looking at leaks by hand" ;;
    esac
}

# The package that holds $2 under the package manager $1.
package() {
    case $1:$2 in
    apt-get:nc)                             echo netcat-openbsd ;;
    dnf:check | apk:check)                  [ "$1" = dnf ] && echo check-devel || echo check-dev ;;
    apt-get:liburing | apk:liburing)        echo liburing-dev ;;
    apt-get:libtree-sitter)                 echo libtree-sitter-dev ;;
    dnf:libtree-sitter)                     echo libtree-sitter-devel ;;
    apk:libtree-sitter)                     echo tree-sitter-dev ;;
    pacman:libtree-sitter | brew:libtree-sitter)    echo tree-sitter ;;
    dnf:liburing)                           echo liburing-devel ;;
    apt-get:libcurl)                        echo libcurl4-openssl-dev ;;
    apt-get:hiredis)                        echo libhiredis-dev ;;
    apt-get:libpq)                          echo libpq-dev ;;
    apt-get:glib)                           echo libglib2.0-dev ;;
    apt-get:libuv)                          echo libuv1-dev ;;
    apt-get:postgres)                       echo postgresql ;;
    dnf:libcurl | dnf:hiredis | dnf:libpq | dnf:libuv)  echo "$2-devel" ;;
    apk:libcurl)                            echo curl-dev ;;
    apk:hiredis | apk:libpq | apk:libuv)    echo "$2-dev" ;;
    pacman:libcurl | brew:libcurl)          echo curl ;;
    pacman:libpq)                           echo postgresql-libs ;;
    dnf:glib)                               echo glib2-devel ;;
    apk:glib)                               echo glib-dev ;;
    pacman:glib)                            echo glib2 ;;
    dnf:postgres)                           echo postgresql-server ;;
    *:postgres)                             echo postgresql ;;
    dnf:redis-server | apk:redis-server | pacman:redis-server | brew:redis-server)  echo redis ;;
    apt-get:libssl)                         echo libssl-dev ;;
    dnf:libssl | apk:libssl)                [ "$1" = dnf ] && echo openssl-devel || echo openssl-dev ;;
    pacman:libssl | brew:libssl)            echo openssl ;;
    dnf:nc)                                 echo nmap-ncat ;;
    dnf:clangd | apk:clangd)                echo clang-tools-extra ;;
    pacman:clangd)                          echo clang ;;
    brew:clangd)                            echo llvm ;;
    dnf:vim)                                echo vim-enhanced ;;
    dnf:pkg-config)                         echo pkgconf-pkg-config ;;
    apk:pkg-config | pacman:pkg-config)     echo pkgconf ;;
    apk:nc)                                 echo netcat-openbsd ;;
    pacman:nc)                              echo openbsd-netcat ;;
    dnf:clang-format | dnf:clang-tidy | apk:clang-format | apk:clang-tidy)  echo clang-tools-extra ;;
    pacman:clang-format | pacman:clang-tidy)    echo clang ;;
    brew:clang | brew:clang-format | brew:clang-tidy)   echo llvm ;;
    *:dot)                                  echo graphviz ;;
    brew:nc)                                echo netcat ;;
    *)                                      echo "$2" ;;
    esac
}

give_up() {
    echo "deps: please install by hand: $packages ($1)" >&2
    [ $optional = yes ] && exit 0
    exit 1
}

missing=
for what; do
    present "$what" || missing="$missing $what"
done
[ -z "$missing" ] && exit 0

manager=
for candidate in apt-get dnf apk pacman brew; do
    command -v $candidate >/dev/null 2>&1 && { manager=$candidate; break; }
done

packages=
for what in $missing; do
    echo "deps: $what is missing: $(reason "$what")"
    packages="$packages $(package "${manager:-apt-get}" "$what")"
done
packages=${packages# }
[ -z "$manager" ] && give_up "no known package manager found"

become_root=
if [ $manager != brew ] && [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        give_up "not root, and there is no sudo"
    elif [ -t 0 ]; then
        become_root=sudo
    else
        become_root="sudo -n"
    fi
fi

case $manager in
apt-get)    refresh="apt-get update -q"; install="env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300" ;;
dnf)        refresh=true; install="dnf install -q -y" ;;
apk)        refresh=true; install="apk add --no-cache" ;;
pacman)     refresh=true; install="pacman -Sy --noconfirm --needed" ;;
brew)       refresh=true; install="brew install" ;;
esac

echo "deps: installing $packages: $become_root $install $packages"
# A second try after the package lists have been fetched: fresh images come without them.
# shellcheck disable=SC2086
$become_root $install $packages >/dev/null 2>&1 </dev/null || {
    $become_root $refresh && $become_root $install $packages </dev/null
} || give_up "$manager could not install them"

for what in $missing; do
    if ! present "$what" && [ $optional = no ]; then
        echo "deps: $what is still not found after installing $packages" >&2
        exit 1
    fi
done
