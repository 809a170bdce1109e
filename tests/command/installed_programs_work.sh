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
# With TLS, where that was built.
[ -f usr/lib/libac_tls.a ] || exit 0
cat >z.ac <<'PROGRAM'
#include <ac_tls.h>
#include <stdio.h>

async int main(void)
{
    ac_tls_context *context = ac_tls_context_new(&(ac_tls_config){.ca_file = "nothing.pem"});
    puts(context ? "something" : ac_tls_error(NULL));
}
PROGRAM
usr/bin/acc -Iusr/include z.ac -o z.c
# OpenSSL's own .pc files lie in the system, and their paths are not to be changed.
unset PKG_CONFIG_SYSROOT_DIR
# shellcheck disable=SC2046
cc -Iusr/include z.c -Lusr/lib $(pkg-config --define-variable=prefix="$PWD/usr" --libs ac_tls) -o z
./z | grep -q '^nothing.pem: ' || fail "it does not work with TLS: $(./z)"
