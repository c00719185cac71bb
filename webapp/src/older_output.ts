/** Asks for what lies above a terminal's oldest line: one piece at a time, until there is nothing older. */
import type { MachineConnection } from "./connection.ts";
import type { Bytes } from "./wire/bytes.ts";

/** How long a refusal stands: the program may leave the alternate screen, which has nothing above it. */
const REFUSED_SECONDS = 2;

export class OlderOutput {
  readonly #connection: Pick<MachineConnection, "request">;
  readonly #arrived: (data: Bytes) => void;
  #isAsking = false;
  #isComplete = false;
  #refusedUntilSeconds = 0;

  constructor(connection: Pick<MachineConnection, "request">, arrived: (data: Bytes) => void) {
    this.#connection = connection;
    this.#arrived = arrived;
  }

  /** The terminal begins anew, with a snapshot. */
  begin(): void {
    this.#isComplete = false;
    this.#refusedUntilSeconds = 0;
  }

  want(stream: number): void {
    if (this.#isAsking || this.#isComplete || nowSeconds() < this.#refusedUntilSeconds) return;
    this.#isAsking = true;
    this.#connection.request(
      { type: "history", stream },
      {
        replied: (message) => {
          this.#isAsking = false;
          if (message.type !== "scrollback") return;
          this.#isComplete = message.oldest;
          if (message.data.length > 0) this.#arrived(message.data);
        },
        failed: () => {
          this.#isAsking = false;
          this.#refusedUntilSeconds = nowSeconds() + REFUSED_SECONDS;
        },
      },
    );
  }
}

function nowSeconds(): number {
  return Date.now() / 1_000;
}
