// Views: the server renders each page once, for everybody. Here a page that it sends takes the
// place of the one that is shown, so that a key can be sent as a header, and stays in memory.
//
//   send(url, options)   fetch, with the key as a header where one is known
//   onView(callback)     callback(root) for the present view and for each one after it
//   show({url, body})    ask the server for a view, and show it
//   say(text)            for screen readers, without moving the focus

export const BASE = new URL("../../", import.meta.url); // …/static/VERSION/views.js
const KEPT = 20; // views that "back" brings again as they were left

let key = "";
let current = history.state?.id ?? 0;
let latest = current;
let running = null;
const kept = new Map();
const callbacks = [];

export const page = () => document.getElementById("page");
export const words = () => page().dataset;

export function say(text) {
  document.getElementById("status").textContent = text;
}

export function hasKey() {
  return key !== "";
}

export function useKey(text) {
  key = text.trim();
}

export function send(url, options = {}) {
  const headers = new Headers(options.headers);
  if (key) headers.set("Authorization", `Bearer ${key}`);
  return fetch(url, { ...options, headers });
}

export function onView(callback) {
  callbacks.push(callback);
  callback(page());
}

// A problem of the network or the server, said where the reader looks.
export function complain(text) {
  document.getElementById("complaint")?.remove();
  const notice = document.createElement("p");
  notice.id = "complaint";
  notice.className = "notice warn";
  notice.setAttribute("role", "alert");
  notice.textContent = text;
  document.getElementById("content").prepend(notice);
  notice.scrollIntoView({ block: "nearest" });
}

// {url, body}: a form is sent as it would be without scripts. `replace` adds no step to "back".
export async function show(view, { replace = false } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  page().setAttribute("aria-busy", "true");
  say(words().asking);
  const options = view.body === undefined ? {} : { method: "POST", body: new URLSearchParams(view.body) };
  try {
    const reply = await send(view.url, { ...options, signal: mine.signal });
    const type = reply.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/html")) {
      complain(reply.status === 429 ? words().busy : words().failed);
      return;
    }
    const parsed = new DOMParser().parseFromString(await reply.text(), "text/html");
    if (mine.signal.aborted) return;
    if (!parsed.getElementById("page")) {
      complain(words().failed); // a proxy's own page
      return;
    }
    const state = { id: replace ? current : latest + 1, url: String(view.url), body: view.body };
    place(parsed, state, replace);
  } catch (error) {
    if (error.name !== "AbortError") complain(words().offline);
  } finally {
    if (running === mine) {
      running = null;
      page().removeAttribute("aria-busy");
    }
  }
}

function place(parsed, state, replace) {
  const fresh = document.adoptNode(parsed.getElementById("page"));
  if (!replace) {
    keep();
    latest = state.id;
    for (const id of kept.keys()) if (id >= state.id) kept.delete(id);
  }
  current = state.id;
  history[replace ? "replaceState" : "pushState"](state, "", state.url);
  put(fresh, parsed.title, parsed.documentElement.lang);
  for (const script of parsed.querySelectorAll("script[type=module][src]")) import(script.src);
  const target = fresh.querySelector("main [autofocus]");
  scrollTo(0, 0);
  if (target) {
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: target.dataset.scroll ?? "nearest" });
  } else {
    fresh.querySelector("main").focus({ preventScroll: true });
  }
  say(fresh.querySelector("[data-say]")?.dataset.say ?? parsed.title);
}

function put(node, title, lang) {
  page().replaceWith(node);
  document.title = title;
  document.documentElement.lang = lang;
  for (const callback of callbacks) callback(node);
}

function keep() {
  kept.set(current, {
    node: page(),
    title: document.title,
    lang: document.documentElement.lang,
    at: scrollY,
    focus: document.activeElement,
  });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

addEventListener("popstate", (event) => {
  const state = event.state;
  if (!state || state.id === current) return;
  running?.abort();
  keep();
  current = state.id;
  const left = kept.get(state.id);
  // A list that others change is asked for again.
  if (!left || left.node.querySelector("[data-live]")) {
    show(state, { replace: true });
    return;
  }
  left.node.removeAttribute("aria-busy");
  put(left.node, left.title, left.lang);
  scrollTo(0, left.at);
  left.focus?.focus({ preventScroll: true });
});

// What is a page of ours, and not a file or a route for programs.
function isView(url) {
  if (url.origin !== BASE.origin || !url.pathname.startsWith(BASE.pathname)) return false;
  return !/^(v1\/|static\/|logo$|openapi\.json$)/.test(url.pathname.slice(BASE.pathname.length));
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
  const url = new URL(link.href);
  if (url.hash && url.pathname === location.pathname && url.search === location.search) {
    event.preventDefault();
    reach(document.getElementById(decodeURIComponent(url.hash.slice(1))));
  } else if (isView(url)) {
    event.preventDefault();
    show({ url: url.href });
  } else if (key && url.origin === BASE.origin) {
    event.preventDefault();
    download(url);
  }
});

export function reach(target) {
  if (!target) return;
  if (!target.matches("a, button, input, textarea, [tabindex]")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: target.dataset.scroll ?? "start" });
}

// A link cannot send a key: the file is fetched with it, and saved.
async function download(url) {
  try {
    const reply = await send(url);
    if (!reply.ok) throw new Error(reply.statusText);
    const named = /filename\*=[^']*'[^']*'([^;]+)|filename="([^"]+)"/i.exec(
      reply.headers.get("Content-Disposition") ?? "",
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await reply.blob());
    link.download = named ? decodeURIComponent(named[1] ?? named[2]) : "";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch {
    complain(words().failed);
  }
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-key]")) {
    event.preventDefault();
    useKey(form.elements.key.value);
    show(history.state, { replace: true });
  } else if (form.matches("form[data-ask]") && form.method === "post") {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter)).toString();
    show({ url: event.submitter?.formAction || form.action, body });
  }
});

addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-forget-key]")) return;
  key = "";
  kept.clear(); // what was read with it
  show({ url: BASE.href }, { replace: true });
});

onView((root) => {
  for (const one of root.querySelectorAll("[data-js]")) one.hidden = false;
  for (const one of root.querySelectorAll("[data-forget]")) one.hidden = !key;
});

history.scrollRestoration = "manual";
if (!history.state?.id) {
  history.replaceState({ id: (current = latest = 1), url: location.href }, "", location.href);
} else if (history.state.body !== undefined) {
  show(history.state, { replace: true }); // reloaded: the question stands in this entry only
}
