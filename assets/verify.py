import hashlib, json, os, re, sys  # verify.py [FOLDER]: is a folder what its record says? Standard library only.

def canonical(value):  # RFC 8785, for what a record holds
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
def from_hex(text):
    if bytes.fromhex(text).hex() == text: return bytes.fromhex(text)
    raise ValueError("is not written as the program writes")
def leaves(value, path=""):  # every value that holds no other one, with its place
    inner = value.items() if isinstance(value, dict) and "withheld" not in value else ()
    inner = enumerate(value) if isinstance(value, list) else sorted(inner)
    return [leaf for name, one in inner for leaf in leaves(one, f"{path}/{name}")] or [(path, value)]

def chain(before, raw):  # the digest of a line, and what it says; fails if the line is broken
    sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
    if raw.startswith(b'{"line":'):  # as the program wrote it before lines had leaves
        covered, _, shown = raw.rpartition(b',"sha256":"')
        digest, line = sha256(before, covered), json.loads(covered.decode() + "}")
        intact = shown == digest.hex().encode() + b'"}\n'
    else:
        line = json.loads(raw)
        if canonical(line) + b"\n" != raw: raise ValueError("is not written as the program writes")
        salts, shown, found = [from_hex(salt) for salt in line.pop("salts")], line.pop("sha256"), []
        for path, value in leaves(line):  # a value that was withheld from this copy is there as the digest of its leaf
            hidden = isinstance(value, dict) and value.get("withheld")
            leaf = (b"ceremony record 2: leaf\0", b"" if hidden else salts.pop(0), path.encode(), b"\0")
            found += [path.encode(), b"\0", from_hex(hidden) if hidden else sha256(*leaf, canonical(value))]
        digest = sha256(before, sha256(b"ceremony record 2: line\0", *found))
        intact = not salts and shown == digest.hex()
    if not intact: raise ValueError("was changed, or one before it is gone")
    return digest, line

def lines_of(record):  # every line of the record, and the digest of the last; the first that is wrong ends it
    digest, lines = bytes(32), []
    for number, raw in enumerate(record.splitlines(keepends=True), 1):
        try:
            digest, line = chain(digest, raw)
            if line["line"] != number: raise ValueError("has another number")
            if (line["what"] == "began") != (number == 1): raise ValueError("is not in its place")
            if lines and lines[-1]["what"] == "sealed": raise ValueError("comes after the seal")
        except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as wrong:
            problems.append(f"record.jsonl: line {number} {wrong}")
            break
        lines.append(line)
    return lines, digest

def files_of(lines):  # the files that the record names, with their digests; the last one counts
    files = {}
    for line in lines:
        if line["what"] == "began":
            files["plan.json"] = line["plan_sha256"]
            for file in line.get("files", []): files[file["file"]] = file["sha256"]
        for one in line.get("set_aside", []): files.pop(one["file"], None), files.update({one["now"]: one["sha256"]})
        fact = line.get("fact", {})
        if fact.get("fact") in ("written", "backed-up"): files[fact["file"]] = fact["sha256"]
    return files

def read(name):
    path = os.path.join(folder, *name.split("/"))
    if os.path.islink(path) or (os.path.exists(path) and not os.path.isfile(path)): raise OSError("no ordinary file")
    with open(path, "rb") as file: return file.read()

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
problems, unnamed, REPORTS = [], [], ("report.md", "report.html")
try: record = read("record.jsonl")
except OSError: sys.exit("record.jsonl is missing or cannot be read: there is nothing to compare with.")
(lines, digest), problems = lines_of(record), problems if record else ["record.jsonl: it is empty"]
broken, began = bool(problems), lines[0] if lines else {}
files = {} if broken else files_of(lines)  # what later lines of a broken record say about files is lost
try: sums = [line.partition("  ") for line in read("report.sha256").decode().splitlines()]
except (OSError, ValueError): sums = []  # as in folders of earlier versions
sums = {name: sha256 for sha256, _, name in sums}
reports = [name for name in REPORTS if os.path.lexists(os.path.join(folder, name))]  # no sealed record can name them
for name, sha256 in sorted({**files, **{name: sums.get(name) for name in reports if sums}}.items()):
    try: content = read(name)
    except FileNotFoundError: problems.append(f"{name}: it is missing from the folder")
    except OSError as wrong: problems.append(f"{name}: it cannot be read ({wrong})")
    else:
        if hashlib.sha256(content).hexdigest() != sha256: problems.append(f"{name}: it differs from the record")
if not broken and "manifest.json" not in files and os.path.lexists(os.path.join(folder, "manifest.json")):
    problems.append("manifest.json: the record does not name it")
signed = {line["fact"]["signature_file"] for line in lines if line.get("fact", {}).get("fact") == "proven"}
known = signed | {name[:-4] + ".txt" for name in signed} | {"record.jsonl", *REPORTS, "report.sha256", *files}
if any(line.get("fact", {}).get("fact") == "record-signer" for line in lines): known.add("record.sig")
for place, folders, names in os.walk(folder):
    for name in names + [name for name in folders if os.path.islink(os.path.join(place, name))]:
        name = os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")
        card = began.get("rehearsal") and re.fullmatch(r"cards\.txt|cards/REHEARSAL-card-[A-Z0-9]+\.json", name)
        if not broken and name not in known and not card: unnamed.append(name)
if lines and lines[-1]["what"] != "sealed" and not problems:
    problems.append(f"record.jsonl: not sealed; it was cut off after line {len(lines)}, or the ceremony never ended")
for problem in problems: print("WRONG:", problem)
for name in sorted(unnamed): print("NOT IN THE RECORD:", name)
for name in [] if sums else reports: print("NOT COMPARED:", name, "(ceremony verify does)")
if broken: sys.exit(3)
print(f"Ceremony: {began['ceremony']}{', a rehearsal' if began['rehearsal'] else ''}. Lines: {len(lines)}.")
print(f"Files that the record names: {len(files)}.")
print("Digest of the last line:", " ".join(re.findall("....", digest.hex())))
if problems: sys.exit(3)
print("Chain and files are as they were written, if this is the digest on the paper that was signed that day.")
sys.exit(4 if unnamed else 0)
