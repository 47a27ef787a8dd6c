"""What the server is not asked, or not as often: to wait for what will not come, lists that take
minutes to make up here, and the same header on every route. All of it has tests of its own."""

import itertools

import schemathesis

# Longest list that is made up.
ITEMS = 100
# Where headers that all writes take are tried in every wrong form; elsewhere they are left out, for
# a wrong header hides the body.
HEADERS = {"Idempotency-Key", "If-Match", "If-None-Match", "Prefer"}
TRIED = {"putShift", "putSchedule", "changeTimeOff", "getShift", "putAgent"}
# Examples that are true of a server of long ago.
PAST = ['"20.44136fa355b3678a1146ad16"', "*", "2026-03-30T07:00:00Z"]

keys = itertools.count()


def shorter(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("maxItems"), int) and schema["maxItems"] > ITEMS:
            del schema["maxItems"]
        for member in schema.values():
            shorter(member)
    elif isinstance(schema, list):
        for member in schema:
            shorter(member)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    shorter(raw_schema)
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            if operation["operationId"] not in TRIED:
                operation["parameters"] = [
                    one for one in operation["parameters"] if one["name"] not in HEADERS
                ]


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Waits are tried, and are short; what is no number stays as it is. A key names one command."""
    for name, most in [("minRevision", 1), ("waitSeconds", 0)]:
        value = (case.query or {}).get(name)
        if str(value).isdigit() and int(value) > most:
            case.query[name] = most
    headers = case.headers or {}
    for name in ["If-Match", "If-None-Match"]:
        if headers.get(name) in PAST:
            del headers[name]
    if headers.get("Idempotency-Key") == "5f0f3c1e-publish-w14":
        headers["Idempotency-Key"] = f"key-{next(keys)}"
    if (case.query or {}).get("asOf") in PAST:
        del case.query["asOf"]
