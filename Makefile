# Builds acc (the translator) and libac (the runtime) under build/, and nothing anywhere else.
#
#   make            build/acc, build/libac.a, and build/libac_tls.a where there is OpenSSL
#   make demo       a real server and real clients, and what they said to each other
#   make check      all tests; TEST=lang/await_in_for or TEST='diag/*' runs those alone
#   make fuzz       random programs, N=100 of them from SEED=1 on: tests/fuzz/
#   make slips      programs with one wrong token, N of them from SEED on: how many errors acc, gcc and clang tell of each
#   make faults     every allocation and system call of the programs of tests/runtime and samples fails in turn, and each of their awaits
#                   is cancelled; PROGRAMS='samples/timer.ac' only there: long; tests/faults/
#   make soak       a server under mixed load, with TLS, for SOAK=60 seconds on each backend: tests/soak/; needs OpenSSL
#   make idle       as many idle connections as this system allows, up to 100,000, and the bytes for each
#   make passthrough    headers and whole programs in C pass through acc unchanged: long; tests/passthrough/
#   make awaited    SQLite, all of its functions async, with awaits at random places of SEED: tests/passthrough/awaited.sh
#   make matrix     docs/matrix.md: every construct with an await around it, in acc and in g++'s coroutines
#   make editors-check  the grammars for editors, with packages of npm; make editors-parser makes that of tree-sitter anew
#   make bench-compile   acc's time and memory for sources of many shapes, beside gcc's and g++'s
#   make bench      the measures, as ratios to hand-written C;  ROWS='fib spawn' only those
#   make install    DESTDIR= PREFIX=/usr/local
#   make deps       installs every tool that any of these targets can use
#   make picture    docs/average.svg, the picture in the README, from its example; needs graphviz
#   make frames     the headers of the runtime that acc makes
#   make format     lays out the lines changed since the last commit;  BASE=main since that branch left
#   make lint, make clean

CC       = cc
CFLAGS   = -O2 -g
PREFIX   = /usr/local
DESTDIR  =
TEST     = *
ROWS     =
N        = 100
SEED     = 1
SOAK     = 60
VERSION  = $(shell sed -n 's|^\#define ACC_VERSION "\(.*\)"|\1|p' compiler/options.c)

WARNINGS = -std=c11 -Wall -Wextra -Wpedantic
INCLUDES = -Icompiler -Ibuild/gen -Iruntime/include -Iruntime/core -Iruntime/loop -Iruntime
COMPILE  = $(CC) $(WARNINGS) $(INCLUDES) -MMD -MP
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined
COUNT    = -O1 -fsanitize-coverage=trace-pc
SANITIZE = -O1 -g -fno-omit-frame-pointer $(SANITIZERS)

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: awaited all picture editors-check editors-parser demo check fuzz faults idle slips soak matrix passthrough bench bench-multishot install deps format lint clean

all: build/acc build/libac.a

# ---- what everything is made of ----

