/** Which address means what: a method and a path in, a route with its parameters out. */

import type { Outcome } from "./reasons.ts";

export type Route =
  | { readonly name: "home" }
  | { readonly name: "app" }
  | { readonly name: "health" }
  | { readonly name: "register" }
  | { readonly name: "pair" }
  | { readonly name: "pair_tokens"; readonly deviceId: string }
  | { readonly name: "phones"; readonly deviceId: string }
  | { readonly name: "phone_delete"; readonly deviceId: string; readonly phoneId: string }
  | { readonly name: "device_delete"; readonly deviceId: string }
  | { readonly name: "rotate"; readonly deviceId: string }
  | { readonly name: "device_link"; readonly deviceId: string }
  | { readonly name: "phone_link"; readonly deviceId: string; readonly phoneId: string };

/** Find the route of a request; `HEAD` is answered like `GET`. */
export function routeOf(method: string, path: string): Outcome<Route> {
  const found = pathRoute(path);
  if (found === null) {
    return { ok: false, failure: { kind: "not_found" } };
  }
  const [allow, route] = found;
  if ((method === "HEAD" ? "GET" : method) !== allow) {
    return { ok: false, failure: { kind: "method_not_allowed", allow } };
  }
  return { ok: true, value: route };
}

function pathRoute(path: string): readonly [method: string, route: Route] | null {
  if (path === "/") {
    return ["GET", { name: "home" }];
  }
  if (path === "/health") {
    return ["GET", { name: "health" }];
  }
  const [root, first, second, third, fourth, fifth, ...rest] = path.slice(1).split("/");
  if (root === "app") {
    return ["GET", { name: "app" }];
  }
  if (root !== "v1" || rest.length > 0) {
    return null;
  }
  if (first === "pair" && second === undefined) {
    return ["POST", { name: "pair" }];
  }
  if (first !== "devices") {
    return null;
  }
  if (second === undefined) {
    return ["POST", { name: "register" }];
  }
  return deviceRoute(second, third, fourth, fifth);
}

function deviceRoute(
  deviceId: string,
  part: string | undefined,
  phoneId: string | undefined,
  phonePart: string | undefined,
): readonly [method: string, route: Route] | null {
  if (part === "phones" && phoneId !== undefined) {
    if (phonePart === "link") {
      return ["GET", { name: "phone_link", deviceId, phoneId }];
    }
    return phonePart === undefined ? ["DELETE", { name: "phone_delete", deviceId, phoneId }] : null;
  }
  if (phoneId !== undefined) {
    return null;
  }
  switch (part) {
    case undefined:
      return ["DELETE", { name: "device_delete", deviceId }];
    case "pair-tokens":
      return ["POST", { name: "pair_tokens", deviceId }];
    case "phones":
      return ["GET", { name: "phones", deviceId }];
    case "rotate":
      return ["POST", { name: "rotate", deviceId }];
    case "link":
      return ["GET", { name: "device_link", deviceId }];
    default:
      return null;
  }
}
