// The week as a roster: a row for everybody who works somewhere, a column for each day; on a narrow screen a list by day.
import { at, clockOf, dayOf, longDayOf, make } from "./dom.js";

const narrow = matchMedia("(max-width: 56rem)");
const OFF = new Set(["cancelled", "noshow"]);
const NAMED = { free: "free", hold: "held", blocked: "closed" };
let view = null, before = null, fresh = new Set(), mine = "", today = "", reveal = "";

const shownWith = (id) => view.rows.find((row) => row.practitioner === id)?.name ?? id;
const signature = (one) => [one.start, one.practitioner, one.status].join("|");

/** What happened to visits since the last view of the same week; remembers them as fresh. */
function compare(next) {
  const known = before?.week === next.week ? before.entries : null;
  before = { week: next.week, entries: new Map(next.entries.filter((one) => one.kind !== "free").map((one) => [one.id, one])) };
  if (!known) {
    fresh = new Set();
    return [];
  }
  const changed = [...before.entries.values()].filter((one) => !known.has(one.id) || signature(known.get(one.id)) !== signature(one));
  const gone = [...known.values()].filter((one) => one.kind === "visit" && !before.entries.has(one.id));
  if (changed.length) fresh = new Set(changed.map((one) => one.id));
  if (changed.some((one) => one.patient === mine)) reveal = ".mine.fresh:not(.off)";
  const told = (one, how) => `${one.name}, ${longDayOf(one.start)} at ${clockOf(one.start)} with ${shownWith(one.practitioner)}: ${how}.`;
  return [...changed.filter((one) => one.kind === "visit").map((one) => told(one, one.status)), ...gone.map((one) => told(one, "gone"))];
}

/** Join what adjoins or overlaps of one kind and person, so that a free morning is one line. */
function joined(entries) {
  const found = [];
  for (const one of entries) {
    const last = found.findLast((each) => each.kind === one.kind);
    if (one.kind !== "visit" && one.kind !== "hold" && last && one.start <= last.end) {
      if (one.end > last.end) last.end = one.end;
    } else found.push({ ...one });
  }
  return found;
}

/** "1:45–2:30 PM": the half of the day is said once where both ends lie in it. */
function spanOf(start, end) {
  const [from, to] = [clockOf(start), clockOf(end)];
  return `${from.slice(-2) === to.slice(-2) ? from.slice(0, -3) : from}–${to}`;
}

function chip(one) {
  const off = OFF.has(one.status);
  const own = one.patient !== "" && one.patient === mine;
  const classes = ["entry", one.kind, own && "mine", off && "off", fresh.has(one.id) && "fresh"].filter(Boolean);
  const hours = one.kind === "visit" ? clockOf(one.start) : spanOf(one.start, one.end);
  const who = make("span", { className: "name" }, one.kind === "visit" ? one.name : NAMED[one.kind] ?? one.kind);
  const li = make("li", { className: classes.join(" ") }, make("span", { className: "hour" }, hours), " ", who);
  if (one.kind === "visit" && one.status !== "booked") li.append(" ", make("span", { className: "state" }, one.status));
  if (own) li.append(make("span", { className: "unseen" }, " (this patient)"));
  if (fresh.has(one.id)) li.append(make("span", { className: "unseen" }, " (changed)"));
  if (one.type) li.title = one.type;
  return li;
}

const listOf = (entries) => make("ul", { className: "entries" }, ...joined(entries).map(chip));

function sorted(row, day) {
  const places = view.rows.filter((each) => each.practitioner === row.practitioner);
  return view.entries.filter((one) => one.practitioner === row.practitioner && one.start.startsWith(day)
    && (one.kind !== "free" || at("openings").checked) && (one.location === row.location || (row === places[0] && !places.some((each) => each.location === one.location))));
}

function dayHead(day) {
  const head = make("th", { scope: "col" }, dayOf(day));
  if (day === today) {
    head.setAttribute("aria-current", "date");
    head.append(make("span", { className: "now" }, "today"));
  }
  return head;
}

function roster(days) {
  const table = make("table", { className: "roster" }, make("caption", { className: "unseen" }, "Who has whom, and what is free"));
  table.append(make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "With"), ...days.map(dayHead))));
  const body = make("tbody");
  let place = null;
  for (const row of view.rows) {
    const cells = days.map((day) => sorted(row, day));
    if (!cells.some((cell) => cell.length)) continue;
    if (row.place !== place) {
      place = row.place;
      body.append(make("tr", { className: "place" }, make("th", { scope: "rowgroup", colSpan: days.length + 1 }, place)));
    }
    body.append(make("tr", {}, make("th", { scope: "row" }, row.name), ...cells.map((cell) => make("td", {}, listOf(cell)))));
  }
  table.append(body);
  return table;
}

function list(days) {
  const found = make("div", { className: "days" });
  for (const day of days) {
    const section = make("section", {}, make("h3", {}, longDayOf(day), day === today ? make("span", { className: "now" }, "today") : ""));
    for (const row of view.rows) {
      const entries = sorted(row, day);
      if (entries.length) section.append(make("h4", {}, row.name, make("span", { className: "at" }, ` · ${row.place}`)), listOf(entries));
    }
    found.append(section);
  }
  return found;
}

function draw() {
  if (!view) return;
  const region = at("week");
  if (view.away) {
    region.replaceChildren(make("p", { className: "empty" }, `The calendar cannot be read (${view.away}). It is tried again every second.`));
    return;
  }
  const days = view.days.filter((day) => view.entries.some((one) => one.start.startsWith(day)));
  const kept = [region.scrollTop, region.scrollLeft];
  const drawn = days.length ? (narrow.matches ? list(days) : roster(days)) : make("p", { className: "empty" }, "Nothing is planned in this week.");
  region.replaceChildren(drawn);
  [region.scrollTop, region.scrollLeft] = kept;
  show(region);
}

/** Bring into view, within the calendar alone, what was just changed or the visits of whoever was just chosen. */
function show(region) {
  const wanted = reveal && (region.querySelector(reveal) ?? region.querySelector(".mine.fresh") ?? region.querySelector(".mine"));
  if (!wanted) return;
  reveal = "";
  const [inner, outer] = [wanted.getBoundingClientRect(), region.getBoundingClientRect()];
  if (inner.top < outer.top + 60 || inner.bottom > outer.bottom) region.scrollTop += inner.top - outer.top - outer.height / 2;
  if (inner.left < outer.left + 100 || inner.right > outer.right) region.scrollLeft += inner.left - outer.left - outer.width / 2;
}

export function drawCalendar(next) {
  if (!next.away) {
    const told = compare(next);
    view = next;
    if (told.length) at("changes").textContent = told.join(" ");
    at("calendar-title").textContent = `Calendar, week of ${longDayOf(next.week)}`;
  } else view = { ...next };
  draw();
}

export function showPatient(id) { [mine, reveal] = [id, id === mine ? reveal : ".mine"]; draw(); }
export function showToday(day) { if (day !== today) { today = day; draw(); } }
export const shownWeek = () => view?.week ?? today;
at("openings").addEventListener("change", draw);
narrow.addEventListener("change", draw);
