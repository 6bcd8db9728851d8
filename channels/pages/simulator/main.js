// The page's wiring: one stream of views in, small JSON posts out.
import { drawCalendar, showPatient, showToday, shownWeek } from "./calendar.js";
import { drawDesk, drawWaits } from "./desk.js";
import { at, call, daysAfter, daysToMonday, instantOf, make, momentOf, note, request, thumb } from "./dom.js";
import { clearThread, drawThread } from "./thread.js";
import { explain } from "./why.js";

const STRANGER = "stranger";
const QUICK = { 1: "1", 2: "2", 3: "3", yes: "yes", no: "no", "thumbs-up": "👍" };
const LOST = "The stream of changes is cut; it is taken up again by itself.";
const HARBOR = { latitude: 43.6591, longitude: -70.2568 };
let people = [], asks = {}, source = null, playing = "", week = "", channel = "sms";
let clock = { now: "", zone: "UTC", down: false, whatsapp: false };

const person = () => people.find((one) => one.id === at("person").value);
const number = () => person()?.number ?? at("number").value.trim();
const called = (id, otherwise) => people.find((one) => one.id === id)?.name ?? otherwise;
const nameOf = (wanted) => people.find((one) => one.number === wanted)?.name ?? wanted;

const onWhatsApp = () => channel === "whatsapp";
async function text(body, media, more = {}) {
  return call("texts", { number: number(), person: at("person").value, channel, body, ...(media ? { media } : {}), ...more });
}
const react = (one) => (onWhatsApp() ? text("👍", "", { reacts_to: one.sid }) : text(`Liked “${one.body}”`));
const tap = (one, list) => text(one.title, "", { tap: { id: one.id, title: one.title, list } });

function drawClock(view) {
  clock = view;
  at("now").textContent = momentOf(view.now);
  at("now").dateTime = view.now;
  if (document.activeElement !== at("moment")) at("moment").value = view.now;
  at("down").hidden = !view.down;
  at("break").setAttribute("aria-pressed", String(view.down));
  at("break").disabled = view.down;
  showToday(view.now.slice(0, 10));
  showChannel();
}

function showChannel() {
  for (const button of document.querySelectorAll("button[data-channel]")) button.setAttribute("aria-pressed", String(button.dataset.channel === channel));
  document.body.dataset.channel = channel;
  const off = onWhatsApp() && !clock.whatsapp;
  at("off").hidden = !off;
  at("send").disabled = off;
  for (const name of ["voice-note", "place"]) at(name).hidden = !onWhatsApp();
  at("draft").placeholder = onWhatsApp() ? "Message" : "Text the clinic";
}

function listen() {
  source?.close();
  if (playing !== `${channel} ${number()}`) clearThread();
  playing = `${channel} ${number()}`;
  const mine = playing;
  source = new EventSource(`/simulator/api/events?${new URLSearchParams({ number: number(), channel, week })}`);
  const on = (name, draw) => source.addEventListener(name, (event) => draw(JSON.parse(event.data)));
  on("clock", drawClock);
  on("thread", (view) => { if (mine === playing) drawThread(view, clock.zone, { react, explain, tap }); });
  on("calendar", (view) => { drawCalendar(view); if (view.waitlist) drawWaits(view.waitlist, called); });
  on("desk", (view) => drawDesk(view, clock.zone, nameOf));
  source.addEventListener("open", () => { if (at("note").textContent === LOST) note(""); });
  source.addEventListener("error", () => note(LOST));
}

function play() {
  const who = person();
  at("hint").textContent = who ? [who.number, who.birth_date && `born ${who.birth_date}`, who.story].filter(Boolean).join(" · ") : "Nobody the clinic knows by number.";
  at("unknown").hidden = Boolean(who);
  for (const button of document.querySelectorAll("[data-ask]")) button.hidden = !asks[button.dataset.ask];
  at("asks").hidden = !who || !Object.values(asks).some(Boolean);
  showPatient(who?.id ?? "");
  if (!at("unknown").hidden && !at("number").checkValidity()) {
    note("That is no telephone number; write a plus sign and 7 to 15 digits, for example +12075550199.");
    return;
  }
  note("");
  listen();
}

