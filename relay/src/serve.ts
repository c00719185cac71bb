/** The way of a request through the relay: what is checked of all, who answers, what every answer carries. */

import {
  createPairToken,
  deleteDevice,
  listPhones,
  redeemPairToken,
  registerDevice,
  revokePhone,
  rotateDeviceSecret,
} from "./api.ts";
import { hasSecretInQuery } from "./auth.ts";
import { clientAddressOf } from "./client_address.ts";
import { connectLink } from "./links.ts";
import { crossOriginHeaders, isOriginAllowed, isPreflight, PREFLIGHT_HEADERS } from "./origins.ts";
import { orRefuse, Refusal } from "./reasons.ts";
import { emptyResponse, errorResponse, jsonResponse } from "./responses.ts";
import { type Route, routeOf } from "./router.ts";
import { withSecurityHeaders } from "./security_headers.ts";
import { allowedOriginsOf, type Env } from "./settings.ts";
import type { Visit } from "./visit.ts";

/** Written by the build. */
declare const VERSION: string;

const PROTOCOL_VERSION = 1;

/** Answer a request, whatever happens. */
export async function serve(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url);
  const origin = request.headers.get("origin");
  const isAllowed = isOriginAllowed(origin, url, allowedOriginsOf(env));
  const response = await answer({ request, url, env, address: clientAddressOf(request) }, isAllowed);
  if (response.status === 101) {
    return response;
  }
  const secured = withSecurityHeaders(response, url);
  for (const [name, value] of Object.entries(isAllowed ? crossOriginHeaders(origin, url) : {})) {
    secured.headers.set(name, value);
  }
  return secured;
}

async function answer(visit: Visit, isAllowed: boolean): Promise<Response> {
  const { request, url } = visit;
  try {
    if (hasSecretInQuery(url.searchParams)) {
      throw new Refusal({ kind: "secret_in_url" });
    }
    if (url.pathname.startsWith("/v1/") && !isAllowed) {
      throw new Refusal({ kind: "origin_refused" });
    }
    return isPreflight(request) ? emptyResponse(204, PREFLIGHT_HEADERS) : await dispatch(visit);
  } catch (error) {
    if (error instanceof Refusal) {
      return errorResponse(error.failure);
    }
    console.error(`internal error in ${request.method} ${url.pathname}: ${error instanceof Error ? error.stack : ""}`);
    return errorResponse({ kind: "internal" });
  }
}

function dispatch(visit: Visit): Response | Promise<Response> {
  const route: Route = orRefuse(routeOf(visit.request.method, visit.url.pathname));
  switch (route.name) {
    case "home":
      return emptyResponse(302, { location: "/app/" });
    case "app":
      return asset(visit);
    case "health":
      return jsonResponse({
        status: "ok",
        version: VERSION,
        protocol: PROTOCOL_VERSION,
        deployment: visit.env.DEPLOYMENT_ID ?? "",
      });
    case "register":
      return registerDevice(visit);
    case "pair":
      return redeemPairToken(visit);
    case "pair_tokens":
      return createPairToken(visit, route.deviceId);
    case "phones":
      return listPhones(visit, route.deviceId);
    case "phone_delete":
      return revokePhone(visit, route.deviceId, route.phoneId);
    case "device_delete":
      return deleteDevice(visit, route.deviceId);
    case "rotate":
      return rotateDeviceSecret(visit, route.deviceId);
    case "device_link":
      return connectLink(visit, route.deviceId, null);
    case "phone_link":
      return connectLink(visit, route.deviceId, route.phoneId);
  }
}

async function asset({ request, env }: Visit): Promise<Response> {
  const response = await env.ASSETS.fetch(request);
  if (response.status === 404) {
    throw new Refusal({ kind: "not_found" });
  }
  return response;
}
