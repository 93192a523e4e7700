# make rehearse   rehearse a key ceremony in this terminal; nothing to plug in
# make test       all tests
# make lint       format and lints
#
# What is missing is installed where that is allowed, and named where it is not.

export PATH := $(HOME)/.cargo/bin:$(PATH)

.PHONY: rehearse test lint tools

rehearse: tools
	cargo run --release --locked -- rehearse

test: tools
	cargo test --locked

lint: tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

tools:
	@set -e; \
	if ! command -v cc >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends build-essential; \
		elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then \
			sudo apt-get update -q && sudo DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends build-essential; \
		else \
			echo "A C compiler is missing (it links the program). Install it: Debian package build-essential." >&2; exit 1; \
		fi; \
	fi; \
	if ! command -v cargo >/dev/null; then \
		echo "Rust is missing: cargo was not found. Install rustup (https://rustup.rs, or the package rustup of" >&2; \
		echo "your distribution), then: rustup default stable. Rust 1.95 or newer is needed." >&2; exit 1; \
	fi
