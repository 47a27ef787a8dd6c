"""Clients of the field, as people write them: what they do against Muster.

Usage: clients.py URL PLANNER SECRET ENGINE SECRET, two clients that may do everything. Ends with 0
when all is as it should be, and says what went wrong otherwise.
"""

import random
import sys
import time

import requests

URL = sys.argv[1]
PLANNER, ENGINE = sys.argv[2:4], sys.argv[4:6]
ROOT = URL + "/api/v2/wfm"
# A Monday that is still to come.
WEEK = "2040-04-02"


class Session(requests.Session):
    """One client with its own token."""

    def __init__(self, client):
        super().__init__()
        answer = requests.post(
            URL + "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=tuple(client),
            timeout=10,
        )
        answer.raise_for_status()
        self.headers["Authorization"] = "Bearer " + answer.json()["access_token"]

    def ask(self, method, path, expect=None, **more):
        answer = self.request(method, ROOT + path, timeout=30, **more)
        if expect is not None and answer.status_code != expect:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer


def check(is_so, what):
    if not is_so:
        raise SystemExit(what)


def shift(agent, day):
    start = f"2040-04-{2 + day:02}T09:00:00Z"
    return {"id": f"{agent}-{day}", "start": start, "lengthMinutes": 480}


def centre(api, unit, agents):
    """A unit with a live week of five shifts each; answers the live schedule's id."""
    data = {"id": unit, "name": unit, "timeZone": "Europe/Berlin"}
    api.ask("POST", "/businessunits", 201, json=data)
    people = [{"id": agent, "businessUnitId": unit, "name": agent} for agent in agents]
    api.ask("POST", "/agents/bulk", 200, json={"agents": people})
    return push(api, unit, agents).json()["id"]


def push(api, unit, agents):
    weeks = [
        {"agentId": agent, "shifts": [shift(agent, day) for day in range(5)]} for agent in agents
    ]
    body = {"businessUnitId": unit, "weekDate": WEEK, "publish": True, "agentSchedules": weeks}
    return api.ask("POST", "/schedules", 200, json=body)


def head(api, unit):
    return int(api.ask("GET", f"/businessunits/{unit}", 200).headers["Muster-Revision"])


def wish(body, agent, minutes, day=0):
    """Sets the length of an agent's shift in a schedule that was read."""
    (own,) = [week for week in body["agentSchedules"] if week["agentId"] == agent]
    own["shifts"][day]["lengthMinutes"] = minutes


def length(api, shift_id):
    return api.ask("GET", f"/scheduling/shifts/{shift_id}", 200).json()["lengthMinutes"]


# The loops that are passed around for "409 Conflict". Each answers how often it asked; none sleeps
# here for longer than it must to be the same loop.


def reread_version_put_old_body(api, path, body, most):
    for n in range(1, most + 1):
        answer = api.ask("PUT", path, json=body)
        if answer.status_code != 409:
            return n, answer
        body["scheduleVersion"] = api.ask("GET", path, 200).json()["scheduleVersion"]
    return most, answer


def version_out_of_the_refusal(api, path, body, most):
    for n in range(1, most + 1):
        answer = api.ask("PUT", path, json=body)
        if answer.status_code != 409:
            return n, answer
        body["scheduleVersion"] = answer.json()["currentVersion"]
    return most, answer


def recurse_with_random_sleeps(api, path, body, most, n=1):
    answer = api.ask("PUT", path, json=body)
    if answer.status_code != 409 or n == most:
        return n, answer
    time.sleep(random.random() / 1000)
    return recurse_with_random_sleeps(api, path, body, most, n + 1)


def loops(api, engine):
    """Where the edits can live together a loop ends at its first answer; where both want something
    else of one value it may go on for ever, costs no entry and loses nobody's edit."""
    loops = [reread_version_put_old_body, version_out_of_the_refusal, recurse_with_random_sleeps]
    for nth, loop in enumerate(loops):
        unit, (ana, ben) = f"loop{nth}", (f"ana{nth}", f"ben{nth}")
        path = f"/schedules/{centre(api, unit, [ana, ben])}"
        body = engine.ask("GET", path, 200).json()
        note = {"note": "bring your badge"}
        api.ask("PATCH", f"/scheduling/shifts/{ben}-0", 200, json=note)
        wish(body, ana, 450)
        count, answer = loop(engine, path, body, 10)
        check(answer.status_code == 200 and count == 1, f"{loop.__name__}: {count} {answer.text}")
        kept = api.ask("GET", f"/scheduling/shifts/{ben}-0", 200).json()
        check(kept.get("note") == "bring your badge", f"{loop.__name__} lost a note")
        check(length(api, f"{ana}-0") == 450, f"{loop.__name__} is not merged")

        body = engine.ask("GET", path, 200).json()
        api.ask("PATCH", f"/scheduling/shifts/{ana}-1", 200, json={"lengthMinutes": 420})
        wish(body, ana, 430, day=1)
        before = head(api, unit)
        count, answer = loop(engine, path, body, 15)
        check(answer.status_code == 409 and count == 15, f"{loop.__name__}: {count} {answer.text}")
        check(head(api, unit) == before, f"{loop.__name__} costs entries")
        check(length(api, f"{ana}-1") == 420, f"{loop.__name__} lost an edit")


