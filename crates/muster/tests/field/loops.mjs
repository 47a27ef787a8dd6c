// The retry loops of the field, with fetch.
// Usage: node loops.mjs URL PLANNER SECRET ENGINE SECRET. Ends with 0 when all is as it should be.

const [url, planner, plannerSecret, engine, engineSecret] = process.argv.slice(2);
const root = `${url}/api/v2/wfm`;

function check(isSo, what) {
  if (!isSo) {
    console.error(what);
    process.exit(1);
  }
}

async function session(client, secret) {
  const basic = Buffer.from(`${client}:${secret}`).toString("base64");
  const answer = await fetch(`${url}/oauth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const authorization = `Bearer ${(await answer.json()).access_token}`;
  return async (method, path, body) => {
    const headers = { authorization, "content-type": "application/json" };
    const answer = await fetch(root + path, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    const json = text ? JSON.parse(text) : {};
    return { status: answer.status, revision: answer.headers.get("muster-revision"), json };
  };
}

async function rereadVersionPutOldBody(ask, path, body, most) {
  for (let n = 1; ; n += 1) {
    const answer = await ask("PUT", path, body);
    if (answer.status !== 409 || n === most) return { n, answer };
    body.scheduleVersion = (await ask("GET", path)).json.scheduleVersion;
  }
}

async function versionOutOfTheRefusal(ask, path, body, most) {
  for (let n = 1; ; n += 1) {
    const answer = await ask("PUT", path, body);
    if (answer.status !== 409 || n === most) return { n, answer };
    body.scheduleVersion = answer.json.currentVersion;
  }
}

async function recurseWithRandomSleeps(ask, path, body, most, n = 1) {
  const answer = await ask("PUT", path, body);
  if (answer.status !== 409 || n === most) return { n, answer };
  await new Promise((done) => setTimeout(done, Math.random()));
  return recurseWithRandomSleeps(ask, path, body, most, n + 1);
}

function week(agentId) {
  const day = (n) => ({
    id: `${agentId}-${n}`,
    start: `2040-04-0${2 + n}T09:00:00Z`,
    lengthMinutes: 480,
  });
  return { agentId, shifts: [0, 1, 2, 3].map(day) };
}

const [plans, pushes] = [await session(planner, plannerSecret), await session(engine, engineSecret)];
const loops = [rereadVersionPutOldBody, versionOutOfTheRefusal, recurseWithRandomSleeps];
for (const [nth, loop] of loops.entries()) {
  const [unit, ana, ben] = [`node${nth}`, `node-ana${nth}`, `node-ben${nth}`];
  await plans("POST", "/businessunits", { id: unit, name: unit, timeZone: "Europe/Berlin" });
  const agents = [ana, ben].map((id) => ({ id, businessUnitId: unit, name: id }));
  await plans("POST", "/agents/bulk", { agents });
  const made = await plans("POST", "/schedules", {
    businessUnitId: unit,
    weekDate: "2040-04-02",
    publish: true,
    agentSchedules: [ana, ben].map(week),
  });
  check(made.status === 200, JSON.stringify(made));
  const path = `/schedules/${made.json.id}`;
  const own = (body) => body.agentSchedules.find((week) => week.agentId === ana);

  const together = (await pushes("GET", path)).json;
  await plans("PATCH", `/scheduling/shifts/${ben}-0`, { note: "bring your badge" });
  own(together).shifts[0].lengthMinutes = 450;
  const merged = await loop(pushes, path, together, 10);
  check(merged.n === 1 && merged.answer.status === 200, `${loop.name}: ${JSON.stringify(merged)}`);
  const kept = await plans("GET", `/scheduling/shifts/${ben}-0`);
  check(kept.json.note === "bring your badge", `${loop.name} lost a note`);

  const clashing = (await pushes("GET", path)).json;
  await plans("PATCH", `/scheduling/shifts/${ana}-1`, { lengthMinutes: 420 });
  own(clashing).shifts[1].lengthMinutes = 430;
  const before = (await plans("GET", `/businessunits/${unit}`)).revision;
  const refused = await loop(pushes, path, clashing, 15);
  check(refused.n === 15, `${loop.name} ended: ${JSON.stringify(refused.answer)}`);
  const after = (await plans("GET", `/businessunits/${unit}`)).revision;
  check(before === after, `${loop.name} costs entries`);
  const live = await plans("GET", `/scheduling/shifts/${ana}-1`);
  check(live.json.lengthMinutes === 420, `${loop.name} lost an edit`);
  console.log(`${loop.name}: as it should be`);
}
