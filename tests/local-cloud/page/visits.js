import { segment } from "./api.js";

const UNFINISHED = ["created", "redirected"];
const links = new Map();

/** What the browser brought back from Salt Edge, once: the visit and perhaps its one-time code. */
export function takeReturn(place) {
  const query = new URLSearchParams(place.search);
  const id = query.get("link_session_id");
  return id && { id, code: query.get("code") };
}

/** Takes the code out of the address and of the browser's history. */
export function forgetReturn(app) {
  history.replaceState(null, "", `/#/visits/${segment(app.returned.id)}`);
  app.returned = null;
}

/** The way to Salt Edge works once and is a secret: it stays in memory. */
export const wayOf = (id) => links.get(id);

function remember(app, session) {
  const lifetime = new Date(session.expires_at) - new Date(session.created_at);
  links.set(session.id, { url: session.connect_url, until: Date.now() + lifetime });
  localStorage.setItem("visit", session.id);
  app.go(`#/visits/${segment(session.id)}`);
}

/** The visit that was begun here last, while its user is still away. */
export async function unfinished(app, signal) {
  const id = localStorage.getItem("visit");
  if (!id) return null;
  const session = await app.api.get(`/v1/link-sessions/${segment(id)}`, signal).catch(() => null);
  if (session && UNFINISHED.includes(session.stage)) return session;
  localStorage.removeItem("visit");
  return null;
}

export async function beginLink(app, institution, contact) {
  const request = { intent: "link", institution_id: institution.id, return_to: app.config.return_to, locale: app.language };
  remember(app, await app.api.post("/v1/link-sessions", { ...request, ...contact }));
}

/** A visit to a connection that exists: `reconnect`, `fetch-accounts` or `refresh`. */
export async function beginVisit(app, connection, kind) {
  const present = kind === "refresh" ? { present: true } : {};
  const request = { ...present, return_to: app.config.return_to, locale: app.language };
  remember(app, await app.api.post(`/v1/connections/${segment(connection)}/${kind}`, request));
}

/** The same visit once more, after it failed. */
export function repeat(app, session) {
  if (session.intent === "link" || !session.connection_id) return chooseInstitution(app, session.institution);
  return beginVisit(app, session.connection_id, session.intent.replace("_", "-"));
}

const changes = new Map();

/** What a visit did to the accounts of its connection, told once, where they are shown. */
export function rememberChanges({ intent, connection_id: connection, accounts }) {
  if (accounts) changes.set(connection, { intent, accounts });
}

export function takeChanges(connection) {
  const taken = changes.get(connection) ?? null;
  changes.delete(connection);
  return taken;
}

export function chooseInstitution(app, institution) {
  app.go(`#/add/${segment(institution.id)}`);
}
