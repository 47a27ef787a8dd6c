// A real OpenID Connect provider on a free port, whose URL it prints. Beside what providers do, it
// makes new keys and turns its clock back when it is told to.
//
// node issuer.mjs PATH_OF_OIDC_PROVIDER

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const { Provider } = await import(pathToFileURL(process.argv[2]));

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

function keys() {
  const key = ([alg, [kind, options]]) => {
    const jwk = generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });
    return { ...jwk, alg, kid: randomUUID(), use: "sig" };
  };
  return { keys: Object.entries(KINDS).map(key) };
}

const server = createServer((request, response) => handle(request, response));
await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
const url = `http://127.0.0.1:${server.address().port}`;

// The resource that a token is for says how it is signed: urn:AUDIENCE:ALGORITHM.
function resource(_, indicator) {
  const [, audience, alg] = indicator.split(":");
  return {
    audience,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg } },
    accessTokenTTL: 600,
    scope: "wfm:agent:read wfm:agent:write wfm:unit:read wfm:unit:write",
  };
}

function provider() {
  return new Provider(url, {
    jwks: keys(),
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
    clients: [{
      client_id: "planner",
      client_secret: "of the planner, and long enough",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: true, getResourceServerInfo: resource },
    },
    cookies: { keys: [randomUUID()] },
  }).callback();
}

let answer = provider();
const now = Date.now;

function handle(request, response) {
  if (request.url === "/test/rotate") {
    answer = provider();
    response.end();
  } else if (request.url.startsWith("/test/behind/")) {
    const behind = Number(request.url.split("/").pop()) * 1000;
    Date.now = () => now() - behind;
    response.end();
  } else {
    answer(request, response);
  }
}

console.log(url);
