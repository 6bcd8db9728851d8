// The page's wiring: one stream of views in, small JSON posts out.
const at = (id) => document.getElementById(id);
let people = [], source = null;

const note = (text) => { at("note").textContent = text; at("note").hidden = !text; };

async function call(path, body) {
  const answer = await fetch(`/simulator/api/${path}`, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const said = await answer.json();
  note(answer.ok ? "" : said.error);
  return answer.ok ? said : null;
}

const person = () => people.find((one) => one.id === at("person").value);
const number = () => person()?.number ?? at("number").value;

function item(...texts) {
  const li = document.createElement("li");
  li.textContent = texts.join(" · ");
  return li;
}

const shown = new Set();
function drawThread(view) {
  for (const one of view.messages.filter((each) => !shown.has(each.sid))) {
    shown.add(one.sid);
    const li = item(one.body);
    li.className = one.direction;
    at("thread").append(li);
    at("thread").scrollTop = at("thread").scrollHeight;
  }
  at("quiet").textContent = view.answering ? "The line is answering…" : view.owner === "bot" ? "" : "A person has this conversation.";
}

function drawCalendar(view) {
  if (view.away) return note(`The calendar cannot be read (${view.away}).`);
  const list = document.createElement("ul");
  for (const one of view.entries.filter((each) => each.kind === "visit" || at("openings").checked)) {
    const li = item(one.start.replace("T", " "), one.practitioner, one.name || one.kind, one.status);
    if (one.patient && one.patient === person()?.id) li.className = "mine";
    list.append(li);
  }
  at("week").replaceChildren(list);
  at("waits").replaceChildren(...view.waitlist.map((one) => item(one.name)));
  at("waits-count").textContent = view.waitlist.length;
}

function listen() {
  source?.close();
  shown.clear();
  at("thread").replaceChildren();
  const who = person();
  at("hint").textContent = who ? `${who.number} · born ${who.birth_date} · ${who.story}` : "";
  at("unknown").hidden = Boolean(who);
  source = new EventSource(`/simulator/api/events?number=${encodeURIComponent(number())}`);
  const on = (name, draw) => source.addEventListener(name, (event) => draw(JSON.parse(event.data)));
  on("thread", drawThread);
  on("calendar", drawCalendar);
  on("clock", (view) => { at("now").textContent = view.now.replace("T", " "); at("down").hidden = !view.down; });
}

at("person").addEventListener("change", listen);
at("number").addEventListener("change", listen);
at("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = at("draft").value;
  at("draft").value = "";
  if (!await call("texts", { number: number(), person: at("person").value, body })) at("draft").value = body;
});
at("draft").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); at("compose").requestSubmit(); }
});
at("break").addEventListener("click", () => call("scheduling", { down: true }));
at("mend").addEventListener("click", () => call("scheduling", { down: false }));
document.querySelector("[data-move=hour]").addEventListener("click", () => call("clock", { by_minutes: 60 }));

const cast = await call("cast");
people = cast?.people ?? [];
at("clinic").textContent = cast?.clinic ?? "";
at("person").replaceChildren(...people.map((one) => new Option(one.name, one.id)), new Option("An unknown number", ""));
listen();
