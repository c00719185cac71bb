/** Imports an uploaded script and tells what it exports, as Cloudflare does before it accepts one. */

import * as script from "SCRIPT";

export default {
  async fetch() {
    const names = Object.keys(script).filter((name) => typeof script[name] === "function" || name === "default");
    return Response.json(names);
  },
};
