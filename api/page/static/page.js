// What the page does beyond links and forms: colours, shortcuts, copying, sharing, feedback.
// Nothing here makes HTML from text; what is shown was rendered by the server, or is textContent.

import { BASE, complain, onView, page, reach, say, send, show, words } from "./views.js";

const root = document.documentElement;

// What the reader chose, where storage is allowed; nothing is stored before a choice.
const chosen = {
  get(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {
      // It then holds until the page is closed.
    }
  },
};

// Light and dark

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);

function showTheme() {
  page().querySelector("[data-theme-switch]")?.setAttribute("aria-pressed", String(isDark()));
}

function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  const asSystem = (theme === "dark") === prefersDark.matches;
  if (asSystem) delete root.dataset.theme;
  else root.dataset.theme = theme;
  chosen.set("theme", asSystem ? null : theme);
  showTheme();
}

prefersDark.addEventListener("change", showTheme);

// Copying

async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard for scripts: the field is marked, to be copied by hand.
    if (!field) return complain(words().failed);
    field.select();
    if (!document.execCommand("copy")) return undefined;
  }
  say(words().copied);
  return true;
}

async function copyCitation(button) {
  const { before, link, after } = button.dataset;
  if (await copy(`${before} ${new URL(link, location.href)} ${after}`)) flash(button);
}

function flash(button) {
  const label = button.querySelector("[data-label]") ?? button;
  label.dataset.was ??= label.textContent;
  label.textContent = words().copied;
  setTimeout(() => (label.textContent = label.dataset.was), 2_000);
}

// A link to a question is made only when somebody asks for it. It carries the question behind
// "#", which browsers keep to themselves: no server's log ever sees it.

function share() {
  const form = page().querySelector("form[data-ask][role=search]");
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) fields.set(name, value);
  const dialog = page().querySelector("#share");
  const field = dialog.querySelector("input");
  field.value = `${BASE.href}#${fields}`;
  dialog.showModal();
  field.select();
}

function askFromAddress() {
  if (!location.hash.startsWith("#q=")) return;
  const body = location.hash.slice(1);
  history.replaceState({ ...history.state, url: BASE.href }, "", BASE.href);
  show({ url: BASE.href, body }, { replace: true });
}

addEventListener("hashchange", askFromAddress);

// Feedback, where questions are logged

function feedback(view, said) {
  const answer = view.closest("[data-answer]")?.dataset.answer;
  if (!answer) return Promise.resolve();
  return send(new URL("v1/feedback", BASE), {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ id: answer, ...said }),
  }).catch(() => undefined);
}

async function thumb(button) {
  for (const other of button.parentElement.querySelectorAll("[data-thumb]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  await feedback(button, { thumb: button.dataset.thumb });
  say(words().thanks);
}

// Clicks, all in one place

const actions = {
  "[data-theme-switch]": switchTheme,
  "[data-help]": () => page().querySelector("#help").showModal(),
  "[data-close]": (button) => button.closest("dialog").close(),
  "[data-share]": share,
  "[data-copy-field]": (button) => {
    const field = button.closest("dialog").querySelector("input");
    copy(field.value, field).then((done) => done && flash(button));
  },
  "[data-cite]": copyCitation,
  "[data-thumb]": thumb,
};

addEventListener("click", (event) => {
  for (const [selector, action] of Object.entries(actions)) {
    const found = event.target.closest?.(selector);
    if (found) action(found);
  }
});

// Before views.js follows the link: the citation that was opened.
addEventListener(
  "click",
  (event) => {
    const card = event.target.closest?.("a[href]")?.closest("[data-citation]");
    if (card) feedback(card, { citation: Number(card.dataset.citation) });
  },
  { capture: true },
);

// Keys. Single letters can be turned off in the help (WCAG 2.1.4) and never act while one types.

const TYPING = "input, textarea, select, [contenteditable]";

function step(by) {
  const cards = [...page().querySelectorAll("main [data-citation]")].filter((card) => card.checkVisibility());
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : at + by];
  if (next) reach(next);
}

const shortcuts = {
  "/": () => reach(page().querySelector("#q")),
  "?": () => page().querySelector("#help").showModal(),
  n: () => step(1),
  p: () => step(-1),
};

addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.id === "q" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    field.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (field.matches?.(TYPING) || page().querySelector("dialog[open]")) return;
  if (chosen.get("shortcuts") === "off" || !Object.hasOwn(shortcuts, event.key)) return;
  event.preventDefault();
  shortcuts[event.key]();
});

addEventListener("change", (event) => {
  if (event.target.matches("[data-shortcuts]")) {
    chosen.set("shortcuts", event.target.checked ? null : "off");
  }
});

onView((view) => {
  showTheme();
  const box = view.querySelector("[data-shortcuts]");
  if (box) box.checked = chosen.get("shortcuts") !== "off";
});

askFromAddress();
