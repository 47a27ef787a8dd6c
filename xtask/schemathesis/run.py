"""Tests a server against its own document, and counts what it was sent.

usage: run.py URL CLIENT_ID CLIENT_SECRET REQUESTS SEED DIRECTORY

Without a seed (`-`) every run asks for the same. The first round tries every example, every limit
of every schema, data of its own, and chains of requests; further rounds go on with the last two
until so many requests were sent.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import requests

URL, CLIENT, SECRET, WANTED, SEED, DIRECTORY = sys.argv[1:]
HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path(sys.executable).parent
DOCUMENT = f"{URL}/api/v2/docs/openapi.json"


def sent():
    """How many requests the server has answered, by status."""
    text = requests.get(f"{URL}/metrics", timeout=30).text
    counts = re.findall(r'^muster_requests_total\{status="(\d+)"\} (\d+)', text, re.M)
    return {status: int(count) for status, count in sorted(counts)}


def token():
    form = {"grant_type": "client_credentials"}
    answer = requests.post(f"{URL}/oauth/token", data=form, auth=(CLIENT, SECRET), timeout=30)
    answer.raise_for_status()
    return answer.json()["access_token"]


def round(number, phases, examples, chains):
    config = (HERE / "schemathesis.toml").read_text()
    config += f"max-examples = {chains}\n"
    config += f"[phases.fuzzing.generation]\nmax-examples = {examples}\n"
    path = pathlib.Path(DIRECTORY, f"round-{number}.toml")
    path.write_text(config)
    command = [BIN / "st", "--config-file", path, "run", DOCUMENT, "--no-color"]
    command += ["--phases", phases, "--request-timeout", "30"]
    command += ["--header", f"Authorization: Bearer {token()}", "--continue-on-failure"]
    if SEED == "-":
        command += ["--generation-deterministic"]
    else:
        command += ["--seed", str(int(SEED) + number), "--generation-database", "none"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    return subprocess.run(command, env=environment, cwd=DIRECTORY, check=False).returncode


document = pathlib.Path(DIRECTORY, "openapi.json")
document.write_text(requests.get(DOCUMENT, timeout=30).text)
subprocess.run([BIN / "openapi-spec-validator", document], check=True)
subprocess.run([sys.executable, HERE / "seed.py", URL, token()], check=True)

failed = round(0, "examples,coverage,fuzzing,stateful", 5, 60)
number = 1
while not failed and sum(sent().values()) < int(WANTED):
    failed = round(number, "fuzzing,stateful", 40, 400)
    number += 1

counts = sent()
print(f"{sum(counts.values())} requests, by status: {json.dumps(counts)}")
faults = [status for status in counts if status.startswith("5")]
if faults:
    print(f"the server failed: {faults}")
sys.exit(bool(failed or faults))
