/** What went wrong with a call: a problem of the API, a bare status of the gateway, or no answer at all. */
export class ApiError extends Error {
  constructor({ status = 0, problem = null }) {
    super(problem?.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

export class Api {
  constructor(config, language) {
    this.base = config.api.replace(/\/$/, "");
    this.token = config.token;
    this.language = language;
  }

  get(path, signal) {
    return this.#call("GET", path, undefined, signal);
  }

  /** The answer with its tag, for a change that overwrites nobody's. */
  async getTagged(path, signal) {
    let etag = null;
    const answer = await this.#call("GET", path, undefined, signal, {}, (headers) => (etag = headers.get("etag")));
    return { answer, etag };
  }

  patch(path, body, etag) {
    return this.#call("PATCH", path, body, undefined, { "if-match": etag });
  }

  post(path, body = {}) {
    return this.#call("POST", path, body);
  }

  delete(path) {
    return this.#call("DELETE", path);
  }

  async #call(method, path, body, signal, more = {}, heard = () => {}) {
    const headers = { authorization: `Bearer ${this.token}`, "accept-language": this.language, ...more };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (method === "POST") headers["idempotency-key"] = `"${crypto.randomUUID()}"`;
    const request = { method, headers, signal, cache: "no-store", body: body && JSON.stringify(body) };
    const response = await fetch(this.base + path, request).catch((error) => {
      if (error.name === "AbortError") throw error;
      throw new ApiError({});
    });
    heard(response.headers);
    const answer = await readJson(response);
    if (response.ok) return answer;
    throw new ApiError({ status: response.status, problem: answer?.code ? answer : null });
  }
}

async function readJson(response) {
  const kind = response.headers.get("content-type") ?? "";
  return /json/.test(kind) ? response.json().catch(() => null) : null;
}

/** Keeps a path segment a path segment. */
export const segment = (text) => encodeURIComponent(text);
