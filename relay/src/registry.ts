/** What one object stores: its device, that device's phones, and spent nonces. The only module with SQL. */

import type { Ageing, Due } from "./alarm.ts";

/** A phone as its row says; times in seconds since 1970. */
export interface StoredPhone {
  readonly phoneId: string;
  readonly secretDigest: Uint8Array;
  readonly label: string;
  readonly isPending: boolean;
  readonly pairedAtSeconds: number;
  readonly lastSeenAtSeconds: number | null;
  readonly revokedAtSeconds: number | null;
}

/** The device as its row says. */
export interface StoredDevice {
  readonly secretDigest: Uint8Array;
  readonly registeredAtSeconds: number;
  readonly seenAtSeconds: number | null;
}

type DeviceRow = { secret_digest: ArrayBuffer; registered_at: number; seen_at: number | null };
type PhoneRow = {
  phone_id: string;
  secret_digest: ArrayBuffer;
  label: string;
  pending: number;
  paired_at: number;
  last_seen_at: number | null;
  revoked_at: number | null;
};

const SCHEMA = `
  CREATE TABLE device (
    secret_digest BLOB NOT NULL,
    registered_at INTEGER NOT NULL,
    seen_at INTEGER
  );
  CREATE TABLE phones (
    phone_id TEXT PRIMARY KEY,
    secret_digest BLOB NOT NULL,
    label TEXT NOT NULL,
    pending INTEGER NOT NULL,
    paired_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    revoked_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE nonces (
    nonce_id INTEGER PRIMARY KEY,
    nonce BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL
  );
`;

/** The tables of one object. Nothing is created before a device is registered. */
export class Registry {
  readonly #sql: SqlStorage;
  #hasTables: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#hasTables =
      sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'device'").toArray().length > 0;
  }

  /** The device, or null where none is registered. */
  device(): StoredDevice | null {
    if (!this.#hasTables) {
      return null;
    }
    const [row] = this.#sql.exec<DeviceRow>("SELECT secret_digest, registered_at, seen_at FROM device").toArray();
    return row === undefined
      ? null
      : {
          secretDigest: new Uint8Array(row.secret_digest),
          registeredAtSeconds: row.registered_at,
          seenAtSeconds: row.seen_at,
        };
  }

  /** Register the device of this object. */
  createDevice(secretDigest: Uint8Array, nowSeconds: number): void {
    this.#sql.exec(SCHEMA);
    this.#hasTables = true;
    this.#sql.exec("INSERT INTO device (secret_digest, registered_at) VALUES (?, ?)", secretDigest, nowSeconds);
  }

  /** Replace the device's secret. */
  replaceDeviceSecret(secretDigest: Uint8Array): void {
    this.#sql.exec("UPDATE device SET secret_digest = ?", secretDigest);
  }

  /** Note that the device is or was connected just now. */
  markDeviceSeen(nowSeconds: number): void {
    this.#sql.exec("UPDATE device SET seen_at = ?", nowSeconds);
  }

  /** A phone by its id, revoked ones included. */
  phone(phoneId: string): StoredPhone | null {
    return this.#phonesWhere("phone_id = ?", phoneId)[0] ?? null;
  }

  /** The phones that may connect, oldest first. */
  phones(): readonly StoredPhone[] {
    return this.#phonesWhere("revoked_at IS NULL");
  }

  /** Store a phone that was redeemed and waits to be confirmed. */
  createPhone(phoneId: string, secretDigest: Uint8Array, label: string, nowSeconds: number): void {
    this.#sql.exec(
      "INSERT INTO phones (phone_id, secret_digest, label, pending, paired_at) VALUES (?, ?, ?, 1, ?)",
      phoneId,
      secretDigest,
      label,
      nowSeconds,
    );
  }

  /** The device said that the phone is paired. */
  confirmPhone(phoneId: string, nowSeconds: number): void {
    this.#sql.exec(
      "UPDATE phones SET pending = 0, paired_at = ? WHERE phone_id = ? AND pending = 1 AND revoked_at IS NULL",
      nowSeconds,
      phoneId,
    );
  }

  /** Keep of a phone only what it takes to tell it that it was revoked. */
  revokePhone(phoneId: string, nowSeconds: number): void {
    this.#sql.exec(
      "UPDATE phones SET revoked_at = ?, pending = 0, label = '' WHERE phone_id = ? AND revoked_at IS NULL",
      nowSeconds,
      phoneId,
    );
  }

  /** Note that a phone is or was connected just now. */
  markPhoneSeen(phoneId: string, nowSeconds: number): void {
    this.#sql.exec("UPDATE phones SET last_seen_at = ? WHERE phone_id = ?", nowSeconds, phoneId);
  }

  /** Count another attempt with a nonce that was spent before; 0 if it was never spent. */
  countSpentNonce(nonce: Uint8Array): number {
    const [row] = this.#sql
      .exec<{ attempts: number }>("UPDATE nonces SET attempts = attempts + 1 WHERE nonce = ? RETURNING attempts", nonce)
      .toArray();
    return row?.attempts ?? 0;
  }

  /** Spend a nonce. */
  spendNonce(nonce: Uint8Array, expiresAtSeconds: number): void {
    this.#sql.exec("INSERT INTO nonces (nonce, expires_at, attempts) VALUES (?, ?, 0)", nonce, expiresAtSeconds);
  }

  /** Everything that time takes away in the end. */
  ageing(device: StoredDevice, isDeviceOnline: boolean): Ageing {
    return {
      deviceSeenAtSeconds: device.seenAtSeconds ?? device.registeredAtSeconds,
      isDeviceOnline,
      phones: this.#phonesWhere("pending = 1 OR revoked_at IS NOT NULL"),
      nonces: this.#sql
        .exec<{ nonce_id: number; expires_at: number }>("SELECT nonce_id, expires_at FROM nonces")
        .toArray()
        .map((row) => ({ nonceId: row.nonce_id, expiresAtSeconds: row.expires_at })),
    };
  }

  /** Delete the rows that are due. */
  deleteDue(due: Due): void {
    for (const phoneId of due.phoneIds) {
      this.#sql.exec("DELETE FROM phones WHERE phone_id = ?", phoneId);
    }
    for (const nonceId of due.nonceIds) {
      this.#sql.exec("DELETE FROM nonces WHERE nonce_id = ?", nonceId);
    }
  }

  /** The storage was emptied. */
  forget(): void {
    this.#hasTables = false;
  }

  #phonesWhere(condition: string, ...values: readonly string[]): readonly StoredPhone[] {
    return this.#sql
      .exec<PhoneRow>(`SELECT * FROM phones WHERE ${condition} ORDER BY paired_at, phone_id`, ...values)
      .toArray()
      .map((row) => ({
        phoneId: row.phone_id,
        secretDigest: new Uint8Array(row.secret_digest),
        label: row.label,
        isPending: row.pending === 1,
        pairedAtSeconds: row.paired_at,
        lastSeenAtSeconds: row.last_seen_at,
        revokedAtSeconds: row.revoked_at,
      }));
  }
}
