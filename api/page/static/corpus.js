// The page of the documents, for those who may write: upload, delete, read the folders again.
// The server renders the list; after each job it is asked for again and put in place.

import { follow, pause, Problem, request } from "./jobs.js";
import { hasKey, complain, onView, say, send } from "./views.js";

const PATIENCE = 6; // waits for the limit of requests, for each file
const SHOWN_LINKS = 20;
let busy = false; // one job at a time: two could not be told apart on one page

class Tools {
  constructor(root, manage) {
    this.root = root;
    this.manage = manage;
    this.api = `${manage.dataset.root}/v1`;
    this.words = JSON.parse(manage.dataset.words);
    this.files = manage.querySelector("#files");
    this.form = manage.querySelector("#upload");
    this.list = manage.querySelector("[data-chosen]");
    this.job = manage.querySelector("[data-job]");
    this.outcome = manage.querySelector("[data-outcome]");
    this.dialog = root.querySelector("#delete");
    this.chosen = new Map(); // row -> file
    this.proposed = Promise.resolve(); // when all ids that were asked for are there
  }

  start() {
    this.files.addEventListener("change", () => {
      this.choose([...this.files.files]);
      this.files.value = ""; // the same file can be chosen again
    });
    this.receiveDrops(this.manage.querySelector("[data-drop]"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.alone(() => this.upload());
    });
    this.manage.querySelector("[data-clear]").addEventListener("click", () => this.unchoose());
    this.manage.querySelector("[data-reindex]").addEventListener("click", () => {
      this.alone(() => this.reindex());
    });
    this.root.querySelector("#corpus").addEventListener("click", (event) => {
      const button = event.target.closest("[data-delete]");
      if (button) this.askToDelete(button);
    });
  }

  // Words

  fill(name, values = {}) {
    const given = { megabytes: this.manage.dataset.megabytes, ...values };
    return this.words[name].replace(/\{(\w+)\}/g, (whole, key) => given[key] ?? whole);
  }

