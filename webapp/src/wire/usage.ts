/** What a laptop and its phones have used of the relay today: the answer, and what it means for the free plan. */
import { type Fields, integer, number } from "./fields.ts";

/** Messages to the relay and connections with it, of both sides, since a time in seconds since 1970. */
export type Usage = {
  readonly type: "usage";
  readonly id: number;
  readonly since: number;
  readonly messages: number;
  readonly connections: number;
};

/** As Cloudflare counts: of the free plan, and what comes in on a WebSocket. */
export const FREE_REQUESTS_A_DAY = 100_000;
const MESSAGES_A_REQUEST = 20;

/** Return the share of the free plan's requests of a day. */
export function freePlanShare({ messages, connections }: Pick<Usage, "messages" | "connections">): number {
  return (messages / MESSAGES_A_REQUEST + connections) / FREE_REQUESTS_A_DAY;
}

export function readUsage(fields: Fields): Usage {
  return {
    type: "usage",
    id: integer(fields, "id", 0, 0xffff_ffff),
    since: number(fields, "since"),
    messages: integer(fields, "messages"),
    connections: integer(fields, "connections"),
  };
}
