// What the sandbox's pages do by themselves: keep up to date, click in Slack, fill in and send forms, order faults.
"use strict";

// Parts of a page that are marked data-live are fetched anew when something has changed, as the page's tag says.
let tag = null;
let busy = 0; // what is under way for the person; nothing is replaced under their hands meanwhile

async function refresh() {
  const live = document.querySelectorAll("[data-live]");
  if (!live.length || document.hidden || busy) return;
  const answer = await fetch(location.href, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
  const text = await answer.text();
  if (answer.status !== 200 || busy) return;
  const first = tag === null;
  tag = answer.headers.get("ETag");
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of live) {
    const now = fresh.getElementById(part.id);
    if (!now || (first && now.innerHTML === part.innerHTML)) continue;
    replace(part, now);
  }
}

// replace puts a part's new content in place, and keeps what the person was looking at: scroll, focus, open details.
function replace(part, now) {
  const scroller = part.querySelector("[data-end]");
  const atEnd = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  const top = scroller && scroller.scrollTop;
  const focus = part.contains(document.activeElement) && document.activeElement.id;
  const closed = [...part.querySelectorAll("details[id]:not([open])")].map((d) => d.id);
  const warnings = [...part.querySelectorAll("article .warning:not([hidden])")].map((w) => [w.closest("article").id, w.textContent]);
  part.replaceChildren(...document.importNode(now, true).childNodes);
  for (const id of closed) document.getElementById(id)?.removeAttribute("open");
  for (const [id, text] of warnings) warn(document.getElementById(id), text);
  if (focus) document.getElementById(focus)?.focus();
  const again = part.querySelector("[data-end]");
  if (again) again.scrollTop = atEnd ? again.scrollHeight : top;
}

function warn(within, text) {
  const place = within?.querySelector(".warning");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

// post sends JSON, and says what is wrong where the sandbox doesn't take it.
async function post(method, path, body) {
  const answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const value = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(value.error || answer.statusText);
  return value;
}

// ask shows a button's confirm dialog, and says whether the answer was yes.
function ask(question) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("h2").textContent = question.title;
  dialog.querySelector("p").textContent = question.text;
  dialog.querySelector('[value="no"]').textContent = question.deny;
  const yes = dialog.querySelector('[value="yes"]');
  yes.textContent = question.confirm;
  yes.className = "btn " + (question.style === "danger" ? "grave" : "primary");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => closed(dialog, () => done(dialog.returnValue === "yes")));
}

// closed calls back once a dialog that is open has been closed. The browser tells of a closing late, perhaps when the dialog is
// open again.
function closed(dialog, then) {
  const heard = () => {
    if (dialog.open) return;
    dialog.removeEventListener("close", heard);
    then();
  };
  dialog.addEventListener("close", heard);
}

// user is the person as whom Slack is looked at.
const user = () => document.querySelector(".talk").dataset.user;

let dialogText = ""; // the dialog that is shown

// show opens the dialog that an app has opened for the person, or shows it anew. Whatever had the focus gets it back.
async function show(view, focus) {
  const dialog = document.getElementById("dialog");
  const answer = await fetch(`/slack/dialogs/${encodeURIComponent(view)}?user=${encodeURIComponent(user())}`, { cache: "no-store" });
  if (!answer.ok) return;
  const text = await answer.text();
  if (!dialog.open || text !== dialogText) {
    dialogText = text;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    dialog.replaceChildren(...document.importNode(fresh.body, true).childNodes);
  }
  if (!dialog.querySelector("menu .primary")) setTimeout(() => dialog.open && dialogText === text && show(view, focus), 400); // the app may have more to show
  if (dialog.open) return;
  dialog.showModal();
  closed(dialog, () => document.getElementById(focus)?.focus());
}

