# For the scripts here: fetch PACKAGE puts the source of a package of Debian's into $sources/PACKAGE, where it is not there yet.

# A package list of its own, so that the system's need not know source packages.
fetch() {
    [ -d "$sources/$1" ] && return
    apt=$sources/apt
    mkdir -p "$apt/lists" "$sources/$1"
    if [ ! -f "$apt/fetched" ]; then
        # shellcheck disable=SC1091
        . /etc/os-release
        echo "deb-src http://deb.debian.org/debian $VERSION_CODENAME main" >"$apt/sources.list"
        apt_get update -q >/dev/null 2>&1 && touch "$apt/fetched"
    fi
    (cd "$sources/$1" && apt_get source -qq "$1") >"$sources/$1/fetched" 2>&1 || { cat "$sources/$1/fetched" && rm -rf "${sources:?}/$1" && return 1; }
}

apt_get() {
    apt-get -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$apt/lists" \
        -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root "$@"
}
