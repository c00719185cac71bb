/** A request to a machine as a promise, and its failure as a sentence for the user. */
import type { MachineConnection } from "./connection.ts";
import type { Failure } from "./requests.ts";
import { say } from "./strings.ts";
import type { DaemonMessage, Request } from "./wire/messages.ts";

/** Why a request was not fulfilled. */
export class RequestFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "RequestFailed";
    this.failure = failure;
  }
}

/** Ask and wait for the answer; rejects with RequestFailed. */
export function ask(connection: MachineConnection | undefined, request: Request): Promise<DaemonMessage> {
  return new Promise((resolve, reject) => {
    const failed = (failure: Failure): void => reject(new RequestFailed(failure));
    if (connection === undefined) failed({ code: "not_connected", message: "", hint: null });
    else connection.request(request, { replied: resolve, failed });
  });
}

/** Return what went wrong in words; what the machine itself says is in its own. */
export function failureText(error: unknown): string {
  if (!(error instanceof RequestFailed)) throw error;
  const { code, message, hint } = error.failure;
  if (code === "not_connected" || code === "connection_lost") return say("failure.connection");
  return hint === null ? message : `${message} ${hint}`;
}
