"""Answers what Python's `re.match` says. For each line {"pattern": …, "names": […]} of the input it prints
{"matches": [true, …]}, or {"error": "…"} for a pattern that it refuses. With the name of a file, it writes the
answers into the rows of that file instead: test/fixtures/python-regex.json."""
import json
import re
import sys
import warnings

warnings.simplefilter("ignore")


def answer(pattern, names):
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, ValueError) as error:
        return {"error": str(error)}
    return {"matches": [compiled.match(name) is not None for name in names]}


if len(sys.argv) > 1:
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)
    for row in rows:
        said = answer(row["pattern"], row["names"])
        row.pop("matches", None)
        row.pop("error", None)
        row.update(said)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")
else:
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(answer(asked["pattern"], asked["names"])), flush=True)
