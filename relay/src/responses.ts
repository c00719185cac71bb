/** Responses as the outside sees them: JSON, errors, a WebSocket that is refused. */

import { LINK_PROTOCOL } from "./auth.ts";
import { closeCodeOf, type Failure, publicError } from "./reasons.ts";

/** A JSON answer that nothing on the way may keep. */
export function jsonResponse(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(value, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** An answer without a body. */
export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** The answer to a request that fails. */
export function errorResponse(failure: Failure): Response {
  const { status, code, message, headers } = publicError(failure);
  return jsonResponse({ error: { code, message } }, status, headers);
}

/** Hand a WebSocket to the client; the one protocol that is selected never holds a secret. */
export function linkResponse(client: WebSocket): Response {
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { "sec-websocket-protocol": LINK_PROTOCOL },
  });
}

/** Refuse a WebSocket in a way that a browser can read: accept it and close it at once, where a code says why. */
export function refusedLinkResponse(failure: Failure): Response {
  const code = closeCodeOf(failure);
  if (code === null) {
    return errorResponse(failure);
  }
  const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
  server.accept();
  server.close(code, publicError(failure).code);
  return linkResponse(client);
}