COMPILER  = $(patsubst %.c,%.o,$(wildcard compiler/*.c)) gen/ac.tab.o gen/ac.lex.o
OBJECTS   = $(patsubst %.c,%.o,$(wildcard $(1:=.c))) $(patsubst %.ac,%.o,$(wildcard $(1:=.ac)))
RUNTIME   = $(filter-out runtime/tls/%,$(call OBJECTS,runtime/*/*))
RUNTIME_TLS = $(call OBJECTS,runtime/tls/*)
UNIT      = $(patsubst %.c,%,$(wildcard tests/unit/test_*.c))
RUNTIME_UNIT = $(filter tests/unit/test_core% tests/unit/test_loop% tests/unit/test_stream%,$(UNIT))
GENERATED = build/gen/ac.tab.c build/gen/ac.lex.c

# Where a tool is missing, the generated files wait for it to be installed.
TOOLS  := $(foreach tool,flex bison,$(if $(shell command -v $(tool)),,$(tool)))
NEEDED := $(if $(strip $(TOOLS)),build/gen/tools)
build/gen/tools:
	@CC="$(CC)" tests/deps.sh $(TOOLS)
	@mkdir -p $(@D) && touch $@

build/gen/ac.tab.c: grammar/ac.y $(NEEDED)
	@mkdir -p $(@D)
	bison -Wall -Werror -d -o $@ $<
build/gen/ac.tab.h: build/gen/ac.tab.c ;
build/gen/ac.lex.c: grammar/ac.l $(NEEDED)
	@mkdir -p $(@D)
	flex -o $@ $<

# The backend on io_uring is built where liburing is there as a static library, whose objects become part of libac.a: so programs link
# with libac.a alone. Elsewhere programs that ask for io_uring run on epoll.
build/uring/flags:
	@CC="$(CC)" tests/deps.sh --optional liburing
	@mkdir -p $(@D); library=$$($(CC) -print-file-name=liburing.a); \
	if echo '#include <liburing.h>' | $(CC) -E - >/dev/null 2>&1 && [ -f "$$library" ]; \
	then (cd $(@D) && ar x "$$library") && echo -DAC__HAVE_URING >$@; \
	else echo "note: no static liburing: libac is built without io_uring"; : >$@; fi

# Whether there is OpenSSL, for libac_tls.a: asked once. Elsewhere that library is left out.
ifneq ($(filter-out clean deps format,$(or $(MAKECMDGOALS),all)),)
include build/tls.mk
endif
all: $(if $(TLS),build/libac_tls.a)
build/tls.mk:
	@CC="$(CC)" tests/deps.sh --optional libssl
	@mkdir -p $(@D); if printf '#include <openssl/opensslv.h>\nint three[OPENSSL_VERSION_MAJOR - 2];' | $(CC) -fsyntax-only -x c - 2>/dev/null; \
	then echo TLS = yes >$@; else echo "note: no OpenSSL 3: libac_tls is not built"; echo TLS = >$@; fi

# ---- the parts of the runtime that are written in the dialect ----

# Those whose frames programs put into their own have a header in runtime/include, ac_condition.h for condition.ac. It is kept
# there, so that the header of a source tree is whole without acc, and must be what acc makes: `make frames` brings it up to date.
published = $(wildcard runtime/include/ac_$(basename $(notdir $(1))).h)
build/ac/%.c: %.ac build/acc
	@mkdir -p $(@D)
	build/acc $(INCLUDES) -DAC__MAKES_$(*F) $(if $(call published,$<),--publish=$(@:.c=.h)) -MMD -MP -MT $@ -MF $(@:.c=.d) $< -o $@
	@$(if $(call published,$<),cmp $(@:.c=.h) $(call published,$<) || { echo "run make frames"; rm -f $@; false; })
.PHONY: frames
frames: build/acc
	for source in $(foreach source,$(wildcard runtime/*/*.ac),$(if $(call published,$(source)),$(source))); do \
	    name=$$(basename $$source .ac); \
	    build/acc $(INCLUDES) -DAC__MAKES_$$name --publish=runtime/include/ac_$$name.h $$source -o /dev/null || exit 1; done
