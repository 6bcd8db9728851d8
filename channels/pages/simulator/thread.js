// The telephone's thread: bubbles in the order of arrival, each answer with a reaction and its reasons.
import { at, clockOf, dayOf, make, wallAt } from "./dom.js";

const STATUSES = { queued: "on its way", sending: "on its way", sent: "sent", delivered: "delivered", failed: "not delivered", undelivered: "not delivered" };
let shown = new Map();
let lastDay = "";

export function clearThread() {
  shown = new Map();
  lastDay = "";
  at("thread").replaceChildren();
  at("quiet").textContent = "";
}

const ATTACHED = { "audio/ogg": "Voice note", location: "A place on the map" };

/** What may be tapped below a question of WhatsApp; a list opens first, as on a telephone. */
function taps(one, tap) {
  const list = one.kind === "list";
  const buttons = one.taps.map((each) => make("button", { type: "button", onclick: () => tap(each, list) }, each.title,
    list && each.description !== each.title ? make("span", { className: "more" }, each.description) : ""));
  const group = make("div", { className: "taps" }, ...buttons);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Tap an answer");
  return list ? make("details", { className: "list" }, make("summary", {}, "Choose"), group) : group;
}

function bubble(one, zone, { react, explain, tap }) {
  const when = wallAt(one.at, zone);
  const out = one.direction === "out";
  const words = make("p", { className: "words" }, make("span", { className: "unseen" }, out ? "Clinic: " : "You: "), one.body);
  for (const kind of one.media) words.append(make("span", { className: "attached" }, `${one.body ? "\n" : ""}${ATTACHED[kind] ?? "Picture attached"}`));
  const meta = make("p", { className: "meta" }, make("time", { dateTime: one.at }, clockOf(when)));
  const li = make("li", { className: one.direction }, words, one.taps.length ? taps(one, tap) : "", meta);
  if (out) {
    const status = make("span", { className: "status" });
    const like = make("button", { type: "button", className: "mini", title: "React to this answer with a thumbs-up", onclick: () => react(one) }, "Like");
    meta.append(status, like, make("button", { type: "button", className: "mini", onclick: () => explain(one.sid) }, "Why?"));
  }
  return { li, day: when.slice(0, 10) };
}

export function drawThread(view, zone, hands) {
  const list = at("thread");
  const fresh = view.messages.filter((one) => !shown.has(one.sid));
  for (const one of fresh) {
    const { li, day } = bubble(one, zone, hands);
    if (day !== lastDay) list.append(make("li", { className: "day" }, dayOf(day)));
    lastDay = day;
    shown.set(one.sid, li);
    list.append(li);
  }
  for (const one of view.messages) {
    const status = shown.get(one.sid).querySelector(".status");
    const words = STATUSES[one.status] ?? one.status;
    if (status && status.textContent !== words) status.textContent = words;
  }
  if (fresh.length) at("log").scrollTop = at("log").scrollHeight;
  const staff = view.owner === "bot" ? "" : "This conversation is with a person. Give it back under “The desk”.";
  const words = view.answering && !staff ? "The line is answering …" : staff;
  if (at("quiet").textContent !== words) at("quiet").textContent = words;
}