function see(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll(".views button")) button.setAttribute("aria-pressed", String(button.dataset.view === name));
}

function turn(days) {
  week = days === 0 ? "" : daysAfter(shownWeek(), days).slice(0, 10);
  listen();
}

const moves = {
  hour: () => ({ by_minutes: 60 }),
  tomorrow: () => ({ now: instantOf(daysAfter(clock.now, 1, 9), clock.zone) }),
  monday: () => ({ now: instantOf(daysAfter(clock.now, daysToMonday(clock.now), 8), clock.zone) }),
};

function grow() {
  at("draft").rows = Math.min(5, Math.max(1, at("draft").value.split("\n").length));
}

at("person").addEventListener("change", play);
at("number").addEventListener("change", play);
at("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = at("draft").value, pictured = at("picture").getAttribute("aria-pressed") === "true";
  if (!body.trim() && !pictured) return;
  at("draft").value = "";
  at("picture").setAttribute("aria-pressed", "false");
  grow();
  if (!await text(body, pictured ? "image/jpeg" : "") && !at("draft").value) {
    at("draft").value = body;
    at("picture").setAttribute("aria-pressed", String(pictured));
  }
});
at("draft").addEventListener("input", grow);
at("draft").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); at("compose").requestSubmit(); }
});
at("picture").addEventListener("click", () => at("picture").setAttribute("aria-pressed", String(at("picture").getAttribute("aria-pressed") !== "true")));
at("quick").append(...Object.entries(QUICK).map(([label, words]) => make("button", { type: "button", ariaLabel: label, onclick: () => text(words) }, words === "👍" ? thumb() : words)));

at("break").addEventListener("click", () => call("scheduling", { down: true }));
at("mend").addEventListener("click", async () => { if (await call("scheduling", { down: false })) at("break").disabled = false, at("break").focus(); });
for (const button of document.querySelectorAll("[data-move]")) button.addEventListener("click", () => call("clock", moves[button.dataset.move]()));
at("move").addEventListener("submit", (event) => {
  event.preventDefault();
  call("clock", { now: instantOf(at("moment").value, clock.zone) });
});

at("before").addEventListener("click", () => turn(-7));
at("present").addEventListener("click", () => turn(0));
at("after").addEventListener("click", () => turn(7));
for (const button of document.querySelectorAll(".views button")) button.addEventListener("click", () => see(button.dataset.view));

const recording = () => `recordings/${encodeURIComponent(at("person").value)}?${new URLSearchParams({ number: number(), channel })}`;
for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => call("asks", { kind: button.dataset.ask, person: at("person").value, channel }));
}
for (const button of document.querySelectorAll("button[data-channel]")) {
  button.addEventListener("click", () => { channel = button.dataset.channel; showChannel(); play(); });
}
at("accept").addEventListener("click", async () => { if (await call("whatsapp", { accepted: true })) at("draft").focus(); });
at("voice-note").addEventListener("click", () => text("", "audio/ogg"));
at("place").addEventListener("click", () => text("", "", { place: HARBOR }));
at("save").addEventListener("click", async () => {
  const answer = await request(recording());
  if (!answer) return;
  const address = URL.createObjectURL(await answer.blob());
  make("a", { href: address, download: `${at("person").value}.yml` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  at("told").textContent = "The conversation is saved as a test, a YAML file among your downloads.";
});
at("anew").addEventListener("click", async () => {
  if (await call(recording(), {}, "DELETE")) at("told").textContent = "The next text begins a new test.";
});

const cast = await call("cast");
people = cast?.people ?? [];
asks = cast?.asks ?? {};
at("clinic").textContent = cast?.clinic ?? "";
at("person").replaceChildren(...people.map((one) => new Option(one.name, one.id)), new Option("An unknown number", STRANGER));
play();
