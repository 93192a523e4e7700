import hashlib, math, re, subprocess, sys
from functools import reduce  # python3 rebuild.py [SHARE FILE] [--show-share] [--words=FILE] [--rounds=N]
options = dict(argument.partition("=")[::2] for argument in sys.argv[1:])
file = next((name for name in options if not name.startswith("--")), None)
sealed = open(file, "rb").read(64) if file else b""
book = open(options.get("--words", "CEREMONY.md"), encoding="utf-8").read()
words = [w[:4] for row in re.findall(r"(?m)^ *[0-9]+((?: +[a-z]{3,8}){8})$", book) for w in row.split()]
def times(a, b, field=0x11D):  # the product in GF(2^n); the bits of `field` are the polynomial
    return a * (b & 1) ^ (times(min(2 * a, 2 * a ^ field), b >> 1, field) if b > 1 else 0)
def check(numbers, field, count):  # Reed-Solomon: the numbers are correct if all these sums are 0
    sums = lambda them: [reduce(lambda a, b: times(a, 1 << i, field) ^ b, them) for i in range(count)]
    found, size = sums(numbers), len(numbers)
    one = [i for i in range(1, size + 1) if sums([found[0]] + [0] * (size - i)) == found]
    if any(found): raise ValueError(f"number {one[0]} of {size} is wrong" if one else "more than one is wrong")
print("One line per card: its words; or first the prime, then id and value. End with an empty line.", file=sys.stderr)
cards, of_set, secret = {}, None, bytes(37)  # of_set: the prime; or kind, set id and threshold, in bits
for line in iter(lambda: sys.stdin.readline().lower().replace(":", " ").split(), []):
    try:
        if len(line) in (16, 33):
            numbers = [words.index(word[:4]) for word in line]  # no two words share their first four letters
            check(numbers, 0x805, 3)
            bits = "".join(f"{number:011b}" for number in numbers[:-3])  # header, share, zeros as padding
            if of_set not in (None, bits[:29]): raise ValueError("this card is from another set")
            of_set, share = bits[:29], bytes(int(bits[i:i + 8], 2) for i in range(33, len(bits) - 7, 8))
            cards[int(bits[29:33], 2) + 1] = share
        elif not of_set:
            of_set = bytes.fromhex("".join(line))
        else:
            card, share = int(line[0]), bytes.fromhex("".join(line[1:]))
            if len(share) == 10: check([*of_set, card, *share], 0x11D, 2)  # with check bytes
            cards[card] = share[:8]
    except ValueError as wrong:
        print(f"Not accepted: {wrong}. Type it again: 33 words, or 16, or id and value.", file=sys.stderr)
if not cards: sys.exit("There are no cards.")
if isinstance(of_set, bytes):  # Lagrange's interpolation at 0, modulo the prime
    p, y = int.from_bytes(of_set, "big"), {i: int.from_bytes(share, "big") for i, share in cards.items()}
    secret = sum(y[i] * math.prod(j * pow(j - i, p - 2, p) for j in y if j != i) for i in y) % p
    passwords = [secret.to_bytes(len(of_set), "big"), secret.to_bytes(len(of_set), "big").lstrip(b"\0")]
    print("Password in hexadecimal, if it opens the file:", passwords[0].hex())
else:  # the same in GF(256), byte by byte
    for i, share in cards.items():
        weight = reduce(times, (next(n for n in range(256) if times(n, i ^ j) == j) for j in cards if j != i), 1)
        secret = bytes(a ^ times(b, weight) for a, b in zip(secret, share))
    kind, set_id, threshold = int(of_set[:3], 2), int(of_set[3:25], 2), int(of_set[25:], 2) + 1
    inside = b"ceremony set" + set_id.to_bytes(3, "big") + bytes([kind, threshold]) + secret[:-5]
    if hashlib.sha256(inside).digest()[:5] != secret[-5:]: sys.exit(f"Wrong cards, or fewer than {threshold}.")
    passwords = [] if kind else [secret[:-5].hex().encode()]
    print("SO-PIN:" if kind else f"Password, for sc-hsm-tool --import-dkek-share {file or 'FILE'}:", secret[:-5].hex())
for password in passwords if file else []:
    key = last = b""
    while len(key) < 48:  # 32 bytes of key, 16 of IV
        last += password + sealed[8:16]
        for _ in range(int(options.get("--rounds", 10_000_000))): last = hashlib.md5(last).digest()
        key += last
    command = f"openssl enc -d -aes-256-cbc -nopad -K {key[:32].hex()} -iv {key[32:].hex()}".split()
    plain = subprocess.run(command, input=sealed[16:], stdout=subprocess.PIPE).stdout
    if plain[32:] == b"\x10" * 16:
        print("Key check value:", hashlib.sha256(plain[:32]).hexdigest()[:16].upper())
        sys.exit(print("DKEK share:", plain[:32].hex()) if "--show-share" in options else 0)
if file and passwords: sys.exit("These cards do not open this file.")
