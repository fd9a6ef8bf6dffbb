#!/usr/bin/env python3
"""Lists and verifies a Trainyard registry with git and Python's standard library: read_registry.py [REPOSITORY] [COMMIT]
It shares no code with Trainyard: docs/registry.md says what it knows. Exit 1: not as it was written; 2: no registry to read."""
import hashlib
import json
import re
import subprocess
import sys

def read(repository, commit):
    """The commit, and every file of the branch by path, as bytes; before what is no plain file, its mode stands in the path."""
    def git(*words, stdin=b""):
        return subprocess.run(["git", "-C", repository, *words], input=stdin, capture_output=True, check=True).stdout
    entries = [entry.split(b"\t", 1) for entry in git("ls-tree", "-rz", "--full-tree", commit).split(b"\0")[:-1]]
    wanted = [commit.encode() + b"^{commit}", *(head.split()[2] for head, _ in entries)]
    stream, at, contents = git("cat-file", "--batch", stdin=b"\n".join(wanted) + b"\n"), 0, []
    for _ in wanted:
        start = stream.index(b"\n", at) + 1  # "<id> <type> <size>\n<bytes>\n"
        at = start + int(stream[at:start].split()[2]) + 1
        contents.append(stream[start : at - 1])
    paths = [(b"" if head.startswith(b"100644 ") else head + b" ") + path for head, path in entries]
    return contents[0], {path.decode(errors="replace"): content for path, content in zip(paths, contents[1:])}

def base32(number):
    return ("" if number < 32 else base32(number // 32)) + "0123456789abcdefghijklmnopqrstuv"[number % 32]
def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()
def canonical(value):  # RFC 8785, where keys are ASCII and numbers whole: everywhere but in events and the policy
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

def verify(commit, files):
    """Replays the log: {(model, number): event}, {(model, alias): its file}, and what is not as it was written."""
    made, models, versions, aliases, found, previous = {}, {}, {}, {}, [], None
    def check(holds, problem):
        found.extend([] if holds else [f"event {seq}: {problem}"])
    newest = re.search(rb"\nTrainyard-Tree: ([0-9a-f]{16})\nTrainyard-Event: ([1-9]\d*) (sha256:[0-9a-f]{16})\n$", commit)
    if not newest or not commit.startswith(b"tree " + newest[1]):
        return versions, aliases, ["the commit: Trainyard did not make it, or not with these files"]
    try:
        for seq in range(1, int(newest[2]) + 1):
            path = f"events/{base32(seq // 8192)}/{base32(seq // 256 % 32)}/{base32(seq // 16 % 16)}/{seq}.json"
            text = files[path].removesuffix(b"\n")
            event, made[path] = json.loads(text), text + b"\n"
            kind, model, number = event["type"], event.get("model"), event.get("version")
            check((event["seq"], event["prev"]) == (seq, previous), f"it does not follow event {seq - 1}")
            previous = digest(text)
            if kind == "registry.created":
                made["trainyard.json"] = canonical({"format": 1, "registry": event["registry"]})
            if model is None:  # keys are sorted: a policy stands before "prev"
                policy = text.split(b'"policy":', 1)[1].rsplit(b',"prev":', 1)[0] if kind == "policy.set" else b"null"
                made["policy.json"] = b'{"policy":%s,"sinceSeq":%d}\n' % (policy, seq)
            else:
                own = models.setdefault(model, {"model": model, "versions": 0, "withdrawn": [], "events": 0, "chain": "", "recent": []})
                own |= {"events": own["events"] + 1, "recent": [*own["recent"], seq]}
                if len(own["recent"]) == 32:
                    block = own["events"] // 32 - 1
                    path = f"history/{model}/{base32(block // 256)}/{base32(block // 16 % 16)}/{block}.jsonl"
                    made[path] = files.get(path, b"")  # not read: that the chain is of these bytes is enough here
                    own |= {"chain": digest(own["chain"].encode() + made[path]), "recent": []}
            if kind == "version.registered":
                listed = sorted(event["manifest"]["files"], key=lambda file: file["path"])
                root = digest(b"".join(bytes.fromhex(file["digest"][7:]) for file in listed))
                check(not listed or root == event["rootDigest"], "its files do not add up to its root digest")
                check(number == own["versions"] + 1, f"{model} v{number} follows v{own['versions']}")
                own["versions"], versions[model, number] = number, {**event, "withdrawn": []}
            elif kind == "version.withdrawn":
                own["withdrawn"], versions[model, number]["withdrawn"] = sorted([*own["withdrawn"], number]), ["withdrawn"]
            elif kind in ("alias.set", "alias.removed"):
                to, alias, generation = event.get("to"), event["alias"], event["generation"]
                was = aliases.get((model, alias), {"version": None, "generation": 0})
                check((event["from"], generation - 1) == (was["version"], was["generation"]), f"{model}@{alias} was elsewhere")
                of = versions[model, to] if to else {"rootDigest": None, "seq": None}
                aliases[model, alias] = {"alias": alias, "version": to, "generation": generation, "sinceSeq": seq,
                                         "rootDigest": of["rootDigest"], "registeredSeq": of["seq"]}
                made[f"aliases/{model}/{alias}.json"] = canonical(aliases[model, alias])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        return versions, aliases, [*found, f"event {seq}: it is missing, or not an event: {error!r}"]
    for model, own in models.items():
        firsts, lasts = ([seq for seq in own["recent"] if seq + step not in own["recent"]] for step in (-1, 1))
        own["recent"] = [first if first == last else [first, last] for first, last in zip(firsts, lasts)]
        made[f"models/{model}.json"] = canonical(own)
    check(previous.startswith(newest[3].decode()), "the commit names another as its newest")
    found += [f"{path}: it is not what the log says" for path in sorted({*made, *files}) if made.get(path) != files.get(path)]
    return versions, aliases, found

def main(repository=".", commit="trainyard/registry"):
    try:
        text, files = read(repository, commit)
        if json.loads(files["trainyard.json"])["format"] > 1:
            raise KeyError("its format is newer than this reader")
    except (subprocess.CalledProcessError, LookupError, TypeError, ValueError) as error:
        return print(f"{commit}: no registry, or no trainyard.json that can be read: {error}", file=sys.stderr) or 2
    versions, aliases, found = verify(text, files)
    for (model, number), event in versions.items():
        held = sorted(alias for (of, alias), at in aliases.items() if (of, at["version"]) == (model, number))
        print(model, f"v{number}", event["rootDigest"], *held, *event["withdrawn"])
    sys.stderr.writelines(f"{finding}\n" for finding in found)
    return 1 if found else 0

sys.exit(main(*sys.argv[1:]))