// submit sends a dialog. What is wrong with it is shown under its fields, and it stays open with what was typed.
async function submit(form) {
  const buttons = form.querySelectorAll("button");
  for (const b of buttons) b.disabled = true;
  let sent;
  try {
    const values = Object.fromEntries(new FormData(form));
    sent = await post("POST", "/_sandbox/slack/submit", { user: user(), view: form.dataset.view, values });
  } catch (problem) {
    sent = { warning: problem.message, view: form.dataset.view };
  } finally {
    for (const b of buttons) b.disabled = false;
  }
  warn(form, sent.warning || "");
  for (const field of form.querySelectorAll(".field")) {
    const text = sent.errors?.[field.dataset.block] || "";
    const wrong = field.querySelector(".wrong");
    wrong.textContent = text;
    wrong.hidden = !text;
    field.querySelector("[name]").setAttribute("aria-invalid", Boolean(text));
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
  if (!sent.view) form.closest("dialog").close();
  else if (sent.ok && !sent.errors) show(sent.view);
  refresh();
}

async function click(button) {
  const message = button.closest("article");
  busy++;
  try {
    if (button.dataset.ask && !(await ask(JSON.parse(button.dataset.ask)))) return;
    warn(message, "");
    button.disabled = true;
    button.classList.add("waiting");
    const clicked = await post("POST", "/_sandbox/slack/click", {
      user: user(),
      channel: button.dataset.channel,
      ts: button.dataset.ts,
      action_id: button.dataset.click,
    });
    warn(message, clicked.warning || "");
    if (clicked.view) await show(clicked.view, button.id);
  } catch (problem) {
    warn(message, problem.message);
  } finally {
    busy--;
    button.disabled = false;
    button.classList.remove("waiting");
  }
  refresh();
}

// fill sets a form's fields to a button's data, whichever of them it has.
function fill(form, data) {
  for (const field of form.elements) {
    if (!(field.name in data)) continue;
    if (field.type === "radio") field.checked = field.value === data[field.name];
    else field.value = data[field.name];
  }
}

async function order(form) {
  const fields = Object.fromEntries(new FormData(form));
  const fault = { system: fields.system, path: fields.path, match: fields.match, kind: fields.kind, for: fields.for };
  fault.count = Number(fields.count) || 0;
  fault.retry_after = Number(fields.retry_after) || 0;
  try {
    await post("POST", "/_sandbox/faults", fault);
    warn(form, "");
  } catch (problem) {
    warn(form, problem.message);
  }
  refresh();
}

// send sends a form as JSON to where it says, after its question if it has one, and goes on to where it says then.
async function send(form, button) {
  if (form.dataset.ask && !(await ask(JSON.parse(form.dataset.ask)))) return;
  const body = Object.fromEntries(new FormData(form, button));
  for (const box of form.querySelectorAll("[type=checkbox]")) body[box.name] = box.checked;
  for (const row of form.querySelectorAll("[data-row]")) {
    const fields = [...row.querySelectorAll("[data-name]")].map((field) => [field.dataset.name, field.value.trim()]);
    (body[row.dataset.row] ??= []).push(Object.fromEntries(fields));
  }
  const [method, path] = form.dataset.send.split(" ");
  const buttons = form.querySelectorAll("button");
  for (const b of buttons) b.disabled = true;
  say(form, "");
  try {
    const answer = await post(method, path, method === "DELETE" ? undefined : body);
    warn(form, "");
    if (form.dataset.then) {
      location.href = form.dataset.then.replace(/{(\w+)}/g, (_, name) => answer[name]);
      return;
    }
    for (const typed of form.querySelectorAll("textarea, input:not([type=hidden], [data-keep])")) {
      if (typed.type === "checkbox") typed.checked = false;
      else typed.value = "";
    }
    say(form, form.dataset.said);
  } catch (problem) {
    warn(form, problem.message);
  } finally {
    for (const b of buttons) b.disabled = false;
  }
  refresh();
}

// another adds an empty row to those of its kind.
function another(button) {
  const last = [...document.querySelectorAll(`[data-row="${button.dataset.another}"]`)].at(-1);
  const row = last.cloneNode(true);
  for (const field of row.querySelectorAll("[data-name]")) field.value = "";
  last.after(row);
  row.querySelector("[data-name]").focus();
}

function say(form, text) {
  const place = form.querySelector(".saying");
  if (place) place.textContent = text || "";
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.send) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.click) click(button);
  if ("close" in button.dataset) button.closest("dialog").close();
  if ("example" in button.dataset) {
    fill(document.querySelector(".leadform"), { ...button.dataset, name: button.dataset.example });
    document.querySelector(".send").focus();
  }
  if ("another" in button.dataset) another(button);
  if ("preset" in button.dataset) {
    const form = document.getElementById("order");
    form.reset();
    fill(form, button.dataset);
    form.querySelector(".primary").focus();
  }
  if ("clear" in button.dataset) {
    await post("DELETE", "/_sandbox/faults" + (button.dataset.clear && "/" + button.dataset.clear));
    refresh();
  }
});

document.getElementById("order")?.addEventListener("submit", (event) => {
  event.preventDefault();
  order(event.target);
});
document.getElementById("dialog")?.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(event.target);
});
document.querySelector(".examples")?.removeAttribute("hidden");

const end = document.querySelector("[data-end]");
if (end) end.scrollTop = end.scrollHeight;

const keep = async () => {
  try {
    await refresh();
    document.body.classList.remove("offline");
  } catch {
    document.body.classList.add("offline"); // the sandbox is stopped, perhaps to be started again
  }
  setTimeout(keep, 1000);
};
if (document.querySelector("[data-live]")) keep();