-include $(patsubst %.ac,build/ac/%.d,$(wildcard runtime/*/*.ac))

# ---- one set of rules, twice: as it is used, and under the sanitizers ----

define products
$(1)/obj/%.o: %.c | $(GENERATED)
	@mkdir -p $$(@D)
	$$(COMPILE) $(2) -c -o $$@ $$<
$(1)/obj/%.o: build/ac/%.c
	@mkdir -p $$(@D)
	$$(COMPILE) $(2) -DAC__MAKES_$$(*F) -I$$(dir $$*) -c -o $$@ $$<
# Not ours to make free of warnings: what flex and bison write.
$(1)/obj/gen/%.o: build/gen/%.c | $(GENERATED)
	@mkdir -p $$(@D)
	$$(COMPILE) $(2) -w -c -o $$@ $$<
$(1)/libacc.a: $$(addprefix $(1)/obj/,$$(filter-out compiler/main.o,$$(COMPILER)))
	@rm -f $$@ && ar rcs $$@ $$^
$(1)/obj/runtime/loop/uring.o: runtime/loop/uring.c build/uring/flags
	@mkdir -p $$(@D)
	$$(COMPILE) $(2) $$$$(cat build/uring/flags) -c -o $$@ $$<
$(1)/libac.a: $$(addprefix $(1)/obj/,$$(RUNTIME))
	@rm -f $$@ && ar rcs $$@ $$^ $$$$(find build/uring -name '*.o*')
$(1)/libac_tls.a: $$(addprefix $(1)/obj/,$$(RUNTIME_TLS))
	@rm -f $$@ && ar rcs $$@ $$^
$(1)/acc: $(1)/obj/compiler/main.o $(1)/libacc.a
	$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^
$(addprefix $(1)/,$(RUNTIME_UNIT)): $(1)/libac.a
$(addprefix $(1)/,$(filter-out $(RUNTIME_UNIT),$(UNIT))): $(1)/libacc.a
$(1)/tests/unit/%: $(1)/obj/tests/unit/%.o
	@mkdir -p $$(@D)
	$$(CC) $(2) -o $$@ $$^ $$$$(pkg-config --libs check) -lm -lpthread
$(1)/obj/tests/%.o: | build/tests/tools
-include $(addprefix $(1)/obj/,$(COMPILER:.o=.d) $(RUNTIME:.o=.d) $(RUNTIME_TLS:.o=.d) $(UNIT:=.d))
endef
$(eval $(call products,build,$(CFLAGS)))
$(eval $(call products,build/asan,$(SANITIZE)))
$(eval $(call products,build/counted,$(COUNT)))
build/counted/acc: build/counted/steps.o
build/counted/steps.o: tests/steps.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -c -o $@ $<

# ---- tests ----

# Some systems have a compiler without the sanitizers' libraries.
ifneq ($(filter check faults,$(MAKECMDGOALS)),)
ifeq ($(shell mkdir -p build; echo 'int main(void) { return 0; }' | $(CC) $(SANITIZERS) -x c - -o build/probe 2>/dev/null && echo yes),)
$(info note: $(CC) has no sanitizers here: the tests run without them)
SANITIZERS =
endif
# acc with its steps counted (tests/steps.c), where the compiler can do that.
ifneq ($(shell echo 'void __sanitizer_cov_trace_pc(void) {} int main(void) { return 0; }' | \
               $(CC) $(COUNT) -x c -c - -o build/probe 2>/dev/null && echo yes),)
COUNTED = build/counted/acc
endif
endif

build/tests/tools:
	@CC="$(CC)" tests/deps.sh check pkg-config
	@for tool in clang tcc; do CC="$(CC)" tests/deps.sh --optional $$tool; done
	@mkdir -p $(@D) && touch $@

RUNNER = tests/run.c tests/program.c tests/messages.c tests/conversation.c tests/process.c
build/tests/run: $(RUNNER) $(wildcard tests/*.h) | build/tests/tools
	$(CC) $(WARNINGS) $(CFLAGS) $$(pkg-config --cflags check) -o $@ $(filter %.c,$^) $$(pkg-config --libs check)
build/fuzz/trace: $(wildcard tests/fuzz/trace/*.c) tests/fuzz/trace/tree.h tests/test.h tests/process.c tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)
build/fuzz/asyncio: $(wildcard tests/fuzz/asyncio/*.[ch]) tests/fuzz/pieces.h tests/fuzz/subject.h tests/process.h \
                    $(addprefix tests/,fuzz/pieces.c fuzz/subject.c fuzz/warnings.c process.c)
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)
build/tests/asserts: tests/passthrough/asserts.c build/libacc.a
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(INCLUDES) $(CFLAGS) -o $@ $^
build/tests/passthrough-cc: tests/passthrough/cc.c tests/process.c tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -Itests -o $@ $(filter %.c,$^)
build/tests/clients: tests/clients.c tests/process.c tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)

build/tests/storm.so: tests/storm.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) -O1 -shared -fPIC -o $@ $<
build/tests/faults: tests/faults/faults.c tests/conversation.c tests/process.c tests/conversation.h tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)

# Each fuzzer is called with the first seed and the number of seeds; its status is 0 when nothing failed.
FUZZERS = build/fuzz/trace build/fuzz/csmith build/fuzz/mutate build/fuzz/slips build/fuzz/asyncio

build/fuzz/asyncify: tests/fuzz/asyncify.c build/libacc.a
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(INCLUDES) $(CFLAGS) -o $@ $^
build/fuzz/csmith: $(wildcard tests/fuzz/*.h) tests/process.h $(addprefix tests/,fuzz/csmith.c fuzz/subject.c fuzz/warnings.c fuzz/reduce.c process.c)
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)

build/fuzz/mutate build/fuzz/slips: build/fuzz/%: tests/fuzz/%.c tests/fuzz/pieces.c tests/process.c tests/fuzz/pieces.h tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)

fuzz: build/acc build/asan/acc build/libac.a build/asan/libac.a build/fuzz/asyncify $(FUZZERS)
	@for tool in csmith clang python3; do CC="$(CC)" tests/deps.sh --optional $$tool; done
	@failed=0; for fuzzer in $(FUZZERS); do $$fuzzer $(SEED) $(N) || failed=1; done; exit $$failed

# One token of a program left out, doubled or swapped: how many errors are told, beside gcc and clang.
slips: build/acc build/fuzz/slips
	@CC="$(CC)" tests/deps.sh --optional clang
	build/fuzz/slips $(SEED) $(N)

build/tests/certificates/ca.pem: tests/certificates.sh
	@CC="$(CC)" tests/deps.sh --optional openssl
	tests/certificates.sh $(@D)

TLS_TESTS = $(if $(TLS),build/libac_tls.a build/asan/libac_tls.a build/tests/certificates/ca.pem)
check: build/acc build/libac.a build/asan/acc build/asan/libac.a $(TLS_TESTS) build/tests/run build/tests/clients \
       build/fuzz/trace build/fuzz/csmith build/fuzz/mutate build/fuzz/slips build/fuzz/asyncify build/fuzz/asyncio build/bench-source $(COUNTED) build/tests/asserts build/tests/passthrough-cc \
       build/tests/storm.so build/tests/faults \
       $(addprefix build/,$(UNIT)) $(addprefix build/asan/,$(UNIT))
	SANITIZERS='$(SANITIZERS)' build/tests/run '$(TEST)'

# The first 500 of each kind. OPTIONS='-k call -b uring' and the like: see tests/faults/faults.c.
PROGRAMS =
OPTIONS  =
faults: build/acc build/asan/libac.a $(TLS_TESTS) build/tests/faults
	SANITIZERS='$(SANITIZERS)' build/tests/faults $(OPTIONS) $(PROGRAMS)

build/soak.d/soak.c: tests/soak/soak.ac build/acc
	@mkdir -p $(@D)
	build/acc -Iruntime/include $< -o $@
build/soak: build/soak.d/soak.c build/libac_tls.a build/libac.a
	$(CC) -std=gnu11 -O2 -g -Iruntime/include -o $@ $^ -lpthread -lssl -lcrypto
soak: build/soak $(TLS_TESTS)
	@for backend in epoll uring poll; do echo "$(SOAK) seconds on $$backend"; \
	    AC_BACKEND=$$backend build/soak $(SOAK) $(SEED) build/soak.d build/tests/certificates || exit 1; done

# As many idle connections as descriptors are allowed, up to 100,000: how many were held, and the bytes for each.
idle: build/samples/echo_server build/tests/clients
	@for backend in epoll uring; do echo $$backend; AC_BACKEND=$$backend build/tests/clients build/samples/echo_server 100000 0 || exit 1; done

# Headers of the system and of many packages, and whole programs; installs and fetches what it lacks.
passthrough: build/acc build/libac.a build/tests/asserts build/tests/passthrough-cc
	tests/passthrough/headers.sh
	tests/passthrough/programs.sh

# All of SQLite as async functions, with awaits at random places.
awaited: build/acc build/libac.a build/tests/bodies build/fuzz/asyncify
	tests/passthrough/awaited.sh $(SEED)
build/tests/bodies: tests/passthrough/bodies.c build/libacc.a
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) -Icompiler -Ibuild/gen $(CFLAGS) -o $@ $^

editors-check:
	editors/check.sh
editors-parser:
	editors/check.sh parser

# ---- constructs and awaits ----

matrix:
	$(MAKE) check TEST='matrix/*'
	sh tests/matrix/compare.sh build/matrix > build/matrix.md
	cp build/matrix.md docs/matrix.md

# ---- demo ----

build/samples/%.c: samples/%.ac build/acc
	@mkdir -p $(@D)
	build/acc -Iruntime/include $< -o $@
build/samples/%: build/samples/%.c build/libac.a
	$(CC) $(CFLAGS) -Iruntime/include -Isamples -o $@ $^ -lpthread
build/demo: tests/demo.c tests/process.c tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $(filter %.c,$^)

demo: build/acc build/libac.a build/demo build/samples/rate_server
	@build/demo build/samples/rate_server samples/rate_server.ac

# ---- measures ----

build/bench.d/%.c: tests/bench/%.ac build/acc
	@mkdir -p $(@D)
	build/acc -Iruntime/include -Itests/bench $< -o $@
build/bench: build/bench.d/bench.c build/bench.d/callee.c build/libac.a tests/bench/common.h
	$(CC) -O2 -Iruntime/include -Itests/bench -o $@ $(filter %.c %.a,$^) -lpthread
# The callees that must stay calls are in a file of their own, without recursive inlining.
build/bench.d/plain.o: tests/bench/plain.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) -O1 -c -o $@ $<
build/bench-c: tests/bench/byhand.c build/bench.d/plain.o tests/bench/common.h
	$(CC) $(WARNINGS) -O2 -Itests/bench -o $@ $(filter %.c %.o,$^)
build/bench-load: tests/bench/load.c tests/bench/common.h
	$(CC) $(WARNINGS) -O2 -Itests/bench -o $@ $<
build/bench-multishot: tests/bench/multishot.c tests/bench/common.h build/uring/flags
	$(CC) $(WARNINGS) -O2 -Itests/bench -o $@ $< -luring
build/bench-source: tests/bench/source.c
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $<
build/bench-compile: tests/bench/compile.c
	@mkdir -p build/bench.d
	$(CC) $(WARNINGS) $(CFLAGS) -o $@ $<
build/bench-compare: tests/bench/compare.c tests/process.c tests/process.h
	@mkdir -p $(@D)
	$(CC) $(WARNINGS) $(CFLAGS) -Itests -o $@ $(filter %.c,$^)

bench: build/acc build/bench build/bench-c build/bench-load build/bench-compare
	@build/bench-compare $(ROWS)
bench-multishot: build/bench-multishot
	@build/bench-multishot
bench-compile: build/acc build/bench-source build/bench-compile
	@build/bench-compile $(ROWS)

# ---- the rest ----

# The first block of the README, its states, and these drawn; a test holds the .dot against acc, and the .svg against the .dot.
picture: build/acc
	@CC="$(CC)" tests/deps.sh dot
	awk '/^```c$$/ { n++; inside = n == 1; next } /^```$$/ { inside = 0 } inside' README.md > build/average.ac
	cd build && ./acc -I../runtime/include --emit=states average.ac > ../docs/average.dot
	dot -Tsvg docs/average.dot > docs/average.svg
	echo "<!-- of average.dot: $$(cksum < docs/average.dot) -->" >> docs/average.svg

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install build/acc $(DESTDIR)$(PREFIX)/bin/acc
	install -m 644 $(filter-out $(if $(TLS),,%/ac_tls.h),$(wildcard runtime/include/*.h)) $(DESTDIR)$(PREFIX)/include
	install -m 644 build/libac.a $(DESTDIR)$(PREFIX)/lib/libac.a
	install -d $(DESTDIR)$(PREFIX)/share/acc
	cp -R editors/clangd editors/vim editors/vscode editors/tree-sitter-ac $(DESTDIR)$(PREFIX)/share/acc
	install -m 644 runtime/gdb/ac-gdb.py $(DESTDIR)$(PREFIX)/share/acc/ac-gdb.py
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: ac' 'Description: the runtime of acc, async/await for C' \
	    'Version: $(VERSION)' 'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lac -lpthread' \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/ac.pc
ifneq ($(TLS),)
	install -m 644 build/libac_tls.a $(DESTDIR)$(PREFIX)/lib/libac_tls.a
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: ac_tls' 'Description: TLS for the streams of acc, on OpenSSL' \
	    'Version: $(VERSION)' 'Requires: ac, openssl >= 3' 'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lac_tls' \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/ac_tls.pc
endif

deps:
	@CC="$(CC)" tests/deps.sh flex bison check pkg-config
	@for tool in liburing libssl openssl nginx clang tcc curl nc clang-format clang-tidy valgrind csmith clangd vim libtree-sitter libcurl hiredis libpq glib libuv redis-server postgres; do CC="$(CC)" tests/deps.sh --optional $$tool; done

# The lines that have changed since BASE, and no others: what somebody has aligned by hand stays.
BASE = HEAD
format:
	git clang-format --force --extensions c,h $(BASE)
lint: $(GENERATED)
	clang-tidy --quiet $(wildcard compiler/*.c runtime/*/*.c) -- $(WARNINGS) $(INCLUDES)

clean:
	rm -rf build
