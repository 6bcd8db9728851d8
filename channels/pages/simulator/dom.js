// Small helpers: elements, times on the clinic's wall clock, and JSON posts that say in the page what went wrong.
export const at = (id) => document.getElementById(id);

/** Make an element. Texts are put in as text, never as markup. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A thumb drawn as a line, because not every machine has the letter for it. */
export function thumb() {
  const [svg, path] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M4 11h3v9H4zM7 11l4-7c1.6 0 2.5 1 2.5 2.4L13 10h5.2c1.2 0 2 1 1.8 2.2l-1 6c-.2 1-1 1.8-2 1.8H7");
  svg.append(path);
  return svg;
}

export function note(text) {
  at("note").textContent = text;
  at("note").hidden = !text;
}

/** Ask the API; return the response, or null after having shown its error. */
export async function request(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/simulator/api/${path}`, options);
  } catch {
    note("The line cannot be reached; see whether it still runs, and try again.");
    return null;
  }
  if (answer.ok) {
    note("");
    return answer;
  }
  const text = await answer.text();
  let said;
  try { said = JSON.parse(text).error; } catch { said = text; }
  note(said || `The line answered HTTP ${answer.status}; try again.`);
  return null;
}

export async function call(path, body, method = "POST") {
  const options = body === undefined ? {} : { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await request(path, options);
  return answer ? answer.json() : null;
}

// A wall-clock text such as 2025-06-02T09:00 is kept as if it were UTC: only its figures count.
const wall = (text) => new Date(`${text.slice(0, 16)}Z`);
const written = (date) => date.toISOString().slice(0, 16);
const inUtc = (options) => new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options });
const DAY = inUtc({ weekday: "short", month: "short", day: "numeric" });
const LONG_DAY = inUtc({ weekday: "long", month: "long", day: "numeric" });
const CLOCK = inUtc({ hour: "numeric", minute: "2-digit" });

export const dayOf = (text) => DAY.format(wall(`${text.slice(0, 10)}T00:00`));
export const longDayOf = (text) => LONG_DAY.format(wall(`${text.slice(0, 10)}T00:00`));
export const clockOf = (text) => CLOCK.format(wall(text));
export const momentOf = (text) => `${longDayOf(text)}, ${clockOf(text)}`;

/** The wall-clock text of the day that lies `days` after another. */
export function daysAfter(text, days, hour = 0) {
  const date = wall(`${text.slice(0, 10)}T00:00`);
  date.setUTCDate(date.getUTCDate() + days);
  date.setUTCHours(hour);
  return written(date);
}

/** How many days lie between a day and the next Monday after it. */
export const daysToMonday = (text) => ((8 - wall(text).getUTCDay()) % 7) || 7;

/** What the wall clock of a time zone shows at an instant. */
export function wallAt(instant, zone) {
  const options = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-US", options).formatToParts(new Date(instant)).map((one) => [one.type, one.value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

/** The instant at which the wall clock of a time zone shows a text. */
export function instantOf(text, zone) {
  const wanted = wall(text).getTime();
  let guess = wanted;
  // Twice, because the first guess may lie on the other side of a change to or from summer time.
  for (let round = 0; round < 2; round += 1) guess += wanted - wall(wallAt(guess, zone)).getTime();
  return new Date(guess).toISOString();
}
