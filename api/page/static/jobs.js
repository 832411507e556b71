// Jobs: asked for with the key, followed live. EventSource can send no key; fetch can.

import { send } from "./views.js";

const TRIES = 8; // a server that restarts is back within seconds

// What the server refused; `status` is 0 where it could not be reached.
export class Problem extends Error {
  constructor(status, { detail = "", errors = [], retryAfter = 0 } = {}) {
    super(detail);
    Object.assign(this, { status, errors, retryAfter });
  }
}

// Send a request and give the reply; raises Problem.
export async function request(url, options) {
  let reply;
  try {
    reply = await send(url, options);
  } catch {
    throw new Problem(0);
  }
  if (reply.ok) return reply;
  const retryAfter = Number(reply.headers.get("Retry-After")) || 0;
  const told = await reply.json().catch(() => ({}));
  throw new Problem(reply.status, { detail: told.detail, errors: told.errors, retryAfter });
}

// Tell of a job whenever it changes and give it when it has ended; raises Problem.
export async function follow(url, changed) {
  for (let tried = 0; tried < TRIES; tried += 1) {
    try {
      const reply = await request(`${url}/events`);
      for await (const job of events(reply.body.getReader())) {
        tried = 0;
        changed(job);
        if (job.state === "done" || job.state === "failed") return job;
      }
    } catch (problem) {
      const passing = !(problem instanceof Problem) || [0, 429, 502, 503, 504].includes(problem.status);
      if (!passing) throw problem;
    }
    await pause(500 * 2 ** tried);
  }
  throw new Problem(0);
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// The objects of a stream of server-sent events; comments keep it open and say nothing.
async function* events(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        if (block.startsWith("data: ")) yield JSON.parse(block.slice(6));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
