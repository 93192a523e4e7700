import hashlib, json, math, os, re, subprocess, sys
from functools import reduce  # rebuild.py [SHARE FILE] [--password] [--show-share] [--words=FILE] [--rounds=N]
options = dict(argument.partition("=")[::2] for argument in sys.argv[1:])
file = next((name for name in options if not name.startswith("--")), None)
def read(name):  # from here, or from beside this script
    paths = [name, os.path.join(os.path.dirname(os.path.abspath(__file__)), name)]
    return next((open(path, "rb").read() for path in paths if os.path.isfile(path)), b"")
if file and not read(file): sys.exit(f"There is no file {file}.")
try: manifest = dict(json.loads(read("manifest.json")))
except (TypeError, ValueError): manifest = {}
rounds = int(options.get("--rounds", manifest.get("rounds", 10_000_000)))
book = read(options["--words"]) if "--words" in options else read("words.txt") or read("CEREMONY.md")
book = book.decode("utf-8", "replace")
rows = re.findall(r"(?m)^ *[0-9]+((?: +[a-z]{3,8}){8})$", book) or [book]
words = [word[:4] for row in rows for word in row.split()]
def times(a, b, field=0x11D):  # the product in GF(2^n); the bits of `field` are the polynomial
    return a * (b & 1) ^ (times(min(2 * a, 2 * a ^ field), b >> 1, field) if b > 1 else 0)
def check(numbers, field, count):  # Reed-Solomon: the numbers are correct if all these sums are 0
    sums = lambda them: [reduce(lambda a, b: times(a, 1 << i, field) ^ b, them) for i in range(count)]
    found, size = sums(numbers), len(numbers)
    one = [i for i in range(1, size + 1) if sums([found[0]] + [0] * (size - i)) == found]
    if any(found): raise ValueError(f"number {one[0]} of {size} is wrong" if one else "more than one is wrong")
def take(typed, of_set):  # a line: a prime, a card, or only the id of a card that is to be left out; returns the set
    line = " ".join(typed).replace(":", " ").split()
    if len(line) in (16, 33):
        if len(words) != 2048: raise ValueError("the word list, words.txt or CEREMONY.md, is missing")
        numbers = [words.index(word[:4]) for word in line]  # no two words share their first four letters
        check(numbers, 0x805, 3)
        bits = "".join(f"{number:011b}" for number in numbers[:-3])  # header, share, zeros as padding
        if of_set not in (None, bits[:29]): raise ValueError("this card is from another set")
        cards[int(bits[29:33], 2) + 1] = bytes(int(bits[i:i + 8], 2) for i in range(33, len(bits) - 7, 8))
        return bits[:29]
    if isinstance(of_set, str): raise ValueError("the other cards have words")
    if of_set and len(typed) == 1 and len(typed[0]) < 3:
        cards.pop(int(typed[0]), None)
    elif not of_set or len(typed) == 1:
        if not any(bytes.fromhex("".join(line))): raise ValueError("this is no prime")
        return bytes.fromhex("".join(line))
    else:
        card, share = int(line[0]), bytes.fromhex("".join(line[1:]))
        if len(share) == 10: check([*of_set, card, *share], 0x11D, 2)  # with check bytes
        cards[card] = share[:8]
    return of_set
def rebuild(of_set):  # the name of the set in manifest.json, and the passwords that it may have
    if isinstance(of_set, bytes):  # Lagrange's interpolation at 0, modulo the prime
        p, y = int.from_bytes(of_set, "big"), {i: int.from_bytes(share, "big") for i, share in cards.items()}
        secret = sum(y[i] * math.prod(j * pow(j - i, p - 2, p) for j in y if j != i) for i in y) % p
        secret = secret.to_bytes(len(of_set), "big")
        print("Password in hexadecimal, if it opens the file:", secret.hex())
        return of_set.hex(), [secret, secret.lstrip(b"\0")]
    secret = bytes(37)  # the same in GF(256), byte by byte
    for i, share in cards.items():
        weight = reduce(times, (next(n for n in range(256) if times(n, i ^ j) == j) for j in cards if j != i), 1)
        secret = bytes(a ^ times(b, weight) for a, b in zip(secret, share))
    kind, set_id, threshold = int(of_set[:3], 2), int(of_set[3:25], 2), int(of_set[25:], 2) + 1
    inside = b"ceremony set" + set_id.to_bytes(3, "big") + bytes([kind, threshold]) + secret[:-5]
    if hashlib.sha256(inside).digest()[:5] != secret[-5:]: raise ValueError(f"Wrong cards, or fewer than {threshold}.")
    if kind: sys.exit(print("SO-PIN:", secret[:-5].hex()))
    print(f"Password, for sc-hsm-tool --import-dkek-share {file or 'FILE'}:", secret[:-5].hex())
    return f"{set_id:06x}", [secret[:-5].hex().encode()]
def unseal(of_set, passwords):  # with the share file that was named, or the one that belongs to the set
    known = [share for share in manifest.get("dkek_shares", []) if re.sub("[ :]", "", share["set"] or "") == of_set]
    name = file or (known[0]["share_file"] if known else None)
    for password in passwords if name else []:
        sealed, key, last = read(name)[:64], b"", b""
        while len(key) < 48:  # 32 bytes of key, 16 of IV
            last += password + sealed[8:16]
            for _ in range(rounds): last = hashlib.md5(last).digest()
            key += last
        command = f"openssl enc -d -aes-256-cbc -nopad -K {key[:32].hex()} -iv {key[32:].hex()}".split()
        plain = subprocess.run(command, input=sealed[16:], stdout=subprocess.PIPE).stdout
        if plain[32:] == b"\x10" * 16:
            print("Key check value:", hashlib.sha256(plain[:32]).hexdigest()[:16].upper())
            if "--show-share" in options: print("DKEK share:", plain[:32].hex())
            name = None
            break
    if name: raise ValueError("These cards do not open this file.")
def answer(made):  # ends, or says why it cannot
    try: sys.exit(unseal(*made()))
    except ValueError as wrong: return str(wrong)
cards, of_set, problem = {}, None, "There are no cards."
if "--password" in options: sys.exit(answer(lambda: (None, [input("Password: ").encode()])))
ask = lambda text: print(text, file=sys.stderr)
ask("One line per card: its words; or first the prime, then id and value. End with an empty line.")
while True:
    lines = 0
    for typed in iter(lambda: sys.stdin.readline().lower().split(), []):
        lines += 1
        try: of_set = take(typed, of_set)
        except ValueError as wrong:
            ask(f"Not accepted: {wrong}. Type it again: 33 words, or 16, or id and value; or the prime alone.")
    if not lines: sys.exit(problem)
    problem = answer(lambda: rebuild(of_set)) if cards else problem
    ask(f"{problem} To correct it, type the prime or a card again, or the id alone of a card to leave it out.")
    ask("An empty line ends.")