  // A problem in the reader's language; what is wrong with a field is said by the field's name.
  explain(problem, row) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.lost) return this.words.lost;
    const named = problem.errors.map(({ field }) => {
      const input = row?.querySelector(`[data-field="${CSS.escape(field)}"]`);
      input?.setAttribute("aria-invalid", "true");
      input?.closest("details")?.setAttribute("open", "");
      return this.fill("field", { field: input?.closest("label").firstElementChild.textContent ?? field });
    });
    if (named.length) return named.join(" ");
    if (problem.status === 409 && row?.dataset.taken !== "folder") return this.words.full;
    const known = String(problem.status) in this.words ? problem.status : 500;
    return this.fill(String(known), { status: problem.status });
  }

  // Say how a job ended, with links to the documents that it brought: name -> id.
  tell(text, { bad = false, links = new Map() } = {}) {
    this.outcome.hidden = false;
    this.outcome.classList.toggle("warn", bad);
    this.outcome.replaceChildren(text);
    for (const [name, id] of [...links].slice(0, SHOWN_LINKS)) {
      const link = document.createElement("a");
      link.href = `${this.manage.dataset.root}/documents/${encodeURIComponent(id)}`;
      link.append(document.createElement("bdi"));
      link.firstChild.textContent = name;
      this.outcome.append(" ", link);
    }
    say(text);
  }

  // Choosing files

  receiveDrops(zone) {
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    }
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const folders = items.filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
      if (folders.length) this.tell(this.words.folders, { bad: true });
      this.choose(items.filter((item) => !folders.includes(item)).map((item) => item.getAsFile()));
    });
  }

  choose(files) {
    if (!files.length) return;
    const rows = files.map((file) => this.addRow(file));
    this.form.hidden = false;
    const count = this.chosen.size;
    say(count === 1 ? this.words.chosen_one : this.fill("chosen", { count }));
    rows[0].querySelector("input").focus();
    for (let at = 0; at < rows.length; at += 100) this.propose(rows.slice(at, at + 100));
  }

  addRow(file) {
    const template = this.root.querySelector("#chosen-file");
    const row = template.content.cloneNode(true).firstElementChild;
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-size]").textContent = size(file.size);
    const remove = row.querySelector("[data-drop-file]");
    remove.setAttribute("aria-label", this.fill("drop_file", { name: file.name }));
    remove.addEventListener("click", () => {
      if (!busy) this.removeRow(row);
    });
    row.querySelector("[data-field=doc_id]").addEventListener("change", () => this.propose([row], true));
    this.chosen.set(row, file);
    this.list.append(row);
    const unfit = this.unfit(file);
    if (unfit) this.state(row, this.explain(unfit), "bad");
    return row;
  }

  // What the server would say to a file, known before it is sent.
  unfit(file) {
    const known = this.files.accept.split(",").some((ending) => file.name.toLowerCase().endsWith(ending));
    if (!known) return new Problem(415);
    return file.size > this.manage.dataset.megabytes * 1e6 ? new Problem(413) : null;
  }

  removeRow(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    this.chosen.delete(row);
    row.remove();
    if (next) next.querySelector("input").focus();
    else this.unchoose();
  }

  unchoose() {
    if (busy) return;
    this.chosen.clear();
    this.list.replaceChildren();
    this.form.hidden = true;
    this.files.focus();
  }

  // Ask the server which ids the names get, or whether the ids that were written are taken.
  propose(rows, written = false) {
    this.proposed = Promise.all([this.proposed, this.askForIds(rows, written)]);
  }

  async askForIds(rows, written) {
    const names = rows.map((row) => {
      const field = row.querySelector("[data-field=doc_id]");
      return (written && field.value.trim()) || this.chosen.get(row).name;
    });
    try {
      const reply = await request(`${this.api}/doc-ids`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ names }),
      });
      const { proposals } = await reply.json();
      proposals.forEach(({ doc_id: id, taken }, at) => {
        const row = rows[at];
        if (!this.chosen.has(row)) return; // not to be uploaded any more
        row.querySelector("[data-field=doc_id]").value = id;
        row.dataset.taken = taken ?? "";
        if (this.unfit(this.chosen.get(row))) return;
        const note = { upload: "replaces", folder: "in_folder" }[taken];
        this.state(row, note ? this.words[note] : "", taken === "folder" ? "bad" : "");
      });
    } catch (problem) {
      for (const row of rows) this.state(row, this.explain(problem), "bad");
    }
  }

  state(row, text, kind = "") {
    const state = row.querySelector("[data-state]");
    state.textContent = text;
    state.dataset.kind = kind;
  }

  // Jobs

  async alone(work) {
    if (busy) {
      say(this.words.busy);
      return;
    }
    busy = true;
    this.outcome.hidden = true;
    try {
      await work();
    } catch (problem) {
      this.tell(this.explain(problem), { bad: true });
    } finally {
      busy = false;
      this.job.hidden = true;
    }
  }

  // Follow a job to its end, then put the list that is in force now in place of the one shown.
  async ended(url) {
    const bar = this.job.querySelector("progress");
    const label = this.job.querySelector("[data-stage]");
    let spoken = "";
    this.job.hidden = false;
    bar.removeAttribute("value");
    let job;
    try {
      job = await follow(url, ({ state, stage, done, total }) => {
        const known = state === "running" && stage in this.words;
        label.textContent = this.fill(known ? stage : state === "queued" ? "queued" : "running", { done, total });
        if (known && total) Object.assign(bar, { max: total, value: Math.min(done, total) });
        else bar.removeAttribute("value");
        const told = known ? stage : state;
        if (told !== spoken && (state === "queued" || state === "running")) say(label.textContent);
        spoken = told;
      });
    } catch (problem) {
      if (problem.status === 0) throw Object.assign(problem, { lost: true });
      throw problem;
    } finally {
      this.job.hidden = true;
    }
    await this.refresh();
    return job;
  }

  async refresh() {
    const reply = await send(location.href).catch(() => null);
    if (!reply?.ok) return;
    const parsed = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = parsed.getElementById("corpus");
    if (!fresh?.hasAttribute("data-writes")) return;
    for (const one of fresh.querySelectorAll("[data-js]")) one.hidden = false;
    document.getElementById("corpus")?.replaceChildren(...fresh.childNodes); // of the present view
  }

  // Why a file failed: as the list says it, in the reader's language; else as the job does.
  reason({ path, reason }) {
    const shown = this.root.querySelector(`#corpus [data-path="${CSS.escape(path ?? "")}"] .reason`);
    return shown?.textContent ?? reason;
  }

  async upload() {
    await this.proposed;
    const rows = [...this.chosen.keys()];
    const ids = rows.map((row) => row.querySelector("[data-field=doc_id]").value.trim());
    const twice = rows.filter((row, at) => ids.indexOf(ids[at]) !== at);
    if (twice.length) {
      for (const row of twice) this.state(row, this.words.twice, "bad");
      twice[0].querySelector("input").focus();
      return;
    }
    for (const row of rows) {
      row.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
      this.state(row, this.words.waiting);
    }
    const jobs = new Map(); // where a job is -> the rows that it takes up
    let failed = 0;
    for (const [at, row] of rows.entries()) {
      try {
        const url = await this.put(row, ids[at]);
        jobs.set(url, [...(jobs.get(url) ?? []), row]);
        this.state(row, this.words.sent);
      } catch (problem) {
        failed += 1;
        this.state(row, this.explain(problem, row), "bad");
      }
    }
    const added = new Map();
    for (const [url, taken] of jobs) {
      const job = await this.ended(url);
      for (const row of taken) {
        const id = ids[rows.indexOf(row)];
        const { name } = this.chosen.get(row);
        if (this.settle(row, id, job)) added.set(name, id);
        else failed += 1;
      }
    }
    this.summarise(added, failed);
  }

  // Say at a file what became of it; tells whether it is in the index now.
  settle(row, id, job) {
    const error = job.errors.find(({ path }) => path === null || path.startsWith(`${id}/`));
    if (job.state === "failed" || error) {
      const reason = job.state === "failed" ? this.words.job_failed : this.reason(error);
      this.state(row, this.fill("failed", { reason }), "bad");
      return false;
    }
    this.chosen.delete(row);
    row.remove();
    return true;
  }

  summarise(added, failed) {
    this.form.hidden = this.chosen.size === 0;
    const count = added.size;
    const name = failed ? "done_with_failures" : count === 1 ? "done_one" : "done";
    this.tell(this.fill(name, { count, failed }), { bad: failed > 0, links: added });
    this.outcome.focus();
  }

  // Send a file; where the limit of requests is reached, wait as long as the server says.
  async put(row, id) {
    const body = new FormData();
    for (const field of row.querySelectorAll("[data-field]")) {
      const name = field.dataset.field;
      const values = name === "tags" ? field.value.split(",") : [field.value];
      for (const value of values.map((one) => one.trim())) {
        if (value && name !== "doc_id") body.append(name, value);
      }
    }
    const file = this.chosen.get(row);
    const unfit = this.unfit(file);
    if (unfit) throw unfit;
    body.append("file", file, file.name);
    for (let waited = 0; ; waited += 1) {
      this.state(row, this.words.sending);
      try {
        const reply = await request(`${this.api}/documents/${encodeURIComponent(id)}`, { method: "PUT", body });
        return reply.headers.get("Location");
      } catch (problem) {
        if (problem.status !== 429 || waited === PATIENCE) throw problem;
        const seconds = Math.max(1, problem.retryAfter);
        this.state(row, this.fill("wait", { seconds }));
        await pause(seconds * 1000);
      }
    }
  }

  async reindex() {
    const reply = await request(`${this.api}/index`, { method: "POST" });
    const job = await this.ended(reply.headers.get("Location"));
    if (job.state === "failed") this.tell(this.failure(job), { bad: true });
    else if (job.errors.length) {
      this.tell(this.fill("reindexed_with_failures", { failed: job.errors.length }), { bad: true });
    } else this.tell(this.words.reindexed);
  }

  failure(job) {
    return [this.words.job_failed, ...job.errors.map(({ reason }) => reason)].join(" ");
  }

  askToDelete(button) {
    if (busy) {
      say(this.words.busy);
      return;
    }
    const { delete: id, title } = button.dataset;
    this.dialog.querySelector("[data-name]").textContent = title;
    this.dialog.returnValue = "no";
    this.dialog.addEventListener(
      "close",
      () => {
        if (this.dialog.returnValue === "yes") this.alone(() => this.remove(id, title));
      },
      { once: true },
    );
    this.dialog.showModal();
  }

  async remove(id, title) {
    const url = `${this.api}/documents/${encodeURIComponent(id)}`;
    const reply = await request(url, { method: "DELETE" });
    const job = await this.ended(reply.headers.get("Location"));
    if (job.state === "failed") this.tell(this.failure(job), { bad: true });
    else this.tell(this.fill("deleted", { title }));
    this.outcome.focus(); // its button is gone with the row
  }
}

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte"];
  const power = Math.min(2, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = { style: "unit", unit: units[power], maximumFractionDigits: power === 2 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1000 ** power);
}

onView((root) => {
  const manage = root.querySelector("#manage");
  const refused = root.querySelector("[data-refused]");
  if (refused && hasKey()) complain(refused.dataset.refused);
  if (manage && !manage.dataset.ready) {
    manage.dataset.ready = "yes";
    new Tools(root, manage).start();
  }
});
