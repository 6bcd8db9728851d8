// What waits for people: conversations with a way back to the bot, open tasks, the waitlist.
import { at, call, clockOf, dayOf, make, wallAt } from "./dom.js";

const plain = (name) => String(name ?? "").replaceAll("_", " ");

function fill(name, items) {
  at(`${name}-count`).textContent = items.length;
  at(name).replaceChildren(...(items.length ? items : [make("li", { className: "empty" }, "Nothing")]));
}

export function drawDesk(view, zone, nameOf) {
  const held = document.activeElement?.dataset?.conversation;
  fill("people", view.handoffs.map((one) => {
    const since = wallAt(one.since, zone);
    const back = make("button", { type: "button", onclick: () => call("releases", { conversation: one.conversation }) }, "Give back to the bot");
    back.dataset.conversation = one.conversation;
    back.setAttribute("aria-label", `Give the conversation with ${nameOf(one.number)} back to the bot`);
    return make("li", { className: `card ${one.urgency}` },
      make("p", { className: "card-head" }, make("strong", {}, nameOf(one.number)), make("span", { className: "tag" }, plain(one.urgency))),
      make("p", {}, `${plain(one.reason)} · ${plain(one.state)} · since ${dayOf(since)}, ${clockOf(since)}`),
      one.summary ? make("p", { className: "summary" }, one.summary) : "", back);
  }));
  if (held) document.querySelector(`[data-conversation="${CSS.escape(held)}"]`)?.focus();
  fill("tasks", view.tasks.map((one) => make("li", {}, plain(one.kind), " ", make("span", { className: "count" }, String(one.count)))));
  at("tasks-count").textContent = view.tasks.reduce((sum, one) => sum + one.count, 0);
}

export function drawWaits(waitlist, called) {
  fill("waits", waitlist.map((one) => make("li", {}, make("strong", {}, called(one.patient, one.name)), one.with ? ` with ${one.with}` : "",
    ...one.periods.map(([start, end]) => make("span", { className: "period" }, `${dayOf(start)}, ${clockOf(start)} to ${start.slice(0, 10) === end.slice(0, 10) ? "" : `${dayOf(end)}, `}${clockOf(end)}`)))));
}
