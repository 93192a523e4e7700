# make rehearse   rehearse a key ceremony in this terminal; nothing to plug in
# make check      before every commit: format, lints, unit tests, the rooms, and sittings that must keep the laws (under a minute)
# make test       all tests, with the real peers (pcscd, virtual readers, OpenSC)
# make torture    the long run: the card hangs up at every single command, on virtual readers too, and answers every kind of
#                 command in every wrong way, the program is killed inside steps that cannot be undone, the script is damaged
#                 in every way, a thousand shares get every slip, every kept backup is restored (twenty minutes on two cores)
# make fuzz       looks for input that breaks something: every target of fuzz/ for a minute (FUZZ_SECONDS=60)
# make bench      measures, and prints the table of the README
# make lint       format and lints
# make release    the program for a ceremony, target/release/ceremony, with the same bytes wherever it is built
# make reproducible   builds it in two folders and compares them byte by byte (takes minutes)
# make sbom       what the program is made of, as CycloneDX: target/sbom.cdx.json
#
# Anything missing is installed where that is allowed, and named where it is not.

export PATH := $(HOME)/.cargo/bin:$(PATH):/usr/sbin:/sbin
# Without a terminal, a test asks tput for a size, and tput reads this.
export TERM := $(or $(TERM),dumb)
# Many tests wait for a person, a reader or a screen: two more than there are cores keep the cores busy.
export RUST_TEST_THREADS := $(or $(RUST_TEST_THREADS),$(shell expr $$(nproc) + 2))

# Debian's packages: what the build needs, and the peers of the tests.
BUILD := build-essential pkg-config libpcsclite-dev
PEERS := opensc pcscd vsmartcard-vpcd openssl python3 strace util-linux

# How long each target is fuzzed.
FUZZ_SECONDS ?= 60

# The minimum version of `cargo`.
RUST := $(shell sed -n 's/^rust-version = "\(.*\)"$$/\1/p' Cargo.toml)

# The tests of `make check`: the rooms of the house, what no type with a secret can do, and whole sittings in one process.
QUICK := rooms:: secrets:: ceremonies::laws::

# Some tests read the memory of the program, which only root may do, and all readers are in a mount namespace.
# Without root, they run as root in a user namespace of their own.
ifneq ($(shell id -u),0)
AS_ROOT := unshare -Ur
endif

.PHONY: rehearse check test torture fuzz bench lint release reproducible sbom build-tools peers cargo namespaces

rehearse: build-tools
	cargo run --release --locked -- rehearse

check: lint
	cargo test --locked --lib
	cargo test --locked --test it -- $(QUICK)

test: build-tools peers namespaces
	$(AS_ROOT) cargo test --locked

# Those with wrong answers are thousands of sittings, in memory: each syncs its files to the disc, which takes most of its time.
torture: export CEREMONY_TORTURE := 1
torture: build-tools peers namespaces
	$(AS_ROOT) cargo test --locked --test it -- hangups killed_in_steps ceremonies script_breaks engine forms --skip ceremonies::misanswers
	@set -e; folder="$$(mktemp -d -p /dev/shm)"; trap 'rm -rf "$$folder"' EXIT; \
	TMPDIR="$$folder" $(AS_ROOT) cargo test --locked --test it -- ceremonies::misanswers

# The tests leave the seeds. Everything is written into memory: days of a ceremony sync their files to the disc.
fuzz: build-tools
	cargo test --locked --test it -- hostile
	@$(call tool,cargo-fuzz,fuzz)
	cargo fuzz build -s none
	@set -e; folder="$$(mktemp -d -p /dev/shm)"; trap 'rm -rf "$$folder"' EXIT; \
	for target in $$(cargo fuzz list); do \
		mkdir -p "fuzz/corpus/$$target"; \
		cp target/tmp/hostile/$$target/* "fuzz/corpus/$$target/"; \
		echo "$$target, for $(FUZZ_SECONDS) seconds"; \
		TMPDIR="$$folder" cargo fuzz run -s none "$$target" -- -max_total_time=$(FUZZ_SECONDS) -timeout=60 \
			-max_len=8192 -verbosity=0 -print_final_stats=1; \
	done

bench: build-tools peers namespaces
	$(AS_ROOT) cargo bench --locked

lint: build-tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

# Where it is built is in no byte of it.
release: export RUSTFLAGS := --remap-path-prefix=$(CURDIR)=/ceremony --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo
release: build-tools
	cargo build --release --locked

reproducible: build-tools
	@set -e; place="$$(mktemp -d)"; trap 'rm -rf "$$place"' EXIT; \
	for folder in one a/longer/name; do \
		mkdir -p "$$place/$$folder"; \
		git ls-files -z | xargs -0 cp --parents -t "$$place/$$folder"; \
		$(MAKE) -C "$$place/$$folder" release; \
		sha256sum "$$place/$$folder/target/release/ceremony"; \
	done; \
	cmp "$$place/one/target/release/ceremony" "$$place/a/longer/name/target/release/ceremony"; \
	echo "Both builds have the same bytes."

sbom: build-tools
	@$(call tool,cargo-cyclonedx,cyclonedx)
	cargo cyclonedx --format json --describe binaries --target x86_64-unknown-linux-gnu
	mkdir -p target && mv ceremony_bin.cdx.json target/sbom.cdx.json

build-tools: cargo
	@$(call have,$(BUILD))

peers:
	@$(call have,$(PEERS))

# The tests need a mount namespace, as created here.
namespaces: peers
	@$(AS_ROOT) unshare -m true || { \
		echo "The tests need namespaces, and this system lets this user make none. In a container: give it" >&2; \
		echo "CAP_SYS_ADMIN. Elsewhere: be root, or let everybody make user namespaces, with" >&2; \
		echo "  sysctl user.max_user_namespaces=15000" >&2; \
		echo "and, where there is such a setting, with" >&2; \
		echo "  sysctl kernel.unprivileged_userns_clone=1                  (Debian)" >&2; \
		echo "  sysctl kernel.apparmor_restrict_unprivileged_userns=0      (Ubuntu)" >&2; exit 1; }

cargo:
	@set -e; \
	advice="Install Rust by rustup: see https://rustup.rs. Rust $(RUST) or newer is needed; a distribution's is often older."; \
	command -v cargo >/dev/null || { echo "Rust is missing: cargo was not found. $$advice" >&2; exit 1; }; \
	version="$$(cargo --version | cut -d ' ' -f 2)"; \
	oldest="$$(printf '%s\n' "$(RUST)" "$${version%%-*}" | sort -V | head -n 1)"; \
	[ "$$oldest" = "$(RUST)" ] || { echo "cargo is $$version, too old. $$advice" >&2; exit 1; }

# Installs this crate, if cargo has no such command yet.
define tool
cargo $(2) --version >/dev/null 2>&1 || cargo install --locked $(1)
endef

# Installs the missing ones of these Debian packages; on other systems, names what is needed.
define have
set -e; \
command -v dpkg-query >/dev/null || { echo "Not a Debian system. These Debian packages, or the like, are needed: $(1)" >&2; exit 0; }; \
missing=""; \
for package in $(1); do \
	dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
	if [ "$$(id -u)" = 0 ]; then sudo=""; \
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo="sudo"; \
	else echo "Packages are missing. Let root install them: apt-get install$$missing" >&2; exit 1; fi; \
	echo "Installing:$$missing"; \
	$$sudo apt-get update -q; \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
fi
endef
