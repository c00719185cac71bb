/** Reads the fields of a decoded map one by one; what is not as the protocol says is malformed. */
import { type Bytes, copyOf } from "./bytes.ts";
import { malformed } from "./errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function mapOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw malformed(`${what} is no map`);
  }
  return value as Fields;
}

export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw malformed(`${name} is no text`);
  return value;
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== "boolean") throw malformed(`${name} is neither true nor false`);
  return value;
}

export function blob(fields: Fields, name: string): Bytes {
  const value = fields[name];
  if (!(value instanceof Uint8Array)) throw malformed(`${name} is no bytes`);
  return copyOf(value);
}

/** A finite number, such as a time in seconds. */
export function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) throw malformed(`${name} is no number`);
  return value;
}

/** A whole number from `least` to `most`; by default what an offset may be. */
export function integer(fields: Fields, name: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw malformed(`${name} is no whole number from ${least} to ${most}`);
  }
  return value as number;
}

export function list<Item>(fields: Fields, name: string, read: (item: Fields) => Item): Item[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw malformed(`${name} is no list`);
  return value.map((item) => read(mapOf(item, name)));
}

export function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string"))
    throw malformed(`${name} is no list of texts`);
  return value as string[];
}

/** Read a field that may be null or absent; both give null. */
export function nullable<Value>(
  fields: Fields,
  name: string,
  read: (fields: Fields, name: string) => Value,
): Value | null {
  const value = fields[name];
  return value === undefined || value === null ? null : read(fields, name);
}
