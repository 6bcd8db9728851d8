// Why an answer is as it is: what was understood, which wish about time, where the dialogue stood, how long it took.
import { at, call, make } from "./dom.js";

const plain = (name) => String(name ?? "").replaceAll("_", " ");
const part = (title, ...children) => make("section", {}, make("h3", {}, title), ...children);

function facts(pairs) {
  const list = make("dl");
  for (const [name, value] of pairs) if (value !== null && value !== undefined && value !== "") list.append(make("dt", {}, name), make("dd", {}, String(value)));
  return list;
}

function ranked(ranking) {
  const body = make("tbody");
  for (const one of ranking ?? []) {
    const bar = make("meter", { min: 0, max: 1, value: one.confidence });
    bar.setAttribute("aria-label", `Confidence in ${one.name}`);
    body.append(make("tr", {}, make("th", { scope: "row" }, make("code", {}, one.name)), make("td", {}, bar), make("td", { className: "figure" }, one.confidence.toFixed(3))));
  }
  const head = make("tr", {}, ...["Intent", "Share", "Confidence"].map((title) => make("th", { scope: "col" }, title)));
  return make("table", { className: "ranking" }, make("thead", {}, head), body);
}

function understood(decision) {
  const clauses = decision.clauses ?? [];
  const parts = clauses.map((clause, index) => make("div", { className: "clause" },
    clauses.length > 1 ? make("h4", {}, `Clause ${index + 1} of ${clauses.length}`) : "",
    facts([["intent", `${clause.intent ?? "none"}, ${(clause.confidence ?? 0).toFixed(3)}`],
      ["entities", (clause.entities ?? []).map((one) => one.name + (one.value === null ? "" : ` = ${one.value}`)).join(", ")]]),
    clause.ranking?.length ? ranked(clause.ranking) : ""));
  if (!clauses.some((clause) => clause.ranking?.length) && decision.ranking?.length) parts.push(ranked(decision.ranking));
  return part("Understood", ...(parts.length ? parts : [make("p", {}, "Nothing was to be understood: the line wrote first, or a rule decided alone.")]));
}

function wish(constraint) {
  if (!constraint) return part("Wish about time", make("p", {}, "The text says nothing about when."));
  const words = [constraint.words ? make("p", { className: "wish" }, constraint.words) : "",
    constraint.about ? make("p", {}, `About the visit: ${constraint.about}`) : "",
    constraint.counted_from_visit ? make("p", {}, "Counted from the patient’s next visit.") : ""];
  const json = constraint.json === null ? "" : make("pre", { tabIndex: 0 }, make("code", {}, JSON.stringify(constraint.json, null, 2)));
  if (json) json.setAttribute("aria-label", "Constraint as JSON");
  if (json) json.setAttribute("role", "region");
  return part("Wish about time", ...words, json);
}

function times(found) {
  const stages = [...(found.timeline ?? []).map((one) => [one.name, one.ms]), ...Object.entries(found.decision?.ms ?? {}).map(([name, ms]) => [`dialogue: ${plain(name)}`, ms])];
  const rows = stages.filter(([, ms]) => typeof ms === "number").map(([name, ms]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", { className: "figure" }, `${ms.toFixed(1)} ms`)));
  if (!rows.length) return "";
  const head = make("tr", {}, make("th", { scope: "col" }, "Stage"), make("th", { scope: "col" }, "Time"));
  return part("Time per stage", make("table", { className: "stages" }, make("thead", {}, head), make("tbody", {}, ...rows)));
}

export async function explain(sid) {
  const found = await call(`explanation?sid=${encodeURIComponent(sid)}`);
  if (!found) return;
  const decision = found.decision;
  const body = [];
  if (found.said.length) body.push(part("Heard", ...found.said.map((text) => make("blockquote", {}, text))));
  if (decision?.clauses) body.push(understood(decision));
  if (found.heard_at) body.push(wish(found.constraint));
  const flow = [["journey", plain(decision?.journey)], ["form", plain(decision?.form)], ["awaited before", plain(decision?.awaited?.before)],
    ["awaited after", plain(decision?.awaited?.after ?? found.awaiting)], ["asks for", plain(decision?.asked)], ["actions", (decision?.actions ?? []).join(" → ")],
    ["response", found.response], ["trigger", found.trigger], ["kind of turn", found.kind], ["attempts", found.attempts],
    ["to a person because", plain(found.person)], ["danger", found.danger ? `${found.danger.level}: ${plain(found.danger.category)}` : ""]];
  body.push(part("Where the dialogue stood", decision ? "" : make("p", {}, "The dialogue had no part in this answer."), facts(flow)));
  body.push(times(found));
  at("why-body").replaceChildren(...body.filter(Boolean));
  at("why").showModal();
  at("why").scrollTop = 0;
}

at("why-close").addEventListener("click", () => at("why").close());
at("why").addEventListener("click", (event) => { if (event.target === at("why")) at("why").close(); });
