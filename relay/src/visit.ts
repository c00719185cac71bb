/** A request together with what was found out about it on the way in. */

import type { Env } from "./settings.ts";

export interface Visit {
  readonly request: Request;
  readonly url: URL;
  readonly env: Env;
  /** The client's address as the platform says it. */
  readonly address: string;
}
