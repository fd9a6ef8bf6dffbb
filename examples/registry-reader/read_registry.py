#!/usr/bin/env python3
"""Lists and verifies a Trainyard registry with git and Python's standard library: read_registry.py [REPOSITORY] [REF]

It shares no code with Trainyard: what it knows stands in docs/registry.md. Exit 1: not as written; 2: no registry.
"""
import hashlib
import json
import re
import subprocess
import sys


def read_files(repository, ref):
    """Every file of the branch by path, as bytes: one process lists them, one reads them."""
    def git(*words, stdin=b""):
        return subprocess.run(["git", "-C", repository, *words], input=stdin, capture_output=True, check=True).stdout
    entries = [line.split(b"\t", 1) for line in git("ls-tree", "-rz", ref).split(b"\0") if line]
    wanted = b"".join(entry[0].split()[2] + b"\n" for entry in entries)
    stream, at, files = git("cat-file", "--batch", stdin=wanted), 0, {}
    for _, path in entries:
        end = stream.index(b"\n", at)  # "<id> blob <size>\n<bytes>\n"
        size = int(stream[at:end].split()[2])
        files[path.decode()] = stream[end + 1 : end + 1 + size]
        at = end + size + 2
    return files


def digest(content):
    """Digest of a file's canonical JSON: of its bytes without the newline at the end."""
    return "sha256:" + hashlib.sha256(content.removesuffix(b"\n")).hexdigest()


def root_digest(files):
    """OpenSSF model signing: SHA-256 over the raw digests of the files, sorted by path in code points."""
    ordered = sorted(files, key=lambda file: file["path"])
    return "sha256:" + hashlib.sha256(b"".join(bytes.fromhex(one["digest"][7:]) for one in ordered)).hexdigest()


def verify(files):
    """Replays the log: {(model, number): its event}, {(model, alias): number}, and what is not as it was written."""
    versions, aliases, generations, findings, previous = {}, {}, {}, [], None
    # Where in log/ and versions/ a file stands (how many to a folder) means nothing: its name does.
    log = {int(m[1]): path for path in files if (m := re.fullmatch(r"log/(?:.*/)?e(\d+)\.json", path))}
    manifests = {(m[1], int(m[2])): path for path in files
                 if (m := re.fullmatch(r"models/([^/]+)/versions/(?:.*/)?v(\d+)\.json", path))}
    if sorted(log) != list(range(1, len(log) + 1)):
        return versions, aliases, ["log: the events are not numbered 1, 2, 3, …"]
    for seq in range(1, len(log) + 1):
        event = json.loads(files[log[seq]])
        model = event.get("model")  # the registry's birth has none
        if event["seq"] != seq or event["prev"] != previous:
            findings.append(f"event {seq}: it does not follow event {seq - 1}")
        previous = digest(files[log[seq]])
        if event["type"] == "version.registered":
            key = (model, event["version"])
            content = files.get(manifests.pop(key, None), b"")
            if digest(content) != event["manifest"]:
                findings.append(f"event {seq}: the manifest of {model} v{key[1]} is missing or another")
            elif (listed := json.loads(content)["files"]) and root_digest(listed) != event["rootDigest"]:
                findings.append(f"event {seq}: the files of {model} v{key[1]} do not add up to its root digest")
            if key[1] != 1 and (model, key[1] - 1) not in versions:
                findings.append(f"event {seq}: {model} v{key[1]} is registered before v{key[1] - 1}")
            versions[key] = {**event, "withdrawn": False}
        elif event["type"] == "version.withdrawn":
            versions[model, event["version"]]["withdrawn"] = True
        elif event["type"] in ("alias.set", "alias.removed"):
            key = (model, event["alias"])
            generations[key] = generations.get(key, 0) + 1
            if event["from"] != aliases.get(key) or event["generation"] != generations[key]:
                findings.append(f"event {seq}: {model}@{key[1]} was not at {event['from']}")
            aliases[key] = event.get("to")  # null once it is removed
    if files["HEAD.json"] != files[log[len(log)]]:
        findings.append("HEAD.json: it is not the newest event")
    for (model, alias), version in aliases.items():
        held = json.loads(files.get(f"models/{model}/aliases/{alias}.json", b"{}"))
        if (held.get("version"), held.get("generation")) != (version, generations[model, alias]):
            findings.append(f"models/{model}/aliases/{alias}.json: the log says {version}")
    findings += [f"{path}: no event registers it" for path in manifests.values()]
    return versions, {key: version for key, version in aliases.items() if version is not None}, findings


def main(repository=".", ref="trainyard/registry"):
    try:
        files = read_files(repository, ref)
        if json.loads(files["trainyard.json"])["format"] > 1:
            raise KeyError("its format is newer than this reader")
    except (subprocess.CalledProcessError, KeyError) as error:
        return print(f"no registry to read at {ref}: {error}", file=sys.stderr) or 2
    try:
        versions, aliases, findings = verify(files)
    except (KeyError, ValueError, TypeError) as error:
        versions, aliases, findings = {}, {}, [f"a file is not what it should be: {error!r}"]
    for (model, number), event in versions.items():
        marks = sorted(alias for (of, alias), at in aliases.items() if (of, at) == (model, number))
        print(model, f"v{number}", event["rootDigest"], *marks, *["withdrawn"] * event["withdrawn"])
    sys.stderr.writelines(f"{finding}\n" for finding in findings)
    return 1 if findings else 0


sys.exit(main(*sys.argv[1:]))
