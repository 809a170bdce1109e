# What `make install` puts down is enough: acc file.ac -o file.c && cc file.c -lac, by hand and by pkg-config.
. tests/command/common
make -s install DESTDIR="$PWD/$work" PREFIX=/usr CC="${CC:-cc}"
program "$work/x.ac"
cd "$work"
usr/bin/acc -Iusr/include x.ac -o x.c
cc -Iusr/include x.c -Lusr/lib -lac -lpthread -o x
[ "$(./x)" = 42 ] || fail "it does not work"
export PKG_CONFIG_PATH="$PWD/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$PWD"
# shellcheck disable=SC2046
cc $(pkg-config --cflags ac) x.c $(pkg-config --libs ac) -o y
[ "$(./y)" = 42 ] || fail "it does not work by pkg-config"
