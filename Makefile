# make rehearse   rehearse a key ceremony in this terminal; nothing to plug in
# make check      before every commit: format, lints, unit tests and the quick tests in one process (about a minute)
# make test       all tests, with the real peers (pcscd, virtual readers, OpenSC)
# make torture    the long run: the card hangs up at every single command, on virtual readers too, the script is damaged
#                 in every way, a thousand shares get every slip, every kept backup is restored (about 10 minutes)
# make bench      measures, and prints the table of the README
# make lint       format and lints
#
# Anything missing is installed where that is allowed, and named where it is not.

export PATH := $(HOME)/.cargo/bin:$(PATH):/usr/sbin:/sbin
# Without a terminal, a test asks tput for a size, and tput reads this.
export TERM := $(or $(TERM),dumb)

# Debian's packages: what the build needs, and the peers of the tests.
BUILD := build-essential pkg-config libpcsclite-dev
PEERS := opensc pcscd vsmartcard-vpcd openssl python3 strace util-linux

# The minimum version of `cargo`.
RUST := $(shell sed -n 's/^rust-version = "\(.*\)"$$/\1/p' Cargo.toml)

# The tests of `make check`: whole ceremonies, share engine, kept forms, rooms, the script, secrets, golden traces. They
# need neither a terminal nor a reader. Left out is what takes longest: a card that vanishes at any command (as long as
# all others together), and one of the kept forms, each of whose share files takes the full rounds.
QUICK := ceremonies:: engine:: forms:: rooms:: script_breaks:: secrets:: softcard_traces:: \
	--skip ceremonies::cuts:: --skip forms::the_keys_of_the_second

# Some tests read the memory of the program, which only root may do, and all readers are in a mount namespace.
# Without root, they run as root in a user namespace of their own.
ifneq ($(shell id -u),0)
AS_ROOT := unshare -Ur
endif

.PHONY: rehearse check test torture bench lint build-tools peers cargo namespaces

rehearse: build-tools
	cargo run --release --locked -- rehearse

check: lint
	cargo test --locked --lib
	cargo test --locked --test it -- $(QUICK)

test: build-tools peers namespaces
	$(AS_ROOT) cargo test --locked

torture: build-tools peers namespaces
	CEREMONY_TORTURE=1 $(AS_ROOT) cargo test --locked --test it -- hangups ceremonies script_breaks engine forms

bench: build-tools peers namespaces
	$(AS_ROOT) cargo bench --locked

lint: build-tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

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
