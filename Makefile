# make rehearse   rehearse a key ceremony in this terminal; nothing to plug in
# make test       all tests, with the real peers (pcscd, virtual readers, OpenSC)
# make torture    the long run: the card hangs up at every single command, on virtual readers too (about 6 minutes)
# make bench      measures, and prints the table of the README
# make lint       format and lints
#
# What is missing is installed where that is allowed, and named where it is not.

export PATH := $(HOME)/.cargo/bin:$(PATH):/usr/sbin:/sbin

# Debian's packages: what the build needs, and the peers of the tests.
BUILD := build-essential pkg-config libpcsclite-dev
PEERS := opensc pcscd vsmartcard-vpcd openssl python3 util-linux

.PHONY: rehearse test torture bench lint build-tools peers cargo

rehearse: build-tools
	cargo run --release --locked -- rehearse

test: build-tools peers
	cargo test --locked

torture: build-tools peers
	CEREMONY_TORTURE=1 cargo test --locked --test it -- hangups ceremonies

bench: build-tools peers
	cargo bench --locked

lint: build-tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

build-tools: cargo
	@$(call have,$(BUILD))

peers:
	@$(call have,$(PEERS))

cargo:
	@command -v cargo >/dev/null || { \
		echo "Rust is missing: cargo was not found. Install rustup (https://rustup.rs, or the package rustup of" >&2; \
		echo "your distribution), then: rustup default stable. Rust 1.95 or newer is needed." >&2; exit 1; }

# Installs those of these Debian packages that are missing; elsewhere, names what is needed.
define have
set -e; \
command -v dpkg-query >/dev/null || { echo "Not a Debian system. These Debian packages, or the like, are needed: $(1)" >&2; exit 0; }; \
missing=""; \
for package in $(1); do \
	dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
	if [ "$$(id -u)" = 0 ]; then sudo=""; \
	elif sudo -n true 2>/dev/null; then sudo="sudo"; \
	else echo "Packages are missing. Install them: apt-get install$$missing" >&2; exit 1; fi; \
	$$sudo apt-get update -q; \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
fi
endef
