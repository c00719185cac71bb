/** Asks the daemon that served this page, with the key that the page was given at its login. */
import { say } from "../strings.ts";
import type { Answers, AuditLine, LoggedIn, Peers, Phones } from "./values.ts";

const TIMEOUT_MILLISECONDS = 20_000;

/** Why something could not be done, in words for the user. */
export class DashboardFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "DashboardFailure";
    this.code = code;
  }
}

export class DashboardApi {
  readonly #key: string;
  readonly #loggedOut: () => void;

  /** `loggedOut` is called when the key is not taken any more: the daemon serves the dashboard anew. */
  constructor(key: string, loggedOut: () => void) {
    this.#key = key;
    this.#loggedOut = loggedOut;
  }

  peers(): Promise<Peers> {
    return this.#ask("GET", "/v1/peers");
  }

  phones(): Promise<Phones> {
    return this.#ask("GET", "/v1/phones");
  }

  async revoke(phoneId: string): Promise<void> {
    await this.#ask("POST", "/v1/phones/revoke", { phone_id: phoneId });
  }

  /** Return the newest lines that have this text anywhere. */
  async audit(text: string): Promise<readonly AuditLine[]> {
    const query = new URLSearchParams({ text });
    return (await this.#ask<{ lines: readonly AuditLine[] }>("GET", `/v1/audit?${query}`)).lines;
  }

  /** Ask about shared values, messages or tasks. */
  exchange<Name extends keyof Answers>(operation: Name, question: object): Promise<Answers[Name]> {
    return this.#ask("POST", `/v1/exchange/${operation}`, question);
  }

  async #ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    try {
      return await request<Answer>(method, path, body, this.#key);
    } catch (error) {
      if (error instanceof DashboardFailure && error.code === "logged_out") this.#loggedOut();
      throw error;
    }
  }
}

/** Exchange the token of a login link for a key. */
export function logIn(token: string): Promise<LoggedIn> {
  return request("POST", "/v1/login", { token });
}

/** The answer is taken for what it should be: the page and the daemon that serves it have one version. */
async function request<Answer>(
  method: string,
  path: string,
  body: object | undefined,
  key?: string,
): Promise<Answer> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, {
      method,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    answer = await response.json();
  } catch {
    throw new DashboardFailure("unreachable", say("dashboard.unreachable"));
  }
  if (response.ok) return answer as Answer;
  const { code, message, hint } = answer as { code: string; message: string; hint: string | null };
  throw new DashboardFailure(code, hint === null ? message : `${message} ${hint}`);
}
