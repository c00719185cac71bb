/** Finds out whether this browser can do what the app needs. */
import type { Unsupported } from "./app.ts";

/** Return why the app cannot run here, or null. */
export async function missingSupport(): Promise<Unsupported | null> {
  if (!window.isSecureContext) return "insecure_context";
  try {
    await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  } catch {
    return "old_browser";
  }
  return "indexedDB" in window ? null : "no_storage";
}