def reads_edits_and_puts(api, engine):
    """1: GET, take scheduleVersion and ETag, PUT with both; on 409 read again and retry."""
    path = f"/schedules/{centre(api, 'one', ['ida', 'jon'])}"
    read = engine.ask("GET", path, 200)
    body, tag = read.json(), read.headers["ETag"]
    api.ask("PATCH", "/scheduling/shifts/jon-2", 200, json={"lengthMinutes": 400})
    wish(body, "ida", 450)
    for n in range(1, 6):
        answer = engine.ask("PUT", path, json=body, headers={"If-Match": tag})
        if answer.status_code != 409:
            break
        read = engine.ask("GET", path, 200)
        body, tag = read.json(), read.headers["ETag"]
        wish(body, "ida", 450)
    check(answer.status_code == 200 and n == 1, f"it sees a 409: {answer.text}")
    lengths = (length(api, "ida-0"), length(api, "jon-2"))
    check(lengths == (450, 400), f"not both: {lengths}")


def publishes_beside_sessions(api, engine):
    """2: one publish for all while every agent has a session."""
    agents = [f"s{n:03}" for n in range(200)]
    data = {"id": "two", "name": "two", "timeZone": "Europe/Berlin"}
    api.ask("POST", "/businessunits", 201, json=data)
    people = [{"id": agent, "businessUnitId": "two", "name": agent} for agent in agents]
    api.ask("POST", "/agents/bulk", 200, json={"agents": people})
    for agent in agents:
        api.ask("POST", f"/agents/{agent}/sessions", 201, json={"kind": "DESKTOP"})
    answer = push(engine, "two", agents)
    check("session" not in answer.text, answer.text)


def polls_and_approves(api, engine):
    """3: poll what waits for approval and approve each; no sleeps."""
    centre(api, "three", ["kim", "lea"])
    for day in range(5):
        offer = {
            "id": f"swap{day}",
            "initiator": {"agentId": "kim", "shiftId": f"kim-{day}"},
            "receiver": {"agentId": "lea", "shiftId": f"lea-{day}"},
        }
        api.ask("POST", "/scheduling/shiftswaps", 201, json=offer)
        api.ask("POST", f"/scheduling/shiftswaps/swap{day}/accept", 200, json={"agentId": "lea"})
    waiting = engine.ask("GET", "/scheduling/shiftswaps?status=PENDING_APPROVAL", 200).json()
    for swap in waiting["entities"]:
        done = engine.ask("POST", f"/scheduling/shiftswaps/{swap['id']}/approve", 200, json={})
        check(done.json()["status"] == "APPROVED", done.text)
    check(len(waiting["entities"]) == 5, f"{len(waiting['entities'])} swaps wait")


def imports_twice(api, engine):
    """4: shifts with another system's trade id, imported again, and again with other content."""
    centre(api, "four", ["max"])
    new = {"agentId": "max", "start": "2040-04-08T09:00:00Z", "lengthMinutes": 240, "trade_id": "T-1"}
    first = engine.ask("POST", "/scheduling/shifts", 201, json=new).json()
    again = engine.ask("POST", "/scheduling/shifts", 200, json=new).json()
    check(first["id"] == again["id"], "the second import made a second shift")
    other = engine.ask("POST", "/scheduling/shifts", 409, json={**new, "lengthMinutes": 300})
    kind = other.json()["conflicts"][0]["kind"]
    check(kind == "EXTERNAL_ID_DUPLICATE", other.text)


def pushes_whole_documents(api, engine):
    """5: whole documents from an old base, 15 % of the agents changed meanwhile."""
    agents = [f"p{n:02}" for n in range(60)]
    path = f"/schedules/{centre(api, 'five', agents)}"
    body = engine.ask("GET", path, 200).json()
    meanwhile = random.Random(5).sample(agents, 9)
    for agent in meanwhile:
        api.ask("PATCH", f"/scheduling/shifts/{agent}-3", 200, json={"note": "hers"})
    for agent in agents:
        wish(body, agent, 465, day=4)
    pushed = engine.ask("PUT", path, 200, json=body).json()
    check(pushed["merged"] is True, "nothing was merged")
    after = api.ask("GET", path, 200).json()
    for week in after["agentSchedules"]:
        own = {shift["id"]: shift for shift in week["shifts"]}
        agent = week["agentId"]
        check(own[f"{agent}-4"]["lengthMinutes"] == 465, f"{agent} was not pushed")
        kept = own[f"{agent}-3"].get("note")
        check(kept == ("hers" if agent in meanwhile else None), f"{agent} lost {kept}")


def main():
    api, engine = Session(PLANNER), Session(ENGINE)
    for client in [
        loops,
        reads_edits_and_puts,
        publishes_beside_sessions,
        polls_and_approves,
        imports_twice,
        pushes_whole_documents,
    ]:
        client(api, engine)
        print(f"{client.__name__}: as it should be")


main()
