/** Halite as `cargo run` starts it, one for each journey: a folder of its own, free ports. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = process.env.HALITE_PROGRAM ?? new URL("../../target/debug/local-cloud", import.meta.url).pathname;
/** What the program prints last, so that the rest is known by then. */
const LAST = "control";

/** Starts the program and lets it copy the catalogue. `mode`: `partner` or `client`. */
export async function start(mode = "partner") {
  const folder = mkdtempSync(join(tmpdir(), "halite-browser-"));
  const child = spawn(PROGRAM, ["--port", "0", "--data", folder, "--mode", mode], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    process.off("exit", kill);
    rmSync(folder, { recursive: true, force: true });
  };
  const says = await lines(child, ended);
  return new Halite(says, stop).ready();
}

async function lines(child, ended) {
  const says = {};
  const heard = (async () => {
    for await (const line of createInterface(child.stdout)) {
      const [name, ...value] = line.split(": ");
      says[name] = value.join(": ");
      if (name === LAST) return true;
    }
    return false;
  })();
  const code = ended.then((status) => `${PROGRAM} ended with ${status} before it said where it is`);
  if ((await Promise.race([heard, code])) !== true) throw new Error(await code);
  return says;
}

class Halite {
  constructor(says, stop) {
    Object.assign(this, says, { stop });
  }

  /** A call of the simulator's control surface. */
  async simulator(path, body) {
    const answer = await fetch(`${this.control}/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`the simulator refuses ${path}: ${said}`);
    return JSON.parse(said);
  }

  /** Both clocks go ahead. */
  later(seconds) {
    return this.simulator("clock", { advance_seconds: seconds });
  }

  /** The catalogue is there: it is copied in the first moments. */
  async ready() {
    while ((await this.call("GET", "/v1/institutions?country=XF")).status !== 200) await new Promise((go) => setTimeout(go, 50));
    return this;
  }

  /** A call of the API as the page's user. */
  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json", "idempotency-key": `"${crypto.randomUUID()}"` };
    const answer = await fetch(this.api + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }
}
