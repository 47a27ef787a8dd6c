"""Puts something of every kind into a server, under the ids that the document's examples name.

usage: seed.py URL TOKEN
"""

import datetime
import sys

import requests

URL, TOKEN = sys.argv[1:]
API = f"{URL}/api/v2/wfm"


def send(method, path, body=None, headers=None):
    headers = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
    answer = requests.request(method, API + path, json=body, headers=headers, timeout=30)
    if not answer.ok:
        sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json() if answer.content else None


# A Monday of next year's spring: nothing in it has begun.
today = datetime.date.today()
monday = today + datetime.timedelta(days=140 - today.weekday())


def at(day, hour):
    return f"{monday + datetime.timedelta(days=day)}T{hour:02}:00:00Z"


unit = {"businessUnitId": "paris"}
send("POST", "/businessunits", {"id": "paris", "name": "Paris", "timeZone": "Europe/Paris"})
send("POST", "/managementunits", {**unit, "id": "north", "name": "North"})
send("PUT", "/activitycodes/Coaching", {**unit, "category": "Training", "paid": True})
for agent in ["ana", "ben", "cleo"]:
    body = {**unit, "name": agent.title(), "managementUnitId": "north", "skills": [{"name": "fr"}]}
    send("PUT", f"/agents/{agent}", body)
    shifts = [
        {"id": f"{agent}-{day}", "start": at(day, 7 + day), "lengthMinutes": 480}
        for day in range(3)
    ]
    for shift in shifts:
        send("POST", "/scheduling/shifts", {**shift, "agentId": agent})
send("POST", "/scheduling/shifts", {"id": "s-1", "agentId": "ana", "start": at(8, 7), "lengthMinutes": 480})
send("POST", "/scheduling/shifts", {"id": "s-2", "agentId": "ben", "start": at(9, 7), "lengthMinutes": 480})
week = [{"agentId": "cleo", "shifts": [{"start": at(10, 7), "lengthMinutes": 420}]}]
draft = {**unit, "id": "w14", "weekDate": str(monday + datetime.timedelta(days=7)), "name": "next"}
send("POST", "/schedules", {**draft, "agentSchedules": week})
sides = {"initiator": {"shiftId": "s-1"}, "receiver": {"agentId": "ben", "shiftId": "s-2"}}
send("POST", "/scheduling/shiftswaps", {"id": "swap-1", **sides})
board = {"initiator": {"agentId": "ana", "shiftId": "ana-2"}}
send("POST", "/scheduling/shiftswaps", {"id": "swap-2", **board})
days = [str(monday + datetime.timedelta(days=1))]
send("POST", "/timeoffrequests", {"id": "leave-1", "agentId": "ana", "fullDays": days})
send("PUT", "/timeofflimits", {**unit, "limits": [{"id": "summer", "days": [{"date": days[0], "maxAgents": 2}]}]})
weekly = {"daysOfWeek": ["Friday"], "from": "18:00", "to": "24:00"}
send("PUT", "/agents/ana/availability/fridays", {"says": "UNAVAILABLE", "weekly": weekly})
need = [{"intervals": [{"start": at(0, 8), "end": at(0, 12), "agents": 2}]}]
send("PUT", "/businessunits/paris/staffing", {"from": at(0, 6), "to": at(0, 20), "staffing": need})
send("POST", "/agents/ana/sessions", {"sessionId": "desk-1", "kind": "desktop"})
print("seeded the week of", monday)
